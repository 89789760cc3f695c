// What a file holds: where the header of each sheet stands, its columns with samples, and how its rows are to be taken.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "server/connect/import/mapping.hpp"
#include "server/connect/tables/table.hpp"

namespace connect {

struct SheetPlan {
  int sheet = 0;
  std::string name;
  // Row of the header; 0: the table begins at once (vCard, files without a header), -1: a sheet without a table, nothing is imported.
  std::int64_t header_row = 0;
  std::vector<std::string> headers;
  Mapping mapping;
  std::vector<ColumnSample> samples;
  std::string fingerprint;
};

struct Analysis {
  TableFormat format = TableFormat::kCsv;
  std::string encoding, delimiter;
  std::vector<SheetPlan> sheets;  // visible ones, or the chosen one
};

struct AnalysisOptions {
  std::string sheet;    // only this one; empty: all that are visible
  std::string mapping;  // "auto" or the name of a ready one; anything unknown: Error not_found "import_mapping_not_found" {name}
  // What people say of a sheet's header instead of what would be found: a row from 1 on, 0 (none) or -1 (the sheet is left out).
  std::map<int, std::int64_t> header_rows;
};

// Reads the beginning of each sheet (300 rows). Field error "header_row" out_of_range when a given header stands behind it.
Analysis analyse_table(TableReader& reader, const HeaderWords& words, const entity::EntityDef& entity, const AnalysisOptions& options);

// What a row behind the header is.
enum class RowKind { kData, kBlank, kTotal, kTitle };
std::string_view skip_reason(RowKind kind);  // "blank", "total", "title"
RowKind kind_of_row(const Row& row, const SheetPlan& plan, const HeaderWords& words);

// What the row is called in reports: of a CSV records are counted from behind the header.
std::int64_t reported_number(const Row& row, const SheetPlan& plan, TableFormat format);

}  // namespace connect
