// Why a user may or may not: the same rules as access_filter, tried one by one on one record.
#include <algorithm>
#include <utility>

#include "server/entity/access.hpp"
#include "server/entity/read/access/access_rules.hpp"
#include "server/entity/read/filter/formula_scope.hpp"
#include "server/entity/read/filter/terminal.hpp"
#include "server/entity/read/page/database_resolver.hpp"

namespace entity {

namespace {

class Explainer {
 public:
  Explainer(store::Connection& connection, const Registry& registry, const Record& record, const Caller& whose)
      : registry_(registry),
        record_(record),
        entity_(*record.entity),
        whose_(whose),
        // Conditions may ask for the time of day.
        context_{registry, *record.entity, whose, base::SystemClock().now()},
        resolver_(connection, registry, whose, context_.now) {}

  AccessExplanation explain() {
    for (int i = 0; i < kActionCount; ++i) {
      const auto filter = access_filter(registry_, entity_, whose_, static_cast<Action>(i));
      result_.allowed[i] = passes(filter);
    }
    if (whose_.is_system || whose_.is_admin) add({"admin", true, 0, {}, {}});
    key_scope();
    if (!whose_.is_system && !whose_.is_admin) rules();
    for (const auto& field : entity_.fields) {
      if (!may_read_field(whose_, entity_, field)) result_.hidden_fields.push_back(field.key);
    }
    return std::move(result_);
  }

 private:
  void add(AccessReason reason) { result_.reasons.push_back(std::move(reason)); }
  bool passes(const Filter& filter) { return matches(filter, record_, context_, &resolver_); }

  void key_scope() {
    if (whose_.key_scopes.empty()) return;
    std::string scopes;
    for (const auto& scope : whose_.key_scopes) scopes += (scopes.empty() ? "" : " ") + scope;
    add({"key_scope", read::key_allows(whose_, entity_, Action::kRead), 0, {}, scopes});
  }

  void rules() {
    const auto scope = read::granted_scope(whose_, entity_, Action::kRead);
    if (scope == Scope::kNone) {
      add({"no_right", false, 0, "none", {}});
      return;
    }
    add({"scope", scope_lets(scope), 0, std::string(read::scope_name(scope)), owner_text()});
    const auto found = whose_.entities.find(entity_.id);
    if (found != whose_.entities.end()) {
      for (const auto& condition : found->second.conditions) {
        add({"condition", passes(read::condition_filter(condition, registry_, entity_)), 0, {}, condition});
      }
    }
    for (const auto& key : entity_.access_via) via(key);
    for (const int level : {1, 2}) {
      if (resolver_.is_shared(entity_, record_.id, whose_, level == 1 ? Action::kRead : Action::kUpdate)) {
        add({"share", true, 0, {}, level == 1 ? "read" : "write"});
      }
    }
  }

  bool scope_lets(Scope scope) {
    if (scope == Scope::kAll) return true;
    if (entity_.owner_index < 0) return entity_.access_via.empty();
    const auto* link = std::get_if<Link>(&record_.at(entity_.owner_index));
    const auto& owners = whose_.owners(scope);
    return link != nullptr && std::binary_search(owners.begin(), owners.end(), link->record_id);
  }

  std::string owner_text() {
    if (entity_.owner_index < 0) return {};
    const auto* link = std::get_if<Link>(&record_.at(entity_.owner_index));
    return entity_.owner_field + "=" + (link != nullptr ? std::to_string(link->record_id) : std::string("null"));
  }

  // The record that `key` points to, when the user may read it.
  void via(const std::string& key) {
    const auto index = entity_.index_of(key);
    if (index < 0) return;
    const auto* link = std::get_if<Link>(&record_.at(index));
    const auto* target = link != nullptr ? registry_.find_id(link->entity_id) : nullptr;
    if (target == nullptr) return;
    const auto linked = resolver_.find(*target, link->record_id);
    const auto access = access_filter(registry_, *target, whose_, Action::kRead);
    const FilterContext inner{registry_, *target, whose_, context_.now};
    const bool lets = linked != nullptr && !linked->deleted && matches(access, *linked, inner, &resolver_);
    add({"via", lets, 0, {}, key + "=" + target->key + ":" + std::to_string(link->record_id)});
  }

  const Registry& registry_;
  const Record& record_;
  const EntityDef& entity_;
  const Caller& whose_;
  FilterContext context_;
  DatabaseResolver resolver_;
  AccessExplanation result_;
};

}  // namespace

AccessExplanation explain_access(store::Connection& connection, const Registry& registry, const Record& record, const Caller& whose) {
  return Explainer(connection, registry, record, whose).explain();
}

}  // namespace entity
