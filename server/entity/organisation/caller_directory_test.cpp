#include "server/entity/caller_directory.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/metadata/system_behaviours.hpp"
#include "server/entity/organisation/rights.hpp"

namespace entity {
namespace {

using Ids = std::vector<std::int64_t>;

class CallerDirectoryTest : public CatalogTest {
 protected:
  void SetUp() override {
    CatalogTest::SetUp();
    directory_ = make_caller_directory(database(), catalog(), clock_);
  }
  void TearDown() override {
    directory_.reset();
    CatalogTest::TearDown();
  }
  std::int64_t add_department(std::string_view name, std::int64_t parent = 0) {
    json::object values{{"name", name}};
    if (parent) values["parent"] = parent;
    return insert("department", values);
  }
  std::int64_t add_user(std::string_view name, std::int64_t department = 0, Ids roles = {}, bool is_admin = false) {
    json::object values{{"name", name}, {"email", std::string(name) + "@example.ru"}, {"is_active", true}, {"is_admin", is_admin}};
    if (department) values["department"] = department;
    json::array list(roles.begin(), roles.end());
    values["roles"] = list;
    return insert("user", values);
  }
  std::int64_t add_role(std::string_view name, std::string_view rights) {
    return insert("role", {{"name", name}, {"rights", base::parse_json(rights)}});
  }
  void change(std::string_view sql) {
    database().write({}, [&](store::Connection& connection) {
      connection.prepare("test_change", sql).run();
      database().notify_on_commit(connection, kRightsChannel, "changed");
    });
  }
  EntityRights rights(std::int64_t user, std::string_view key) { return directory_->find(user)->entities.at(entity(key).id); }
  static Scope scope(const EntityRights& rights, Action action) { return rights.scopes[static_cast<int>(action)]; }

