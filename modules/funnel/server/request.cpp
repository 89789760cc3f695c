#include "modules/funnel/server/request.hpp"

#include <array>

#include "server/base/error.hpp"
#include "server/entity/access.hpp"
#include "server/entity/read/filter/operand.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace funnel {

namespace {

constexpr std::size_t kMostSegments = 30;
constexpr std::array<std::pair<std::string_view, Split>, 4> kSplits{
    {{"owner", Split::kOwner}, {"source", Split::kSource}, {"product", Split::kProduct}, {"segment", Split::kSegment}}};

std::string_view text_of(const json::value& value, std::string_view path) {
  const auto* text = value.if_string();
  if (text == nullptr) throw base::Error::field(std::string(path), "wrong_type", {{"expected", "text"}});
  return *text;
}

std::int64_t id_of(const json::value& value, std::string_view path) {
  const auto* object = value.if_object();
  const auto* id = object != nullptr ? object->if_contains("id") : &value;
  if (id == nullptr || !id->is_int64()) throw base::Error::field(std::string(path), "wrong_type", {{"expected", "integer"}});
  return id->get_int64();
}

base::Date day_of(const json::object& period, const char* member) {
  const auto path = std::string("period.") + member;
  const auto* value = period.if_contains(member);
  if (value == nullptr) throw base::Error::field(path, "required");
  const auto day = base::parse_date(text_of(*value, path));
  if (!day) throw base::Error::field(path, "wrong_type", {{"expected", "date"}});
  return *day;
}

Period parse_period(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) throw base::Error::field("period", "wrong_type", {{"expected", "object"}});
  for (const auto& member : *object) {
    if (member.key() != "from" && member.key() != "to")
      throw base::Error::field("period." + std::string(member.key()), "unknown_member")
          .with_extra_json(entity::read::valid_json({"from", "to"}));
  }
  const Period period{day_of(*object, "from"), day_of(*object, "to")};
  if (period.to < period.from) throw base::Error::field("period.to", "funnel_period_backwards");
  return period;
}

Split parse_split(std::string_view name) {
  std::vector<std::string> valid;
  for (const auto& [key, split] : kSplits) {
    if (key == name) return split;
    valid.emplace_back(key);
  }
  throw base::Error::field("split", "unknown_option").with_extra_json(entity::read::valid_json(valid));
}

void parse_compare(const json::value& value, Request& request) {
  const auto* list = value.if_array();
  if (list == nullptr) throw base::Error::field("compare", "wrong_type", {{"expected", "list"}});
  for (const auto& item : *list) {
    const auto name = text_of(item, "compare");
    if (name == "reference")
      request.wants_reference = true;
    else if (name == "previous")
      request.wants_previous = true;
    else
      throw base::Error::field("compare", "unknown_option").with_extra_json(entity::read::valid_json({"reference", "previous"}));
  }
}

void parse_segments(const json::value& value, Request& request) {
  const auto* list = value.if_array();
  if (list == nullptr) throw base::Error::field("segments", "wrong_type", {{"expected", "list"}});
  if (list->size() > kMostSegments) throw base::Error::field("segments", "too_many_values", {{"limit", std::to_string(kMostSegments)}});
  for (const auto& id : *list) request.segments.push_back(id_of(id, "segments"));
}

void parse_member(std::string_view key, const json::value& value, Request& request) {
  if (key == "pipeline") {
    request.pipeline = id_of(value, "pipeline");
  } else if (key == "mode") {
    const auto mode = text_of(value, "mode");
    if (mode != "cohort" && mode != "period")
      throw base::Error::field("mode", "unknown_option").with_extra_json(entity::read::valid_json({"cohort", "period"}));
    request.mode = mode == "cohort" ? Mode::kCohort : Mode::kPeriod;
  } else if (key == "period") {
    request.period = parse_period(value);
  } else if (key == "filter") {
    request.filter = value;
  } else if (key == "split") {
    request.split = parse_split(text_of(value, "split"));
  } else if (key == "segments") {
    parse_segments(value, request);
  } else if (key == "compare") {
    parse_compare(value, request);
  } else {
    throw base::Error::field(std::string(key.substr(0, 80)), "unknown_member")
        .with_extra_json(entity::read::valid_json({"pipeline", "mode", "period", "filter", "split", "segments", "compare"}));
  }
}

// What the figures are made of must be readable, or the answer would tell it.
void require_fields(const entity::FilterContext& context, const std::string& source, std::initializer_list<std::string_view> names) {
  if (!entity::may(context.caller, context.entity, entity::Action::kRead))
    throw base::Error(base::ErrorCode::kPermissionDenied, "no_right", {{"entity", context.entity.key}});
  for (const auto name : names) entity::read::parse_path(name, context, {.source = source});
}

}  // namespace

Request parse_request(const json::object& body, const entity::FilterContext& deals) {
  Request request;
  const auto zone = base::TimeZone::find(deals.caller.time_zone).value_or(base::TimeZone::utc());
  const auto quarter = entity::read::calendar_unit(zone.local_date(deals.now), "quarter", 0);
  if (quarter) request.period = {quarter->first, quarter->second};
  for (const auto& member : body) {
    if (!member.value().is_null()) parse_member(member.key(), member.value(), request);
  }
  const auto& registry = deals.registry;
  require_fields(deals, "stage", {"stage", "pipeline", "created_at"});
  require_fields({registry, registry.require("stage_move"), deals.caller, deals.now}, "stage",
                 {"deal", "from_stage", "to_stage", "moved_at", "pipeline", "time_in_stage"});
  if (request.split == Split::kOwner) require_fields(deals, "split", {"owner"});
  if (request.split == Split::kSource) require_fields(deals, "split", {"source"});
  if (request.split == Split::kProduct)
    require_fields({registry, registry.require("deal_line"), deals.caller, deals.now}, "split", {"deal", "name"});
  if (request.split == Split::kSegment && request.segments.empty()) throw base::Error::field("segments", "required");
  entity::parse_filter(request.filter, deals);
  return request;
}

Period previous_period(const Period& period) {
  const std::chrono::year_month_day first(period.from), after(period.to + std::chrono::days{1});
  const auto months =
      (int(after.year()) - int(first.year())) * 12 + static_cast<int>(unsigned(after.month())) - static_cast<int>(unsigned(first.month()));
  const auto to = period.from - std::chrono::days{1};
  if (unsigned(first.day()) == 1 && unsigned(after.day()) == 1 && months > 0) return {base::Date(first - std::chrono::months{months}), to};
  return {to - (period.to - period.from), to};
}

}  // namespace funnel
