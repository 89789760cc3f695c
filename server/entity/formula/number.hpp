// Decimal numbers of the formula language: 34 significant digits, IEEE 754-2008 decimal128 range and rounding
// (half to even) in arithmetic. DMN 1.5 §10.3.2.3.2 asks for exactly this.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/decimal.hpp"

namespace formula {

enum class Rounding { kHalfEven, kHalfUp, kHalfDown, kUp, kDown, kFloor, kCeiling };

// (-1)^negative * coefficient * 10^exponent with coefficient < 10^34 and -6176 <= exponent <= 6111. Zero is never
// negative. Equal numbers may differ in representation (1.0 and 1.00); comparison and text do not see it.
class Number {
 public:
  static constexpr int kDigits = 34;
  static constexpr int kMinExponent = -6176;
  static constexpr int kMaxExponent = 6111;
  using Coefficient = unsigned __int128;

  constexpr Number() = default;
  constexpr Number(std::int64_t value)  // implicit: integers are numbers
      : low_(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value)), negative_(value < 0) {}
  // coefficient may be of any size; rounded half to even. nullopt when out of range.
  static std::optional<Number> make(bool negative, Coefficient coefficient, int exponent);
  static Number from_scaled(std::int64_t units, int scale);  // units / 10^scale
  static Number from_decimal(const base::Decimal& value) { return from_scaled(value.units, value.scale); }
  // [+-]digits[.digits][(e|E)[+-]digits]; rounded to 34 digits. nullopt: not a number or out of range.
  static std::optional<Number> parse(std::string_view text);

  bool is_zero() const { return low_ == 0 && high_ == 0; }
  bool is_negative() const { return negative_; }
  bool is_integer() const;
  Coefficient coefficient() const { return (static_cast<Coefficient>(high_) << 64) | low_; }
  int exponent() const { return exponent_; }

  // Plain notation without trailing zeros and without exponent up to 40 places either way ("1200", "-0.872"), else
  // "1E+400". A function of the value only. Also valid JSON.
  std::string to_string() const;
  // The value as units / 10^scale; nullopt when it has more digits than that or does not fit 64 bits.
  std::optional<std::int64_t> to_scaled(int scale) const;
  std::optional<std::int64_t> to_integer() const { return to_scaled(0); }
  double to_double() const;
  // Same value, no trailing zeros in the coefficient.
  Number normalized() const;
  std::size_t hash() const;

  Number operator-() const;
  Number abs() const { return negative_ ? -*this : *this; }
  friend std::strong_ordering operator<=>(const Number& a, const Number& b);
  friend bool operator==(const Number& a, const Number& b) { return (a <=> b) == std::strong_ordering::equal; }

  // nullopt: overflow, division by zero, or outside the function's domain.
  static std::optional<Number> add(const Number& a, const Number& b);
  static std::optional<Number> subtract(const Number& a, const Number& b);
  static std::optional<Number> multiply(const Number& a, const Number& b);
  static std::optional<Number> divide(const Number& a, const Number& b);
  static std::optional<Number> power(const Number& a, const Number& b);
  // a - b * floor(a / b): sign of the divisor (DMN 1.5 table 77).
  static std::optional<Number> modulo(const Number& a, const Number& b);
  static std::optional<Number> sqrt(const Number& a);
  static std::optional<Number> log(const Number& a);
  static std::optional<Number> exp(const Number& a);
  // Rounded to `scale` digits after the point, -6111..6176.
  static std::optional<Number> round(const Number& a, int scale, Rounding mode);

 private:
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
  std::int32_t exponent_ = 0;
  bool negative_ = false;
};

}  // namespace formula
