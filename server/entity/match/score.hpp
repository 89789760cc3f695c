// How surely two records are one client: weights of agreement and disagreement per field (Fellegi and Sunter 1969), taken
// from the frequencies of values in the base itself (Winkler 1988, value-specific weights), without any training.
//
// A score is in bits: the logarithm of the odds. Agreement on a value that one record in a thousand has is worth ten bits;
// the base's size is what a pair has to overcome.
#pragma once

#include <cstdint>
#include <string>
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
  double bits = 0;  // log2 of the odds that the two are one
  int points = 0;   // 0–100 for people: 50 is even odds
  std::vector<Reason> reasons;  // strongest first; what says nothing is left out
};

inline constexpr int kLikelyPoints = 50;   // worth a person's look
inline constexpr int kCertainPoints = 90;  // may be acted on without one

// Features with the weight of each value, worked out once per record.
struct Prepared {
  Features features;
  std::vector<std::vector<double>> bits;         // per field and value
  std::vector<std::vector<double>> domain_bits;  // kEmail: of the domain and of the local part, two per value
};
Prepared prepare(const Schema& schema, Features features, const Statistics& statistics);

class Scorer {
 public:
  // Both outlive the scorer.
  Scorer(const Schema& schema, const Statistics& statistics);
  Score compare(const Prepared& a, const Prepared& b) const;

 private:
  const Schema& schema_;
  double prior_bits_ = 0;
};

}  // namespace match
