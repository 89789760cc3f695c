// Every likely pair of a set of records held in memory, by the same keys and scores as the stored search. For imports,
// benches and tests; the stored one walks an index instead.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "server/entity/match/keys.hpp"
#include "server/entity/match/score.hpp"

namespace match {

class CountedTokens final : public Statistics {
 public:
  void add(const Schema& schema, const Features& features);
  double records() const override { return static_cast<double>(records_); }
  double count(std::uint64_t token) const override;

 private:
  std::int64_t records_ = 0;
  std::unordered_map<std::uint64_t, std::int32_t> counts_;
};

struct Pair {
  std::size_t a = 0, b = 0;  // a < b, positions in the input
  Score score;
};

struct SearchOptions {
  int least_points = kLikelyPoints;
  std::size_t first_of_right = 0;  // not 0: two sets, each without duplicates; only pairs across them, each record in one
};

struct Found {
  std::vector<Pair> pairs;  // best first
  std::size_t compared = 0;
};
Found find_pairs(const Schema& schema, const std::vector<Features>& records, const SearchOptions& options = {});

}  // namespace match
