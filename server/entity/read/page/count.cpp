#include "server/entity/read/page/count.hpp"

#include <algorithm>
#include <charconv>

namespace entity::read {

namespace {

Count count_up_to(const QueryContext& context, const Selection& selection, std::int64_t cap) {
  if (selection.filter.kind == Filter::Kind::kNever || selection.access.kind == Filter::Kind::kNever) return {0, true};
  SqlWriter sql(context.connection);
  FilterSql filters(sql, context.registry, context.caller, context.now);
  filters.set_via_membership(FilterSql::Membership::kLists);
  if (cap == 0) sql.expect_many_rows();
  sql << (cap > 0 ? "SELECT count(*) FROM (SELECT 1 FROM " : "SELECT count(*) FROM ") << table_of(*selection.entity) << " r";
  write_where(sql, filters, selection, "r");
  if (cap > 0) (sql << " LIMIT ").parameter(cap + 1) << ") c";
  auto statement = context.connection.prepare(cap > 0 ? "count_capped" : "count_exact", sql.text());
  sql.bind_all(statement);
  statement.step();
  const auto value = statement.integer(0);
  if (cap > 0 && value > cap) return {cap, false};
  return {value, true};
}

// Rows of the table by the planner's statistics; 0: unknown.
std::int64_t table_rows(const QueryContext& context, const EntityDef& entity) {
  const auto& table = storage_of(entity).table;
  if (context.connection.dialect() == store::Dialect::kPostgres) {
    auto statement = context.connection.prepare("table_rows", "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass($1)");
    statement.bind_text(1, table_of(entity));
    return statement.step() && !statement.is_null(0) ? std::max<std::int64_t>(0, statement.integer(0)) : 0;
  }
  auto exists = context.connection.prepare("has_statistics", "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'");
  if (!exists.step()) return 0;
  auto statement =
      context.connection.prepare("table_rows", "SELECT stat FROM sqlite_stat1 WHERE tbl = $1 ORDER BY length(stat) DESC LIMIT 1");
  statement.bind_text(1, table);
  std::int64_t rows = 0;
  if (statement.step()) {
    const auto text = statement.text(0);
    std::from_chars(text.data(), text.data() + text.size(), rows);
  }
  return rows;
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
