#include <algorithm>
#include <utility>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/access.hpp"
#include "server/entity/read/filter/formula_scope.hpp"
#include "server/entity/read/filter/operand.hpp"
#include "server/entity/read/filter/operators.hpp"
#include "server/entity/read/filter/segment_filter.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity {

namespace {

using read::OperandParser;
using read::Terminal;

constexpr int kMaxDepth = 12;
constexpr int kMaxNodes = 200;
constexpr std::size_t kMaxValues = 1000;
constexpr std::size_t kMaxFormulaBytes = 4000;
constexpr std::size_t kMaxSearchBytes = 400;

// One parse: counts nodes over all levels.
class FilterParser {
 public:
  Filter parse(const json::value& input, const FilterContext& context, const std::string& source, int depth) {
    if (input.is_null()) return Filter::always();
    if (depth > kMaxDepth) throw base::Error::field(source, "filter_too_deep", {{"limit", std::to_string(kMaxDepth)}});
    if (++nodes_ > kMaxNodes) throw base::Error::field(source, "filter_too_large", {{"limit", std::to_string(kMaxNodes)}});
    const auto* object = input.if_object();
    if (object == nullptr) throw base::Error::field(source, "wrong_type", {{"expected", "filter"}});
    if (object->empty()) return Filter::always();
    if (object->contains("field")) return compare_node(*object, context, source);
    if (object->size() != 1) unknown_node(source);
    const std::string key = object->begin()->key();
    const auto& value = object->begin()->value();
    const auto inner = source + "." + key;
    if (key == "and") return Filter::all_of(children(value, context, inner, depth));
    if (key == "or") return Filter::any_of(children(value, context, inner, depth));
    if (key == "not") return Filter::negation(parse(value, context, inner, depth + 1));
    if (key == "exists") return exists_node(value, context, inner, depth);
    if (key == "formula") return formula_node(value, context, inner);
    if (key == "text") return text_node(value, inner);
    if (key == "in_segment") return read::segment_filter(value, context, inner);
    unknown_node(source);
  }

  Filter compare(std::string_view field, std::string_view op_name, const json::value* value, const FilterContext& context,
                 const std::string& source, const std::string& field_source);

 private:
  [[noreturn]] static void unknown_node(const std::string& source) {
    throw base::Error::field(source, "unknown_filter")
        .with_extra_json(read::valid_json({"field", "and", "or", "not", "exists", "formula", "text", "in_segment"}));
  }

  std::vector<Filter> children(const json::value& value, const FilterContext& context, const std::string& source, int depth) {
    const auto* array = value.if_array();
    if (array == nullptr) throw base::Error::field(source, "wrong_type", {{"expected", "list"}});
    std::vector<Filter> parts;
    for (std::size_t i = 0; i < array->size(); ++i) {
      parts.push_back(parse((*array)[i], context, source + "[" + std::to_string(i) + "]", depth + 1));
    }
    return parts;
  }

  Filter compare_node(const json::object& object, const FilterContext& context, const std::string& source) {
    std::string_view op = "eq";
    const json::value* value = nullptr;
    for (const auto& [key, member] : object) {
      if (key == "op") {
        if (!member.is_string()) throw base::Error::field(source + ".op", "wrong_type", {{"expected", "text"}});
        op = std::string_view(member.get_string());
      } else if (key == "value") {
        value = &member;
      } else if (key != "field") {
        throw base::Error::field(source + "." + std::string(key), "unknown_member")
            .with_extra_json(read::valid_json({"field", "op", "value"}));
      }
    }
    const auto& field = object.at("field");
    if (!field.is_string()) throw base::Error::field(source + ".field", "wrong_type", {{"expected", "text"}});
    return compare(std::string_view(field.get_string()), op, value, context, source, source + ".field");
  }

