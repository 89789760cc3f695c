// Working time and the choice of who gets a lead.
#include "modules/intake/server/working_time.hpp"

#include <gtest/gtest.h>

#include <random>

#include "modules/intake/server/distribution.hpp"

namespace intake {

namespace {

base::Instant at(const char* text) { return *base::parse_instant(text); }

TEST(WorkingTimeTest, AnswerTimeRunsOverNightsAndWeekends) {
  const WorkingHours hours;  // Monday to Friday, 9 to 18
  const auto zone = *base::TimeZone::find("Europe/Moscow");
  // Friday 17:30 in Moscow: half an hour today, the rest on Monday.
  EXPECT_EQ(add_working_time(hours, zone, at("2026-11-20T14:30:00Z"), std::chrono::hours(1)), at("2026-11-23T06:30:00Z"));
  EXPECT_EQ(add_working_time(hours, zone, at("2026-11-21T10:00:00Z"), std::chrono::minutes(15)), at("2026-11-23T06:15:00Z"));
  EXPECT_EQ(add_working_time(hours, zone, at("2026-11-23T02:00:00Z"), std::chrono::hours(10)), at("2026-11-24T07:00:00Z"));
  EXPECT_TRUE(is_working(hours, zone, at("2026-11-23T06:00:00Z")));
  EXPECT_FALSE(is_working(hours, zone, at("2026-11-23T15:00:00Z")));
  EXPECT_FALSE(is_working(hours, zone, at("2026-11-22T09:00:00Z")));
}

TEST(WorkingTimeTest, ClockTimesAreReadStrictly) {
  EXPECT_EQ(parse_clock("09:30"), std::chrono::minutes(570));
  EXPECT_EQ(parse_clock("24:00"), std::chrono::minutes(1440));
  for (const char* wrong : {"", "9:30", "24:01", "09:60", "ab:cd", "09-30", "09:300"}) EXPECT_EQ(parse_clock(wrong), std::nullopt) << wrong;
}

// 10 000 random starts and lengths: adding piece by piece ends where adding at once ends, and always within working time.
TEST(WorkingTimeTest, PiecesAddUp) {
  std::mt19937_64 random(11);
  const auto zone = *base::TimeZone::find("Europe/Berlin");  // has clock changes
  for (int i = 0; i < 10000; ++i) {
    WorkingHours hours;
    for (auto& day : hours.days) day = random() % 3 != 0;
    hours.days[random() % 7] = true;
    hours.from = std::chrono::minutes(random() % 600 + 240);
    hours.to = hours.from + std::chrono::minutes(random() % 500 + 30);
    const auto start = at("2026-01-01T00:00:00Z") + std::chrono::minutes(random() % 525600);
    const auto one = std::chrono::minutes(random() % 3000 + 1), two = std::chrono::minutes(random() % 3000 + 1);
    const auto whole = add_working_time(hours, zone, start, one + two);
    ASSERT_EQ(add_working_time(hours, zone, add_working_time(hours, zone, start, one), two), whole);
    ASSERT_GE(whole - start, one + two);
    ASSERT_TRUE(is_working(hours, zone, whole - std::chrono::microseconds(1)));
  }
}

Candidate someone(std::int64_t id, std::int64_t load = 0, std::int64_t last = 0) {
  Candidate one;
  one.member = one.user = id;
  one.name = std::to_string(id);
  one.open_leads = load;
  one.last_given_at = last;
  return one;
}

TEST(DistributionTest, RoundRobinGivesEverybodyTheSame) {
  std::vector<Candidate> all = {someone(1), someone(2), someone(3)};
  std::vector<int> given(3);
  for (int i = 1; i <= 300; ++i) {
    const auto choice = choose(Method::kRoundRobin, all, "");
    ASSERT_GE(choice.index, 0);
    all[static_cast<std::size_t>(choice.index)].last_given_at = i;
    ++given[static_cast<std::size_t>(choice.index)];
  }
  EXPECT_EQ(given, (std::vector<int>{100, 100, 100}));
}

TEST(DistributionTest, LoadIsSharedByWeight) {
  std::vector<Candidate> all = {someone(1), someone(2)};
  all[1].weight = 3;
  for (int i = 1; i <= 400; ++i) {
    const auto choice = choose(Method::kLoad, all, "");
    ++all[static_cast<std::size_t>(choice.index)].open_leads;
  }
  EXPECT_EQ(all[0].open_leads, 100);
  EXPECT_EQ(all[1].open_leads, 300);
}

TEST(DistributionTest, AbsentFullAndForeignAreNamed) {
  std::vector<Candidate> all = {someone(1), someone(2), someone(3), someone(4)};
  all[0].is_absent = true;
  all[1].capacity = 1;
  all[1].open_leads = 1;
  all[2].cities = {"казань"};
  all[3].is_working = false;
  const auto choice = choose(Method::kRoundRobin, all, "Пермь");
  EXPECT_EQ(choice.index, -1);
  ASSERT_EQ(choice.passed_over.size(), 4u);
  EXPECT_EQ(choice.passed_over[0].second, "absent");
  EXPECT_EQ(choice.passed_over[1].second, "full");
  EXPECT_EQ(choice.passed_over[2].second, "other_city");
  EXPECT_EQ(choice.passed_over[3].second, "off_hours");
  EXPECT_EQ(choose(Method::kRoundRobin, all, "КАЗАНЬ").index, 2);
}

}  // namespace

}  // namespace intake
