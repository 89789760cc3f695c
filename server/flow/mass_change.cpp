#include "server/flow/mass_change.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/query.hpp"

namespace flow {

namespace {

constexpr int kPage = 200;

struct Target {
  entity::RegistryPtr registry;
  const entity::EntityDef* entity;
  entity::Filter filter;
  bool is_delete;
};

entity::Filter ids_filter(const entity::EntityDef& entity, const json::array& ids) {
  entity::Filter filter;
  filter.kind = entity::Filter::Kind::kCompare;
  filter.op = entity::FilterOp::kIn;
  filter.path = {entity::PathStep{&entity, entity.index_of("id"), {}}};
  for (const auto& id : ids) {
    if (!id.is_int64()) throw base::Error::field("ids", "wrong_type", {{"expected", "integer"}});
    filter.values.emplace_back(id.as_int64());
  }
  return filter;
}

// Refused before anything is counted or queued, not row by row.
void check_set(const entity::EntityDef& entity, const entity::Caller& caller, const json::object* set) {
  if (set == nullptr || set->empty()) throw base::Error::field("set", "required");
  for (const auto& member : *set) {
    const std::string name(member.key());
    const auto* field = entity.field(name);
    if (field == nullptr || !entity::may_read_field(caller, entity, *field)) throw base::Error::field("set." + name, "unknown_field");
    if (field->system || field->read_only || !entity::may_write_field(caller, entity, *field)) throw base::Error::field("set." + name, "read_only");
  }
}

Target target_of(entity::Services& services, const entity::Caller& caller, const json::object& parameters) {
  Target target{services.catalog.current(), nullptr, {}, base::json_string(parameters, "action") == "delete"};
  target.entity = &target.registry->require(base::json_string(parameters, "entity"));
  const entity::FilterContext context{*target.registry, *target.entity, caller, services.clock.now()};
  if (const auto* ids = base::json_array(parameters, "ids")) {
    target.filter = ids_filter(*target.entity, *ids);
  } else {
    const auto* filter = parameters.if_contains("filter");
    if (filter == nullptr || filter->is_null()) throw base::Error::field("filter", "required");
    target.filter = entity::parse_filter(*filter, context);
  }
  if (!target.is_delete) check_set(*target.entity, caller, base::json_object(parameters, "set"));
  return target;
}

entity::Action action_of(const Target& target) { return target.is_delete ? entity::Action::kDelete : entity::Action::kUpdate; }

std::string reason_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const base::Error& fault) {
    return fault.fields().empty() ? fault.key() : fault.fields().front().path + ": " + fault.fields().front().code;
  }
}

// One slice: changed in one go; records already written by an earlier run of the same slice differ no more and change nothing.
void change_slice(entity::Services& services, const entity::Caller& caller, const Target& target, const std::vector<std::int64_t>& ids, JobRun& run) {
  entity::SaveOptions options;
  options.job_id = run.row().id;
  options.lane = store::Lane::kBulk;
  if (!target.is_delete) {
    std::vector<entity::BatchItem> items;
    for (const std::int64_t id : ids) {
      json::object values = *base::json_object(run.row().parameters, "set");
      values["id"] = id;
      items.push_back({std::move(values)});
    }
    const auto results = services.records.batch(caller, *target.entity, std::move(items), options, false);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].error) run.add_error(std::to_string(ids[i]), reason_of(results[i].error));
    }
    return;
  }
  for (const std::int64_t id : ids) {
    try {
      services.records.remove(caller, *target.entity, id, options);
    } catch (const base::Error& error) {
      if (error.code() == base::ErrorCode::kUnavailable) throw;
      run.add_error(std::to_string(id), error.key());
    }
  }
}

