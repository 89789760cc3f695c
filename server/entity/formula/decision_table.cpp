#include "server/entity/formula/decision_table.hpp"

#include <algorithm>

#include "server/entity/formula/run/evaluator.hpp"

namespace formula {
namespace {

const Value kNull;

// Paths out of a context, "?" apart.
class TableInputs final : public Inputs {
 public:
  TableInputs(const Context& context, const Formula& formula, const Value& tested)
      : context_(context), paths_(formula.inputs()), tested_(tested) {}
  const Value& at(std::size_t index) override {
    const Path& path = paths_[index];
    if (path.size() == 1 && path[0] == "?") return tested_;
    const Context* level = &context_;
    const Value* found = nullptr;
    for (const auto& name : path) {
      found = level ? level->find(name) : nullptr;
      if (found == nullptr) return kNull;
      level = found->context();
    }
    return found ? *found : kNull;
  }

 private:
  const Context& context_;  // all outlive the evaluation
  const std::vector<Path>& paths_;
  const Value& tested_;
};

struct CellFailure {
  DecisionTableError error;
};

}  // namespace

struct DecisionTable::Hits {
  std::vector<std::size_t> rules;
  std::vector<std::vector<Value>> outputs;
  bool not_allowed = false;
  std::optional<FormulaError> error;
};

std::optional<HitPolicy> parse_hit_policy(std::string_view text) {
  static constexpr std::pair<std::string_view, HitPolicy> kNames[] = {
      {"UNIQUE", HitPolicy::kUnique},        {"ANY", HitPolicy::kAny},
      {"PRIORITY", HitPolicy::kPriority},    {"FIRST", HitPolicy::kFirst},
      {"RULE ORDER", HitPolicy::kRuleOrder}, {"OUTPUT ORDER", HitPolicy::kOutputOrder},
      {"COLLECT", HitPolicy::kCollect}};
  if (text.empty()) return HitPolicy::kUnique;
  for (const auto& [name, policy] : kNames) {
    if (text == name || (text.size() == 1 && text[0] == name[0])) return policy;
  }
  return std::nullopt;
}

std::optional<Aggregation> parse_aggregation(std::string_view text) {
  if (text.empty()) return Aggregation::kNone;
  if (text == "SUM") return Aggregation::kSum;
  if (text == "MIN") return Aggregation::kMin;
  if (text == "MAX") return Aggregation::kMax;
  if (text == "COUNT") return Aggregation::kCount;
  return std::nullopt;
}

DecisionTableResult DecisionTable::parse(const DecisionTableDef& def, const Scope& scope, Typing typing) {
  auto table = std::make_shared<DecisionTable>();
  table->hit_policy_ = def.hit_policy;
  table->aggregation_ = def.aggregation;
  const auto take = [](ParseResult result, int rule, std::size_t column) {
    if (result.error) throw CellFailure{{std::move(*result.error), rule, static_cast<int>(column)}};
    return std::move(result.formula);
  };
  try {
    const Environment environment;
    for (std::size_t i = 0; i < def.inputs.size(); ++i) {
      const auto& input = def.inputs[i];
      table->inputs_.push_back(take(Formula::parse(input.expression, scope, typing), -1, i));
      const Type type = table->inputs_.back()->type();
      table->allowed_.push_back(input.values.empty() ? nullptr
                                                     : take(Formula::parse_unary_tests(input.values, scope, type, typing), -1, i));
    }
    for (std::size_t i = 0; i < def.outputs.size(); ++i) {
      const auto& output = def.outputs[i];
      const std::size_t column = def.inputs.size() + i;
      table->names_.push_back(output.name);
      table->fallbacks_.push_back(output.fallback.empty() ? nullptr : take(Formula::parse(output.fallback, scope, typing), -1, column));
      std::vector<Value> order;
      if (!output.values.empty()) {
        const auto list = take(Formula::parse("[" + output.values + "]", scope, Typing::kDynamic), -1, column);
        const Value values = list->evaluate(Context{}, environment).value;
        if (values.list()) order = *values.list();
      }
      table->priorities_.push_back(std::move(order));
    }
    for (std::size_t r = 0; r < def.rules.size(); ++r) {
      const auto& written = def.rules[r];
      const int number = static_cast<int>(r);
      if (written.tests.size() != def.inputs.size() || written.outputs.size() != def.outputs.size()) {
        throw CellFailure{{FormulaError{"wrong_cells", 0, 1, {}}, number, 0}};
      }
      Rule rule;
      for (std::size_t i = 0; i < written.tests.size(); ++i) {
        const bool any = written.tests[i].empty() || written.tests[i] == "-";
        rule.tests.push_back(any ? nullptr
                                 : take(Formula::parse_unary_tests(written.tests[i], scope, table->inputs_[i]->type(), typing), number, i));
      }
      for (std::size_t i = 0; i < written.outputs.size(); ++i) {
        rule.outputs.push_back(take(Formula::parse(written.outputs[i], scope, typing), number, def.inputs.size() + i));
      }
      table->rules_.push_back(std::move(rule));
    }
  } catch (CellFailure& failure) {
    return {nullptr, std::move(failure.error)};
  }
  return {std::move(table), std::nullopt};
}

DecisionTable::Hits DecisionTable::match(const Context& context, const Environment& environment) const {
  Hits hits;
  const auto run = [&](const Formula& formula, const Value& tested) {
    TableInputs inputs(context, formula, tested);
    Evaluation evaluation = formula.evaluate(inputs, environment);
    if (evaluation.error && !hits.error) hits.error = std::move(evaluation.error);
    return std::move(evaluation.value);
  };
  std::vector<Value> values;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    values.push_back(run(*inputs_[i], kNull));
    if (allowed_[i] && !run(*allowed_[i], values[i]).is_true()) {
      hits.not_allowed = true;
      return hits;
    }
  }
  for (std::size_t r = 0; r < rules_.size() && !hits.error; ++r) {
    bool matches = true;
    for (std::size_t i = 0; i < values.size() && matches; ++i) {
      matches = rules_[r].tests[i] == nullptr || run(*rules_[r].tests[i], values[i]).is_true();
    }
    if (!matches) continue;
    hits.rules.push_back(r);
    std::vector<Value> outputs;
    for (const auto& output : rules_[r].outputs) outputs.push_back(run(*output, kNull));
    hits.outputs.push_back(std::move(outputs));
    if (hit_policy_ == HitPolicy::kFirst) break;
  }
  if (hits.outputs.empty() && std::any_of(fallbacks_.begin(), fallbacks_.end(), [](const FormulaPtr& f) { return f != nullptr; })) {
    std::vector<Value> outputs;
    for (const auto& fallback : fallbacks_) outputs.push_back(fallback ? run(*fallback, kNull) : Value());
    hits.outputs.push_back(std::move(outputs));
  }
  return hits;
}

