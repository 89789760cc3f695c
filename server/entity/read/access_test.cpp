// Rights of reading as a table: role × record × field × path, on both databases.
#include <gtest/gtest.h>

#include "server/base/json.hpp"
#include "server/entity/read/read_testing.hpp"

namespace entity {
namespace {

using Ids = std::vector<std::int64_t>;

// Companies 1..5 belong to Anna … Dina, 6 to nobody. Company 3 is shared with Dina, 1 with the department North.
// Deals 1..6 point to the companies with the same number and belong to Anna.
class AccessTest : public testing::TestWithParam<store::Dialect> {
 protected:
  void SetUp() override {
    world_ = std::make_unique<ReadWorld>(GetParam());
    for (int i = 1; i <= 6; ++i) {
      const auto owner = i <= 5 ? std::to_string(i) : "null";
      world_->add("company", R"({"name": "C)" + std::to_string(i) + R"(", "city": "K", "secret": "s)" + std::to_string(i) +
                                 R"(", "employees": 10, "owner": )" + owner + "}");
      world_->add("deal", R"({"name": "D)" + std::to_string(i) + R"(", "amount": "10", "owner": 1, "company": )" + std::to_string(i) + "}");
      world_->add("note",
                  R"({"text": "N)" + std::to_string(i) + R"(", "subject": {"entity": "company", "id": )" + std::to_string(i) + "}}");
    }
    world_->share("company", 3, 5, 0, 1);
    world_->share("company", 1, 0, 3, 2);
  }

  struct Row {
    std::string_view who;
    Caller caller;
    Ids companies;  // that he may read
  };
  std::vector<Row> rows() const {
    const auto caller = [&](std::int64_t user, Scope scope) { return make_caller(world_->registry(), user, scope); };
    auto keyed = caller(2, Scope::kAll);
    keyed.key_scopes = {"company:read", "deal:*"};
    return {
        {"administrator", make_admin(), {1, 2, 3, 4, 5, 6}},
        {"all", caller(2, Scope::kAll), {1, 2, 3, 4, 5, 6}},
        {"key with its scopes", keyed, {1, 2, 3, 4, 5, 6}},
        {"own", caller(2, Scope::kOwn), {2}},
        {"own, a share to him", caller(5, Scope::kOwn), {3, 5}},
        {"own, a share to his department", caller(4, Scope::kOwn), {1, 4}},
        {"department", caller(2, Scope::kDepartment), {2, 3}},
        {"department tree", caller(2, Scope::kDepartmentTree), {2, 3, 4}},
        {"tree of the whole house", caller(1, Scope::kDepartmentTree), {1, 2, 3, 4, 5}},
    };
  }

  json::value list(const Caller& caller, std::string_view entity, std::string_view query) {
    return base::parse_json(world_->list(caller, entity, query));
  }
  static Ids ids_of(const json::value& answer) {
    Ids ids;
    for (const auto& item : answer.at("items").as_array()) ids.push_back(item.at("id").as_int64());
    return ids;
  }

  std::unique_ptr<ReadWorld> world_;
};

TEST_P(AccessTest, EveryReadingPathShowsTheSameRecords) {
  for (const auto& row : rows()) {
    SCOPED_TRACE(row.who);
    const auto count = std::to_string(row.companies.size());
    EXPECT_EQ(ids_of(list(row.caller, "company", R"({"sort": ["id"]})")), row.companies);
    EXPECT_EQ(ids_of(list(row.caller, "company", R"({"sort": ["name"]})")), row.companies);
    EXPECT_EQ(ids_of(list(row.caller, "company", R"({"filter": {"field": "city", "value": "k"}, "sort": ["-employees", "id"]})")),
              row.companies);
    EXPECT_EQ(world_->ids(row.caller, "company", "null"), row.companies);
    EXPECT_EQ(world_->ids_in_memory(row.caller, world_->entity("company"), Filter::always()), row.companies);
    EXPECT_EQ(json::serialize(list(row.caller, "company", R"({"count": "exact", "limit": 1})").at("count")),
              R"({"value":)" + count + R"(,"kind":"exact"})");
    EXPECT_EQ(json::serialize(list(row.caller, "company", R"({"count": "estimate", "limit": 1})").at("count")),
              R"({"value":)" + count + R"(,"kind":"exact"})");
    EXPECT_EQ(world_->aggregate(row.caller, "company", R"({"measures": [{"fn": "sum", "field": "employees"}]})"),
              R"({"groups":[{"key":{},"values":[)" + count + R"(0]}],"left_out":{"without_value":{"employees":0}}})");
    for (std::int64_t id = 1; id <= 6; ++id) {
      const bool may_read = std::find(row.companies.begin(), row.companies.end(), id) != row.companies.end();
      EXPECT_EQ(!world_->record(row.caller, "company", id).empty(), may_read) << id;
    }
  }
}

