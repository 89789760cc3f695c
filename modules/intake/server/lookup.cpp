#include "modules/intake/server/lookup.hpp"

namespace intake {

json::object all_of(std::initializer_list<json::object> parts) {
  json::array list;
  for (const auto& part : parts) list.emplace_back(part);
  return {{"and", std::move(list)}};
}

std::vector<std::int64_t> find_records(const entity::QueryContext& context, std::string_view entity_key, const json::value& filter,
                                       int limit) {
  const auto& entity = context.registry.require(entity_key);
  const entity::FilterContext filters{context.registry, entity, context.caller, context.now};
  return entity::find_ids(context, entity, entity::parse_filter(filter, filters), entity::Action::kRead, 0, limit);
}

std::optional<entity::Record> load(const entity::QueryContext& context, std::string_view entity_key, std::int64_t id) {
  if (id == 0) return std::nullopt;
  auto record = entity::load_record(context.connection, context.registry, context.registry.require(entity_key), id);
  if (record && record->deleted) record.reset();
  return record;
}

std::vector<std::string> item_texts(const entity::Record& record, std::string_view field) {
  std::vector<std::string> texts;
  if (const auto* items = std::get_if<entity::Items>(&record.get(field))) {
    for (const auto& item : *items) {
      if (const auto* text = item.columns.empty() ? nullptr : std::get_if<std::string>(&item.columns.front())) texts.push_back(*text);
    }
  }
  return texts;
}

entity::Caller process_caller() {
  entity::Caller caller = *entity::Caller::system();
  caller.via = "process";
  return caller;
}

}  // namespace intake
