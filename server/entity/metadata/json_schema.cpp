#include "server/entity/metadata/json_schema.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "server/base/text/text.hpp"

namespace entity {

namespace {

using Errors = std::vector<base::FieldError>;

std::string text_of(const json::string& text) { return std::string(text.data(), text.size()); }

std::string shortened(const json::value& value) {
  std::string text = value.is_string() ? text_of(value.get_string()) : json::serialize(value);
  if (text.size() > 100) text = std::string(base::prefix(text, 80)) + "…";
  return text;
}

std::string member_path(const std::string& path, std::string_view member) {
  return path.empty() ? std::string(member) : path + "." + std::string(member);
}

bool has_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "number") return value.is_number();
  return false;
}

const std::set<std::string_view>& known_keywords() {
  static const std::set<std::string_view> kKeywords{"$schema",
                                                    "$id",
                                                    "$defs",
                                                    "$ref",
                                                    "$comment",
                                                    "title",
                                                    "description",
                                                    "examples",
                                                    "default",
                                                    "type",
                                                    "properties",
                                                    "required",
                                                    "additionalProperties",
                                                    "patternProperties",
                                                    "items",
                                                    "minItems",
                                                    "maxItems",
                                                    "uniqueItems",
                                                    "enum",
                                                    "const",
                                                    "pattern",
                                                    "minLength",
                                                    "maxLength",
                                                    "minimum",
                                                    "maximum",
                                                    "anyOf",
                                                    "oneOf",
                                                    "allOf",
                                                    "if",
                                                    "then",
                                                    "else",
                                                    "not"};
  return kKeywords;
}

}  // namespace

struct JsonSchema::Node {
  std::optional<bool> always;  // schema true or false
  std::string ref;
  std::vector<std::string> types, required;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> properties;
  std::vector<std::pair<std::regex, std::unique_ptr<Node>>> pattern_properties;
  std::unique_ptr<Node> additional, items, condition, then, otherwise, negated;
  std::vector<std::unique_ptr<Node>> any_of, one_of, all_of;
  std::vector<json::value> values;  // enum, const
  std::string pattern_text;
  std::optional<std::regex> pattern;
  std::optional<double> minimum, maximum;
  std::optional<std::size_t> min_items, max_items, min_length, max_length;
  bool unique_items = false;
};

namespace {

using Node = JsonSchema::Node;

std::unique_ptr<Node> read_node(const json::value& schema);

std::vector<std::unique_ptr<Node>> read_list(const json::object& object, std::string_view key) {
  std::vector<std::unique_ptr<Node>> nodes;
  if (const auto* list = object.if_contains(key)) {
    for (const auto& element : list->as_array()) nodes.push_back(read_node(element));
  }
  return nodes;
}

std::unique_ptr<Node> read_optional(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? read_node(*value) : nullptr;
}

template <typename T>
std::optional<T> read_number(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return std::nullopt;
  return value->to_number<T>();
}

void read_strings(const json::object& object, std::string_view key, std::vector<std::string>& out) {
  const auto* value = object.if_contains(key);
  if (!value) return;
  if (value->is_string()) {
    out.push_back(text_of(value->get_string()));
    return;
  }
  for (const auto& element : value->as_array()) out.push_back(text_of(element.as_string()));
}

std::unique_ptr<Node> read_node(const json::value& schema) {
  auto node = std::make_unique<Node>();
  if (schema.is_bool()) {
    node->always = schema.get_bool();
    return node;
  }
  const auto& object = schema.as_object();
  for (const auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    if (!known_keywords().count(key)) throw base::Error::internal("JSON Schema keyword is not supported: " + std::string(key));
  }
  if (const auto* ref = object.if_contains("$ref")) node->ref = text_of(ref->as_string());
  read_strings(object, "type", node->types);
  read_strings(object, "required", node->required);
  if (const auto* properties = object.if_contains("properties")) {
    for (const auto& member : properties->as_object()) node->properties.emplace(std::string(member.key()), read_node(member.value()));
  }
  if (const auto* patterns = object.if_contains("patternProperties")) {
    for (const auto& member : patterns->as_object())
      node->pattern_properties.emplace_back(std::regex(std::string(member.key())), read_node(member.value()));
  }
  node->additional = read_optional(object, "additionalProperties");
  node->items = read_optional(object, "items");
  node->condition = read_optional(object, "if");
  node->then = read_optional(object, "then");
  node->otherwise = read_optional(object, "else");
  node->negated = read_optional(object, "not");
  node->any_of = read_list(object, "anyOf");
  node->one_of = read_list(object, "oneOf");
  node->all_of = read_list(object, "allOf");
  if (const auto* values = object.if_contains("enum")) node->values.assign(values->as_array().begin(), values->as_array().end());
  if (const auto* value = object.if_contains("const")) node->values.push_back(*value);
  if (const auto* pattern = object.if_contains("pattern")) {
    node->pattern_text = text_of(pattern->as_string());
    node->pattern.emplace(node->pattern_text);
  }
  node->minimum = read_number<double>(object, "minimum");
  node->maximum = read_number<double>(object, "maximum");
  node->min_items = read_number<std::size_t>(object, "minItems");
  node->max_items = read_number<std::size_t>(object, "maxItems");
  node->min_length = read_number<std::size_t>(object, "minLength");
  node->max_length = read_number<std::size_t>(object, "maxLength");
  if (const auto* unique = object.if_contains("uniqueItems")) node->unique_items = unique->as_bool();
  return node;
}

}  // namespace

