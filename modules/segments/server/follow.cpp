// From what changed to the records that may move: hops along links, and dates that have come.
#include <algorithm>

#include "modules/segments/server/keeper.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/entity/write/audit.hpp"

namespace segments {

namespace {

using Ids = std::vector<std::int64_t>;
constexpr std::size_t kMostFollowed = 20000;
constexpr std::size_t kAtOnce = 500;
constexpr int kPage = 1000;
constexpr int kDeepest = 100;

void make_unique(Ids& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

// Ids of `target` that a value points to.
void add_targets(const entity::Value& value, const entity::FieldDef& field, int target, Ids& ids) {
  if (const auto* link = std::get_if<entity::Link>(&value)) {
    if (link->entity_id == target) ids.push_back(link->record_id);
  } else if (const auto* items = std::get_if<entity::Items>(&value); items != nullptr && !field.through.empty()) {
    for (const auto& item : *items) ids.push_back(std::get<std::int64_t>(item.columns.at(0)));
  }
}

// The same of a value as the audit keeps it: a link {"entity","id"}, a list of ids for a many_to_many.
void add_audited(const json::value& value, const std::string& target, Ids& ids) {
  if (const auto* object = value.if_object()) {
    const auto* entity = object->if_contains("entity");
    const auto* id = object->if_contains("id");
    const bool fits = entity == nullptr || (entity->is_string() && entity->get_string() == target);
    if (fits && id != nullptr && id->is_int64()) ids.push_back(id->get_int64());
  } else if (value.is_int64()) {
    ids.push_back(value.get_int64());
  } else if (const auto* list = value.if_array()) {
    for (const auto& item : *list) add_audited(item, target, ids);
  }
}

}  // namespace

std::optional<Ids> Keeper::climb(store::Connection& connection, const Definition& segment, const std::vector<Hop>& hops,
                                 const entity::EntityDef& start, Ids ids, const entity::OutboxEvent* event) const {
  const entity::EntityDef* at = &start;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    ids = hop(connection, segment, hops[i], ids, i == 0 && hops[i].kind == Hop::Kind::kTargets ? event : nullptr);
    make_unique(ids);
    if (ids.size() > kMostFollowed) return std::nullopt;
    if (ids.empty()) return ids;
    at = hops[i].entity;
  }
  (void)at;
  return ids;
}

Ids Keeper::hop(store::Connection& connection, const Definition& segment, const Hop& hop, const Ids& ids,
                const entity::OutboxEvent* event) const {
  const auto& registry = *segment.registry;
  const auto system = entity::Caller::system();
  const auto& field = hop.entity->fields[static_cast<std::size_t>(hop.field)];
  Ids found;
  if (hop.kind == Hop::Kind::kPointers) {
    const bool is_many = !field.through.empty();
    const bool is_any = field.type->name() == "link_any";
    for (std::size_t from = 0; from < ids.size() && found.size() <= kMostFollowed; from += kAtOnce) {
      for (const auto& target : field.to) {
        json::array operands;
        for (std::size_t i = from; i < std::min(ids.size(), from + kAtOnce); ++i) {
          if (is_any)
            operands.push_back(json::object{{"entity", target}, {"id", ids[i]}});
          else
            operands.emplace_back(ids[i]);
        }
        const json::object text = {{"field", field.key}, {"op", is_many ? "any_of" : "in"}, {"value", std::move(operands)}};
        const auto filter = entity::parse_filter(text, {registry, *hop.entity, *system, services_.clock.now()});
        std::int64_t after = 0;
        while (found.size() <= kMostFollowed) {
          const auto page = entity::find_ids({connection, registry, *system, services_.clock.now()}, *hop.entity, filter,
                                             entity::Action::kRead, after, kPage);
          found.insert(found.end(), page.begin(), page.end());
          if (page.size() < kPage) break;
          after = page.back();
        }
      }
    }
    return found;
  }
  if (hop.kind == Hop::Kind::kAncestors) {
    found = ids;
    for (std::int64_t id : ids) {
      for (int depth = 0; id != 0 && depth < kDeepest; ++depth) {
        const auto record = entity::load_record(connection, registry, *hop.entity, id);
        const auto* link = record ? std::get_if<entity::Link>(&record->at(hop.field)) : nullptr;
        id = link != nullptr ? link->record_id : 0;
        if (id != 0) found.push_back(id);
      }
    }
    return found;
  }
  // What a record points to now, and what it pointed to before the change that is told of: the audit of that version knows.
  const std::string target_key = field.to.size() == 1 ? field.to.front() : segment.entity->key;
  const auto* target = registry.find(target_key);
  for (const std::int64_t id : ids) {
    if (const auto record = entity::load_record(connection, registry, *hop.entity, id); record && target != nullptr)
      add_targets(record->at(hop.field), field, target->id, found);
    if (event == nullptr || event->record_id != id || event->action != "updated") continue;
    for (const auto& row : entity::read_audit(connection, *hop.entity, id, 0, 50)) {
      if (row.version < event->version) break;
      if (row.changes.empty()) continue;
      const json::value changes = base::parse_json(row.changes);
      if (const auto* change = changes.as_object().if_contains(std::to_string(field.id))) {
        for (const auto& side : change->as_array()) add_audited(side, target_key, found);
      }
    }
  }
  return found;
}

// Slices of records, by leaf, for which the answer may differ between two looks; nullopt: too many.
std::optional<std::vector<Ids>> Keeper::crossed(const Definition& then, const Definition& now, base::Instant at) const {
  std::vector<Ids> all;
  const auto& before = then.dependencies.leaves;
  const auto& after = now.dependencies.leaves;
  if (before.size() != after.size()) return std::nullopt;
  const auto system = entity::Caller::system();
  bool is_too_much = false;
  for (std::size_t i = 0; i < after.size() && !is_too_much; ++i) {
    const auto& old_values = before[i].filter->values;
    const auto& new_values = after[i].filter->values;
    if (old_values.size() != new_values.size()) return std::nullopt;
    for (std::size_t v = 0; v < new_values.size() && !is_too_much; ++v) {
      const auto* low = std::get_if<std::int64_t>(&old_values[v]);
      const auto* high = std::get_if<std::int64_t>(&new_values[v]);
      if (low == nullptr || high == nullptr || *low == *high) continue;
      entity::Filter between;
      between.kind = entity::Filter::Kind::kCompare;
      between.op = entity::FilterOp::kBetween;
      between.path = {after[i].filter->path.back()};
      between.values = {std::min(*low, *high), std::max(*low, *high)};
      services_.database.read({.name = "segment_crossed", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
        Ids ids;
        std::int64_t last = 0;
        while (ids.size() <= kMostFollowed) {
          const auto page =
              entity::find_ids({connection, *now.registry, *system, at}, *after[i].entity, between, entity::Action::kRead, last, kPage);
          ids.insert(ids.end(), page.begin(), page.end());
          if (page.size() < kPage) break;
          last = page.back();
        }
        auto found =
            ids.size() > kMostFollowed ? std::nullopt : climb(connection, now, after[i].hops, *after[i].entity, std::move(ids), nullptr);
        is_too_much = !found;
        if (found) all.push_back(std::move(*found));
      });
    }
  }
  if (is_too_much) return std::nullopt;
  return all;
}

void Keeper::follow_the_clock() {
  const auto now = services_.clock.now();
  const auto system = entity::Caller::system();
  for (const auto& segment : dynamic_ones(now)) {
    if (segment->evaluated_at == base::Instant{}) continue;  // its first building is on the way
    Definition then = *segment;
    then.filter = entity::parse_filter(segment->source, {*segment->registry, *segment->entity, segment->eyes, segment->evaluated_at});
    then.dependencies = dependencies_of(*segment->registry, *segment->entity, then.filter);
    const auto slices = crossed(then, *segment, now);
    if (slices && slices->empty()) continue;
    if (!slices) {
      order_build(segment->id);
      continue;
    }
    for (const auto& ids : *slices) ask(*segment, ids);
    services_.records.update(*system, segment->registry->require("segment"), segment->id, {{"evaluated_at", base::to_string(now)}});
  }
}

}  // namespace segments
