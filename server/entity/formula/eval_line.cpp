#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/formula/formula.hpp"
#include "server/entity/formula/json.hpp"
#include "server/entity/formula/parse/typing.hpp"

namespace formula {
namespace {

std::string error_line(const FormulaError& error, std::string_view language, const base::Localizer* localizer) {
  std::string message;
  const std::string key = "error.field." + locale_code(error);
  base::MessageArgs args = error.args;
  args.emplace_back("column", std::to_string(error.column));
  if (localizer && localizer->has(language, key)) {
    message = localizer->text(language, key, args);
  } else {
    message = error.code;
    for (const auto& [name, value] : args) message += " " + name + "=" + value;
  }
  std::string out = "{\"error\":{\"code\":";
  base::append_json_string(out, error.code);
  out += ",\"position\":" + std::to_string(error.column) + ",\"message\":";
  base::append_json_string(out, message);
  return out + "}}";
}

}  // namespace

std::string eval_json_line(std::string_view line, const Environment& environment, const base::Localizer* localizer,
                           std::string_view language) {
  const auto fail = [&](std::string code) { return error_line({std::move(code), 0, 1, {}}, language, localizer); };
  if (!base::is_valid_utf8(line)) return fail("bad_line");
  const auto request = value_from_json(line);
  const Context* object = request ? request->context() : nullptr;
  const Value* expression = object ? object->find("expression") : nullptr;
  const Value* context = object ? object->find("context") : nullptr;
  if (!expression || !expression->string()) return fail("bad_line");
  if (context && !context->context() && !context->is_null()) return fail("bad_line");
  const Context values = context && context->context() ? *context->context() : Context{};
  Scope scope;
  for (const auto& [name, value] : values.entries) {
    const Type type = type_of(value);
    scope.add(name, type.is_null() ? Type::any() : type);
  }
  const ParseResult parsed = Formula::parse(*expression->string(), scope, Typing::kDynamic);
  if (parsed.error) return error_line(*parsed.error, language, localizer);
  const Evaluation evaluation = parsed.formula->evaluate(values, environment);
  if (evaluation.error) return error_line(*evaluation.error, language, localizer);
  std::string out = "{\"value\":";
  append_json(out, evaluation.value);
  return out + "}";
}

std::string eval_json_line(std::string_view line) {
  Environment environment;
  environment.now = base::SystemClock().now();
  return eval_json_line(line, environment);
}

}  // namespace formula
