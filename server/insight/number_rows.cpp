#include "server/insight/number_rows.hpp"

#include <charconv>
#include <string>

#include "server/base/error.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/read/filter/filter_sql.hpp"
#include "server/entity/read/page/page.hpp"

namespace insight {

namespace {

using entity::read::SqlWriter;

// PostgreSQL answers an array of so many ids per column and row, and is asked for so many ids at once.
constexpr std::int64_t kIdsInArray = 4096;
constexpr std::int64_t kIdsAtOnce = 500'000;

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

void write_columns(SqlWriter& sql, const entity::QueryContext& context, const NumberRows& rows, bool in_arrays) {
  sql << (in_arrays ? "SELECT array_agg(r.id)" : "SELECT r.id");
  for (const auto field : rows.fields) {
    sql << (in_arrays ? ", array_agg((" : ", ");
    write_column(sql, context, *rows.entity, field);
    if (in_arrays) sql << ")::bigint)";
  }
  sql << " FROM " << entity::table_of(*rows.entity) << " r";
}

void write_conditions(SqlWriter& sql, entity::read::FilterSql& filters, const NumberRows& rows, const entity::read::Selection& selection) {
  if (rows.may_be_many) sql.expect_many_rows();
  filters.set_via_membership(entity::read::FilterSql::Membership::kLists);
  entity::read::write_where(sql, filters, selection, "r");
}

void read_sqlite(const entity::QueryContext& context, const NumberRows& rows, const entity::read::Selection& selection,
                 const std::function<bool(const std::int64_t*)>& row) {
  SqlWriter sql(context.connection);
  entity::read::FilterSql filters(sql, context.registry, context.caller, context.now);
  write_columns(sql, context, rows, false);
  write_conditions(sql, filters, rows, selection);
  auto statement = context.connection.prepare("number_rows", sql.text());
  sql.bind_all(statement);
  const int width = static_cast<int>(rows.fields.size()) + 1;
  std::vector<std::int64_t> values(static_cast<std::size_t>(width));
  while (statement.step()) {
    for (int i = 0; i < width; ++i) {
      // Zero may be an empty value; asking for that first would double the work.
      const auto value = statement.integer(i);
      values[static_cast<std::size_t>(i)] = value == 0 && statement.is_null(i) ? kNoNumber : value;
    }
    if (!row(values.data())) return;
  }
}

// "{1,NULL,-5}"; what comes out is appended.
void read_array(std::string_view text, std::vector<std::int64_t>& values) {
  const char* at = text.data() + 1;
  const char* const end = text.data() + text.size() - 1;
  while (at < end) {
    std::int64_t value = kNoNumber;
    const auto result = std::from_chars(at, end, value);
    at = result.ec == std::errc() ? result.ptr : at + 4;  // NULL
    values.push_back(value);
    ++at;
  }
}

std::pair<std::int64_t, std::int64_t> id_bounds(const entity::QueryContext& context, const entity::EntityDef& entity) {
  auto bounds = context.connection.prepare("number_rows_bounds",
                                           "SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM " + entity::table_of(entity));
  bounds.step();
  return {bounds.integer(0), bounds.integer(1)};
}

// The wire costs most: a row of arrays for thousands of records is several times cheaper than as many rows.
void read_postgres(const entity::QueryContext& context, const NumberRows& rows, const entity::read::Selection& selection,
                   const std::function<bool(const std::int64_t*)>& row) {
  const auto [first, last] = rows.may_be_many ? id_bounds(context, *rows.entity) : std::pair<std::int64_t, std::int64_t>(0, 0);
  const std::size_t width = rows.fields.size() + 1;
  std::vector<std::vector<std::int64_t>> columns(width);
  std::vector<std::int64_t> values(width);
  for (auto from = first; from <= last; from += kIdsAtOnce) {
    SqlWriter sql(context.connection);
    entity::read::FilterSql filters(sql, context.registry, context.caller, context.now);
    write_columns(sql, context, rows, true);
    write_conditions(sql, filters, rows, selection);
    if (last - first >= kIdsAtOnce) {
      (sql << " AND r.id >= ").parameter(from) << " AND r.id < ";
      sql.parameter(from + kIdsAtOnce);
    }
    sql << " GROUP BY r.id / ";
    sql.number(kIdsInArray);
    auto statement = context.connection.prepare("number_rows", sql.text());
    sql.bind_all(statement);
    while (statement.step()) {
      for (std::size_t i = 0; i < width; ++i) {
        columns[i].clear();
        read_array(statement.text(static_cast<int>(i)), columns[i]);
      }
      for (std::size_t n = 0; n < columns.front().size(); ++n) {
        for (std::size_t i = 0; i < width; ++i) values[i] = columns[i][n];
        if (!row(values.data())) return;
      }
    }
  }
}

}  // namespace

void read_numbers(const entity::QueryContext& context, const NumberRows& rows, const std::function<bool(const std::int64_t*)>& row) {
  const auto selection = entity::read::make_selection(context, *rows.entity, rows.filter, entity::Action::kRead, false);
  if (selection.filter.kind == entity::Filter::Kind::kNever || selection.access.kind == entity::Filter::Kind::kNever) return;
  if (context.connection.dialect() == store::Dialect::kPostgres)
    read_postgres(context, rows, selection, row);
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
