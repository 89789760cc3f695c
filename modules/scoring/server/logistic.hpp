// Logistic regression with an L2 penalty over yes/no features, fitted by Newton's method; pure arithmetic.
// Hastie, Tibshirani, Friedman: The Elements of Statistical Learning, 2nd ed., 4.4.1 (Newton steps), 7.10 (cross-validation).
#pragma once

#include <cstdint>
#include <vector>

namespace scoring {

struct Case {
  std::vector<int> features;  // indexes of those that hold, each once
  bool is_success = false;
};

struct Fit {
  double intercept = 0;
  std::vector<double> weights;  // log-odds, by feature
};

double sigmoid(double x);
// Minimises the sum of log losses plus penalty/2 · Σ weight²; the intercept is free, so that the mean of the predictions equals the rate
// of successes. `penalty` > 0. With no success or no failure at all the intercept is that of one added to each.
Fit fit_logistic(const std::vector<Case>& cases, int feature_count, double penalty);
double predict(const Fit& fit, const std::vector<int>& features);

// How good predictions are that were made without having seen the case.
struct Quality {
  double auc = 0.5;  // chance that a success is ranked above a failure; ties count half
  double log_loss = 0, base_log_loss = 0, brier = 0;
};
Quality judge(const std::vector<double>& predictions, const std::vector<Case>& cases);

struct Bin {
  double from = 0, to = 0, predicted = 0, observed = 0;
  std::int64_t count = 0;
};
// Reliability: cases in order of their prediction in `bins` parts of like size; equal predictions stay together.
std::vector<Bin> calibrate(const std::vector<double>& predictions, const std::vector<Case>& cases, int bins = 10);

// Predictions for each case by a model of the other folds.
std::vector<double> cross_predict(const std::vector<Case>& cases, int feature_count, double penalty, int folds = 5);

struct Trained {
  enum class Why { kBetter, kFewCases, kNoGain } why = Why::kFewCases;
  bool is_logistic = false;  // false: everybody gets the rate of the past
  Fit fit;
  double penalty = 0, base_rate = 0;  // smoothed: (successes + 1) / (cases + 2)
  Quality quality;                    // of the cross-validated predictions
  std::vector<Bin> calibration;
};
// Fewer successes or failures than this: nothing but the base rate can be known.
inline constexpr int kFewest = 25;
// The penalty with the least cross-validated log loss; the base rate where no model beats it by half a percent.
Trained train(const std::vector<Case>& cases, int feature_count);

}  // namespace scoring
