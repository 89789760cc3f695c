// An employee leaves: everything goes to his heirs in one job, even when the program stops in the middle, and comes back in one go.
#include <map>

#include "server/app/tests/api_testing.hpp"
#include "server/flow/handover.hpp"

namespace people {

namespace {

const json::object kAllRights = {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}, {"delete", "all"}}}};

class HandoverTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};
  const app::TestUser& admin = server.admin();
  const app::TestUser leaver = server.add_user("Уходящий", kAllRights);
  const app::TestUser first = server.add_user("Первый", kAllRights);
  const app::TestUser second = server.add_user("Второй", kAllRights);

  std::int64_t create(std::string_view path, const json::object& values) {
    const auto answer = server.call(leaver, "POST", path, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  std::int64_t owner(std::string_view plural, std::int64_t id) {
    const auto answer = server.get(admin, "/" + std::string(plural) + "/" + std::to_string(id));
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.body.at("owner").at("id").as_int64();
  }
  json::value finish(const app::Answer& started) {
    EXPECT_EQ(started.status, 202) << started.text;
    json::value row;
    EXPECT_TRUE(app::eventually([&] {
      row = server.get(admin, "/jobs/" + std::to_string(started.id())).body;
      return !row.at("finished_at").is_null();
    })) << json::serialize(row);
    EXPECT_EQ(row.at("state").as_string(), "done") << json::serialize(row);
    return row;
  }
  std::map<std::int64_t, int> owners(std::string_view plural) {
    std::map<std::int64_t, int> counts;
    const auto rows = server.get(admin, "/" + std::string(plural) + "?limit=1000&fields=owner").body.at("items").as_array();
    for (const auto& row : rows) ++counts[row.at("owner").at("id").as_int64()];
    return counts;
  }
};

TEST_P(HandoverTest, EverythingGoesToTheHeirAndTheAccountIsSwitchedOffAndUndoBringsItBack) {
  const auto company = create("/companies", {{"name", "Клиент"}});
  const auto deal = create("/deals", {{"name", "Сделка"}, {"company", company}});
  const auto task = create("/tasks", {{"name", "Позвонить"}, {"subject", {{"entity", "company"}, {"id", company}}}});
  const auto call = create("/calls", {{"name", "Звонок"}});
  const json::object body = {{"from", leaver.id}, {"rule", {{"kind", "one"}, {"to", first.id}}}, {"switch_off", true}};
  EXPECT_EQ(server.call(first, "POST", "/handovers", body).status, 403);
  const auto dry = server.call(admin, "POST", "/handovers?dry_run=true", body);
  EXPECT_EQ(dry.body.at("count").as_int64(), 4) << dry.text;
  const auto job = finish(server.call(admin, "POST", "/handovers", body));
  EXPECT_EQ(job.at("result").at("moved").at("deal").at(std::to_string(first.id)).as_int64(), 1);
  EXPECT_EQ(owner("companies", company), first.id);
  EXPECT_EQ(owner("deals", deal), first.id);
  EXPECT_EQ(owner("tasks", task), first.id);
  EXPECT_EQ(owner("calls", call), first.id);
  EXPECT_EQ(server.get(leaver, "/me").status, 401) << "his keys end with his account";

  finish(server.call(admin, "POST", "/jobs/" + std::to_string(job.at("id").as_int64()) + ":undo"));
  EXPECT_EQ(owner("companies", company), leaver.id);
  EXPECT_EQ(owner("tasks", task), leaver.id);
  EXPECT_TRUE(server.get(admin, "/users/" + std::to_string(leaver.id)).body.at("is_active").as_bool());
}

TEST_P(HandoverTest, ClientsAreSharedEvenlyAndTheirDealsFollowThem) {
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (int i = 0; i < 10; ++i) {
    const auto company = create("/companies", {{"name", "К" + std::to_string(i)}});
    pairs.emplace_back(company, create("/deals", {{"name", "Д" + std::to_string(i)}, {"company", company}}));
  }
  finish(server.call(admin, "POST", "/handovers", {{"from", leaver.id}, {"rule", {{"kind", "evenly"}, {"to", {first.id, second.id}}}}}));
  EXPECT_EQ(owners("companies"), (std::map<std::int64_t, int>{{first.id, 5}, {second.id, 5}}));
  for (const auto& [company, deal] : pairs) EXPECT_EQ(owner("companies", company), owner("deals", deal));
}

TEST_P(HandoverTest, RulesChooseTheHeirByCityAndTheRestGoesToAnother) {
  const auto kazan = create("/companies", {{"name", "А"}, {"city", "Казань"}});
  const auto moscow = create("/companies", {{"name", "Б"}, {"city", "Москва"}});
  const json::object rule = {{"entity", "company"}, {"filter", {{"field", "city"}, {"op", "eq"}, {"value", "Казань"}}}, {"to", first.id}};
  finish(server.call(admin, "POST", "/handovers",
                     {{"from", leaver.id}, {"rule", {{"kind", "rules"}, {"rules", json::array{rule}}, {"rest", second.id}}}}));
  EXPECT_EQ(owner("companies", kazan), first.id);
  EXPECT_EQ(owner("companies", moscow), second.id);
  EXPECT_EQ(server.call(admin, "POST", "/handovers", {{"from", leaver.id}, {"rule", {{"kind", "one"}, {"to", leaver.id}}}}).status, 400);
}

// Stands in for a job whose program dies: what is committed stays, the next run begins from the stored checkpoint.
class DyingRun final : public flow::JobRun {
 public:
  struct Died {};
  DyingRun(std::int64_t user, json::object parameters) {
    row_.id = 777777;
    row_.created_by = user;
    row_.parameters = std::move(parameters);
  }
  void die_after(int slices) { left_ = slices; }
  const flow::JobRow& row() const override { return row_; }
  void progress(std::int64_t, std::int64_t) override {}
  void checkpoint_in(store::Connection&, const json::object& checkpoint, std::int64_t done, std::int64_t total) override {
    row_.checkpoint = checkpoint;
    row_.done = done;
    row_.total = total;
  }
  void add_error(std::string_view, std::string_view) override { ++errors; }
  void set_result(json::object result) override { row_.result = std::move(result); }
  void check_cancelled() override {
    if (left_-- == 0) throw Died{};
  }
  int errors = 0;

 private:
  flow::JobRow row_;
  int left_ = -1;
};

TEST_P(HandoverTest, ACrashInTheMiddleLosesNothingAndGivesNothingTwice) {
  json::array items;
  for (int i = 0; i < 1000; ++i) items.push_back(json::object{{"name", "К" + std::to_string(i)}});
  ASSERT_EQ(server.call(leaver, "POST", "/companies:batch", {{"items", items}}).status, 200);
  DyingRun run(admin.id, {{"from", leaver.id}, {"rule", {{"kind", "evenly"}, {"to", {first.id, second.id}}}}});
  auto& services = server.application().api().services;
  int deaths = 0;
  while (true) {
    run.die_after(1);
    try {
      flow::run_handover(services, run);
      break;
    } catch (const DyingRun::Died&) {
      ++deaths;
      ASSERT_LT(deaths, 2000);
    }
  }
  EXPECT_GT(deaths, 0) << "1 000 records take more than one slice";
  EXPECT_EQ(run.errors, 0);
  EXPECT_EQ(owners("companies"), (std::map<std::int64_t, int>{{first.id, 500}, {second.id, 500}}));
  EXPECT_EQ(run.row().result.at("moved").at("company").at(std::to_string(first.id)).as_int64(), 500);
}

TEST_P(HandoverTest, WhatSomebodyGaveAwayMeanwhileStaysThere) {
  const auto company = create("/companies", {{"name", "Клиент"}});
  server.call(admin, "PATCH", "/companies/" + std::to_string(company), {{"owner", second.id}});
  finish(server.call(admin, "POST", "/handovers", {{"from", leaver.id}, {"rule", {{"kind", "one"}, {"to", first.id}}}}));
  EXPECT_EQ(owner("companies", company), second.id);
}

INSTANTIATE_TEST_SUITE_P(Databases, HandoverTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace people
