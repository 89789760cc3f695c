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
  static json::object rights_of(const json::value& role) {
    const auto& given = role.at("rights");
    return (given.is_string() ? base::parse_json(given.as_string()) : given).as_object();
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
  ASSERT_EQ(roles.size(), 4u);
  for (const auto& role : roles) {
    const TestUser user = server.add_user("Пётр" + std::to_string(role.at("id").as_int64()), rights_of(role));
    const bool is_accountant = role.at("name").as_string() == "Бухгалтер";
    const auto stages = server.get(user, "/stages?fields=name");
    EXPECT_EQ(stages.status, is_accountant ? 404 : 200) << role.at("name").as_string();
    if (is_accountant) continue;
    EXPECT_EQ(stages.body.at("items").as_array().size(), 4u) << role.at("name").as_string();
  }
}

TEST_P(PresetsApiTest, TheAccountantWorksWithMoneyAndClosingDocumentsAndSeesNoSales) {
  ASSERT_EQ(apply("wholesale").status, 200);
  const auto role = server.get(admin, "/roles?fields=name,rights&filter[name]=Бухгалтер").body.at("items").at(0);
  const TestUser olga = server.add_user("Ольга", rights_of(role));
  const auto made = [&](const TestUser& user, std::string_view path, const json::object& values) {
    const auto answer = server.call(user, "POST", path, values);
    EXPECT_EQ(answer.status, 201) << path << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  };
  made(admin, "/own-companies", {{"name", "ООО Ромашка"}, {"inn", "7707083893"}});
  const auto company = made(admin, "/companies", {{"name", "Покупатель"}, {"inn", "7736207543"}});
  const auto deal = made(admin, "/deals", {{"name", "Мука"}, {"company", company}});
  made(admin, "/leads", {{"name", "Заявка"}});

  // What is hers, though others made it.
  const json::array lines{{{"name", "Мука"}, {"quantity", "2"}, {"price", "50"}}};
  const auto invoice = made(admin, "/invoices", {{"company", company}, {"deal", deal}, {"lines", lines}});
  const std::string path = "/invoices/" + std::to_string(invoice);
  EXPECT_EQ(server.call(olga, "POST", path + ":post").status, 200);
  EXPECT_EQ(server.get(olga, path + "/print").status, 200);
  const auto act = server.call(olga, "POST", path + ":make", {{"to", "act"}});
  ASSERT_EQ(act.status, 201) << act.text;
  const std::string kept = "/acts/" + std::to_string(act.body.at("record").at("id").as_int64()) + "?fields=deal";
  EXPECT_EQ(server.get(admin, kept).body.at("deal").at("id").as_int64(), deal) << "the act stays of its deal";
  EXPECT_EQ(server.call(olga, "POST", "/acts", {{"company", company}, {"deal", deal}, {"lines", lines}}).status, 400)
      << "of her own she names none";
  const auto payment =
      server.call(olga, "POST", "/payments", {{"company", company}, {"amount", "60"}, {"allocations", {{{"invoice", invoice}}}}});
  ASSERT_EQ(payment.status, 201) << payment.text;
  EXPECT_EQ(server.get(olga, path).body.at("payment_state").as_string(), "partial");
  EXPECT_EQ(server.call(olga, "POST", "/payments/" + std::to_string(payment.id()) + ":unallocate").status, 200);
  made(olga, "/planned-payments", {{"name", "Аренда"}, {"date", "2026-12-01"}, {"amount", "10"}});
  EXPECT_EQ(server.call(olga, "POST", "/receivables").body.at("total").at("total").at("count").as_int64(), 1);
  for (const char* page : {"/payment-calendar", "/money/review", "/bank-statements", "/contracts", "/waybills", "/tax-invoices"})
    EXPECT_EQ(server.get(olga, page).status, 200) << page;

  // What is not.
  for (const char* page : {"/leads", "/deals", "/needs", "/quotes", "/pipelines"}) EXPECT_EQ(server.get(olga, page).status, 404) << page;
  const auto read = server.get(olga, path);
  EXPECT_EQ(read.text.find("\"title\":\"Мука\""), std::string::npos) << "no name of the deal: " << read.text;
  std::set<std::string> known;
  const auto metadata = server.get(olga, "/metadata");
  for (const auto& entity : metadata.body.at("entities").as_array()) {
    if (entity.at("can").at("read").as_bool()) known.emplace(entity.at("key").as_string());
  }
  EXPECT_TRUE(known.contains("invoice") && known.contains("payment") && known.contains("bank_statement"));
  EXPECT_FALSE(known.contains("lead") || known.contains("deal") || known.contains("quote") || known.contains("stage"));
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
