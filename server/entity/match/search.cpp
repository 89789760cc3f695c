#include "server/entity/match/search.hpp"

#include <algorithm>
#include <utility>

namespace match {

namespace {

using Block = std::pair<std::uint64_t, std::uint32_t>;  // key, record

// A pair that shares several keys is compared under the first of them only.
bool is_first_common(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b, std::uint64_t key) {
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() && j != b.end()) {
    if (*i == *j) return *i == key;
    if (*i < *j)
      ++i;
    else
      ++j;
  }
  return false;
}

void keep_best_of_each(std::vector<Pair>& pairs, std::size_t records) {
  std::vector<bool> taken(records);
  std::erase_if(pairs, [&](const Pair& pair) {
    if (taken[pair.a] || taken[pair.b]) return true;
    taken[pair.a] = taken[pair.b] = true;
    return false;
  });
}

}  // namespace

void CountedTokens::add(const Schema& schema, const Features& features) {
  ++records_;
  for (const std::uint64_t token : counted_tokens(schema, features)) ++counts_[token];
}

double CountedTokens::count(std::uint64_t token) const {
  const auto it = counts_.find(token);
  return it == counts_.end() ? 0.0 : it->second;
}

Found find_pairs(const Schema& schema, const std::vector<Features>& records, const SearchOptions& options) {
  CountedTokens statistics;
  for (const auto& record : records) statistics.add(schema, record);
  std::vector<Prepared> prepared;
  std::vector<std::vector<std::uint64_t>> keys;
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < records.size(); ++i) {
    prepared.push_back(prepare(schema, records[i], statistics));
    keys.push_back(blocking_keys(schema, records[i], statistics, KeyUse::kStore));
    for (const std::uint64_t key : keys.back()) blocks.emplace_back(key, static_cast<std::uint32_t>(i));
  }
  std::sort(blocks.begin(), blocks.end());
  // Keys of crowded blocks count for nothing, or a pair might have its first common key there.
  std::vector<std::uint64_t> crowded;
  for (std::size_t from = 0, to = 0; from < blocks.size(); from = to) {
    while (to < blocks.size() && blocks[to].first == blocks[from].first) ++to;
    if (to - from > static_cast<std::size_t>(kMostInBlock)) crowded.push_back(blocks[from].first);
  }
  const auto is_crowded = [&](std::uint64_t key) { return std::binary_search(crowded.begin(), crowded.end(), key); };
  for (auto& own : keys) std::erase_if(own, is_crowded);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> candidates;
  for (std::size_t from = 0, to = 0; from < blocks.size(); from = to) {
    const std::uint64_t key = blocks[from].first;
    while (to < blocks.size() && blocks[to].first == key) ++to;
    if (to - from > static_cast<std::size_t>(kMostInBlock)) continue;
    for (std::size_t i = from; i < to; ++i) {
      for (std::size_t j = i + 1; j < to; ++j) {
        const std::uint32_t a = blocks[i].second, b = blocks[j].second;
        const bool across = options.first_of_right == 0 || (a < options.first_of_right && b >= options.first_of_right);
        if (across && is_first_common(keys[a], keys[b], key)) candidates.emplace_back(a, b);
      }
    }
  }
  std::vector<Observation> observations;
  const Scorer untaught(schema, default_model(schema, statistics));
  for (const auto& [a, b] : candidates) observations.push_back(untaught.observe(prepared[a], prepared[b]));
  const Scorer scorer(schema, learn(schema, statistics, observations));
  Found found;
  found.compared = candidates.size();
  for (const auto& [a, b] : candidates) {
    Score score = scorer.compare(prepared[a], prepared[b]);
    if (score.points >= options.least_points) found.pairs.push_back({a, b, std::move(score)});
  }
  std::stable_sort(found.pairs.begin(), found.pairs.end(), [](const Pair& a, const Pair& b) { return a.score.bits > b.score.bits; });
  if (options.first_of_right != 0) keep_best_of_each(found.pairs, records.size());
  return found;
}

}  // namespace match
