#include "server/connect/tables/vcard_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/tables/text_encoding.hpp"

namespace connect {

namespace {

constexpr std::size_t kMaxCardBytes = 16 << 20;  // photographs in base64 included

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}
std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string decode_base64(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 26
                      : c >= '0' && c <= '9' ? c - '0' + 52
                      : c == '+'             ? 62
                      : c == '/'             ? 63
                                             : -1;
    if (value < 0) continue;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return out;
}

struct Line {
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;  // upper-case names, values as they stand
  std::string value;

  std::string parameter(std::string_view key) const {
    for (const auto& [name, text] : parameters) {
      if (name == key) return text;
    }
    return {};
  }
  bool is_quoted_printable() const {
    return std::any_of(parameters.begin(), parameters.end(),
                       [](const auto& p) { return upper(p.second) == "QUOTED-PRINTABLE" || p.first == "QUOTED-PRINTABLE"; });
  }
};

// Name, parameters and value; colons and semicolons inside quotes belong to the parameter.
Line parse_line(std::string_view text) {
  Line line;
  std::size_t colon = 0;
  bool is_quoted = false;
  while (colon < text.size() && (is_quoted || text[colon] != ':')) {
    if (text[colon] == '"') is_quoted = !is_quoted;
    ++colon;
  }
  if (colon == text.size()) return line;
  line.value = text.substr(colon + 1);
  const std::string_view head = text.substr(0, colon);
  std::vector<std::string> parts(1);
  is_quoted = false;
  for (const char c : head) {
    if (c == '"')
      is_quoted = !is_quoted;
    else if (c == ';' && !is_quoted)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  line.name = upper(parts[0]);
  if (const auto dot = line.name.find('.'); dot != std::string::npos) line.name.erase(0, dot + 1);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto equals = parts[i].find('=');
    if (equals == std::string::npos)
      line.parameters.emplace_back(upper(parts[i]), "");
    else
      line.parameters.emplace_back(upper(parts[i].substr(0, equals)), parts[i].substr(equals + 1));
  }
  return line;
}

std::vector<std::string_view> physical_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

// RFC 6350 section 3.2 and vCard 2.1: a line that begins with white space goes on with the one before; a quoted-printable one goes on
// behind a soft line break.
std::vector<std::string> unfold(std::string_view card) {
  std::vector<std::string> lines;
  bool is_soft = false;
  for (const auto line : physical_lines(card)) {
    if (is_soft && !lines.empty()) {
      lines.back().pop_back();
      lines.back() += line;
    } else if (!line.empty() && (line[0] == ' ' || line[0] == '\t') && !lines.empty()) {
      lines.back() += line.substr(1);
    } else if (!line.empty()) {
      lines.emplace_back(line);
    }
    is_soft = !lines.empty() && lines.back().ends_with('=') &&
              upper(lines.back().substr(0, lines.back().find(':'))).find("QUOTED-PRINTABLE") != std::string::npos;
  }
  return lines;
}

std::string decoded_value(const Line& line) {
  std::string value = line.value;
  const std::string encoding = upper(line.parameter("ENCODING"));
  if (line.is_quoted_printable())
    value = decode_quoted_printable(value);
  else if (encoding == "B" || encoding == "BASE64")
    value =
        line.name == "PHOTO" || line.name == "LOGO" || line.name == "SOUND" || line.name == "KEY" ? std::string() : decode_base64(value);
  const std::string charset = line.parameter("CHARSET");
  if (!charset.empty() && upper(charset) != "UTF-8") {
    try {
      return to_utf8(value, charset);
    } catch (const base::Error&) {
      // An encoding nobody knows: read as what the bytes look like.
    }
  }
  return base::is_valid_utf8(value) ? value : to_utf8(value, detect_encoding(value));
}

std::vector<std::string> types_of(const Line& line) {
  std::vector<std::string> types;
  for (const auto& [name, text] : line.parameters) {
    if (name == "TYPE") {
      for (std::size_t at = 0; at <= text.size();) {
        const auto comma = std::min(text.find(',', at), text.size());
        types.push_back(lower(text.substr(at, comma - at)));
        at = comma + 1;
      }
    } else if (text.empty()) {
      types.push_back(lower(name));
    }
  }
  return types;
}

bool has(const std::vector<std::string>& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::string phone_kind(const std::vector<std::string>& types) {
  if (has(types, "fax")) return "fax";
  if (has(types, "cell")) return "mobile";
  if (has(types, "work")) return "work";
  if (has(types, "home")) return "home";
  return {};
}

// tel:+7-495-…;ext=12 (RFC 3966) and the p or w of a dialling pause as people write extensions.
std::string phone_text(std::string text) {
  if (lower(text.substr(0, 4)) == "tel:") text.erase(0, 4);
  if (const auto ext = lower(text).find(";ext="); ext != std::string::npos) {
    const std::string number = text.substr(ext + 5, text.find(';', ext + 1) - ext - 5);
    return text.substr(0, std::min(text.find(';'), ext)) + " доб. " + number;
  }
  if (const auto at = text.find(";phone-context="); at != std::string::npos) text.resize(at);
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    const bool is_pause = (c == 'p' || c == 'w') && std::isdigit(static_cast<unsigned char>(text[i - 1])) &&
                          std::isdigit(static_cast<unsigned char>(text[i + 1]));
    if (is_pause) return text.substr(0, i) + " доб. " + text.substr(i + 1);
  }
  return text;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

bool is_messenger(std::string_view name) {
  static constexpr std::string_view kNames[] = {"IMPP", "X-SKYPE",    "X-SKYPE-USERNAME", "X-TELEGRAM", "X-ICQ",   "X-JABBER",
                                                "X-QQ", "X-WHATSAPP", "X-VIBER",          "X-MSN",      "X-GTALK", "X-GOOGLE-TALK"};
  return name.starts_with("X-SKYPE") || std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

// Cells of one card while its properties come.
class CardCells {
 public:
  std::string& at(VcardColumn column) { return cells_[static_cast<std::size_t>(column)]; }

  void set(VcardColumn column, std::string_view text) {
    if (at(column).empty()) at(column) = trimmed(text);
  }
  // A further value of a property that may occur several times.
  void add(VcardColumn column, std::string_view text, std::string_view kind = {}) {
    const std::string value = trimmed(text);
    if (value.empty()) return;
    std::string& cell = at(column);
    if (!cell.empty()) cell += '\n';
    cell += value;
    std::string& kinds = kinds_[static_cast<std::size_t>(column)];
    while (std::count(kinds.begin(), kinds.end(), '\n') < std::count(cell.begin(), cell.end(), '\n')) kinds += '\n';
    kinds += kind;
  }

  void put(const VcardProperty& property) {
    const auto& name = property.name;
    if (name == "FN") return set(VcardColumn::kFullName, text_of(property));
    if (name == "N") return put_name(property);
    if (name == "ORG") return put_organisation(property);
    if (name == "TITLE") return set(VcardColumn::kTitle, text_of(property));
    if (name == "ROLE") return set(VcardColumn::kRole, text_of(property));
    if (name == "NICKNAME") return set(VcardColumn::kNickname, text_of(property));
    if (name == "TEL") return add(VcardColumn::kPhones, phone_text(text_of(property)), phone_kind(property.types));
    if (name == "EMAIL") return put_email(property);
    if (name == "ADR") return put_address(property);
    if (name == "URL") return add(VcardColumn::kSites, text_of(property));
    if (is_messenger(name)) return add(VcardColumn::kMessengers, (name == "X-ICQ" ? "icq:" : "") + text_of(property));
    if (name == "BDAY") return put_birthday(property);
    if (name == "GENDER") return set(VcardColumn::kGender, split_vcard_value(property.value, ';').front());
    if (name == "CATEGORIES") return add(VcardColumn::kCategories, text_of(property));
    if (name == "UID") return set(VcardColumn::kUid, text_of(property));
    if (name != "NOTE") return put_other(property);
    std::string& note = at(VcardColumn::kNote);
    if (!note.empty()) note += '\n';
    note += text_of(property);
  }

  void move_to(Row& row) {
    if (at(VcardColumn::kFullName).empty()) set(VcardColumn::kFullName, name_of_parts());
    if (at(VcardColumn::kFullName).empty()) set(VcardColumn::kFullName, at(VcardColumn::kOrganisation));
    row.cells.assign(kVcardColumns, Cell{});
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      row.cells[i].text = std::move(cells_[i]);
      row.cells[i].type = row.cells[i].text.empty() ? CellType::kEmpty : CellType::kText;
      if (!kinds_[i].empty()) row.kinds.emplace_back(static_cast<int>(i), kinds_[i]);
    }
  }

 private:
  static std::string text_of(const VcardProperty& property) { return split_vcard_value(property.value, '\0').front(); }

  // RFC 6350 requires FN, vCard 2.1 does not: then the parts are the name.
  std::string name_of_parts() const {
    std::string name;
    for (const auto column : {VcardColumn::kLastName, VcardColumn::kFirstName, VcardColumn::kMiddleName}) {
      const std::string& part = cells_[static_cast<std::size_t>(column)];
      if (!part.empty()) name += (name.empty() ? "" : " ") + part;
    }
    return name;
  }

  // What has no column stays readable. Pictures, keys and what says nothing of the client are left out.
  void put_other(const VcardProperty& property) {
    static constexpr std::string_view kSilent[] = {"VERSION", "PRODID", "REV", "PHOTO", "LOGO", "SOUND", "KEY", "AGENT", "X-IGNORE"};
    if (std::find(std::begin(kSilent), std::end(kSilent), property.name) != std::end(kSilent)) return;
    std::string text = trimmed(text_of(property));
    std::replace(text.begin(), text.end(), '\n', ' ');
    if (!text.empty()) add(VcardColumn::kOther, property.name + ": " + text);
  }

  void put_name(const VcardProperty& property) {
    auto parts = split_vcard_value(property.value, ';');
    parts.resize(5);
    const std::array columns = {VcardColumn::kLastName, VcardColumn::kFirstName, VcardColumn::kMiddleName, VcardColumn::kPrefix,
                                VcardColumn::kSuffix};
    for (std::size_t i = 0; i < columns.size(); ++i) set(columns[i], parts[i]);
  }

  void put_organisation(const VcardProperty& property) {
    const auto parts = split_vcard_value(property.value, ';');
    set(VcardColumn::kOrganisation, parts[0]);
    std::string rest;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (parts[i].empty()) continue;
      if (!rest.empty()) rest += ", ";
      rest += parts[i];
    }
    set(VcardColumn::kDepartment, rest);
  }

  void put_email(const VcardProperty& property) {
    std::string text = text_of(property);
    if (lower(text.substr(0, 7)) == "mailto:") text.erase(0, 7);
    add(VcardColumn::kEmails, text, has(property.types, "work") ? "work" : has(property.types, "home") ? "personal" : "");
  }

  void put_address(const VcardProperty& property) {
    auto parts = split_vcard_value(property.value, ';');
    parts.resize(7);
    std::string street = trimmed(parts[2]);
    for (const std::size_t i : {1, 0}) {
      if (!trimmed(parts[i]).empty()) street += (street.empty() ? "" : ", ") + trimmed(parts[i]);
    }
    std::string whole;
    for (const auto& part : {trimmed(parts[5]), trimmed(parts[6]), trimmed(parts[4]), trimmed(parts[3]), street}) {
      if (part.empty()) continue;
      if (!whole.empty()) whole += ", ";
      whole += part;
    }
    if (whole.empty()) return;
    if (at(VcardColumn::kAddress).empty()) {
      set(VcardColumn::kCity, parts[3]);
      set(VcardColumn::kRegion, parts[4]);
      set(VcardColumn::kPostalCode, parts[5]);
      set(VcardColumn::kCountry, parts[6]);
      set(VcardColumn::kStreet, street);
    }
    add(VcardColumn::kAddress, whole);
  }

  // 19610102 and 1961-01-02T00:00:00Z; RFC 6350 section 4.3.1 "--0102" has no year.
  void put_birthday(const VcardProperty& property) {
    std::string text = trimmed(text_of(property));
    if (text.size() == 8 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
      text = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6);
    if (text.size() > 10 && text[4] == '-' && (text[10] == 'T' || text[10] == ' ')) text.resize(10);
    set(VcardColumn::kBirthday, text);
  }

  std::array<std::string, kVcardColumns> cells_;
  std::array<std::string, kVcardColumns> kinds_;
};

bool is_marker(std::string_view line, std::string_view marker) {
  const std::string text = upper(trimmed(line));
  return text == marker;
}

class VcardReader final : public TableReader {
 public:
  VcardReader(const StoredContent& content, const TableOptions& options)
      : content_(content), encoding_(options.encoding), sheets_{Sheet{}} {
    open_sheet(0);
  }

