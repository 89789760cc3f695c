// Merging records that much points to: in slices, resumed after a crash, with undo.
#pragma once

#include "server/entity/module_host.hpp"
#include "server/entity/write/merge.hpp"
#include "server/flow/jobs.hpp"

namespace flow {

inline constexpr std::string_view kRecordMerge = "record_merge";

// Kinds "record_merge" {entity, survivor, others, choose} and "record_merge.undo". A job that is cancelled or fails moves
// everything back. Result {"merge","survivor","links"}.
void add_record_merge(Jobs& jobs, entity::Services& services);

// The request of {survivor, others, choose, versions} as the API and the job take it; errors name the field.
entity::MergeRequest merge_request(std::int64_t survivor, const json::object& body);

}  // namespace flow
