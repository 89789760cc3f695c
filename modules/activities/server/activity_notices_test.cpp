// Who is told of what, once.
#include "modules/activities/server/reminders.hpp"
#include "server/app/tests/api_testing.hpp"
#include "server/connect/notices/notices.hpp"

namespace activities {

namespace {

const json::object kAllRights = {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}, {"delete", "all"}}}};
const json::object kOwnRights = {{"*", {{"read", "own"}, {"create", "own"}, {"update", "own"}}}};

std::string now_plus(std::chrono::seconds by) {
  return base::to_string(std::chrono::floor<std::chrono::seconds>(base::SystemClock().now()) + by);
}

class NoticesApiTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};
  const app::TestUser anna = server.add_user("Анна", kAllRights);
  const app::TestUser boris = server.add_user("Борис", kAllRights);
  const app::TestUser vera = server.add_user("Вера", kOwnRights);

  json::array notices(const app::TestUser& who) { return server.get(who, "/notices").body.at("items").as_array(); }
  bool is_told(const app::TestUser& who, std::size_t count) {
    return app::eventually([&] { return notices(who).size() == count; });
  }
  std::int64_t unread(const app::TestUser& who) { return server.get(who, "/notices/count").body.at("unread").as_int64(); }
};

TEST_P(NoticesApiTest, TellsWhoeverIsGivenATaskAndNobodyWhoDidItHimself) {
  const auto task = server.call(anna, "POST", "/tasks", {{"name", "Позвонить"}, {"owner", boris.id}});
  ASSERT_EQ(task.status, 201) << task.text;
  server.call(boris, "POST", "/tasks", {{"name", "Своё"}});
  ASSERT_TRUE(is_told(boris, 1));
  const auto notice = notices(boris).front();
  EXPECT_EQ(notice.at("kind").as_string(), "assigned");
  EXPECT_EQ(notice.at("entity").as_string(), "task");
  EXPECT_EQ(notice.at("record_id").as_int64(), task.id());
  EXPECT_EQ(notice.at("text").as_string(), "Анна: вам передали «Позвонить»");
  EXPECT_EQ(notices(anna).size(), 0u);

  EXPECT_EQ(unread(boris), 1);
  EXPECT_EQ(server.get(boris, "/me").body.at("unread").as_int64(), 1);
  server.call(anna, "POST", "/notices:read", {{"ids", {notice.at("id")}}});
  EXPECT_EQ(unread(boris), 1) << "nobody reads the notices of another";
  EXPECT_EQ(server.call(boris, "POST", "/notices:read", {{"ids", {notice.at("id")}}}).body.at("unread").as_int64(), 0);
  EXPECT_EQ(server.get(boris, "/notices?unread=true").body.at("items").as_array().size(), 0u);
}

TEST_P(NoticesApiTest, TellsOfManyRecordsAtOnceInOneNotice) {
  json::array items;
  for (int i = 0; i < 12; ++i) items.push_back({{"name", "Дело " + std::to_string(i)}, {"owner", boris.id}});
  ASSERT_EQ(server.call(anna, "POST", "/tasks:batch", {{"items", items}, {"atomic", true}}).status, 200);
  ASSERT_TRUE(app::eventually([&] { return !notices(boris).empty(); }));
  EXPECT_LT(notices(boris).size(), 12u);
}

TEST_P(NoticesApiTest, TellsThoseWhoAreMentionedOnceAndOnlyIfTheyMayRead) {
  const auto mention = [](const app::TestUser& who) { return "<span data-mention=\"user:" + std::to_string(who.id) + "\">@Имя</span>"; };
  const std::string text =
      "<p>" + mention(boris) + mention(vera) + mention(anna) + " смотрите<span data-mention=\"javascript:1\">x</span></p>";
  const auto task = server.call(anna, "POST", "/tasks", {{"name", "Договор"}, {"description", text}});
  ASSERT_EQ(task.status, 201) << task.text;
  EXPECT_NE(task.body.at("description").as_string().find("data-mention=\"user:" + std::to_string(boris.id)), std::string::npos);
  EXPECT_EQ(task.body.at("description").as_string().find("javascript"), std::string::npos);
  ASSERT_TRUE(is_told(boris, 1));
  EXPECT_EQ(notices(boris).front().at("text").as_string(), "Анна: вас упомянули в «Договор»");

  server.call(anna, "PATCH", "/tasks/" + std::to_string(task.id()), {{"description", text + "<p>ещё</p>"}});
  server.call(anna, "POST", "/tasks", {{"name", "Последнее"}, {"owner", boris.id}});
  ASSERT_TRUE(is_told(boris, 2));
  EXPECT_EQ(notices(vera).size(), 0u);
  EXPECT_EQ(notices(anna).size(), 0u);
}

