#include <algorithm>
#include <charconv>
#include <utility>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/access.hpp"
#include "server/entity/query.hpp"
#include "server/entity/read/filter/terminal.hpp"
#include "server/entity/read/page/selection.hpp"

namespace entity {

namespace {

constexpr int kMaxLimit = 1000;
constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxSortKeys = 4;
constexpr std::size_t kMaxCursorBytes = 4000;

[[noreturn]] void wrong_type(std::string path, std::string_view expected) {
  throw base::Error::field(std::move(path), "wrong_type", {{"expected", std::string(expected)}});
}

std::vector<std::string> sortable_names(const FilterContext& context) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < context.entity.fields.size(); ++i) {
    const auto& field = context.entity.fields[i];
    if (!may_read_field(context.caller, context.entity, field)) continue;
    const auto terminal = read::describe_terminal(context.registry, {&context.entity, static_cast<FieldIndex>(i), {}});
    const bool is_single = terminal.source == read::TerminalSource::kColumn && terminal.comparison != Comparison::kNone && !terminal.is_uid;
    if (is_single && terminal.entity_column.empty() && terminal.has_order()) names.push_back(field.key);
  }
  return names;
}

[[noreturn]] void not_sortable(const FilterContext& context, std::string path, std::string_view field) {
  throw base::Error::field(std::move(path), "not_sortable", {{"field", std::string(field)}})
      .with_extra_json(read::valid_json(sortable_names(context)));
}

// Links sort by the title of what they point to.
void extend_to_title(std::vector<PathStep>& path, const FilterContext& context, const std::string& source, std::string_view name) {
  const auto terminal = read::describe_terminal(context.registry, path.back());
  if (terminal.comparison != Comparison::kLink) return;
  if (terminal.targets.size() != 1 || !terminal.entity_column.empty()) not_sortable(context, source, name);
  const auto& target = *terminal.targets.front();
  if (target.title_index < 0 || !may(context.caller, target, Action::kRead) ||
      !may_read_field(context.caller, target, target.fields[static_cast<std::size_t>(target.title_index)])) {
    not_sortable(context, source, name);
  }
  path.push_back({&target, target.title_index, {}});
}

SortKey parse_sort_key(std::string_view name, bool descending, const FilterContext& context, const std::string& source) {
  SortKey key;
  key.descending = descending;
  key.path = read::parse_path(name, context, {.source = source, .allow_many = false});
  extend_to_title(key.path, context, source, name);
  const auto terminal = read::describe_terminal(context.registry, key.path.back());
  if (terminal.source != read::TerminalSource::kColumn || terminal.comparison == Comparison::kNone || terminal.is_uid ||
      !terminal.has_order()) {
    not_sortable(context, source, name);
  }
  return key;
}

// What follows the id cannot change the order.
void add_sort_key(std::vector<SortKey>& sort, SortKey key, const std::string& source) {
  if (sort.size() >= kMaxSortKeys) throw base::Error::field(source, "too_many_values", {{"limit", std::to_string(kMaxSortKeys)}});
  for (const auto& known : sort) {
    if (read::path_text(known.path) == read::path_text(key.path)) return;
  }
  sort.push_back(std::move(key));
}

void parse_sort_name(std::string_view text, const FilterContext& context, const std::string& source, std::vector<SortKey>& sort) {
  const bool descending = text.starts_with('-');
  if (descending || text.starts_with('+')) text.remove_prefix(1);
  add_sort_key(sort, parse_sort_key(text, descending, context, source), source);
}

// ["-created_at", {"field": "name", "desc": false}]
std::vector<SortKey> parse_sort(const json::value& input, const FilterContext& context) {
  std::vector<SortKey> sort;
  if (input.is_null()) return sort;
  const auto* array = input.if_array();
  if (array == nullptr) wrong_type("sort", "list");
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto source = "sort[" + std::to_string(i) + "]";
    const auto& item = (*array)[i];
    if (const auto* text = item.if_string()) {
      parse_sort_name(*text, context, source, sort);
      continue;
    }
    const auto* object = item.if_object();
    if (object == nullptr) wrong_type(source, "sort");
    for (const auto& member : *object) {
      if (member.key() != "field" && member.key() != "desc") {
        throw base::Error::field(source + "." + std::string(member.key()), "unknown_member")
            .with_extra_json(read::valid_json({"field", "desc"}));
      }
    }
    const auto* field = object->if_contains("field");
    const auto* desc = object->if_contains("desc");
    if (field == nullptr || !field->is_string() || (desc != nullptr && !desc->is_bool())) wrong_type(source, "sort");
    add_sort_key(sort,
                 parse_sort_key(std::string_view(field->get_string()), desc != nullptr && desc->get_bool(), context, source + ".field"),
                 source);
  }
  return sort;
}

// Fields named by "fields" replace the default ones, those of "include" are added.
struct Draft {
  Query query;
  std::vector<std::vector<PathStep>> included;

  Query finish(const FilterContext& context) {
    if (query.fields.empty() && !included.empty()) query.fields = read::default_fields(context.registry, context.entity, context.caller);
    for (auto& path : included) {
      const auto is_same = [&](const std::vector<PathStep>& known) { return read::path_text(known) == read::path_text(path); };
      if (std::none_of(query.fields.begin(), query.fields.end(), is_same)) query.fields.push_back(std::move(path));
    }
    return std::move(query);
  }
};

