#include <gtest/gtest.h>

#include "server/http/server.hpp"

namespace http {
namespace {

Handler nothing() {
  return [](const Request&, Response&) {};
}

struct Found {
  std::string pattern;
  std::vector<std::string_view> parameters;
  std::vector<Method> allowed;
};

Found look(const Router& router, Method method, std::string_view path) {
  Found found;
  if (auto match = router.find(method, path, found.allowed)) {
    found.pattern = match->pattern;
    found.parameters = match->parameters;
  }
  return found;
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    for (const char* pattern :
         {"/", "/api/v1/{plural}", "/api/v1/{plural}/{id}", "/api/v1/search", "/{path...}", "/api/v1/{plural}/{id}/history"}) {
      router.add(Method::kGet, pattern, nothing());
    }
    router.add(Method::kPost, "/api/v1/{plural}", nothing());
    router.add(Method::kPost, "/api/v1/{plural}:query", nothing());
    router.add(Method::kPost, "/api/v1/deals:query", nothing());
  }
  Router router;
};

TEST_F(RouterTest, PrefersTheMostLiteralPattern) {
  EXPECT_EQ(look(router, Method::kGet, "/api/v1/search").pattern, "/api/v1/search");
  EXPECT_EQ(look(router, Method::kGet, "/api/v1/deals").pattern, "/api/v1/{plural}");
  EXPECT_EQ(look(router, Method::kPost, "/api/v1/deals:query").pattern, "/api/v1/deals:query");
  const Found query = look(router, Method::kPost, "/api/v1/leads:query");
  EXPECT_EQ(query.pattern, "/api/v1/{plural}:query");
  EXPECT_EQ(query.parameters, std::vector<std::string_view>{"leads"});
}

TEST_F(RouterTest, GivesParametersInOrder) {
  const Found found = look(router, Method::kGet, "/api/v1/deals/42/history");
  EXPECT_EQ(found.pattern, "/api/v1/{plural}/{id}/history");
  EXPECT_EQ(found.parameters, (std::vector<std::string_view>{"deals", "42"}));
}

TEST_F(RouterTest, GoesBackWhenALiteralLeadsNowhere) {
  const Found found = look(router, Method::kGet, "/api/v1/search/7");
  EXPECT_EQ(found.pattern, "/api/v1/{plural}/{id}");
  EXPECT_EQ(found.parameters, (std::vector<std::string_view>{"search", "7"}));
  EXPECT_EQ(look(router, Method::kPost, "/api/v1/search").pattern, "/api/v1/{plural}");
}

TEST_F(RouterTest, TakesTheRestIncludingNothing) {
  EXPECT_EQ(look(router, Method::kGet, "/").pattern, "/");
  const Found found = look(router, Method::kGet, "/assets/app.js");
  EXPECT_EQ(found.pattern, "/{path...}");
  EXPECT_EQ(found.parameters, std::vector<std::string_view>{"assets/app.js"});
}

TEST_F(RouterTest, TreatsHeadAsGet) { EXPECT_EQ(look(router, Method::kHead, "/api/v1/search").pattern, "/api/v1/search"); }

TEST_F(RouterTest, NamesTheAllowedMethods) {
  const Found found = look(router, Method::kDelete, "/api/v1/deals");
  EXPECT_TRUE(found.pattern.empty());
  EXPECT_EQ(found.allowed, (std::vector<Method>{Method::kGet, Method::kPost}));
}

TEST_F(RouterTest, RefusesBadAndRepeatedPatterns) {
  EXPECT_THROW(router.add(Method::kGet, "no-slash", nothing()), base::Error);
  EXPECT_THROW(router.add(Method::kGet, "/{open", nothing()), base::Error);
  EXPECT_THROW(router.add(Method::kGet, "/{rest...}/more", nothing()), base::Error);
  EXPECT_THROW(router.add(Method::kGet, "/api/v1/search", nothing()), base::Error);
}

}  // namespace
}  // namespace http