  // {"path": "deal.company", "filter": {…}}: some deal whose company is this record.
  Filter exists_node(const json::value& value, const FilterContext& context, const std::string& source, int depth) {
    const auto* object = value.if_object();
    const auto* path = object != nullptr ? object->if_contains("path") : nullptr;
    if (path == nullptr || !path->is_string()) throw base::Error::field(source, "wrong_type", {{"expected", "exists"}});
    const std::string_view text(path->get_string());
    const auto backlink = find_backlink(text, context, source + ".path");
    const FilterContext inner{context.registry, *backlink.entity, context.caller, context.now};
    Filter filter;
    filter.kind = Filter::Kind::kExists;
    filter.path.push_back({backlink.entity, backlink.field, {}});
    filter.other = backlink.entity;
    filter.values.emplace_back(std::int64_t{context.entity.id});
    filter.source = source;
    const auto* nested = object->if_contains("filter");
    filter.children.push_back(nested != nullptr ? parse(*nested, inner, source + ".filter", depth + 1) : Filter::always());
    if (object->size() > (nested != nullptr ? 2u : 1u)) {
      throw base::Error::field(source, "unknown_member").with_extra_json(read::valid_json({"path", "filter"}));
    }
    return filter.children.front().kind == Filter::Kind::kNever ? Filter::never() : filter;
  }

  // "deal.company": a link, user, link_any or many_to_many field of another entity that points here.
  static Backlink find_backlink(std::string_view text, const FilterContext& context, const std::string& source) {
    const auto is_open = [&](const EntityDef& entity, const FieldDef& field) {
      return may(context.caller, entity, Action::kRead) && may_read_field(context.caller, entity, field);
    };
    const auto dot = text.find('.');
    const auto* other = dot == std::string_view::npos ? nullptr : context.registry.find(text.substr(0, dot));
    const auto index = other == nullptr ? -1 : other->index_of(text.substr(dot + 1));
    if (index >= 0) {
      const auto& field = other->fields[static_cast<std::size_t>(index)];
      const auto targets = read::link_targets(context.registry, field);
      if (is_open(*other, field) && std::find(targets.begin(), targets.end(), &context.entity) != targets.end()) return {other, index};
    }
    std::vector<std::string> valid;
    for (const auto& backlink : context.registry.backlinks(context.entity)) {
      const auto& field = backlink.entity->fields[static_cast<std::size_t>(backlink.field)];
      if (is_open(*backlink.entity, field)) valid.push_back(backlink.entity->key + "." + field.key);
    }
    throw base::Error::field(source, "unknown_field", {{"field", std::string(base::prefix(text, 80))}})
        .with_extra_json(read::valid_json(valid));
  }

  static Filter formula_node(const json::value& value, const FilterContext& context, const std::string& source) {
    if (!value.is_string() || value.get_string().size() > kMaxFormulaBytes) {
      throw base::Error::field(source, "wrong_type", {{"expected", "text"}});
    }
    return read::formula_filter(std::string_view(value.get_string()), context, source);
  }

  static Filter text_node(const json::value& value, const std::string& source) {
    if (!value.is_string()) throw base::Error::field(source, "wrong_type", {{"expected", "text"}});
    if (value.get_string().size() > kMaxSearchBytes)
      throw base::Error::field(source, "too_long", {{"limit", std::to_string(kMaxSearchBytes)}});
    Filter filter;
    filter.kind = Filter::Kind::kText;
    filter.text = std::string_view(value.get_string());
    filter.source = source;
    return base::fold(filter.text).empty() ? Filter::always() : filter;
  }

  int nodes_ = 0;
};

// One comparison: the operator and its operand in normal form.
class CompareBuilder {
 public:
  CompareBuilder(std::vector<PathStep> path, const Terminal& terminal, FilterOp op, const FilterContext& context, std::string source)
      : path_(std::move(path)),
        terminal_(terminal),
        op_(op),
        parser_(context, terminal, op),
        source_(std::move(source)),
        value_source_(source_ + ".value") {}

  Filter build(const json::value* value) const {
    switch (op_) {
      case FilterOp::kIsEmpty:
      case FilterOp::kNotEmpty: return emptiness(value);
      case FilterOp::kEq: return one(value);
      case FilterOp::kNe: return Filter::negation(one(value));
      case FilterOp::kIn:
      case FilterOp::kAnyOf: return some(value);
      case FilterOp::kNotIn:
      case FilterOp::kNoneOf: return Filter::negation(some(value));
      case FilterOp::kAllOf: return every(value);
      case FilterOp::kBetween: return between(value);
      case FilterOp::kWithin: return leaf(FilterOp::kWithin, scalars(value));
      default: return ordered(value);
    }
  }

 private:
  Filter leaf(FilterOp op, std::vector<Value> values) const {
    Filter filter;
    filter.kind = Filter::Kind::kCompare;
    filter.path = path_;
    filter.op = op;
    filter.values = std::move(values);
    filter.source = source_;
    return filter;
  }

