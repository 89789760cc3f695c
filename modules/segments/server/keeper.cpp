#include "modules/segments/server/keeper.hpp"

#include <algorithm>
#include <map>

#include "server/base/json_writer.hpp"
#include "server/base/program/log.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"

namespace segments {

namespace {

constexpr int kPage = 1000;
// Records asked about in one transaction.
constexpr std::size_t kSlice = 200;
// A change that may move more records than this is answered by building the segment anew, in the background.
constexpr std::size_t kMostFollowed = 20000;

using Ids = std::vector<std::int64_t>;

void make_unique(Ids& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

entity::Filter compare(const entity::EntityDef& entity, std::string_view field, entity::FilterOp op, std::vector<entity::Value> values) {
  entity::Filter filter;
  filter.kind = entity::Filter::Kind::kCompare;
  filter.op = op;
  filter.path = {entity::PathStep{&entity, entity.index_of(field), {}}};
  filter.values = std::move(values);
  return filter;
}

// Every id that passes, at most `limit` and one more.
Ids all_ids(const entity::QueryContext& context, const entity::EntityDef& entity, const entity::Filter& filter, std::size_t limit) {
  Ids all;
  while (all.size() <= limit) {
    const auto page = entity::find_ids(context, entity, filter, entity::Action::kRead, all.empty() ? 0 : all.back(), kPage);
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < kPage) break;
  }
  return all;
}

}  // namespace

entity::Filter by_ids(const entity::EntityDef& entity, const Ids& ids) {
  std::vector<entity::Value> values(ids.begin(), ids.end());
  return values.empty() ? entity::Filter::never() : compare(entity, "id", entity::FilterOp::kIn, std::move(values));
}

DefinitionPtr Keeper::make(const entity::Record& record, const entity::RegistryPtr& registry, base::Instant now) const {
  auto made = std::make_shared<Definition>();
  made->id = record.id;
  made->stored = record.text("filter");
  made->registry = registry;
  made->is_dynamic = record.text("kind") == "dynamic";
  made->entity = registry->find(record.text("target"));
  made->evaluated_at = base::from_micros(record.integer("evaluated_at"));
  if (made->entity == nullptr || record.deleted) return nullptr;
  made->eyes = *entity::Caller::system();
  made->eyes.user_id = record.link_id("owner");
  try {
    if (made->eyes.user_id != 0) {
      const auto owner = services_.callers.find(made->eyes.user_id);
      made->eyes.time_zone = owner->time_zone;
      made->eyes.department_id = owner->department_id;
    }
  } catch (const base::Error&) {
    // The owner is switched off: his segments live on, in the default time zone.
  }
  if (!made->is_dynamic) return made;
  try {
    made->source = record.text("filter").empty() ? json::value(nullptr) : base::parse_json(record.text("filter"));
    made->filter = entity::parse_filter(made->source, {*registry, *made->entity, made->eyes, now});
    made->dependencies = dependencies_of(*registry, *made->entity, made->filter);
  } catch (const base::Error& error) {
    base::log(base::LogLevel::kWarning, "segment_unusable", {{"segment", record.id}, {"reason", std::string_view(error.key())}});
    return nullptr;
  }
  return made;
}

DefinitionPtr Keeper::find(std::int64_t id, base::Instant now) {
  const auto registry = services_.catalog.current();
  std::optional<entity::Record> record;
  services_.database.read({.name = "segment_find"}, [&](store::Connection& connection) {
    record = entity::load_record(connection, *registry, registry->require("segment"), id);
  });
  return record ? make(*record, registry, now) : nullptr;
}

std::vector<DefinitionPtr> Keeper::dynamic_ones(base::Instant now) {
  const auto registry = services_.catalog.current();
  const auto& segments = registry->require("segment");
  const auto system = entity::Caller::system();
  std::vector<entity::Record> records;
  services_.database.read({.name = "segments_dynamic", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    records.clear();
    const entity::QueryContext context{connection, *registry, *system, services_.clock.now()};
    for (const std::int64_t id :
         all_ids(context, segments, compare(segments, "kind", entity::FilterOp::kEq, {std::string("dynamic")}), 10000)) {
      if (auto record = entity::load_record(connection, *registry, segments, id)) records.push_back(std::move(*record));
    }
  });
  std::vector<DefinitionPtr> result;
  for (const auto& record : records) {
    if (auto made = make(record, registry, now)) result.push_back(std::move(made));
  }
  return result;
}

void Keeper::order_build(std::int64_t segment) { jobs_.submit("segment_build", {{"segment", segment}}, 0, false); }

bool Keeper::is_touched(const Watch& watch, const entity::OutboxEvent& event) const {
  if (watch.entity->id != event.entity_id) return false;
  if (watch.is_any_field || event.action != "updated") return true;
  return std::any_of(event.changed_fields.begin(), event.changed_fields.end(), [&](int field) { return watch.fields.count(field) != 0; });
}

void Keeper::consume(const std::vector<entity::OutboxEvent>& events) {
  const auto registry = services_.catalog.current();
  const auto& segments = registry->require("segment");
  std::set<std::int64_t> to_build;
  for (const auto& event : events) {
    if (event.entity_id != segments.id || event.action == "purged") continue;
    const auto* filter = segments.field("filter");
    const auto* owner = segments.field("owner");
    const bool matters = event.action != "updated" || std::any_of(event.changed_fields.begin(), event.changed_fields.end(), [&](int field) {
                           return field == filter->id || field == owner->id || field == segments.field("kind")->id;
                         });
    if (matters) to_build.insert(event.record_id);
  }
  for (const auto& segment : dynamic_ones(services_.clock.now())) {
    if (to_build.count(segment->id) != 0) continue;
    Ids asked;
    bool is_everything = false;
    services_.database.read({.name = "segment_follow", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
      asked.clear();
      for (const auto& event : events) {
        if (event.entity_id == segment->entity->id && event.action != "updated") asked.push_back(event.record_id);
        for (const auto& watch : segment->dependencies.watches) {
          if (is_everything || !is_touched(watch, event)) continue;
          const auto found =
              watch.is_everything ? std::nullopt : climb(connection, *segment, watch.hops, *watch.entity, {event.record_id}, &event);
          is_everything = !found || asked.size() + found->size() > kMostFollowed;
          if (!is_everything) asked.insert(asked.end(), found->begin(), found->end());
        }
      }
    });
    if (is_everything)
      to_build.insert(segment->id);
    else
      ask(*segment, std::move(asked));
  }
  for (const std::int64_t id : to_build) {
    const auto segment = find(id, services_.clock.now());
    if (segment && segment->is_dynamic) order_build(id);
  }
}

void Keeper::ask(const Definition& segment, Ids ids) {
  make_unique(ids);
  for (std::size_t at = 0; at < ids.size(); at += kSlice)
    ask_slice(segment, Ids(ids.begin() + static_cast<std::ptrdiff_t>(at),
                           ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), at + kSlice))));
}

