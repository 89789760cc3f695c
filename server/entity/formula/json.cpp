#include "server/entity/formula/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <system_error>

#include "server/base/json_writer.hpp"
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

namespace bj = boost::json;

// Calls a built-in that makes a value of a text: "date", "range", …
std::optional<Value> made_by(std::string_view function, const std::string& text) {
  class NoInputs final : public Inputs {
   public:
    const Value& at(std::size_t) override { return null_; }

   private:
    Value null_;
  } inputs;
  const Environment environment;
  Evaluator evaluator(std::make_shared<Tree>(), inputs, environment);
  Value made = run_builtin(*find_builtins(function).front(), evaluator, {Value(text)});
  return made.is_null() ? std::nullopt : std::optional(std::move(made));
}

std::optional<Value> typed_value(const std::string& type, const std::string& text) {
  if (type == "string") return Value(text);
  if (type == "number" || type == "date" || type == "time" || type == "date and time" || type == "range") {
    return made_by(type, text);
  }
  if (type == "date_time") return made_by("date and time", text);
  if (type == "duration" || type == "days and time duration" || type == "years and months duration") {
    auto made = made_by("duration", text);
    if (made && type == "days and time duration" && !made->days_duration()) return std::nullopt;
    if (made && type == "years and months duration" && !made->months_duration()) return std::nullopt;
    return made;
  }
  return std::nullopt;
}

// Builds values straight from the parser's events, so that numbers keep their digits.
struct Handler {
  constexpr static std::size_t max_object_size = 1'000'000;
  constexpr static std::size_t max_array_size = 1'000'000;
  constexpr static std::size_t max_key_size = 100'000;
  constexpr static std::size_t max_string_size = 16'000'000;

  struct Level {
    bool is_object = false;
    List list;
    Context context;
    std::string key;
  };
  std::vector<Level> levels;
  Value result;
  std::string text;
  bool bad = false;

  void put(Value value) {
    if (levels.empty()) {
      result = std::move(value);
    } else if (levels.back().is_object) {
      levels.back().context.set(levels.back().key, std::move(value));
    } else {
      levels.back().list.push_back(std::move(value));
    }
  }
  bool number(bj::string_view last) {
    text.append(last.data(), last.size());
    const auto n = Number::parse(text);
    text.clear();
    if (!n) bad = true;
    put(n ? Value(*n) : Value());
    return !bad;
  }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_array_begin(bj::error_code&) { return levels.emplace_back(), true; }
  bool on_array_end(std::size_t, bj::error_code&) {
    Value list(std::move(levels.back().list));
    levels.pop_back();
    put(std::move(list));
    return true;
  }
  bool on_object_begin(bj::error_code&) {
    levels.emplace_back().is_object = true;
    return true;
  }
  bool on_object_end(std::size_t, bj::error_code&) {
    Context context = std::move(levels.back().context);
    levels.pop_back();
    const Value* type = context.find("@type");
    const Value* value = context.find("value");
    if (context.entries.size() == 2 && type && value && type->string() && value->string()) {
      auto typed = typed_value(*type->string(), *value->string());
      bad = bad || !typed;
      put(typed ? *std::move(typed) : Value());
      return !bad;
    }
    put(Value(std::move(context)));
    return true;
  }
  bool on_string_part(bj::string_view s, std::size_t, bj::error_code&) { return text.append(s.data(), s.size()), true; }
  bool on_string(bj::string_view s, std::size_t, bj::error_code&) {
    text.append(s.data(), s.size());
    put(Value(std::move(text)));
    text.clear();
    return true;
  }
  bool on_key_part(bj::string_view s, std::size_t, bj::error_code&) { return text.append(s.data(), s.size()), true; }
  bool on_key(bj::string_view s, std::size_t, bj::error_code&) {
    text.append(s.data(), s.size());
    levels.back().key = std::move(text);
    text.clear();
    return true;
  }
  bool on_number_part(bj::string_view s, bj::error_code&) { return text.append(s.data(), s.size()), true; }
  bool on_int64(std::int64_t, bj::string_view s, bj::error_code&) { return number(s); }
  bool on_uint64(std::uint64_t, bj::string_view s, bj::error_code&) { return number(s); }
  bool on_double(double, bj::string_view s, bj::error_code&) { return number(s); }
  bool on_bool(bool b, bj::error_code&) { return put(b), true; }
  bool on_null(bj::error_code&) { return put({}), true; }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

}  // namespace

std::optional<Value> value_from_json(std::string_view text) {
  bj::parse_options options;
  options.max_depth = 64;
  bj::basic_parser<Handler> parser(options);
  bj::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (error || !parser.done() || parser.handler().bad) return std::nullopt;
  if (text.find_first_not_of(" \t\r\n", used) != std::string_view::npos) return std::nullopt;
  return std::move(parser.handler().result);
}

void append_json(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::kNull: out += "null"; return;
    case Kind::kBoolean: out += *value.boolean() ? "true" : "false"; return;
    case Kind::kNumber: out += value.number()->to_string(); return;
    case Kind::kString: base::append_json_string(out, *value.string()); return;
    case Kind::kList: {
      out += '[';
      bool first = true;
      for (const auto& item : *value.list()) {
        if (!first) out += ',';
        first = false;
        append_json(out, item);
      }
      out += ']';
      return;
    }
    case Kind::kContext: {
      out += '{';
      bool first = true;
      for (const auto& [name, entry] : value.context()->entries) {
        if (!first) out += ',';
        first = false;
        base::append_json_string(out, name);
        out += ':';
        append_json(out, entry);
      }
      out += '}';
      return;
    }
    default: base::append_json_string(out, value.to_string()); return;
  }
}

}  // namespace formula
