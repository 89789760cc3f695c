#include <algorithm>
#include <utility>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/query.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity {

namespace {

constexpr std::size_t kMaxGroupKeys = 3;
constexpr std::size_t kMaxMeasures = 10;
constexpr int kMaxGroups = 10'000;
const std::vector<std::string> kUnits = {"day", "week", "month", "quarter", "year"};

[[noreturn]] void wrong_type(std::string path, std::string_view expected) {
  throw base::Error::field(std::move(path), "wrong_type", {{"expected", std::string(expected)}});
}

const json::array& list_of(const json::value& value, std::string_view path, std::size_t limit) {
  const auto* array = value.if_array();
  if (array == nullptr) wrong_type(std::string(path), "list");
  if (array->size() > limit) throw base::Error::field(std::string(path), "too_many_values", {{"limit", std::to_string(limit)}});
  return *array;
}

// A single value with a column.
read::Terminal single(const std::vector<PathStep>& path, const FilterContext& context, const std::string& source, std::string_view code) {
  auto terminal = read::describe_terminal(context.registry, path.back());
  if (terminal.source != read::TerminalSource::kColumn || terminal.comparison == Comparison::kNone || terminal.is_uid) {
    throw base::Error::field(source, std::string(code), {{"field", read::path_text(path)}});
  }
  return terminal;
}

// "stage", "created_at:month", {"field": "created_at", "unit": "month"}
void parse_group(const json::value& input, const FilterContext& context, const std::string& source, Aggregate& aggregate) {
  std::string name, unit;
  if (const auto* text = input.if_string()) {
    const std::string_view view(*text);
    const auto colon = view.find(':');
    name = view.substr(0, colon);
    if (colon != std::string_view::npos) unit = view.substr(colon + 1);
  } else if (const auto* object = input.if_object()) {
    name = base::json_string(*object, "field");
    unit = base::json_string(*object, "unit");
    if (object->size() > (object->contains("unit") ? 2u : 1u)) {
      throw base::Error::field(source, "unknown_member").with_extra_json(read::valid_json({"field", "unit"}));
    }
  } else {
    wrong_type(source, "text");
  }
  auto path = read::parse_path(name, context, {.source = source, .allow_many = false});
  const auto terminal = single(path, context, source, "not_groupable");
  const bool is_date = terminal.comparison == Comparison::kDate || terminal.comparison == Comparison::kInstant;
  if (terminal.comparison == Comparison::kInstant && unit.empty()) unit = "day";
  if (!unit.empty() && (!is_date || std::find(kUnits.begin(), kUnits.end(), unit) == kUnits.end())) {
    throw base::Error::field(source, "unknown_date_unit").with_extra_json(read::valid_json(is_date ? kUnits : std::vector<std::string>{}));
  }
  aggregate.group.push_back(std::move(path));
  aggregate.group_units.push_back(std::move(unit));
}

Measure::Fn parse_function(std::string_view name, const std::string& source) {
  static const std::vector<std::pair<std::string, Measure::Fn>> kFunctions = {
      {"count", Measure::Fn::kCount}, {"sum", Measure::Fn::kSum}, {"avg", Measure::Fn::kAvg},
      {"min", Measure::Fn::kMin},     {"max", Measure::Fn::kMax}, {"count_distinct", Measure::Fn::kCountDistinct}};
  std::vector<std::string> valid;
  for (const auto& [known, fn] : kFunctions) {
    if (known == name) return fn;
    valid.push_back(known);
  }
  throw base::Error::field(source + ".fn", "unknown_function", {{"name", std::string(base::prefix(name, 40))}})
      .with_extra_json(read::valid_json(valid));
}

void parse_measure(const json::value& input, const FilterContext& context, const std::string& source, Aggregate& aggregate) {
  const auto* object = input.if_object();
  if (object == nullptr) wrong_type(source, "measure");
  for (const auto& member : *object) {
    if (member.key() != "fn" && member.key() != "field") {
      throw base::Error::field(source + "." + std::string(member.key()), "unknown_member")
          .with_extra_json(read::valid_json({"fn", "field"}));
    }
    if (!member.value().is_string()) wrong_type(source + "." + std::string(member.key()), "text");
  }
  Measure measure;
  measure.fn = parse_function(base::json_string(*object, "fn"), source);
  const auto name = base::json_string(*object, "field");
  if (name.empty()) {
    if (measure.fn != Measure::Fn::kCount) throw base::Error::field(source + ".field", "required");
    aggregate.measures.push_back(std::move(measure));
    return;
  }
  measure.path = read::parse_path(name, context, {.source = source + ".field", .allow_many = false});
  const auto terminal = single(measure.path, context, source + ".field", "not_countable");
  const bool adds = measure.fn == Measure::Fn::kSum || measure.fn == Measure::Fn::kAvg;
  const bool compares = measure.fn == Measure::Fn::kMin || measure.fn == Measure::Fn::kMax;
  const bool is_number = terminal.comparison == Comparison::kNumber || terminal.comparison == Comparison::kDuration;
  const bool is_moment = terminal.comparison == Comparison::kDate || terminal.comparison == Comparison::kInstant;
  if ((adds && !is_number) || (compares && !is_number && !is_moment)) {
    throw base::Error::field(source + ".field", "not_countable", {{"field", name}});
  }
  aggregate.measures.push_back(std::move(measure));
}

}  // namespace

Aggregate parse_aggregate(const json::object& body, const FilterContext& context) {
  Aggregate aggregate;
  aggregate.entity = &context.entity;
  for (const auto& member : body) {
    const std::string_view key(member.key());
    const auto& value = member.value();
    if (key == "filter") {
      aggregate.filter = parse_filter(value, context);
    } else if (key == "group") {
      const auto& array = list_of(value, "group", kMaxGroupKeys);
      for (std::size_t i = 0; i < array.size(); ++i) parse_group(array[i], context, "group[" + std::to_string(i) + "]", aggregate);
    } else if (key == "measures") {
      const auto& array = list_of(value, "measures", kMaxMeasures);
      for (std::size_t i = 0; i < array.size(); ++i) parse_measure(array[i], context, "measures[" + std::to_string(i) + "]", aggregate);
    } else if (key == "limit") {
      if (!value.is_int64() || value.get_int64() < 1 || value.get_int64() > kMaxGroups) {
        throw base::Error::field("limit", "out_of_range", {{"min", "1"}, {"max", std::to_string(kMaxGroups)}});
      }
      aggregate.limit = static_cast<int>(value.get_int64());
    } else {
      throw base::Error::field(std::string(base::prefix(key, 80)), "unknown_member")
          .with_extra_json(read::valid_json({"filter", "group", "measures", "limit"}));
    }
  }
  if (aggregate.measures.empty()) aggregate.measures.emplace_back();
  return aggregate;
}

}  // namespace entity