// Takes the segment's row; false when it asks for something else by now: then it is built anew anyway.
bool Keeper::holds(store::Connection& connection, const Definition& segment) const {
  const auto record = entity::load_record(connection, *segment.registry, segment.registry->require("segment"), segment.id, true);
  return record && !record->deleted && record->text("filter") == segment.stored && record->link_id("owner") == segment.eyes.user_id &&
         record->text("target") == segment.entity->key;
}

Keeper::Moved Keeper::ask_slice(const Definition& segment, const Ids& ids) {
  Moved moved;
  services_.database.write({.name = "segment_ask", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
    moved = {};
    if (!holds(connection, segment)) return;
    const entity::QueryContext context{connection, *segment.registry, segment.eyes, services_.clock.now()};
    const auto wanted = entity::find_ids(context, *segment.entity, entity::Filter::all_of({by_ids(*segment.entity, ids), segment.filter}),
                                         entity::Action::kRead, 0, static_cast<int>(ids.size()));
    moved = write_members(connection, segment, ids, wanted);
  });
  return moved;
}

// Of `ids` exactly `wanted` are members afterwards. Both ascending.
Keeper::Moved Keeper::write_members(store::Connection& connection, const Definition& segment, const Ids& ids, const Ids& wanted) {
  const auto system = entity::Caller::system();
  const auto& members = segment.registry->require("segment_member");
  const auto& moves = segment.registry->require("segment_move");
  const int segment_id = segment.registry->require("segment").id;
  std::vector<entity::Value> links;
  for (const std::int64_t id : ids) links.emplace_back(entity::Link{segment.entity->id, id});
  const entity::QueryContext context{connection, *segment.registry, *system, services_.clock.now()};
  const auto filter = entity::Filter::all_of({compare(members, "segment", entity::FilterOp::kEq, {entity::Link{segment_id, segment.id}}),
                                              compare(members, "record", entity::FilterOp::kIn, std::move(links))});
  std::map<std::int64_t, std::int64_t> rows;  // record → row
  for (const std::int64_t row : entity::find_ids(context, members, filter, entity::Action::kRead, 0, static_cast<int>(ids.size()))) {
    const auto record = entity::load_record(connection, *segment.registry, members, row);
    if (record) rows.emplace(record->link_id("record"), row);
  }
  Moved moved;
  const std::string now = base::to_string(services_.clock.now());
  const auto move = [&](std::int64_t id, std::string_view direction) {
    services_.records.create_in(
        connection, *system, moves,
        {{"segment", segment.id}, {"record", {{"entity", segment.entity->key}, {"id", id}}}, {"direction", direction}, {"moved_at", now}},
        {.bulk_load = true});
  };
  for (const std::int64_t id : ids) {
    const bool is_wanted = std::binary_search(wanted.begin(), wanted.end(), id);
    const auto row = rows.find(id);
    if (is_wanted && row == rows.end()) {
      services_.records.create_in(connection, *system, members,
                                  {{"segment", segment.id}, {"record", {{"entity", segment.entity->key}, {"id", id}}}},
                                  {.bulk_load = true});
      move(id, "in");
      ++moved.in;
    } else if (!is_wanted && row != rows.end()) {
      services_.records.remove_in(connection, *system, members, row->second);
      move(id, "out");
      ++moved.out;
    }
  }
  return moved;
}