  TableFormat format() const override { return TableFormat::kVcard; }
  const std::vector<Sheet>& sheets() const override { return sheets_; }
  std::vector<std::string> fixed_columns() const override { return vcard_column_names(); }
  std::string encoding() const override { return encoding_.empty() ? "UTF-8" : encoding_; }

  void open_sheet(int) override {
    buffer_.clear();
    at_ = offset_ = 0;
    number_ = 0;
  }

  bool next(Row& row) override {
    const auto card = next_card();
    if (!card) return false;
    CardCells cells;
    for (const auto& property : parse_vcard_properties(*card)) cells.put(property);
    row = Row{};
    row.number = ++number_;
    cells.move_to(row);
    return true;
  }

 private:
  // One physical line with its end; empty at the end of the file.
  std::string next_line() {
    while (true) {
      const auto end = buffer_.find('\n', at_);
      if (end != std::string::npos) {
        std::string line = buffer_.substr(at_, end - at_ + 1);
        at_ = end + 1;
        return line;
      }
      buffer_.erase(0, at_);
      at_ = 0;
      const std::string piece = content_.read(offset_, 256 * 1024);
      offset_ += static_cast<std::int64_t>(piece.size());
      if (piece.empty()) {
        std::string line = std::move(buffer_);
        buffer_.clear();
        return line;
      }
      buffer_ += offset_ == static_cast<std::int64_t>(piece.size()) && piece.starts_with("\xEF\xBB\xBF") ? piece.substr(3) : piece;
      if (buffer_.size() > kMaxCardBytes)
        throw base::Error(base::ErrorCode::kInvalidArgument, "table_unreadable", {{"reason", "line_too_long"}});
    }
  }

