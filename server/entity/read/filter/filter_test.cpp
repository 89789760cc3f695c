// The filter grammar, on both databases and in memory.
#include <gtest/gtest.h>

#include "server/entity/read/read_testing.hpp"

namespace entity {
namespace {

using Ids = std::vector<std::int64_t>;

class FilterTest : public testing::TestWithParam<store::Dialect> {
 protected:
  void SetUp() override {
    world_ = std::make_unique<ReadWorld>(GetParam());
    world_->add("contact", R"({"name": "Пётр", "birthday": "1990-11-18", "emails": ["Petr@Example.com"], "owner": 2})");
    world_->add("contact", R"({"name": "Ольга", "owner": 5})");
    world_->add(
        "company",
        R"({"name": "Ёлка", "city": "Казань", "owner": 2, "industry": "food", "relations": ["client", "supplier"], "budget": "1000.00",
      "phones": ["8 (495) 123-45-67"], "tags": ["VIP", "Опт"], "employees": 10, "founded": "2026-11-16", "seen_at": "2026-11-17T22:30:00Z",
      "is_vip": true, "contacts": [1], "response": "PT2H"})");
    world_->add(
        "company",
        R"({"name": "Ель", "city": "казань", "owner": 4, "industry": "it", "relations": ["client"], "budget": "10.50", "employees": 200,
      "founded": "2026-10-31", "seen_at": "2026-11-17T20:00:00Z", "parent": 1, "contacts": [1, 2], "code": "AbC"})");
    world_->add("company", R"({"name": "Zebra", "owner": 5, "tags": ["опт"], "rate": "1.500", "is_vip": false, "parent": 2})");
    world_->add("company", R"({"name": "Пустая"})");
    world_->add("stage", R"({"name": "Новая", "kind": "open"})");
    world_->add("stage", R"({"name": "Успех", "kind": "won"})");
    world_->add("deal",
                R"({"name": "Поставка", "amount": "500", "company": 1, "stage": 1, "owner": 2, "source": {"entity": "company", "id": 2}})");
    world_->add("deal",
                R"({"name": "Ремонт", "amount": "7000", "company": 2, "stage": 2, "owner": 4, "source": {"entity": "contact", "id": 2}})");
    world_->add("deal", R"({"name": "Без всего"})");
    admin_ = make_admin();
  }

  // What the filter finds; fails when memory disagrees.
  Ids found(std::string_view entity, std::string_view filter_json) {
    const auto filter = world_->filter(admin_, entity, filter_json);
    const auto ids = world_->ids(admin_, world_->entity(entity), filter);
    EXPECT_EQ(ids, world_->ids_in_memory(admin_, world_->entity(entity), filter)) << filter_json;
    return ids;
  }
  Ids companies(std::string_view filter_json) { return found("company", filter_json); }
  std::string error(std::string_view filter_json, std::string_view entity = "company") {
    return error_of([&] { world_->filter(admin_, entity, filter_json); });
  }

  std::unique_ptr<ReadWorld> world_;
  Caller admin_;
};

TEST_P(FilterTest, TextComparesWithoutCaseAndYo) {
  EXPECT_EQ(companies(R"({"field": "name", "value": "елка"})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "city", "op": "in", "value": ["КАЗАНЬ", "Омск"]})"), (Ids{1, 2}));
  EXPECT_EQ(companies(R"({"field": "name", "op": "contains", "value": "ЕЛ"})"), (Ids{1, 2}));
  EXPECT_EQ(companies(R"({"field": "name", "op": "starts_with", "value": "zeb"})"), Ids{3});
  EXPECT_EQ(companies(R"({"field": "code", "value": "abc"})"), Ids{});
  EXPECT_EQ(companies(R"({"field": "code", "value": "AbC"})"), Ids{2});
}

