// The funnel equals a plain reckoning over random histories, and every figure opens the deals that it counted, whoever asks.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "modules/funnel/server/answer.hpp"
#include "server/app/tests/api_testing.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/storage.hpp"
#include "server/insight/number_rows.hpp"

namespace funnel {

namespace {

using Ids = std::set<std::int64_t>;
constexpr std::int64_t kSecond = 1'000'000, kDay = 86'400 * kSecond;

struct Moved {
  std::int64_t at, from, to, pipeline;
};
struct History {
  std::int64_t id = 0, owner = 0, created = 0, stage = 0, pipeline = 0, reason = 0;
  std::optional<std::int64_t> kopecks;
  std::string source;
  std::vector<Moved> moves;
};

json::object rights(const char* scope) {
  json::object all;
  for (const char* entity : {"pipeline", "stage", "lost_reason"}) all[entity] = {{"read", "all"}};
  for (const char* entity : {"deal", "stage_move", "deal_line"}) all[entity] = {{"read", scope}};
  return all;
}

class FunnelTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};
  const app::TestUser& admin = server.admin();
  std::mt19937_64 random{20261122};
  std::int64_t pipeline = 0, other = 0, lost_stage = 0, reason = 0;
  std::vector<std::int64_t> steps, other_stages;  // the last of steps wins
  std::vector<History> histories;
  const base::TimeZone zone = *base::TimeZone::find("Asia/Vladivostok");
  const base::Date first = *base::parse_date("2026-03-01");

