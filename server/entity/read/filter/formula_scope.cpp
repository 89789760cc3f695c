#include "server/entity/read/filter/formula_scope.hpp"
#include "server/entity/read/filter/segment_filter.hpp"

#include <utility>

#include "server/base/error.hpp"
#include "server/entity/access.hpp"
#include "server/entity/formula/formula.hpp"
#include "server/entity/formula/sql_compiler.hpp"
#include "server/entity/read/filter/scalar_path.hpp"
#include "server/entity/rules.hpp"

namespace entity::read {

namespace {

constexpr std::string_view kMe = "me";

// The fields of `formula_path`; nullopt for `me.…`, for multi-values and for what does not exist. Rights are not asked.
std::optional<std::vector<PathStep>> field_path(const formula::Path& formula_path, const Registry& registry, const EntityDef& entity) {
  std::vector<PathStep> path;
  const EntityDef* at = &entity;
  for (const auto& name : formula_path) {
    if (at == nullptr) return std::nullopt;
    const auto index = at->index_of(name);
    if (index < 0 || item_table(*at, index) != nullptr) return std::nullopt;
    path.push_back({at, index, {}});
    const auto targets = link_targets(registry, at->fields[static_cast<std::size_t>(index)]);
    at = targets.size() == 1 ? targets.front() : nullptr;
  }
  return path;
}

bool is_me(const formula::Path& path, const EntityDef& entity) { return !path.empty() && path.front() == kMe && entity.index_of(kMe) < 0; }

std::optional<formula::Storage> storage_kind(const Terminal& terminal) {
  if (terminal.is_money) return formula::Storage::kDecimal;
  switch (terminal.comparison) {
    case Comparison::kText:
    case Comparison::kChoice: return formula::Storage::kText;
    case Comparison::kNumber: return terminal.scale == 0 ? formula::Storage::kInteger : formula::Storage::kDecimal;
    case Comparison::kBool: return formula::Storage::kBoolean;
    case Comparison::kDate: return formula::Storage::kDate;
    case Comparison::kInstant: return formula::Storage::kInstant;
    case Comparison::kDuration: return formula::Storage::kDuration;
    case Comparison::kLink: return formula::Storage::kInteger;
    default: return std::nullopt;
  }
}

// Scale as stored: only decimals, percents and money have one.
int stored_scale(const Terminal& terminal) {
  const auto* type = terminal.field->result_type != nullptr ? terminal.field->result_type : terminal.field->type;
  const auto name = type->name();
  return name == "decimal" || name == "percent" || name == "money" ? terminal.field->scale : 0;
}

// Columns and constants for one formula over one row. Column text is made before the formula's own parameters are
// numbered.
class RowResolver final : public formula::SqlResolver {
 public:
  RowResolver(SqlWriter& out, FilterSql& filters, const formula::Formula& formula, const EntityDef& entity, std::string_view alias) {
    for (const auto& path : formula.inputs()) answers_.emplace_back(path, answer(out, filters, path, entity, alias));
  }

  std::optional<Answer> resolve(const formula::Path& path) override {
    for (const auto& [known, answer] : answers_) {
      if (known == path) return answer;
    }
    return std::nullopt;
  }

 private:
  static std::optional<Answer> answer(SqlWriter& out, FilterSql& filters, const formula::Path& path, const EntityDef& entity,
                                      std::string_view alias) {
    if (is_me(path, entity)) return me(filters.caller(), path);
    const auto fields = field_path(path, filters.registry(), entity);
    if (!fields) return std::nullopt;
    auto terminal = describe_terminal(filters.registry(), fields->back());
    terminal.scale = stored_scale(terminal);
    const auto kind = storage_kind(terminal);
    if (!kind || terminal.source != TerminalSource::kColumn || terminal.is_uid) return std::nullopt;
    const auto start = out.size();
    write_scalar_path(out, filters, *fields, terminal.value_column, alias);
    formula::SqlColumn column;
    column.sql = out.take(start);
    column.storage = *kind;
    column.scale = terminal.scale;
    return column;
  }

  static std::optional<Answer> me(const Caller& caller, const formula::Path& path) {
    if (path.size() != 2) return std::nullopt;
    if (path[1] == "id") return formula::Value(caller.user_id);
    if (path[1] == "name") return formula::Value(caller.title);
    if (path[1] == "department_id") return caller.department_id != 0 ? formula::Value(caller.department_id) : formula::Value();
    if (path[1] == "is_admin") return formula::Value(caller.is_admin);
    return std::nullopt;
  }

  std::vector<std::pair<formula::Path, std::optional<Answer>>> answers_;
};

// Inputs of the caller's own formula are fields he may read, all the way.
void check_rights(const formula::Formula& formula, const FilterContext& context, const std::string& source) {
  for (const auto& path : formula.inputs()) {
    if (is_me(path, context.entity)) continue;
    const auto fields = field_path(path, context.registry, context.entity);
    if (!fields) continue;
    for (std::size_t i = 0; i < fields->size(); ++i) {
      const auto& step = (*fields)[i];
      const bool entity_is_open = i == 0 || may(context.caller, *step.entity, Action::kRead);
      if (entity_is_open && may_read_field(context.caller, *step.entity, step.entity->fields[static_cast<std::size_t>(step.field)]))
        continue;
      throw base::Error::field(source, "unknown_field", {{"field", formula::to_string(path)}});
    }
  }
}

// An unknown name looks the same as a field that may not be read.
[[noreturn]] void throw_formula_error(const formula::FormulaError& error, const std::string& source) {
  if (error.code == "unknown_name" || error.code == "unknown_field") {
    for (const auto& [name, value] : error.args) {
      if (name == "name") throw base::Error::field(source, "unknown_field", {{"field", value}});
    }
  }
  throw formula::to_error(error, source);
}

formula::SqlResult compile(SqlWriter& out, FilterSql& filters, const Filter& filter, const EntityDef& entity, std::string_view alias) {
  RowResolver resolver(out, filters, *filter.formula, entity, alias);
  formula::SqlOptions options;
  options.dialect = out.dialect();
  options.first_parameter = out.next_parameter();
  options.environment.now = filters.now();
  options.bind_clock = false;
  return formula::compile_filter(*filter.formula, resolver, options);
}

// Reads linked records with the caller's rights: what he may not read is not there.
class CallersResolver final : public RecordResolver {
 public:
  CallersResolver(const FilterContext& context, RecordResolver& inner) : context_(context), inner_(inner) {}

