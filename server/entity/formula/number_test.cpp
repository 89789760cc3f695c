#include "server/entity/formula/number.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <random>

namespace formula {
namespace {

using Wide = boost::multiprecision::number<boost::multiprecision::cpp_dec_float<120>, boost::multiprecision::et_off>;

Number n(const char* text) { return Number::parse(text).value(); }

TEST(Number, SumsOfDecimalsAreExact) {
  EXPECT_EQ(Number::add(n("0.1"), n("0.2"))->to_string(), "0.3");
  EXPECT_EQ(Number::subtract(n("1"), n("0.9999999999999999999999999999999999"))->to_string(), "0.0000000000000000000000000000000001");
  EXPECT_EQ(Number::add(n("1E+33"), n("1E-40"))->to_string(), "1000000000000000000000000000000000");
  EXPECT_EQ(Number::subtract(n("1E+34"), n("1E-40"))->to_string(), "10000000000000000000000000000000000");
}

TEST(Number, HalvesRoundToEven) {
  EXPECT_EQ(n("1234567890123456789012345678901234.5").to_string(), "1234567890123456789012345678901234");
  EXPECT_EQ(n("1234567890123456789012345678901235.5").to_string(), "1234567890123456789012345678901236");
  EXPECT_EQ(n("1234567890123456789012345678901234.51").to_string(), "1234567890123456789012345678901235");
  EXPECT_EQ(n("9999999999999999999999999999999999.5").to_string(), "10000000000000000000000000000000000");
}

TEST(Number, RoundingModesDifferAtHalves) {
  const auto rounded = [](const char* text, int scale, Rounding mode) { return Number::round(n(text), scale, mode)->to_string(); };
  EXPECT_EQ(rounded("2.5", 0, Rounding::kHalfEven), "2");
  EXPECT_EQ(rounded("-2.5", 0, Rounding::kHalfUp), "-3");
  EXPECT_EQ(rounded("2.5", 0, Rounding::kHalfDown), "2");
  EXPECT_EQ(rounded("-2.1", 0, Rounding::kFloor), "-3");
  EXPECT_EQ(rounded("-2.9", 0, Rounding::kCeiling), "-2");
  EXPECT_EQ(rounded("-2.1", 0, Rounding::kUp), "-3");
  EXPECT_EQ(rounded("2.9", 0, Rounding::kDown), "2");
  EXPECT_EQ(rounded("1250", -2, Rounding::kHalfEven), "1200");
  EXPECT_EQ(rounded("0.4", -3, Rounding::kUp), "1000");
}

TEST(Number, RangeIsThatOfDecimal128) {
  EXPECT_FALSE(Number::parse("1E+6145"));
  EXPECT_TRUE(Number::parse("9.999999999999999999999999999999999E+6144"));
  EXPECT_FALSE(Number::multiply(n("1E+6000"), n("1E+200")));
  EXPECT_TRUE(Number::multiply(n("1E-6000"), n("1E-200"))->is_zero());
  EXPECT_FALSE(Number::divide(n("1"), n("0")));
  EXPECT_FALSE(Number::power(n("10"), n("7000")));
  EXPECT_FALSE(Number::sqrt(n("-1")));
}

TEST(Number, PowersAreExactWhileTheyFit) {
  EXPECT_EQ(Number::power(n("2"), n("100"))->to_string(), "1267650600228229401496703205376");
  EXPECT_EQ(Number::power(n("1.1"), n("10"))->to_string(), "2.5937424601");
  EXPECT_EQ(Number::power(n("-2"), n("3"))->to_string(), "-8");
  EXPECT_EQ(Number::power(n("4"), n("0.5"))->to_string(), "2");
  EXPECT_EQ(Number::power(n("10"), n("-3"))->to_string(), "0.001");
  EXPECT_FALSE(Number::power(n("-8"), n("0.5")));
}

TEST(Number, ScaledIntegersComeAndGo) {
  EXPECT_EQ(Number::from_scaled(-12345, 2).to_string(), "-123.45");
  EXPECT_EQ(n("-123.450").to_scaled(2), -12345);
  EXPECT_FALSE(n("0.001").to_scaled(2));
  EXPECT_FALSE(n("9223372036854775808").to_scaled(0));
  EXPECT_EQ(n("-9223372036854775808").to_scaled(0), INT64_MIN);
}

TEST(Number, EqualNumbersHaveOneTextAndOneHash) {
  EXPECT_EQ(n("1.10"), n("1.1"));
  EXPECT_EQ(n("1.10").to_string(), n("1.1").to_string());
  EXPECT_EQ(n("1.10").hash(), n("1.1").hash());
  EXPECT_EQ(n("-0").to_string(), "0");
  EXPECT_LT(n("-1E+30"), n("1E-30"));
}

// Random operands of every length against 120-digit arithmetic, itself rounded once.
TEST(Number, ArithmeticIsCorrectlyRounded) {
  std::mt19937_64 random(11);
  const auto digits = [&](int most) {
    std::string out;
    const int count = 1 + static_cast<int>(random() % static_cast<unsigned>(most));
    for (int i = 0; i < count; ++i) out += static_cast<char>('0' + random() % 10);
    return out;
  };
  const auto operand = [&] {
    const int exponent = static_cast<int>(random() % 61) - 30;
    return (random() % 2 ? "-" : "") + digits(34) + "E" + std::to_string(exponent);
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string a = operand(), b = operand();
    const Number x = n(a.c_str()), y = n(b.c_str());
    const Wide wx(a), wy(b);
    const auto same = [&](const std::optional<Number>& got, const Wide& wanted, const char* what) {
      const auto expected = Number::parse(wanted.str(119, std::ios_base::scientific));
      ASSERT_EQ(got.has_value(), expected.has_value()) << a << what << b;
      if (got) {
        ASSERT_EQ(*got, *expected) << a << what << b;
      }
    };
    same(Number::add(x, y), wx + wy, " + ");
    same(Number::subtract(x, y), wx - wy, " - ");
    same(Number::multiply(x, y), wx * wy, " * ");
    if (!y.is_zero()) same(Number::divide(x, y), wx / wy, " / ");
    ASSERT_EQ((x <=> y) < 0, wx < wy) << a << " < " << b;
  }
}

}  // namespace
}  // namespace formula
