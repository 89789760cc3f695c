#include "modules/sales/server/deal_behaviour.hpp"

#include <algorithm>

#include "modules/sales/server/checklist.hpp"
#include "modules/sales/server/lookup.hpp"
#include "modules/sales/server/stage_actions.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/module_settings.hpp"

namespace sales {

namespace {

using entity::Record;
using entity::SaveContext;

entity::Value link(SaveContext& save, std::string_view entity_key, std::int64_t id) {
  return entity::Link{save.registry().require(entity_key).id, id};
}

bool is_lookup_fault(const std::optional<Record>& record) { return !record || record->deleted; }

}  // namespace

void DealBehaviour::prepare(SaveContext& save) {
  Record& deal = save.record();
  normalize_checklist(save);
  const bool stage_given = save.changed("stage") && deal.link_id("stage") != 0;
  if (stage_given) {
    // The stage decides: it belongs to one pipeline.
    const auto stage = save.load("stage", deal.link_id("stage"));
    if (is_lookup_fault(stage)) return;  // the link check names the field
    if (!save.changed("pipeline") || deal.link_id("pipeline") == 0) deal.set("pipeline", stage->get("pipeline"));
  } else if (deal.link_id("pipeline") == 0) {
    if (const std::int64_t pipeline = default_pipeline(save); pipeline != 0) deal.set("pipeline", link(save, "pipeline", pipeline));
  }
  const bool pipeline_moved = save.changed("pipeline") && !stage_given;
  if ((deal.link_id("stage") == 0 || pipeline_moved) && deal.link_id("pipeline") != 0) {
    const auto old = save.is_new() ? std::optional<Record>{} : save.load("stage", save.before()->link_id("stage"));
    const std::int64_t stage = first_stage(save, deal.link_id("pipeline"), old ? old->text("kind") : std::string_view{});
    if (stage != 0) deal.set("stage", link(save, "stage", stage));
  }
  if (!save.changed("stage")) return;
  const auto stage = save.load("stage", deal.link_id("stage"));
  if (is_lookup_fault(stage)) return;
  const bool is_open = stage->text("kind") == "open";
  const std::int64_t now = base::to_micros(save.is_new() && deal.created_at != base::Instant{} ? deal.created_at : save.now());
  deal.set("stage_since", now);
  deal.set("is_stuck", std::int64_t{0});
  deal.set("is_open", std::int64_t{is_open ? 1 : 0});
  deal.set("closed_at", is_open ? entity::Value{} : entity::Value{now});
  if (!save.changed("probability") && !is_empty(stage->get("probability"))) deal.set("probability", stage->get("probability"));
}

void DealBehaviour::check(SaveContext& save) {
  const Record& deal = save.record();
  if (!save.changed("stage") || deal.link_id("stage") == 0) return;
  const auto stage = save.load("stage", deal.link_id("stage"));
  if (is_lookup_fault(stage)) return;
  if (stage->link_id("pipeline") != deal.link_id("pipeline")) {
    save.add_error({"stage", "stage_of_other_pipeline", {}});
    return;
  }
  for (const auto& field : tag_texts(*stage, "required_fields")) {
    if (deal.entity->field(field) != nullptr && is_empty(deal.get(field)))
      save.add_error({field, "required_by_stage", {{"stage", std::string(stage->text("name"))}}});
  }
  if (save.is_new() || save.before()->link_id("stage") == 0) return;
  if (stage->text("kind") == "open" && is_empty(deal.get("next_step_at")) && !save.caller().is_system && save.caller().user_id != 0 &&
      base::json_bool(entity::module_settings(save.connection(), "sales"), "require_next_step"))
    save.add_error({"next_step_at", "next_step_required", {}});
  const auto from = save.load("stage", save.before()->link_id("stage"));
  if (is_lookup_fault(from)) return;
  if (stage->text("kind") != "lost") check_checklist(save, *from);
  if (save.changed("pipeline")) return;
  const auto allowed = tag_texts(*from, "allowed_next");
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), stage->text("name")) == allowed.end()) {
    save.add_error({"stage", "move_not_allowed", {{"from", std::string(from->text("name"))}, {"to", std::string(stage->text("name"))}}});
  }
}

void DealBehaviour::before_write(SaveContext& save) {
  const Record& deal = save.record();
  if (save.changed("is_stuck") && deal.integer("is_stuck") != 0) enqueue_runs(save, {{Trigger::kTimeLimit, deal.link_id("stage")}});
  if (!save.changed("stage")) return;
  json::object move = {{"deal", deal.id},
                       {"to_stage", deal.link_id("stage")},
                       {"moved_at", base::to_string(base::from_micros(deal.integer("stage_since")))}};
  if (deal.link_id("pipeline") != 0) move["pipeline"] = deal.link_id("pipeline");
  if (save.caller().user_id != 0) move["moved_by"] = save.caller().user_id;
  if (!save.is_new()) {
    const Record& before = *save.before();
    if (before.link_id("stage") != 0) move["from_stage"] = before.link_id("stage");
    if (const std::int64_t since = before.integer("stage_since"); since != 0) {
      move["time_in_stage"] = "PT" + std::to_string((deal.integer("stage_since") - since) / 1'000'000) + "S";
    }
  }
  if (const auto* amount = std::get_if<entity::Money>(&deal.get("amount"))) {
    move["amount"] = {{"amount", base::to_string(base::Decimal{amount->units, 2})}, {"currency", amount->currency}};
  }
  save.create("stage_move", move);
  const std::int64_t left = save.is_new() ? 0 : save.before()->link_id("stage");
  enqueue_runs(save, {{Trigger::kLeave, left}, {Trigger::kEnter, deal.link_id("stage")}});
}

}  // namespace sales
