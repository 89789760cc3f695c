// Stored decimals: a 64-bit integer with a scale declared by its field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

inline constexpr int kMaxDecimalScale = 9;

// units / 10^scale. No floats anywhere; every operation that could overflow or lose digits says so.
struct Decimal {
  std::int64_t units = 0;
  int scale = 0;  // 0..9

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

// "-1234.50" with '.' only; no exponent, no thousands separators; digits beyond `scale` are refused unless zeros.
// nullopt: not a number, too many digits or overflow.
std::optional<Decimal> parse_decimal(std::string_view text, int scale);
std::string to_string(const Decimal& value);  // always `scale` digits after the point
void append_decimal(std::string& out, const Decimal& value);

// Half up (away from zero at .5), the only rounding of stored values. nullopt on overflow.
std::optional<Decimal> rescale(const Decimal& value, int scale);
std::optional<Decimal> add(const Decimal& a, const Decimal& b);       // equal scales
std::optional<Decimal> subtract(const Decimal& a, const Decimal& b);  // equal scales
// a*b rounded half up to `scale`; 128-bit inside.
std::optional<Decimal> multiply(const Decimal& a, const Decimal& b, int scale);
// a*b/c rounded half up to `scale`, c != 0; the extraction of VAT is S*r/(100+r).
std::optional<Decimal> multiply_divide(const Decimal& a, const Decimal& b, const Decimal& c, int scale);
int compare(const Decimal& a, const Decimal& b);  // any scales; -1, 0, 1

}  // namespace base
