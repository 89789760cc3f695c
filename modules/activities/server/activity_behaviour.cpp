#include "modules/activities/server/activity_behaviour.hpp"

#include <algorithm>

#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"

namespace activities {

namespace {

using entity::Record;
using entity::SaveContext;

constexpr std::string_view kPlannedEntities[] = {"task", "call", "meeting"};

entity::Link subject_of(const Record& record) {
  const auto* link = std::get_if<entity::Link>(&record.get("subject"));
  return link == nullptr ? entity::Link{} : *link;
}

bool is_planned(const Record& record) { return record.text("state") == "planned" && !record.deleted; }

// Earliest due time of planned activities about `subject`, the one being saved left out; 0: none.
std::int64_t earliest_planned(SaveContext& save, const entity::Link& subject) {
  const auto system = entity::Caller::system();
  std::int64_t earliest = 0;
  for (std::string_view key : kPlannedEntities) {
    const auto* entity = save.registry().find(key);
    if (entity == nullptr) continue;
    entity::Query query;
    query.entity = entity;
    query.filter.kind = entity::Filter::Kind::kAnd;
    const auto compare = [&](std::string_view field, entity::FilterOp op, std::vector<entity::Value> values) {
      entity::Filter filter;
      filter.kind = entity::Filter::Kind::kCompare;
      filter.op = op;
      filter.path = {entity::PathStep{entity, entity->index_of(field), {}}};
      filter.values = std::move(values);
      query.filter.children.push_back(std::move(filter));
    };
    compare("subject", entity::FilterOp::kEq, {subject});
    compare("state", entity::FilterOp::kEq, {std::string("planned")});
    compare("due_at", entity::FilterOp::kNotEmpty, {});
    if (entity == save.record().entity && save.record().id != 0) {
      compare("id", entity::FilterOp::kEq, {save.record().id});
      query.filter.children.back() = entity::Filter::negation(std::move(query.filter.children.back()));
    }
    query.sort = {entity::SortKey{{entity::PathStep{entity, entity->index_of("due_at"), {}}}, false}};
    query.fields = {{entity::PathStep{entity, entity->index_of("due_at"), {}}}};
    query.limit = 1;
    std::string text;
    base::JsonWriter out(text);
    entity::run_query({save.connection(), save.registry(), *system, save.now()}, query, out);
    const json::value page = base::parse_json(text);
    const auto& items = page.at("items").as_array();
    if (items.empty()) continue;
    const std::int64_t due = base::to_micros(base::parse_instant(items.front().at("due_at").as_string()).value());
    if (earliest == 0 || due < earliest) earliest = due;
  }
  return earliest;
}

// The record's next step and last contact, written only when they really change.
void refresh_subject(SaveContext& save, const entity::Link& subject, bool with_own, std::int64_t contact_at) {
  const auto* entity = save.registry().find_id(subject.entity_id);
  if (entity == nullptr || subject.record_id == 0 || entity->field("next_step_at") == nullptr) return;
  const auto record = save.load(entity->key, subject.record_id);
  if (!record || record->deleted) return;
  std::int64_t next = earliest_planned(save, subject);
  const std::int64_t own = with_own && is_planned(save.record()) ? save.record().integer("due_at") : 0;
  if (own != 0 && (next == 0 || own < next)) next = own;
  json::object patch;
  if (record->integer("next_step_at") != next) {
    patch["next_step_at"] = next == 0 ? json::value(nullptr) : json::value(base::to_string(base::from_micros(next)));
  }
  if (contact_at > record->integer("last_contact_at") && entity->field("last_contact_at") != nullptr) {
    patch["last_contact_at"] = base::to_string(base::from_micros(contact_at));
  }
  if (!patch.empty()) save.update(entity->key, subject.record_id, patch);
}

}  // namespace

void ActivityBehaviour::prepare(SaveContext& save) {
  Record& record = save.record();
  if (!save.changed("state") && !save.is_new()) return;
  const bool done = record.text("state") == "done";
  if (done && is_empty(record.get("done_at"))) record.set("done_at", base::to_micros(save.now()));
  if (!done) record.set("done_at", {});
}

void ActivityBehaviour::before_write(SaveContext& save) {
  const bool matters = save.is_new() || save.changed("state") || save.changed("due_at") || save.changed("subject");
  if (!matters) return;
  const entity::Link subject = subject_of(save.record());
  const bool contact = contact_ == Contact::kYes && save.record().text("state") == "done";
  if (subject.record_id != 0) refresh_subject(save, subject, true, contact ? save.record().integer("done_at") : 0);
  if (save.is_new() || !save.changed("subject")) return;
  const entity::Link old = subject_of(*save.before());
  if (old.record_id != 0) refresh_subject(save, old, false, 0);
}

void ActivityBehaviour::before_restore(SaveContext& save) {
  const entity::Link subject = subject_of(save.record());
  if (subject.record_id != 0) refresh_subject(save, subject, true, 0);
}

void ActivityBehaviour::before_delete(SaveContext& save) {
  const entity::Link subject = subject_of(save.record());
  if (subject.record_id != 0) refresh_subject(save, subject, false, 0);
}

}  // namespace activities
