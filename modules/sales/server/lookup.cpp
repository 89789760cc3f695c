#include "modules/sales/server/lookup.hpp"

#include "server/base/json_writer.hpp"

namespace sales {

namespace {

constexpr int kMaxDepartments = 20;

// Id of the first record by position; read as the system: pipelines are set up by administrators, not by the caller.
std::int64_t first_id(entity::SaveContext& save, std::string_view entity_key, const json::value& filter) {
  const auto system = entity::Caller::system();
  const auto rows = query_rows({save.connection(), save.registry(), *system, save.now()}, entity_key,
                               {{"filter", filter}, {"sort", json::array{{{"field", "position"}}}}, {"limit", 1}, {"fields", {"id"}}});
  return rows.empty() ? 0 : rows.front().at("id").as_int64();
}

}  // namespace

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

std::vector<std::int64_t> find_records(entity::SaveContext& save, std::string_view entity_key, const json::value& filter, int limit) {
  const auto system = entity::Caller::system();
  return find_records({save.connection(), save.registry(), *system, save.now()}, entity_key, filter, limit);
}

std::vector<std::int64_t> find_passing(entity::SaveContext& save, std::string_view entity_key, std::vector<entity::Filter> all, int limit) {
  const auto system = entity::Caller::system();
  const entity::QueryContext context{save.connection(), save.registry(), *system, save.now()};
  const auto& entity = save.registry().require(entity_key);
  return entity::find_ids(context, entity, entity::Filter::all_of(std::move(all)), entity::Action::kRead, 0, limit);
}

json::array query_rows(const entity::QueryContext& context, std::string_view entity_key, const json::object& body) {
  const auto& entity = context.registry.require(entity_key);
  const entity::Query query = entity::parse_query(body, {context.registry, entity, context.caller, context.now});
  std::string text;
  base::JsonWriter out(text);
  entity::run_query(context, query, out);
  return base::parse_json(text).at("items").as_array();
}

std::vector<std::string> tag_texts(const entity::Record& record, std::string_view field) {
  std::vector<std::string> texts;
  if (const auto* items = std::get_if<entity::Items>(&record.get(field))) {
    for (const auto& item : *items) {
      if (const auto* text = item.columns.empty() ? nullptr : std::get_if<std::string>(&item.columns.front())) texts.push_back(*text);
    }
  }
  return texts;
}

json::object json_of(const entity::Record& record, std::string_view field) {
  const auto text = record.text(field);
  if (text.empty()) return {};
  json::value value = base::parse_json(text);
  return value.is_object() ? value.as_object() : json::object{};
}

std::int64_t default_pipeline(entity::SaveContext& save) {
  const json::object living = {{"field", "is_archived"}, {"op", "ne"}, {"value", true}};
  const std::int64_t marked = first_id(save, "pipeline", all_of({equals("is_default", true), living}));
  return marked != 0 ? marked : first_id(save, "pipeline", living);
}

std::int64_t first_stage(entity::SaveContext& save, std::int64_t pipeline_id, std::string_view kind) {
  const std::int64_t same =
      kind.empty() ? 0 : first_id(save, "stage", all_of({equals("pipeline", pipeline_id), equals("kind", std::string(kind))}));
  return same != 0 ? same : first_id(save, "stage", equals("pipeline", pipeline_id));
}

std::int64_t head_of(const entity::QueryContext& context, std::int64_t user_id) {
  const auto user = entity::load_record(context.connection, context.registry, context.registry.require("user"), user_id);
  std::int64_t department = user ? user->link_id("department") : 0;
  for (int i = 0; department != 0 && i < kMaxDepartments; ++i) {
    const auto record = entity::load_record(context.connection, context.registry, context.registry.require("department"), department);
    if (!record) return 0;
    if (const std::int64_t head = record->link_id("head"); head != 0 && head != user_id) return head;
    department = record->link_id("parent");
  }
  return 0;
}

}  // namespace sales
