#include "modules/funnel/server/pipeline.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"

namespace funnel {

namespace {

json::array rows_of(const entity::QueryContext& context, std::string_view entity_key, const json::object& body) {
  const auto& entity = context.registry.require(entity_key);
  std::string text;
  base::JsonWriter out(text);
  entity::run_query(context, entity::parse_query(body, {context.registry, entity, context.caller, context.now}), out);
  return base::parse_json(text).at("items").as_array();
}

std::string text_of(const json::value& row, const char* field) {
  const auto* value = row.as_object().if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

bool Pipeline::is_lost(std::int64_t stage) const { return std::find(lost_stages.begin(), lost_stages.end(), stage) != lost_stages.end(); }

std::vector<std::int64_t> Pipeline::from_step_on(std::size_t step) const {
  std::vector<std::int64_t> stages;
  for (; step < steps.size(); ++step) stages.insert(stages.end(), steps[step].stages.begin(), steps[step].stages.end());
  return stages;
}

Pipeline load_pipeline(const entity::QueryContext& context, std::int64_t id) {
  json::object body = {{"fields", {"id", "name"}}, {"limit", 1}, {"sort", {"-is_default", "is_archived", "position"}}};
  if (id != 0) body = {{"fields", {"id", "name"}}, {"filter", {{"field", "id"}, {"op", "eq"}, {"value", id}}}};
  const auto pipelines = rows_of(context, "pipeline", body);
  if (pipelines.empty()) throw base::Error::field("pipeline", "link_not_found");
  Pipeline pipeline;
  pipeline.id = pipelines.front().at("id").as_int64();
  pipeline.title = text_of(pipelines.front(), "name");
  Step won;
  won.is_won = true;
  for (const auto& row : rows_of(context, "stage",
                                 {{"fields", {"id", "name", "kind", "color"}},
                                  {"filter", {{"field", "pipeline"}, {"op", "eq"}, {"value", pipeline.id}}},
                                  {"sort", {"position", "id"}},
                                  {"limit", 1000}})) {
    const auto stage = row.at("id").as_int64();
    const auto kind = text_of(row, "kind");
    if (kind == "lost") {
      pipeline.lost_stages.push_back(stage);
    } else if (kind == "won") {
      won.stages.push_back(stage);
      won.title += (won.title.empty() ? "" : " / ") + text_of(row, "name");
      won.color = text_of(row, "color");
    } else {
      pipeline.steps.push_back({{stage}, text_of(row, "name"), text_of(row, "color"), false});
    }
  }
  if (!won.stages.empty()) pipeline.steps.push_back(std::move(won));
  if (pipeline.steps.size() > kMostSteps)
    throw base::Error::field("pipeline", "funnel_too_many_stages", {{"limit", std::to_string(kMostSteps)}});
  for (std::size_t i = 0; i < pipeline.steps.size(); ++i) {
    for (const auto stage : pipeline.steps[i].stages) pipeline.step_of[stage] = static_cast<int>(i);
  }
  return pipeline;
}

}  // namespace funnel
