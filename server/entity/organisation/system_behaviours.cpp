#include "server/entity/metadata/system_behaviours.hpp"

#include <set>

#include "server/base/json.hpp"
#include "server/base/text/email.hpp"
#include "server/base/text/text.hpp"
#include "server/base/time.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/organisation/rights.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

// Tells every node, after the commit, that rights may have changed.
class RightsChange : public Behaviour {
 public:
  explicit RightsChange(store::Database& database) : database_(database) {}
  void before_write(SaveContext& context) override { tell(context); }
  void before_delete(SaveContext& context) override { tell(context); }
  void before_restore(SaveContext& context) override { tell(context); }

 private:
  void tell(SaveContext& context) { database_.notify_on_commit(context.connection(), kRightsChannel, "changed"); }
  store::Database& database_;  // outlives the catalog that owns this
};

class UserBehaviour final : public RightsChange {
 public:
  using RightsChange::RightsChange;

  // One spelling of the address for signing in.
  void prepare(SaveContext& context) override {
    const auto email = base::normalize_email(context.record().text("email"));
    if (email.valid) context.record().set("email", email.value);
    const auto& company = context.registry().company();
    if (context.record().text("language").empty()) context.record().set("language", company.language);
    if (context.record().text("time_zone").empty()) context.record().set("time_zone", company.time_zone);
  }

  void check(SaveContext& context) override {
    const auto email = context.record().text("email");
    if (!email.empty() && !base::normalize_email(email).valid) context.add_error({"email", "email", {}});
    const auto zone = context.record().text("time_zone");
    if (!zone.empty() && !base::TimeZone::find(zone)) context.add_error({"time_zone", "unknown_time_zone", {}});
    const bool is_admin = context.record().integer("is_admin") != 0;
    const bool was_admin = context.before() && context.before()->integer("is_admin") != 0;
    if (is_admin != was_admin && !context.caller().is_admin) context.add_error({"is_admin", "admin_only", {}});
    const bool serves = is_admin && context.record().integer("is_active", 1) != 0;
    if (was_admin && !serves && !has_other_admin(context)) context.add_error({"is_admin", "last_admin", {}});
  }

  void before_delete(SaveContext& context) override {
    const bool serves = context.record().integer("is_admin") != 0 && context.record().integer("is_active", 1) != 0;
    if (serves && !has_other_admin(context)) throw base::Error::field("is_admin", "last_admin");
    RightsChange::before_delete(context);
  }

 private:
  static bool has_other_admin(SaveContext& context) {
    auto statement = context.connection().prepare(
        "other_admin", "SELECT 1 FROM sys_user WHERE is_admin=1 AND is_active=1 AND deleted_at IS NULL AND id<>$1 LIMIT 1");
    return statement.bind(1, context.record().id).step();
  }
};

class DepartmentBehaviour final : public RightsChange {
 public:
  using RightsChange::RightsChange;

  // Ids from the root down to the parent: "/1/5/".
  void prepare(SaveContext& context) override {
    std::string path = "/";
    std::set<std::int64_t> seen;
    for (auto parent = context.record().link_id("parent"); parent != 0;) {
      if (!seen.insert(parent).second || parent == context.record().id) break;
      path.insert(0, "/" + std::to_string(parent));
      parent = parent_of(context, parent);
    }
    context.record().set("path", path);
  }

  void check(SaveContext& context) override {
    std::set<std::int64_t> seen{context.record().id};
    for (auto parent = context.record().link_id("parent"); parent != 0; parent = parent_of(context, parent)) {
      if (parent == context.record().id || !seen.insert(parent).second) {
        context.add_error({"parent", "circle", {}});
        return;
      }
    }
  }

 private:
  static std::int64_t parent_of(SaveContext& context, std::int64_t id) {
    auto statement = context.connection().prepare("department_parent", "SELECT parent FROM sys_department WHERE id=$1");
    if (!statement.bind(1, id).step() || statement.is_null(0)) return 0;
    return statement.integer(0);
  }
};

class RoleBehaviour final : public RightsChange {
 public:
  using RightsChange::RightsChange;
  void check(SaveContext& context) override {
    const auto text = context.record().text("rights");
    if (text.empty()) return;
    std::vector<base::FieldError> errors;
    check_rights(context.registry(), base::parse_json(text), errors);
    for (auto& error : errors) context.add_error(std::move(error));
  }
};

}  // namespace

void add_system_behaviours(Catalog& catalog, store::Database& database) {
  const auto registry = catalog.current();
  const auto add = [&](std::string_view entity, std::unique_ptr<Behaviour> behaviour) {
    if (registry->find(entity)) catalog.add_behaviour(entity, std::move(behaviour));
  };
  add("user", std::make_unique<UserBehaviour>(database));
  add("department", std::make_unique<DepartmentBehaviour>(database));
  add("role", std::make_unique<RoleBehaviour>(database));
  add("user_role", std::make_unique<RightsChange>(database));
  add("deputy", std::make_unique<RightsChange>(database));
}

}  // namespace entity