std::vector<std::size_t> DecisionTable::matching_rules(const Context& context, const Environment& environment) const {
  return match(context, environment).rules;
}

Value DecisionTable::output_of(std::vector<Value> columns) const {
  if (columns.size() == 1) return std::move(columns[0]);
  Context out;
  for (std::size_t i = 0; i < columns.size(); ++i) out.set(names_[i], std::move(columns[i]));
  return out;
}

// Place among the output's listed values; unlisted ones come last.
std::size_t DecisionTable::priority(std::size_t output, const Value& value) const {
  const auto& order = priorities_[output];
  const auto it = std::find_if(order.begin(), order.end(), [&](const Value& v) { return identical(v, value); });
  return static_cast<std::size_t>(it - order.begin());
}

bool DecisionTable::precedes(const std::vector<Value>& a, const std::vector<Value>& b) const {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t x = priority(i, a[i]), y = priority(i, b[i]);
    if (x != y) return x < y;
  }
  return false;
}

Value DecisionTable::aggregate(const std::vector<std::vector<Value>>& outputs, Evaluation& out) const {
  if (aggregation_ == Aggregation::kCount) return static_cast<std::int64_t>(outputs.size());
  Value best = outputs.front().front();
  for (std::size_t i = 1; i < outputs.size(); ++i) {
    const Value& next = outputs[i].front();
    if (aggregation_ == Aggregation::kSum) {
      std::string_view problem;
      best = apply_arithmetic(Op::kAdd, best, next, problem);
    } else {
      const auto order = compare(next, best);
      if (!order)
        best = Value();
      else if (aggregation_ == Aggregation::kMin ? *order < 0 : *order > 0)
        best = next;
    }
    if (best.is_null()) {
      out.warnings.push_back({"incomparable", 0});
      return {};
    }
  }
  return best;
}

Value DecisionTable::combine(Hits& hits, Evaluation& out) const {
  auto& outputs = hits.outputs;
  switch (hit_policy_) {
    case HitPolicy::kUnique:
      if (outputs.size() > 1) {
        out.warnings.push_back({"several_rules", 0});
        return {};
      }
      return output_of(std::move(outputs.front()));
    case HitPolicy::kAny:
      for (const auto& other : outputs) {
        if (!std::equal(other.begin(), other.end(), outputs.front().begin(), identical)) {
          out.warnings.push_back({"several_rules", 0});
          return {};
        }
      }
      return output_of(std::move(outputs.front()));
    case HitPolicy::kFirst: return output_of(std::move(outputs.front()));
    case HitPolicy::kPriority: {
      const auto best = std::min_element(outputs.begin(), outputs.end(), [&](const auto& a, const auto& b) { return precedes(a, b); });
      return output_of(std::move(*best));
    }
    case HitPolicy::kOutputOrder:
      std::stable_sort(outputs.begin(), outputs.end(), [&](const auto& a, const auto& b) { return precedes(a, b); });
      break;
    case HitPolicy::kCollect:
      if (aggregation_ != Aggregation::kNone) return aggregate(outputs, out);
      break;
    case HitPolicy::kRuleOrder: break;
  }
  List list;
  for (auto& each : outputs) list.push_back(output_of(std::move(each)));
  return list;
}

Evaluation DecisionTable::evaluate(const Context& context, const Environment& environment) const {
  Evaluation out;
  Hits hits = match(context, environment);
  out.error = std::move(hits.error);
  if (out.error) return out;
  if (hits.not_allowed) {
    out.warnings.push_back({"value_not_allowed", 0});
  } else if (!hits.outputs.empty()) {
    out.value = combine(hits, out);
  } else if (hit_policy_ == HitPolicy::kCollect && aggregation_ == Aggregation::kCount) {
    out.value = 0;
  }
  return out;
}

}  // namespace formula
