#include "server/entity/access.hpp"

#include <algorithm>
#include <string_view>

#include "server/entity/read/access/access_rules.hpp"
#include "server/entity/read/filter/formula_scope.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity {

namespace read {

std::string_view action_name(Action action) {
  switch (action) {
    case Action::kRead: return "read";
    case Action::kCreate: return "create";
    case Action::kUpdate: return "update";
    case Action::kDelete: return "delete";
    case Action::kExport: return "export";
  }
  return {};
}

std::string_view scope_name(Scope scope) {
  switch (scope) {
    case Scope::kNone: return "none";
    case Scope::kOwn: return "own";
    case Scope::kDepartment: return "department";
    case Scope::kDepartmentTree: return "department_tree";
    case Scope::kAll: return "all";
  }
  return {};
}

// "company:read", "*:read", "company:*", "company:write" (create, update and delete).
bool key_allows(const Caller& caller, const EntityDef& entity, Action action) {
  if (caller.key_scopes.empty()) return true;
  const bool is_write = action == Action::kCreate || action == Action::kUpdate || action == Action::kDelete;
  return std::any_of(caller.key_scopes.begin(), caller.key_scopes.end(), [&](std::string_view scope) {
    const auto colon = scope.find(':');
    const auto name = scope.substr(0, colon);
    const auto verb = colon == std::string_view::npos ? std::string_view() : scope.substr(colon + 1);
    return (name == "*" || name == entity.key) && (verb == "*" || verb == action_name(action) || (verb == "write" && is_write));
  });
}

Scope everyone_scope(const EntityDef& entity, Action action) {
  for (const auto& [name, scope] : entity.everyone_scopes) {
    if (name != action_name(action)) continue;
    for (const auto known : {Scope::kAll, Scope::kDepartmentTree, Scope::kDepartment, Scope::kOwn}) {
      if (scope == scope_name(known)) return known;
    }
  }
  return Scope::kNone;
}

Scope role_scope(const Caller& caller, const EntityDef& entity, Action action) {
  const auto found = caller.entities.find(entity.id);
  if (found != caller.entities.end()) return found->second.scopes[static_cast<int>(action)];
  // The columns of a many_to_many are as readable as both its ends (see via_part).
  return entity.kind == EntityKind::kRelation && action == Action::kRead ? Scope::kOwn : Scope::kNone;
}

Scope granted_scope(const Caller& caller, const EntityDef& entity, Action action) {
  if (caller.is_system || caller.is_admin) return Scope::kAll;
  return std::max(everyone_scope(entity, action), role_scope(caller, entity, action));
}

}  // namespace read

namespace {

constexpr int kMaxViaDepth = 3;

// Builds the predicate of one caller and action; remembers the entities on the way of access.via against circles.
class AccessBuilder {
 public:
  AccessBuilder(const Registry& registry, const Caller& caller, Action action) : registry_(registry), caller_(caller), action_(action) {}

  Filter build(const EntityDef& entity) {
    if (!read::key_allows(caller_, entity, action_)) return Filter::never();
    if (read::granted_scope(caller_, entity, action_) == Scope::kNone) return Filter::never();
    if (caller_.is_system || caller_.is_admin) return Filter::always();
    const auto role = read::role_scope(caller_, entity, action_);
    auto granted = Filter::never();
    if (role != Scope::kNone) granted = Filter::any_of(with_two(scope_part(entity, role), via_part(entity)));
    granted = Filter::all_of(with_two(std::move(granted), condition_part(entity)));
    granted = Filter::any_of(with_two(std::move(granted), scope_part(entity, read::everyone_scope(entity, action_))));
    granted = Filter::any_of(with_two(std::move(granted), open_part(entity)));
    if (granted.kind == Filter::Kind::kAlways) return granted;
    return Filter::any_of(with_two(std::move(granted), share_part()));
  }

 private:
  static std::vector<Filter> with_two(Filter first, Filter second) {
    std::vector<Filter> parts;
    parts.push_back(std::move(first));
    parts.push_back(std::move(second));
    return parts;
  }

  // Entities without an owner have no record scopes: any scope is all, unless access.via says where the right comes
  // from.
  Filter scope_part(const EntityDef& entity, Scope scope) const {
    if (scope == Scope::kAll) return Filter::always();
    if (scope == Scope::kNone) return Filter::never();
    if (entity.kind == EntityKind::kRelation && entity.owner_index < 0) return Filter::never();
    if (entity.owner_index < 0) return entity.access_via.empty() ? Filter::always() : Filter::never();
    if (caller_.owners(scope).empty()) return Filter::never();
    Filter filter;
    filter.kind = Filter::Kind::kScope;
    filter.path.push_back({&entity, entity.owner_index, {}});
    filter.values.emplace_back(static_cast<std::int64_t>(scope));
    filter.as_system = true;
    return filter;
  }