struct JsonSchema::Impl {
  std::unique_ptr<Node> root;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> parts;  // "#/$defs/field"

  const Node& part(std::string_view pointer) const {
    const auto found = parts.find(pointer);
    if (found == parts.end()) throw base::Error::internal("JSON Schema has no " + std::string(pointer));
    return *found->second;
  }

  bool matches(const Node& node, const json::value& value) const {
    Errors errors;
    check(node, value, "", errors);
    return errors.empty();
  }

  void check(const Node& node, const json::value& value, const std::string& path, Errors& errors) const {
    if (node.always) {
      if (!*node.always) errors.push_back({path, "unknown_property", {}});
      return;
    }
    if (!node.ref.empty()) check(part(node.ref), value, path, errors);
    if (!node.types.empty() &&
        std::none_of(node.types.begin(), node.types.end(), [&](const auto& type) { return has_type(value, type); })) {
      std::string expected;
      for (const auto& type : node.types) expected += (expected.empty() ? "" : ", ") + type;
      errors.push_back({path, "wrong_type", {{"expected", expected}}});
      return;
    }
    check_values(node, value, path, errors);
    if (value.is_object()) check_object(node, value.get_object(), path, errors);
    if (value.is_array()) check_array(node, value.get_array(), path, errors);
    if (value.is_string()) check_string(node, text_of(value.get_string()), path, errors);
    if (value.is_number()) check_number(node, value.to_number<double>(), path, errors);
    check_combinations(node, value, path, errors);
  }

  static void check_values(const Node& node, const json::value& value, const std::string& path, Errors& errors) {
    if (node.values.empty() || std::find(node.values.begin(), node.values.end(), value) != node.values.end()) return;
    std::string valid;
    for (const auto& each : node.values) valid += (valid.empty() ? "" : ", ") + shortened(each);
    errors.push_back({path, "unknown_value", {{"value", shortened(value)}, {"valid", valid}}});
  }

  void check_object(const Node& node, const json::object& object, const std::string& path, Errors& errors) const {
    for (const auto& name : node.required) {
      if (!object.contains(name)) errors.push_back({member_path(path, name), "required", {}});
    }
    for (const auto& member : object) {
      const std::string name(member.key().data(), member.key().size());
      const std::string inner = member_path(path, std::string(base::prefix(name, 100)));
      bool is_known = false;
      if (const auto found = node.properties.find(name); found != node.properties.end()) {
        is_known = true;
        check(*found->second, member.value(), inner, errors);
      }
      for (const auto& [pattern, schema] : node.pattern_properties) {
        if (!std::regex_search(name, pattern)) continue;
        is_known = true;
        check(*schema, member.value(), inner, errors);
      }
      if (!is_known && node.additional) check(*node.additional, member.value(), inner, errors);
    }
  }

