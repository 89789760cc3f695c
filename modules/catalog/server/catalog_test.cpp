// Requisites, dated rates, and what a product costs whom.
#include "server/app/tests/api_testing.hpp"

namespace catalog {

namespace {

class CatalogTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};

  app::Answer post(std::string_view path, const json::object& values) { return server.call(server.admin(), "POST", path, values); }
  std::int64_t create(std::string_view path, const json::object& values) {
    const auto answer = post(path, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  json::value read(std::string_view plural, std::int64_t id) {
    return server.get(server.admin(), "/" + std::string(plural) + "/" + std::to_string(id)).body;
  }
  // "path code" of each field error.
  std::vector<std::string> faults(const app::Answer& answer) {
    std::vector<std::string> all;
    if (answer.body.is_object() && answer.body.as_object().contains("errors")) {
      for (const auto& error : answer.body.at("errors").as_array())
        all.push_back(std::string(error.at("path").as_string()) + " " + std::string(error.at("code").as_string()));
    }
    return all;
  }
  json::value price(std::int64_t product, const std::string& rest) {
    const auto answer = server.get(server.admin(), "/prices?product=" + std::to_string(product) + rest);
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.body;
  }
  std::string text(const json::value& answer, const char* member) { return std::string(answer.at(member).as_string()); }
};

using Faults = std::vector<std::string>;

TEST_P(CatalogTest, OwnRequisitesAreHeldToTheirCheckDigits) {
  EXPECT_EQ(faults(post("/own-companies", {{"name", "А"}, {"inn", "7707083894"}})), Faults{"inn check_digit"});
  EXPECT_EQ(faults(post("/own-companies", {{"name", "А"}, {"ogrn", "1027700132194"}})), Faults{"ogrn check_digit"});
  EXPECT_EQ(faults(post("/own-companies", {{"name", "А"}, {"okpo", "00032538"}})), Faults{"okpo check_digit"});
  EXPECT_EQ(faults(post("/own-companies", {{"name", "ИП"}, {"inn", "500100732259"}, {"kpp", "773601001"}})), Faults{"kpp kpp_of_person"});
  const auto company =
      create("/own-companies",
             {{"name", "ООО Ромашка"}, {"inn", "7707083893"}, {"kpp", "773601001"}, {"ogrn", "1027700132195"}, {"okpo", "00032537"}});
  EXPECT_TRUE(read("own-companies", company).at("is_default").as_bool()) << "the first one is the default one";
  const json::object account = {
      {"own_company", company}, {"bik", "044525225"}, {"account", "40702810200000000001"}, {"corr_account", "30101810400000000225"}};
  json::object wrong = account;
  wrong["account"] = "40702810300000000001";
  wrong["corr_account"] = "30101810145250000974";
  EXPECT_EQ(faults(post("/own-accounts", wrong)), (Faults{"account account_key", "corr_account account_key"}));
  const auto first = create("/own-accounts", account);
  EXPECT_TRUE(read("own-accounts", first).at("is_main").as_bool());
  create("/own-accounts", {{"own_company", company}, {"bik", "049805746"}, {"account", "40602810700000000025"}, {"is_main", true}});
  EXPECT_FALSE(read("own-accounts", first).at("is_main").as_bool());
  const auto second = create("/own-companies", {{"name", "ИП Иванов"}, {"inn", "500100732259"}, {"is_default", true}});
  EXPECT_FALSE(read("own-companies", company).at("is_default").as_bool());
  EXPECT_TRUE(read("own-companies", second).at("is_default").as_bool());
}

TEST_P(CatalogTest, RatesOfOneKindFollowEachOther) {
  const auto rates =
      server.get(server.admin(), "/vat-rates?filter[code]=general&sort=valid_from&fields=name,rate,calc_rate,valid_from,valid_to")
          .body.at("items")
          .as_array();
  ASSERT_EQ(rates.size(), 3u);
  EXPECT_EQ(rates.back().at("rate").as_string(), "22.00");
  EXPECT_EQ(rates.back().at("calc_rate").as_string(), "22/122");
  EXPECT_EQ(faults(post("/vat-rates", {{"name", "25"}, {"code", "general"}, {"rate", "25"}, {"valid_from", "2027-01-01"}})),
            Faults{"valid_from periods_overlap"});
  EXPECT_EQ(faults(post("/vat-rates", {{"name", "Нет"}, {"code", "none"}, {"rate", "5"}, {"valid_to", "1999-01-01"}})).front(),
            "rate exempt_has_rate");
  const auto made = create("/vat-rates", {{"name", "17,5"}, {"code", "other"}, {"rate", "17.5"}});
  EXPECT_EQ(read("vat-rates", made).at("calc_rate").as_string(), "17.5/117.5");
}

TEST_P(CatalogTest, TheNearestListGivesThePrice) {
  const auto company = create("/companies", {{"name", "Покупатель"}});
  const auto other = create("/companies", {{"name", "Другой"}});
  const auto segment = create("/segments", {{"name", "Опт"}, {"target", "company"}, {"kind", "static"}, {"shared", true}});
  ASSERT_EQ(post("/segments/" + std::to_string(segment) + "/members", {{"add", {company}}}).status, 200);
  const auto product = create("/products", {{"name", "Болт"}, {"price", "120"}});
  const auto general = create("/price-lists", {{"name", "Розница"}, {"valid_from", "2026-01-01"}});
  const auto sale = create("/price-lists", {{"name", "Акция"}, {"valid_from", "2026-06-01"}, {"valid_to", "2026-06-30"}, {"priority", 5}});
  const auto bulk = create("/price-lists", {{"name", "Оптовый"}, {"segment", segment}});
  const auto agreed = create("/price-lists", {{"name", "По договору"}, {"company", company}, {"valid_from", "2026-10-01"}});
  const auto row = [&](std::int64_t list, const char* quantity, const char* amount) {
    create("/price-rows", {{"price_list", list}, {"product", product}, {"min_quantity", quantity}, {"price", amount}});
  };
  row(general, "0", "100");
  row(general, "10", "95.5");
  row(sale, "0", "80");
  row(bulk, "0", "90");
  row(agreed, "100", "70");

  EXPECT_EQ(text(price(product, "&date=2025-05-05"), "source"), "product");
  EXPECT_EQ(text(price(product, "&date=2026-05-05"), "price"), "100.0000");
  EXPECT_EQ(text(price(product, "&date=2026-05-05&quantity=10"), "price"), "95.5000");
  EXPECT_EQ(text(price(product, "&date=2026-05-05&quantity=9.999999"), "price"), "100.0000");
  EXPECT_EQ(text(price(product, "&date=2026-06-15"), "price"), "80.0000") << "the higher priority";
  const std::string his = "&company=" + std::to_string(company);
  EXPECT_EQ(text(price(product, "&date=2026-06-15" + his), "price"), "90.0000") << "a segment is nearer than everybody";
  EXPECT_EQ(text(price(product, "&date=2026-11-01&quantity=99" + his), "price"), "90.0000");
  const auto nearest = price(product, "&date=2026-11-01&quantity=100" + his);
  EXPECT_EQ(text(nearest, "price"), "70.0000");
  EXPECT_EQ(text(nearest, "source"), "agreement");
  EXPECT_EQ(nearest.at("price_list").at("id").as_int64(), agreed);
  EXPECT_NE(text(nearest, "reason").find("По договору"), std::string::npos);
  EXPECT_EQ(text(price(product, "&date=2026-11-01&quantity=100&company=" + std::to_string(other)), "price"), "95.5000");
}

TEST_P(CatalogTest, ListsAndRowsThatOverlapAreRefused) {
  create("/price-lists", {{"name", "Первый"}, {"valid_from", "2026-01-01"}, {"valid_to", "2026-06-30"}});
  const auto answer = post("/price-lists", {{"name", "Второй"}, {"valid_from", "2026-06-30"}});
  EXPECT_EQ(faults(answer), Faults{"valid_from price_lists_overlap"});
  EXPECT_NE(answer.text.find("Первый"), std::string::npos) << "the message names the other list";
  create("/price-lists", {{"name", "В евро"}, {"currency", "EUR"}});
  const auto list = create("/price-lists", {{"name", "Второй"}, {"valid_from", "2026-07-01"}});
  const auto product = create("/products", {{"name", "Гайка"}});
  create("/price-rows", {{"price_list", list}, {"product", product}, {"price", "10"}, {"valid_to", "2026-08-31"}});
  EXPECT_EQ(faults(post("/price-rows", {{"price_list", list}, {"product", product}, {"price", "11"}, {"valid_from", "2026-08-31"}})),
            Faults{"valid_from price_rows_overlap"});
  create("/price-rows", {{"price_list", list}, {"product", product}, {"price", "11"}, {"valid_from", "2026-09-01"}});
  for (const char* amount : {"0", "-5", "999999999999999"}) {
    const auto bad = post("/price-rows", {{"price_list", list}, {"product", product}, {"price", amount}, {"min_quantity", "7"}});
    ASSERT_EQ(bad.status, 400) << amount;
    EXPECT_EQ(faults(bad).front().substr(0, 6), "price ") << amount;
  }
}

TEST_P(CatalogTest, AForeignPriceIsConvertedByTheRateOfTheDay) {
  const auto product = create("/products", {{"name", "Станок"}, {"price", "1000"}, {"currency", "USD"}});
  const std::string missing = "/prices?product=" + std::to_string(product) + "&date=2026-03-20";
  EXPECT_EQ(faults(server.get(server.admin(), missing)), Faults{"currency no_currency_rate"});
  create("/currency-rates", {{"currency", "USD"}, {"day", "2026-03-18"}, {"rate", "90.5"}});
  create("/currency-rates", {{"currency", "EUR"}, {"day", "2026-03-18"}, {"rate", "100"}});
  create("/currency-rates", {{"currency", "USD"}, {"day", "2026-03-21"}, {"rate", "95"}});
  EXPECT_EQ(text(price(product, "&date=2026-03-20"), "price"), "90500.0000");
  EXPECT_EQ(text(price(product, "&date=2026-03-21"), "price"), "95000.0000");
  EXPECT_EQ(text(price(product, "&date=2026-03-20&currency=EUR"), "price"), "905.0000");
  EXPECT_EQ(faults(server.get(server.admin(), "/prices?product=" + std::to_string(product) + "&date=2026-06-20")),
            Faults{"currency no_currency_rate"})
      << "a rate of three months ago is no rate of the day";
}

TEST_P(CatalogTest, TaxInAPriceFollowsTheDocument) {
  const auto product = create("/products", {{"name", "Книга"}, {"price", "122"}});
  EXPECT_EQ(text(price(product, "&date=2026-02-01&vat_mode=included"), "price"), "122.0000");
  EXPECT_EQ(text(price(product, "&date=2026-02-01&vat_mode=added"), "price"), "100.0000");
  EXPECT_EQ(text(price(product, "&date=2025-02-01&vat_mode=added"), "price"), "101.6667") << "20 % in 2025";
  EXPECT_EQ(text(price(product, "&date=2026-02-01&vat_mode=exempt"), "price"), "122.0000");
  EXPECT_EQ(faults(server.get(server.admin(), "/prices?product=" + std::to_string(product) + "&date=1999-02-01&vat_mode=added")),
            Faults{"vat_rate no_vat_rate"});
}

TEST_P(CatalogTest, ABundleCostsWhatItsPartsDo) {
  const auto table = create("/products", {{"name", "Стол"}, {"price", "1000"}});
  const auto chair = create("/products", {{"name", "Стул"}, {"price", "250.5"}});
  const auto set = create("/products", {{"name", "Обеденная группа"}, {"kind", "bundle"}});
  create("/bundle-items", {{"bundle", set}, {"product", table}});
  create("/bundle-items", {{"bundle", set}, {"product", chair}, {"quantity", "4"}});
  EXPECT_EQ(faults(post("/bundle-items", {{"bundle", set}, {"product", set}})), Faults{"product bundle_in_bundle"});
  const auto found = price(set, "&date=2026-02-01");
  EXPECT_EQ(text(found, "price"), "2002.0000");
  EXPECT_EQ(text(found, "source"), "bundle");
  const auto red = create("/products", {{"name", "Стул"}, {"variant_of", chair}, {"variant_name", "красный"}});
  EXPECT_EQ(text(price(red, "&date=2026-02-01"), "price"), "250.5000") << "a variant without a price costs what its product does";
}

TEST_P(CatalogTest, OneDiscountRuleHoldsAndItsPriorityDecides) {
  const auto company = create("/companies", {{"name", "Постоянный"}});
  const auto tools = create("/product-groups", {{"name", "Инструмент"}});
  const auto drills = create("/product-groups", {{"name", "Дрели"}, {"parent", tools}});
  const auto product = create("/products", {{"name", "Дрель"}, {"price", "100"}, {"group", drills}});
  create("/discount-rules", {{"name", "На группу"}, {"percent", "5"}, {"product_group", tools}});
  create("/discount-rules", {{"name", "От десяти"}, {"percent", "7"}, {"product_group", tools}, {"min_quantity", "10"}});
  create("/discount-rules", {{"name", "Прошлый год"}, {"percent", "50"}, {"valid_to", "2025-12-31"}});
  const std::string day = "&date=2026-02-01";
  EXPECT_EQ(text(price(product, day), "discount_percent"), "5.00");
  EXPECT_EQ(text(price(product, day + "&quantity=10"), "discount_percent"), "7.00");
  create("/discount-rules", {{"name", "Наш клиент"}, {"percent", "3"}, {"company", company}, {"priority", 1}});
  const auto his = price(product, day + "&quantity=10&company=" + std::to_string(company));
  EXPECT_EQ(text(his, "discount_percent"), "3.00");
  EXPECT_NE(text(his, "note").find("Наш клиент"), std::string::npos);
  create("/discount-rules", {{"name", "Срочно"}, {"kind", "markup"}, {"percent", "15"}, {"product", product}, {"priority", 2}});
  EXPECT_EQ(text(price(product, day), "discount_percent"), "-15.00");
}

TEST_P(CatalogTest, LimitsOfDiscountsAreThoseOfTheRoles) {
  const auto boris = server.add_user("Борис", {{"*", {{"read", "all"}}}});
  EXPECT_TRUE(server.get(boris, "/discount-limit").body.at("limit").is_null()) << "nobody has set limits";
  create("/discount-limits", {{"max_percent", "5"}});
  EXPECT_EQ(text(server.get(boris, "/discount-limit").body, "limit"), "5.00");
  create("/discount-limits", {{"max_percent", "12.5"}, {"user", boris.id}});
  EXPECT_EQ(text(server.get(boris, "/discount-limit").body, "limit"), "12.50");
  EXPECT_TRUE(server.get(server.admin(), "/discount-limit").body.at("limit").is_null());
}

INSTANTIATE_TEST_SUITE_P(Databases, CatalogTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace catalog
