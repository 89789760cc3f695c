// What is asked of the funnel, checked against the caller's rights.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/time.hpp"
#include "server/entity/query.hpp"

namespace funnel {

// kCohort: deals created within the period, and how far they have got until now. kPeriod: deals that moved within the period, by these
// moves alone.
enum class Mode { kCohort, kPeriod };
enum class Split { kNone, kOwner, kSource, kProduct, kSegment };

struct Period {
  base::Date from{}, to{};  // both inclusive, days in the caller's time zone
};

struct Request {
  std::int64_t pipeline = 0;  // 0: the default one
  Mode mode = Mode::kCohort;
  Period period;
  json::value filter;  // over deals, as in deals:query
  Split split = Split::kNone;
  std::vector<std::int64_t> segments;  // of Split::kSegment, in this order
  bool wants_reference = false, wants_previous = false;
  // So many deals, or moves of a period, are followed one by one; more are read whole. Only tests change it.
  std::size_t few = 20'000;
};

// Without a period: the running quarter. Throws Error::field for unknown members, wrong types, unknown fields of the filter, a split by
// a field that the caller may not read.
Request parse_request(const json::object& body, const entity::FilterContext& deals);

// As long and right before it: whole months for whole months, else days.
Period previous_period(const Period& period);

}  // namespace funnel
