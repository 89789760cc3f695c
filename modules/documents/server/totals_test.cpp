// Property tests over random documents: 10 000 and more each, seeds fixed.
#include "modules/documents/server/totals.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <numeric>
#include <random>

namespace documents {

namespace {

constexpr int kCases = 12000;

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random_); }

  std::vector<LineTerms> lines() {
    constexpr std::array<std::int64_t, 7> kRates{0, 500, 700, 1000, 1800, 2000, 2200};
    std::vector<LineTerms> all(static_cast<std::size_t>(between(1, 12)));
    for (auto& line : all) {
      line.quantity.units = between(0, 2) == 0 ? between(1, 5'000'000'000) : between(1, 300) * 1'000'000;
      line.price.units = between(0, 2) == 0 ? between(1, 9'000'000'000) : between(1, 900'000) * 100;
      line.discount_percent.units = between(0, 2) == 0 ? between(-2000, 10000) : 0;
      line.vat_percent.units = kRates[static_cast<std::size_t>(between(0, 6))];
      line.is_exempt = line.vat_percent.units == 0 && between(0, 1) == 0;
      line.unit_cost.units = between(0, 5'000'000);
    }
    return all;
  }

 private:
  std::mt19937_64 random_;
};

LineAmounts sum_of(const Totals& totals) {
  LineAmounts sum;
  for (const auto& line : totals.lines) {
    sum.net += line.net;
    sum.vat += line.vat;
    sum.amount += line.amount;
    sum.cost += line.cost;
  }
  return sum;
}

TEST(Totals, AreTheSumsOfTheLinesUnderBothCustoms) {
  Dice dice(1);
  for (int i = 0; i < kCases; ++i) {
    const auto lines = dice.lines();
    for (const auto mode : {VatMode::kIncluded, VatMode::kAdded, VatMode::kExempt}) {
      for (const auto rounding : {Rounding::kLine, Rounding::kTotal}) {
        const auto totals = compute_totals(mode, rounding, lines);
        ASSERT_FALSE(totals.overflow);
        ASSERT_EQ(totals.lines.size(), lines.size());
        ASSERT_EQ(totals.sum, sum_of(totals)) << i;
        ASSERT_EQ(totals.sum.amount, totals.sum.net + totals.sum.vat) << i;
        for (std::size_t n = 0; n < lines.size(); ++n) {
          ASSERT_EQ(totals.lines[n].amount, totals.lines[n].net + totals.lines[n].vat) << i;
          if (lines[n].is_exempt || mode == VatMode::kExempt) {
            ASSERT_EQ(totals.lines[n].vat, 0) << i;
          }
        }
      }
    }
  }
}

TEST(Totals, TaxAddedAndTaxExtractedFromTheSumAgree) {
  Dice dice(2);
  for (int i = 0; i < kCases; ++i) {
    for (const auto& line : dice.lines()) {
      const auto added = compute_totals(VatMode::kAdded, Rounding::kLine, {line});
      if (line.is_exempt) continue;
      ASSERT_EQ(extracted_vat(added.sum.amount, line.vat_percent), added.sum.vat)
          << i << ": " << base::to_string(line.price) << " × " << base::to_string(line.quantity) << " at " << line.vat_percent.units;
    }
  }
}

// Against arithmetic of another kind: whole numbers of 128 bits, worked out here.
TEST(Totals, TaxOnTheTotalIsRoundedOncePerRateAndALineIsOffByAKopeckAtMost) {
  Dice dice(3);
  const auto half_up = [](__int128 a, __int128 b) { return static_cast<std::int64_t>((2 * a + b) / (2 * b)); };
  for (int i = 0; i < kCases; ++i) {
    const auto lines = dice.lines();
    for (const auto mode : {VatMode::kIncluded, VatMode::kAdded}) {
      const auto totals = compute_totals(mode, Rounding::kTotal, lines);
      std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> by_rate;  // rate → sum, vat
      for (std::size_t n = 0; n < lines.size(); ++n) {
        if (lines[n].is_exempt) continue;
        const auto& line = totals.lines[n];
        const std::int64_t sum = mode == VatMode::kAdded ? line.net : line.amount;
        const std::int64_t rate = lines[n].vat_percent.units;
        by_rate[rate].first += sum;
        by_rate[rate].second += line.vat;
        const std::int64_t alone = half_up(__int128{sum} * rate, mode == VatMode::kAdded ? 10000 : 10000 + rate);
        ASSERT_LE(std::abs(alone - line.vat), 1) << i;
      }
      for (const auto& [rate, sums] : by_rate) {
        ASSERT_EQ(sums.second, half_up(__int128{sums.first} * rate, mode == VatMode::kAdded ? 10000 : 10000 + rate)) << i;
      }
    }
  }
}

TEST(Totals, DifferByAKopeckWhereTheCustomsDo) {
  const LineTerms line{{1'000'000, 6}, {12'500, 4}, {0, 2}, {2200, 2}, false, {0, 4}};  // 1.25: 0.275 of tax on top
  const std::vector<LineTerms> four(4, line);
  EXPECT_EQ(compute_totals(VatMode::kAdded, Rounding::kLine, four).sum.vat, 112);
  EXPECT_EQ(compute_totals(VatMode::kAdded, Rounding::kTotal, four).sum.vat, 110);
}

TEST(Totals, SayWhichLineDoesNotFit) {
  LineTerms small{{1'000'000, 6}, {10'000, 4}, {0, 2}, {2200, 2}, false, {0, 4}};
  LineTerms huge = small;
  huge.price.units = 9'000'000'000'000'000'000;
  huge.quantity.units = 9'000'000'000'000'000'000;
  EXPECT_EQ(compute_totals(VatMode::kAdded, Rounding::kLine, {small, small, huge}).overflow, 2u);
  huge.quantity.units = 60'000'000;  // each fits, both together do not
  EXPECT_EQ(compute_totals(VatMode::kExempt, Rounding::kLine, {huge, small}).overflow, std::nullopt);
  EXPECT_EQ(compute_totals(VatMode::kExempt, Rounding::kLine, {huge, huge}).overflow, 1u);
}

TEST(Distribute, LosesNothing) {
  Dice dice(4);
  for (int i = 0; i < kCases; ++i) {
    std::vector<std::int64_t> weights(static_cast<std::size_t>(dice.between(1, 10)));
    for (auto& weight : weights) weight = dice.between(0, 1'000'000);
    weights.front() += 1;
    const std::int64_t total = dice.between(0, 100'000'000);
    const auto shares = distribute(total, weights);
    ASSERT_TRUE(shares);
    ASSERT_EQ(std::accumulate(shares->begin(), shares->end(), std::int64_t{0}), total);
    const std::int64_t all = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    for (std::size_t n = 0; n < weights.size(); ++n)
      ASSERT_LE(std::abs((*shares)[n] - static_cast<double>(total) * static_cast<double>(weights[n]) / static_cast<double>(all)), 1.000001)
          << i;
  }
}

}  // namespace

}  // namespace documents
