// How surely two records are one client: weights of agreement and disagreement per field (Fellegi and Sunter 1969), taken
// from the frequencies of values in the base itself (Winkler 1988, value-specific weights), without any training.
//
// A score is in bits: the logarithm of the odds. Agreement on a value that one record in a thousand has is worth ten bits;
// the base's size is what a pair has to overcome.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/entity/match/features.hpp"

namespace match {

// Frequencies of tokens (features.hpp, counted_tokens) in the base that is searched.
class Statistics {
 public:
  virtual ~Statistics() = default;
  virtual double records() const = 0;
  // Records with the token; 0 or 1 when it is rare or unknown.
  virtual double count(std::uint64_t token) const = 0;
};

enum class Agreement { kEqual, kSimilar, kDiffers };

struct Reason {
  int field = 0;  // index in the schema
  Agreement agreement = Agreement::kEqual;
  double bits = 0;
};

struct Score {
  double bits = 0;              // log2 of the odds that the two are one
  int points = 0;               // 0–100 for people: 50 is even odds
  std::vector<Reason> reasons;  // strongest first; what says nothing is left out
};

inline constexpr int kLikelyPoints = 50;   // worth a person's look
inline constexpr int kCertainPoints = 90;  // may be acted on without one

// Features with the weight of each value, worked out once per record.
struct Prepared {
  Features features;
  std::vector<std::vector<double>> bits;         // per field and value
  std::vector<std::vector<double>> domain_bits;  // kEmail: of the domain and of the local part, two per value
  std::vector<double> whole_bits;                // kName, kText: of all the words together
};
Prepared prepare(const Schema& schema, Features features, const Statistics& statistics);

// What the base's own pairs taught, or the defaults before they did.
struct Model {
  double prior_bits = 0;             // of any two records
  std::vector<double> differs_bits;  // per field, negative: what a difference takes at most
};
Model default_model(const Schema& schema, const Statistics& statistics);

// A compared pair as learning sees it.
struct Observation {
  float agrees_bits = 0;      // sum over the fields that agree
  std::uint32_t differs = 0;  // bit per field
  std::uint32_t present = 0;  // bit per field: both records have a value
};
// Expectation–maximisation over compared pairs: how often each field differs between two records of one client, and how
// many pairs are one. Few pairs change little: each estimate begins with the weight of some observations of its default.
Model learn(const Schema& schema, const Statistics& statistics, const std::vector<Observation>& observations);

class Scorer {
 public:
  // The schema outlives the scorer.
  Scorer(const Schema& schema, Model model) : schema_(schema), model_(std::move(model)) {}
  Score compare(const Prepared& a, const Prepared& b) const;
  Observation observe(const Prepared& a, const Prepared& b) const;

 private:
  const Schema& schema_;
  Model model_;
};

}  // namespace match
