// Completeness, tasks for gaps, checks of cards, and mass operations over the client base.
#include "server/app/tests/api_testing.hpp"

namespace clients {

namespace {

const json::object kAllRights = {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}, {"delete", "all"}}}};

class CompletenessTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};
  const app::TestUser anna = server.add_user("Анна", kAllRights);
  const app::TestUser boris = server.add_user("Борис", kAllRights);

  std::int64_t create(std::string_view path, const json::object& values) {
    const auto answer = server.call(server.admin(), "POST", path, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  json::value field(std::string_view plural, std::int64_t id, const char* key) {
    return server.get(server.admin(), "/" + std::string(plural) + "/" + std::to_string(id)).body.at(key);
  }
  // Runs a job of the answer to its end.
  json::value finish(const app::Answer& started) {
    EXPECT_EQ(started.status, 202) << started.text;
    json::value row;
    EXPECT_TRUE(app::eventually([&] {
      row = server.get(server.admin(), "/jobs/" + std::to_string(started.id())).body;
      return !row.at("finished_at").is_null();
    })) << json::serialize(row);
    EXPECT_EQ(row.at("state").as_string(), "done") << json::serialize(row);
    return row;
  }
  void clear_weights() {
    const auto rows = server.get(server.admin(), "/fill-weights?limit=200&fields=id").body.at("items").as_array();
    for (const auto& row : rows) server.call(server.admin(), "DELETE", "/fill-weights/" + std::to_string(row.at("id").as_int64()));
  }
};

TEST_P(CompletenessTest, ACardIsAsFullAsTheWeightsOfItsClassSay) {
  clear_weights();
  create("/fill-weights", {{"target", "company"}, {"field", "inn"}, {"weight", 3}});
  const auto city = create("/fill-weights", {{"target", "company"}, {"field", "city"}, {"weight", 1}});
  create("/fill-weights", {{"target", "company"}, {"field", "city"}, {"client_class", "a"}, {"weight", 9}});
  const auto company = create("/companies", {{"name", "Ромашка"}, {"inn", "7707083893"}});
  EXPECT_EQ(field("companies", company, "fill_score").as_int64(), 75);
  const auto version = field("companies", company, "version").as_int64();
  server.call(server.admin(), "PATCH", "/companies/" + std::to_string(company), {{"client_class", "a"}});
  EXPECT_EQ(field("companies", company, "fill_score").as_int64(), 25);

  // A new weight is followed by a recount, which is nobody's edit.
  server.call(server.admin(), "PATCH", "/fill-weights/" + std::to_string(city), {{"weight", 0}});
  server.call(server.admin(), "PATCH", "/companies/" + std::to_string(company), {{"client_class", nullptr}});
  EXPECT_EQ(field("companies", company, "fill_score").as_int64(), 100);
  create("/fill-weights", {{"target", "company"}, {"field", "legal_name"}, {"weight", 3}});
  EXPECT_TRUE(app::eventually([&] { return field("companies", company, "fill_score").as_int64() == 50; }));
  EXPECT_EQ(field("companies", company, "version").as_int64(), version + 2);
  EXPECT_EQ(server.call(server.admin(), "POST", "/fill-weights", {{"target", "company"}, {"field", "no_such"}, {"weight", 1}}).status, 400);
}

TEST_P(CompletenessTest, TheReportByManagerAndTheListBelowTheBarUseTheScore) {
  clear_weights();
  create("/fill-weights", {{"target", "company"}, {"field", "inn"}, {"weight", 1}});
  create("/companies", {{"name", "Полная"}, {"inn", "7707083893"}, {"owner", anna.id}});
  create("/companies", {{"name", "Пустая"}, {"owner", anna.id}});
  const auto report = server.call(server.admin(), "POST", "/companies:aggregate",
                                  {{"group", {"owner"}}, {"measures", {{{"fn", "avg"}, {"field", "fill_score"}}}}});
  ASSERT_EQ(report.status, 200) << report.text;
  EXPECT_NE(report.text.find("50"), std::string::npos) << report.text;
  const auto low = server.get(server.admin(), "/companies?filter[fill_score][lt]=60&sort=fill_score&fields=name");
  EXPECT_EQ(low.body.at("items").as_array().size(), 1u) << low.text;
}

TEST_P(CompletenessTest, OwnersOfIncompleteCardsGetOneTaskEachAndUndoTakesThemBack) {
  clear_weights();
  create("/fill-weights", {{"target", "company"}, {"field", "inn"}, {"weight", 1}});
  create("/companies", {{"name", "Без ИНН"}, {"owner", anna.id}});
  const auto dry = server.call(server.admin(), "POST", "/fill-tasks", {{"entity", "company"}, {"dry_run", true}});
  EXPECT_EQ(dry.body.at("count").as_int64(), 1) << dry.text;
  const auto job = finish(server.call(server.admin(), "POST", "/fill-tasks", {{"entity", "company"}}));
  const auto tasks = [&] {
    return server.get(server.admin(), "/tasks?filter[owner]=" + std::to_string(anna.id) + "&fields=name,subject")
        .body.at("items")
        .as_array();
  };
  ASSERT_EQ(tasks().size(), 1u);
  EXPECT_NE(std::string(tasks().front().at("name").as_string()).find("ИНН"), std::string::npos);
  finish(server.call(server.admin(), "POST", "/fill-tasks", {{"entity", "company"}}));
  EXPECT_EQ(tasks().size(), 1u) << "an open task for the gaps of a card is enough";
  finish(server.call(server.admin(), "POST", "/jobs/" + std::to_string(job.at("id").as_int64()) + ":undo"));
  EXPECT_TRUE(tasks().empty());
}

TEST_P(CompletenessTest, AControllerScoresASampleOfEachManagersCards) {
  for (int i = 0; i < 6; ++i) create("/companies", {{"name", "К" + std::to_string(i)}, {"owner", i < 4 ? anna.id : boris.id}});
  const auto one = create("/check-items", {{"name", "Есть телефон"}, {"target", "company"}, {"weight", 3}});
  const auto two = create("/check-items", {{"name", "Есть адрес"}, {"target", "company"}, {"weight", 1}});
  const auto job = finish(server.call(server.admin(), "POST", "/card-samples", {{"entity", "company"}, {"per_manager", 2}}));
  EXPECT_EQ(job.at("result").at("checks").as_int64(), 4);
  const auto check = server.get(server.admin(), "/card-checks?fields=id,manager&filter[manager]=" + std::to_string(anna.id))
                         .body.at("items")
                         .as_array()
                         .front()
                         .at("id")
                         .as_int64();
  server.call(server.admin(), "PATCH", "/card-checks/" + std::to_string(check), {{"answers", {{std::to_string(one), 1}}}});
  EXPECT_EQ(field("card-checks", check, "state").as_string(), "planned");
  server.call(server.admin(), "PATCH", "/card-checks/" + std::to_string(check),
              {{"answers", {{std::to_string(one), 1}, {std::to_string(two), 0}}}});
  EXPECT_EQ(field("card-checks", check, "state").as_string(), "done");
  EXPECT_EQ(field("card-checks", check, "score").as_int64(), 75);
  EXPECT_EQ(server.call(server.admin(), "PATCH", "/card-checks/" + std::to_string(check), {{"answers", {{std::to_string(one), 2}}}}).status,
            400);
}

TEST_P(CompletenessTest, AFieldMayBeRequiredOfOneRoleAlone) {
  const auto roles = server.get(server.admin(), "/users/" + std::to_string(anna.id)).body.at("roles").as_array();
  ASSERT_EQ(roles.size(), 1u);
  const auto role = std::to_string(roles.front().at("id").as_int64());
  const json::object rule = {{"key", "x_inn_of_role"}, {"when", "list contains(me.roles, " + role + ")"}, {"require", {"inn"}}};
  const auto changed = server.call(server.admin(), "PATCH", "/metadata/entities/company", {{"rules", json::array{rule}}});
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(server.call(anna, "POST", "/companies", {{"name", "Без ИНН"}}).status, 400);
  EXPECT_EQ(server.call(anna, "POST", "/companies", {{"name", "С ИНН"}, {"inn", "7707083893"}}).status, 201);
  EXPECT_EQ(server.call(boris, "POST", "/companies", {{"name", "Другая роль"}}).status, 201);
}

TEST_P(CompletenessTest, SpellingsOfACityBecomeOneAndUndoBringsThemBack) {
  const auto a = create("/companies", {{"name", "А"}, {"city", "казань"}});
  const auto b = create("/companies", {{"name", "Б"}, {"city", "г. Казань"}});
  const auto c = create("/companies", {{"name", "В"}, {"city", "Казань"}});
  const json::object body = {{"action", "merge_values"}, {"field", "city"}, {"from", {"казань", "г. Казань"}}, {"to", "Казань"}};
  const auto dry = server.call(server.admin(), "POST", "/companies:bulk?dry_run=true", body);
  EXPECT_EQ(dry.body.at("count").as_int64(), 3) << dry.text;
  const auto job = finish(server.call(server.admin(), "POST", "/companies:bulk", body));
  EXPECT_EQ(job.at("result").at("changed").as_int64(), 2);
  for (const auto id : {a, b, c}) EXPECT_EQ(field("companies", id, "city").as_string(), "Казань");
  finish(server.call(server.admin(), "POST", "/jobs/" + std::to_string(job.at("id").as_int64()) + ":undo"));
  EXPECT_EQ(field("companies", a, "city").as_string(), "казань");
  EXPECT_EQ(field("companies", b, "city").as_string(), "г. Казань");
}

TEST_P(CompletenessTest, MergedOptionsOfADictionaryAreOfferedNoMoreUntilTheUndo) {
  const auto a = create("/companies", {{"name", "А"}, {"industry", "food"}});
  const auto b = create("/companies", {{"name", "Б"}, {"industry", "retail"}});
  const auto hidden = [&](const std::string& key) {
    const auto metadata = server.get(server.admin(), "/metadata");
    for (const auto& entity : metadata.body.at("entities").as_array()) {
      if (entity.at("key") != "company") continue;
      for (const auto& each : entity.at("fields").as_array()) {
        if (each.at("key") != "industry") continue;
        for (const auto& option : each.at("options").as_array()) {
          if (option.at("key").as_string() == key) return option.at("hidden").as_bool();
        }
      }
    }
    ADD_FAILURE() << key;
    return false;
  };
  const json::object body = {{"action", "merge_values"}, {"field", "industry"}, {"from", {"food"}}, {"to", "retail"}, {"hide", true}};
  EXPECT_EQ(server.call(anna, "POST", "/companies:bulk", body).status, 403);
  const auto job = finish(server.call(server.admin(), "POST", "/companies:bulk", body));
  EXPECT_EQ(job.at("result").at("changed").as_int64(), 1);
  EXPECT_EQ(field("companies", a, "industry").as_string(), "retail");
  EXPECT_TRUE(hidden("food"));
  EXPECT_FALSE(hidden("it"));
  finish(server.call(server.admin(), "POST", "/jobs/" + std::to_string(job.at("id").as_int64()) + ":undo"));
  EXPECT_FALSE(hidden("food"));
  EXPECT_EQ(field("companies", a, "industry").as_string(), "food");
  EXPECT_EQ(field("companies", b, "industry").as_string(), "retail");
}

TEST_P(CompletenessTest, TagsAreAddedAndTakenFromManyCards) {
  const auto a = create("/companies", {{"name", "А"}, {"tags", {"старый", "важный"}}});
  const auto b = create("/companies", {{"name", "Б"}});
  const json::object body = {{"action", "tags"}, {"add", {"новый"}}, {"remove", {"Старый"}}, {"ids", {a, b}}};
  const auto job = finish(server.call(server.admin(), "POST", "/companies:bulk", body));
  EXPECT_EQ(json::serialize(field("companies", a, "tags")), "[\"важный\",\"новый\"]");
  EXPECT_EQ(json::serialize(field("companies", b, "tags")), "[\"новый\"]");
  finish(server.call(server.admin(), "POST", "/jobs/" + std::to_string(job.at("id").as_int64()) + ":undo"));
  EXPECT_EQ(json::serialize(field("companies", a, "tags")), "[\"старый\",\"важный\"]");
}

TEST_P(CompletenessTest, WhatWasDeletedInOneGoComesBackInOneGo) {
  const auto a = create("/companies", {{"name", "А"}});
  const auto b = create("/companies", {{"name", "Б"}});
  finish(server.call(server.admin(), "POST", "/companies:bulk", {{"action", "delete"}, {"ids", {a, b}}}));
  EXPECT_EQ(server.get(server.admin(), "/companies/" + std::to_string(a)).body.at("status").as_int64(), 404);
  const auto job = finish(server.call(server.admin(), "POST", "/companies:bulk", {{"action", "restore"}, {"ids", {a, b}}}));
  EXPECT_EQ(job.at("result").at("changed").as_int64(), 2);
  EXPECT_EQ(field("companies", b, "name").as_string(), "Б");
}

INSTANTIATE_TEST_SUITE_P(Databases, CompletenessTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace clients
