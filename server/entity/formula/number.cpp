#include "server/entity/formula/number.hpp"

#include <array>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>
#include <functional>

namespace formula {
namespace {

using U128 = unsigned __int128;
using U256 = boost::multiprecision::uint256_t;
using Real = boost::multiprecision::number<boost::multiprecision::cpp_dec_float<80>, boost::multiprecision::et_off>;

constexpr std::array<U128, 39> make_powers() {
  std::array<U128, 39> out{};
  U128 p = 1;
  for (auto& v : out) {
    v = p;
    p *= 10;  // the last product wraps and is not stored
  }
  return out;
}
constexpr std::array<U128, 39> kPow10 = make_powers();
constexpr U128 kLimit = kPow10[Number::kDigits];

const U256& pow10_wide(int n) {
  static const std::array<U256, 78> table = [] {
    std::array<U256, 78> out;
    U256 p = 1;
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = p;
      if (i + 1 < out.size()) p *= 10;
    }
    return out;
  }();
  return table[static_cast<std::size_t>(n)];
}

U256 widen(U128 v) {
  U256 out = static_cast<std::uint64_t>(v >> 64);
  out <<= 64;
  out |= static_cast<std::uint64_t>(v);
  return out;
}

U128 narrow(const U256& v) {
  return (static_cast<U128>(static_cast<std::uint64_t>(v >> 64)) << 64) | static_cast<std::uint64_t>(v & 0xFFFFFFFFFFFFFFFFull);
}

int digit_count(U128 v) {
  int n = 0;
  while (n < 39 && v >= kPow10[static_cast<std::size_t>(n)]) ++n;
  return n;
}

int digit_count(const U256& v) {
  int n = 0;
  while (n < 78 && v >= pow10_wide(n)) ++n;
  return n;
}

// Whether to add one to the magnitude, given the dropped part against a half (-1, 0, 1) and whether anything was
// dropped.
bool round_up(Rounding mode, bool negative, bool odd, int against_half, bool inexact) {
  switch (mode) {
    case Rounding::kHalfEven: return against_half > 0 || (against_half == 0 && odd);
    case Rounding::kHalfUp: return against_half >= 0;
    case Rounding::kHalfDown: return against_half > 0;
    case Rounding::kUp: return inexact;
    case Rounding::kDown: return false;
    case Rounding::kFloor: return inexact && negative;
    case Rounding::kCeiling: return inexact && !negative;
  }
  return false;
}

// Divides by 10^drop with rounding. drop >= 1.
U128 shed(U128 value, int drop, Rounding mode, bool negative) {
  if (drop > 38) {
    return round_up(mode, negative, false, -1, value != 0) ? 1 : 0;
  }
  const U128 divisor = kPow10[static_cast<std::size_t>(drop)];
  U128 quotient = value / divisor;
  const U128 rest = value % divisor;
  const U128 half = divisor / 2;
  const int against = rest > half ? 1 : rest == half ? 0 : -1;
  if (rest != 0 && round_up(mode, negative, quotient & 1, against, true)) ++quotient;
  return quotient;
}

// Wide value with a sticky tail below it, to at most 34 digits.
std::optional<Number> finish(bool negative, const U256& value, int exponent, bool sticky) {
  const int digits = digit_count(value);
  int drop = digits - Number::kDigits;
  if (drop <= 0) return Number::make(negative, narrow(value), exponent);
  const U256& divisor = pow10_wide(drop);
  U256 quotient = value / divisor;
  const U256 rest = value - quotient * divisor;
  const U256 half = divisor / 2;
  int against = rest > half ? 1 : rest == half ? 0 : -1;
  if (against == 0 && sticky) against = 1;
  U128 result = narrow(quotient);
  if (round_up(Rounding::kHalfEven, negative, result & 1, against, rest != 0 || sticky)) ++result;
  return Number::make(negative, result, exponent + drop);
}

Real to_real(const Number& n) {
  Real out(widen(n.coefficient()).str());
  if (n.exponent() != 0) out *= boost::multiprecision::pow(Real(10), n.exponent());
  return n.is_negative() ? Real(-out) : out;
}

std::optional<Number> from_real(const Real& value) {
  if (!(boost::multiprecision::isfinite)(value)) return std::nullopt;
  const std::string text = value.str(60, std::ios_base::scientific);
  const auto number = Number::parse(text);
  if (!number) return std::nullopt;
  return number->normalized();
}

}  // namespace