  // Records that their owner has opened to everybody, such as shared views.
  Filter open_part(const EntityDef& entity) const {
    if (action_ != Action::kRead || entity.open_index < 0) return Filter::never();
    Filter filter;
    filter.kind = Filter::Kind::kCompare;
    filter.op = FilterOp::kEq;
    filter.path.push_back({&entity, entity.open_index, {}});
    filter.values.emplace_back(std::int64_t{1});
    filter.as_system = true;
    return filter;
  }

  Filter share_part() const {
    Filter filter;
    filter.kind = Filter::Kind::kShared;
    filter.values.emplace_back(std::int64_t{action_ == Action::kRead || action_ == Action::kExport ? 1 : 2});
    filter.as_system = true;
    return action_ == Action::kCreate ? Filter::never() : filter;
  }

  // Reading only: the record that a link points to lends its read right. A relation needs both its ends.
  Filter via_part(const EntityDef& entity) {
    if (action_ != Action::kRead && action_ != Action::kExport) return Filter::never();
    const bool is_relation = entity.kind == EntityKind::kRelation && caller_.entities.find(entity.id) == caller_.entities.end();
    if (depth_ >= kMaxViaDepth || (entity.access_via.empty() && !is_relation)) return Filter::never();
    ++depth_;
    std::vector<Filter> parts;
    if (is_relation) {
      for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        const auto& field = entity.fields[i];
        if (!field.system && !field.to.empty()) parts.push_back(linked_part(entity, static_cast<FieldIndex>(i)));
      }
    } else {
      for (const auto& key : entity.access_via) {
        if (const auto index = entity.index_of(key); index >= 0) parts.push_back(linked_part(entity, index));
      }
    }
    --depth_;
    if (is_relation) return parts.empty() ? Filter::never() : Filter::all_of(std::move(parts));
    return Filter::any_of(std::move(parts));
  }

  Filter linked_part(const EntityDef& entity, FieldIndex index) {
    const auto& field = entity.fields[static_cast<std::size_t>(index)];
    std::vector<Filter> parts;
    for (const auto* target : read::link_targets(registry_, field)) {
      if (std::find(way_.begin(), way_.end(), target) != way_.end()) continue;
      way_.push_back(&entity);
      AccessBuilder inner(registry_, caller_, Action::kRead);
      inner.depth_ = depth_;
      inner.way_ = way_;
      auto access = inner.build(*target);
      way_.pop_back();
      if (access.kind == Filter::Kind::kNever) continue;
      Filter filter;
      filter.kind = Filter::Kind::kLinked;
      filter.path.push_back({&entity, index, {}});
      filter.other = target;
      filter.as_system = true;
      filter.children.push_back(std::move(access));
      parts.push_back(std::move(filter));
    }
    return Filter::any_of(std::move(parts));
  }

  Filter condition_part(const EntityDef& entity) const {
    const auto found = caller_.entities.find(entity.id);
    if (found == caller_.entities.end() || found->second.conditions.empty()) return Filter::always();
    std::vector<Filter> parts;
    for (const auto& text : found->second.conditions) parts.push_back(read::condition_filter(text, registry_, entity));
    return Filter::any_of(std::move(parts));
  }

  const Registry& registry_;
  const Caller& caller_;
  Action action_;
  int depth_ = 0;
  std::vector<const EntityDef*> way_;
};

bool contains(const std::vector<int>& sorted, int id) { return std::binary_search(sorted.begin(), sorted.end(), id); }

}  // namespace

Filter access_filter(const Registry& registry, const EntityDef& entity, const Caller& caller, Action action) {
  return AccessBuilder(registry, caller, action).build(entity);
}

bool may(const Caller& caller, const EntityDef& entity, Action action) {
  return caller.is_system || (read::key_allows(caller, entity, action) && read::granted_scope(caller, entity, action) != Scope::kNone);
}

bool may_read_field(const Caller& caller, const EntityDef& entity, const FieldDef& field) {
  if (caller.is_system || caller.is_admin) return true;
  const auto found = caller.entities.find(entity.id);
  return found == caller.entities.end() || !contains(found->second.hidden_fields, field.id);
}

bool may_write_field(const Caller& caller, const EntityDef& entity, const FieldDef& field) {
  if (field.read_only || field.system) return caller.is_system && !field.system;
  if (caller.is_system || caller.is_admin) return true;
  const auto found = caller.entities.find(entity.id);
  if (found == caller.entities.end()) return true;
  return !contains(found->second.hidden_fields, field.id) && !contains(found->second.readonly_fields, field.id);
}

}  // namespace entity
