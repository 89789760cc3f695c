#include "modules/scoring/server/logistic.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace scoring {

namespace {

constexpr int kMostSteps = 50;
constexpr double kEnough = 1e-9;
constexpr double kPenalties[] = {1, 3, 10, 30, 100};

double clamp_probability(double p) { return std::clamp(p, 1e-12, 1 - 1e-12); }

double log_loss_of(double p, bool is_success) { return -std::log(clamp_probability(is_success ? p : 1 - p)); }

// Solves a·x = b for a symmetric positive definite `a` (row by row, overwritten) by Cholesky's decomposition.
void solve(std::vector<double>& a, std::vector<double>& b, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      double sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / a[j * n + j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
}

// The function that is minimised; what guards a Newton step against overshooting.
double objective(const std::vector<Case>& cases, const Fit& fit, double penalty) {
  double sum = 0;
  for (const auto& one : cases) sum += log_loss_of(predict(fit, one.features), one.is_success);
  for (const double weight : fit.weights) sum += penalty / 2 * weight * weight;
  return sum;
}

}  // namespace

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

double predict(const Fit& fit, const std::vector<int>& features) {
  double sum = fit.intercept;
  for (const int feature : features) sum += fit.weights[static_cast<std::size_t>(feature)];
  return sigmoid(sum);
}

Fit fit_logistic(const std::vector<Case>& cases, int feature_count, double penalty) {
  const auto d = static_cast<std::size_t>(feature_count);
  Fit fit;
  fit.weights.assign(d, 0);
  const auto successes = static_cast<double>(std::count_if(cases.begin(), cases.end(), [](const auto& one) { return one.is_success; }));
  const auto count = static_cast<double>(cases.size());
  const bool is_one_sided = successes == 0 || successes == count;
  const double rate = is_one_sided ? (successes + 1) / (count + 2) : successes / count;
  fit.intercept = std::log(rate / (1 - rate));
  if (is_one_sided) return fit;
  const std::size_t n = d + 1;  // the intercept comes last
  double best = objective(cases, fit, penalty);
  for (int step = 0; step < kMostSteps; ++step) {
    std::vector<double> hessian(n * n, 0), gradient(n, 0);
    for (std::size_t j = 0; j < d; ++j) {
      hessian[j * n + j] = penalty;
      gradient[j] = penalty * fit.weights[j];
    }
    for (const auto& one : cases) {
      const double p = predict(fit, one.features), w = std::max(p * (1 - p), 1e-9), off = p - (one.is_success ? 1 : 0);
      for (const int a : one.features) {
        const auto row = static_cast<std::size_t>(a);
        gradient[row] += off;
        hessian[d * n + row] += w;
        for (const int b : one.features) {
          if (b <= a) hessian[row * n + static_cast<std::size_t>(b)] += w;
        }
      }
      gradient[d] += off;
      hessian[d * n + d] += w;
    }
    solve(hessian, gradient, n);
    double length = 1, now = best;
    Fit next;
    for (int half = 0; half < 30; ++half, length /= 2) {
      next = fit;
      for (std::size_t j = 0; j < d; ++j) next.weights[j] -= length * gradient[j];
      next.intercept -= length * gradient[d];
      now = objective(cases, next, penalty);
      if (now <= best) break;
    }
    const double gain = best - now;
    if (gain < 0) break;
    fit = std::move(next);
    best = now;
    if (gain < kEnough) break;
  }
  return fit;
}

Quality judge(const std::vector<double>& predictions, const std::vector<Case>& cases) {
  Quality quality;
  if (cases.empty()) return quality;
  std::vector<std::size_t> order(cases.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return predictions[a] < predictions[b]; });
  double successes = 0, rank_sum = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && predictions[order[end]] == predictions[order[i]]) ++end;
    const double rank = (static_cast<double>(i + end) + 1) / 2;  // middle of the tie, counted from 1
    for (std::size_t k = i; k < end; ++k) {
      if (!cases[order[k]].is_success) continue;
      ++successes;
      rank_sum += rank;
    }
    i = end;
  }
  const auto count = static_cast<double>(cases.size());
  const double failures = count - successes;
  if (successes > 0 && failures > 0) quality.auc = (rank_sum - successes * (successes + 1) / 2) / (successes * failures);
  const double rate = clamp_probability(successes / count);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const double off = predictions[i] - (cases[i].is_success ? 1 : 0);
    quality.log_loss += log_loss_of(predictions[i], cases[i].is_success) / count;
    quality.base_log_loss += log_loss_of(rate, cases[i].is_success) / count;
    quality.brier += off * off / count;
  }
  return quality;
}

