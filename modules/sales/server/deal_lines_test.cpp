// Amounts of lines are exact, texts and values of actions are what people wrote.
#include "modules/sales/server/deal_lines.hpp"

#include <gtest/gtest.h>

#include <random>

#include "modules/sales/server/action_runner.hpp"

namespace sales {

namespace {

TEST(DealLineTest, TheAmountIsRoundedOnceHalfUp) {
  EXPECT_EQ(line_units(1005, 3000, 1000), 2714);  // 30.15 less 10 % is 27.135
  EXPECT_EQ(line_units(1, 500, 0), 1);            // half a kopeck
  EXPECT_EQ(line_units(-1, 500, 0), -1);          // away from zero
  EXPECT_EQ(line_units(10000, 1000, 10000), 0);   // given away
  EXPECT_EQ(line_units(INT64_MAX, 2000, 0), std::nullopt);
}

// 20 000 random lines of sizes whose product fits into 64 bits.
TEST(DealLineTest, RandomLinesAgreeWithAnotherReckoning) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const auto price = std::uniform_int_distribution<std::int64_t>(0, 10'000'000)(random);
    const auto quantity = std::uniform_int_distribution<std::int64_t>(0, 1'000'000)(random);
    const auto discount = std::uniform_int_distribution<std::int64_t>(0, 10000)(random);
    const std::int64_t product = price * quantity * (10000 - discount);
    const std::int64_t expected = (product + 5'000'000) / 10'000'000;
    ASSERT_EQ(line_units(price, quantity, discount), expected) << price << " " << quantity << " " << discount;
  }
}

TEST(StageActionTextTest, NamesInBracesAreFilledAndOthersStay) {
  const std::vector<std::pair<std::string, std::string>> values = {{"name", "Насос"}, {"stage", "{name}"}};
  EXPECT_EQ(fill_text("Сделка {name} на {stage}", values), "Сделка Насос на {name}");
  EXPECT_EQ(fill_text("{unknown} {name", values), "{unknown} {name");
  EXPECT_EQ(fill_text("", values), "");
}

TEST(StageActionTextTest, ValuesAreDatesJsonOrText) {
  const auto zone = *base::TimeZone::find("Asia/Vladivostok");
  const auto now = *base::parse_instant("2026-03-01T20:00:00Z");  // the second of March there
  EXPECT_EQ(action_value("today", now, zone), json::value("2026-03-02"));
  EXPECT_EQ(action_value("today+7", now, zone), json::value("2026-03-09"));
  EXPECT_EQ(action_value("today-1", now, zone), json::value("2026-03-01"));
  EXPECT_EQ(action_value("12", now, zone), json::value(12));
  EXPECT_EQ(action_value("горячий", now, zone), json::value("горячий"));
  EXPECT_EQ(action_value("", now, zone), json::value(nullptr));
}

}  // namespace

}  // namespace sales
