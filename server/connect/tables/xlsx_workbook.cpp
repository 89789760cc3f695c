#include "server/connect/tables/xlsx_workbook.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

#include "server/base/error.hpp"
#include "server/connect/tables/table.hpp"

namespace connect {

namespace {

constexpr std::size_t kMaxMergedRanges = 200'000;
constexpr std::size_t kMaxStyles = 100'000;

int to_int(std::string_view text, int fallback = 0) {
  int value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_true(std::string_view text) { return text == "1" || text == "true"; }

void read_part(const XlsxPackage& package, std::string_view name, XmlStream::Callbacks callbacks) {
  auto part = package.open(name);
  if (part) XmlStream(std::move(part), std::move(callbacks)).read_all();
}

struct Relation {
  std::string type, target;
};

std::map<std::string, Relation> read_relations(const XlsxPackage& package, const std::string& part) {
  const auto slash = part.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : part.substr(0, slash + 1);
  std::map<std::string, Relation> relations;
  read_part(package, folder + "_rels/" + part.substr(folder.size()) + ".rels",
            {.start =
                 [&](std::string_view name, const XmlAttributes& attributes) {
                   if (name != "Relationship") return;
                   const std::string type(attributes.get("Type"));
                   std::string target(attributes.get("Target"));
                   if (!target.starts_with('/')) target = folder + target;
                   // "../" of a target leaves the part's folder.
                   for (auto at = target.find("/../"); at != std::string::npos; at = target.find("/../")) {
                     const auto before = at == 0 ? std::string::npos : target.rfind('/', at - 1);
                     target.erase(before == std::string::npos ? 0 : before, at + 3 - (before == std::string::npos ? 0 : before));
                   }
                   relations[std::string(attributes.get("Id"))] = {type.substr(type.rfind('/') + 1), target};
                 },
             .end = nullptr,
             .text = nullptr});
  return relations;
}

std::vector<NumberKind> read_styles(const XlsxPackage& package, const std::string& part) {
  std::map<int, std::string> codes;
  std::vector<NumberKind> styles;
  bool is_in_cells = false;
  read_part(package, part,
            {.start =
                 [&](std::string_view name, const XmlAttributes& attributes) {
                   if (name == "numFmt") codes[to_int(attributes.get("numFmtId"))] = std::string(attributes.get("formatCode"));
                   if (name == "cellXfs") is_in_cells = true;
                   if (name != "xf" || !is_in_cells || styles.size() >= kMaxStyles) return;
                   const int id = to_int(attributes.get("numFmtId"));
                   const auto code = codes.find(id);
                   styles.push_back(kind_of_format(id, code == codes.end() ? std::string_view() : code->second));
                 },
             .end = [&](std::string_view name) { is_in_cells = is_in_cells && name != "cellXfs"; },
             .text = nullptr});
  return styles;
}

std::string find_workbook_part(const XlsxPackage& package) {
  for (const auto& [id, relation] : read_relations(package, "")) {
    if (relation.type == "officeDocument") return relation.target;
  }
  return "xl/workbook.xml";
}

}  // namespace

NumberKind kind_of_format(int id, std::string_view code) {
  if (code.empty()) {
    if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 || id == 58)
      return NumberKind::kDate;
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 || id == 56) return NumberKind::kTime;
    return NumberKind::kNumber;
  }
  bool has_day = false, has_month = false, has_time = false;
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(code[i])));
    if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size() - 1);
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      // [h] is elapsed time; [Red], [$-419] and conditions say nothing.
      const auto close = code.find(']', i);
      if (close == std::string_view::npos) break;
      const std::string_view inside = code.substr(i + 1, close - i - 1);
      if (!inside.empty() && inside.find_first_not_of("hHmMsS") == std::string_view::npos) has_time = true;
      i = close;
    } else if (c == 'g' && code.substr(i).starts_with("General")) {
      i += 6;
    } else if (c == 'd' || c == 'y') {
      has_day = true;
    } else if (c == 'm') {
      has_month = true;
    } else if (c == 'h' || c == 's') {
      has_time = true;
    }
  }
  if (has_day || (has_month && !has_time)) return NumberKind::kDate;
  return has_time ? NumberKind::kTime : NumberKind::kNumber;
}

Workbook read_workbook(const XlsxPackage& package) {
  Workbook workbook;
  const std::string part = find_workbook_part(package);
  if (!package.has(part)) throw base::Error(base::ErrorCode::kInvalidArgument, "table_unknown_format");
  const auto relations = read_relations(package, part);
  for (const auto& [id, relation] : relations) {
    if (relation.type == "styles") workbook.styles = read_styles(package, relation.target);
    if (relation.type == "sharedStrings") workbook.shared_strings_part = relation.target;
  }
  read_part(package, part,
            {.start =
                 [&](std::string_view name, const XmlAttributes& attributes) {
                   if (name == "workbookPr") workbook.is_1904 = is_true(attributes.get("date1904"));
                   if (name != "sheet") return;
                   const auto relation = relations.find(std::string(attributes.get("id")));
                   if (relation == relations.end() || relation->second.type != "worksheet" || !package.has(relation->second.target)) return;
                   const std::string_view state = attributes.get("state");
                   workbook.sheets.push_back(
                       {std::string(attributes.get("name")), relation->second.target, state == "hidden" || state == "veryHidden"});
                 },
             .end = nullptr,
             .text = nullptr});
  return workbook;
}