std::vector<Bin> calibrate(const std::vector<double>& predictions, const std::vector<Case>& cases, int bins) {
  std::vector<std::size_t> order(cases.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return predictions[a] < predictions[b]; });
  std::vector<Bin> result;
  const auto parts = static_cast<std::size_t>(std::max(bins, 1));
  for (std::size_t i = 0; i < order.size();) {
    const std::size_t part = i * parts / order.size();
    std::size_t end = i;
    Bin bin;
    bin.from = predictions[order[i]];
    while (end < order.size() && (end * parts / order.size() == part || predictions[order[end]] == bin.to)) {
      bin.to = predictions[order[end]];
      bin.predicted += bin.to;
      bin.observed += cases[order[end]].is_success ? 1 : 0;
      ++end;
    }
    bin.count = static_cast<std::int64_t>(end - i);
    bin.predicted /= static_cast<double>(bin.count);
    bin.observed /= static_cast<double>(bin.count);
    result.push_back(bin);
    i = end;
  }
  return result;
}

std::vector<double> cross_predict(const std::vector<Case>& cases, int feature_count, double penalty, int folds) {
  // Shuffled always alike: records that come in a rhythm do not fall into one fold, and the same data give the same model.
  std::vector<int> fold_of(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) fold_of[i] = static_cast<int>(i % static_cast<std::size_t>(folds));
  std::mt19937_64 random(20261122);
  for (std::size_t i = cases.size(); i > 1; --i) std::swap(fold_of[i - 1], fold_of[random() % i]);
  std::vector<double> predictions(cases.size(), 0);
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<Case> others;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (fold_of[i] != fold) others.push_back(cases[i]);
    }
    const Fit fit = fit_logistic(others, feature_count, penalty);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (fold_of[i] == fold) predictions[i] = predict(fit, cases[i].features);
    }
  }
  return predictions;
}

Trained train(const std::vector<Case>& cases, int feature_count) {
  Trained trained;
  const auto successes = std::count_if(cases.begin(), cases.end(), [](const auto& one) { return one.is_success; });
  const auto failures = static_cast<std::ptrdiff_t>(cases.size()) - successes;
  trained.base_rate = (static_cast<double>(successes) + 1) / (static_cast<double>(cases.size()) + 2);
  trained.fit.weights.assign(static_cast<std::size_t>(feature_count), 0);
  trained.fit.intercept = std::log(trained.base_rate / (1 - trained.base_rate));
  if (successes < kFewest || failures < kFewest || feature_count == 0) return trained;
  std::vector<double> best;
  for (const double penalty : kPenalties) {
    auto predictions = cross_predict(cases, feature_count, penalty);
    const Quality quality = judge(predictions, cases);
    if (!best.empty() && quality.log_loss >= trained.quality.log_loss) continue;
    trained.quality = quality;
    trained.penalty = penalty;
    best = std::move(predictions);
  }
  trained.calibration = calibrate(best, cases);
  trained.is_logistic = trained.quality.log_loss < trained.quality.base_log_loss * 0.995;
  trained.why = trained.is_logistic ? Trained::Why::kBetter : Trained::Why::kNoGain;
  if (trained.is_logistic) trained.fit = fit_logistic(cases, feature_count, trained.penalty);
  return trained;
}

}  // namespace scoring
