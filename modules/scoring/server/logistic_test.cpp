// The regression finds what is there, knows when there is nothing, and its figures agree with their definitions.
#include "modules/scoring/server/logistic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace scoring {

namespace {

// Three independent features of chance 1/2; the chance of success follows the weights.
std::vector<Case> make_cases(std::mt19937_64& random, int count, double intercept, const std::vector<double>& weights) {
  std::vector<Case> cases;
  for (int i = 0; i < count; ++i) {
    Case one;
    double sum = intercept;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      if (random() % 2 == 0) continue;
      one.features.push_back(static_cast<int>(j));
      sum += weights[j];
    }
    one.is_success = std::uniform_real_distribution<double>(0, 1)(random) < sigmoid(sum);
    cases.push_back(std::move(one));
  }
  return cases;
}

// 10 000 random small sets: at the minimum the derivative by every weight and by the intercept is zero, whatever the data.
TEST(LogisticTest, TheMinimumIsReached) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 10000; ++i) {
    const int d = static_cast<int>(random() % 4) + 1;
    std::vector<double> weights;
    for (int j = 0; j < d; ++j) weights.push_back(std::normal_distribution<double>(0, 2)(random));
    const auto cases = make_cases(random, static_cast<int>(random() % 40) + 2, std::normal_distribution<double>(0, 1)(random), weights);
    const double penalty = std::exponential_distribution<double>(1)(random) + 0.1;
    const Fit fit = fit_logistic(cases, d, penalty);
    std::vector<double> gradient(static_cast<std::size_t>(d) + 1, 0);
    std::size_t successes = 0;
    for (const auto& one : cases) {
      const double off = predict(fit, one.features) - (one.is_success ? 1 : 0);
      successes += one.is_success ? 1 : 0;
      gradient.back() += off;
      for (const int feature : one.features) gradient[static_cast<std::size_t>(feature)] += off;
    }
    if (successes == 0 || successes == cases.size()) continue;
    for (int j = 0; j < d; ++j) gradient[static_cast<std::size_t>(j)] += penalty * fit.weights[static_cast<std::size_t>(j)];
    for (const double slope : gradient) ASSERT_NEAR(slope, 0, 1e-3) << "case " << i;
  }
}

TEST(LogisticTest, KnownWeightsAreFoundAndCalibrated) {
  std::mt19937_64 random(5);
  const std::vector<double> weights = {1.5, -1, 0};
  const auto cases = make_cases(random, 20000, -0.5, weights);
  const Trained trained = train(cases, 3);
  ASSERT_TRUE(trained.is_logistic);
  EXPECT_EQ(trained.why, Trained::Why::kBetter);
  EXPECT_NEAR(trained.fit.intercept, -0.5, 0.1);
  for (std::size_t j = 0; j < weights.size(); ++j) EXPECT_NEAR(trained.fit.weights[j], weights[j], 0.1);
  EXPECT_GT(trained.quality.auc, 0.7);
  EXPECT_LT(trained.quality.log_loss, trained.quality.base_log_loss);
  std::int64_t all = 0;
  for (const auto& bin : trained.calibration) {
    all += bin.count;
    // Three standard errors of a rate in a part of this size.
    const double error = std::sqrt(bin.predicted * (1 - bin.predicted) / static_cast<double>(bin.count));
    EXPECT_NEAR(bin.predicted, bin.observed, 3 * error + 0.005);
  }
  EXPECT_EQ(all, 20000);
}

TEST(LogisticTest, NoiseAndFewCasesGiveTheBaseRate) {
  std::mt19937_64 random(7);
  const Trained noise = train(make_cases(random, 3000, -1, {0, 0, 0}), 3);
  EXPECT_FALSE(noise.is_logistic);
  EXPECT_EQ(noise.why, Trained::Why::kNoGain);
  EXPECT_NEAR(predict(noise.fit, {0, 2}), noise.base_rate, 1e-9);
  const Trained few = train({{{0}, true}, {{}, false}, {{}, false}}, 1);
  EXPECT_EQ(few.why, Trained::Why::kFewCases);
  EXPECT_NEAR(few.base_rate, 0.4, 1e-9);
  EXPECT_NEAR(predict(train({}, 0).fit, {}), 0.5, 1e-9);
}

TEST(LogisticTest, MorePenaltyMeansSmallerWeights) {
  std::mt19937_64 random(9);
  const auto cases = make_cases(random, 500, 0, {2, -2});
  double before = 1e9;
  for (const double penalty : {0.1, 1.0, 10.0, 100.0, 1000.0}) {
    const Fit fit = fit_logistic(cases, 2, penalty);
    const double size = std::abs(fit.weights[0]) + std::abs(fit.weights[1]);
    EXPECT_LT(size, before);
    before = size;
  }
}

// Against the definition: every pair of a success and a failure.
TEST(LogisticTest, AucIsTheShareOfPairsInTheRightOrder) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 200; ++i) {
    std::vector<Case> cases(30);
    std::vector<double> predictions;
    for (auto& one : cases) {
      one.is_success = random() % 2 == 0;
      predictions.push_back(static_cast<double>(random() % 8) / 8);
    }
    double pairs = 0, good = 0;
    for (std::size_t a = 0; a < cases.size(); ++a) {
      for (std::size_t b = 0; b < cases.size(); ++b) {
        if (!cases[a].is_success || cases[b].is_success) continue;
        ++pairs;
        good += predictions[a] > predictions[b] ? 1 : predictions[a] == predictions[b] ? 0.5 : 0;
      }
    }
    if (pairs > 0) {
      EXPECT_NEAR(judge(predictions, cases).auc, good / pairs, 1e-9);
    }
  }
}

}  // namespace

}  // namespace scoring
