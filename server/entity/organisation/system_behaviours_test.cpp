// Users, departments and roles through all stages of a save.
#include <algorithm>

#include "server/entity/metadata/system_behaviours.hpp"

#include <gtest/gtest.h>

#include <thread>
#include "server/entity/caller_directory.hpp"

#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/metadata/migrations.hpp"
#include "server/entity/write/migrations.hpp"
#include "server/entity/write/record_service_impl.hpp"

namespace entity {
namespace {

class SystemBehavioursTest : public CatalogTest {
 protected:
  void SetUp() override {
    CatalogTest::SetUp();
    std::vector<store::Migration> migrations(metadata_migrations());
    migrations.insert(migrations.end(), write_migrations().begin(), write_migrations().end());
    std::sort(migrations.begin(), migrations.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    store::migrate(database(), migrations);
    records_ = make_record_service(database(), catalog(), clock_, random_);
    admin_.user_id = 1;
    admin_.is_admin = true;
  }
  void TearDown() override {
    records_.reset();
    CatalogTest::TearDown();
  }
  std::int64_t create(std::string_view key, std::string_view values) {
    return records_->create(admin_, entity(key), base::parse_json(values).as_object()).id;
  }
  void update(std::string_view key, std::int64_t id, std::string_view patch) {
    records_->update(admin_, entity(key), id, base::parse_json(patch).as_object());
  }
  // "path:code" of the first field error; "" when there is none.
  static std::string error_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const base::Error& error) {
      return error.fields().empty() ? error.key() : error.fields().front().path + ":" + error.fields().front().code;
    }
    return "";
  }

  base::SystemClock clock_;
  Caller admin_;
  std::unique_ptr<RecordService> records_;
};
INSTANTIATE_TEST_SUITE_P(Databases, SystemBehavioursTest, store::kBothDatabases, store::database_name);

TEST_P(SystemBehavioursTest, AnAddressForSigningInHasOneSpellingAndOneOwner) {
  const auto id = create("user", R"({"name": "Иван", "email": "Ivan@Example.RU"})");
  EXPECT_EQ(load("user", id).text("email"), "ivan@example.ru");
  EXPECT_EQ(load("user", id).integer("is_active"), 1);
  EXPECT_EQ(error_of([&] { create("user", R"({"name": "Пётр", "email": "IVAN@example.ru"})"); }), "email:not_unique");
  EXPECT_EQ(error_of([&] { create("user", R"({"name": "Пётр", "email": "nowhere"})"); }), "email:email");
  EXPECT_EQ(error_of([&] { create("user", R"({"name": "П", "email": "p@a.ru", "time_zone": "Moscow"})"); }), "time_zone:unknown_time_zone");
}

TEST_P(SystemBehavioursTest, TheLastAdministratorStays) {
  const auto first = create("user", R"({"name": "a", "email": "a@a.ru", "is_admin": true})");
  EXPECT_EQ(error_of([&] { update("user", first, R"({"is_admin": false})"); }), "is_admin:last_admin");
  EXPECT_EQ(error_of([&] { update("user", first, R"({"is_active": false})"); }), "is_admin:last_admin");
  create("user", R"({"name": "b", "email": "b@a.ru", "is_admin": true})");
  EXPECT_EQ(error_of([&] { update("user", first, R"({"is_admin": false})"); }), "");
}

TEST_P(SystemBehavioursTest, ADepartmentIsNeverBelowItself) {
  const auto top = create("department", R"({"name": "top"})");
  const auto middle = create("department", R"({"name": "middle", "parent": )" + std::to_string(top) + "}");
  const auto low = create("department", R"({"name": "low", "parent": )" + std::to_string(middle) + "}");
  EXPECT_EQ(load("department", low).text("path"), "/" + std::to_string(top) + "/" + std::to_string(middle) + "/");
  EXPECT_EQ(error_of([&] { update("department", top, R"({"parent": )" + std::to_string(low) + "}"); }), "parent:circle");
  EXPECT_EQ(error_of([&] { update("department", top, R"({"parent": )" + std::to_string(top) + "}"); }), "parent:circle");
}

TEST_P(SystemBehavioursTest, ARoleIsCheckedAgainstTheMetadata) {
  EXPECT_EQ(error_of([&] { create("role", R"({"name": "r", "rights": {"thing": {"read": "mine"}}})"); }),
            "rights.thing.read:unknown_scope");
  EXPECT_EQ(error_of([&] { create("role", R"({"name": "r", "rights": {"thing": {"read": "all", "condition": "state = \"gone\""}}})"); }),
            "rights.thing.condition:formula_unknown_option");
  const auto role = create("role", R"({"name": "r", "rights": {"thing": {"read": "own"}}})");
  EXPECT_EQ(json_of(load("role", role), "rights"), R"({"thing":{"read":"own"}})");
}

TEST_P(SystemBehavioursTest, ARoleGivenToAUserWorksFromTheNextRequestOn) {
  const auto directory = make_caller_directory(database(), catalog(), clock_);
  const auto role = create("role", R"({"name": "r", "rights": {"thing": {"read": "all"}}})");
  const auto user = create("user", R"({"name": "a", "email": "a@a.ru"})");
  EXPECT_EQ(directory->find(user)->entities.count(900), 0u);
  update("user", user, R"({"roles": [)" + std::to_string(role) + "]}");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (directory->find(user)->entities.count(900) == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(directory->find(user)->entities.at(900).scopes[0], Scope::kAll);
}

TEST_P(SystemBehavioursTest, ADeputysRulesAreSpelledInTheEntityFile) {
  const auto user = create("user", R"({"name": "a", "email": "a@a.ru"})");
  const auto deputy = [&](std::int64_t substitute, std::string_view starts, std::string_view ends) {
    return error_of([&] {
      create("deputy", R"({"user": )" + std::to_string(user) + R"(, "substitute": )" + std::to_string(substitute) + R"(, "starts_on": ")" +
                           std::string(starts) + R"(", "ends_on": ")" + std::string(ends) + "\"}");
    });
  };
  const auto other = create("user", R"({"name": "b", "email": "b@a.ru"})");
  EXPECT_EQ(deputy(other, "2026-11-02", "2026-11-01"), "ends_on:rule");
  EXPECT_EQ(deputy(user, "2026-11-01", "2026-11-02"), "substitute:rule");
  EXPECT_EQ(deputy(other, "2026-11-01", "2026-11-02"), "");
}

TEST_P(SystemBehavioursTest, ItemsGivenByIdKeepTheirPlaceThroughASave) {
  const auto user = create("user", R"({"name": "a", "email": "a@a.ru", "phones": ["8 916 000-00-01", "8 916 000-00-02"]})");
  const auto before = std::get<Items>(load("user", user).get("phones"));
  update("user", user, R"({"phones": [{"id": )" + std::to_string(before[1].id) + R"(, "kind": "mobile"}]})");
  const auto after = std::get<Items>(load("user", user).get("phones"));
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].id, before[1].id);
  EXPECT_EQ(json_of(load("user", user), "phones"),
            R"([{"id":)" + std::to_string(after[0].id) +
                R"(,"raw":"8 916 000-00-02","e164":"+79160000002","ext":null,"kind":"mobile","valid":true}])");
}

}  // namespace
}  // namespace entity
