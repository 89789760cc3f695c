// What settings ask of deals, over the API on both bases.
#include "modules/sales/server/deal_behaviour.hpp"

#include <gtest/gtest.h>

#include "server/app/tests/api_testing.hpp"

namespace sales {

namespace {

class DealSettingsTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};

  // Stages of this kind, in their order.
  json::array stages(std::string_view kind) {
    const auto page = call("POST", "/stages:query",
                           {{"fields", json::array{"id"}},
                            {"filter", {{"field", "kind"}, {"op", "eq"}, {"value", kind}}},
                            {"sort", json::array{"pipeline", "position"}}});
    EXPECT_EQ(page.status, 200) << page.text;
    return page.body.at("items").as_array();
  }
  app::Answer call(std::string_view method, const std::string& path, const json::object& values) {
    return server.call(server.admin(), method, path, values);
  }
};

TEST_P(DealSettingsTest, ADealMovesOnOnlyWithANextStepWhereThatIsSet) {
  const auto open = stages("open");
  ASSERT_GE(open.size(), 2u);
  const std::int64_t deal = call("POST", "/deals", {{"name", "Печь"}}).id();
  const std::string path = "/deals/" + std::to_string(deal);
  const auto move = [&](std::size_t stage) { return call("PATCH", path, {{"stage", open[stage].at("id").as_int64()}}); };
  EXPECT_EQ(move(1).status, 200) << "nobody asks for a next step by default";

  ASSERT_EQ(call("PUT", "/settings/sales", {{"require_next_step", true}}).status, 200);
  const auto refused = move(0);
  ASSERT_EQ(refused.status, 400) << refused.text;
  EXPECT_EQ(refused.body.at("errors").as_array()[0].at("path").as_string(), "next_step_at");
  EXPECT_EQ(refused.body.at("errors").as_array()[0].at("code").as_string(), "next_step_required");
  EXPECT_EQ(call("PATCH", path, {{"name", "Печь ротационная"}}).status, 200) << "other changes need none";

  const json::object task = {{"name", "Позвонить"}, {"subject", {{"entity", "deal"}, {"id", deal}}}, {"due_at", "2030-01-10T09:00:00Z"}};
  const auto planned = call("POST", "/tasks", task);
  ASSERT_EQ(planned.status, 201) << planned.text;
  EXPECT_EQ(move(0).status, 200);
  ASSERT_EQ(call("PATCH", "/tasks/" + std::to_string(planned.id()), {{"state", "done"}}).status, 200);
  EXPECT_EQ(call("PATCH", path, {{"stage", stages("won").at(0).at("id").as_int64()}}).status, 200) << "a deal that ends needs none";
}

INSTANTIATE_TEST_SUITE_P(Databases, DealSettingsTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace sales
