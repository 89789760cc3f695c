#include <algorithm>
#include <utility>

#include "server/base/error.hpp"
#include "server/entity/query.hpp"
#include "server/entity/read/page/count.hpp"
#include "server/entity/read/page/page.hpp"
#include "server/entity/read/page/selection.hpp"
#include "server/entity/read/page/slow_query.hpp"

namespace entity {

namespace {

// A query without a right to the entity at all is refused; one whose scope covers nothing answers an empty list.
void require_read(const QueryContext& context, const EntityDef& entity) {
  if (!may(context.caller, entity, Action::kRead))
    throw base::Error(base::ErrorCode::kPermissionDenied, "no_right", {{"entity", entity.key}});
}

// Records that are named by their ids are looked at one by one: left to itself SQLite may rather walk through all that the
// caller's owners have.
read::Drive drive_by_ids(const EntityDef& entity, const read::Selection& selection) {
  read::Drive drive;
  const auto parts = read::conditions_of(selection);
  const auto named = std::find_if(parts.begin(), parts.end(), [&](const Filter* part) {
    return part->kind == Filter::Kind::kCompare && (part->op == FilterOp::kEq || part->op == FilterOp::kIn) && part->path.size() == 1 &&
           part->path.front().field == entity.index_of("id");
  });
  if (named == parts.end()) return drive;
  drive.kind = read::Drive::Kind::kFetch;
  drive.held.assign(parts.size(), true);
  drive.held[static_cast<std::size_t>(named - parts.begin())] = false;
  return drive;
}

}  // namespace

void run_query(const QueryContext& context, const Query& query, base::JsonWriter& out) {
  require_read(context, *query.entity);
  read::with_advice(query.filter, query.sort, [&] {
    const auto& fields = query.fields.empty() ? read::default_fields(context.registry, *query.entity, context.caller) : query.fields;
    auto named = fields;
    const auto id = query.entity->index_of("id");
    bool has_id = false;
    for (const auto& path : named) has_id = has_id || (path.size() == 1 && path.front().field == id);
    if (!has_id) named.insert(named.begin(), {PathStep{query.entity, id, {}}});
    const read::OutputPlan plan(context.registry, *query.entity, named, false, context.caller);
    read::PageReader reader(context, query);
    std::string items;
    const auto next = reader.read(plan, items);
    out.begin_object().key("items").begin_array();
    if (!items.empty()) out.raw(items);
    out.end_array().key("next");
    if (next.empty())
      out.null();
    else
      out.text(next);
    if (query.count != CountKind::kNone) {
      const auto selection = read::make_selection(context, *query.entity, query.filter, Action::kRead, query.in_bin);
      const auto count =
          query.count == CountKind::kExact ? read::count_exactly(context, selection) : read::estimate_count(context, selection);
      out.key("count")
          .begin_object()
          .key("value")
          .integer(count.value)
          .key("kind")
          .text(count.is_exact ? "exact" : "estimate")
          .end_object();
    }
    out.end_object();
  });
}

std::vector<std::int64_t> find_ids(const QueryContext& context, const EntityDef& entity, const Filter& filter, Action action,
                                   std::int64_t after_id, int limit) {
  std::vector<std::int64_t> ids;
  const auto selection = read::make_selection(context, entity, filter, action, false);
  if (selection.filter.kind == Filter::Kind::kNever || selection.access.kind == Filter::Kind::kNever) return ids;
  read::with_advice(filter, {}, [&] {
    read::SqlWriter sql(context.connection);
    read::FilterSql filters(sql, context.registry, context.caller, context.now);
    sql << "SELECT r.id FROM " << table_of(entity) << " r";
    const bool is_sqlite = context.connection.dialect() == store::Dialect::kSqlite;
    read::write_where(sql, filters, selection, "r", is_sqlite ? drive_by_ids(entity, selection) : read::Drive{});
    (sql << " AND r.id > ").parameter(after_id) << " ORDER BY r.id LIMIT ";
    sql.parameter(std::int64_t{limit});
    auto statement = context.connection.prepare("find_ids", sql.text());
    sql.bind_all(statement);
    while (statement.step()) ids.push_back(statement.integer(0));
  });
  return ids;
}

std::int64_t count_exact(const QueryContext& context, const EntityDef& entity, const Filter& filter, Action action) {
  std::int64_t value = 0;
  read::with_advice(filter, {},
                    [&] { value = read::count_exactly(context, read::make_selection(context, entity, filter, action, false)).value; });
  return value;
}

}  // namespace entity