  std::shared_ptr<const Record> find(const EntityDef& entity, std::int64_t id) override {
    auto record = inner_.find(entity, id);
    if (record == nullptr || record->deleted) return nullptr;
    const auto access = access_filter(context_.registry, entity, context_.caller, Action::kRead);
    const FilterContext inner{context_.registry, entity, context_.caller, context_.now};
    return matches(access, *record, inner, &inner_) ? record : nullptr;
  }
  bool is_shared(const EntityDef& entity, std::int64_t id, const Caller& caller, Action action) override {
    return inner_.is_shared(entity, id, caller, action);
  }
  bool exists(const EntityDef& entity, const Filter& filter, std::int64_t pointing_at) override {
    return inner_.exists(entity, filter, pointing_at);
  }

 private:
  const FilterContext& context_;
  RecordResolver& inner_;
};

// Links to records in the bin are empty, as in SQL.
class LivingResolver final : public RecordResolver {
 public:
  explicit LivingResolver(RecordResolver& inner) : inner_(inner) {}
  std::shared_ptr<const Record> find(const EntityDef& entity, std::int64_t id) override {
    auto record = inner_.find(entity, id);
    return record != nullptr && !record->deleted ? record : nullptr;
  }
  bool is_shared(const EntityDef& entity, std::int64_t id, const Caller& caller, Action action) override {
    return inner_.is_shared(entity, id, caller, action);
  }
  bool exists(const EntityDef& entity, const Filter& filter, std::int64_t pointing_at) override {
    return inner_.exists(entity, filter, pointing_at);
  }

 private:
  RecordResolver& inner_;
};

Filter formula_node(std::shared_ptr<const formula::Formula> formula, std::string_view text) {
  Filter filter;
  filter.kind = Filter::Kind::kFormula;
  filter.text = text;
  filter.formula = std::move(formula);
  return filter;
}

}  // namespace

Filter formula_filter(std::string_view text, const FilterContext& context, const std::string& source) {
  const auto parsed =
      formula::Formula::parse(text, scope_of(context.registry, context.entity), formula::Typing::kStrict, formula::Type::boolean());
  if (parsed.error) throw_formula_error(*parsed.error, source);
  check_rights(*parsed.formula, context, source);
  auto filter = formula_node(parsed.formula, text);
  filter.source = source;
  SqlWriter probe(store::Dialect::kSqlite);
  FilterSql filters(probe, context.registry, context.caller, context.now);
  write_formula(probe, filters, filter, context.entity, "r");
  return filter;
}

Filter condition_filter(std::string_view text, const Registry& registry, const EntityDef& entity) {
  if (text.starts_with(kSegmentCondition)) {
    text.remove_prefix(kSegmentCondition.size());
    const auto end = text.find(';');
    auto member = segment_condition(text.substr(0, end), registry, entity);
    if (end == std::string_view::npos) return member;
    std::vector<Filter> both;
    both.push_back(std::move(member));
    both.push_back(condition_filter(text.substr(end + 1), registry, entity));
    return Filter::all_of(std::move(both));
  }
  const auto parsed = formula::Formula::parse(text, scope_of(registry, entity), formula::Typing::kStrict, formula::Type::boolean());
  if (parsed.error) return Filter::never();
  auto filter = formula_node(parsed.formula, text);
  filter.as_system = true;
  return filter;
}

void write_formula(SqlWriter& out, FilterSql& filters, const Filter& filter, const EntityDef& entity, std::string_view alias) {
  const auto result = compile(out, filters, filter, entity, alias);
  if (result.error) throw_formula_error(*result.error, filter.source);
  for (const auto& bind : result.expression->binds) {
    if (const auto* number = std::get_if<std::int64_t>(&bind))
      out.add_bind(*number);
    else if (const auto* value = std::get_if<std::string>(&bind))
      out.add_bind(*value);
    else
      throw base::Error::internal("unexpected parameter of a compiled formula");
  }
  out << "(" << result.expression->sql << ")";
}

bool formula_matches(const Filter& filter, const Record& record, const FilterContext& context, RecordResolver* resolver, bool as_system) {
  RuleContext rules{context.registry, context.caller, context.now, nullptr};
  if (resolver == nullptr) return evaluate(rules, *filter.formula, record).is_true();
  CallersResolver callers(context, *resolver);
  LivingResolver living(*resolver);
  rules.resolver = as_system ? static_cast<RecordResolver*>(&living) : &callers;
  return evaluate(rules, *filter.formula, record).is_true();
}

}  // namespace entity::read
