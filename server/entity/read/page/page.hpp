// One page of a query: conditions with the caller's rights, keyset order, statements.
//
// Order. Empty values come last in either direction and the id ends every order, in the direction of the last key. With
// one sort key the page is read in two zones, first rows that have a value, then rows that have none: each is a plain
// walk of an index in both databases.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/read/filter/filter_sql.hpp"
#include "server/entity/read/page/cursor.hpp"
#include "server/entity/read/page/drive.hpp"
#include "server/entity/read/page/narrow.hpp"
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

// When a walk along the sort index gives way to sets of ids (narrow.hpp).
struct WalkLimits {
  std::int64_t work = 80'000;     // instructions: some 5 000 records looked at, 10 ms, 50 where they are not mapped; 0: at once
  std::int64_t few = 3'000;       // ids left: they are fetched and sorted rather than picked out of an index of a million, 0.1 s
                                  // (PostgreSQL: records that match, sorted by titles)
  std::int64_t targets = 20'000;  // links to so many records are looked up one by one; to more, the index is read from end to end
};

class PageReader {
 public:
  PageReader(const QueryContext& context, const Query& query, WalkLimits limits = {});
  // Writes the rows into `items` and returns the next cursor, empty at the end.
  std::string read(const OutputPlan& plan, std::string& items);

 private:
  enum class Zone { kAny, kWithValue, kWithoutValue };
  // False: a walk came past too many records that do not match, and `last_` is the last one that does.
  bool read_zones(const OutputPlan& plan, RowWriter& rows);
  bool read_zone(Zone zone, const OutputPlan& plan, RowWriter& rows);
  // A condition asks for a value of the sort key, or for none: one of the zones is empty.
  bool wants_value() const;
  bool wants_no_value() const;
  bool has_condition_on_key(const std::function<bool(const Filter&)>& test) const;
  // Goes on behind the last row, by sets of ids.
  void narrow_down();
  void write_narrowing(SqlWriter& out);
  void read_listed(const OutputPlan& plan, RowWriter& rows);
  void bind(const SqlWriter& sql, store::Statement& statement) const;
  std::string_view query_name() const { return narrowing_.is_empty() ? "query_page" : "query_page_narrowed"; }
  void keep_position(store::Statement& statement, const OutputPlan& plan);
  // Sorted by the title of a link: either database would sort every record. Instead the targets are walked in order of title,
  // and the records of each in order of id: on SQLite title by title, on PostgreSQL in one statement unless few records match.
  bool has_titles_in_order() const;
  bool walks_titles() const;
  bool joins_titles() const;
  void read_joined_titles(const OutputPlan& plan, RowWriter& rows);
  void take_rows(store::Statement& statement, const OutputPlan& plan, RowWriter& rows);
  bool read_by_titles(const OutputPlan& plan, RowWriter& rows);
  std::vector<std::int64_t> next_title(std::optional<Blob>& title, bool is_first) const;
  bool read_of_targets(const std::vector<std::int64_t>& targets, const Blob& title, std::int64_t after_id, const OutputPlan& plan,
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
  const WalkLimits limits_;
  std::int64_t work_left_ = -1;  // of walks, until narrow_down; -1: unlimited
  Narrowing narrowing_;
  std::optional<std::vector<std::int64_t>> listed_;  // ids that alone are looked at
  bool is_narrowed_by_id_ = false;
  int within_parameter_ = 0, without_parameter_ = 0;  // of the statement being written; 0: none
  int count_ = 0;
  bool has_more_ = false;
};

}  // namespace entity::read