TEST_P(NoticesApiTest, TellsOfAReminderOnceWhenItIsDue) {
  const auto due = server.call(boris, "POST", "/tasks", {{"name", "Скоро"}, {"remind_at", now_plus(std::chrono::seconds(-60))}});
  ASSERT_EQ(due.status, 201) << due.text;
  server.call(boris, "POST", "/tasks", {{"name", "Позже"}, {"remind_at", now_plus(std::chrono::hours(1))}});
  server.call(boris, "POST", "/tasks", {{"name", "Сделано"}, {"state", "done"}, {"remind_at", now_plus(std::chrono::seconds(-60))}});
  auto& application = server.application();
  for (int i = 0; i < 2; ++i) {
    Reminders reminders(application.api().services, application.api().notices);
    reminders.tell_due();
    reminders.tell_due();
  }
  const auto told = notices(boris);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().at("kind").as_string(), "reminder");
  EXPECT_EQ(told.front().at("record_id").as_int64(), due.id());
}

TEST_P(NoticesApiTest, TellsInTheMorningOfEachUsersOwnDayWhatIsOverdue) {
  auto& application = server.application();
  server.call(boris, "PATCH", "/me", {{"time_zone", "Asia/Vladivostok"}});
  server.call(vera, "PATCH", "/me", {{"time_zone", "Europe/Moscow"}});
  for (const auto* who : {&boris, &vera}) {
    ASSERT_EQ(server.call(*who, "POST", "/tasks", {{"name", "Старое"}, {"due_at", "2026-03-01T00:00:00Z"}}).status, 201);
  }
  // 10:00 in Vladivostok, 3:00 in Moscow.
  base::ManualClock clock(*base::parse_instant("2026-03-11T00:00:00Z"));
  entity::Services services{application.database(),  application.catalog(), application.records(), application.callers(), clock,
                            application.api().random};
  Reminders reminders(services, application.api().notices);
  ASSERT_TRUE(app::eventually([&] { return application.callers().find(boris.id)->time_zone == "Asia/Vladivostok"; }));
  const auto overdue = [&](const app::TestUser& who) {
    std::size_t count = 0;
    for (const auto& notice : notices(who)) count += notice.at("text").as_string() == "Просрочено дел: 1" ? 1 : 0;
    return count;
  };
  const std::size_t boris_before = overdue(boris), vera_before = overdue(vera);
  reminders.tell_overdue();
  EXPECT_EQ(overdue(boris), boris_before + 1);
  EXPECT_EQ(overdue(vera), vera_before);
  clock.advance(std::chrono::hours(7));  // 17:00 and 10:00
  reminders.tell_overdue();
  reminders.tell_overdue();
  EXPECT_EQ(overdue(boris), boris_before + 1);
  EXPECT_EQ(overdue(vera), vera_before + 1);
}

TEST_P(NoticesApiTest, CountsTheDayOfTheSignedInUser) {
  const auto today = server.get(boris, "/my-day").body;
  EXPECT_EQ(today.at("planned").as_int64(), 0);
  server.call(boris, "POST", "/tasks", {{"name", "Просрочено"}, {"due_at", now_plus(std::chrono::hours(-48))}});
  server.call(boris, "POST", "/calls", {{"name", "Когда-нибудь"}, {"due_at", now_plus(std::chrono::hours(24 * 40))}});
  server.call(boris, "POST", "/tasks", {{"name", "Сделано"}, {"due_at", now_plus(std::chrono::hours(-48))}, {"state", "done"}});
  server.call(anna, "POST", "/tasks", {{"name", "Чужое"}, {"due_at", now_plus(std::chrono::hours(-48))}});
  const auto day = server.get(boris, "/my-day");
  ASSERT_EQ(day.status, 200) << day.text;
  EXPECT_EQ(day.body.at("overdue").as_int64(), 1);
  EXPECT_EQ(day.body.at("planned").as_int64(), 2);
  EXPECT_EQ(day.body.at("by_entity").at("call").at("planned").as_int64(), 1);
}

INSTANTIATE_TEST_SUITE_P(Databases, NoticesApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace activities
