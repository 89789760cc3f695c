#include "server/insight/number_rows.hpp"

#include <endian.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <limits>
#include <string>

#include "server/base/error.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/read/filter/filter_sql.hpp"
#include "server/entity/read/page/page.hpp"
#include "server/insight/number_ranges.hpp"
#include "server/store/parts.hpp"

namespace insight {

namespace {

using entity::read::SqlWriter;

constexpr int kBeside = 2;  // connections
// PostgreSQL: a statement reads as many blocks of a table as hold about twice NumberRows::few rows of a log; with four times as many the
// processor time of taking the bytes here doubles.
constexpr std::int64_t kRowsOfBlock = 32;
constexpr auto kAll = std::numeric_limits<std::int64_t>::max();

void write_column(SqlWriter& sql, const entity::QueryContext& context, const entity::EntityDef& entity, entity::FieldIndex index) {
  const auto terminal = entity::read::describe_terminal(context.registry, {&entity, index, {}});
  if (terminal.source != entity::read::TerminalSource::kColumn || terminal.is_uid || terminal.comparison == entity::Comparison::kText)
    throw base::Error::internal("no number: " + entity.key + "." + terminal.field->key);
  if (terminal.comparison != entity::Comparison::kChoice) {
    sql << "r." << terminal.column;
    return;
  }
  sql << "(CASE WHEN r." << terminal.column << " IS NULL THEN NULL";
  for (const auto& option : terminal.field->options) {
    (sql << " WHEN r." << terminal.column << " = ").parameter(option.key) << " THEN ";
    sql.number(option.id);
  }
  sql << " ELSE 0 END)";
}

void write_columns(SqlWriter& sql, const entity::QueryContext& context, const NumberRows& rows) {
  sql << (rows.wants_ids ? "SELECT r.id AS c0" : "SELECT ");
  for (std::size_t i = 0; i < rows.fields.size(); ++i) {
    if (rows.wants_ids || i > 0) sql << ", ";
    write_column(sql, context, *rows.entity, rows.fields[i]);
    sql << " AS c" << std::to_string(i + 1);
  }
  sql << " FROM " << entity::table_of(*rows.entity) << " r";
}

// A column of eight-byte numbers each: 3 000 000 rows of four columns took 3.6 s where arrays took 6.7 (PostgreSQL 15, load 20, 2026-11).
void write_bytes(SqlWriter& sql, const NumberRows& rows) {
  for (std::size_t i = rows.wants_ids ? 0 : 1; i <= rows.fields.size(); ++i) {
    sql << (i == (rows.wants_ids ? 0U : 1U) ? "SELECT string_agg(int8send(" : ", string_agg(int8send(");
    sql << "coalesce(c" << std::to_string(i) << "::bigint, '" << std::to_string(kNoNumber) << "')), '')";
  }
}

void write_conditions(SqlWriter& sql, entity::read::FilterSql& filters, const NumberRows& rows, const entity::read::Selection& selection,
                      const entity::read::Drive& drive = {}) {
  if (rows.may_be_many) sql.expect_many_rows();
  filters.set_via_membership(entity::read::FilterSql::Membership::kLists);
  entity::read::write_where(sql, filters, selection, "r", drive);
}

// Lists of other tables' rows are made anew by each statement: better few parts than many.
bool asks_other_tables(std::string_view sql) {
  const auto count = [&](std::string_view words) {
    int found = 0;
    for (auto at = sql.find(words); at != std::string_view::npos; at = sql.find(words, at + 1)) ++found;
    return found;
  };
  return count(" FROM ") - count(" FROM json_each(") - count(" FROM (") > 1;
}

template <typename Row>
void take_rows(store::Statement& statement, const NumberRows& rows, const Row& row) {
  const int first = rows.wants_ids ? 0 : 1, width = static_cast<int>(rows.fields.size()) + 1;
  std::vector<std::int64_t> values(static_cast<std::size_t>(width));
  while (statement.step()) {
    for (int i = first; i < width; ++i) {
      // Zero may be an empty value; asking for that first would double the work.
      const auto value = statement.integer(i - first);
      values[static_cast<std::size_t>(i)] = value == 0 && statement.is_null(i - first) ? kNoNumber : value;
    }
    if (!row(values.data())) return;
  }
}

void write_select(SqlWriter& sql, const entity::QueryContext& context, const NumberRows& rows, const entity::read::Selection& selection,
                  const entity::read::Drive& drive = {}) {
  entity::read::FilterSql filters(sql, context.registry, context.caller, context.now);
  write_columns(sql, context, rows);
  write_conditions(sql, filters, rows, selection, drive);
}

void read_sqlite(const entity::QueryContext& context, const NumberRows& rows, const entity::read::Selection& selection,
                 const std::function<bool(const std::int64_t*)>& row) {
  SqlWriter sql(context.connection);
  write_select(sql, context, rows, selection);
  auto statement = context.connection.prepare("number_rows", sql.text());
  sql.bind_all(statement);
  take_rows(statement, rows, row);
}

// Of int8send(): eight bytes, the highest first.
std::int64_t number_at(std::string_view bytes, std::size_t place) {
  std::uint64_t number;
  std::memcpy(&number, bytes.data() + place * sizeof number, sizeof number);
  return static_cast<std::int64_t>(be64toh(number));
}

// What PostgreSQL thinks how many rows these conditions let pass.
std::int64_t estimated_rows(const entity::QueryContext& context, const NumberRows& rows, const entity::read::Selection& selection) {
  SqlWriter sql(context.connection);
  entity::read::FilterSql filters(sql, context.registry, context.caller, context.now);
  sql << "EXPLAIN SELECT 1 FROM " << entity::table_of(*rows.entity) << " r";
  write_conditions(sql, filters, rows, selection);
  auto statement = context.connection.prepare("number_rows_estimate", sql.text());
  sql.bind_all(statement);
  if (!statement.step()) return 0;
  constexpr std::string_view kRows = " rows=";  // of the first line
  const auto line = statement.text(0);
  const auto at = line.find(kRows);
  std::int64_t found = 0;
  if (at != std::string_view::npos) std::from_chars(line.data() + at + kRows.size(), line.data() + line.size(), found);
  return found;
}

std::int64_t count_blocks(const entity::QueryContext& context, const entity::EntityDef& entity) {
  auto statement =
      context.connection.prepare("number_rows_blocks", "SELECT pg_relation_size(to_regclass($1)) / current_setting('block_size')::bigint");
  return statement.bind_text(1, entity::table_of(entity)).step() ? statement.integer(0) : 0;
}

template <typename Row>
void take_bytes(store::Statement& statement, const NumberRows& rows, const Row& row) {
  const std::size_t width = rows.fields.size() + 1, first = rows.wants_ids ? 0 : 1;
  std::vector<std::int64_t> values(width);
  std::vector<std::string_view> columns(width);
  while (statement.step()) {
    for (std::size_t i = first; i < width; ++i) columns[i] = statement.blob(static_cast<int>(i - first));
    const auto count = columns.back().size() / sizeof(std::int64_t);
    for (std::size_t n = 0; n < count; ++n) {
      for (std::size_t i = first; i < width; ++i) values[i] = number_at(columns[i], n);
      if (!row(values.data())) return;
    }
  }
}

enum class Threads { kOne, kSeveral };

// Which blocks of the table a statement reads.
enum class Blocks { kAll, kBetween, kFrom };

void write_bytes_select(SqlWriter& sql, const entity::QueryContext& context, const NumberRows& rows,
                        const entity::read::Selection& selection, Blocks blocks) {
  entity::read::FilterSql filters(sql, context.registry, context.caller, context.now);
  write_bytes(sql, rows);
  sql << " FROM (";
  write_columns(sql, context, rows);
  write_conditions(sql, filters, rows, selection);
  if (blocks != Blocks::kAll) (sql << " AND r.ctid >= ").parameter(std::string());
  if (blocks == Blocks::kBetween) (sql << " AND r.ctid < ").parameter(std::string());
  if (blocks == Blocks::kAll && rows.most != kAll) (sql << " LIMIT ").parameter(rows.most);
  sql << ") x";
}

// The wire costs most: one row that holds all is several times cheaper than a row a record. Many are read by ranges of the table's blocks:
// no index is walked, and the server works on one while another is taken apart here. 3 000 000 rows took 2.7 s by ranges of ids with three
// processes of the server, 1.3 s by blocks, half of it for handing the bytes from one process to the next (load 15, 2026-11).
void read_postgres(const entity::QueryContext& context, const NumberRows& rows, const entity::read::Selection& selection, Threads threads,
                   const WorkerRow& row) {
  const bool has_ranges = rows.may_be_many && rows.most == kAll && estimated_rows(context, rows, selection) > rows.few;
  const auto blocks = has_ranges ? count_blocks(context, *rows.entity) : 0;
  SqlWriter between(context.connection), last(context.connection);
  write_bytes_select(between, context, rows, selection, Blocks::kBetween);
  auto at_once = std::max<std::int64_t>(1, rows.few / kRowsOfBlock);
  if (asks_other_tables(between.text())) at_once = std::max(at_once, blocks / store::count_workers(context.connection) + 1);
  const int parts = static_cast<int>(std::max<std::int64_t>(1, (blocks + at_once - 1) / at_once));
  write_bytes_select(last, context, rows, selection, parts > 1 ? Blocks::kFrom : Blocks::kAll);
  const auto place_of = [&](int part) { return "(" + std::to_string(part * at_once) + ",0)"; };
  std::atomic<bool> is_enough = false;
  const auto read_part = [&](const store::Part& part) {
    if (is_enough) return;
    const bool is_last = part.number + 1 == parts;
    const SqlWriter& sql = is_last ? last : between;
    auto statement = part.connection.prepare("number_rows", sql.text());
    sql.bind_all(statement);
    // The places come behind all others.
    const int place = static_cast<int>(sql.binds().size()) + (is_last ? 0 : -1);
    if (parts > 1) statement.bind_text(place, place_of(part.number));
    if (!is_last) statement.bind_text(place + 1, place_of(part.number + 1));
    take_bytes(statement, rows, [&](const std::int64_t* values) {
      if (row(part.worker, values)) return true;
      is_enough = true;
      return false;
    });
  };
  if (threads == Threads::kSeveral) return store::in_parts(context.connection, parts, read_part);
  for (int part = 0; part < parts; ++part) read_part({context.connection, part, 0});
}

// The statements of ranges differ in two numbers and are written once: what a filter is made of belongs to the calling thread.
struct RangeSelect {
  SqlWriter within, without;  // a range; records without a value
  int first_parameter;
};

RangeSelect write_range_select(const entity::QueryContext& context, const NumberRows& rows, const entity::read::Selection& selection,
                               const std::string& column, const entity::read::Drive& drive) {
  RangeSelect select{SqlWriter(context.connection), SqlWriter(context.connection), 0};
  write_select(select.within, context, rows, selection, drive);
  select.first_parameter = select.within.next_parameter();
  ((select.within << " AND r." << column << " BETWEEN ").parameter(std::int64_t{0}) << " AND ").parameter(std::int64_t{0});
  write_select(select.without, context, rows, selection, drive);
  select.without << " AND r." << column << " IS NULL";
  return select;
}

// Whether SQLite walks the ranges, each once, by an index; `words` shall be said of that too.
bool walks_ranges(const entity::QueryContext& context, const SqlWriter& sql, const std::string& column, std::string_view words) {
  const auto name = column.substr(1, column.size() - 2);
  const auto walk = name + ">? AND " + name + "<?";
  auto plan = context.connection.prepare("explain_number_rows", "EXPLAIN QUERY PLAN " + sql.text());
  sql.bind_all(plan);
  while (plan.step()) {
    const auto detail = plan.text(3);
    if (detail.starts_with("SEARCH r ") && detail.find(walk) != std::string_view::npos && detail.find(words) != std::string_view::npos)
      return true;
  }
  return false;
}

void read_ranges(const entity::QueryContext& context, const NumberRows& rows, const RangeSelect& select, const NumberRanges& ranges,
                 const WorkerRow& row) {
  std::atomic<bool> is_enough = false;
  const int count = static_cast<int>(ranges.parts.size());
  store::in_parts(context.connection, count + (ranges.has_empty ? 1 : 0), [&](const store::Part& part) {
    const bool is_empty = part.number == count;
    const SqlWriter& sql = is_empty ? select.without : select.within;
    auto statement = part.connection.prepare("number_rows", sql.text());
    sql.bind_all(statement);
    if (!is_empty) {
      const auto& [from, to] = ranges.parts[static_cast<std::size_t>(part.number)];
      statement.bind(select.first_parameter, from).bind(select.first_parameter + 1, to);
    }
    if (is_enough) return;
    take_rows(statement, rows, [&](const std::int64_t* values) {
      if (row(part.worker, values)) return true;
      is_enough = true;
      return false;
    });
  });
}

// False: there are no ranges, or none that an index would help with; nothing was read.
bool try_ranges(const entity::QueryContext& context, const NumberRows& rows, entity::read::Selection selection, entity::FieldIndex field,
                const WorkerRow& row) {
  if (!rows.may_be_many) return false;
  auto ranges = take_ranges(context, selection, field, rows.few);
  if (ranges.parts.size() < 2) return false;
  const auto column = std::string(entity::read::describe_terminal(context.registry, {rows.entity, field, {}}).column);
  auto select = write_range_select(context, rows, selection, column, {});
  if (!walks_ranges(context, select.within, column, "INDEX")) {
    // An index of another condition would be walked from end to end for each range, and its rows fetched one by one. Held, the conditions
    // are asked of an index that has all columns, if there is one.
    entity::read::Drive drive;
    drive.held.assign(entity::read::conditions_of(selection).size(), true);
    select = write_range_select(context, rows, selection, column, drive);
    if (!walks_ranges(context, select.within, column, "COVERING INDEX")) return false;
  }
  if (asks_other_tables(select.within.text())) ranges.join(static_cast<std::size_t>(store::count_workers(context.connection)));
  read_ranges(context, rows, select, ranges, row);
  return true;
}

}  // namespace

void read_numbers_in_parts(const entity::QueryContext& context, const NumberRows& rows, entity::FieldIndex ranges, const WorkerRow& row) {
  const auto selection = entity::read::make_selection(context, *rows.entity, rows.filter, entity::Action::kRead, false);
  if (selection.filter.kind == entity::Filter::Kind::kNever || selection.access.kind == entity::Filter::Kind::kNever) return;
  if (context.connection.dialect() == store::Dialect::kPostgres) return read_postgres(context, rows, selection, Threads::kSeveral, row);
  if (try_ranges(context, rows, selection, ranges, row)) return;
  read_sqlite(context, rows, selection, [&](const std::int64_t* values) { return row(0, values); });
}

void read_report(store::Database& database, const store::ReadOptions& options, const std::function<void(store::Connection&)>& body) {
  store::read_together(database, options, kBeside, body);
}

int count_workers(const store::Connection& connection) { return store::count_workers(connection); }

void read_numbers(const entity::QueryContext& context, const NumberRows& rows, const std::function<bool(const std::int64_t*)>& row) {
  const auto selection = entity::read::make_selection(context, *rows.entity, rows.filter, entity::Action::kRead, false);
  if (selection.filter.kind == entity::Filter::Kind::kNever || selection.access.kind == entity::Filter::Kind::kNever) return;
  if (context.connection.dialect() == store::Dialect::kPostgres)
    read_postgres(context, rows, selection, Threads::kOne, [&](int, const std::int64_t* values) { return row(values); });
  else
    read_sqlite(context, rows, selection, row);
}

std::vector<entity::FieldIndex> fields_of(const entity::EntityDef& entity, std::initializer_list<std::string_view> keys) {
  std::vector<entity::FieldIndex> fields;
  for (const auto key : keys) {
    fields.push_back(entity.index_of(key));
    if (fields.back() < 0) throw base::Error::internal("no field " + entity.key + "." + std::string(key));
  }
  return fields;
}

}  // namespace insight