void mass_change(entity::Services& services, JobRun& run) {
  const auto caller = services.callers.find(run.row().created_by);
  const Target target = target_of(services, *caller, run.row().parameters);
  std::int64_t total = run.row().total;
  const auto read = [&](std::string_view name, const std::function<void(const entity::QueryContext&)>& body) {
    store::ReadOptions options;
    options.name = name;
    options.deadline = std::chrono::seconds(60);
    services.database.read(options, [&](store::Connection& connection) { body({connection, *target.registry, *caller, services.clock.now()}); });
  };
  if (total == 0) {
    read("mass_change_count", [&](const entity::QueryContext& context) { total = entity::count_exact(context, *target.entity, target.filter, action_of(target)); });
  }
  std::int64_t after = base::json_int(run.row().checkpoint, "after");
  std::int64_t done = run.row().done;
  while (true) {
    std::vector<std::int64_t> ids;
    read("mass_change_page", [&](const entity::QueryContext& context) { ids = entity::find_ids(context, *target.entity, target.filter, action_of(target), after, kPage); });
    if (ids.empty()) break;
    change_slice(services, *caller, target, ids, run);
    after = ids.back();
    done += static_cast<std::int64_t>(ids.size());
    services.database.write({.name = "job_checkpoint", .lane = store::Lane::kBulk}, [&](store::Connection& connection) { run.checkpoint_in(connection, {{"after", after}}, done, std::max(done, total)); });
    run.check_cancelled();
  }
  run.set_result({{"changed", done - run.row().error_count}});
}

struct Undone {
  std::int64_t seq, entity_id, record_id;
};

void undo_mass_change(entity::Services& services, JobRun& run) {
  const std::int64_t job = base::json_int(run.row().parameters, "job");
  const auto caller = services.callers.find(run.row().created_by);
  const auto registry = services.catalog.current();
  std::int64_t before = base::json_int(run.row().checkpoint, "before", INT64_MAX);
  std::int64_t done = run.row().done;
  while (true) {
    std::vector<Undone> rows;
    store::ReadOptions options;
    options.name = "mass_undo_page";
    services.database.read(options, [&](store::Connection& connection) {
      rows.clear();
      auto statement = connection.prepare("mass_undo_page", "SELECT seq, entity_id, record_id FROM sys_audit WHERE job_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
      statement.bind(1, job).bind(2, before).bind(3, kPage);
      while (statement.step()) rows.push_back({statement.integer(0), statement.integer(1), statement.integer(2)});
    });
    if (rows.empty()) break;
    for (const auto& row : rows) {
      const auto* entity = registry->find_id(static_cast<int>(row.entity_id));
      if (entity == nullptr) continue;
      try {
        services.records.undo(*caller, *entity, row.record_id, row.seq);
      } catch (const base::Error& error) {
        if (error.code() == base::ErrorCode::kUnavailable) throw;
        run.add_error(entity->key + " " + std::to_string(row.record_id), error.key());
      }
      ++done;
    }
    before = rows.back().seq;
    services.database.write({.name = "job_checkpoint", .lane = store::Lane::kBulk}, [&](store::Connection& connection) { run.checkpoint_in(connection, {{"before", before}}, done, done); });
    run.check_cancelled();
  }
  run.set_result({{"undone", done - run.row().error_count}});
}

}  // namespace

void add_mass_change(Jobs& jobs, entity::Services& services) {
  jobs.add_kind("mass_change", [&services](JobRun& run) { mass_change(services, run); });
  jobs.add_kind("mass_change.undo", [&services](JobRun& run) { undo_mass_change(services, run); });
}

MassChangePreview preview_mass_change(entity::Services& services, const entity::Caller& caller, const json::object& parameters) {
  const Target target = target_of(services, caller, parameters);
  MassChangePreview preview;
  store::ReadOptions options;
  options.name = "mass_change_preview";
  services.database.read(options, [&](store::Connection& connection) {
    const entity::QueryContext context{connection, *target.registry, caller, services.clock.now()};
    preview.count = entity::count_exact(context, *target.entity, target.filter, action_of(target));
    preview.sample = entity::find_ids(context, *target.entity, target.filter, action_of(target), 0, 20);
  });
  return preview;
}

}  // namespace flow
