// Exact duplicates at the door: the normalised keys that an entity declares under "duplicates".
#pragma once

#include <string>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/entity/write/save.hpp"

namespace entity {

inline constexpr int kMaxCandidates = 10;

struct DuplicateCandidate {
  std::int64_t id = 0;
  std::vector<std::string> reasons;  // the key that agrees: "inn", "phones.e164"; of an alike one the fields that do
  int score = 100;                   // 0–100 as duplicate search gives it
};

// Living records other than `record` that agree with it in any declared key, at most 10, most reasons first. Rights are
// not applied: see write_candidates.
std::vector<DuplicateCandidate> find_duplicate_candidates(WriteTransaction& transaction, const Record& record);

// Scores of the candidates, and further records that are likely the same though no key agrees; best first. Milliseconds.
void add_scores(WriteTransaction& transaction, const Record& record, std::vector<DuplicateCandidate>& candidates);

// {"candidates":[…]}: a record that the caller may read as {"id","title","score","reasons"}; any other only as
// {"hidden":true,"owner":{"id","title"}}, which says that it exists and who is responsible.
std::string write_candidates(WriteTransaction& transaction, const EntityDef& entity, const Caller& caller,
                             const std::vector<DuplicateCandidate>& candidates);

}  // namespace entity