  Filter empty() const { return Filter::negation(leaf(FilterOp::kNotEmpty, {})); }

  Filter emptiness(const json::value* value) const {
    bool wanted = op_ == FilterOp::kNotEmpty;
    if (value != nullptr && !value->is_null()) {
      const auto* text = value->if_string();
      const bool is_true = value->is_bool() ? value->get_bool() : text != nullptr && (*text == "true" || text->empty());
      if (!is_true && !value->is_bool() && !(text != nullptr && *text == "false")) {
        throw base::Error::field(value_source_, "wrong_type", {{"expected", "bool"}});
      }
      if (!is_true) wanted = !wanted;
    }
    if (is_always_there()) return wanted ? Filter::always() : Filter::never();
    return wanted ? leaf(FilterOp::kNotEmpty, {}) : empty();
  }

  // Built-in columns that every record has.
  bool is_always_there() const {
    const auto& key = terminal_.field->key;
    return path_.size() == 1 && terminal_.field->system &&
           (key == "id" || key == "uid" || key == "version" || key == "created_at" || key == "updated_at");
  }

  const json::value& required(const json::value* value) const {
    if (value == nullptr) throw base::Error::field(value_source_, "required");
    return *value;
  }

  Filter one_of(const json::value& value, const std::string& source) const {
    if (value.is_null()) return empty();
    if (!OperandParser::is_spanned(terminal_)) return leaf(FilterOp::kEq, {parser_.scalar(value, source)});
    const auto span = parser_.span(value, source);
    if (span.low == span.high) return leaf(FilterOp::kEq, {Value(span.low)});
    return leaf(FilterOp::kBetween, {Value(span.low), Value(span.high)});
  }

  Filter one(const json::value* value) const { return one_of(required(value), value_source_); }

  const json::array& list(const json::value* value) const {
    const auto* array = required(value).if_array();
    if (array == nullptr) throw base::Error::field(value_source_, "wrong_type", {{"expected", "list"}});
    if (array->size() > kMaxValues) throw base::Error::field(value_source_, "too_many_values", {{"limit", std::to_string(kMaxValues)}});
    return *array;
  }

  // Equal operands of one kind become a single IN; ranges and null stay apart.
  Filter some(const json::value* value) const {
    const auto& array = list(value);
    std::vector<Filter> parts;
    std::vector<Value> equal;
    for (std::size_t i = 0; i < array.size(); ++i) {
      auto part = one_of(array[i], value_source_ + "[" + std::to_string(i) + "]");
      if (part.kind == Filter::Kind::kCompare && part.op == FilterOp::kEq) {
        equal.push_back(std::move(part.values.front()));
      } else {
        parts.push_back(std::move(part));
      }
    }
    if (equal.size() == 1)
      parts.push_back(leaf(FilterOp::kEq, std::move(equal)));
    else if (!equal.empty())
      parts.push_back(leaf(FilterOp::kIn, std::move(equal)));
    return Filter::any_of(std::move(parts));
  }

  Filter every(const json::value* value) const {
    const auto& array = list(value);
    std::vector<Filter> parts;
    for (std::size_t i = 0; i < array.size(); ++i) parts.push_back(one_of(array[i], value_source_ + "[" + std::to_string(i) + "]"));
    return Filter::all_of(std::move(parts));
  }

  std::vector<Value> scalars(const json::value* value) const {
    if (!required(value).is_array()) return {parser_.scalar(*value, value_source_)};
    std::vector<Value> values;
    for (const auto& item : list(value)) values.push_back(parser_.scalar(item, value_source_));
    return values;
  }

  Filter between(const json::value* value) const {
    const auto& array = list(value);
    if (array.size() != 2) throw base::Error::field(value_source_, "two_values_needed");
    if (!OperandParser::is_spanned(terminal_)) {
      return leaf(FilterOp::kBetween, {parser_.scalar(array[0], value_source_ + "[0]"), parser_.scalar(array[1], value_source_ + "[1]")});
    }
    const auto low = parser_.span(array[0], value_source_ + "[0]").low;
    const auto high = parser_.span(array[1], value_source_ + "[1]").high;
    return leaf(FilterOp::kBetween, {Value(low), Value(high)});
  }

