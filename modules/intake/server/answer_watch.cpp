#include "modules/intake/server/answer_watch.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "modules/intake/server/lookup.hpp"
#include "server/entity/catalog.hpp"

namespace intake {

namespace {

using entity::Record;

constexpr std::string_view kAnswers[] = {"call", "meeting", "task", "note"};
// An old lead does not go round for ever.
constexpr std::chrono::hours kGoesRound{72};
constexpr int kPage = 100, kMostDepartments = 20;

std::int64_t head_of(const entity::QueryContext& context, std::int64_t user_id) {
  const auto user = load(context, "user", user_id);
  std::int64_t department = user ? user->link_id("department") : 0;
  for (int i = 0; department != 0 && i < kMostDepartments; ++i) {
    const auto record = load(context, "department", department);
    if (!record) return 0;
    if (const std::int64_t head = record->link_id("head"); head != 0 && head != user_id) return head;
    department = record->link_id("parent");
  }
  return 0;
}

// When this activity answered its subject; 0: it is no answer.
std::int64_t answered_at(const Record& record) {
  if (record.entity->field("state") == nullptr) return base::to_micros(record.created_at);
  return record.text("state") == "done" ? record.integer("done_at") : 0;
}

}  // namespace

void AnswerWatch::consume(const std::vector<entity::OutboxEvent>& events) {
  const auto registry = services_.catalog.current();
  const auto caller = process_caller();
  const auto& leads = registry->require("lead");
  std::vector<const entity::EntityDef*> kinds;
  for (const auto key : kAnswers) {
    if (const auto* entity = registry->find(key)) kinds.push_back(entity);
  }
  std::map<std::int64_t, std::int64_t> first;  // lead, µs
  std::map<std::int64_t, json::object> patches;
  services_.database.read({.name = "lead_answers", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    first.clear();
    patches.clear();
    const entity::QueryContext context{connection, *registry, caller, services_.clock.now()};
    for (const auto& event : events) {
      const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto* one) { return one->id == event.entity_id; });
      // The program's own notes and tasks are no answer of anybody.
      if (kind == kinds.end() || event.user_id == 0) continue;
      const auto record = load(context, (*kind)->key, event.record_id);
      const auto* subject = record ? std::get_if<entity::Link>(&record->get("subject")) : nullptr;
      const std::int64_t at = subject != nullptr && subject->entity_id == leads.id ? answered_at(*record) : 0;
      if (at == 0) continue;
      const auto known = first.emplace(subject->record_id, at).first;
      known->second = std::min(known->second, at);
    }
    for (const auto& [id, at] : first) {
      const auto lead = load(context, "lead", id);
      const std::int64_t before = lead ? lead->integer("first_answer_at") : 0;
      if (!lead || (before != 0 && before <= at)) continue;
      json::object patch = {{"id", id}, {"first_answer_at", base::to_string(base::from_micros(at))}};
      if (const std::int64_t due = lead->integer("answer_due_at"); due != 0)
        patch["answer_state"] = at <= due ? "answered" : "answered_late";
      patches[id] = std::move(patch);
    }
  });
  std::vector<entity::BatchItem> items;
  for (auto& [id, patch] : patches) items.push_back({std::move(patch)});
  if (!items.empty()) services_.records.batch(caller, leads, std::move(items), {}, false);
}

void AnswerWatch::escalate() {
  const auto registry = services_.catalog.current();
  const auto caller = process_caller();
  const auto now = services_.clock.now();
  std::vector<std::int64_t> late;
  services_.database.read({.name = "leads_late", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    const json::object past = {{"field", "answer_due_at"}, {"op", "lte"}, {"value", base::to_string(now)}};
    const entity::QueryContext context{connection, *registry, caller, now};
    late = find_records(context, "lead", all_of({equals("answer_state", "waiting"), past}), kPage);
    const auto second = find_records(context, "lead",
                                     all_of({equals("answer_state", "late"),
                                             equals("escalation", 1),
                                             {{"field", "status"}, {"op", "in"}, {"value", {"new", "in_work"}}},
                                             past}),
                                     kPage);
    late.insert(late.end(), second.begin(), second.end());
  });
  for (const std::int64_t id : late) escalate_one(id);
}

void AnswerWatch::escalate_one(std::int64_t id) {
  const auto registry = services_.catalog.current();
  const auto caller = process_caller();
  const auto now = services_.clock.now();
  std::set<std::int64_t> told;
  json::object patch;
  services_.database.read({.name = "lead_late"}, [&](store::Connection& connection) {
    told.clear();
    patch.clear();
    const entity::QueryContext context{connection, *registry, caller, now};
    const auto lead = load(context, "lead", id);
    if (!lead || !is_empty(lead->get("first_answer_at"))) return;
    const auto rule = load(context, "distribution_rule", lead->integer("distribution_rule"));
    const std::int64_t owner = lead->link_id("owner"), head = head_of(context, owner);
    if (lead->text("answer_state") == "waiting") {
      patch = {{"answer_state", "late"}, {"escalation", 1}};
      told = {owner, head};
    } else {
      const std::int64_t wait = rule ? rule->integer("escalate_after") : 0;
      if (wait <= 0 || lead->integer("answer_due_at") + wait > base::to_micros(now)) return;
      patch = {{"escalation", 2}};
      const std::int64_t named = rule->link_id("escalate_to");
      told = {named != 0 ? named : head};
      if (rule->integer("redistribute_late") != 0 && now - lead->created_at < kGoesRound) patch["distribution_state"] = "asked";
    }
    told.erase(0);
  });
  if (patch.empty()) return;
  std::vector<entity::NewNotice> notices;
  for (const std::int64_t user : told) {
    entity::NewNotice notice;
    notice.user_id = user;
    notice.kind = "lead_late";
    notice.entity_id = registry->require("lead").id;
    notice.record_id = id;
    notice.once_key =
        "lead_late." + std::to_string(id) + "." + std::to_string(patch.at("escalation").as_int64()) + "." + std::to_string(user);
    notices.push_back(std::move(notice));
  }
  // Told first: keys keep a second telling away when the mark is lost with a crash.
  box_.add(notices);
  services_.records.update(caller, registry->require("lead"), id, patch);
}

}  // namespace intake
