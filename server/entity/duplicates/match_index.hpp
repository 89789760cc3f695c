// The stored side of the search for duplicates: comparison forms of every record, an index of blocking keys, frequencies of
// values, and the queue of likely pairs.
//
// Invariants: sys_match_record holds the features that sys_match_key was made from, but for keys left behind when values grew
// common (a full run clears them; every candidate is compared by its present features, so they only cost time). Pairs have
// first_id < second_id. All of it can be made again from the records, but for the decisions in sys_duplicate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/base/time.hpp"
#include "server/entity/duplicates/match_plan.hpp"
#include "server/entity/match/score.hpp"
#include "server/store/database.hpp"

namespace entity {

const std::vector<store::Migration>& match_migrations();  // numbers 65–69

// Frequencies as stored; those asked for by prefetch are remembered, others count as rare.
class StoredStatistics final : public match::Statistics {
 public:
  StoredStatistics(store::Connection& connection, int entity_id);
  void prefetch(std::vector<std::uint64_t> tokens);
  double records() const override { return records_; }
  double count(std::uint64_t token) const override;

 private:
  store::Connection& connection_;
  const int entity_id_;
  double records_ = 0;
  std::unordered_map<std::uint64_t, std::int64_t> counts_;
};

struct MatchCandidate {
  std::int64_t id = 0;
  match::Score score;
};

// The index of one entity over one connection. References outlive it.
class MatchIndex {
 public:
  MatchIndex(store::Connection& connection, const EntityDef& entity, const MatchPlan& plan)
      : connection_(connection), entity_(entity), plan_(plan) {}

  // In a write. Stores the features and keys of a living record; false when nothing changed.
  bool store(std::int64_t record_id, const match::Features& features);
  // In a write. Takes a record out, and its open pairs.
  void forget(std::int64_t record_id);
  // Records like this one, best first, from `least_points` up; `except` is left out. Milliseconds over a million records.
  std::vector<MatchCandidate> find(const match::Features& features, std::int64_t except, int least_points, int limit);
  // In a write. The open pairs of a record become these; decided ones keep their state.
  void put_pairs(std::int64_t record_id, const std::vector<MatchCandidate>& found, base::Instant now);
  // What the last full run learned, or the defaults.
  match::Model model(const match::Statistics& statistics);
  void keep_model(const match::Model& model, base::Instant now);

 private:
  std::vector<std::int64_t> ids_by_keys(const std::vector<std::uint64_t>& keys);
  void insert_each(std::string_view name, const std::string& into, const std::vector<std::int64_t>& values, std::int64_t last,
                   const std::string& conflict);
  void add_to_counts(const match::Features& features, int by);
  void outdate_pairs(std::int64_t record_id, const std::vector<std::int64_t>& but);
  void write_keys(std::int64_t record_id, const match::Features& before, const match::Features& after);

  store::Connection& connection_;
  const EntityDef& entity_;
  const MatchPlan& plan_;
};

// [{"field","agreement","bits"}] of a score, as kept in sys_duplicate and shown.
std::string reasons_json(const match::Schema& schema, const match::Score& score);

// In a write: a pair found by a search; `run` marks what a full run saw. Decided pairs keep their state.
struct FoundPair {
  int entity_id = 0;
  std::int64_t a = 0, b = 0;
  int points = 0;
  std::string reasons;
  std::int64_t run = 0;
};
void put_pair(store::Connection& connection, const FoundPair& pair, base::Instant now);

}  // namespace entity
