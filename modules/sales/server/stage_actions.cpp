#include "modules/sales/server/stage_actions.hpp"

#include "modules/sales/server/lookup.hpp"
#include "server/base/error.hpp"
#include "server/entity/lookup.hpp"

namespace sales {

namespace {

using entity::Record;
using entity::SaveContext;

constexpr int kMaxActions = 600;

bool came_round_too_often(SaveContext& save, std::int64_t action) {
  const std::string since = base::to_string(save.now() - std::chrono::hours(1));
  const json::object recent =
      all_of({equals("action", action), equals("deal", save.record().id), {{"field", "created_at"}, {"op", "gt"}, {"value", since}}});
  return find_records(save, "stage_action_run", recent, kMostRunsAnHour).size() >= kMostRunsAnHour;
}

void enqueue(SaveContext& save, const Record& action, Trigger trigger, std::int64_t stage_id) {
  const Record& deal = save.record();
  const auto due = save.now() + std::chrono::microseconds(action.integer("after"));
  json::object run = {{"action", action.id},
                      {"deal", deal.id},
                      {"trigger", trigger_name(trigger)},
                      {"stage", stage_id},
                      {"entered_at", base::to_string(base::from_micros(deal.integer("stage_since")))},
                      {"state", "pending"},
                      {"due_at", base::to_string(due)}};
  if (!save.is_new() && came_round_too_often(save, action.id)) {
    run["state"] = "skipped";
    run["reason"] = "loop";
    run["done_at"] = base::to_string(save.now());
  }
  save.create("stage_action_run", run);
}

void require_administrator(SaveContext& save) {
  if (!save.caller().is_admin && !save.caller().is_system) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
}

[[noreturn]] void refuse() { throw base::Error(base::ErrorCode::kPermissionDenied, "written_by_program"); }

}  // namespace

std::string_view trigger_name(Trigger trigger) {
  switch (trigger) {
    case Trigger::kEnter: return "enter";
    case Trigger::kLeave: return "leave";
    case Trigger::kTimeLimit: break;
  }
  return "time_limit";
}

void enqueue_runs(SaveContext& save, std::initializer_list<Occasion> occasions) {
  const std::int64_t pipeline = save.record().link_id("pipeline");
  if (pipeline == 0) return;
  const auto& actions = save.registry().require("stage_action");
  const entity::Link of_pipeline{save.registry().require("pipeline").id, pipeline};
  const auto ids =
      find_passing(save, "stage_action",
                   {entity::where(actions, "pipeline", of_pipeline), entity::where(actions, "is_active", std::int64_t{1})}, kMaxActions);
  for (const auto& [trigger, stage_id] : occasions) {
    for (const std::int64_t id : ids) {
      const auto action = save.load("stage_action", id);
      if (stage_id == 0 || !action || action->text("trigger") != trigger_name(trigger)) continue;
      if (action->link_id("stage") == 0 || action->link_id("stage") == stage_id) enqueue(save, *action, trigger, stage_id);
    }
  }
}

void StageActionBehaviour::check(SaveContext& save) {
  const Record& action = save.record();
  const auto& deals = save.registry().require("deal");
  if (const std::int64_t stage_id = action.link_id("stage"); stage_id != 0) {
    const auto stage = save.load("stage", stage_id);
    if (stage && stage->link_id("pipeline") != action.link_id("pipeline")) save.add_error({"stage", "stage_of_other_pipeline", {}});
  }
  if (save.changed("condition") && !is_empty(action.get("condition"))) {
    const auto system = entity::Caller::system();
    try {
      entity::parse_filter(base::parse_json(action.text("condition")), {save.registry(), deals, *system, save.now()});
    } catch (const base::Error& error) {
      save.add_error({"condition", error.fields().empty() ? error.key() : error.fields().front().code,
                      error.fields().empty() ? error.args() : error.fields().front().args});
    }
  }
  if (action.text("kind") == "set_field") {
    const auto* field = deals.field(action.text("field"));
    if (field == nullptr || field->read_only || field->system) save.add_error({"field", "unknown_field", {}});
  }
  if (action.integer("after") < 0) save.add_error({"after", "out_of_range", {}});
}

void AdministratorsOnlyBehaviour::check(SaveContext& save) { require_administrator(save); }

void AdministratorsOnlyBehaviour::before_delete(SaveContext& save) { require_administrator(save); }

void ProgramOnlyBehaviour::check(SaveContext& save) {
  if (!save.caller().is_system) refuse();
}

void ProgramOnlyBehaviour::before_delete(SaveContext& save) {
  if (!save.caller().is_system) refuse();
}

}  // namespace sales