SharedStrings SharedStrings::read(const XlsxPackage& package, const std::string& part) {
  SharedStrings strings;
  if (part.empty()) return strings;
  std::string current;
  bool is_text = false;
  int phonetic = 0;
  read_part(
      package, part,
      {.start =
           [&](std::string_view name, const XmlAttributes&) {
             if (name == "si") current.clear();
             if (name == "rPh") ++phonetic;
             is_text = name == "t" && phonetic == 0;
           },
       .end =
           [&](std::string_view name) {
             is_text = false;
             if (name == "rPh") --phonetic;
             if (name != "si") return;
             strings.text_ += decode_escapes(current);
             if (strings.text_.size() > static_cast<std::size_t>(kMaxHeldPartBytes) * 4)
               throw base::Error(base::ErrorCode::kInvalidArgument, "table_too_large", {{"limit", std::to_string(kMaxHeldPartBytes * 4)}});
             strings.ends_.push_back(static_cast<std::uint32_t>(strings.text_.size()));
           },
       .text =
           [&](std::string_view text) {
             if (is_text && current.size() < kMaxCellBytes) current += text;
           }});
  return strings;
}

std::string_view SharedStrings::at(std::size_t index) const {
  if (index >= ends_.size()) return {};
  const std::size_t start = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(text_).substr(start, ends_[index] - start);
}

std::vector<MergedRange> read_merged_ranges(const XlsxPackage& package, const std::string& part) {
  std::vector<MergedRange> ranges;
  auto stream = package.open(part);
  if (!stream) return ranges;
  // Only the tail behind the cells matters: cells are passed over without parsing.
  std::string window;
  std::vector<char> buffer(256 * 1024);
  bool is_behind = false;
  while (const std::size_t got = stream->read(buffer.data(), buffer.size())) {
    window.append(buffer.data(), got);
    if (!is_behind) {
      auto at = window.find("sheetData>");
      while (at != std::string::npos && (at == 0 || (window[at - 1] != '/' && window[at - 1] != ':')))
        at = window.find("sheetData>", at + 1);
      if (at == std::string::npos) at = window.find("<sheetData/>");
      is_behind = at != std::string::npos;
      if (is_behind)
        window.erase(0, at);
      else if (window.size() > 32)
        window.erase(0, window.size() - 32);
    }
    if (window.size() > static_cast<std::size_t>(kMaxHeldPartBytes)) break;
  }
  if (!is_behind) return ranges;
  for (auto at = window.find("mergeCell "); at != std::string::npos && ranges.size() < kMaxMergedRanges;
       at = window.find("mergeCell ", at + 1)) {
    const auto ref = window.find("ref=", at);
    if (ref == std::string::npos || ref + 5 >= window.size() || ref > window.find('>', at)) continue;
    const auto end = window.find(window[ref + 4], ref + 5);
    if (end == std::string::npos) break;
    const std::string_view text = std::string_view(window).substr(ref + 5, end - ref - 5);
    const auto colon = text.find(':');
    MergedRange range;
    if (colon == std::string_view::npos || !parse_reference(text.substr(0, colon), range.first_column, range.first_row) ||
        !parse_reference(text.substr(colon + 1), range.last_column, range.last_row)) {
      continue;
    }
    ranges.push_back(range);
  }
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first_row < b.first_row; });
  return ranges;
}

bool parse_reference(std::string_view text, int& column, std::int64_t& row) {
  std::size_t i = 0;
  column = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '$') continue;
    const int letter = c >= 'A' && c <= 'Z' ? c - 'A' + 1 : c >= 'a' && c <= 'z' ? c - 'a' + 1 : 0;
    if (letter == 0) break;
    column = column * 26 + letter;
    if (column > kMaxColumns) return false;
  }
  while (i < text.size() && text[i] == '$') ++i;
  row = 0;
  const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), row);
  return column > 0 && error == std::errc() && end == text.data() + text.size() && row > 0 && row <= kMaxRows;
}

std::string decode_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '_' && i + 6 < text.size() && text[i + 1] == 'x' && text[i + 6] == '_' &&
        std::from_chars(text.data() + i + 2, text.data() + i + 6, code, 16).ptr == text.data() + i + 6 && code < 0x80) {
      if (code != '\r') out += static_cast<char>(code == 0 ? ' ' : code);
      i += 6;
      continue;
    }
    if (text[i] == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') out += '\n';
      continue;
    }
    out += text[i];
  }
  return out;
}

}  // namespace connect
