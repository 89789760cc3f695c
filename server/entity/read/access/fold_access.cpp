#include "server/entity/read/access/fold_access.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "server/entity/read/filter/sql_writer.hpp"

namespace entity::read {

namespace {

// Owners that every passing record has one of; nullopt: the filter does not say.
std::optional<std::vector<std::int64_t>> named_owners(const Filter& filter, const EntityDef& entity) {
  if (filter.kind == Filter::Kind::kAnd) {
    for (const auto& child : filter.children) {
      if (auto owners = named_owners(child, entity)) return owners;
    }
    return std::nullopt;
  }
  if (filter.kind != Filter::Kind::kCompare || (filter.op != FilterOp::kEq && filter.op != FilterOp::kIn)) return std::nullopt;
  if (filter.path.size() != 1 || filter.path.front().field != entity.owner_index) return std::nullopt;
  std::vector<std::int64_t> owners;
  for (const auto& value : filter.values) {
    const auto* link = std::get_if<Link>(&value);
    if (link == nullptr) return std::nullopt;
    owners.push_back(link->record_id);
  }
  return owners;
}

// Rebuilds and, or; `replace` answers for leaves. Negations and linked records are left alone.
Filter rewrite(Filter filter, const std::function<Filter(Filter)>& replace) {
  if (filter.kind != Filter::Kind::kAnd && filter.kind != Filter::Kind::kOr) return replace(std::move(filter));
  std::vector<Filter> parts;
  for (auto& child : filter.children) parts.push_back(rewrite(std::move(child), replace));
  return filter.kind == Filter::Kind::kAnd ? Filter::all_of(std::move(parts)) : Filter::any_of(std::move(parts));
}

Filter settle_scope(Filter leaf, const std::vector<std::int64_t>& named, const Caller& caller) {
  if (leaf.kind != Filter::Kind::kScope) return leaf;
  const auto& covered = caller.owners(static_cast<Scope>(std::get<std::int64_t>(leaf.values.front())));
  const auto is_covered = [&](std::int64_t owner) { return std::binary_search(covered.begin(), covered.end(), owner); };
  if (std::all_of(named.begin(), named.end(), is_covered)) return Filter::always();
  if (std::none_of(named.begin(), named.end(), is_covered)) return Filter::never();
  return leaf;
}

bool has_shared(const Filter& filter) {
  if (filter.kind == Filter::Kind::kShared) return true;
  if (filter.kind != Filter::Kind::kAnd && filter.kind != Filter::Kind::kOr) return false;
  return std::any_of(filter.children.begin(), filter.children.end(), has_shared);
}

bool anything_shared(const QueryContext& context, const EntityDef& entity) {
  const auto& caller = context.caller;
  SqlWriter sql(context.connection);
  sql << "SELECT 1 FROM sys_share s WHERE s.user_id";
  sql.in_ints(caller.own_owners.empty() ? std::vector<std::int64_t>{caller.user_id} : caller.own_owners);
  (sql << " AND s.entity_id = ").parameter(std::int64_t{entity.id});
  if (!caller.department_ids.empty()) {
    sql << " UNION ALL SELECT 1 FROM sys_share s WHERE s.department_id";
    sql.in_ints(caller.department_ids);
    (sql << " AND s.entity_id = ").parameter(std::int64_t{entity.id});
  }
  sql << " LIMIT 1";
  auto statement = context.connection.prepare("shared_with_caller", sql.text());
  sql.bind_all(statement);
  return statement.step();
}

}  // namespace

Filter fold_access(Filter access, const Filter& filter, const QueryContext& context, const EntityDef& entity) {
  if (access.kind == Filter::Kind::kAlways || access.kind == Filter::Kind::kNever) return access;
  if (entity.owner_index >= 0) {
    if (const auto named = named_owners(filter, entity)) {
      access = rewrite(std::move(access), [&](Filter leaf) { return settle_scope(std::move(leaf), *named, context.caller); });
    }
  }
  if (has_shared(access) && !anything_shared(context, entity)) {
    access = rewrite(std::move(access), [](Filter leaf) { return leaf.kind == Filter::Kind::kShared ? Filter::never() : std::move(leaf); });
  }
  return access;
}

}  // namespace entity::read
