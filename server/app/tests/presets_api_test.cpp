// Presets of the first-run wizard: what a trade starts with, put in once, without touching what people made.
#include <algorithm>
#include <set>

#include "server/app/tests/api_testing.hpp"

namespace app {

namespace {

class PresetsApiTest : public ApiTest {
 protected:
  std::vector<std::string> names(const std::string& path) {
    std::vector<std::string> all;
    const auto answer = server.get(admin, path);
    for (const auto& item : answer.body.at("items").as_array()) all.emplace_back(item.at("name").as_string());
    return all;
  }
  Answer apply(const std::string& key) { return server.call(admin, "POST", "/presets/" + key + ":apply"); }

  ApiServer server{GetParam()};
  const TestUser& admin = server.admin();
};

TEST_P(PresetsApiTest, OffersAtLeastFourPresetsWithTheirStages) {
  const auto answer = server.get(admin, "/presets");
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_TRUE(answer.body.at("applied").is_null());
  EXPECT_TRUE(answer.body.at("replaces").as_bool());
  std::set<std::string> keys;
  for (const auto& item : answer.body.at("items").as_array()) {
    keys.emplace(item.at("key").as_string());
    EXPECT_TRUE(item.at("name").is_string());
    EXPECT_FALSE(item.at("records").as_array().empty());
  }
  EXPECT_TRUE(keys.contains("wholesale") && keys.contains("services") && keys.contains("shop") && keys.contains("blank"));
}

TEST_P(PresetsApiTest, TakesThePlaceOfAnotherWhileThereAreNoDeals) {
  ASSERT_EQ(apply("services").status, 200);
  const auto second = apply("wholesale");
  ASSERT_EQ(second.status, 200) << second.text;
  EXPECT_EQ(second.body.at("added").at("pipeline").as_int64(), 2);
  EXPECT_EQ(second.body.at("removed").at("pipeline").as_int64(), 1);
  EXPECT_EQ(names("/pipelines?sort=position&fields=name").size(), 2u);
  EXPECT_EQ(server.get(admin, "/pipelines?filter[is_default]=true").body.at("items").as_array().size(), 1u);
  EXPECT_EQ(server.get(admin, "/presets").body.at("applied").as_string(), "wholesale");
  const auto deal = server.call(admin, "POST", "/deals", {{"name", "Мука"}, {"x_delivery", "pickup"}});
  EXPECT_EQ(deal.status, 201) << deal.text;
}

TEST_P(PresetsApiTest, AddsNothingWhenAppliedAgain) {
  ASSERT_EQ(apply("shop").status, 200);
  const auto again = apply("shop");
  ASSERT_EQ(again.status, 200) << again.text;
  EXPECT_TRUE(again.body.at("added").as_object().empty());
  EXPECT_TRUE(again.body.at("removed").as_object().empty());
  EXPECT_TRUE(again.body.at("fields").as_array().empty());
}

TEST_P(PresetsApiTest, BringsBackWhatAnotherPresetRemoved) {
  for (const std::string key : {"shop", "blank", "shop"}) ASSERT_EQ(apply(key).status, 200) << key;
  EXPECT_EQ(names("/pipelines?fields=name"), std::vector<std::string>{"Заказы"});
  EXPECT_EQ(names("/stages?fields=name&limit=100").size(), 7u);
}

TEST_P(PresetsApiTest, OnlyAddsOnceThereAreDeals) {
  ASSERT_EQ(apply("services").status, 200);
  ASSERT_EQ(server.call(admin, "POST", "/deals", {{"name", "Ремонт"}}).status, 201);
  const auto second = apply("shop");
  ASSERT_EQ(second.status, 200) << second.text;
  EXPECT_TRUE(second.body.at("removed").as_object().empty());
  EXPECT_EQ(names("/pipelines?fields=name").size(), 2u);
}

TEST_P(PresetsApiTest, KeepsPipelinesThatPeopleMade) {
  ASSERT_EQ(server.call(admin, "POST", "/pipelines", {{"name", "Своя"}}).status, 201);
  ASSERT_EQ(apply("blank").status, 200);
  const auto left = names("/pipelines?fields=name");
  EXPECT_NE(std::find(left.begin(), left.end(), "Своя"), left.end());
}

TEST_P(PresetsApiTest, GivesRolesThatWork) {
  ASSERT_EQ(apply("blank").status, 200);
  const auto roles = server.get(admin, "/roles?fields=name,rights&sort=name").body.at("items").as_array();
  ASSERT_EQ(roles.size(), 3u);
  for (const auto& role : roles) {
    const auto& given = role.at("rights");
    const json::object rights = (given.is_string() ? base::parse_json(given.as_string()) : given).as_object();
    const TestUser user = server.add_user("Пётр" + std::to_string(role.at("id").as_int64()), rights);
    EXPECT_EQ(server.get(user, "/stages?fields=name").body.at("items").as_array().size(), 4u) << role.at("name").as_string();
  }
}

TEST_P(PresetsApiTest, AreForAdministrators) {
  const TestUser anna = server.add_user("Анна", {{"*", {{"read", "all"}, {"create", "all"}}}});
  EXPECT_EQ(server.get(anna, "/presets").status, 403);
  EXPECT_EQ(server.call(anna, "POST", "/presets/shop:apply").status, 403);
  EXPECT_EQ(apply("circus").status, 404);
}

INSTANTIATE_TEST_SUITE_P(Databases, PresetsApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
