#include "server/print/words/english.hpp"

#include <gtest/gtest.h>
#include <unicode/rbnf.h>

#include <random>

namespace print {
namespace {

TEST(EnglishWords, agree_with_icu_over_edges_and_random_numbers) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::RuleBasedNumberFormat icu_words(icu::URBNF_SPELLOUT, icu::Locale::getEnglish(), status);
  ASSERT_TRUE(U_SUCCESS(status));
  std::mt19937_64 random(7);
  std::vector<std::int64_t> numbers{0,   1,    10,   11,   19,    20,     21,      99,      100, 101, 110,
                                    999, 1000, 1001, 1100, 10000, 100000, 1000000, 1000001, -1,  -45};
  // ICU spells up to quadrillions with these rules; larger ones it writes in digits.
  for (int i = 0; i < 10'000; ++i) numbers.push_back(static_cast<std::int64_t>(random() >> (random() % 50 + 14)) - 500);
  for (const auto number : numbers) {
    icu::UnicodeString spelled;
    icu_words.format(number, spelled, status);
    std::string expected;
    spelled.toUTF8String(expected);
    ASSERT_EQ(number_in_english(number), expected) << number;
  }
}

TEST(EnglishWords, sums_name_their_currency) {
  EXPECT_EQ(sum_in_english({124518, 2}, "RUB"), "One thousand two hundred forty-five roubles 18 kopecks");
  EXPECT_EQ(sum_in_english({101, 2}, "USD"), "One US dollar 01 cent");
  EXPECT_EQ(sum_in_english({5, 2}, "EUR"), "Zero euros 05 cents");
  EXPECT_EQ(sum_in_english({-150, 2}, "GBP"), "Minus one pound 50 pence");
  EXPECT_EQ(sum_in_english({1999, 3}, "XYZ"), "Two XYZ 00");
  EXPECT_EQ(sum_in_english({INT64_MAX, 2}, "RUB").find("Ninety-two quadrillion"), 0u);
}

}  // namespace
}  // namespace print
