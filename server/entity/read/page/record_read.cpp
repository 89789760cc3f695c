#include <algorithm>

#include "server/entity/query.hpp"
#include "server/entity/read/page/page.hpp"
#include "server/entity/read/page/selection.hpp"
#include "server/entity/storage.hpp"

namespace entity {

bool write_record(const QueryContext& context, const EntityDef& entity, std::int64_t id, base::JsonWriter& out) {
  if (!may(context.caller, entity, Action::kRead)) return false;
  const read::OutputPlan plan(context.registry, entity, read::all_fields(entity, context.caller), true, context.caller);
  const auto access = access_filter(context.registry, entity, context.caller, Action::kRead);
  if (access.kind == Filter::Kind::kNever) return false;
  read::SqlWriter sql(context.connection);
  read::FilterSql filters(sql, context.registry, context.caller, context.now);
  filters.set_membership(read::FilterSql::Membership::kCorrelated);
  sql << "SELECT ";
  plan.write_select(sql, filters, "r");
  (sql << " FROM " << table_of(entity) << " r WHERE r.id = ").parameter(id) << " AND r.deleted_at IS NULL";
  if (access.kind != Filter::Kind::kAlways) {
    sql << " AND ";
    filters.write(access, entity, "r");
  }
  auto statement = context.connection.prepare("record_by_id", sql.text());
  sql.bind_all(statement);
  if (!statement.step()) return false;
  read::RowWriter row(context, plan);
  row.row(statement, 0);
  std::string text;
  row.finish(text);
  out.raw(text);
  return true;
}

std::optional<Record> load_record(store::Connection& connection, const Registry&, const EntityDef& entity,
                                  std::int64_t id, bool for_update) {
  const auto& storage = storage_of(entity);
  std::string sql = "SELECT " + storage.select_list + " FROM " + storage.quoted_table + " WHERE id = $1";
  if (for_update && connection.dialect() == store::Dialect::kPostgres) sql += " FOR UPDATE";
  Record record;
  {
    auto statement = connection.prepare("load_record", sql);
    statement.bind(1, id);
    if (!statement.step()) return std::nullopt;
    read_record_row(entity, statement, 0, record);
  }
  read_all_items(connection, record);
  return record;
}

// One sort key with an index of its own, at most one page of 100, and conditions on own filterable columns only.
bool is_cheap(const Query& query) {
  if (query.count != CountKind::kNone || query.limit > 100 || query.sort.size() > 1) return false;
  const auto is_own = [](const std::vector<PathStep>& path) {
    const auto& field = path.front().entity->fields[static_cast<std::size_t>(path.front().field)];
    return path.size() == 1 && (field.filterable || field.system) &&
           item_table(*path.front().entity, path.front().field) == nullptr;
  };
  if (!query.sort.empty()) {
    const auto& key = query.sort.front();
    const auto& field = key.path.front().entity->fields[static_cast<std::size_t>(key.path.front().field)];
    if (key.path.size() > 1 || !(field.sortable || field.system)) return false;
  }
  const auto is_plain = [&](const Filter& filter) {
    return filter.kind == Filter::Kind::kCompare && is_own(filter.path) &&
           (filter.op == FilterOp::kEq || filter.op == FilterOp::kIn);
  };
  if (query.filter.kind == Filter::Kind::kAlways || is_plain(query.filter)) return true;
  return query.filter.kind == Filter::Kind::kAnd &&
         std::all_of(query.filter.children.begin(), query.filter.children.end(), is_plain);
}

}  // namespace entity
