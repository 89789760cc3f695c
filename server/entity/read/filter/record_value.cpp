#include "server/entity/read/filter/record_value.hpp"

namespace entity::read {

namespace {

Value user_value(std::int64_t id, const Terminal& terminal) {
  if (id == 0) return {};
  return Link{terminal.targets.empty() ? 0 : terminal.targets.front()->id, id};
}

// The undeclared fields of every record.
Value built_in_value(const Record& record, const Terminal& terminal) {
  const auto& key = terminal.field->key;
  if (key == "id") return record.id;
  if (key == "uid") return std::string(reinterpret_cast<const char*>(record.uid.data()), record.uid.size());
  if (key == "version") return record.version;
  if (key == "created_at") return base::to_micros(record.created_at);
  if (key == "updated_at") return base::to_micros(record.updated_at);
  if (key == "created_by") return user_value(record.created_by, terminal);
  if (key == "updated_by") return user_value(record.updated_by, terminal);
  if (key == "deleted_at") return record.deleted ? Value(base::to_micros(record.deleted_at)) : Value();
  return record.at(terminal.index);
}

}  // namespace

Value terminal_value(const Record& record, const Terminal& terminal) {
  if (terminal.field->system) return built_in_value(record, terminal);
  const auto& value = record.at(terminal.index);
  if (const auto* money = std::get_if<Money>(&value)) {
    if (terminal.is_currency) return money->currency;
    return money->base_units;
  }
  if (const auto* link = std::get_if<Link>(&value)) {
    if (link->record_id == 0) return {};
    if (terminal.targets.size() == 1) return Link{terminal.targets.front()->id, link->record_id};
  }
  return value;
}

Value item_value(const Item& item, const Terminal& terminal) {
  const auto& column = item.columns[static_cast<std::size_t>(terminal.item_index)];
  if (const auto* number = std::get_if<std::int64_t>(&column)) {
    if (terminal.source == TerminalSource::kTargets) return Link{terminal.items->target_entity_id, *number};
    return *number;
  }
  if (const auto* text = std::get_if<std::string>(&column)) return *text;
  return {};
}

std::vector<std::int64_t> linked_ids(const Record& record, const PathStep& step, const EntityDef& target, const Registry& registry) {
  const auto terminal = describe_terminal(registry, step);
  std::vector<std::int64_t> ids;
  if (terminal.source == TerminalSource::kTargets) {
    if (const auto* items = std::get_if<Items>(&record.at(terminal.index))) {
      for (const auto& item : *items) {
        if (const auto* id = std::get_if<std::int64_t>(&item.columns.front())) ids.push_back(*id);
      }
    }
    return ids;
  }
  const auto value = terminal_value(record, terminal);
  if (const auto* link = std::get_if<Link>(&value); link != nullptr && (terminal.entity_column.empty() || link->entity_id == target.id)) {
    ids.push_back(link->record_id);
  }
  return ids;
}

}  // namespace entity::read