TEST_P(AccessTest, LinksTitlesAndPathsDoNotLeak) {
  for (const auto& row : rows()) {
    SCOPED_TRACE(row.who);
    auto caller = row.caller;
    if (!caller.is_admin) caller.entities[140].scopes[0] = Scope::kAll;  // deals are open to all, companies are not
    EXPECT_EQ(world_->ids(caller, "deal", R"({"field": "company.city", "value": "k"})"), row.companies);
    EXPECT_EQ(world_->ids(caller, "deal", R"({"field": "company.name", "op": "not_empty"})"), row.companies);
    const auto deals =
        list(caller, "deal", R"({"sort": ["company.name", "id"], "fields": ["company", "company.city"]})").at("items").as_array();
    ASSERT_EQ(deals.size(), 6u);
    Ids with_title, with_city;
    for (std::size_t i = 0; i < deals.size(); ++i) {
      const auto id = deals[i].at("id").as_int64();
      EXPECT_EQ(deals[i].at("company").at("id").as_int64(), id);
      if (!deals[i].at("company").at("title").is_null()) with_title.push_back(id);
      if (!deals[i].at("company.city").is_null()) with_city.push_back(id);
    }
    EXPECT_EQ(with_title, row.companies);
    EXPECT_EQ(with_city, row.companies);
    const auto groups = base::parse_json(world_->aggregate(caller, "deal", R"({"group": ["company.city"]})"));
    EXPECT_EQ(groups.at("groups").at(0).at("values").at(0).as_int64(), static_cast<std::int64_t>(row.companies.size()));
    EXPECT_EQ(groups.at("left_out").at("without_group").as_int64(), 6 - static_cast<std::int64_t>(row.companies.size()));
  }
}

TEST_P(AccessTest, NotesAreReadableThroughTheirSubject) {
  for (const auto& row : rows()) {
    if (row.who == "key with its scopes") continue;
    SCOPED_TRACE(row.who);
    auto caller = row.caller;
    const bool sees_all = caller.is_admin || caller.entities[200].scopes[0] == Scope::kAll;
    EXPECT_EQ(world_->ids(caller, "note", "null"), sees_all ? (Ids{1, 2, 3, 4, 5, 6}) : row.companies);
    EXPECT_EQ(world_->ids_in_memory(caller, world_->entity("note"), Filter::always()), sees_all ? (Ids{1, 2, 3, 4, 5, 6}) : row.companies);
    const auto exists = world_->filter(caller, "company", R"({"exists": {"path": "note.subject"}})");
    EXPECT_EQ(world_->ids(caller, world_->entity("company"), exists), row.companies);
  }
}

TEST_P(AccessTest, AHiddenFieldIsUnknownEverywhere) {
  auto caller = make_caller(world_->registry(), 2, Scope::kAll);
  caller.entities[110].hidden_fields = {19};
  const auto run = [&](std::string_view entity, const std::string& query) {
    return error_of([&] { world_->list(caller, entity, query); });
  };
  for (const std::string name : {"secret", "no_such_field"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(run("company", R"({"filter": {"field": ")" + name + R"(", "value": "s1"}})"), "unknown_field@filter.field");
    EXPECT_EQ(run("company", R"({"filter": {"formula": ")" + name + R"( = \"s1\""}})"), "unknown_field@filter.formula");
    EXPECT_EQ(run("company", R"({"sort": [")" + name + R"("]})"), "unknown_field@sort[0]");
    EXPECT_EQ(run("company", R"({"fields": [")" + name + R"("]})"), "unknown_field@fields[0]");
    EXPECT_EQ(run("deal", R"({"filter": {"field": "company.)" + name + R"(", "value": "s1"}})"), "unknown_field@filter.field");
    EXPECT_EQ(run("deal", R"({"sort": ["company.)" + name + R"("]})"), "unknown_field@sort[0]");
    EXPECT_EQ(run("deal", R"({"fields": ["company.)" + name + R"("]})"), "unknown_field@fields[0]");
    const auto sum = [&](const std::string& body) { return error_of([&] { world_->aggregate(caller, "company", body); }); };
    EXPECT_EQ(sum(R"({"group": [")" + name + R"("]})"), "unknown_field@group[0]");
    EXPECT_EQ(sum(R"({"measures": [{"fn": "count_distinct", "field": ")" + name + R"("}]})"), "unknown_field@measures[0].field");
  }
  const auto valid = extra_of([&] { world_->list(caller, "company", R"({"filter": {"field": "no_such_field", "value": 1}})"); });
  EXPECT_EQ(valid.find("secret"), std::string::npos);
  EXPECT_EQ(world_->record(caller, "company", 1).find("s1"), std::string::npos);
  EXPECT_EQ(world_->record(caller, "company", 1).find("secret"), std::string::npos);
  EXPECT_EQ(world_->list(caller, "company", "{}").find("secret"), std::string::npos);
}

TEST_P(AccessTest, AHiddenTitleIsNotShownByLinks) {
  auto caller = make_caller(world_->registry(), 2, Scope::kAll);
  caller.entities[110].hidden_fields = {1};
  EXPECT_EQ(world_->list(caller, "deal", R"({"fields": ["company"], "limit": 1})"),
            R"({"items":[{"id":1,"company":{"id":1,"title":null}}],"next":)" +
                json::serialize(base::parse_json(world_->list(caller, "deal", R"({"fields": ["company"], "limit": 1})")).at("next")) + "}");
  EXPECT_EQ(error_of([&] { world_->list(caller, "deal", R"({"sort": ["company"]})"); }), "not_sortable@sort[0]");
}