TEST_P(FilterTest, ComplementsIncludeEmptyValues) {
  EXPECT_EQ(companies(R"({"field": "city", "op": "ne", "value": "Казань"})"), (Ids{3, 4}));
  EXPECT_EQ(companies(R"({"not": {"field": "employees", "op": "gt", "value": 100}})"), (Ids{1, 3, 4}));
  EXPECT_EQ(companies(R"({"field": "industry", "op": "not_in", "value": ["it", "food"]})"), (Ids{3, 4}));
  EXPECT_EQ(companies(R"({"field": "tags", "op": "none_of", "value": ["опт"]})"), (Ids{2, 4}));
  EXPECT_EQ(companies(R"({"field": "city", "op": "is_empty"})"), (Ids{3, 4}));
  EXPECT_EQ(companies(R"({"field": "city", "value": null})"), (Ids{3, 4}));
  EXPECT_EQ(companies(R"({"field": "is_vip", "op": "ne", "value": true})"), (Ids{2, 3, 4}));
  EXPECT_EQ(found("deal", R"({"field": "company.city", "op": "ne", "value": "Казань"})"), Ids{3});
}

TEST_P(FilterTest, NumbersAndMoneyCompareExactly) {
  EXPECT_EQ(companies(R"({"field": "budget", "op": "gte", "value": "10.50"})"), (Ids{1, 2}));
  EXPECT_EQ(companies(R"({"field": "budget", "op": "gt", "value": 10.5})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "budget.currency", "value": "RUB"})"), (Ids{1, 2}));
  EXPECT_EQ(companies(R"({"field": "rate", "value": 1.5})"), Ids{3});
  EXPECT_EQ(companies(R"({"field": "employees", "op": "between", "value": [10, 199]})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "response", "op": "lte", "value": "PT2H"})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "id", "op": "in", "value": [2, 4]})"), (Ids{2, 4}));
}

TEST_P(FilterTest, DatesAreResolvedInTheCallersTimeZone) {
  // 22:30 UTC on the 17th is already the 18th, "today", in Moscow.
  EXPECT_EQ(companies(R"({"field": "seen_at", "value": "today"})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "seen_at", "value": "2026-11-17"})"), Ids{2});
  EXPECT_EQ(companies(R"({"field": "founded", "value": "this_week"})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "founded", "value": "last_month"})"), Ids{2});
  EXPECT_EQ(companies(R"({"field": "founded", "op": "gt", "value": "last_month"})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "founded", "op": "gte", "value": {"relative": -2, "unit": "day"}})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "seen_at", "op": "lt", "value": {"relative": -12, "unit": "hour"}})"), Ids{2});
}

TEST_P(FilterTest, PathsFollowLinks) {
  EXPECT_EQ(found("deal", R"({"field": "stage.kind", "value": "open"})"), Ids{1});
  EXPECT_EQ(found("deal", R"({"field": "company.owner.department", "op": "within", "value": 2})"), (Ids{1, 2}));
  EXPECT_EQ(found("deal", R"({"field": "source.company.city", "value": "казань"})"), Ids{1});
  EXPECT_EQ(found("deal", R"({"field": "source", "value": {"entity": "contact", "id": 2}})"), Ids{2});
  EXPECT_EQ(companies(R"({"field": "parent.parent", "value": 1})"), Ids{3});
  EXPECT_EQ(companies(R"({"field": "parent", "op": "within", "value": 1})"), (Ids{2, 3}));
  EXPECT_EQ(companies(R"({"field": "owner", "value": "me"})"), Ids{});
}

TEST_P(FilterTest, MultiValuesMatchWhenAnyItemDoes) {
  EXPECT_EQ(companies(R"({"field": "phones", "value": "+7 495 123 45 67"})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "phones.e164", "op": "starts_with", "value": "+7495"})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "phones", "op": "is_empty"})"), (Ids{2, 3, 4}));
  EXPECT_EQ(companies(R"({"field": "tags", "op": "any_of", "value": ["vip", "нет"]})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "tags", "op": "all_of", "value": ["vip", "ОПТ"]})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "relations", "op": "all_of", "value": ["client", "supplier"]})"), Ids{1});
  EXPECT_EQ(companies(R"({"field": "contacts", "op": "all_of", "value": [1, 2]})"), Ids{2});
  EXPECT_EQ(companies(R"({"field": "contacts.name", "value": "ольга"})"), Ids{2});
  EXPECT_EQ(companies(R"({"field": "contacts.emails.value", "value": "petr@example.com"})"), (Ids{1, 2}));
}

