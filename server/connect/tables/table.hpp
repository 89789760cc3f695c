// Tables in files (CSV, XLSX, vCard) as streams of rows. Readers hold one row and what the format needs besides (shared texts,
// merged ranges), never the file. Damaged or hostile files end in Error invalid_argument "table_unreadable" {reason} or
// "table_too_large" {limit}; "table_encrypted" for workbooks with a password, "table_unknown_format" for anything else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace connect {

class StoredContent;  // files/file_store.hpp

enum class CellType { kEmpty, kText, kNumber, kDate, kBool, kError };

struct Cell {
  CellType type = CellType::kEmpty;
  // Covered by a merged range that began in an earlier row: the text is that of the range's first cell.
  bool is_merged = false;
  // Text as it stood, line breaks as \n. Number: shortest plain decimal. Date: "2024-03-17" or "2024-03-17 10:11:00". Bool: TRUE, FALSE.
  std::string text;
  bool is_blank() const;  // nothing but white space, or merged
};

struct Row {
  int sheet = 0;            // index into TableReader::sheets()
  std::int64_t number = 0;  // from 1: row of the sheet, record of a CSV (header included), card of a vCard file
  bool is_hidden = false;
  // The first cell is merged over several columns: a heading.
  bool is_wide = false;
  std::vector<Cell> cells;
  // vCard only: kinds of a cell's lines ("mobile\nwork"), by column.
  std::vector<std::pair<int, std::string>> kinds;
};

struct Sheet {
  std::string name;  // "" in formats without sheets
  bool is_hidden = false;
};

enum class TableFormat { kCsv, kXlsx, kVcard };
std::string_view table_format_name(TableFormat format);  // "csv", "xlsx", "vcard"

class TableReader {
 public:
  virtual ~TableReader() = default;
  virtual TableFormat format() const = 0;
  virtual const std::vector<Sheet>& sheets() const = 0;
  // Rows of the next calls are those of this sheet, from its beginning.
  virtual void open_sheet(int index) = 0;
  // False at the end of the sheet. Rows come in order; rows that the file leaves out between others come as empty ones.
  virtual bool next(Row& row) = 0;
  // How the file was read, for people: encoding and delimiter of a CSV.
  virtual std::string encoding() const { return "UTF-8"; }
  virtual std::string delimiter() const { return {}; }
  // Columns are the same in every file and need no header row: vCard. Their names, else empty.
  virtual std::vector<std::string> fixed_columns() const { return {}; }
};

struct TableOptions {
  std::string encoding;   // of text formats; empty: found out
  std::string delimiter;  // of CSV, one character or "\\t"; empty: found out
};

// Finds the format by the content, not by the name. `content` outlives the reader.
std::unique_ptr<TableReader> open_table(const StoredContent& content, const TableOptions& options = {});

// A file of this machine as content; Error not_found "file_not_found" {path}.
std::unique_ptr<StoredContent> open_local_file(const std::string& path);
// Text in memory as content.
std::unique_ptr<StoredContent> content_of(std::string text);

// Limits of every format.
inline constexpr std::int64_t kMaxColumns = 16'384;
inline constexpr std::int64_t kMaxRows = 5'000'000;
inline constexpr std::size_t kMaxCellBytes = 1 << 20;

}  // namespace connect