  void check_array(const Node& node, const json::array& array, const std::string& path, Errors& errors) const {
    if (node.min_items && array.size() < *node.min_items) errors.push_back({path, "too_few", {{"min", std::to_string(*node.min_items)}}});
    if (node.max_items && array.size() > *node.max_items) {
      errors.push_back({path, "too_many", {{"max", std::to_string(*node.max_items)}}});
      return;
    }
    for (std::size_t i = 0; i < array.size(); ++i) {
      const std::string inner = path + "[" + std::to_string(i) + "]";
      if (node.items) check(*node.items, array[i], inner, errors);
      if (node.unique_items && std::find(array.begin(), array.begin() + static_cast<std::ptrdiff_t>(i), array[i]) !=
                                   array.begin() + static_cast<std::ptrdiff_t>(i)) {
        errors.push_back({inner, "repeated", {{"value", shortened(array[i])}}});
      }
    }
  }

  static void check_string(const Node& node, const std::string& text, const std::string& path, Errors& errors) {
    const auto length = base::length(text);
    if (node.min_length && length < *node.min_length) errors.push_back({path, "too_short", {{"min", std::to_string(*node.min_length)}}});
    if (node.max_length && length > *node.max_length) {
      errors.push_back({path, "too_long", {{"max", std::to_string(*node.max_length)}}});
      return;
    }
    // std::regex recurses per character; our patterns are for names.
    if (node.pattern && (text.size() > 1000 || !std::regex_search(text, *node.pattern))) {
      errors.push_back({path, "bad_form", {{"value", std::string(base::prefix(text, 100))}, {"pattern", node.pattern_text}}});
    }
  }

  static void check_number(const Node& node, double number, const std::string& path, Errors& errors) {
    const auto text = [](double limit) {
      std::string result = std::to_string(limit);
      result.erase(result.find_last_not_of('0') + 1);
      if (result.back() == '.') result.pop_back();
      return result;
    };
    if (node.minimum && number < *node.minimum) errors.push_back({path, "too_small", {{"min", text(*node.minimum)}}});
    if (node.maximum && number > *node.maximum) errors.push_back({path, "too_large", {{"max", text(*node.maximum)}}});
  }

  void check_combinations(const Node& node, const json::value& value, const std::string& path, Errors& errors) const {
    for (const auto& each : node.all_of) check(*each, value, path, errors);
    const auto matching = [&](const auto& list) {
      return std::count_if(list.begin(), list.end(), [&](const auto& each) { return matches(*each, value); });
    };
    if (!node.any_of.empty() && matching(node.any_of) == 0) errors.push_back({path, "no_match", {{"value", shortened(value)}}});
    if (!node.one_of.empty() && matching(node.one_of) != 1) errors.push_back({path, "no_match", {{"value", shortened(value)}}});
    if (node.negated && matches(*node.negated, value)) errors.push_back({path, "no_match", {{"value", shortened(value)}}});
    if (node.condition) {
      const Node* branch = matches(*node.condition, value) ? node.then.get() : node.otherwise.get();
      if (branch) check(*branch, value, path, errors);
    }
  }
};

JsonSchema::JsonSchema(std::string_view text) : impl_(std::make_unique<Impl>()) {
  const auto schema = base::parse_json(text);
  impl_->root = read_node(schema);
  if (const auto* parts = schema.as_object().if_contains("$defs")) {
    for (const auto& member : parts->as_object()) impl_->parts.emplace("#/$defs/" + std::string(member.key()), read_node(member.value()));
  }
}

JsonSchema::~JsonSchema() = default;
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;

void JsonSchema::check(const json::value& value, Errors& errors) const { impl_->check(*impl_->root, value, "", errors); }

void JsonSchema::check_part(std::string_view pointer, const json::value& value, Errors& errors) const {
  impl_->check(impl_->part(pointer), value, "", errors);
}

}  // namespace entity
