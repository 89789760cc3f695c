#include "server/entity/rules.hpp"

#include <algorithm>
#include <set>

#include "server/entity/field_type.hpp"
#include "server/entity/metadata/choice_literals.hpp"
#include "server/entity/metadata/formula_types.hpp"

namespace entity {

namespace {

// Fields that must be computed before `field`: formula fields it reads by itself.
void order_computed(const EntityDef& entity, std::vector<CompiledField>& computed, std::vector<base::FieldError>& errors) {
  std::vector<CompiledField> ordered;
  std::set<FieldIndex> done;
  while (ordered.size() < computed.size()) {
    const auto before = ordered.size();
    for (const auto& each : computed) {
      if (done.count(each.field)) continue;
      const auto& inputs = each.formula->inputs();
      const bool is_ready = std::all_of(inputs.begin(), inputs.end(), [&](const formula::Path& path) {
        const auto index = entity.index_of(path.front());
        return index < 0 || entity.fields[static_cast<std::size_t>(index)].expression.empty() || done.count(index);
      });
      if (!is_ready) continue;
      ordered.push_back(each);
      done.insert(each.field);
    }
    if (ordered.size() == before) break;
  }
  for (const auto& each : computed) {
    if (done.count(each.field)) continue;
    errors.push_back({"fields[" + std::to_string(each.field) + "].expression", "formula_circle", {}});
  }
  computed = std::move(ordered);
}

class Compiler {
 public:
  Compiler(const Registry& registry, const EntityDef& entity, std::vector<base::FieldError>& errors)
      : scope_(scope_of(registry, entity)), entity_(entity), registry_(registry), errors_(errors) {}

  // `result`: the field that the formula fills, or nullptr.
  FormulaPtr parse(const std::string& text, const std::string& path, const formula::Type& expected, const FieldDef* result = nullptr) {
    auto parsed = formula::Formula::parse(text, scope_, formula::Typing::kStrict, expected);
    if (!parsed.error) parsed.error = find_unknown_option(*parsed.formula, registry_, entity_, result);
    if (parsed.error) {
      const auto error = formula::to_error(*parsed.error, path);
      errors_.insert(errors_.end(), error.fields().begin(), error.fields().end());
      return nullptr;
    }
    return parsed.formula;
  }

  void compile_fields(CompiledRules& rules) {
    for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
      const auto& field = entity_.fields[i];
      const auto index = static_cast<FieldIndex>(i);
      const std::string at = "fields[" + std::to_string(i) + "]";
      if (!field.expression.empty() && field.result_type) {
        if (auto formula = parse(field.expression, at + ".expression", formula_type(registry_, field), &field))
          rules.computed.push_back({index, formula});
      }
      const auto* object = field.default_value.if_object();
      const auto* text = object ? object->if_contains("formula") : nullptr;
      if (text && text->is_string()) {
        const std::string source(text->get_string());
        const auto expected = field.type->comparison(field) == Comparison::kLink ? formula::Type::any() : formula_type(registry_, field);
        if (auto formula = parse(source, at + ".default.formula", expected, &field)) rules.defaults.push_back({index, formula});
      }
    }
    order_computed(entity_, rules.computed, errors_);
  }

  void compile_rules(CompiledRules& rules) {
    for (std::size_t i = 0; i < entity_.rules.size(); ++i) {
      const auto& rule = entity_.rules[i];
      const std::string at = "rules[" + std::to_string(i) + "]";
      CompiledRule compiled;
      compiled.rule = i;
      if (!rule.when.empty()) compiled.when = parse(rule.when, at + ".when", formula::Type::boolean());
      if (!rule.check.empty()) compiled.check = parse(rule.check, at + ".check", formula::Type::boolean());
      for (const auto& key : rule.require) compiled.require.push_back(entity_.index_of(key));
      rules.rules.push_back(std::move(compiled));
    }
    for (const auto& [key, text] : entity_.visibility) {
      if (auto formula = parse(text, "visibility." + key, formula::Type::boolean()))
        rules.visibility.push_back({entity_.index_of(key), formula});
    }
  }

 private:
  formula::Scope scope_;
  const EntityDef& entity_;
  const Registry& registry_;
  std::vector<base::FieldError>& errors_;
};

bool is_true(const RuleContext& context, const FormulaPtr& formula, const Record& record) {
  return evaluate(context, *formula, record).is_true();
}

}  // namespace

void apply_formula_defaults(const RuleContext& context, Record& record) {
  for (const auto& each : record.entity->compiled->defaults) {
    const auto& field = record.entity->fields[static_cast<std::size_t>(each.field)];
    if (!is_empty(record.at(each.field))) continue;
    Value value;
    if (from_formula(field, *field.type, evaluate(context, *each.formula, record), value)) record.at(each.field) = std::move(value);
  }
}

void compute_fields(const RuleContext& context, ComputeWhich which, Record& record, std::vector<base::FieldError>& errors) {
  for (const auto& each : record.entity->compiled->computed) {
    const auto& field = record.entity->fields[static_cast<std::size_t>(each.field)];
    if (field.computed_on_read != (which == ComputeWhich::kOnRead)) continue;
    Value value;
    if (from_formula(field, *field.result_type, evaluate(context, *each.formula, record), value)) {
      record.at(each.field) = std::move(value);
    } else {
      errors.push_back({field.key, "formula_result", {}});
    }
  }
}

void check_rules(const RuleContext& context, const Record& record, std::vector<base::FieldError>& errors) {
  const auto& entity = *record.entity;
  for (const auto& compiled : entity.compiled->rules) {
    if (compiled.when && !is_true(context, compiled.when, record)) continue;
    const auto& rule = entity.rules[compiled.rule];
    for (const auto index : compiled.require) {
      if (is_empty(record.at(index))) errors.push_back({entity.fields[static_cast<std::size_t>(index)].key, "required", {}});
    }
    if (!compiled.check) continue;
    // Unknown (null) passes: a rule about two dates says nothing while one is missing.
    const auto verdict = evaluate(context, *compiled.check, record);
    if (verdict.boolean() && !*verdict.boolean()) errors.push_back({rule.path, "rule", {{"entity", entity.key}, {"rule", rule.key}}});
  }
}

bool is_visible(const RuleContext& context, const Record& record, FieldIndex field) {
  for (const auto& each : record.entity->compiled->visibility) {
    if (each.field == field) return is_true(context, each.formula, record);
  }
  return true;
}

std::shared_ptr<const CompiledRules> compile_rules(const Registry& registry, const EntityDef& entity,
                                                   std::vector<base::FieldError>& errors) {
  auto rules = std::make_shared<CompiledRules>();
  Compiler compiler(registry, entity, errors);
  compiler.compile_fields(*rules);
  compiler.compile_rules(*rules);
  return rules;
}

}  // namespace entity
