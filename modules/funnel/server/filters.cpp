#include "modules/funnel/server/filters.hpp"

namespace funnel {

namespace {

json::object negation(json::object of) { return {{"not", std::move(of)}}; }

}  // namespace

json::object condition(std::string_view field, std::string_view op, json::value value) {
  return {{"field", field}, {"op", op}, {"value", std::move(value)}};
}

json::object some_of(std::string_view field, const std::vector<std::int64_t>& ids) {
  return condition(field, "in", json::array(ids.begin(), ids.end()));
}

Filters::Filters(const Request& request, const Pipeline& pipeline, const Period& period)
    : request_(request), pipeline_(pipeline), period_{base::to_string(period.from), base::to_string(period.to)} {}

json::value Filters::all(json::array more) const {
  json::array parts;
  if (!request_.filter.is_null()) parts.push_back(request_.filter);
  if (request_.mode == Mode::kCohort) parts.push_back(condition("created_at", "between", period_));
  for (auto& part : more) parts.push_back(std::move(part));
  if (parts.empty()) return nullptr;
  return json::object{{"and", std::move(parts)}};
}

json::value Filters::deals() const { return all({}); }

json::value Filters::moves() const {
  json::array parts = {condition("pipeline", "eq", pipeline_.id)};
  if (request_.mode == Mode::kPeriod) parts.push_back(condition("moved_at", "between", period_));
  return json::object{{"and", std::move(parts)}};
}

json::object Filters::moved(json::array conditions) const {
  auto parts = moves().at("and").as_array();
  for (auto& each : conditions) parts.push_back(std::move(each));
  return {{"exists", {{"path", "stage_move.deal"}, {"filter", {{"and", std::move(parts)}}}}}};
}

json::value Filters::population() const { return all({moved({})}); }

json::value Filters::entered(std::size_t step) const { return all({moved({some_of("to_stage", pipeline_.from_step_on(step))})}); }

json::value Filters::passed_by(std::size_t step) const {
  return all(
      {moved({some_of("to_stage", pipeline_.from_step_on(step))}), negation(moved({some_of("to_stage", pipeline_.steps[step].stages)}))});
}

json::value Filters::here(std::size_t step) const { return all({moved({}), some_of("stage", pipeline_.steps[step].stages)}); }

json::array Filters::lost_conditions() const {
  json::array parts = {moved({})};
  if (request_.mode == Mode::kCohort)
    parts.push_back(some_of("stage", pipeline_.lost_stages));
  else
    parts.push_back(moved({some_of("to_stage", pipeline_.lost_stages)}));
  if (!pipeline_.steps.empty() && pipeline_.steps.back().is_won)
    parts.push_back(negation(moved({some_of("to_stage", pipeline_.steps.back().stages)})));
  return parts;
}

json::value Filters::lost() const { return all(lost_conditions()); }

json::value Filters::lost_at(std::size_t step) const {
  auto parts = lost_conditions();
  parts.push_back(moved({some_of("to_stage", pipeline_.lost_stages), some_of("from_stage", pipeline_.steps[step].stages)}));
  if (step + 1 < pipeline_.steps.size())
    parts.push_back(negation(moved({some_of("to_stage", pipeline_.lost_stages), some_of("from_stage", pipeline_.from_step_on(step + 1))})));
  return all(std::move(parts));
}

json::value Filters::lost_at(std::size_t step, std::int64_t reason) const {
  auto filter = lost_at(step);
  filter.at("and").as_array().push_back(reason == 0 ? json::object{{"field", "lost_reason"}, {"op", "is_empty"}}
                                                    : condition("lost_reason", "eq", reason));
  return filter;
}

json::value Filters::lost_elsewhere() const {
  auto parts = lost_conditions();
  parts.push_back(negation(moved({some_of("to_stage", pipeline_.lost_stages), some_of("from_stage", pipeline_.from_step_on(0))})));
  return all(std::move(parts));
}

json::value Filters::moved_away() const { return all({moved({}), condition("pipeline", "ne", pipeline_.id)}); }

json::value Filters::without(const char* field) const { return all({moved({}), json::object{{"field", field}, {"op", "is_empty"}}}); }

json::value Filters::without_any(const json::array& conditions) const {
  return all({moved({}), json::object{{"not", {{"or", conditions}}}}});
}

json::value Filters::without_moves() const { return all({condition("pipeline", "eq", pipeline_.id), negation(moved({}))}); }

}  // namespace funnel
