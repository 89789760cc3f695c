// One page of a query: conditions with the caller's rights, keyset order, statements.
//
// Order. Empty values come last in either direction and the id ends every order, in the direction of the last key. With
// one sort key the page is read in two zones, first rows that have a value, then rows that have none: each is a plain
// walk of an index in both databases.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/read/filter/filter_sql.hpp"
#include "server/entity/read/page/cursor.hpp"
#include "server/entity/read/page/drive.hpp"
#include "server/entity/read/page/output.hpp"

namespace entity::read {

// Living (or binned) records of `entity` that pass `filter` and that the caller may do `action` to, the two worked into
// each other.
struct Selection {
  const EntityDef* entity = nullptr;
  Filter filter;
  Filter access;
  bool in_bin = false;
};
Selection make_selection(const QueryContext& context, const EntityDef& entity, const Filter& filter, Action action, bool in_bin);
// " WHERE …" over a row named `alias`. `drive`: made for the conditions of this selection.
void write_where(SqlWriter& out, FilterSql& filters, const Selection& selection, std::string_view alias, const Drive& drive = {});
// Conditions of the filter and of the rights.
std::vector<const Filter*> conditions_of(const Selection& selection);

class PageReader {
 public:
  PageReader(const QueryContext& context, const Query& query);
  // Writes the rows into `items` and returns the next cursor, empty at the end.
  std::string read(const OutputPlan& plan, std::string& items);

 private:
  enum class Zone { kAny, kWithValue, kWithoutValue };
  void read_zone(Zone zone, const OutputPlan& plan, RowWriter& rows);
  // Sorted by the title of a link: SQLite would sort every record. Instead the targets are walked in order of title, and
  // the records of each in order of id.
  bool walks_titles() const;
  void read_by_titles(const OutputPlan& plan, RowWriter& rows);
  std::vector<std::int64_t> next_title(std::optional<Blob>& title, bool is_first) const;
  void read_of_targets(const std::vector<std::int64_t>& targets, const Blob& title, std::int64_t after_id, const OutputPlan& plan,
                       RowWriter& rows);
  void write_key(SqlWriter& out, FilterSql& filters, std::size_t index) const;
  void write_after(SqlWriter& out, FilterSql& filters, Zone zone) const;
  void write_after_general(SqlWriter& out, FilterSql& filters) const;
  void write_order(SqlWriter& out, FilterSql& filters, Zone zone) const;
  bool is_descending() const { return !query_.sort.empty() && query_.sort.back().descending; }
  std::string_view id_column() const { return drive_.kind == Drive::Kind::kFetch ? "+r.id" : "r.id"; }
  Bind key_value(store::Statement& statement, int column, std::size_t index) const;

  const QueryContext& context_;
  const Query& query_;
  Selection selection_;
  Drive drive_;
  std::vector<Terminal> keys_;
  std::uint64_t fingerprint_;
  std::optional<Position> after_;
  Position last_;
  int count_ = 0;
  bool has_more_ = false;
};

}  // namespace entity::read