  base::ManualClock clock_{base::from_micros(1'795'000'000'000'000)};  // 2026-11-18
  std::unique_ptr<CallerDirectory> directory_;
};
INSTANTIATE_TEST_SUITE_P(Databases, CallerDirectoryTest, store::kBothDatabases, store::database_name);

TEST_P(CallerDirectoryTest, KnowsTheDepartmentItsTreeAndTheDepartmentsAbove) {
  const auto company = add_department("company");
  const auto sales = add_department("sales", company);
  const auto north = add_department("north", sales);
  const auto head = add_user("head", sales);
  const auto peer = add_user("peer", sales);
  const auto below = add_user("below", north);
  const auto director = add_user("director", company);
  const auto caller = directory_->find(head);
  EXPECT_EQ(caller->title, "head");
  EXPECT_EQ(caller->own_owners, Ids{head});
  EXPECT_EQ(caller->department_owners, (Ids{head, peer}));
  EXPECT_EQ(caller->tree_owners, (Ids{head, peer, below}));
  EXPECT_EQ(caller->department_ids, (Ids{company, sales}));
  EXPECT_EQ(directory_->find(director)->tree_owners, (Ids{head, peer, below, director}));
  EXPECT_EQ(directory_->find(below)->tree_owners, Ids{below});
}

TEST_P(CallerDirectoryTest, AHeadOfADepartmentHeIsNotInSeesItsPeople) {
  const auto sales = add_department("sales");
  const auto worker = add_user("worker", sales);
  const auto head = add_user("head");
  change("UPDATE sys_department SET head=" + std::to_string(head));
  EXPECT_EQ(directory_->find(head)->department_owners, (Ids{worker, head}));
}

TEST_P(CallerDirectoryTest, ACircleOfDepartmentsEnds) {
  const auto a = add_department("a");
  const auto b = add_department("b", a);
  change("UPDATE sys_department SET parent=" + std::to_string(b) + " WHERE id=" + std::to_string(a));
  const auto user = add_user("user", a);
  EXPECT_EQ(directory_->find(user)->department_ids, (Ids{a, b}));
}

TEST_P(CallerDirectoryTest, ADeputyOwnsWhatIsTheOthersWithinTheDays) {
  const auto absent = add_user("absent");
  const auto deputy = add_user("deputy");
  insert("deputy", {{"user", absent}, {"substitute", deputy}, {"starts_on", "2026-11-20"}, {"ends_on", "2026-11-21"}});
  EXPECT_EQ(directory_->find(deputy)->own_owners, Ids{deputy});
  clock_.advance(std::chrono::days(2));
  EXPECT_EQ(directory_->find(deputy)->own_owners, (Ids{absent, deputy}));
  clock_.advance(std::chrono::days(2));
  EXPECT_EQ(directory_->find(deputy)->own_owners, Ids{deputy});
  EXPECT_EQ(directory_->find(absent)->own_owners, Ids{absent});
}

TEST_P(CallerDirectoryTest, TheWidestScopeOfAllRolesHolds) {
  const auto one = add_role("one", R"({"thing": {"read": "own", "update": "own", "hidden": ["price", "inn"], "read_only": ["name"]}})");
  const auto two = add_role(
      "two", R"({"thing": {"read": "department", "create": "all", "hidden": ["price"], "read_only": ["count"]}, "*": {"read": "all"}})");
  const auto user = add_user("user", 0, {one, two});
  const auto thing = rights(user, "thing");
  EXPECT_EQ(scope(thing, Action::kRead), Scope::kDepartment);
  EXPECT_EQ(scope(thing, Action::kUpdate), Scope::kOwn);
  EXPECT_EQ(scope(thing, Action::kCreate), Scope::kAll);
  EXPECT_EQ(scope(thing, Action::kDelete), Scope::kNone);
  EXPECT_EQ(thing.hidden_fields, std::vector<int>{7});
  EXPECT_TRUE(thing.readonly_fields.empty());
  EXPECT_EQ(scope(rights(user, "other"), Action::kRead), Scope::kAll);
}

TEST_P(CallerDirectoryTest, EverybodyHasWhatTheEntityGivesEveryoneAndTheStarLeavesTheSystemOut) {
  const auto role = add_role("role", R"({"*": {"read": "all", "update": "all"}})");
  const auto user = add_user("user", 0, {role});
  EXPECT_EQ(scope(rights(user, "user"), Action::kRead), Scope::kAll);
  EXPECT_EQ(scope(rights(user, "user"), Action::kUpdate), Scope::kNone);
  EXPECT_EQ(scope(rights(user, "view"), Action::kUpdate), Scope::kOwn);
  EXPECT_EQ(directory_->find(user)->entities.count(entity("role").id), 0u);
}

TEST_P(CallerDirectoryTest, ConditionsAddUpUnlessARoleHasNone) {
  const auto one = add_role("one", R"({"thing": {"read": "all", "condition": "count > 1"}})");
  const auto two = add_role("two", R"({"thing": {"read": "all", "condition": "count < 0"}})");
  const auto three = add_role("three", R"({"thing": {"read": "own"}})");
  const auto bound = add_user("bound", 0, {one, two});
  const auto free = add_user("free", 0, {one, three});
  EXPECT_EQ(rights(bound, "thing").conditions.size(), 2u);
  EXPECT_TRUE(rights(free, "thing").conditions.empty());
}

TEST_P(CallerDirectoryTest, ForgetsWhatChanged) {
  const auto user = add_user("user");
  EXPECT_FALSE(directory_->find(user)->is_admin);
  change("UPDATE sys_user SET is_admin=1, updated_at=updated_at+1");
  // The notification travels by itself.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!directory_->find(user)->is_admin && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(directory_->find(user)->is_admin);
}

TEST_P(CallerDirectoryTest, KeepsACallerUntilSomethingChanges) {
  const auto user = add_user("user");
  // PostgreSQL's listener tells once that it has begun to listen.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  auto first = directory_->find(user);
  while (directory_->find(user) != first && std::chrono::steady_clock::now() < deadline) first = directory_->find(user);
  EXPECT_EQ(directory_->find(user), first);
  directory_->invalidate();
  EXPECT_NE(directory_->find(user), first);
  EXPECT_EQ(directory_->find(user)->rights_version, first->rights_version);
}

TEST_P(CallerDirectoryTest, RefusesTheUnknownAndTheDisabled) {
  const auto user = add_user("user");
  change("UPDATE sys_user SET is_active=0");
  directory_->invalidate();
  EXPECT_EQ(store::error_key([&] { directory_->find(user); }), "account_disabled");
  EXPECT_EQ(store::error_key([&] { directory_->find(999); }), "unknown_user");
}

TEST(Rights, AreCheckedAgainstTheMetadata) {
  const auto registry = build_test_registry(test_entity_files());
  const auto problems = [&](std::string_view text) {
    std::vector<base::FieldError> errors;
    check_rights(*registry, base::parse_json(text), errors);
    std::string result;
    for (const auto& error : errors) result += error.path + ":" + error.code + " ";
    return result;
  };
  EXPECT_EQ(problems(R"({"thing": {"read": "own", "hidden": ["price"], "condition": "count > 1"}, "*": {"read": "all"}})"), "");
  EXPECT_EQ(problems("[]"), "rights:wrong_type ");
  EXPECT_EQ(problems(R"({"nothing": {}})"), "rights.nothing:unknown_entity ");
  EXPECT_EQ(problems(R"({"thing": 5})"), "rights.thing:wrong_type ");
  EXPECT_EQ(problems(R"({"thing": {"read": "mine"}})"), "rights.thing.read:unknown_scope ");
  EXPECT_EQ(problems(R"({"thing": {"look": "own"}})"), "rights.thing.look:unknown_member ");
  EXPECT_EQ(problems(R"({"thing": {"hidden": ["nothing"]}})"), "rights.thing.hidden[0]:unknown_field ");
  EXPECT_EQ(problems(R"({"thing": {"condition": "count >"}})").rfind("rights.thing.condition:formula", 0), 0u);
  EXPECT_EQ(problems(R"({"*": {"hidden": ["name"]}})"), "rights.*.hidden:unknown_member ");
}

}  // namespace
}  // namespace entity
