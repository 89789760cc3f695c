#include "server/base/decimal.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <limits>
#include <random>

namespace base {
namespace {

using Big = boost::multiprecision::cpp_int;
constexpr int kCases = 20000;

std::string shown(std::string_view text, int scale) {
  const auto value = parse_decimal(text, scale);
  return value ? to_string(*value) : "none";
}

TEST(Decimal, ParsesPlainNumbersOnly) {
  EXPECT_EQ(shown("-1234.5", 2), "-1234.50");
  EXPECT_EQ(shown("0", 0), "0");
  EXPECT_EQ(shown("-0", 2), "0.00");
  EXPECT_EQ(shown("-0.05", 2), "-0.05");
  EXPECT_EQ(shown("7.5000", 1), "7.5");
  EXPECT_EQ(shown("92233720368547758.07", 2), "92233720368547758.07");
  EXPECT_EQ(shown("-92233720368547758.08", 2), "-92233720368547758.08");
  for (const char* text : {"", "-", ".", "1.", ".5", "+1", "1e3", "1 000", "1,5", "0x1", "--1", "1.2.3", "1.005", "92233720368547758.08",
                           "99999999999999999999", "١"}) {
    EXPECT_EQ(shown(text, 2), "none") << text;
  }
}

TEST(Decimal, RoundsHalfAwayFromZero) {
  EXPECT_EQ(to_string(*rescale({1005, 3}, 2)), "1.01");
  EXPECT_EQ(to_string(*rescale({-1005, 3}, 2)), "-1.01");
  EXPECT_EQ(to_string(*rescale({1004, 3}, 2)), "1.00");
  EXPECT_EQ(to_string(*rescale({5, 1}, 9)), "0.500000000");
  EXPECT_FALSE(rescale({std::numeric_limits<std::int64_t>::max(), 0}, 1));
}

TEST(Decimal, ExtractsVatFromAnIncludedSum) {
  // 12 345,67 with 22 % inside: S*r/(100+r).
  EXPECT_EQ(to_string(*multiply_divide({1234567, 2}, {22, 0}, {122, 0}, 2)), "2226.27");
}

// The reference: exact numbers without limits, divided half up.
std::optional<Decimal> reference(const Big& numerator, const Big& denominator, int scale) {
  const bool is_negative = (numerator < 0) != (denominator < 0);
  const Big top = abs(numerator);
  const Big bottom = abs(denominator);
  Big units = (2 * top + bottom) / (2 * bottom);
  if (is_negative) units = -units;
  if (units > std::numeric_limits<std::int64_t>::max() || units < std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return Decimal{static_cast<std::int64_t>(units), scale};
}

Big power(int n) { return pow(Big(10), static_cast<unsigned>(n)); }

struct Source {
  std::mt19937_64 random{20260102};
  std::int64_t units() {
    const auto bits = static_cast<std::int64_t>(random());
    switch (random() % 12) {
      case 0: return std::numeric_limits<std::int64_t>::min() + static_cast<std::int64_t>(random() % 3);
      case 1: return std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(random() % 3);
      case 2: return static_cast<std::int64_t>(random() % 21) - 10;
      default: return bits >> (random() % 60);  // every magnitude alike
    }
  }
  int scale() { return static_cast<int>(random() % 10); }
  Decimal decimal() { return {units(), scale()}; }
};

TEST(Decimal, AgreesWithBigIntegersIn20000Products) {
  Source source;
  int answered = 0;
  for (int i = 0; i < kCases; ++i) {
    const Decimal a = source.decimal();
    const Decimal b = source.decimal();
    Decimal c = source.decimal();
    if (c.units == 0) c.units = 1;
    const int scale = source.scale();
    const Big product = Big(a.units) * b.units;
    const auto expected = reference(product * power(scale + c.scale), Big(c.units) * power(a.scale + b.scale), scale);
    ASSERT_EQ(multiply_divide(a, b, c, scale), expected)
        << a.units << 'e' << a.scale << " * " << b.units << 'e' << b.scale << " / " << c.units << 'e' << c.scale << " -> " << scale;
    ASSERT_EQ(multiply(a, b, scale), reference(product * power(scale), power(a.scale + b.scale), scale));
    answered += expected.has_value();
  }
  EXPECT_GT(answered, kCases / 10);
  EXPECT_LT(answered, kCases);
}

TEST(Decimal, AgreesWithBigIntegersIn20000SumsComparisonsAndRescales) {
  Source source;
  for (int i = 0; i < kCases; ++i) {
    const Decimal a = source.decimal();
    const Decimal b = source.decimal();
    const int scale = source.scale();
    ASSERT_EQ(rescale(a, scale), reference(Big(a.units) * power(scale), power(a.scale), scale));
    const Big left = Big(a.units) * power(b.scale);
    const Big right = Big(b.units) * power(a.scale);
    ASSERT_EQ(compare(a, b), left < right ? -1 : left > right ? 1 : 0);
    const Decimal c{b.units, a.scale};
    ASSERT_EQ(add(a, c), reference(Big(a.units) + c.units, 1, a.scale));
    ASSERT_EQ(subtract(a, c), reference(Big(a.units) - c.units, 1, a.scale));
    ASSERT_EQ(parse_decimal(to_string(a), a.scale), a);
  }
}

}  // namespace
}  // namespace base
