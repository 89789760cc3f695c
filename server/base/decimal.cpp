#include "server/base/decimal.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <limits>

namespace base {

namespace {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

constexpr std::array<std::int64_t, 2 * kMaxDecimalScale + 1> kPowers = [] {
  std::array<std::int64_t, 2 * kMaxDecimalScale + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

bool is_scale(int scale) { return scale >= 0 && scale <= kMaxDecimalScale; }

UInt128 magnitude(Int128 value) { return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value); }

std::optional<std::int64_t> narrow(UInt128 units, bool is_negative) {
  const UInt128 limit = static_cast<UInt128>(kMax) + (is_negative ? 1 : 0);
  if (units > limit) return std::nullopt;
  if (!is_negative) return static_cast<std::int64_t>(units);
  return units == limit ? kMin : -static_cast<std::int64_t>(units);
}

// numerator / denominator rounded half away from zero.
UInt128 divide_half_up(UInt128 numerator, UInt128 denominator) {
  const UInt128 quotient = numerator / denominator;
  const UInt128 remainder = numerator % denominator;
  return quotient + (remainder >= denominator - remainder ? 1 : 0);
}

// value * 10^power / divisor, half up; power -18..18, divisor below 2^63 (2^63 for the smallest int64).
std::optional<std::int64_t> scaled_quotient(Int128 value, int power, std::int64_t divisor) {
  const bool is_negative = (value < 0) != (divisor < 0);
  const UInt128 top = magnitude(value);
  const UInt128 bottom = magnitude(divisor);
  if (power <= 0) {
    return narrow(divide_half_up(top, bottom * static_cast<UInt128>(kPowers[static_cast<std::size_t>(-power)])), is_negative);
  }
  // top * 10^power may pass 128 bits: whole part and remainder are scaled apart.
  const UInt128 factor = static_cast<UInt128>(kPowers[static_cast<std::size_t>(power)]);
  const UInt128 whole = top / bottom;
  if (whole > (static_cast<UInt128>(kMax) + 1) / factor) return std::nullopt;
  return narrow(whole * factor + divide_half_up((top % bottom) * factor, bottom), is_negative);
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text, int scale) {
  assert(is_scale(scale));
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  std::int64_t units = 0;  // kept negative: the range reaches one further down
  int fraction = -1;       // digits after the point, -1 before it
  bool has_digit = false;
  const auto push = [&units](int digit) {
    return !__builtin_mul_overflow(units, std::int64_t{10}, &units) && !__builtin_sub_overflow(units, std::int64_t{digit}, &units);
  };
  for (const char c : text) {
    if (c == '.') {
      if (fraction >= 0 || !has_digit) return std::nullopt;
      fraction = 0;
      has_digit = false;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    has_digit = true;
    if (fraction >= scale) {
      if (c != '0') return std::nullopt;
      continue;
    }
    if (fraction >= 0) ++fraction;
    if (!push(c - '0')) return std::nullopt;
  }
  if (!has_digit) return std::nullopt;
  for (int i = fraction < 0 ? 0 : fraction; i < scale; ++i) {
    if (!push(0)) return std::nullopt;
  }
  if (!is_negative && units == kMin) return std::nullopt;
  return Decimal{is_negative ? units : -units, scale};
}

void append_decimal(std::string& out, const Decimal& value) {
  assert(is_scale(value.scale));
  std::uint64_t units = static_cast<std::uint64_t>(value.units);
  if (value.units < 0) {
    out += '-';
    units = 0 - units;
  }
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, units).ptr;
  const auto count = static_cast<int>(end - digits);
  if (value.scale == 0) {
    out.append(digits, end);
  } else if (count > value.scale) {
    out.append(digits, end - value.scale);
    out += '.';
    out.append(end - value.scale, end);
  } else {
    out += "0.";
    out.append(static_cast<std::size_t>(value.scale - count), '0');
    out.append(digits, end);
  }
}

std::string to_string(const Decimal& value) {
  std::string out;
  append_decimal(out, value);
  return out;
}

std::optional<Decimal> rescale(const Decimal& value, int scale) {
  assert(is_scale(value.scale) && is_scale(scale));
  const auto units = scaled_quotient(value.units, scale - value.scale, 1);
  if (!units) return std::nullopt;
  return Decimal{*units, scale};
}

std::optional<Decimal> add(const Decimal& a, const Decimal& b) {
  assert(a.scale == b.scale);
  Decimal sum{0, a.scale};
  if (__builtin_add_overflow(a.units, b.units, &sum.units)) return std::nullopt;
  return sum;
}

std::optional<Decimal> subtract(const Decimal& a, const Decimal& b) {
  assert(a.scale == b.scale);
  Decimal difference{0, a.scale};
  if (__builtin_sub_overflow(a.units, b.units, &difference.units)) return std::nullopt;
  return difference;
}

std::optional<Decimal> multiply(const Decimal& a, const Decimal& b, int scale) { return multiply_divide(a, b, Decimal{1, 0}, scale); }

std::optional<Decimal> multiply_divide(const Decimal& a, const Decimal& b, const Decimal& c, int scale) {
  assert(is_scale(a.scale) && is_scale(b.scale) && is_scale(c.scale) && is_scale(scale) && c.units != 0);
  const Int128 product = static_cast<Int128>(a.units) * b.units;
  const auto units = scaled_quotient(product, scale + c.scale - a.scale - b.scale, c.units);
  if (!units) return std::nullopt;
  return Decimal{*units, scale};
}

int compare(const Decimal& a, const Decimal& b) {
  const Int128 left = static_cast<Int128>(a.units) * (b.scale > a.scale ? kPowers[static_cast<std::size_t>(b.scale - a.scale)] : 1);
  const Int128 right = static_cast<Int128>(b.units) * (a.scale > b.scale ? kPowers[static_cast<std::size_t>(a.scale - b.scale)] : 1);
  return left < right ? -1 : left > right ? 1 : 0;
}

}  // namespace base
