#include <algorithm>
#include <optional>

#include "server/base/decimal.hpp"
#include "server/base/json.hpp"
#include "server/entity/formula/temporal.hpp"
#include "server/print/template/pipes.hpp"
#include "server/print/template/tree.hpp"

namespace print {

namespace {

using formula::Context;
using formula::Value;

bool is_number_key(std::string_view key) {
  static constexpr std::string_view kKeys[] = {"amount", "quantity", "price",   "cost",    "rate",  "weight", "nominal",
                                               "debit",  "credit",   "opening", "closing", "total", "balance"};
  if (std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys)) return true;
  return key.ends_with("_amount") || key.ends_with("_percent") || key.ends_with("_quantity") || key.ends_with("_debit") ||
         key.ends_with("_credit");
}

bool is_date_key(std::string_view key) { return key == "date" || key == "today" || key == "from" || key == "to" || key.ends_with("_date"); }

Value value_of(const json::value& value, std::string_view key);

Value value_of_text(std::string_view text, std::string_view key) {
  if (is_number_key(key)) {
    if (const auto number = formula::Number::parse(text)) return Value(*number);
  } else if (is_date_key(key) && text.size() >= 10) {
    if (const auto date = formula::Date::parse(text.substr(0, 10))) return Value(*date);
  }
  return Value(text);
}

Value value_of_object(const json::object& object) {
  Context out;
  for (const auto& [name, member] : object) out.entries.emplace_back(std::string(name), value_of(member, std::string_view(name)));
  return Value(std::move(out));
}

Value value_of(const json::value& value, std::string_view key) {
  switch (value.kind()) {
    case json::kind::null: return {};
    case json::kind::bool_: return Value(value.get_bool());
    case json::kind::int64: return Value(value.get_int64());
    case json::kind::uint64: return Value(static_cast<std::int64_t>(value.get_uint64()));
    case json::kind::double_: return Value(formula::Number::parse(json::serialize(value)));
    case json::kind::string: return value_of_text(std::string_view(value.get_string()), key);
    case json::kind::array: {
      formula::List list;
      for (const auto& item : value.get_array()) list.push_back(value_of(item, key));
      return Value(std::move(list));
    }
    case json::kind::object: return value_of_object(value.get_object());
  }
  return {};
}

class Renderer {
 public:
  Renderer(const json::object& data, std::string_view language) : language_(language) {
    for (const auto& [name, member] : data) context_.entries.emplace_back(std::string(name), value_of(member, std::string_view(name)));
  }

  void run(const std::vector<TemplateNode>& nodes) {
    for (const auto& node : nodes) run(node);
  }

  std::string take() { return std::move(out_); }

 private:
  void run(const TemplateNode& node) {
    switch (node.kind) {
      case TemplateNode::Kind::kText: append(node.text); break;
      case TemplateNode::Kind::kValue: run_value(node); break;
      case TemplateNode::Kind::kIf: run(is_true(evaluate(node.expression)) ? node.body : node.otherwise); break;
      case TemplateNode::Kind::kFor: run_for(node); break;
    }
  }

  // A list, a text or a context is true when it is not empty, a number when it is not zero.
  static bool is_true(const Value& value) {
    if (value.boolean()) return *value.boolean();
    if (value.number()) return !value.number()->is_zero();
    if (value.string()) return !value.string()->empty();
    if (value.list()) return !value.list()->empty();
    return !value.is_null();
  }

  void run_value(const TemplateNode& node) {
    Piped piped{evaluate(node.expression), false};
    for (const auto& call : node.pipes) {
      PipeInput input{std::move(piped), {}, language_};
      for (const auto& argument : call.arguments) input.arguments.push_back(evaluate(argument));
      try {
        piped = find_pipe(call.name)->run(input);
      } catch (const PipeFault& fault) {
        throw template_error(fault.code, call.place, {{"pipe", call.name}, {"value", shown(input.piped.value, language_).substr(0, 200)}});
      }
    }
    const std::string text = shown(piped.value, language_);
    append(piped.is_markup ? text : escape_html(text));
  }

  void run_for(const TemplateNode& node) {
    const Value list = evaluate(node.expression);
    if (list.is_null()) return;
    const formula::List single = {list};
    const formula::List& items = list.list() ? *list.list() : single;
    const Context outer = context_;
    std::int64_t number = 0;
    for (const auto& item : items) {
      if (++repetitions_ > TemplateLimits{}.repetitions) throw too_large("repetitions", TemplateLimits{}.repetitions);
      context_.set(node.variable, item);
      if (!node.number_variable.empty()) context_.set(node.number_variable, Value(++number));
      run(node.body);
    }
    context_ = outer;
  }

  Value evaluate(const Expression& expression) {
    for (const auto& use : expression.uses) check(use);
    formula::Environment environment;
    environment.limits.string_bytes = TemplateLimits{}.output_bytes;
    auto done = expression.formula->evaluate(context_, environment);
    if (done.error) throw template_error("template_too_costly", expression.place);
    return std::move(done.value);
  }

  // A record of the data that lacks the field is a mistake in the template; what is null has no fields and gives null.
  void check(const FieldUse& use) const {
    const Value* value = context_.find(use.root);
    for (const auto& name : use.names) {
      if (value != nullptr && value->list() && !value->list()->empty()) value = &value->list()->front();
      const Context* record = value == nullptr ? nullptr : value->context();
      if (record == nullptr) {
        if (value != nullptr && (value->string() || value->boolean() || value->number())) throw unknown(use);
        return;
      }
      value = record->find(name);
      if (value == nullptr) throw unknown(use);
    }
  }

  static base::Error unknown(const FieldUse& use) {
    std::string field = use.root;
    for (const auto& name : use.names) field += "." + name;
    return template_error("template_unknown_field", use.place, {{"field", field}});
  }

  void append(std::string_view text) {
    if (out_.size() + text.size() > TemplateLimits{}.output_bytes) throw too_large("bytes", TemplateLimits{}.output_bytes);
    out_ += text;
  }

  static base::Error too_large(std::string_view what, std::size_t limit) {
    return {base::ErrorCode::kResourceExhausted, "template_too_large", {{"what", std::string(what)}, {"limit", std::to_string(limit)}}};
  }

  Context context_;
  std::string_view language_;
  std::string out_;
  std::size_t repetitions_ = 0;
};

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string render_html(const Template& form, const json::object& data, std::string_view language) {
  Renderer renderer(data, language);
  renderer.run(form.tree().nodes);
  return renderer.take();
}

}  // namespace print
