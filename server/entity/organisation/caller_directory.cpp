#include "server/entity/caller_directory.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "server/base/json.hpp"
#include "server/base/program/log.hpp"
#include "server/entity/metadata/system_behaviours.hpp"
#include "server/entity/organisation/rights.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

constexpr std::chrono::seconds kCallerLifetime{60};

using Ids = std::vector<std::int64_t>;

struct UserRow {
  std::string name, language, time_zone;
  bool is_active = false, is_admin = false;
  std::int64_t department = 0;
  Ids roles;
};
struct DepartmentRow {
  std::int64_t parent = 0, head = 0;
  Ids children, users;
};
struct DeputyRow {
  std::int64_t user = 0, substitute = 0, starts_on = 0, ends_on = 0;
};

// Everything callers are made of, as of one read.
struct Organisation {
  std::map<std::int64_t, UserRow> users;
  std::map<std::int64_t, DepartmentRow> departments;
  std::map<std::int64_t, json::value> roles;  // rights
  std::vector<DeputyRow> deputies;
  std::int64_t version = 0;  // the latest change of any of it
};

std::int64_t integer_or_zero(const store::Statement& statement, int column) {
  return statement.is_null(column) ? 0 : statement.integer(column);
}

void read_users(store::Connection& connection, const Company& company, Organisation& out) {
  auto statement = connection.prepare("callers_users",
                                      "SELECT id,name,language,time_zone,is_active,is_admin,department,updated_at FROM "
                                      "sys_user WHERE deleted_at IS NULL");
  while (statement.step()) {
    auto& user = out.users[statement.integer(0)];
    user.name = statement.text(1);
    user.language = statement.is_null(2) ? company.language : std::string(statement.text(2));
    user.time_zone = statement.is_null(3) ? company.time_zone : std::string(statement.text(3));
    user.is_active = statement.is_null(4) || statement.integer(4) != 0;
    user.is_admin = integer_or_zero(statement, 5) != 0;
    user.department = integer_or_zero(statement, 6);
  }
}

void read_departments(store::Connection& connection, Organisation& out) {
  auto statement = connection.prepare("callers_departments", "SELECT id,parent,head FROM sys_department WHERE deleted_at IS NULL");
  while (statement.step()) {
    auto& department = out.departments[statement.integer(0)];
    department.parent = integer_or_zero(statement, 1);
    department.head = integer_or_zero(statement, 2);
  }
  for (auto& [id, department] : out.departments) {
    const auto parent = out.departments.find(department.parent);
    if (parent != out.departments.end()) parent->second.children.push_back(id);
  }
  for (const auto& [id, user] : out.users) {
    const auto department = out.departments.find(user.department);
    if (department != out.departments.end()) department->second.users.push_back(id);
  }
}

void read_roles(store::Connection& connection, Organisation& out) {
  auto roles = connection.prepare("callers_roles", "SELECT id,rights FROM sys_role WHERE deleted_at IS NULL");
  while (roles.step()) out.roles[roles.integer(0)] = roles.is_null(1) ? json::value(json::object()) : base::parse_json(roles.text(1));
  auto links = connection.prepare("callers_user_roles", "SELECT \"user\",role FROM sys_user_role WHERE deleted_at IS NULL");
  while (links.step()) {
    const auto user = out.users.find(links.integer(0));
    if (user != out.users.end()) user->second.roles.push_back(links.integer(1));
  }
}

void read_deputies(store::Connection& connection, Organisation& out) {
  auto statement =
      connection.prepare("callers_deputies", "SELECT \"user\",substitute,starts_on,ends_on FROM sys_deputy WHERE deleted_at IS NULL");
  while (statement.step()) {
    out.deputies.push_back(
        {integer_or_zero(statement, 0), integer_or_zero(statement, 1), integer_or_zero(statement, 2), integer_or_zero(statement, 3)});
  }
}

void read_version(store::Connection& connection, Organisation& out) {
  for (const auto* table : {"sys_user", "sys_department", "sys_role", "sys_user_role", "sys_deputy"}) {
    // Deleting counts as a change: deleted_at comes with updated_at.
    auto statement = connection.prepare("callers_version", "SELECT max(updated_at) FROM " + std::string(table));
    if (statement.step()) out.version = std::max(out.version, integer_or_zero(statement, 0));
  }
}

