// The description of the API follows what the program serves and what the caller may do.
#include "server/app/tests/api_testing.hpp"

namespace app {

namespace {

class OpenApiTest : public ApiTest {
 protected:
  ApiServer server{GetParam()};
};

std::string_view method_name(http::Method method) {
  switch (method) {
    case http::Method::kPost: return "post";
    case http::Method::kPut: return "put";
    case http::Method::kPatch: return "patch";
    case http::Method::kDelete: return "delete";
    default: return "get";
  }
}

TEST_P(OpenApiTest, DescribesEveryRouteThatIsServed) {
  const auto answer = server.get(server.admin(), "/openapi.json");
  ASSERT_EQ(answer.status, 200) << answer.text;
  const auto& paths = answer.body.at("paths").as_object();
  for (const auto& [method, pattern] : server.application().api().served) {
    std::string path = pattern;
    if (const auto at = path.find("{plural}"); at != std::string::npos) path.replace(at, 8, "deals");
    const auto* found = paths.if_contains(path);
    EXPECT_TRUE(found != nullptr && found->as_object().contains(method_name(method))) << method_name(method) << " " << pattern;
  }
}

TEST_P(OpenApiTest, LeavesOutWhatTheCallerMayNotSee) {
  const auto anna = server.add_user("Анна", {{"deal", {{"read", "own"}, {"create", "none"}, {"hidden", {"amount"}}}}});
  const auto document = server.get(anna, "/openapi.json").body;
  const auto& paths = document.at("paths").as_object();
  EXPECT_TRUE(paths.at("/deals").as_object().contains("get"));
  EXPECT_FALSE(paths.at("/deals").as_object().contains("post"));
  EXPECT_FALSE(paths.contains("/companies"));
  EXPECT_FALSE(paths.contains("/metadata/entities"));
  EXPECT_FALSE(document.at("components").at("schemas").at("deal").at("properties").as_object().contains("amount"));
}

TEST_P(OpenApiTest, ShowsACustomFieldAsSoonAsItIsMade) {
  const auto made = server.call(server.admin(), "POST", "/metadata/entities/deal/fields",
                                {{"key", "x_color"}, {"type", "text"}, {"labels", {{"ru", "Цвет"}, {"en", "Colour"}}}});
  ASSERT_EQ(made.status, 201) << made.text;
  const auto document = server.get(server.admin(), "/openapi.json").body;
  const auto& field = document.at("components").at("schemas").at("deal").at("properties").at("x_color");
  EXPECT_EQ(field.at("description").as_string(), "Цвет");
}

TEST_P(OpenApiTest, ServesItsExplorerInBothLanguagesWithoutSignIn) {
  const auto russian = server.send({}, "GET", "/explorer?lang=ru", {});
  const auto english = server.send({}, "GET", "/explorer?lang=en", {});
  EXPECT_NE(russian.text.find("проба API"), std::string::npos);
  EXPECT_NE(english.text.find("try the API"), std::string::npos);
  EXPECT_EQ(russian.text.find("{{"), std::string::npos);
  EXPECT_EQ(russian.text.find("explorer.title"), std::string::npos);
  EXPECT_EQ(server.send({}, "GET", "/explorer/explorer.js", {}).status, 200);
  EXPECT_EQ(server.send({}, "GET", "/explorer/..%2Froutes.json", {}).status, 404);
}

INSTANTIATE_TEST_SUITE_P(Databases, OpenApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
