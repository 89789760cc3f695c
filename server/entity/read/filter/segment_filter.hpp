// Membership in segments as a filter. Segments are records of a module (entities `segment`, `segment_member`); without it there is no such
// filter.
#pragma once

#include <string>

#include "server/entity/filter.hpp"

namespace entity::read {

// {"in_segment": 5} or a list of ids: the record belongs to one of these segments, and the caller may read that segment. Throws
// Error::field(source, "unknown_filter" | "wrong_type" | "too_many_values").
Filter segment_filter(const json::value& value, const FilterContext& context, const std::string& source);

// What a role's right {"segment": …} becomes among its conditions, and back: "in_segment:5,6" with "; formula" after it when there is a
// condition too. Such a text is no formula of the language.
inline constexpr std::string_view kSegmentCondition = "in_segment:";
Filter segment_condition(std::string_view ids, const Registry& registry, const EntityDef& entity);

}  // namespace entity::read