TEST_P(AccessTest, WithoutARightTheEntityIsRefusedAndItsFieldsAreUnknown) {
  auto caller = make_caller(world_->registry(), 2, Scope::kAll);
  caller.entities[110].scopes[0] = Scope::kNone;
  EXPECT_EQ(error_of([&] { world_->list(caller, "company", "{}"); }), "no_right");
  EXPECT_EQ(error_of([&] { world_->aggregate(caller, "company", "{}"); }), "no_right");
  EXPECT_EQ(world_->record(caller, "company", 1), "");
  EXPECT_EQ(world_->ids(caller, "company", "null"), Ids{});
  EXPECT_EQ(error_of([&] { world_->ids(caller, "deal", R"({"field": "company.city", "value": "k"})"); }), "unknown_field@filter.field");
  EXPECT_EQ(error_of([&] { world_->ids(caller, "user", R"({"exists": {"path": "company.owner"}})"); }), "unknown_field@filter.exists.path");
}

TEST_P(AccessTest, WhatIsOpenToEveryoneNeedsNoRole) {
  world_->add("stage", R"({"name": "Новая"})");
  auto caller = make_caller(world_->registry(), 2, Scope::kOwn);
  caller.entities.erase(143);
  EXPECT_EQ(world_->ids(caller, "stage", "null"), (Ids{1}));
  EXPECT_FALSE(may(caller, world_->entity("stage"), Action::kUpdate));
}

TEST_P(AccessTest, AKeyNarrowsEvenAnAdministrator) {
  auto caller = make_admin();
  caller.key_scopes = {"deal:read"};
  EXPECT_EQ(error_of([&] { world_->list(caller, "company", "{}"); }), "no_right");
  EXPECT_EQ(world_->record(caller, "company", 1), "");
  EXPECT_EQ(world_->ids(caller, "deal", "null").size(), 6u);
  EXPECT_FALSE(may(caller, world_->entity("deal"), Action::kUpdate));
}

TEST_P(AccessTest, ConditionsOfRolesNarrowTheScope) {
  auto caller = make_caller(world_->registry(), 1, Scope::kDepartmentTree);
  caller.entities[110].conditions = {"name = \"C2\"", "owner.name = \"Dina\""};
  EXPECT_EQ(world_->ids(caller, "company", "null"), (Ids{2, 5}));
  EXPECT_EQ(world_->ids_in_memory(caller, world_->entity("company"), Filter::always()), (Ids{2, 5}));
  EXPECT_EQ(world_->record(caller, "company", 3), "");
  caller.entities[110].conditions = {"removed_field = 1"};
  EXPECT_EQ(world_->ids(caller, "company", "null"), Ids{});
}

TEST_P(AccessTest, WritingNeedsAShareOfTheWriteLevel) {
  world_->read([&](store::Connection& connection) {
    const auto gleb = make_caller(world_->registry(), 4, Scope::kOwn);
    const auto dina = make_caller(world_->registry(), 5, Scope::kOwn);
    const auto found = [&](const Caller& caller, Action action) {
      return find_ids({connection, world_->registry(), caller, world_->now()}, world_->entity("company"), {}, action, 0, 100);
    };
    EXPECT_EQ(found(gleb, Action::kUpdate), (Ids{1, 4}));
    EXPECT_EQ(found(dina, Action::kUpdate), (Ids{5}));
    EXPECT_EQ(found(dina, Action::kExport), (Ids{3, 5}));
  });
}

TEST_P(AccessTest, WhyIsAnswered) {
  world_->read([&](store::Connection& connection) {
    const auto dina = make_caller(world_->registry(), 5, Scope::kOwn);
    const auto& company = world_->entity("company");
    const auto shared = explain_access(connection, world_->registry(), *load_record(connection, world_->registry(), company, 3), dina);
    EXPECT_TRUE(shared.allowed[static_cast<int>(Action::kRead)]);
    EXPECT_FALSE(shared.allowed[static_cast<int>(Action::kUpdate)]);
    ASSERT_EQ(shared.reasons.size(), 2u);
    EXPECT_EQ(shared.reasons[0].rule, "scope");
    EXPECT_FALSE(shared.reasons[0].lets);
    EXPECT_EQ(shared.reasons[0].detail, "owner=3");
    EXPECT_EQ(shared.reasons[1].rule, "share");
    EXPECT_TRUE(shared.reasons[1].lets);
    const auto note =
        explain_access(connection, world_->registry(), *load_record(connection, world_->registry(), world_->entity("note"), 5), dina);
    EXPECT_TRUE(note.allowed[0]);
    EXPECT_EQ(note.reasons.back().detail, "subject=company:5");
  });
}

INSTANTIATE_TEST_SUITE_P(Databases, AccessTest, store::kBothDatabases, store::database_name);

}  // namespace
}  // namespace entity
