// The one expression language of the product: a documented subset of FEEL (OMG DMN 1.5, chapter 10). Computed fields,
// validation, visibility, access, rules, process conditions and decision tables use it; docs/reference/formula.md is
// its reference. A formula is parsed once to a typed tree, then evaluated (here) or compiled to SQL (sql_compiler.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/program/localizer.hpp"
#include "server/base/time.hpp"
#include "server/entity/formula/type.hpp"
#include "server/entity/formula/value.hpp"

namespace formula {

struct Tree;  // parse/ast.hpp

// What is wrong and where. `position` is a 0-based byte offset into the text; `column` counts code points from 1 and is
// what people see. The text is `error.field.` + locale_code().
struct FormulaError {
  std::string code;
  std::size_t position = 0;
  std::size_t column = 1;
  base::MessageArgs args;
};

// A path from a root of the scope down through records: {"deal", "company", "city"}.
using Path = std::vector<std::string>;
std::string to_string(const Path& path);  // "deal.company.city"

// Values of a formula's inputs, asked for only when evaluation reaches them. at(i) belongs to Formula::inputs()[i]; the
// reference stays valid during that evaluation. May throw; the exception passes through evaluate().
class Inputs {
 public:
  virtual ~Inputs() = default;
  virtual const Value& at(std::size_t index) = 0;
};

// Cost is bounded, not time: the same formula over the same values always succeeds or always fails.
struct Limits {
  std::int64_t steps = 1'000'000;       // nodes evaluated and elements visited
  std::size_t list_size = 100'000;      // elements of one list
  std::size_t string_bytes = 1u << 20;  // one string
  int depth = 200;                      // nested calls
};

// What the outside world contributes. Never the system clock.
struct Environment {
  base::Instant now{};
  Zone zone;  // kNone is read as UTC
  Limits limits;
};

// Where FEEL answers null for a wrong operand, the reason is kept here.
struct Warning {
  std::string code;  // locale key error.field.formula_<code>
  std::size_t position = 0;
};

struct Evaluation {
  Value value;
  std::optional<FormulaError> error;  // only "cost_limit"; value is null then
  std::vector<Warning> warnings;      // the first 10
};

enum class Typing {
  kStrict,   // formulas that people save: unknown fields, functions and incomparable types are errors
  kDynamic,  // formula eval, decision tables over data of unknown shape: FEEL's null instead, but unknown roots are
             // errors
};

class Formula;

struct ParseResult {
  std::shared_ptr<const Formula> formula;  // null when `error` is set
  std::optional<FormulaError> error;
};

// Immutable and thread-safe after parsing.
class Formula {
 public:
  // `expected`, when not any, is the type the result must fit (error "wrong_result_type").
  static ParseResult parse(std::string_view text, const Scope& scope, Typing typing = Typing::kStrict, const Type& expected = Type::any());
  // Unary tests of a decision table's input entry (DMN 1.5 §10.3.2.15): "-", "< 5", "[1..5], > 10", "not(\"a\")".
  // `?` is the tested value of type `input`, which is then the last entry of inputs() named "?".
  static ParseResult parse_unary_tests(std::string_view text, const Scope& scope, const Type& input, Typing typing = Typing::kStrict);
  // Throws base::Error field(path, "formula", …) built from the error; for definitions that must be right.
  static std::shared_ptr<const Formula> parse_or_throw(std::string_view text, const Scope& scope, std::string_view field_path,
                                                       const Type& expected = Type::any());
  ~Formula();

  const std::string& text() const;
  const Type& type() const;
  // Every path the formula reads, each once: what a computed field depends on and what a caller must be able to read.
  const std::vector<Path>& inputs() const;
  // True when the result depends on now() or today().
  bool uses_clock() const;

  Evaluation evaluate(Inputs& inputs, const Environment& environment) const;
  // values[i] belongs to inputs()[i]; missing ones are null.
  Evaluation evaluate(std::span<const Value> values, const Environment& environment) const;
  // Takes each path out of `context`.
  Evaluation evaluate(const Context& context, const Environment& environment) const;

  const std::shared_ptr<const Tree>& tree() const { return tree_; }

 private:
  explicit Formula(std::shared_ptr<const Tree> tree);
  friend class FormulaBuilder;
  std::shared_ptr<const Tree> tree_;
};

// "formula_" + code; for "not_compilable" "formula_sql_" + its reason.
std::string locale_code(const FormulaError& error);
// FormulaError as an error of the API: Error::field(path, locale_code(error), {column, …}).
base::Error to_error(const FormulaError& error, std::string_view field_path);

// One line of `matvey formula eval`: {"expression": text, "context": {…}} → {"value": …} or
// {"error": {"code", "position", "message"}}, position counting code points from 1 (docs/reference/formula.md, "JSON").
// Never throws for bad input. Without a localizer the message is the code and its values.
std::string eval_json_line(std::string_view line, const Environment& environment, const base::Localizer* localizer = nullptr,
                           std::string_view language = "en");
std::string eval_json_line(std::string_view line);  // now = system clock, UTC

}  // namespace formula
