#include "server/entity/read/filter/terminal.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/access.hpp"

namespace entity::read {

namespace {

constexpr std::size_t kMaxPathSteps = 6;

std::vector<std::string_view> split_path(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

std::vector<std::string> readable_fields(const EntityDef& entity, const Caller& caller) {
  std::vector<std::string> names;
  for (const auto& field : entity.fields) {
    if (may_read_field(caller, entity, field)) names.push_back(field.key);
  }
  return names;
}

std::vector<std::string> item_column_names(const ItemTable& items) {
  std::vector<std::string> names;
  for (const auto& column : items.columns) names.push_back(column.suffix);
  return names;
}

// Finds the step after a link: with one target its fields, with several the target's key comes first
// ("subject.company.city").
class PathParser {
 public:
  PathParser(std::string_view text, const FilterContext& context, const PathOptions& options)
      : text_(text), context_(context), options_(options), parts_(split_path(text)) {}

  std::vector<PathStep> parse() {
    if (parts_.size() > kMaxPathSteps) {
      throw base::Error::field(std::string(options_.source), "path_too_long", {{"limit", std::to_string(kMaxPathSteps)}});
    }
    const EntityDef* entity = &context_.entity;
    while (entity != nullptr) entity = take_step(*entity);
    return std::move(path_);
  }

 private:
  // The entity that the next step starts from; nullptr at the end.
  const EntityDef* take_step(const EntityDef& entity) {
    const auto index = entity.index_of(parts_[at_]);
    if (index < 0 || !may_read_field(context_.caller, entity, entity.fields[static_cast<std::size_t>(index)])) {
      fail(readable_fields(entity, context_.caller));
    }
    const auto& field = entity.fields[static_cast<std::size_t>(index)];
    path_.push_back({&entity, index, {}});
    ++at_;
    const ItemTable* items = item_table(entity, index);
    if (items != nullptr && !options_.allow_many) {
      throw base::Error::field(std::string(options_.source), "single_value_needed", {{"field", std::string(text_)}});
    }
    if (at_ == parts_.size()) return nullptr;
    if (items != nullptr && items->relation == nullptr) return take_item_column(*items);
    if (!column_of(entity, index, "__currency").empty()) return take_currency();
    return take_target(field);
  }

  const EntityDef* take_item_column(const ItemTable& items) {
    const auto names = item_column_names(items);
    if (at_ + 1 != parts_.size() || std::find(names.begin(), names.end(), parts_[at_]) == names.end()) fail(names);
    path_.back().item_column = parts_[at_];
    return nullptr;
  }

  const EntityDef* take_currency() {
    if (at_ + 1 != parts_.size() || parts_[at_] != "currency") fail({"currency"});
    path_.back().item_column = "currency";
    return nullptr;
  }

  const EntityDef* take_target(const FieldDef& field) {
    std::vector<const EntityDef*> targets;
    for (const auto* target : link_targets(context_.registry, field)) {
      if (may(context_.caller, *target, Action::kRead)) targets.push_back(target);
    }
    if (targets.empty()) fail({});
    if (link_targets(context_.registry, field).size() == 1) return targets.front();
    const auto found = std::find_if(targets.begin(), targets.end(), [&](const auto* target) { return target->key == parts_[at_]; });
    std::vector<std::string> names;
    for (const auto* target : targets) names.push_back(target->key);
    if (found == targets.end() || at_ + 1 == parts_.size()) fail(names);
    ++at_;
    return *found;
  }

  [[noreturn]] void fail(const std::vector<std::string>& valid) const {
    throw base::Error::field(std::string(options_.source), "unknown_field", {{"field", std::string(text_)}})
        .with_extra_json(valid_json(valid));
  }

  std::string_view text_;
  const FilterContext& context_;
  const PathOptions& options_;
  std::vector<std::string_view> parts_;
  std::size_t at_ = 0;
  std::vector<PathStep> path_;
};

void describe_items(Terminal& terminal, const PathStep& step) {
  const auto& field = *terminal.field;
  if (terminal.items->relation != nullptr) {
    terminal.source = TerminalSource::kTargets;
    terminal.comparison = Comparison::kLink;
    terminal.column = terminal.value_column = terminal.items->target_column;
    terminal.item_index = 0;
    return;
  }
  terminal.source = TerminalSource::kItems;
  const std::string_view name = step.item_column.empty() ? field.type->main_item_column(field) : std::string_view(step.item_column);
  const auto& columns = terminal.items->columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].suffix != name) continue;
    terminal.item_index = static_cast<int>(i);
    terminal.column = terminal.value_column = store::quote_identifier(name);
    if (columns[i].kind == ColumnKind::kInteger) {
      terminal.comparison = Comparison::kNumber;
    } else {
      terminal.comparison = field.options.empty() ? Comparison::kText : Comparison::kChoice;
    }
  }
}

