// Totals of holdings, circles, relations seen from both sides, accounts, consents.
#include <random>

#include "server/app/tests/api_testing.hpp"

namespace clients {

namespace {

const json::object kAllRights = {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}, {"delete", "all"}}}};

class ClientCardTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};
  const app::TestUser anna = server.add_user("Анна", kAllRights);

  std::int64_t create(std::string_view path, const json::object& values) {
    const auto answer = server.call(anna, "POST", path, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  json::value read(std::string_view plural, std::int64_t id) {
    return server.get(anna, "/" + std::string(plural) + "/" + std::to_string(id)).body;
  }
  app::Answer patch(std::string_view plural, std::int64_t id, const json::object& values) {
    return server.call(anna, "PATCH", "/" + std::string(plural) + "/" + std::to_string(id), values);
  }
  std::string amount(std::int64_t company, const char* field) {
    const json::value record = read("companies", company);
    const auto& value = record.at(field);
    return value.is_null() ? "0" : std::string(value.at("amount").as_string());
  }
  std::int64_t stage(const char* kind) {
    return server.get(anna, std::string("/stages?filter[kind]=") + kind + "&fields=id")
        .body.at("items")
        .as_array()
        .front()
        .at("id")
        .as_int64();
  }
};

TEST_P(ClientCardTest, TotalsRiseToEveryCompanyAbove) {
  const auto top = create("/companies", {{"name", "Холдинг"}});
  const auto middle = create("/companies", {{"name", "Завод"}, {"parent", top}});
  const auto low = create("/companies", {{"name", "Цех"}, {"parent", middle}});
  create("/deals", {{"name", "А"}, {"company", low}, {"amount", "100"}, {"stage", stage("won")}});
  const auto deal = create("/deals", {{"name", "Б"}, {"company", middle}, {"amount", "40"}});
  EXPECT_EQ(amount(top, "group_won"), "100.00");
  EXPECT_EQ(amount(top, "group_open"), "40.00");
  EXPECT_EQ(amount(top, "deals_won"), "0");
  EXPECT_EQ(amount(low, "deals_won"), "100.00");

  patch("deals", deal, {{"stage", stage("won")}});
  EXPECT_EQ(amount(top, "group_won"), "140.00");
  EXPECT_EQ(amount(top, "group_open"), "0.00");

  const auto other = create("/companies", {{"name", "Другой холдинг"}});
  patch("companies", middle, {{"parent", other}});
  EXPECT_EQ(amount(top, "group_won"), "0.00");
  EXPECT_EQ(amount(other, "group_won"), "140.00");
  const auto sorted = server.call(anna, "POST", "/companies:query", {{"sort", {"-group_won"}}, {"limit", 1}, {"fields", {"id"}}});
  EXPECT_EQ(sorted.body.at("items").as_array().front().at("id").as_int64(), other) << sorted.text;

  server.call(anna, "DELETE", "/companies/" + std::to_string(middle));
  EXPECT_EQ(amount(other, "group_won"), "0.00");
  server.call(anna, "POST", "/companies/" + std::to_string(middle) + ":restore");
  EXPECT_EQ(amount(other, "group_won"), "140.00");
}

TEST_P(ClientCardTest, NoCompanyIsAboveItself) {
  const auto top = create("/companies", {{"name", "Верх"}});
  const auto low = create("/companies", {{"name", "Низ"}, {"parent", top}});
  const auto answer = patch("companies", top, {{"parent", low}});
  EXPECT_EQ(answer.status, 400) << answer.text;
  EXPECT_NE(answer.text.find("tree_cycle"), std::string::npos);
  EXPECT_EQ(patch("companies", top, {{"parent", top}}).status, 400);
  EXPECT_EQ(patch("companies", top, {{"managed_by", low}}).status, 200) << "the management structure is a tree of its own";
}

// Random moves, deals, deletions: what is stored is what counting from the deals gives.
TEST_P(ClientCardTest, StoredTotalsAgreeWithACountAfterRandomChanges) {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  struct Known {
    std::int64_t id, parent = 0;
    bool is_deleted = false;
    std::int64_t own = 0;
  };
  std::vector<Known> companies;
  for (int i = 0; i < 12; ++i) companies.push_back({create("/companies", {{"name", "К" + std::to_string(i)}})});
  const std::int64_t won = stage("won");
  for (int step = 0; step < 150; ++step) {
    auto& company = companies[pick(companies.size())];
    const auto action = pick(4);
    if (action == 0) {
      const auto amount = static_cast<std::int64_t>(pick(1000));
      if (company.is_deleted) continue;
      create("/deals", {{"name", "Д"}, {"company", company.id}, {"amount", std::to_string(amount)}, {"stage", won}});
      company.own += amount;
    } else if (action == 1 || action == 2) {
      const auto& target = companies[pick(companies.size())];
      if (company.is_deleted || target.is_deleted) continue;
      if (patch("companies", company.id, {{"parent", target.id}}).status == 200) company.parent = target.id;
    } else {
      const std::string path = "/companies/" + std::to_string(company.id);
      const auto answer = company.is_deleted ? server.call(anna, "POST", path + ":restore") : server.call(anna, "DELETE", path);
      ASSERT_LT(answer.status, 300) << answer.text;
      company.is_deleted = !company.is_deleted;
    }
  }
  const std::function<std::int64_t(const Known&)> total = [&](const Known& company) {
    std::int64_t sum = company.own;
    for (const auto& each : companies) {
      if (each.parent == company.id && !each.is_deleted) sum += total(each);
    }
    return sum;
  };
  for (const auto& company : companies) {
    if (company.is_deleted) continue;
    const std::string stored = amount(company.id, "group_won");
    EXPECT_EQ(stored == "0" ? "0.00" : stored, std::to_string(total(company)) + ".00") << company.id;
  }
}

TEST_P(ClientCardTest, ARelationIsReadFromBothSides) {
  const auto one = create("/companies", {{"name", "Один"}});
  const auto two = create("/companies", {{"name", "Два"}});
  const auto relation = create("/company-relations", {{"company", one}, {"other", two}, {"kind", "payer"}});
  const auto seen = [&](std::int64_t from) {
    return server
        .call(anna, "POST", "/company-relations:query",
              {{"filter", {{"field", "company"}, {"op", "eq"}, {"value", from}}}, {"fields", {"id", "kind", "other"}}})
        .body.at("items")
        .as_array();
  };
  ASSERT_EQ(seen(two).size(), 1u);
  EXPECT_EQ(seen(two).front().at("kind").as_string(), "paid_for");
  EXPECT_EQ(seen(two).front().at("other").at("id").as_int64(), one);
  patch("company-relations", relation, {{"kind", "guarantor"}});
  EXPECT_EQ(seen(two).front().at("kind").as_string(), "guaranteed");
  const auto mirror = seen(two).front().at("id").as_int64();
  EXPECT_EQ(server.call(anna, "DELETE", "/company-relations/" + std::to_string(mirror)).status, 204);
  EXPECT_TRUE(seen(one).empty());
}

TEST_P(ClientCardTest, AnAccountThatDoesNotFitTheBankIsMarked) {
  const auto company = create("/companies", {{"name", "Со счётом"}});
  const auto good = create("/bank-accounts", {{"company", company}, {"bik", "044525225"}, {"account", "40702810200000000001"}});
  const auto bad =
      create("/bank-accounts", {{"company", company}, {"bik", "044525225"}, {"account", "40702810300000000001"}, {"is_main", true}});
  EXPECT_EQ(read("bank-accounts", good).as_object().if_contains("marks"), nullptr);
  ASSERT_EQ(read("bank-accounts", bad).at("marks").as_array().size(), 1u);
  EXPECT_EQ(read("bank-accounts", bad).at("marks").as_array().front().at("code").as_string(), "account_key");
  EXPECT_FALSE(read("bank-accounts", good).at("is_main").as_bool()) << "the first account was the main one until another took its place";
  EXPECT_EQ(
      server.call(anna, "POST", "/bank-accounts", {{"company", company}, {"bik", "044525225"}, {"account", "40702810200000000001"}}).status,
      400);
}

TEST_P(ClientCardTest, AContactServesSeveralCompaniesWithARoleInEach) {
  const auto one = create("/companies", {{"name", "Первая"}});
  const auto two = create("/companies", {{"name", "Вторая"}});
  const auto contact = create("/contacts", {{"name", "Иванов Иван"}, {"company", one}, {"position", "Инженер"}});
  create("/company-contacts", {{"company", two}, {"contact", contact}, {"role", "accountant"}, {"is_main", true}});
  const auto places =
      server.get(anna, "/company-contacts?filter[contact]=" + std::to_string(contact) + "&fields=company,role,position&sort=id")
          .body.at("items")
          .as_array();
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].at("company").at("id").as_int64(), one);
  EXPECT_EQ(places[0].at("position").as_string(), "Инженер");
  EXPECT_EQ(read("companies", two).at("contacts").as_array().size(), 1u);
}