  std::int64_t below(std::int64_t limit) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit)); }

  std::int64_t create(std::string_view path, const json::object& values) {
    const auto answer = server.call(admin, "POST", path, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  json::array rows(std::string_view plural, const json::object& body) {
    const auto answer = server.call(admin, "POST", "/" + std::string(plural) + ":query", body);
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.body.at("items").as_array();
  }

  void load_stages() {
    pipeline = rows("pipelines", {{"filter", {{"field", "is_default"}, {"op", "eq"}, {"value", true}}}}).front().at("id").as_int64();
    for (const auto& row : rows("stages", {{"filter", {{"field", "pipeline"}, {"op", "eq"}, {"value", pipeline}}},
                                           {"sort", {"position"}},
                                           {"fields", {"id", "kind"}}})) {
      if (row.at("kind").as_string() == "lost")
        lost_stage = row.at("id").as_int64();
      else
        steps.push_back(row.at("id").as_int64());
    }
    reason = rows("lost-reasons", {{"limit", 1}, {"sort", {"id"}}}).front().at("id").as_int64();
    other = create("/pipelines", {{"name", "Вторая"}});
    for (const char* kind : {"open", "lost"})
      other_stages.push_back(create("/stages", {{"name", kind}, {"pipeline", other}, {"kind", kind}}));
  }

  // Any stage of either pipeline; mostly the next one.
  std::int64_t next_stage(std::int64_t from) {
    const auto at = std::find(steps.begin(), steps.end(), from);
    if (at != steps.end() && at + 1 != steps.end() && below(10) < 5) return *(at + 1);
    const auto roll = below(10);
    if (roll < 3) return lost_stage;
    if (roll < 4) return other_stages[static_cast<std::size_t>(below(2))];
    return steps[static_cast<std::size_t>(below(std::ssize(steps)))];
  }

  History make_history(const std::vector<std::int64_t>& owners) {
    static const char* const kSources[] = {"", "site", "call", "tender"};
    History made;
    made.owner = owners[static_cast<std::size_t>(below(std::ssize(owners)))];
    made.source = kSources[below(4)];
    if (below(4) != 0) made.kopecks = below(1'000'000'00);
    // Some right at the edge of a local day.
    made.created = base::to_micros(zone.start_of_day(first + std::chrono::days{below(120)})) + (below(3) == 0 ? below(3) - 1 : below(kDay));
    const auto start = below(4) == 0 ? next_stage(0) : steps.front();
    made.stage = start;
    made.pipeline = pipeline_of(start);
    if (below(12) == 0) return made;
    std::int64_t at = made.created;
    made.moves.push_back({at, 0, start, made.pipeline});
    for (auto count = below(9); count > 0; --count) {
      const auto to = next_stage(made.stage);
      if (to == made.stage) continue;
      at += below(2) == 0 ? below(30 * kDay)
                          : base::to_micros(zone.start_of_day(zone.local_date(base::from_micros(at)) + std::chrono::days{1})) - at;
      made.moves.push_back({at, made.stage, to, pipeline_of(to)});
      made.stage = to;
      made.pipeline = pipeline_of(to);
    }
    if ((made.stage == lost_stage || made.stage == other_stages[1]) && below(2) == 0) made.reason = reason;
    return made;
  }

  std::int64_t pipeline_of(std::int64_t stage) const {
    return std::find(other_stages.begin(), other_stages.end(), stage) != other_stages.end() ? other : pipeline;
  }

  // Deals made by the API, then given their past.
  void make_deals(int count, const std::vector<std::int64_t>& owners) {
    for (int i = 0; i < count; ++i) {
      auto history = make_history(owners);
      json::object values = {{"name", "Сделка " + std::to_string(i)}, {"owner", history.owner}};
      if (!history.source.empty()) values["source"] = history.source;
      if (history.kopecks) values["amount"] = base::to_string(base::Decimal{*history.kopecks, 2});
      history.id = create("/deals", values);
      histories.push_back(std::move(history));
    }
    auto& services = server.application().api().services;
    const auto registry = services.catalog.current();
    const auto& move_entity = registry->require("stage_move");
    const int stage_id = registry->require("stage").id, pipeline_id = registry->require("pipeline").id,
              deal_id = registry->require("deal").id;
    services.database.write({}, [&](store::Connection& connection) {
      connection.execute("DELETE FROM stage_move");
      for (const auto& history : histories) {
        auto update =
            connection.prepare("past", "UPDATE deal SET created_at = $1, stage = $2, pipeline = $3, lost_reason = $4 WHERE id = $5");
        update.bind(1, history.created).bind(2, history.stage).bind(3, history.pipeline).bind(5, history.id);
        if (history.reason != 0)
          update.bind(4, history.reason);
        else
          update.bind_null(4);
        update.run();
        std::int64_t before = 0;
        for (const auto& moved : history.moves) {
          auto record = entity::make_record(move_entity);
          record.id = entity::next_id(connection, move_entity);
          record.uid = base::make_uid(services.clock.now(), services.random);
          record.version = 1;
          record.created_at = record.updated_at = base::from_micros(moved.at);
          record.set("deal", entity::Link{deal_id, history.id});
          record.set("to_stage", entity::Link{stage_id, moved.to});
          record.set("pipeline", entity::Link{pipeline_id, moved.pipeline});
          record.set("moved_at", moved.at);
          if (moved.from != 0) {
            record.set("from_stage", entity::Link{stage_id, moved.from});
            record.set("time_in_stage", (moved.at - before) / kSecond * kSecond);
          }
          before = moved.at;
          entity::insert_record(connection, record);
        }
      }
    });
  }
};

// The definitions once more, by sets of deals.
struct Plain {
  Ids deals, won, lost, lost_elsewhere, moved_away, without_moves;
  struct Step {
    Ids entered, passed_by, lost, here;
    std::vector<std::int64_t> stays;
  };
  std::vector<Step> steps;
};

struct Question {
  bool is_cohort = true;
  base::Date from{}, to{};
  std::int64_t pipeline = 0, lost_stage = 0;
  std::vector<std::int64_t> steps;
  base::TimeZone zone = base::TimeZone::utc();
};

Plain reckon_plainly(const Question& ask, const std::vector<History>& histories) {
  Plain found;
  found.steps.resize(ask.steps.size());
  const auto is_within = [&](std::int64_t at) {
    const auto day = ask.zone.local_date(base::from_micros(at));
    return ask.from <= day && day <= ask.to;
  };
  for (const auto& history : histories) {
    if (ask.is_cohort && !is_within(history.created)) continue;
    std::vector<Moved> counted;
    for (const auto& moved : history.moves) {
      if (moved.pipeline == ask.pipeline && (ask.is_cohort || is_within(moved.at))) counted.push_back(moved);
    }
    if (counted.empty()) {
      if (ask.is_cohort && history.pipeline == ask.pipeline) found.without_moves.insert(history.id);
      continue;
    }
    found.deals.insert(history.id);
    if (history.pipeline != ask.pipeline) found.moved_away.insert(history.id);
    const auto step_of = [&](std::int64_t stage) { return std::find(ask.steps.begin(), ask.steps.end(), stage) - ask.steps.begin(); };
    const auto none = std::ssize(ask.steps);
    std::ptrdiff_t furthest = -1, lost_from = -1;
    std::set<std::ptrdiff_t> stood;
    std::map<std::ptrdiff_t, std::int64_t> stays;
    bool was_lost = false;
    for (const auto& moved : counted) {
      const auto to = step_of(moved.to), from = step_of(moved.from);
      if (to != none) {
        stood.insert(to);
        furthest = std::max(furthest, to);
      }
      if (moved.to == ask.lost_stage) {
        was_lost = true;
        if (from != none) lost_from = std::max(lost_from, from);
      }
      if (from == none) continue;
      const auto at = std::find_if(history.moves.begin(), history.moves.end(), [&](const Moved& each) {
        return each.at == moved.at && each.from == moved.from && each.to == moved.to;
      });
      stays[from] += (moved.at - (at - 1)->at) / kSecond;
    }
    for (std::ptrdiff_t i = 0; i <= furthest; ++i) {
      found.steps[static_cast<std::size_t>(i)].entered.insert(history.id);
      if (stood.count(i) == 0) found.steps[static_cast<std::size_t>(i)].passed_by.insert(history.id);
    }
    const auto now = step_of(history.stage);
    if (now != none) found.steps[static_cast<std::size_t>(now)].here.insert(history.id);
    const bool is_won = furthest == none - 1;
    if (is_won) found.won.insert(history.id);
    if (!is_won && (ask.is_cohort ? history.stage == ask.lost_stage : was_lost)) {
      found.lost.insert(history.id);
      (lost_from < 0 ? found.lost_elsewhere : found.steps[static_cast<std::size_t>(lost_from)].lost).insert(history.id);
    }
    for (const auto& [step, seconds] : stays) {
      if (step != now) found.steps[static_cast<std::size_t>(step)].stays.push_back(seconds);
    }
  }
  return found;
}

class FunnelEqualityTest : public FunnelTest {
 protected:
  // The count, the sum and the deals that the filter opens.
  void expect_figure(const app::TestUser& who, const json::value& figure, const Ids& ids, const std::string& what) {
    EXPECT_EQ(figure.at("count").as_int64(), std::ssize(ids)) << what;
    std::int64_t kopecks = 0;
    for (const auto& history : histories) {
      if (ids.count(history.id) != 0) kopecks += history.kopecks.value_or(0);
    }
    EXPECT_EQ(std::string(figure.at("amount").as_string()), base::to_string(base::Decimal{kopecks, 2})) << what;
    if (!figure.as_object().contains("filter")) return;
    const auto opened = server.call(who, "POST", "/deals:query", {{"filter", figure.at("filter")}, {"limit", 1000}, {"fields", {"id"}}});
    ASSERT_EQ(opened.status, 200) << what << opened.text;
    Ids shown;
    for (const auto& row : opened.body.at("items").as_array()) shown.insert(row.at("id").as_int64());
    EXPECT_EQ(shown, ids) << what;
  }

  // The same question answered by reading all deals and moves, as over large bases.
  json::value answer_reading_whole(const app::TestUser& who, const json::value& answer) {
    const json::object body = {
        {"pipeline", pipeline},
        {"mode", answer.at("mode")},
        {"period", answer.at("period")},
        {"split", answer.at("groups").as_array().empty() || answer.at("groups").at(0).at("key").is_object() ? "owner" : "source"}};
    return answer_following(who, body, 0);
  }

  json::value answer_following(const app::TestUser& who, const json::object& body, std::size_t few) {
    auto& services = server.application().api().services;
    const auto registry = services.catalog.current();
    const auto caller = services.callers.find(who.id);
    auto request = parse_request(body, {*registry, registry->require("deal"), *caller, services.clock.now()});
    request.few = few;
    std::string text;
    insight::read_report(services.database, {}, [&](store::Connection& connection) {
      const entity::QueryContext context{connection, *registry, *caller, services.clock.now()};
      const auto steps_of = load_pipeline(context, pipeline);
      const auto found = reckon(context, request, steps_of, request.period);
      base::JsonWriter out(text);
      write_answer(context, {request, steps_of, found}, out);
    });
    return base::parse_json(text);
  }

  void expect_sums(const app::TestUser& who, const json::value& sums, const Plain& plain, const std::string& what) {
    expect_figure(who, sums.at("deals"), plain.deals, what + " deals");
    expect_figure(who, sums.at("won"), plain.won, what + " won");
    expect_figure(who, sums.at("lost"), plain.lost, what + " lost");
    ASSERT_EQ(sums.at("steps").as_array().size(), plain.steps.size());
    for (std::size_t i = 0; i < plain.steps.size(); ++i) {
      const auto& step = sums.at("steps").at(i);
      auto expected = plain.steps[i];
      const auto where = what + " step " + std::to_string(i) + " ";
      expect_figure(who, step.at("entered"), expected.entered, where + "entered");
      expect_figure(who, step.at("passed_by"), expected.passed_by, where + "passed_by");
      expect_figure(who, step.at("lost"), expected.lost, where + "lost");
      expect_figure(who, step.at("here"), expected.here, where + "here");
      if (i + 1 < plain.steps.size()) expect_figure(who, step.at("passed"), plain.steps[i + 1].entered, where + "passed");
      auto& stays = expected.stays;
      std::sort(stays.begin(), stays.end());
      EXPECT_EQ(step.at("time").at("left").as_int64(), std::ssize(stays)) << where;
      if (stays.empty()) {
        EXPECT_TRUE(step.at("time").at("median_s").is_null()) << where;
        continue;
      }
      const auto rank = [&](std::size_t percent) { return stays[(stays.size() * percent + 99) / 100 - 1]; };
      EXPECT_EQ(step.at("time").at("median_s").as_int64(), rank(50)) << where;
      EXPECT_EQ(step.at("time").at("p80_s").as_int64(), rank(80)) << where;
    }
  }
};

TEST_P(FunnelEqualityTest, EqualsAPlainReckoningForEveryCaller) {
  load_stages();
  const auto department = create("/departments", {{"name", "Отдел"}});
  const auto own = server.add_user("Анна", rights("own")), head = server.add_user("Вера", rights("department"));
  const auto stranger = server.add_user("Борис", rights("own"));
  for (const auto* user : {&own, &head}) server.call(admin, "PATCH", "/users/" + std::to_string(user->id), {{"department", department}});
  const app::TestUser* callers[] = {&admin, &own, &head};
  for (const auto* user : callers) ASSERT_EQ(server.call(*user, "PATCH", "/me", {{"time_zone", "Asia/Vladivostok"}}).status, 200);
  make_deals(90, {admin.id, own.id, head.id, stranger.id});

  for (int round = 0; round < 4; ++round) {
    Question ask{round % 2 == 0, first + std::chrono::days{below(60)}, {}, pipeline, lost_stage, steps, zone};
    ask.to = ask.from + std::chrono::days{below(80)};
    for (const auto* user : callers) {
      std::vector<History> seen;
      for (const auto& history : histories) {
        if (user == &admin || history.owner == user->id || (user == &head && history.owner == own.id)) seen.push_back(history);
      }
      const auto answer = server.call(*user, "POST", "/funnel",
                                      {{"pipeline", pipeline},
                                       {"mode", ask.is_cohort ? "cohort" : "period"},
                                       {"period", {{"from", base::to_string(ask.from)}, {"to", base::to_string(ask.to)}}},
                                       {"split", round < 2 ? "owner" : "source"}});
      ASSERT_EQ(answer.status, 200) << answer.text;
      EXPECT_EQ(answer_reading_whole(*user, answer.body), answer.body);
      const std::string what = "round " + std::to_string(round) + " user " + std::to_string(user->id);
      const auto plain = reckon_plainly(ask, seen);
      expect_sums(*user, answer.body.at("total"), plain, what);
      const auto& left_out = answer.body.at("left_out");
      if (ask.is_cohort) expect_figure(*user, left_out.at("without_moves"), plain.without_moves, what + " without_moves");
      expect_figure(*user, left_out.at("lost_elsewhere"), plain.lost_elsewhere, what + " lost_elsewhere");
      expect_figure(*user, left_out.at("moved_away"), plain.moved_away, what + " moved_away");
      for (const auto& group : answer.body.at("groups").as_array()) {
        std::vector<History> of_group;
        for (const auto& history : seen) {
          const auto& key = group.at("key");
          if (key.is_object() ? history.owner == key.at("id").as_int64() : history.source == std::string(key.as_string()))
            of_group.push_back(history);
        }
        expect_sums(*user, group.at("sums"), reckon_plainly(ask, of_group), what + " group " + json::serialize(group.at("key")));
      }
    }
  }
}

TEST_P(FunnelEqualityTest, ReadsInRangesWhatItFollowsByIndexWhateverTheFilter) {
  load_stages();
  const auto own = server.add_user("Анна", rights("own"));
  make_deals(40, {admin.id, own.id});
  for (int i = 0; i < 5; ++i) create("/deal-lines", {{"deal", histories[static_cast<std::size_t>(i * 7)].id}, {"name", "Болт"}});
  const json::value filters[] = {condition("owner", "eq", admin.id),
                                 condition("source", "eq", "site"),
                                 condition("probability", "gte", 10),
                                 condition("created_at", "gt", "2026-04-01T00:00:00Z"),
                                 {{"not", condition("source", "in", {"site", "call"})}},
                                 {{"exists", {{"path", "deal_line.deal"}, {"filter", condition("name", "eq", "Болт")}}}}};
  for (const auto& filter : filters) {
    for (const char* mode : {"cohort", "period"}) {
      for (const auto* user : {&admin, &own}) {
        const json::object body = {
            {"pipeline", pipeline}, {"mode", mode}, {"period", {{"from", "2026-03-05"}, {"to", "2026-06-20"}}}, {"filter", filter}};
        EXPECT_EQ(answer_following(*user, body, 0), answer_following(*user, body, 20'000)) << json::serialize(filter) << mode;
      }
    }
  }
}

TEST_P(FunnelTest, SplitsByProductsAndSegmentsComparesAndTellsTimesOfTheReference) {
  load_stages();
  const auto with_bolts = create("/deals", {{"name", "А"}, {"amount", "100"}}), plain = create("/deals", {{"name", "Б"}, {"amount", "50"}});
  create("/deal-lines", {{"deal", with_bolts}, {"name", "Болт"}, {"quantity", "1"}, {"price", "100"}});
  create("/deal-lines", {{"deal", with_bolts}, {"name", "Гайка"}, {"quantity", "1"}});
  const auto segment = create("/segments", {{"name", "С"}, {"target", "deal"}, {"kind", "static"}});
  ASSERT_EQ(server.call(admin, "POST", "/segments/" + std::to_string(segment) + "/members", {{"add", {plain}}}).status, 200);
  create("/reference-funnels", {{"pipeline", pipeline}, {"stage", steps[0]}, {"conversion", "40"}, {"days", "3.5"}});
  server.call(admin, "PATCH", "/deals/" + std::to_string(with_bolts), {{"stage", steps[2]}});

  auto answer = server.call(admin, "POST", "/funnel", {{"split", "product"}, {"compare", {"reference", "previous"}}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  const auto& first_step = answer.body.at("total").at("steps").at(0);
  EXPECT_EQ(first_step.at("entered").at("count").as_int64(), 2);
  EXPECT_EQ(first_step.at("entered").at("amount").as_string(), "150.00");
  EXPECT_EQ(first_step.at("conversion").as_string(), "50.00");
  EXPECT_EQ(first_step.at("amount_conversion").as_string(), "66.67");
  EXPECT_EQ(first_step.at("reference").at("conversion").as_string(), "40.00");
  EXPECT_EQ(first_step.at("reference").at("days").as_string(), "3.5");
  EXPECT_EQ(answer.body.at("total").at("steps").at(1).at("passed_by").at("count").as_int64(), 1);
  EXPECT_EQ(answer.body.at("previous").at("total").at("deals").at("count").as_int64(), 0);
  ASSERT_EQ(answer.body.at("groups").as_array().size(), 2u);
  EXPECT_EQ(answer.body.at("groups").at(0).at("key").as_string(), "Болт");
  EXPECT_EQ(answer.body.at("groups").at(1).at("sums").at("deals").at("count").as_int64(), 1);
  EXPECT_EQ(answer.body.at("left_out").at("without_group").at("count").as_int64(), 1);
  EXPECT_EQ(rows("deals", {{"filter", answer.body.at("left_out").at("without_group").at("filter")}}).front().at("id").as_int64(), plain);

  answer = server.call(admin, "POST", "/funnel", {{"split", "segment"}, {"segments", {segment}}, {"mode", "period"}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  ASSERT_EQ(answer.body.at("groups").as_array().size(), 1u);
  EXPECT_EQ(answer.body.at("groups").at(0).at("key").at("title").as_string(), "С");
  EXPECT_EQ(answer.body.at("groups").at(0).at("sums").at("deals").at("count").as_int64(), 1);
}

TEST_P(FunnelTest, RefusesWhatMakesNoSenseAndWhatTheCallerMayNotSee) {
  const auto status = [&](const app::TestUser& who, const json::object& body) { return server.call(who, "POST", "/funnel", body).status; };
  EXPECT_EQ(status(admin, {{"period", {{"from", "2026-02-01"}, {"to", "2026-01-01"}}}}), 400);
  EXPECT_EQ(status(admin, {{"mode", "snapshot"}}), 400);
  EXPECT_EQ(status(admin, {{"colour", "red"}}), 400);
  EXPECT_EQ(status(admin, {{"pipeline", 999999}}), 400);
  EXPECT_EQ(status(admin, {{"split", "segment"}}), 400);
  EXPECT_EQ(status(admin, {{"filter", {{"field", "nonsense"}, {"op", "eq"}, {"value", 1}}}}), 400);
  EXPECT_EQ(status(server.add_user("Никто", {{"company", {{"read", "all"}}}}), {}), 403);
  auto hiding = rights("all");
  hiding["deal"] = {{"read", "all"}, {"hidden", {"amount", "source", "lost_reason"}}};
  const auto half_blind = server.add_user("Глеб", hiding);
  EXPECT_EQ(status(half_blind, {{"split", "source"}}), 400);
  const auto answer = server.call(half_blind, "POST", "/funnel", json::object());
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_TRUE(answer.body.at("total").at("deals").at("amount").is_null());
}

INSTANTIATE_TEST_SUITE_P(Databases, FunnelEqualityTest, store::kBothDatabases, store::database_name);
INSTANTIATE_TEST_SUITE_P(Databases, FunnelTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace funnel