TEST_P(FilterTest, ExistsLooksAtRecordsThatPointHere) {
  EXPECT_EQ(companies(R"({"exists": {"path": "deal.company"}})"), (Ids{1, 2}));
  EXPECT_EQ(companies(R"({"exists": {"path": "deal.company", "filter": {"field": "stage.kind", "value": "won"}}})"), Ids{2});
  EXPECT_EQ(companies(R"({"exists": {"path": "deal.source"}})"), Ids{2});
  EXPECT_EQ(companies(R"({"not": {"exists": {"path": "deal.company"}}})"), (Ids{3, 4}));
  EXPECT_EQ(found("contact", R"({"exists": {"path": "company.contacts", "filter": {"field": "name", "value": "ель"}}})"), (Ids{1, 2}));
  world_->remove("deal", 2);
  EXPECT_EQ(companies(R"({"exists": {"path": "deal.company"}})"), Ids{1});
}

TEST_P(FilterTest, ErrorsSayWhereAndListWhatIsValid) {
  EXPECT_EQ(error(R"({"and": [{"field": "nmae", "value": 1}]})"), "unknown_field@filter.and[0].field");
  EXPECT_EQ(error(R"({"field": "city", "op": "like", "value": "x"})"), "unknown_operator@filter.op");
  EXPECT_EQ(error(R"({"field": "employees", "op": "contains", "value": "x"})"), "unknown_operator@filter.op");
  EXPECT_EQ(error(R"({"field": "city", "value": 5})"), "wrong_type@filter.value");
  EXPECT_EQ(error(R"({"field": "industry", "value": "space"})"), "unknown_option@filter.value");
  EXPECT_EQ(error(R"({"field": "founded", "value": "someday"})"), "unknown_date@filter.value");
  EXPECT_EQ(error(R"({"field": "budget", "value": "1.005"})"), "not_a_number@filter.value");
  EXPECT_EQ(error(R"({"xor": []})"), "unknown_filter@filter");
  EXPECT_EQ(error(R"({"exists": {"path": "deal.name"}})"), "unknown_field@filter.exists.path");
  EXPECT_EQ(error(R"({"field": "phones.colour", "value": "x"})"), "unknown_field@filter.field");
  EXPECT_EQ(extra_of([&] { world_->filter(admin_, "company", R"({"field": "industry", "value": "space"})"); }),
            R"({"valid":["retail","food","it"]})");
  EXPECT_EQ(extra_of([&] { world_->filter(admin_, "company", R"({"field": "is_vip", "op": "like"})"); }),
            R"({"valid":["is_empty","not_empty","eq","ne","in","not_in"]})");
}

TEST_P(FilterTest, DepthAndSizeAreLimited) {
  std::string deep = R"({"field": "city", "value": "x"})";
  for (int i = 0; i < 20; ++i) deep = R"({"not": )" + deep + "}";
  EXPECT_TRUE(error(deep).starts_with("filter_too_deep"));
  std::string wide = R"({"or": [)";
  for (int i = 0; i < 300; ++i) wide += std::string(i == 0 ? "" : ",") + R"({"field": "employees", "value": 1})";
  EXPECT_TRUE(error(wide + "]}").starts_with("filter_too_large"));
}

TEST_P(FilterTest, ShortFormMeansTheSame) {
  const auto short_ids = [&](std::vector<std::pair<std::string, std::string>> query) {
    const auto filter = parse_short_filter(query, world_->context(admin_, "company"));
    return world_->ids(admin_, world_->entity("company"), filter);
  };
  EXPECT_EQ(short_ids({{"filter[city]", "Казань"}, {"filter[budget][gte]", "100"}}), Ids{1});
  EXPECT_EQ(short_ids({{"filter[industry][in]", "it,food"}, {"sort", "name"}}), (Ids{1, 2}));
  EXPECT_EQ(short_ids({{"filter[city][is_empty]", "true"}}), (Ids{3, 4}));
  EXPECT_EQ(short_ids({{"filter[founded][gte]", "-3d"}}), Ids{1});
  EXPECT_EQ(error_of([&] { short_ids({{"filter[city][like]", "x"}}); }), "unknown_operator@filter[city][like].op");
}

INSTANTIATE_TEST_SUITE_P(Databases, FilterTest, store::kBothDatabases, store::database_name);

}  // namespace
}  // namespace entity
