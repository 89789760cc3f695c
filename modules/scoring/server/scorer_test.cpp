// Scores come out of the company's own history, on both bases.
#include "modules/scoring/server/scorer.hpp"

#include "server/app/tests/api_testing.hpp"

namespace scoring {

namespace {

class ScoringTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};

  std::int64_t create(const char* path, const json::object& values) {
    const auto answer = server.call(server.admin(), "POST", path, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  json::value read(const std::string& path) { return server.get(server.admin(), path).body; }
  // Closed records: of those from the site 4 of 5 succeed, of cold calls 1 of 5.
  void make_history(const char* plural, const char* outcome, const char* good, const char* bad, int count) {
    json::array items;
    for (int i = 0; i < count; ++i) {
      const bool is_site = i % 2 == 0, is_good = is_site ? i % 10 != 8 : i % 10 == 1;
      json::object one = {{plural == std::string("needs") ? "product" : "name", "№ " + std::to_string(i)},
                          {"source", is_site ? "site" : "cold_call"},
                          {outcome, is_good ? good : bad}};
      if (!is_good && plural == std::string("leads")) one["reject_reason"] = "нет";
      items.emplace_back(std::move(one));
    }
    const auto answer =
        server.call(server.admin(), "POST", std::string("/") + plural + ":batch", {{"items", items}, {"on_duplicate", "create"}});
    ASSERT_EQ(answer.status, 200) << answer.text;
    for (const auto& result : answer.body.at("results").as_array())
      ASSERT_EQ(result.at("status").as_string(), "created") << json::serialize(result);
  }
  json::object train(const char* target) {
    const auto job = server.call(server.admin(), "POST", "/score-models:train", {{"target", target}});
    EXPECT_EQ(job.status, 202) << job.text;
    const auto path = "/jobs/" + std::to_string(job.id());
    EXPECT_TRUE(app::eventually([&] { return read(path).at("state").as_string() == "done"; })) << json::serialize(read(path));
    return read(path).at("result").as_object();
  }
  std::int64_t score_of(const std::string& path) {
    const auto record = read(path);
    return record.at("score").is_int64() ? record.at("score").as_int64() : -1;
  }
  json::object model(const char* target) {
    const auto found = read(std::string("/score-models?filter[target]=") + target + "&fields=id").at("items").as_array();
    return found.empty() ? json::object{} : read("/score-models/" + std::to_string(found[0].at("id").as_int64())).as_object();
  }
};

TEST_P(ScoringTest, LeadsAreScoredWithReasonsAndFollowTheirChanges) {
  make_history("leads", "status", "converted", "rejected", 200);
  const auto before = create("/leads", {{"name", "Старый"}, {"source", "site"}});
  const auto result = train("lead");
  EXPECT_EQ(result.at("method").as_string(), "logistic");
  EXPECT_EQ(result.at("cases").as_int64(), 200);
  const auto good = score_of("/leads/" + std::to_string(before));
  EXPECT_GT(good, 65);
  const auto cold = create("/leads", {{"name", "Новый"}, {"source", "cold_call"}});
  const auto path = "/leads/" + std::to_string(cold);
  ASSERT_TRUE(app::eventually([&] { return score_of(path) >= 0; }));
  EXPECT_LT(score_of(path), 35);
  const auto reasons = read(path).at("score_reasons").as_array();
  ASSERT_FALSE(reasons.empty());
  EXPECT_EQ(reasons[0].at("field").as_string(), "source");
  EXPECT_EQ(reasons[0].at("value").as_string(), "cold_call");
  EXPECT_LT(reasons[0].at("effect").to_number<double>(), 0);
  EXPECT_EQ(server.call(server.admin(), "PATCH", path, {{"source", "site"}}).status, 200);
  EXPECT_TRUE(app::eventually([&] { return score_of(path) > 65; })) << score_of(path);

  const auto trained = model("lead");
  EXPECT_EQ(trained.at("why").as_string(), "better");
  std::int64_t count = 0;
  for (const auto& bin : trained.at("calibration").as_array()) count += bin.at("count").as_int64();
  EXPECT_EQ(count, 200);
}

TEST_P(ScoringTest, WithFewCasesEverybodyGetsTheBaseRate) {
  make_history("needs", "state", "bought", "refused", 20);
  const auto id = create("/needs", {{"product", "Насос"}, {"source", "cold_call"}});
  EXPECT_EQ(train("need").at("method").as_string(), "base_rate");
  EXPECT_EQ(score_of("/needs/" + std::to_string(id)), 50) << "ten of twenty, whatever the source";
  EXPECT_EQ(read("/needs/" + std::to_string(id)).at("score_reasons").as_array()[0].at("field").as_string(), "base_rate");
  EXPECT_EQ(model("need").at("why").as_string(), "few_cases");
  EXPECT_TRUE(model("need").at("auc").is_null());
}

TEST_P(ScoringTest, DealsKnowWhatTheCompanyBoughtBefore) {
  const auto stage = [&](const char* kind) {
    return read(std::string("/stages?filter[kind]=") + kind + "&fields=id").at("items").as_array()[0].at("id").as_int64();
  };
  const auto won = stage("won"), lost = stage("lost");
  const auto reason = read("/lost-reasons?fields=id").at("items").as_array()[0].at("id").as_int64();
  json::array items;
  // Companies that bought once buy again, others do not.
  for (int i = 0; i < 40; ++i) {
    const auto company = create("/companies", {{"name", "Компания " + std::to_string(i)}});
    const bool is_buyer = i % 2 == 0;
    if (is_buyer)
      items.emplace_back(json::object{{"name", "первая"}, {"company", company}, {"stage", won}, {"created_at", "2024-01-01T00:00:00Z"}});
    json::object next = {
        {"name", "вторая"}, {"company", company}, {"stage", is_buyer ? won : lost}, {"created_at", "2025-01-01T00:00:00Z"}};
    if (!is_buyer) next["lost_reason"] = reason;
    items.emplace_back(next);
    if (!is_buyer) {
      next["name"] = "третья";
      items.emplace_back(next);
    }
  }
  const auto answer = server.call(server.admin(), "POST", "/deals:batch", {{"items", items}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  for (const auto& one : answer.body.at("results").as_array()) ASSERT_EQ(one.at("status").as_string(), "created") << json::serialize(one);
  EXPECT_EQ(train("deal").at("method").as_string(), "logistic");
  const auto companies = read("/companies?sort=id&limit=100&fields=id").at("items").as_array();
  const auto buyer = create("/deals", {{"name", "ещё"}, {"company", companies[0].at("id")}});
  const auto stranger = create("/deals", {{"name", "ещё"}, {"company", companies[1].at("id")}});
  const auto path = [](std::int64_t id) { return "/deals/" + std::to_string(id); };
  ASSERT_TRUE(app::eventually([&] { return score_of(path(buyer)) >= 0 && score_of(path(stranger)) >= 0; }));
  EXPECT_GT(score_of(path(buyer)), score_of(path(stranger)) + 20);
}

TEST_P(ScoringTest, OnlyAdministratorsTrainAndNobodyWritesModels) {
  const auto anna = server.add_user("Анна", {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}}}});
  EXPECT_EQ(server.call(anna, "POST", "/score-models:train", {{"target", "lead"}}).status, 403);
  train("lead");
  const auto boris = server.add_user("Борис", {{"*", {{"read", "own"}}}});
  EXPECT_TRUE(server.get(boris, "/score-models").body.at("items").as_array().empty()) << "rates by manager are not everybody's";
  // Of leads: at night the program trains the others by itself.
  EXPECT_EQ(server.get(anna, "/score-models?filter[target]=lead").body.at("items").as_array().size(), 1u);
  EXPECT_EQ(server.call(server.admin(), "POST", "/score-models:train", {{"target", "task"}}).status, 400);
  EXPECT_EQ(server.call(server.admin(), "POST", "/score-models", json::object{}).status, 403);
}

TEST_P(ScoringTest, NightsTrainOnlyWhatHasRecords) {
  auto& application = server.application();
  base::ManualClock clock(base::SystemClock().now());
  const auto zone = base::TimeZone::find(application.catalog().current()->company().time_zone).value_or(base::TimeZone::utc());
  while (zone.local_time_of_day(clock.now()) / std::chrono::hours(1) != 2) clock.advance(std::chrono::hours(1));
  base::SystemRandom random;
  entity::Services services{application.database(), application.catalog(), application.records(), application.callers(), clock, random};
  Scorer scorer(services);
  const auto trainings = [&] {
    return store::query_integer(application.database(), "SELECT count(*) FROM sys_job WHERE kind = 'score_train'");
  };
  scorer.train_at_night(application.api().jobs);
  EXPECT_EQ(trainings(), 0) << "a model would be a record, and the base no longer empty";
  create("/leads", {{"name", "Первый"}});
  scorer.train_at_night(application.api().jobs);
  EXPECT_GE(trainings(), 1) << "at night the program itself may have come first";
  EXPECT_TRUE(app::eventually([&] { return !model("lead").empty(); }));
}

INSTANTIATE_TEST_SUITE_P(Databases, ScoringTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace scoring