void describe_column(const Registry& registry, Terminal& terminal, const PathStep& step) {
  const auto& entity = *terminal.entity;
  const auto& field = *terminal.field;
  terminal.value_column = terminal.column = column_of(entity, step.field);
  if (terminal.column.empty()) {
    terminal.source = TerminalSource::kNothing;
    return;
  }
  terminal.comparison = field.type->comparison(field);
  terminal.scale = field.scale;
  terminal.is_uid = field.system && field.key == "uid";
  if (step.item_column == "currency") {
    terminal.is_currency = true;
    terminal.comparison = Comparison::kChoice;
    terminal.value_column = terminal.column = column_of(entity, step.field, "__currency");
    return;
  }
  terminal.entity_column = column_of(entity, step.field, "__entity");
  terminal.sort_column = column_of(entity, step.field, "__sort");
  if (auto base_column = column_of(entity, step.field, "__base"); !base_column.empty()) {
    terminal.is_money = true;
    terminal.is_rolled_up_money = field.type->name() == "roll_up";
    terminal.column = std::move(base_column);
  }
  if (auto fold_column = column_of(entity, step.field, "__fold"); !fold_column.empty()) {
    terminal.is_folded = true;
    terminal.column = std::move(fold_column);
  }
  if (terminal.comparison == Comparison::kLink) terminal.targets = link_targets(registry, field);
}

}  // namespace

Terminal describe_terminal(const Registry& registry, const PathStep& step) {
  Terminal terminal;
  terminal.entity = step.entity;
  terminal.index = step.field;
  terminal.field = &step.entity->fields[static_cast<std::size_t>(step.field)];
  terminal.items = item_table(*step.entity, step.field);
  if (terminal.items != nullptr) {
    describe_items(terminal, step);
    if (terminal.source == TerminalSource::kTargets) terminal.targets = link_targets(registry, *terminal.field);
  } else {
    describe_column(registry, terminal, step);
  }
  return terminal;
}

std::vector<const EntityDef*> link_targets(const Registry& registry, const FieldDef& field) {
  std::vector<const EntityDef*> targets;
  for (const auto& key : field.to) {
    if (const auto* target = registry.find(key)) targets.push_back(target);
  }
  if (targets.empty() && field.type != nullptr && field.type->name() == "user") {
    if (const auto* user = registry.find("user")) targets.push_back(user);
  }
  return targets;
}

FieldIndex parent_index(const EntityDef& entity) {
  const auto index = entity.index_of("parent");
  if (index < 0) return -1;
  const auto& field = entity.fields[static_cast<std::size_t>(index)];
  return field.to.size() == 1 && field.to.front() == entity.key && !column_of(entity, index).empty() ? index : -1;
}

std::vector<PathStep> parse_path(std::string_view text, const FilterContext& context, const PathOptions& options) {
  return PathParser(text, context, options).parse();
}

std::string path_text(const std::vector<PathStep>& path) {
  std::string text;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto& field = path[i].entity->fields[static_cast<std::size_t>(path[i].field)];
    if (i != 0) text += '.';
    text += field.key;
    if (!path[i].item_column.empty()) text.append(".").append(path[i].item_column);
    if (i + 1 < path.size() && field.to.size() > 1) text.append(".").append(path[i + 1].entity->key);
  }
  return text;
}

std::string valid_json(const std::vector<std::string>& names) {
  std::string out;
  base::JsonWriter writer(out);
  writer.begin_object().key("valid").begin_array();
  for (const auto& name : names) writer.text(name);
  writer.end_array().end_object();
  return out;
}

}  // namespace entity::read
