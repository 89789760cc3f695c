// Rights: the predicate of an action as one Filter; compiled for lists, evaluated for records, explained for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/entity/caller.hpp"
#include "server/entity/filter.hpp"
#include "server/store/database.hpp"

namespace entity {

// Predicate of records of `entity` on which the caller may do `action`: scope by owner, shares, access.via, conditions.
// kAlways for administrators, kNever when there is no right at all.
Filter access_filter(const Registry& registry, const EntityDef& entity, const Caller& caller, Action action);
bool may(const Caller& caller, const EntityDef& entity, Action action);  // at all (scope is not none)
bool may_read_field(const Caller& caller, const EntityDef& entity, const FieldDef& field);
bool may_write_field(const Caller& caller, const EntityDef& entity, const FieldDef& field);

// One rule that lets or stops: {"rule":"scope","role":"Менеджер","scope":"own","lets":false,"because":"owner"}.
struct AccessReason {
  std::string rule;  // admin, scope, share, via, condition, key_scope, no_right
  bool lets = false;
  std::int64_t role_id = 0;
  std::string scope;
  std::string detail;
};
struct AccessExplanation {
  bool allowed[kActionCount] = {};
  std::vector<AccessReason> reasons;
  std::vector<std::string> hidden_fields;
};
AccessExplanation explain_access(store::Connection& connection, const Registry& registry, const Record& record, const Caller& whose);

// Builds callers from users, departments, roles, deputies; caches; drops what changed (outbox and NOTIFY).
class CallerDirectory {
 public:
  virtual ~CallerDirectory() = default;
  // Error not_found for unknown, unauthenticated "account_disabled" for disabled users.
  virtual CallerPtr find(std::int64_t user_id) = 0;
  virtual void invalidate() = 0;
};

}  // namespace entity