std::optional<Number> Number::make(bool negative, Coefficient coefficient, int exponent) {
  if (coefficient >= kLimit) {
    int drop = digit_count(coefficient) - kDigits;
    coefficient = shed(coefficient, drop, Rounding::kHalfEven, negative);
    exponent += drop;
    if (coefficient == kLimit) {
      coefficient /= 10;
      ++exponent;
    }
  }
  if (coefficient == 0) {
    exponent = std::min(std::max(exponent, kMinExponent), kMaxExponent);
  } else if (exponent < kMinExponent) {
    coefficient = shed(coefficient, kMinExponent - exponent, Rounding::kHalfEven, negative);
    exponent = kMinExponent;
  } else if (exponent > kMaxExponent) {
    const int pad = exponent - kMaxExponent;
    if (digit_count(coefficient) + pad > kDigits) return std::nullopt;
    coefficient *= kPow10[static_cast<std::size_t>(pad)];
    exponent = kMaxExponent;
  }
  Number out;
  out.low_ = static_cast<std::uint64_t>(coefficient);
  out.high_ = static_cast<std::uint64_t>(coefficient >> 64);
  out.exponent_ = exponent;
  out.negative_ = negative && coefficient != 0;
  return out;
}

Number Number::from_scaled(std::int64_t units, int scale) {
  Number out(units);
  out.exponent_ = -scale;
  return out;
}

std::optional<Number> Number::parse(std::string_view text) {
  std::size_t i = 0;
  bool negative = false;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) negative = text[i++] == '-';
  U128 coefficient = 0;
  std::int64_t exponent = 0;
  bool any = false, point = false, sticky = false, has_half_digit = false;
  int half_digit = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (coefficient < kPow10[33]) {
      coefficient = coefficient * 10 + static_cast<unsigned>(c - '0');
      if (point) --exponent;
    } else {
      if (!has_half_digit) {
        has_half_digit = true;
        half_digit = c - '0';
      } else if (c != '0') {
        sticky = true;
      }
      if (!point) ++exponent;
    }
  }
  if (!any) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool negative_exponent = false;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) negative_exponent = text[i++] == '-';
    if (i == text.size()) return std::nullopt;
    std::int64_t written = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      if (written < 1'000'000'000) written = written * 10 + (text[i] - '0');
    }
    exponent += negative_exponent ? -written : written;
  }
  if (i != text.size()) return std::nullopt;
  const bool up = half_digit > 5 || (half_digit == 5 && (sticky || (coefficient & 1)));
  if (up) ++coefficient;
  if (exponent > 1'000'000 || exponent < -1'000'000) {
    if (coefficient == 0 || exponent < 0) return Number();
    return std::nullopt;
  }
  return make(negative, coefficient, static_cast<int>(exponent));
}

bool Number::is_integer() const {
  if (exponent_ >= 0 || is_zero()) return true;
  if (exponent_ < -kDigits) return false;
  return coefficient() % kPow10[static_cast<std::size_t>(-exponent_)] == 0;
}

Number Number::normalized() const {
  Number out = *this;
  U128 c = coefficient();
  if (c == 0) return Number();
  int e = exponent_;
  while (c % 10 == 0 && e < kMaxExponent) {
    c /= 10;
    ++e;
  }
  out.low_ = static_cast<std::uint64_t>(c);
  out.high_ = static_cast<std::uint64_t>(c >> 64);
  out.exponent_ = e;
  return out;
}

std::string Number::to_string() const {
  if (is_zero()) return "0";
  const Number n = normalized();
  std::string digits;
  for (U128 c = n.coefficient(); c != 0; c /= 10) digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(c % 10)));
  std::string out = n.negative_ ? "-" : "";
  const int size = static_cast<int>(digits.size());
  const int point = size + n.exponent_;  // digits before the point
  if (n.exponent_ >= 0 && point <= 40) {
    out += digits;
    out.append(static_cast<std::size_t>(n.exponent_), '0');
  } else if (n.exponent_ < 0 && point > 0) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
  } else if (n.exponent_ < 0 && point > -40) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else {
    out += digits.substr(0, 1);
    if (size > 1) out += "." + digits.substr(1);
    out += point - 1 < 0 ? "E-" : "E+";
    out += std::to_string(std::abs(point - 1));
  }
  return out;
}

std::optional<std::int64_t> Number::to_scaled(int scale) const {
  if (is_zero()) return 0;
  U128 c = coefficient();
  int shift = exponent_ + scale;
  if (shift < 0) {
    if (shift < -kDigits) return std::nullopt;
    const U128 divisor = kPow10[static_cast<std::size_t>(-shift)];
    if (c % divisor != 0) return std::nullopt;
    c /= divisor;
  } else if (shift > 0) {
    if (shift > 19 || digit_count(c) + shift > 19) return std::nullopt;
    c *= kPow10[static_cast<std::size_t>(shift)];
  }
  const U128 limit = negative_ ? (static_cast<U128>(1) << 63) : (static_cast<U128>(1) << 63) - 1;
  if (c > limit) return std::nullopt;
  const auto magnitude = static_cast<std::uint64_t>(c);
  return static_cast<std::int64_t>(negative_ ? 0 - magnitude : magnitude);
}

