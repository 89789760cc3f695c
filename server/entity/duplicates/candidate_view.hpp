// Likely duplicates as a caller may see them.
#pragma once

#include <string>
#include <vector>

#include "server/entity/duplicates/match_index.hpp"
#include "server/entity/query.hpp"

namespace entity {

// Writes one record of a pair or a candidate: {"id","title","owner", and of its telling fields what the caller may read};
// of one that he may not read only {"hidden":true,"owner":{"id","title"}}: that it exists and who is responsible.
class CandidateView {
 public:
  // The context outlives the view.
  CandidateView(const QueryContext& context, const EntityDef& entity);
  bool is_readable(std::int64_t id);
  // Leaves the object open for more members. False (nothing written) when the record is gone.
  bool begin(std::int64_t id, base::JsonWriter& out);
  // Reasons as stored (reasons_json) without those of fields that the caller may not read.
  void write_reasons(const std::string& stored, base::JsonWriter& out) const;

 private:
  const Record* find(std::int64_t id);

  const QueryContext& context_;
  const EntityDef& entity_;
  const MatchPlan plan_;
  const Filter readable_;
  std::unordered_map<std::int64_t, std::optional<Record>> known_;
};

// {"candidates":[…]} for a draft; `except` is the record being changed, 0 for a new one.
void write_draft_candidates(const QueryContext& context, const EntityDef& entity, const json::object& values, std::int64_t except,
                            int limit, base::JsonWriter& out);

}  // namespace entity
