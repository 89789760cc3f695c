// Decision tables (DMN 1.5 chapter 8): rules of unary tests over input expressions, outputs by hit policy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/entity/formula/formula.hpp"

namespace formula {

enum class HitPolicy { kUnique, kAny, kPriority, kFirst, kRuleOrder, kOutputOrder, kCollect };
enum class Aggregation { kNone, kSum, kMin, kMax, kCount };

// "UNIQUE", "RULE ORDER", … and the letters U, A, P, F, R, O, C; nullopt: unknown.
std::optional<HitPolicy> parse_hit_policy(std::string_view text);
std::optional<Aggregation> parse_aggregation(std::string_view text);  // "SUM", "MIN", "MAX", "COUNT", ""

struct DecisionTableDef {
  struct Input {
    std::string expression;
    std::string values;  // allowed values as unary tests; empty: any
  };
  struct Output {
    std::string name;      // needed when there are several
    std::string values;    // "\"High\", \"Low\"": their order is the priority; empty: none
    std::string fallback;  // expression when no rule matches; empty: null
  };
  struct Rule {
    std::vector<std::string> tests;    // one for each input; empty means "-"
    std::vector<std::string> outputs;  // one for each output
  };
  HitPolicy hit_policy = HitPolicy::kUnique;
  Aggregation aggregation = Aggregation::kNone;  // kCollect with one output
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<Rule> rules;
};

// Where a cell is wrong. `rule` is -1 for the head; `column` counts inputs, then outputs, from 0.
struct DecisionTableError {
  FormulaError error;
  int rule = -1;
  int column = 0;
};

class DecisionTable;
struct DecisionTableResult {
  std::shared_ptr<const DecisionTable> table;  // null when `error` is set
  std::optional<DecisionTableError> error;
};

// Immutable and thread-safe after parsing.
class DecisionTable {
 public:
  static DecisionTableResult parse(const DecisionTableDef& def, const Scope& scope, Typing typing = Typing::kStrict);

  // One output gives its value, several a context. No rule: the fallbacks, else null. Warnings "several_rules" (unique,
  // any) and "value_not_allowed" with a null result.
  Evaluation evaluate(const Context& context, const Environment& environment) const;
  // The rules that match, from 0, for `why` and tests of tables.
  std::vector<std::size_t> matching_rules(const Context& context, const Environment& environment) const;

 private:
  using FormulaPtr = std::shared_ptr<const Formula>;
  struct Rule {
    std::vector<FormulaPtr> tests;  // null: "-"
    std::vector<FormulaPtr> outputs;
  };
  struct Hits;
  Hits match(const Context& context, const Environment& environment) const;
  Value combine(Hits& hits, Evaluation& out) const;
  Value output_of(std::vector<Value> columns) const;
  std::size_t priority(std::size_t output, const Value& value) const;
  bool precedes(const std::vector<Value>& a, const std::vector<Value>& b) const;
  Value aggregate(const std::vector<std::vector<Value>>& outputs, Evaluation& out) const;

  HitPolicy hit_policy_ = HitPolicy::kUnique;
  Aggregation aggregation_ = Aggregation::kNone;
  std::vector<FormulaPtr> inputs_;
  std::vector<FormulaPtr> allowed_;  // null: any
  std::vector<std::string> names_;
  std::vector<std::vector<Value>> priorities_;  // values of each output in order
  std::vector<FormulaPtr> fallbacks_;           // null: none
  std::vector<Rule> rules_;
};

}  // namespace formula
