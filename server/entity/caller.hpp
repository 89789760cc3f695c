// Who asks: a resolved, immutable snapshot of a user and his rights, cached per user and metadata version.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/base/time.hpp"

namespace entity {

enum class Action { kRead, kCreate, kUpdate, kDelete, kExport };
inline constexpr int kActionCount = 5;
enum class Scope { kNone, kOwn, kDepartment, kDepartmentTree, kAll };

// Rights to one entity, merged over the user's roles (the widest scope wins; a field is hidden only when every role that
// gives the entity hides it).
struct EntityRights {
  Scope scopes[kActionCount] = {};
  std::vector<int> hidden_fields;       // field ids not readable, sorted
  std::vector<int> readonly_fields;     // field ids not writable, sorted
  std::vector<std::string> conditions;  // FEEL row conditions of the roles; a record passes when any holds; empty: no condition
};

struct Caller {
  std::int64_t user_id = 0;  // 0: the system itself
  std::string title;
  bool is_admin = false;   // every right; still audited
  bool is_system = false;  // engine's own work: no access checks, no hidden fields
  std::int64_t department_id = 0;
  // Owners whose records each scope covers, sorted: own = me and those I am deputy for now.
  std::vector<std::int64_t> own_owners, department_owners, tree_owners;
  std::vector<std::int64_t> department_ids;        // departments shares may name: mine and its parents
  std::unordered_map<int, EntityRights> entities;  // by entity id
  std::vector<std::int64_t> roles;
  std::string language = "ru";
  std::string time_zone = "Europe/Moscow";
  std::int64_t rights_version = 0;  // grows when users, roles, departments or deputies change
  // Audit: where the call came from.
  std::string via;  // "ui", "api", "import", "cli", "process"
  std::string remote_address;
  std::int64_t api_key_id = 0;
  std::vector<std::string> key_scopes;  // empty: everything the user may; else "company:read", "*:read" …

  const std::vector<std::int64_t>& owners(Scope scope) const;
  static std::shared_ptr<const Caller> system();
};

using CallerPtr = std::shared_ptr<const Caller>;

}  // namespace entity
