#include "server/print/words/numbers.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace print {

namespace {

TEST(SumInWords, agrees_with_another_library_over_edges_and_random_sums) {
  // given: sums in six currencies, named by number-to-words-ru when this was built
  const auto path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "generated/sums_oracle.tsv";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    std::stringstream columns(line);
    std::string currency, amount, words;
    std::getline(columns, currency, '\t');
    std::getline(columns, amount, '\t');
    std::getline(columns, words, '\t');
    const auto decimal = base::parse_decimal(amount, 2);
    ASSERT_TRUE(decimal) << amount;
    // when, then
    EXPECT_EQ(sum_in_words(*decimal, currency), words) << amount << " " << currency;
    ++cases;
  }
  EXPECT_GE(cases, 10'000);
  RecordProperty("cases", cases);
}

TEST(SumInWords, is_written_as_accounting_wants_it) {
  const auto sum = [](std::int64_t kopecks, std::string_view currency) { return sum_in_words({kopecks, 2}, currency); };
  EXPECT_EQ(sum(0, "RUB"), "Ноль рублей 00 копеек");
  EXPECT_EQ(sum(100, "RUB"), "Один рубль 00 копеек");
  EXPECT_EQ(sum(200100, "RUB"), "Две тысячи один рубль 00 копеек");
  EXPECT_EQ(sum(2100000, "RUB"), "Двадцать одна тысяча рублей 00 копеек");
  EXPECT_EQ(sum(11200000, "RUB"), "Сто двенадцать тысяч рублей 00 копеек");
  EXPECT_EQ(sum(200000101, "RUB"), "Два миллиона один рубль 01 копейка");
  EXPECT_EQ(sum(100000000, "RUB"), "Один миллион рублей 00 копеек");
  EXPECT_EQ(sum(200, "BYN"), "Два белорусских рубля 00 копеек");
  EXPECT_EQ(sum(2105, "BYN"), "Двадцать один белорусский рубль 05 копеек");
  EXPECT_EQ(sum(500, "BYN"), "Пять белорусских рублей 00 копеек");
  EXPECT_EQ(sum(100, "XAU"), "Один XAU 00");
  EXPECT_EQ(sum(-5, "RUB"), "Минус ноль рублей 05 копеек");
  EXPECT_EQ(sum(-12345, "RUB"), "Минус сто двадцать три рубля 45 копеек");
}

TEST(SumInWords, takes_the_largest_stored_number_and_rounds_finer_ones) {
  EXPECT_EQ(sum_in_words({INT64_MAX, 2}, "RUB"),
            "Девяносто два квадриллиона двести тридцать три триллиона семьсот двадцать миллиардов триста шестьдесят восемь миллионов "
            "пятьсот сорок семь тысяч семьсот "
            "пятьдесят восемь рублей 07 копеек");
  EXPECT_EQ(sum_in_words({12345, 4}, "RUB"), "Один рубль 23 копейки");
  EXPECT_EQ(sum_in_words({19999, 4}, "RUB"), "Два рубля 00 копеек");
}

TEST(Dates, are_written_in_the_genitive) {
  EXPECT_EQ(date_in_words("2026-01-15"), "15 января 2026 г.");
  EXPECT_EQ(date_in_words("2026-11-05T10:00:00Z"), "5 ноября 2026 г.");
  EXPECT_EQ(date_in_digits("2026-11-05"), "05.11.2026");
  EXPECT_EQ(date_in_words("2026-13-05"), "");
  EXPECT_EQ(date_in_words("никогда"), "");
}

TEST(DecimalText, has_thousands_and_a_comma) {
  EXPECT_EQ(decimal_text({123456780, 2}, 2, 2), "1\u00a0234\u00a0567,80");
  EXPECT_EQ(decimal_text({5, 2}, 2, 2), "0,05");
  EXPECT_EQ(decimal_text({-99900, 2}, 2, 2), "-999,00");
  EXPECT_EQ(decimal_text({2500000, 6}, 0, 6), "2,5");
  EXPECT_EQ(decimal_text({1000000, 4}, 2, 4), "100,00");
  EXPECT_EQ(decimal_text({1000001, 4}, 2, 4), "100,0001");
  EXPECT_EQ(decimal_text({0, 6}, 0, 6), "0");
}

TEST(PluralForm, follows_the_last_two_digits) {
  const CountForms forms = {"рубль", "рубля", "рублей"};
  EXPECT_EQ(plural_form(1, forms), "рубль");
  EXPECT_EQ(plural_form(-22, forms), "рубля");
  EXPECT_EQ(plural_form(112, forms), "рублей");
  EXPECT_EQ(plural_form(0, forms), "рублей");
}

}  // namespace

}  // namespace print
