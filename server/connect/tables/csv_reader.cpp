#include "server/connect/tables/csv_reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "server/base/error.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/tables/text_encoding.hpp"

namespace connect {

namespace {

constexpr std::size_t kSampleBytes = 64 * 1024;

// Cuts one record out of `text` from `at` on. A quote opens a field only at its beginning; text behind the closing quote belongs
// to the field. nullopt: the record goes on past the end of the text.
class RecordParser {
 public:
  RecordParser(char delimiter, bool is_quoting) : delimiter_(delimiter), is_quoting_(is_quoting) {}

  // Position after the record's line end.
  std::optional<std::size_t> parse(std::string_view text, std::size_t at, bool is_last, std::vector<std::string>& fields) const {
    fields.clear();
    while (true) {
      std::string field;
      if (!parse_field(text, at, is_last, field)) return std::nullopt;
      fields.push_back(std::move(field));
      if (fields.size() > static_cast<std::size_t>(kMaxColumns))
        throw base::Error(base::ErrorCode::kInvalidArgument, "table_too_large", {{"limit", std::to_string(kMaxColumns)}});
      if (at >= text.size()) return is_last ? std::optional(at) : std::nullopt;
      if (text[at] == delimiter_) {
        ++at;
        if (at == text.size() && !is_last) return std::nullopt;
        continue;
      }
      if (text[at] == '\r') {
        if (at + 1 == text.size() && !is_last) return std::nullopt;
        return at + (at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1);
      }
      return at + 1;
    }
  }

 private:
  bool is_end(char c) const { return c == delimiter_ || c == '\n' || c == '\r'; }

  bool parse_field(std::string_view text, std::size_t& at, bool is_last, std::string& field) const {
    if (is_quoting_ && at < text.size() && text[at] == '"') return parse_quoted(text, at, is_last, field);
    const std::size_t start = at;
    while (at < text.size() && !is_end(text[at])) ++at;
    field.assign(text.substr(start, at - start));
    return at < text.size() || is_last;
  }

  bool parse_quoted(std::string_view text, std::size_t& at, bool is_last, std::string& field) const {
    ++at;
    while (true) {
      const std::size_t quote = text.find('"', at);
      if (quote == std::string_view::npos) return false;
      append_lines(text.substr(at, quote - at), field);
      at = quote + 1;
      if (at == text.size()) return is_last;
      if (text[at] == '"') {
        field += '"';
        ++at;
        continue;
      }
      const std::size_t start = at;
      while (at < text.size() && !is_end(text[at])) ++at;
      if (at > start) field.append(text.substr(start, at - start));
      return at < text.size() || is_last;
    }
  }

  // Line ends inside a field become \n.
  static void append_lines(std::string_view text, std::string& field) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\r')
        field += text[i];
      else if (i + 1 >= text.size() || text[i + 1] != '\n')
        field += '\n';
    }
  }

  char delimiter_;
  bool is_quoting_;
};

// How evenly a delimiter cuts the sample: columns of the commonest width times the share of records that have it.
double evenness(std::string_view sample, char delimiter) {
  const RecordParser parser(delimiter, true);
  std::map<std::size_t, int> widths;
  std::vector<std::string> fields;
  int records = 0;
  for (std::size_t at = 0; at < sample.size() && records < 200;) {
    const auto next = parser.parse(sample, at, false, fields);
    if (!next) break;
    at = *next;
    if (fields.size() == 1 && fields[0].empty()) continue;
    ++widths[fields.size()];
    ++records;
  }
  if (records == 0) {
    const RecordParser whole(delimiter, true);
    if (!whole.parse(sample, 0, true, fields)) return 0;
    return fields.size() > 1 ? static_cast<double>(fields.size()) : 0;
  }
  double best = 0;
  for (const auto& [width, count] : widths) {
    if (width < 2) continue;
    const double share = static_cast<double>(count) / records;
    best = std::max(best, share * share * (1.0 + 0.1 * static_cast<double>(std::min<std::size_t>(width, 30))));
  }
  return best;
}