void sort_unique(Ids& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

// The department and all below it; stops at circles.
void collect_tree(const Organisation& organisation, std::int64_t id, std::set<std::int64_t>& seen, Ids& users) {
  const auto found = organisation.departments.find(id);
  if (found == organisation.departments.end() || !seen.insert(id).second) return;
  users.insert(users.end(), found->second.users.begin(), found->second.users.end());
  for (const auto child : found->second.children) collect_tree(organisation, child, seen, users);
}

CallerPtr make_caller(const Organisation& organisation, const Registry& registry, std::int64_t id, const UserRow& user, base::Instant now) {
  auto caller = std::make_shared<Caller>();
  caller->user_id = id;
  caller->title = user.name;
  caller->is_admin = user.is_admin;
  caller->department_id = user.department;
  caller->language = user.language;
  caller->time_zone = user.time_zone;
  caller->rights_version = organisation.version;
  caller->roles = user.roles;
  sort_unique(caller->roles);

  const auto zone = base::TimeZone::find(user.time_zone).value_or(base::TimeZone::utc());
  const auto today = base::to_days(zone.local_date(now));
  caller->own_owners = {id};
  for (const auto& deputy : organisation.deputies) {
    if (deputy.substitute == id && deputy.starts_on <= today && today <= deputy.ends_on) caller->own_owners.push_back(deputy.user);
  }
  sort_unique(caller->own_owners);

  // A head answers for his departments whether or not he is counted among their people.
  std::set<std::int64_t> mine;
  if (user.department != 0) mine.insert(user.department);
  for (const auto& [department_id, department] : organisation.departments) {
    if (department.head == id) mine.insert(department_id);
  }
  caller->department_owners = caller->own_owners;
  caller->tree_owners = caller->own_owners;
  std::set<std::int64_t> seen;
  for (const auto department_id : mine) {
    const auto found = organisation.departments.find(department_id);
    if (found == organisation.departments.end()) continue;
    caller->department_owners.insert(caller->department_owners.end(), found->second.users.begin(), found->second.users.end());
    collect_tree(organisation, department_id, seen, caller->tree_owners);
  }
  sort_unique(caller->department_owners);
  sort_unique(caller->tree_owners);

  std::set<std::int64_t> above;
  for (auto department_id = user.department; department_id != 0 && above.insert(department_id).second;) {
    const auto found = organisation.departments.find(department_id);
    department_id = found == organisation.departments.end() ? 0 : found->second.parent;
  }
  caller->department_ids.assign(above.begin(), above.end());

  std::vector<const json::value*> matrices;
  for (const auto role : caller->roles) {
    const auto found = organisation.roles.find(role);
    if (found != organisation.roles.end()) matrices.push_back(&found->second);
  }
  caller->entities = merge_rights(registry, matrices);
  return caller;
}

// Shared with the subscription and the catalog's listener, which may still run while the directory is being destroyed.
struct Cache {
  struct Entry {
    CallerPtr caller;
    base::Instant expires_at;
  };
  std::mutex mutex;
  std::shared_ptr<const Organisation> organisation;
  std::map<std::int64_t, Entry> callers;
  std::int64_t generation = 0;  // a snapshot read before an invalidation is not kept

  void clear() {
    const std::lock_guard lock(mutex);
    organisation.reset();
    callers.clear();
    ++generation;
  }
};

class StoredCallerDirectory final : public CallerDirectory {
 public:
  StoredCallerDirectory(store::Database& database, Catalog& catalog, const base::Clock& clock)
      : database_(database), catalog_(catalog), clock_(clock), cache_(std::make_shared<Cache>()) {
    const std::weak_ptr<Cache> weak = cache_;
    const auto clear = [weak] {
      if (const auto cache = weak.lock()) cache->clear();
    };
    subscription_ = database_.subscribe(
        kRightsChannel, [clear](std::string_view) { clear(); }, store::Database::Delivery::kBeforeWriteReturns);
    catalog_.on_change([clear](const Registry&) { clear(); });
  }

  CallerPtr find(std::int64_t user_id) override {
    const auto now = clock_.now();
    std::shared_ptr<const Organisation> organisation;
    std::int64_t generation = 0;
    {
      const std::lock_guard lock(cache_->mutex);
      const auto found = cache_->callers.find(user_id);
      if (found != cache_->callers.end() && now < found->second.expires_at) return found->second.caller;
      organisation = cache_->organisation;
      generation = cache_->generation;
    }
    if (!organisation) organisation = load();
    const auto user = organisation->users.find(user_id);
    if (user == organisation->users.end()) throw base::Error(base::ErrorCode::kNotFound, "unknown_user", {{"id", std::to_string(user_id)}});
    if (!user->second.is_active) throw base::Error(base::ErrorCode::kUnauthenticated, "account_disabled");
    auto caller = make_caller(*organisation, *catalog_.current(), user_id, user->second, now);
    const std::lock_guard lock(cache_->mutex);
    if (generation == cache_->generation) {
      cache_->organisation = organisation;
      cache_->callers[user_id] = {caller, now + kCallerLifetime};
    }
    return caller;
  }

  void invalidate() override { cache_->clear(); }

 private:
  std::shared_ptr<const Organisation> load() {
    auto organisation = std::make_shared<Organisation>();
    store::ReadOptions options;
    options.name = "callers";
    options.deadline = std::chrono::milliseconds(10'000);
    database_.read(options, [&](store::Connection& connection) {
      *organisation = Organisation{};
      read_users(connection, catalog_.current()->company(), *organisation);
      read_departments(connection, *organisation);
      read_roles(connection, *organisation);
      read_deputies(connection, *organisation);
      read_version(connection, *organisation);
    });
    return organisation;
  }

  store::Database& database_;
  Catalog& catalog_;
  const base::Clock& clock_;
  std::shared_ptr<Cache> cache_;
  store::Database::Subscription subscription_;
};

}  // namespace

std::unique_ptr<CallerDirectory> make_caller_directory(store::Database& database, Catalog& catalog, const base::Clock& clock) {
  return std::make_unique<StoredCallerDirectory>(database, catalog, clock);
}

}  // namespace entity
