// Saved views: private ones are their owner's alone.
#include "server/app/tests/api_testing.hpp"

namespace app {

namespace {

class ViewsApiTest : public ApiTest {
 protected:
  ApiServer server{GetParam()};
  const TestUser anna = server.add_user("Анна");
  const TestUser boris = server.add_user("Борис");
};

TEST_P(ViewsApiTest, KeepsPrivateViewsToTheirOwners) {
  const auto own = server.call(anna, "POST", "/views", {{"name", "Моё"}, {"entity", "deal"}});
  const auto open = server.call(anna, "POST", "/views", {{"name", "Общее"}, {"entity", "deal"}, {"shared", true}});
  ASSERT_EQ(open.status, 201) << open.text;
  EXPECT_EQ(server.get(anna, "/views").body.at("items").as_array().size(), 2u);
  const auto seen = server.get(boris, "/views?fields=name").body.at("items").as_array();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen.front().at("name").as_string(), "Общее");
  EXPECT_EQ(server.get(boris, "/views/" + std::to_string(own.id())).status, 404);
  EXPECT_EQ(server.call(boris, "PATCH", "/views/" + std::to_string(open.id()), {{"name", "Взлом"}}).status, 403);
  EXPECT_EQ(server.call(boris, "POST", "/views", {{"name", "Подброшено"}, {"entity", "deal"}, {"owner", anna.id}}).status, 403);
}

INSTANTIATE_TEST_SUITE_P(Databases, ViewsApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
