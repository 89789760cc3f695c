// Membership of segments follows every change, on both bases, and shows nobody more than he may see.
#include <algorithm>
#include <random>

#include "modules/segments/server/keeper.hpp"
#include "server/app/tests/api_testing.hpp"

namespace segments {

namespace {

const json::object kAllRights = {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}, {"delete", "all"}}}};
using Ids = std::vector<std::int64_t>;

class SegmentTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};
  const app::TestUser& admin = server.admin();

  std::int64_t create(std::string_view path, const json::object& values, const app::TestUser* who = nullptr) {
    const auto answer = server.call(who == nullptr ? admin : *who, "POST", path, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  app::Answer patch(std::string_view plural, std::int64_t id, const json::object& values) {
    return server.call(admin, "PATCH", "/" + std::string(plural) + "/" + std::to_string(id), values);
  }
  std::int64_t segment(std::string_view target, const json::value& filter) {
    return create("/segments", {{"name", "Сегмент"}, {"target", target}, {"filter", filter}});
  }
  Ids ids(const app::TestUser& who, std::string_view plural, const json::value& filter) {
    const auto answer = server.call(who, "POST", "/" + std::string(plural) + ":query",
                                    {{"filter", filter}, {"limit", 1000}, {"fields", {"id"}}, {"sort", {"id"}}});
    EXPECT_EQ(answer.status, 200) << answer.text;
    Ids result;
    if (answer.status == 200) {
      for (const auto& row : answer.body.at("items").as_array()) result.push_back(row.at("id").as_int64());
    }
    return result;
  }
  Ids members(std::int64_t segment, std::string_view plural = "companies") { return ids(admin, plural, {{"in_segment", segment}}); }
  bool becomes(std::int64_t segment, const Ids& expected, std::string_view plural = "companies") {
    return app::eventually([&] { return members(segment, plural) == expected; });
  }
  std::int64_t stage(const char* kind) {
    return server.get(admin, std::string("/stages?filter[kind]=") + kind + "&fields=id")
        .body.at("items")
        .as_array()
        .front()
        .at("id")
        .as_int64();
  }
};

TEST_P(SegmentTest, MembersComeAndGoAsRecordsChange) {
  const auto kazan = create("/companies", {{"name", "А"}, {"city", "Казань"}});
  const auto moscow = create("/companies", {{"name", "Б"}, {"city", "Москва"}});
  const auto id = segment("company", {{"field", "city"}, {"op", "eq"}, {"value", "Казань"}});
  ASSERT_TRUE(becomes(id, {kazan}));
  patch("companies", moscow, {{"city", "казань"}});
  EXPECT_TRUE(becomes(id, {kazan, moscow}));
  patch("companies", kazan, {{"city", nullptr}});
  EXPECT_TRUE(becomes(id, {moscow}));
  server.call(admin, "DELETE", "/companies/" + std::to_string(moscow));
  EXPECT_TRUE(becomes(id, {}));
  server.call(admin, "POST", "/companies/" + std::to_string(moscow) + ":restore");
  EXPECT_TRUE(becomes(id, {moscow}));
  patch("segments", id, {{"filter", {{"field", "city"}, {"op", "is_empty"}}}});
  EXPECT_TRUE(becomes(id, {kazan}));

  const auto moves = server.get(admin, "/segments/" + std::to_string(id) + "/moves").body.at("items").as_array();
  ASSERT_GE(moves.size(), 5u);
  EXPECT_EQ(moves.back().at("direction").as_string(), "in");
  EXPECT_EQ(moves.back().at("record").at("id").as_int64(), kazan);
  const auto of_record = server.get(admin, "/record-segments?entity=company&id=" + std::to_string(kazan)).body;
  ASSERT_EQ(of_record.at("segments").as_array().size(), 1u);
  EXPECT_GE(of_record.at("moves").as_array().size(), 3u);
}

TEST_P(SegmentTest, RelatedRecordsAndWhereTheyPointedBeforeCount) {
  const auto a = create("/companies", {{"name", "А"}});
  const auto b = create("/companies", {{"name", "Б"}});
  const auto won = stage("won");
  const auto id = segment(
      "company",
      {{"exists",
        {{"path", "deal.company"},
         {"filter",
          {{"and", {{{"field", "stage.kind"}, {"op", "eq"}, {"value", "won"}}, {{"field", "amount"}, {"op", "gte"}, {"value", 100}}}}}}}}});
  const auto deal = create("/deals", {{"name", "Д"}, {"company", a}, {"amount", "150"}});
  patch("deals", deal, {{"stage", won}});
  ASSERT_TRUE(becomes(id, {a}));
  patch("deals", deal, {{"company", b}});
  EXPECT_TRUE(becomes(id, {b})) << "the company it left is asked as well";
  patch("deals", deal, {{"amount", "50"}});
  EXPECT_TRUE(becomes(id, {}));
}

TEST_P(SegmentTest, ARoleMayBeHeldToASegment) {
  const auto in = create("/companies", {{"name", "Внутри"}, {"city", "Казань"}});
  create("/companies", {{"name", "Снаружи"}});
  const auto id = segment("company", {{"field", "city"}, {"op", "eq"}, {"value", "Казань"}});
  ASSERT_TRUE(becomes(id, {in}));
  const auto vera = server.add_user("Вера", {{"company", {{"read", "all"}, {"segment", id}}}});
  EXPECT_EQ(ids(vera, "companies", nullptr), Ids{in});
  EXPECT_EQ(server.get(vera, "/companies/" + std::to_string(in)).status, 200);
}

TEST_P(SegmentTest, MembershipShowsNobodyWhatHeMayNotSee) {
  const auto anna = server.add_user("Анна", kAllRights);
  const auto boris = server.add_user("Борис", {{"company", {{"read", "own"}, {"create", "all"}}}, {"deal", {{"read", "own"}}}});
  const auto annas = create("/companies", {{"name", "А"}, {"city", "Казань"}}, &anna);
  const auto boriss = create("/companies", {{"name", "Б"}, {"city", "Казань"}}, &boris);
  const auto open = create(
      "/segments",
      {{"name", "Открытый"}, {"target", "company"}, {"shared", true}, {"filter", {{"field", "city"}, {"op", "eq"}, {"value", "Казань"}}}},
      &anna);
  const auto closed =
      create("/segments", {{"name", "Закрытый"}, {"target", "company"}, {"filter", {{"field", "city"}, {"op", "eq"}, {"value", "Казань"}}}},
             &anna);
  ASSERT_TRUE(becomes(open, {annas, boriss}));
  ASSERT_TRUE(becomes(closed, {annas, boriss}));
  EXPECT_EQ(ids(boris, "companies", {{"in_segment", open}}), Ids{boriss});
  EXPECT_EQ(ids(boris, "companies", {{"in_segment", closed}}), Ids{}) << "membership in a segment he may not read is not told";
  EXPECT_EQ(ids(boris, "companies", {{"not", {{"in_segment", closed}}}}), Ids{boriss});
  EXPECT_EQ(server.get(boris, "/segments/" + std::to_string(closed) + "/moves").status, 404);
  EXPECT_EQ(server.get(boris, "/segments/" + std::to_string(open) + "/moves").body.at("items").as_array().size(), 1u);
  EXPECT_EQ(server.get(boris, "/record-segments?entity=company&id=" + std::to_string(annas)).status, 404);
  EXPECT_EQ(server.get(boris, "/record-segments?entity=company&id=" + std::to_string(boriss)).body.at("segments").as_array().size(), 1u);
  for (const char* path : {"/segment-members", "/segment-moves"}) {
    const auto answer = server.get(boris, path);
    EXPECT_TRUE(answer.status == 404 || answer.body.at("items").as_array().empty()) << answer.text;
  }
  const auto refused = server.call(boris, "POST", "/segments",
                                   {{"name", "Чужое"}, {"target", "company"}, {"filter", {{"exists", {{"path", "deal.company"}}}}}});
  EXPECT_EQ(refused.status, 400) << "who may not read all deals may not ask about them in a segment";
  EXPECT_NE(refused.text.find("segment_needs_full_read"), std::string::npos) << refused.text;
}

TEST_P(SegmentTest, AStaticSegmentHoldsWhatPeoplePutIn) {
  const auto a = create("/companies", {{"name", "А"}});
  const auto b = create("/companies", {{"name", "Б"}});
  const auto id = create("/segments", {{"name", "Руками"}, {"target", "company"}, {"kind", "static"}});
  const auto path = "/segments/" + std::to_string(id) + "/members";
  EXPECT_EQ(server.call(admin, "POST", path, {{"add", {a, b, 999999}}}).body.at("added").as_int64(), 2);
  EXPECT_EQ(members(id), (Ids{a, b}));
  EXPECT_EQ(server.call(admin, "POST", path, {{"remove", {a}}}).body.at("removed").as_int64(), 1);
  EXPECT_EQ(members(id), Ids{b});
  const auto dynamic = segment("company", {{"field", "city"}, {"op", "eq"}, {"value", "Пермь"}});
  EXPECT_EQ(server.call(admin, "POST", "/segments/" + std::to_string(dynamic) + "/members", {{"add", {a}}}).status, 422);
  EXPECT_EQ(server.call(admin, "POST", "/segments", {{"name", "Круг"}, {"target", "company"}, {"filter", {{"in_segment", id}}}}).status,
            400);
}

TEST_P(SegmentTest, RecordsMoveWhenTheirDatesComeWithoutAnyChange) {
  const auto due = create("/companies", {{"name", "Скоро"}});
  const auto later = create("/companies", {{"name", "Нескоро"}});
  const auto id = segment("company", {{"field", "next_step_at"}, {"op", "lt"}, {"value", "now"}});
  ASSERT_TRUE(app::eventually([&] { return server.get(admin, "/segments/" + std::to_string(id)).body.at("evaluated_at").is_string(); }));
  const auto plan = [&](std::int64_t company, std::chrono::milliseconds in) {
    create("/tasks", {{"name", "Дело"},
                      {"subject", {{"entity", "company"}, {"id", company}}},
                      {"due_at", base::to_string(base::SystemClock().now() + in)}});
  };
  plan(due, std::chrono::milliseconds(1500));
  plan(later, std::chrono::hours(1));
  EXPECT_EQ(members(id), Ids{});
  Keeper keeper(server.application().api().services, server.application().api().jobs);
  EXPECT_TRUE(app::eventually([&] {
    keeper.follow_the_clock();
    return members(id) == Ids{due};
  }));
}

// Random writes to companies, contacts, deals and the tree of companies: each segment holds exactly what its filter gives.
TEST_P(SegmentTest, MembershipEqualsFullEvaluationAfterRandomWrites) {
  const json::value won_deal = {
      {"exists",
       {{"path", "deal.company"},
        {"filter",
         {{"and", {{{"field", "stage.kind"}, {"op", "eq"}, {"value", "won"}}, {{"field", "amount"}, {"op", "gt"}, {"value", 400}}}}}}}}};
  const std::vector<std::pair<std::string, json::value>> kinds = {
      {"company", {{"field", "city"}, {"op", "eq"}, {"value", "Город 1"}}},
      {"company", {{"or", {won_deal, {{"field", "city"}, {"op", "eq"}, {"value", "Город 2"}}}}}},
      {"company", {{"not", won_deal}}},
      {"company", {{"field", "group_won"}, {"op", "gt"}, {"value", 600}}},
      {"company", {{"field", "parent.city"}, {"op", "eq"}, {"value", "Город 0"}}},
      {"company", {{"exists", {{"path", "contact.companies"}, {"filter", {{"field", "city"}, {"op", "eq"}, {"value", "Город 1"}}}}}}},
      {"company", {{"exists", {{"path", "stage_move.deal.company"}}}}},
      {"contact", {{"field", "company.city"}, {"op", "eq"}, {"value", "Город 1"}}},
      {"contact", {{"exists", {{"path", "deal.contact"}, {"filter", {{"field", "company.parent.city"}, {"op", "not_empty"}}}}}}},
      {"company", {{"formula", "city = \"Город 0\" and parent != null"}}}};
  struct Kept {
    std::int64_t id;
    std::string plural;
    json::value filter;
  };
  std::vector<Kept> segments;
  for (const auto& [target, filter] : kinds) {
    const auto answer = server.call(admin, "POST", "/segments", {{"name", "Сегмент"}, {"target", target}, {"filter", filter}});
    if (answer.status == 201) segments.push_back({answer.id(), target == "company" ? "companies" : "contacts", filter});
  }
  ASSERT_GE(segments.size(), kinds.size() - 1) << "a path of two backlinks is not in the grammar, everything else is";
  std::mt19937 random(11);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto city = [&] { return "Город " + std::to_string(pick(3)); };
  Ids companies, contacts, deals;
  const std::int64_t won = stage("won"), lost_open = stage("open");
  for (int i = 0; i < 8; ++i) companies.push_back(create("/companies", {{"name", "К"}, {"city", city()}}));
  for (int i = 0; i < 8; ++i) contacts.push_back(create("/contacts", {{"name", "Ч" + std::to_string(i)}, {"city", city()}}));
  for (int i = 0; i < 8; ++i) deals.push_back(create("/deals", {{"name", "Д"}, {"amount", std::to_string(pick(1000))}}));
  for (int step = 0; step < 250; ++step) {
    const auto company = companies[pick(companies.size())], contact = contacts[pick(contacts.size())], deal = deals[pick(deals.size())];
    switch (pick(9)) {
      case 0: patch("companies", company, {{"city", city()}}); break;
      case 1:
        patch("companies", company, {{"parent", pick(3) == 0 ? json::value(nullptr) : json::value(companies[pick(companies.size())])}});
        break;
      case 2: patch("contacts", contact, {{"company", company}, {"city", city()}}); break;
      case 3: patch("contacts", contact, {{"companies", json::array{company, companies[pick(companies.size())]}}}); break;
      case 4: patch("deals", deal, {{"company", company}, {"contact", contact}}); break;
      case 5: patch("deals", deal, {{"amount", std::to_string(pick(1000))}}); break;
      case 6: patch("deals", deal, {{"stage", pick(2) == 0 ? won : lost_open}}); break;
      case 7: server.call(admin, "DELETE", "/deals/" + std::to_string(deal)); break;
      default: server.call(admin, "POST", "/deals/" + std::to_string(deal) + ":restore"); break;
    }
    if (step % 50 != 49) continue;
    for (const auto& kept : segments) {
      const auto expected = ids(admin, kept.plural, kept.filter);
      EXPECT_TRUE(becomes(kept.id, expected, kept.plural)) << json::serialize(kept.filter) << " after step " << step << ": "
                                                           << members(kept.id, kept.plural).size() << " instead of " << expected.size();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, SegmentTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace segments
