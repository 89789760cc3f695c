// The answer of POST /funnel.
#pragma once

#include <optional>

#include "modules/funnel/server/reckon.hpp"
#include "server/base/json_writer.hpp"

namespace funnel {

// What an answer is made of; all outlive the call.
struct Findings {
  const Request& request;
  const Pipeline& pipeline;
  const Result& now;
  const Result* previous = nullptr;  // of previous_period
};

// {"pipeline","mode","period","time_zone","currency","total","groups","previous","left_out"}; docs/reference/funnel.md.
void write_answer(const entity::QueryContext& context, const Findings& findings, base::JsonWriter& out);

}  // namespace funnel