class CsvReader final : public TableReader {
 public:
  CsvReader(const StoredContent& content, const TableOptions& options) : content_(content), options_(options), sheets_{Sheet{}} {
    start();
    fill(kSampleBytes);
    if (!options.delimiter.empty()) {
      delimiter_ = options.delimiter == "\\t" || options.delimiter == "tab" ? '\t' : options.delimiter[0];
    } else if (const auto told = told_delimiter()) {
      delimiter_ = *told;
    } else {
      delimiter_ = detect_delimiter(std::string_view(buffer_).substr(0, kSampleBytes));
    }
    has_told_delimiter_ = told_delimiter().has_value();
    pass_over_told_delimiter();
  }

  TableFormat format() const override { return TableFormat::kCsv; }
  const std::vector<Sheet>& sheets() const override { return sheets_; }
  std::string encoding() const override { return stream_->encoding(); }
  std::string delimiter() const override { return delimiter_ == '\t' ? "\\t" : std::string(1, delimiter_); }

  void open_sheet(int) override {
    start();
    fill(kSampleBytes);
    pass_over_told_delimiter();
  }

  bool next(Row& row) override {
    if (at_ > kSampleBytes * 8) {
      buffer_.erase(0, at_);
      at_ = 0;
    }
    if (at_ >= buffer_.size()) fill(buffer_.size() + 1);
    if (at_ >= buffer_.size()) return false;
    read_record();
    if (++number_ > kMaxRows)
      throw base::Error(base::ErrorCode::kInvalidArgument, "table_too_large", {{"limit", std::to_string(kMaxRows)}});
    row.sheet = 0;
    row.number = number_;
    row.is_hidden = row.is_wide = false;
    row.kinds.clear();
    row.cells.clear();
    for (auto& field : fields_) {
      Cell cell;
      cell.text = std::move(field);
      cell.type = cell.text.empty() ? CellType::kEmpty : CellType::kText;
      row.cells.push_back(std::move(cell));
    }
    return true;
  }

 private:
  void start() {
    stream_.emplace(content_, options_.encoding);
    buffer_.clear();
    at_ = 0;
    number_ = 0;
    is_ended_ = false;
  }

  // Reads on until the buffer holds `bytes` from its beginning or the text ends.
  void fill(std::size_t bytes) {
    while (!is_ended_ && buffer_.size() < bytes) is_ended_ = !stream_->read(buffer_);
  }

  // "sep=;" in the first line is Excel's way to name the delimiter.
  std::optional<char> told_delimiter() const {
    if (!buffer_.starts_with("sep=") || buffer_.size() < 5) return std::nullopt;
    return buffer_[4];
  }

  void pass_over_told_delimiter() {
    if (has_told_delimiter_) at_ = std::min(buffer_.find('\n'), buffer_.size() - 1) + 1;
  }

  void read_record() {
    const RecordParser parser(delimiter_, true);
    while (true) {
      if (const auto next = parser.parse(buffer_, at_, is_ended_, fields_)) {
        at_ = *next;
        return;
      }
      // A quote that closes nowhere within a cell's limit was no quote at all.
      if (is_ended_ || buffer_.size() - at_ > 4 * kMaxCellBytes) break;
      fill(buffer_.size() + 1);
    }
    const RecordParser plain(delimiter_, false);
    const auto next = plain.parse(buffer_, at_, true, fields_);
    if (!next || *next - at_ > 4 * kMaxCellBytes)
      throw base::Error(base::ErrorCode::kInvalidArgument, "table_unreadable", {{"reason", "record_too_long"}});
    at_ = *next;
  }

  const StoredContent& content_;
  const TableOptions options_;
  std::vector<Sheet> sheets_;
  std::optional<TextStream> stream_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::int64_t number_ = 0;
  bool is_ended_ = false, has_told_delimiter_ = false;
  char delimiter_ = ',';
  std::vector<std::string> fields_;
};

}  // namespace

char detect_delimiter(std::string_view sample) {
  char best = ',';
  double most = 0;
  // In the order of preference: an equal cut goes to the first.
  for (const char delimiter : {';', ',', '\t', '|', ':'}) {
    double value = evenness(sample, delimiter);
    if (delimiter == ':') value /= 4;  // times and addresses of the web
    if (value > most + 1e-9) {
      most = value;
      best = delimiter;
    }
  }
  return best;
}

std::unique_ptr<TableReader> open_csv(const StoredContent& content, const TableOptions& options) {
  return std::make_unique<CsvReader>(content, options);
}

}  // namespace connect