Keeper::Moved Keeper::change_members(const Definition& segment, const Ids& add, const Ids& remove) {
  Moved moved;
  services_.database.write({.name = "segment_change"}, [&](store::Connection& connection) {
    if (!holds(connection, segment)) throw base::Error(base::ErrorCode::kConflict, "changed_since", {{"field", "segment"}});
    Ids ids = add, wanted = add;
    ids.insert(ids.end(), remove.begin(), remove.end());
    make_unique(ids);
    make_unique(wanted);
    moved = write_members(connection, segment, ids, wanted);
  });
  return moved;
}

void Keeper::build(flow::JobRun& run) {
  const auto segment = find(base::json_int(run.row().parameters, "segment"), services_.clock.now());
  if (!segment || !segment->is_dynamic) return;
  const auto system = entity::Caller::system();
  const auto& segments = segment->registry->require("segment");
  const auto started = services_.clock.now();
  const auto mark = [&](const json::object& values) {
    try {
      services_.records.update(*system, segments, segment->id, values);
    } catch (const base::Error& error) {
      if (error.code() != base::ErrorCode::kNotFound) throw;
    }
  };
  mark({{"is_building", true}});
  std::int64_t after = base::json_int(run.row().checkpoint, "after"), done = run.row().done;
  Moved all{base::json_int(run.row().checkpoint, "in"), base::json_int(run.row().checkpoint, "out")};
  while (true) {
    Ids ids;
    services_.database.read({.name = "segment_page", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
      ids = entity::find_ids({connection, *segment->registry, *system, started}, *segment->entity, entity::Filter::always(),
                             entity::Action::kRead, after, kSlice);
    });
    if (ids.empty()) break;
    const auto moved = ask_slice(*segment, ids);
    all.in += moved.in;
    all.out += moved.out;
    after = ids.back();
    done += static_cast<std::int64_t>(ids.size());
    services_.database.write({.name = "job_checkpoint", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      run.checkpoint_in(connection, {{"after", after}, {"in", all.in}, {"out", all.out}}, done, done);
    });
    run.check_cancelled();
  }
  mark({{"is_building", false}, {"evaluated_at", base::to_string(started)}});
  run.set_result({{"in", all.in}, {"out", all.out}});
}

}  // namespace segments
