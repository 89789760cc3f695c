// The search for duplicates over HTTP: while typing, after each write, over the whole base, and the review queue.
#include "server/app/tests/api_testing.hpp"

namespace app {

namespace {

class DuplicatesApiTest : public ApiTest {
 protected:
  std::int64_t make(const TestUser& who, const json::object& values, std::string_view plural = "companies") {
    const auto answer = server.call(who, "POST", "/" + std::string(plural) + "?on_duplicate=create", values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  json::array queue(const TestUser& who, std::string_view state = "open") {
    const auto answer = server.get(who, "/duplicates?entity=company&state=" + std::string(state));
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.status == 200 ? answer.body.at("items").as_array() : json::array{};
  }
  bool queue_becomes(std::size_t size) {
    return eventually([&] { return queue(server.admin()).size() == size; });
  }
  // A base that knows what is common in it.
  void fill() {
    static const char* const kNames[] = {"Рассвет", "Закат", "Полдень", "Ураган", "Бриз",  "Гроза",
                                         "Туман",   "Иней",  "Капель",  "Метель", "Вьюга", "Радуга"};
    int number = 0;
    for (const auto* name : kNames) {
      make(server.admin(), {{"name", "ООО «" + std::string(name) + "»"},
                            {"phones", json::array{"+7 916 300-10-" + std::to_string(10 + number)}},
                            {"city", number % 2 == 0 ? "Тула" : "Пермь"}});
      ++number;
    }
  }

  ApiServer server{GetParam()};
};

TEST_P(DuplicatesApiTest, APairAppearsInTheQueueAfterTheWriteThatMadeIt) {
  fill();
  const auto first =
      make(server.admin(), {{"name", "ООО «Северный ветер»"}, {"phones", json::array{"8 (495) 123-45-67"}}, {"city", "Москва"}});
  const auto second = make(server.admin(), {{"name", "Severnyy veter LLC"}, {"phones", json::array{"+7 495 1234567"}}, {"city", "Мск"}});
  ASSERT_TRUE(queue_becomes(1));
  const auto pair = queue(server.admin()).at(0);
  EXPECT_EQ(pair.at("records").at(0).at("id").as_int64(), first);
  EXPECT_EQ(pair.at("records").at(1).at("id").as_int64(), second);
  EXPECT_GE(pair.at("score").as_int64(), 80);
  std::string fields;
  for (const auto& reason : pair.at("reasons").as_array())
    fields += std::string(reason.at("field").as_string()) + "=" + std::string(reason.at("agreement").as_string()) + " ";
  EXPECT_NE(fields.find("phones=equal"), std::string::npos) << fields;
  EXPECT_NE(fields.find("name=equal"), std::string::npos) << fields;

  // When the difference becomes plain, the pair goes.
  ASSERT_EQ(server
                .call(server.admin(), "PATCH", "/companies/" + std::to_string(second),
                      {{"name", "Кирпич"}, {"phones", json::array{}}, {"city", "Омск"}})
                .status,
            200);
  EXPECT_TRUE(queue_becomes(0));
}

TEST_P(DuplicatesApiTest, ARefusedRecordNamesItsLikesWithScoreAndReasons) {
  fill();
  const auto same =
      make(server.admin(), {{"name", "ООО «Северный ветер»"}, {"phones", json::array{"8 (495) 123-45-67"}}, {"city", "Москва"}});
  const auto alike = make(server.admin(), {{"name", "Severnyy veter LLC"}, {"emails", json::array{"info@veter.ru"}}, {"city", "Мск"}});
  const json::object draft = {{"name", "Северный ветер"}, {"phones", json::array{"+74951234567"}}, {"city", "Москва"}};
  // The index of the likes follows the writes.
  json::array candidates;
  ASSERT_TRUE(eventually([&] {
    const auto answer = server.call(server.admin(), "POST", "/companies", draft);
    EXPECT_EQ(answer.status, 409) << answer.text;
    candidates = answer.body.at("candidates").as_array();
    return candidates.size() == 2;
  })) << json::serialize(candidates);
  EXPECT_EQ(candidates.at(0).at("id").as_int64(), same);
  EXPECT_EQ(candidates.at(0).at("reasons").at(0), "phones.e164");
  EXPECT_EQ(candidates.at(1).at("id").as_int64(), alike);
  EXPECT_GT(candidates.at(0).at("score").as_int64(), candidates.at(1).at("score").as_int64());
  EXPECT_EQ(candidates.at(1).at("reasons").at(0), "name");
  // Likeness alone refuses nobody.
  EXPECT_EQ(server.call(server.admin(), "POST", "/companies", {{"name", "Северный ветер"}, {"city", "Москва"}}).status, 201);
}

TEST_P(DuplicatesApiTest, ADecisionIsRememberedByLaterRuns) {
  fill();
  make(server.admin(), {{"name", "ООО «Северный ветер»"}, {"phones", json::array{"8 (495) 123-45-67"}}});
  make(server.admin(), {{"name", "Северный ветер"}, {"phones", json::array{"8 (495) 123-45-67"}}});
  ASSERT_TRUE(queue_becomes(1));
  const auto id = queue(server.admin()).at(0).at("id").as_int64();
  ASSERT_EQ(server.call(server.admin(), "POST", "/duplicates/" + std::to_string(id) + ":dismiss").status, 200);
  EXPECT_TRUE(queue(server.admin()).empty());

  const auto started = server.call(server.admin(), "POST", "/companies:find-duplicates");
  ASSERT_EQ(started.status, 202) << started.text;
  const std::string job = "/jobs/" + std::to_string(started.id());
  ASSERT_TRUE(eventually([&] { return server.get(server.admin(), job).body.at("state").as_string() == "done"; }))
      << server.get(server.admin(), job).text;
  EXPECT_TRUE(queue(server.admin()).empty());
  EXPECT_EQ(queue(server.admin(), "not_duplicate").size(), 1u);
  ASSERT_EQ(server.call(server.admin(), "POST", "/duplicates/" + std::to_string(id) + ":reopen").status, 200);
  EXPECT_EQ(queue(server.admin()).size(), 1u);
}

TEST_P(DuplicatesApiTest, AFullRunFindsWhatWasWrittenPastTheWatch) {
  fill();
  // Loaded history leaves no events: only the run over the whole base sees it.
  const auto registry = server.application().catalog().current();
  entity::SaveOptions loading;
  loading.bulk_load = true;
  loading.on_duplicate = "create";
  for (const char* name : {"ООО «Железный мост»", "«ЖЕЛЕЗНЫЙ МОСТ» (ООО)"}) {
    server.application().records().create(*entity::Caller::system(), registry->require("company"),
                                          {{"name", name}, {"phones", json::array{"8 (343) 200-30-40"}}, {"city", "Екб"}}, loading);
  }
  const auto started = server.call(server.admin(), "POST", "/companies:find-duplicates");
  const std::string job = "/jobs/" + std::to_string(started.id());
  ASSERT_TRUE(eventually([&] { return server.get(server.admin(), job).body.at("state").as_string() == "done"; }))
      << server.get(server.admin(), job).text;
  EXPECT_EQ(queue(server.admin()).size(), 1u);
  EXPECT_EQ(server.get(server.admin(), job).body.at("result").at("found").as_int64(), 1);
  // A second run over an unchanged base finds the same.
  const auto again = server.call(server.admin(), "POST", "/companies:find-duplicates");
  const std::string second = "/jobs/" + std::to_string(again.id());
  ASSERT_TRUE(eventually([&] { return server.get(server.admin(), second).body.at("state").as_string() == "done"; }));
  EXPECT_EQ(queue(server.admin()).size(), 1u);
}

TEST_P(DuplicatesApiTest, ADraftIsAnsweredWithCandidatesAndReasons) {
  fill();
  const auto known = make(server.admin(), {{"name", "ООО «Северный ветер»"}, {"inn", "7707083893"}, {"city", "Москва"}});
  const auto draft = [&](const json::object& values) {
    return server.call(server.admin(), "POST", "/companies:duplicates", {{"values", values}});
  };
  ASSERT_TRUE(eventually([&] { return !draft({{"name", "Северный ветр"}, {"city", "Москва"}}).body.at("candidates").as_array().empty(); }));
  const auto found = draft({{"inn", "7707083893"}, {"name", "Ветер"}}).body.at("candidates").as_array();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.at(0).at("id").as_int64(), known);
  EXPECT_EQ(found.at(0).at("title").as_string(), "ООО «Северный ветер»");
  EXPECT_FALSE(found.at(0).at("reasons").as_array().empty());
  EXPECT_TRUE(draft({{"name", "Совсем другой"}}).body.at("candidates").as_array().empty());
  EXPECT_EQ(server.call(server.admin(), "POST", "/companies:duplicates", json::object{}).status, 400);
}

TEST_P(DuplicatesApiTest, WhoMayNotSeeARecordLearnsOnlyThatItExistsAndWhoseItIs) {
  fill();
  const json::object rights = {{"company", {{"read", "own"}, {"create", "all"}, {"update", "own"}, {"delete", "own"}}}};
  const auto anna = server.add_user("Анна", rights);
  const auto boris = server.add_user("Борис", rights);
  make(anna, {{"name", "ООО «Северный ветер»"}, {"phones", json::array{"8 (495) 123-45-67"}}});
  make(boris, {{"name", "Северный ветер"}, {"phones", json::array{"8 (495) 123-45-67"}}});
  ASSERT_TRUE(queue_becomes(1));
  const auto seen = queue(anna);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen.at(0).at("score").is_null());
  EXPECT_TRUE(seen.at(0).at("reasons").as_array().empty());
  const auto& hidden = seen.at(0).at("records").at(1).as_object();
  EXPECT_TRUE(hidden.at("hidden").as_bool());
  EXPECT_EQ(hidden.at("owner").at("id").as_int64(), boris.id);
  EXPECT_FALSE(hidden.contains("id"));
  EXPECT_FALSE(hidden.contains("title"));
  const std::string pair = std::to_string(seen.at(0).at("id").as_int64());
  EXPECT_EQ(server.call(anna, "POST", "/duplicates/" + pair + ":dismiss").status, 404);

  const auto vera = server.add_user("Вера", rights);
  EXPECT_TRUE(queue(vera).empty());
  const auto drafted = server.call(vera, "POST", "/companies:duplicates",
                                   {{"values", {{"name", "Северный ветер"}, {"phones", json::array{"8 (495) 123-45-67"}}}}});
  ASSERT_EQ(drafted.body.at("candidates").as_array().size(), 2u);
  EXPECT_FALSE(drafted.body.at("candidates").at(0).as_object().contains("title"));
  EXPECT_FALSE(drafted.body.at("candidates").at(0).as_object().contains("reasons"));
}

INSTANTIATE_TEST_SUITE_P(Databases, DuplicatesApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