double Number::to_double() const { return std::strtod(to_string().c_str(), nullptr); }

std::size_t Number::hash() const {
  const Number n = normalized();
  std::size_t h = std::hash<std::uint64_t>{}(n.low_);
  h = h * 1099511628211u ^ std::hash<std::uint64_t>{}(n.high_);
  return h * 1099511628211u ^ static_cast<std::size_t>(n.exponent_ * 2 + (n.negative_ ? 1 : 0));
}

Number Number::operator-() const {
  Number out = *this;
  out.negative_ = !negative_ && !is_zero();
  return out;
}

std::strong_ordering operator<=>(const Number& a, const Number& b) {
  if (a.exponent_ == b.exponent_ && a.negative_ == b.negative_) {
    const auto order = a.coefficient() <=> b.coefficient();
    return a.negative_ ? 0 <=> order : order;
  }
  if (a.is_zero() && b.is_zero()) return std::strong_ordering::equal;
  if (a.is_zero()) return b.negative_ ? std::strong_ordering::greater : std::strong_ordering::less;
  if (b.is_zero()) return a.negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  if (a.negative_ != b.negative_) return a.negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  const U128 ca = a.coefficient(), cb = b.coefficient();
  const int ma = digit_count(ca) + a.exponent_, mb = digit_count(cb) + b.exponent_;
  std::strong_ordering order = ma <=> mb;
  if (order == std::strong_ordering::equal) {
    const int d = a.exponent_ - b.exponent_;  // same magnitude, so |d| < 34
    order = d >= 0 ? ca * kPow10[static_cast<std::size_t>(d)] <=> cb : ca <=> cb * kPow10[static_cast<std::size_t>(-d)];
  }
  return a.negative_ ? 0 <=> order : order;
}

std::optional<Number> Number::add(const Number& a, const Number& b) {
  if (a.exponent_ < b.exponent_) return add(b, a);
  const int d = a.exponent_ - b.exponent_;
  U128 ca = a.coefficient();
  const U128 cb = b.coefficient();
  if (d == 0 || (d < kDigits && ca < kPow10[static_cast<std::size_t>(kDigits - d)])) {
    ca *= kPow10[static_cast<std::size_t>(d)];
    if (a.negative_ == b.negative_) return make(a.negative_, ca + cb, b.exponent_);
    if (ca >= cb) return make(a.negative_, ca - cb, b.exponent_);
    return make(b.negative_, cb - ca, b.exponent_);
  }
  if (ca == 0) return b;
  if (cb == 0) {
    // Keep as many zeros as fit, as IEEE 754 does; the value is the same.
    return a;
  }
  int shift = d;
  U256 wb = widen(cb);
  bool sticky = false;
  int exponent = b.exponent_;
  if (d + digit_count(ca) > 76) {  // b is below every digit that can matter but for the direction of rounding
    shift = 40 - digit_count(ca);
    exponent = a.exponent_ - shift;
    wb = 0;
    sticky = true;
  }
  const U256 wa = widen(ca) * pow10_wide(shift);
  if (a.negative_ == b.negative_) return finish(a.negative_, wa + wb, exponent, sticky);
  if (sticky) return finish(a.negative_, wa - 1, exponent, true);
  if (wa >= wb) return finish(a.negative_, wa - wb, exponent, false);
  return finish(b.negative_, wb - wa, exponent, false);
}

std::optional<Number> Number::subtract(const Number& a, const Number& b) { return add(a, -b); }

std::optional<Number> Number::multiply(const Number& a, const Number& b) {
  const bool negative = a.negative_ != b.negative_;
  const int exponent = a.exponent_ + b.exponent_;
  if (a.high_ == 0 && b.high_ == 0) return make(negative, static_cast<U128>(a.low_) * b.low_, exponent);
  return finish(negative, widen(a.coefficient()) * widen(b.coefficient()), exponent, false);
}