void add_output_field(Draft& draft, std::string_view key, std::string_view name, const FilterContext& context, const std::string& source) {
  auto& fields = key == "include" ? draft.included : draft.query.fields;
  if (fields.size() >= kMaxFields) throw base::Error::field(source, "too_many_values", {{"limit", std::to_string(kMaxFields)}});
  auto path = read::parse_path(name, context, {.source = source});
  const bool is_dotted_many = path.size() > 1 && std::any_of(path.begin(), path.end(), [](const PathStep& step) {
                                return item_table(*step.entity, step.field) != nullptr;
                              });
  if (is_dotted_many || (!path.back().item_column.empty() && item_table(*path.back().entity, path.back().field) != nullptr)) {
    throw base::Error::field(source, "single_value_needed", {{"field", std::string(base::prefix(name, 80))}});
  }
  const auto is_same = [&](const std::vector<PathStep>& known) { return read::path_text(known) == read::path_text(path); };
  if (std::none_of(fields.begin(), fields.end(), is_same)) fields.push_back(std::move(path));
}

int parse_limit(std::int64_t limit) {
  if (limit < 1 || limit > kMaxLimit) throw base::Error::field("limit", "out_of_range", {{"min", "1"}, {"max", std::to_string(kMaxLimit)}});
  return static_cast<int>(limit);
}

CountKind parse_count(std::string_view text) {
  if (text == "none") return CountKind::kNone;
  if (text == "estimate") return CountKind::kEstimate;
  if (text == "exact") return CountKind::kExact;
  throw base::Error::field("count", "unknown_option", {{"value", std::string(base::prefix(text, 40))}})
      .with_extra_json(read::valid_json({"none", "estimate", "exact"}));
}

std::string parse_cursor(std::string_view text) {
  if (text.size() > kMaxCursorBytes) throw base::Error::field("cursor", "bad_cursor");
  return std::string(text);
}

bool parse_flag(std::string_view name, std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  wrong_type(std::string(name), "bool");
}

void parse_member(std::string_view key, const json::value& value, const FilterContext& context, Draft& draft) {
  auto& query = draft.query;
  if (key == "filter") {
    query.filter = parse_filter(value, context);
  } else if (key == "sort") {
    query.sort = parse_sort(value, context);
  } else if (value.is_null()) {
    return;
  } else if (key == "limit") {
    if (!value.is_int64()) wrong_type("limit", "integer");
    query.limit = parse_limit(value.get_int64());
  } else if (key == "cursor") {
    if (!value.is_string()) wrong_type("cursor", "text");
    query.cursor = parse_cursor(value.get_string());
  } else if (key == "fields" || key == "include") {
    const auto* array = value.if_array();
    if (array == nullptr) wrong_type(std::string(key), "list");
    for (std::size_t i = 0; i < array->size(); ++i) {
      const auto source = std::string(key) + "[" + std::to_string(i) + "]";
      if (!(*array)[i].is_string()) wrong_type(source, "text");
      add_output_field(draft, key, std::string_view((*array)[i].get_string()), context, source);
    }
  } else if (key == "count") {
    if (!value.is_string()) wrong_type("count", "text");
    query.count = parse_count(value.get_string());
  } else if (key == "in_bin") {
    if (!value.is_bool()) wrong_type("in_bin", "bool");
    query.in_bin = value.get_bool();
  } else {
    throw base::Error::field(std::string(base::prefix(key, 80)), "unknown_member")
        .with_extra_json(read::valid_json({"filter", "sort", "limit", "cursor", "fields", "include", "count", "in_bin"}));
  }
}

void each_name(std::string_view text, const auto& visit) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    visit(text.substr(0, comma));
    if (comma == std::string_view::npos) return;
    text.remove_prefix(comma + 1);
  }
}

void parse_parameter(const std::string& name, std::string_view value, const FilterContext& context, Draft& draft) {
  auto& query = draft.query;
  if (name == "sort") {
    each_name(value, [&](std::string_view part) { parse_sort_name(part, context, "sort", query.sort); });
  } else if (name == "limit") {
    std::int64_t limit = 0;
    const auto result = std::from_chars(value.data(), value.data() + value.size(), limit);
    if (result.ec != std::errc() || result.ptr != value.data() + value.size()) wrong_type("limit", "integer");
    query.limit = parse_limit(limit);
  } else if (name == "cursor") {
    query.cursor = parse_cursor(value);
  } else if (name == "fields" || name == "include") {
    each_name(value, [&](std::string_view part) { add_output_field(draft, name, part, context, name); });
  } else if (name == "count") {
    query.count = parse_count(value);
  } else if (name == "in_bin") {
    query.in_bin = parse_flag(name, value);
  } else if (!name.starts_with("filter[")) {
    throw base::Error::field(std::string(base::prefix(name, 80)), "unknown_parameter")
        .with_extra_json(read::valid_json({"filter[…]", "sort", "limit", "cursor", "fields", "include", "count", "in_bin"}));
  }
}

}  // namespace

Query parse_query(const json::object& body, const FilterContext& context) {
  Draft draft;
  draft.query.entity = &context.entity;
  for (const auto& member : body) parse_member(member.key(), member.value(), context, draft);
  return draft.finish(context);
}

Query parse_query(const std::vector<std::pair<std::string, std::string>>& parameters, const FilterContext& context) {
  Draft draft;
  draft.query.entity = &context.entity;
  draft.query.filter = parse_short_filter(parameters, context);
  for (const auto& [name, value] : parameters) parse_parameter(name, value, context, draft);
  return draft.finish(context);
}

}  // namespace entity
