#include <algorithm>

#include "server/entity/query.hpp"
#include "server/entity/read/page/page.hpp"
#include "server/entity/read/page/record_plan.hpp"
#include "server/entity/side_records.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

// True when the scope alone, or as one of several grants, lets the caller read a record of this owner: the common case
// needs no second look.
bool scope_covers(const Filter& access, const Caller& caller, std::int64_t owner) {
  if (access.kind == Filter::Kind::kOr) {
    return std::any_of(access.children.begin(), access.children.end(),
                       [&](const Filter& child) { return scope_covers(child, caller, owner); });
  }
  if (access.kind != Filter::Kind::kScope) return false;
  const auto& owners = caller.owners(static_cast<Scope>(std::get<std::int64_t>(access.values.front())));
  return std::binary_search(owners.begin(), owners.end(), owner);
}

bool passes(const QueryContext& context, const EntityDef& entity, std::int64_t id, const Filter& access) {
  read::SqlWriter sql(context.connection);
  read::FilterSql filters(sql, context.registry, context.caller, context.now);
  filters.set_membership(read::FilterSql::Membership::kCorrelated);
  (sql << "SELECT 1 FROM " << table_of(entity) << " r WHERE r.id = ").parameter(id) << " AND ";
  filters.write(access, entity, "r");
  auto statement = context.connection.prepare("record_access", sql.text());
  sql.bind_all(statement);
  return statement.step();
}

}  // namespace

bool write_record(const QueryContext& context, const EntityDef& entity, std::int64_t id, base::JsonWriter& out) {
  const auto access = access_filter(context.registry, entity, context.caller, Action::kRead);
  if (access.kind == Filter::Kind::kNever) return false;
  const auto plan = read::record_plan(context, entity);
  read::RowWriter row(context, plan->output);
  {
    auto statement = context.connection.prepare("record_by_id", plan->select);
    statement.bind(1, id);
    if (!statement.step()) return false;
    if (access.kind != Filter::Kind::kAlways) {
      const bool has_owner = plan->owner_column >= 0 && !statement.is_null(plan->owner_column);
      const auto owner = has_owner ? statement.integer(plan->owner_column) : 0;
      if (!scope_covers(access, context.caller, owner) && !passes(context, entity, id, access)) return false;
    }
    row.row(statement, 0);
    if (plan->brings_items) {
      read::FetchedItems items(plan->items.tables.size());
      read::TitleMap titles;
      if (!statement.is_null(plan->items_column)) items = read::parse_items(plan->items, statement.text(plan->items_column), titles);
      row.set_items(std::move(items), std::move(titles));
    }
  }
  std::string text;
  row.finish(text);
  out.raw(text);
  return true;
}

std::optional<Record> load_record(store::Connection& connection, const Registry&, const EntityDef& entity, std::int64_t id,
                                  bool for_update) {
  const auto plan = read::load_plan(connection.dialect(), entity);
  Record record;
  read::FetchedItems items;
  const bool brings_items = plan->brings_items && !for_update;
  {
    auto statement = connection.prepare("load_record", for_update ? plan->select_for_update : plan->select);
    statement.bind(1, id);
    if (!statement.step()) return std::nullopt;
    const int items_column = read_record_row(entity, statement, 0, record);
    if (brings_items) {
      items.resize(plan->items.tables.size());
      read::TitleMap no_titles;
      if (!statement.is_null(items_column)) items = read::parse_items(plan->items, statement.text(items_column), no_titles);
    }
  }
  const auto& tables = plan->items.tables;
  if (!brings_items) items = read::fetch_items(connection, tables, {id}, plan->items_sql);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (const auto found = items[i].find(id); found != items[i].end()) record.at(tables[i]->field) = std::move(found->second);
  }
  return record;
}

std::optional<Record> load_row(store::Connection& connection, const EntityDef& entity, std::int64_t id) {
  auto statement = connection.prepare("load_row", read::load_plan(connection.dialect(), entity)->select_row);
  if (!statement.bind(1, id).step()) return std::nullopt;
  Record record;
  read_record_row(entity, statement, 0, record);
  return record;
}

// One sort key with an index of its own, at most one page of 100, and conditions on own filterable columns only.
bool is_cheap(const Query& query) {
  if (query.count != CountKind::kNone || query.limit > 100 || query.sort.size() > 1) return false;
  const auto is_own = [](const std::vector<PathStep>& path) {
    const auto& field = path.front().entity->fields[static_cast<std::size_t>(path.front().field)];
    return path.size() == 1 && (field.filterable || field.system) && item_table(*path.front().entity, path.front().field) == nullptr;
  };
  if (!query.sort.empty()) {
    const auto& key = query.sort.front();
    const auto& field = key.path.front().entity->fields[static_cast<std::size_t>(key.path.front().field)];
    if (key.path.size() > 1 || !(field.sortable || field.system)) return false;
  }
  const auto is_plain = [&](const Filter& filter) {
    return filter.kind == Filter::Kind::kCompare && is_own(filter.path) && (filter.op == FilterOp::kEq || filter.op == FilterOp::kIn);
  };
  if (query.filter.kind == Filter::Kind::kAlways || is_plain(query.filter)) return true;
  return query.filter.kind == Filter::Kind::kAnd && std::all_of(query.filter.children.begin(), query.filter.children.end(), is_plain);
}

}  // namespace entity
