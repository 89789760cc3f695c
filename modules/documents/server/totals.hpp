// The sums of a document, in one place: every other figure is taken from here.
//
// A line: sum = round(quantity × price), less round(sum × discount %). VAT included: vat = round(sum × r / (100 + r)), net = sum − vat;
// on top: net = sum, vat = round(sum × r / 100), amount = net + vat. Rounding half up to hundredths, the two customs of 1С:
// by line – each line's VAT is rounded and the total is their sum;
// on the total – the VAT of all lines of one rate is rounded once; lines carry the growth of that total, so that they too sum up to it.
// Both ways the totals are the sums of the lines, to the kopeck.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/decimal.hpp"

namespace documents {

enum class VatMode { kIncluded, kAdded, kExempt };
enum class Rounding { kLine, kTotal };
VatMode vat_mode_of(std::string_view key);
Rounding rounding_of(std::string_view key);

struct LineTerms {
  base::Decimal quantity{0, 6};
  base::Decimal price{0, 4};
  base::Decimal discount_percent{0, 2};  // below zero: a markup
  base::Decimal vat_percent{0, 2};
  bool is_exempt = false;         // "Без НДС" is not 0 %
  base::Decimal unit_cost{0, 4};  // in the base currency
};

// Hundredths of the document's currency; cost in the base currency.
struct LineAmounts {
  std::int64_t net = 0, vat = 0, amount = 0;
  std::int64_t cost = 0;
  friend bool operator==(const LineAmounts&, const LineAmounts&) = default;
};

struct Totals {
  std::vector<LineAmounts> lines;
  LineAmounts sum;
  // Index of the line whose figures do not fit 18 digits; the rest is then empty. lines.size() of the input: the total does not.
  std::optional<std::size_t> overflow;
};

Totals compute_totals(VatMode mode, Rounding rounding, const std::vector<LineTerms>& lines);

// VAT inside a sum: advances and payments, by the calculated rate r/(100+r).
std::optional<std::int64_t> extracted_vat(std::int64_t amount, base::Decimal percent);

// `total` in shares of `weights` (not negative, not all zero), rounded so that nothing is lost: each share is the growth of the
// rounded running total. nullopt on overflow.
std::optional<std::vector<std::int64_t>> distribute(std::int64_t total, const std::vector<std::int64_t>& weights);

}  // namespace documents