  // lt, lte, gt, gte, contains, starts_with. A range counts from its near or far end: "gt this_month" is after the
  // month.
  Filter ordered(const json::value* value) const {
    if (!OperandParser::is_spanned(terminal_)) return leaf(op_, {parser_.scalar(required(value), value_source_)});
    const auto span = parser_.span(required(value), value_source_);
    const bool far_end = op_ == FilterOp::kGt || op_ == FilterOp::kLte;
    return leaf(op_, {Value(far_end ? span.high : span.low)});
  }

  std::vector<PathStep> path_;
  const Terminal& terminal_;
  FilterOp op_;
  OperandParser parser_;
  std::string source_, value_source_;
};

Filter FilterParser::compare(std::string_view field, std::string_view op_name, const json::value* value, const FilterContext& context,
                             const std::string& source, const std::string& field_source) {
  auto path = read::parse_path(field, context, {.source = field_source});
  const auto terminal = read::describe_terminal(context.registry, path.back());
  if (terminal.source == read::TerminalSource::kNothing) {
    throw base::Error::field(field_source, "not_filterable", {{"field", std::string(field)}});
  }
  const auto op = read::find_operator(op_name);
  const auto valid = read::operators_of(terminal);
  if (!op || std::find(valid.begin(), valid.end(), *op) == valid.end()) {
    std::vector<std::string> names;
    for (const auto each : valid) names.emplace_back(read::operator_name(each));
    throw base::Error::field(source + ".op", "unknown_operator", {{"operator", std::string(base::prefix(op_name, 40))}})
        .with_extra_json(read::valid_json(names));
  }
  return CompareBuilder(std::move(path), terminal, *op, context, source).build(value);
}

// "filter[amount][gte]" → {"amount", "gte"}; nullopt when it is no filter parameter.
std::optional<std::pair<std::string, std::string>> split_name(std::string_view name) {
  if (!name.starts_with("filter[") || !name.ends_with("]")) return std::nullopt;
  name.remove_prefix(7);
  name.remove_suffix(1);
  const auto middle = name.find("][");
  if (middle == std::string_view::npos) return std::pair{std::string(name), std::string()};
  return std::pair{std::string(name.substr(0, middle)), std::string(name.substr(middle + 2))};
}

// Lists are comma separated; "null" and an empty text mean empty.
json::value short_operand(std::string_view text, FilterOp op) {
  const auto element = [](std::string_view part) { return part.empty() || part == "null" ? json::value(nullptr) : json::value(part); };
  switch (op) {
    case FilterOp::kIn:
    case FilterOp::kNotIn:
    case FilterOp::kAnyOf:
    case FilterOp::kAllOf:
    case FilterOp::kNoneOf:
    case FilterOp::kBetween: {
      json::array list;
      while (true) {
        const auto comma = text.find(',');
        list.push_back(element(text.substr(0, comma)));
        if (comma == std::string_view::npos) return list;
        text.remove_prefix(comma + 1);
      }
    }
    case FilterOp::kIsEmpty:
    case FilterOp::kNotEmpty: return json::value(text);
    default: return element(text);
  }
}

}  // namespace

Filter parse_filter(const json::value& input, const FilterContext& context) { return FilterParser().parse(input, context, "filter", 0); }

Filter parse_short_filter(const std::vector<std::pair<std::string, std::string>>& query, const FilterContext& context) {
  FilterParser parser;
  std::vector<Filter> parts;
  for (const auto& [name, value] : query) {
    if (!name.starts_with("filter[")) continue;
    const auto pieces = split_name(name);
    if (!pieces || pieces->second.find_first_of("[]") != std::string::npos) {
      throw base::Error::field(std::string(base::prefix(name, 80)), "unknown_filter");
    }
    if (parts.size() >= static_cast<std::size_t>(kMaxNodes))
      throw base::Error::field("filter", "filter_too_large", {{"limit", std::to_string(kMaxNodes)}});
    const std::string op_name = pieces->second.empty() ? "eq" : pieces->second;
    const auto op = read::find_operator(op_name);
    const auto operand = short_operand(value, op.value_or(FilterOp::kEq));
    parts.push_back(parser.compare(pieces->first, op_name, &operand, context, name, name));
  }
  return Filter::all_of(std::move(parts));
}

}  // namespace entity