  std::optional<std::string> next_card() {
    std::string line = next_line();
    while (!line.empty() && !is_marker(line, "BEGIN:VCARD")) line = next_line();
    if (line.empty()) return std::nullopt;
    std::string card;
    int depth = 1;  // AGENT of vCard 2.1 holds a card of its own
    while (true) {
      line = next_line();
      if (line.empty()) break;
      if (is_marker(line, "BEGIN:VCARD")) ++depth;
      if (is_marker(line, "END:VCARD") && --depth == 0) break;
      if (depth == 1) card += line;
      if (card.size() > kMaxCardBytes)
        throw base::Error(base::ErrorCode::kInvalidArgument, "table_too_large", {{"limit", std::to_string(kMaxCardBytes)}});
    }
    if (!encoding_.empty() && !base::is_valid_utf8(card)) return to_utf8(card, encoding_);
    return card;
  }

  const StoredContent& content_;
  const std::string encoding_;
  std::vector<Sheet> sheets_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::int64_t offset_ = 0, number_ = 0;
};

}  // namespace

const std::vector<std::string>& vcard_column_names() {
  static const std::vector<std::string> names = {"FN",
                                                 "N.family",
                                                 "N.given",
                                                 "N.middle",
                                                 "N.prefix",
                                                 "N.suffix",
                                                 "NICKNAME",
                                                 "ORG",
                                                 "ORG.unit",
                                                 "TITLE",
                                                 "ROLE",
                                                 "TEL",
                                                 "EMAIL",
                                                 "ADR",
                                                 "ADR.city",
                                                 "ADR.region",
                                                 "ADR.postal_code",
                                                 "ADR.country",
                                                 "ADR.street",
                                                 "URL",
                                                 "IMPP",
                                                 "BDAY",
                                                 "GENDER",
                                                 "NOTE",
                                                 "CATEGORIES",
                                                 "UID",
                                                 "OTHER"};
  return names;
}

std::vector<VcardProperty> parse_vcard_properties(std::string_view card) {
  std::vector<VcardProperty> properties;
  for (const auto& text : unfold(card)) {
    const Line line = parse_line(text);
    if (line.name.empty()) continue;
    properties.push_back({line.name, types_of(line), decoded_value(line)});
  }
  return properties;
}

std::vector<std::string> split_vcard_value(std::string_view value, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      const char next = value[i + 1];
      if (next == 'n' || next == 'N')
        parts.back() += '\n';
      else if (next == ',' || next == ';' || next == '\\' || next == ':')
        parts.back() += next;
      else
        parts.back().append(1, '\\').append(1, next);
      ++i;
    } else if (separator != '\0' && value[i] == separator) {
      parts.emplace_back();
    } else if (value[i] != '\r') {
      parts.back() += value[i];
    }
  }
  return parts;
}

std::unique_ptr<TableReader> open_vcard(const StoredContent& content, const TableOptions& options) {
  return std::make_unique<VcardReader>(content, options);
}

}  // namespace connect
