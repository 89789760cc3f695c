#include "modules/sales/server/stage_lookup.hpp"

#include "server/base/json_writer.hpp"
#include "server/entity/query.hpp"

namespace sales {

namespace {

// Id of the first record of the query, read as the system: pipelines are set up by administrators, not by the caller.
std::int64_t first_id(entity::SaveContext& save, std::string_view entity_key, const json::value& filter) {
  const auto system = entity::Caller::system();
  const auto& entity = save.registry().require(entity_key);
  const json::object body = {
      {"filter", filter}, {"sort", json::array{{{"field", "position"}}}}, {"limit", 1}, {"fields", json::array{"id"}}};
  const entity::Query query = entity::parse_query(body, {save.registry(), entity, *system, save.now()});
  std::string text;
  base::JsonWriter out(text);
  entity::run_query({save.connection(), save.registry(), *system, save.now()}, query, out);
  const json::value answer = base::parse_json(text);
  const auto& items = answer.at("items").as_array();
  return items.empty() ? 0 : items.front().at("id").as_int64();
}

}  // namespace

std::int64_t default_pipeline(entity::SaveContext& save) {
  const std::int64_t marked = first_id(
      save, "pipeline",
      {{"and", {{{"field", "is_default"}, {"op", "eq"}, {"value", true}}, {{"field", "is_archived"}, {"op", "ne"}, {"value", true}}}}});
  return marked != 0 ? marked : first_id(save, "pipeline", {{"field", "is_archived"}, {"op", "ne"}, {"value", true}});
}

std::int64_t first_stage(entity::SaveContext& save, std::int64_t pipeline_id) {
  return first_id(save, "stage", {{"field", "pipeline"}, {"op", "eq"}, {"value", pipeline_id}});
}

}  // namespace sales