TEST_P(ClientCardTest, AConsentIsWithdrawnAndNeitherChangedNorDeleted) {
  const auto contact =
      create("/contacts", {{"name", "Пётр"}, {"phones", {{{"raw", "+79161234567"}}}}, {"emails", {{{"raw", "petr@example.com"}}}}});
  const auto consent = create("/consents", {{"contact", contact}, {"purpose", "marketing"}, {"channel", "any"}, {"text", "Согласен"}});
  EXPECT_TRUE(read("consents", consent).at("is_active").as_bool());
  EXPECT_EQ(read("consents", consent).at("text_hash").as_string().size(), 64u);
  EXPECT_EQ(patch("consents", consent, {{"purpose", "processing"}}).status, 400);
  EXPECT_EQ(server.call(anna, "DELETE", "/consents/" + std::to_string(consent)).status, 422);
  EXPECT_EQ(patch("consents", consent, {{"withdrawn_at", base::to_string(base::SystemClock().now() + std::chrono::seconds(1))}}).status,
            200);
  EXPECT_FALSE(read("consents", consent).at("is_active").as_bool());
  EXPECT_EQ(server.get(anna, "/suppressions?count=exact").body.at("count").at("value").as_int64(), 2);
}

INSTANTIATE_TEST_SUITE_P(Databases, ClientCardTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace clients