std::optional<Number> Number::divide(const Number& a, const Number& b) {
  if (b.is_zero()) return std::nullopt;
  const bool negative = a.negative_ != b.negative_;
  const int exponent = a.exponent_ - b.exponent_;
  if (a.is_zero()) return make(false, 0, 0);
  if (a.high_ == 0 && b.high_ == 0 && a.low_ % b.low_ == 0) return make(negative, a.low_ / b.low_, exponent);
  const U128 ca = a.coefficient(), cb = b.coefficient();
  const int spare = 38 - digit_count(ca);
  const U128 scaled = ca * kPow10[static_cast<std::size_t>(spare)];
  if (scaled % cb == 0) {
    auto result = make(negative, scaled / cb, exponent - spare);
    return result ? std::optional(result->normalized()) : result;
  }
  if (b.high_ == 0) {
    // Long division by 18 digits at a time.
    U128 quotient = ca / cb, rest = ca % cb;
    int digits = digit_count(quotient), places = 0;
    while (rest != 0 && digits <= kDigits) {
      const int step = std::min(18, 38 - digits);
      const U128 power = kPow10[static_cast<std::size_t>(step)];
      quotient = quotient * power + rest * power / cb;
      rest = rest * power % cb;
      places += step;
      digits = digit_count(quotient);
    }
    // At least one digit will be dropped; a tail beyond must not look like a tie.
    if (rest != 0 && quotient % 5 == 0) ++quotient;
    return make(negative, quotient, exponent - places);
  }
  const int grow = kDigits + 2 + digit_count(cb) - digit_count(ca) + 1;
  const int shift = grow > 0 ? grow : 0;
  const U256 numerator = widen(ca) * pow10_wide(shift);
  const U256 denominator = widen(cb);
  const U256 quotient = numerator / denominator;
  const bool sticky = quotient * denominator != numerator;
  auto result = finish(negative, quotient, exponent - shift, sticky);
  if (result && !sticky) return result->normalized();
  return result;
}

std::optional<Number> Number::power(const Number& a, const Number& b) {
  if (b.is_zero()) return Number(1);
  if (a.is_zero()) return b.is_negative() ? std::nullopt : std::optional(Number(0));
  const auto n = b.to_integer();
  if (n && *n > 0 && *n <= 40) {  // exact while 34 digits hold it
    U256 product = 1;
    const U256 base = widen(a.normalized().coefficient());
    bool fits = true;
    for (std::int64_t i = 0; i < *n && fits; ++i) {
      product *= base;
      fits = product < pow10_wide(kDigits);
    }
    const std::int64_t exponent = a.normalized().exponent() * *n;
    if (fits) return make(a.negative_ && (*n & 1), narrow(product), static_cast<int>(exponent));
  }
  if (!b.is_integer() && a.is_negative()) return std::nullopt;
  const bool negative = a.is_negative() && b.is_integer() && !(n && *n % 2 == 0) && modulo(b, Number(2)).value_or(Number(0)) != Number(0);
  const Real magnitude = to_real(a.abs());
  const Real log_value = boost::multiprecision::log(magnitude) * to_real(b);
  if (log_value > 14'200) return std::nullopt;  // above 10^6145
  if (log_value < -14'300) return Number(0);
  Real result;
  if (n && *n > -100'000 && *n < 100'000) {
    result = boost::multiprecision::pow(magnitude, static_cast<int>(*n));
  } else {
    result = boost::multiprecision::exp(log_value);
  }
  auto number = from_real(result);
  return number && negative ? std::optional(-*number) : number;
}

std::optional<Number> Number::modulo(const Number& a, const Number& b) {
  if (b.is_zero()) return std::nullopt;
  const int low = std::min(a.exponent_, b.exponent_);
  const int da = a.exponent_ - low, db = b.exponent_ - low;
  if (da + digit_count(a.coefficient()) > 76 || db + digit_count(b.coefficient()) > 76) {
    const auto quotient = divide(a, b);
    if (!quotient) return std::nullopt;
    const auto whole = round(*quotient, 0, Rounding::kFloor);
    const auto product = whole ? multiply(b, *whole) : std::nullopt;
    return product ? subtract(a, *product) : std::nullopt;
  }
  const U256 wa = widen(a.coefficient()) * pow10_wide(da);
  const U256 wb = widen(b.coefficient()) * pow10_wide(db);
  U256 rest = wa % wb;
  if (rest == 0) return Number(0);
  bool negative = a.negative_;
  if (a.negative_ != b.negative_) {
    rest = wb - rest;
    negative = b.negative_;
  }
  return finish(negative, rest, low, false);
}

std::optional<Number> Number::sqrt(const Number& a) {
  if (a.is_negative()) return std::nullopt;
  if (a.is_zero()) return Number(0);
  return from_real(boost::multiprecision::sqrt(to_real(a)));
}

std::optional<Number> Number::log(const Number& a) {
  if (a.is_negative() || a.is_zero()) return std::nullopt;
  return from_real(boost::multiprecision::log(to_real(a)));
}

std::optional<Number> Number::exp(const Number& a) {
  if (a > Number(14'200)) return std::nullopt;
  if (a < Number(-14'300)) return Number(0);
  return from_real(boost::multiprecision::exp(to_real(a)));
}

std::optional<Number> Number::round(const Number& a, int scale, Rounding mode) {
  const int drop = -scale - a.exponent_;
  if (drop <= 0) return a;
  return make(a.negative_, shed(a.coefficient(), drop, mode, a.negative_), -scale);
}

}  // namespace formula
