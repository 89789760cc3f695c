#include "server/entity/read/page/count.hpp"

#include <algorithm>

#include "server/entity/read/access/access_set.hpp"

namespace entity::read {

namespace {

Count count_up_to(const QueryContext& context, const Selection& selection, std::int64_t cap) {
  if (selection.filter.kind == Filter::Kind::kNever || selection.access.kind == Filter::Kind::kNever) return {0, true};
  SqlWriter sql(context.connection);
  FilterSql filters(sql, context.registry, context.caller, context.now);
  filters.set_via_membership(FilterSql::Membership::kLists);
  if (cap == 0) sql.expect_many_rows();
  sql << (cap > 0 ? "SELECT count(*) FROM (SELECT 1 FROM " : "SELECT count(*) FROM ") << table_of(*selection.entity) << " r";
  AccessSet access = cap == 0 ? AccessSet(context, selection) : AccessSet();
  write_where(sql, filters, selection, "r", access.drive());
  access.write(sql);
  if (cap > 0) (sql << " LIMIT ").parameter(cap + 1) << ") c";
  auto statement = context.connection.prepare(cap > 0 ? "count_capped" : "count_exact", sql.text());
  sql.bind_all(statement);
  access.bind(statement);
  statement.step();
  const auto value = statement.integer(0);
  if (cap > 0 && value > cap) return {cap, false};
  return {value, true};
}

// Rows of the table: by the planner's statistics, on SQLite by the ids that were given; 0: unknown.
std::int64_t table_rows(const QueryContext& context, const EntityDef& entity) {
  const bool is_postgres = context.connection.dialect() == store::Dialect::kPostgres;
  auto statement = context.connection.prepare(
      "table_rows", is_postgres
                        ? "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass($1)"
                        : "SELECT (SELECT max(id) FROM " + table_of(entity) + ") - (SELECT min(id) FROM " + table_of(entity) + ") + 1");
  if (is_postgres) statement.bind_text(1, table_of(entity));
  return statement.step() && !statement.is_null(0) ? std::max<std::int64_t>(0, statement.integer(0)) : 0;
}

}  // namespace

Count count_exactly(const QueryContext& context, const Selection& selection) { return count_up_to(context, selection, 0); }

Count estimate_count(const QueryContext& context, const Selection& selection) {
  auto count = count_up_to(context, selection, kEstimateCap);
  if (count.is_exact || selection.in_bin) return count;
  if (selection.filter.kind == Filter::Kind::kAlways && selection.access.kind == Filter::Kind::kAlways) {
    count.value = std::max(count.value, table_rows(context, *selection.entity));
  }
  return count;
}

}  // namespace entity::read
