#include "modules/documents/server/totals.hpp"

#include <map>
#include <numeric>

namespace documents {

namespace {

using base::Decimal;

constexpr Decimal kHundred{10000, 2};

bool add_to(std::int64_t& sum, std::int64_t part) { return !__builtin_add_overflow(sum, part, &sum); }

// quantity × price less the discount, in hundredths.
std::optional<std::int64_t> line_sum(const LineTerms& line) {
  const auto whole = base::multiply(line.quantity, line.price, 2);
  if (!whole) return std::nullopt;
  const auto off = base::multiply_divide(*whole, line.discount_percent, kHundred, 2);
  if (!off) return std::nullopt;
  const auto rest = base::subtract(*whole, *off);
  if (!rest) return std::nullopt;
  return rest->units;
}

std::optional<std::int64_t> vat_of(VatMode mode, std::int64_t sum, Decimal percent) {
  if (mode == VatMode::kExempt) return 0;
  if (mode == VatMode::kIncluded) return extracted_vat(sum, percent);
  const auto vat = base::multiply_divide({sum, 2}, percent, kHundred, 2);
  return vat ? std::optional(vat->units) : std::nullopt;
}

bool put_amounts(VatMode mode, std::int64_t sum, std::int64_t vat, LineAmounts& line) {
  line.vat = vat;
  if (mode == VatMode::kAdded) {
    line.net = line.amount = sum;
    return add_to(line.amount, vat);
  }
  line.amount = sum;
  line.net = sum - vat;
  return true;
}

std::optional<std::int64_t> cost_of(const LineTerms& line) {
  const auto cost = base::multiply(line.quantity, line.unit_cost, 2);
  return cost ? std::optional(cost->units) : std::nullopt;
}

}  // namespace

VatMode vat_mode_of(std::string_view key) {
  if (key == "added") return VatMode::kAdded;
  return key == "exempt" ? VatMode::kExempt : VatMode::kIncluded;
}

Rounding rounding_of(std::string_view key) { return key == "total" ? Rounding::kTotal : Rounding::kLine; }

std::optional<std::int64_t> extracted_vat(std::int64_t amount, Decimal percent) {
  const auto vat = base::multiply_divide({amount, 2}, percent, {kHundred.units + percent.units, 2}, 2);
  return vat ? std::optional(vat->units) : std::nullopt;
}

Totals compute_totals(VatMode mode, Rounding rounding, const std::vector<LineTerms>& lines) {
  struct Running {
    std::int64_t sum = 0, vat = 0;
  };
  std::map<std::int64_t, Running> by_rate;
  Totals totals;
  const auto fail = [&](std::size_t at) {
    totals = {};
    totals.overflow = at;
    return totals;
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto sum = line_sum(lines[i]);
    const auto cost = cost_of(lines[i]);
    if (!sum || !cost) return fail(i);
    LineAmounts line;
    line.cost = *cost;
    std::optional<std::int64_t> vat = 0;
    if (!lines[i].is_exempt && rounding == Rounding::kLine) {
      vat = vat_of(mode, *sum, lines[i].vat_percent);
    } else if (!lines[i].is_exempt) {
      auto& running = by_rate[lines[i].vat_percent.units];
      if (!add_to(running.sum, *sum)) return fail(i);
      const auto grown = vat_of(mode, running.sum, lines[i].vat_percent);
      if (grown) vat = *grown - running.vat;
      if (!grown) vat.reset();
      running.vat = grown.value_or(0);
    }
    if (!vat || !put_amounts(mode, *sum, *vat, line)) return fail(i);
    totals.lines.push_back(line);
    auto& all = totals.sum;
    if (!add_to(all.net, line.net) || !add_to(all.vat, line.vat) || !add_to(all.amount, line.amount) || !add_to(all.cost, line.cost))
      return fail(i);
  }
  return totals;
}

std::optional<std::vector<std::int64_t>> distribute(std::int64_t total, const std::vector<std::int64_t>& weights) {
  std::vector<std::int64_t> shares;
  std::int64_t all = 0;
  for (const std::int64_t weight : weights) {
    if (!add_to(all, weight)) return std::nullopt;
  }
  std::int64_t running = 0, given = 0;
  for (const std::int64_t weight : weights) {
    running += weight;
    const auto upto = base::multiply_divide({total, 0}, {running, 0}, {all, 0}, 0);
    if (!upto) return std::nullopt;
    shares.push_back(upto->units - given);
    given = upto->units;
  }
  return shares;
}

}  // namespace documents
