#include "server/flow/mass_change.hpp"

#include <algorithm>
#include <chrono>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/query.hpp"
#include "server/flow/record_changes.hpp"
#include "server/store/shared_savepoint.hpp"
#include "server/store/slice.hpp"

namespace flow {

namespace {

constexpr std::size_t kPage = 500, kSample = 20;

struct Target {
  entity::RegistryPtr registry;
  const entity::EntityDef* entity;
  entity::Filter filter;
  RecordChange change;
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

Target target_of(entity::Services& services, const entity::Caller& caller, const json::object& parameters) {
  const auto registry = services.catalog.current();
  const auto& entity = registry->require(base::json_string(parameters, "entity"));
  Target target{registry, &entity, {}, RecordChange::parse(entity, caller, parameters)};
  const entity::FilterContext context{*registry, entity, caller, services.clock.now()};
  const auto* filter = parameters.if_contains("filter");
  if (const auto* ids = base::json_array(parameters, "ids")) {
    target.filter = ids_filter(entity, *ids);
  } else if (filter != nullptr && !filter->is_null()) {
    target.filter = entity::parse_filter(*filter, context);
  } else if (target.change.narrowing().is_null()) {
    throw base::Error::field("filter", "required");
  }
  target.filter = entity::Filter::all_of({std::move(target.filter), entity::parse_filter(target.change.narrowing(), context)});
  return target;
}

std::string reason_of(const base::Error& fault) {
  return fault.fields().empty() ? fault.key() : fault.fields().front().path + ": " + fault.fields().front().code;
}

// Records of the job in ascending order of ids; those in the bin for a restore.
std::vector<std::int64_t> page_of(const entity::QueryContext& context, const Target& target, std::int64_t after) {
  if (target.change.kind() != RecordChange::Kind::kRestore)
    return entity::find_ids(context, *target.entity, target.filter, target.change.action(), after, static_cast<int>(kPage));
  entity::Query query;
  query.entity = target.entity;
  query.in_bin = true;
  query.limit = kPage;
  const entity::PathStep id{target.entity, target.entity->index_of("id"), {}};
  entity::Filter later;
  later.kind = entity::Filter::Kind::kCompare;
  later.op = entity::FilterOp::kGt;
  later.path = {id};
  later.values = {after};
  query.filter = entity::Filter::all_of(
      {target.filter, std::move(later), entity::access_filter(context.registry, *target.entity, context.caller, entity::Action::kDelete)});
  query.sort = {entity::SortKey{{id}, false}};
  query.fields = {{id}};
  std::string text;
  base::JsonWriter out(text);
  entity::run_query(context, query, out);
  std::vector<std::int64_t> ids;
  const json::value page = base::parse_json(text);
  for (const auto& row : page.at("items").as_array()) ids.push_back(row.at("id").as_int64());
  return ids;
}

// One run of the job: slices of at most kSlice on the writer, each with its checkpoint in the same transaction.
class MassChange {
 public:
  MassChange(entity::Services& services, JobRun& run)
      : services_(services),
        run_(run),
        caller_(services.callers.find(run.row().created_by)),
        target_(target_of(services, *caller_, run.row().parameters)) {
    options_.job_id = run.row().id;
    options_.lane = store::Lane::kBulk;
  }

  void run() {
    total_ = run_.row().total;
    done_ = run_.row().done;
    changed_ = base::json_int(run_.row().checkpoint, "changed");
    failed_ = base::json_int(run_.row().checkpoint, "failed");
    if (total_ == 0) read("mass_change_count", [&](const entity::QueryContext& context) { total_ = count(context); });
    std::int64_t after = base::json_int(run_.row().checkpoint, "after");
    while (true) {
      std::vector<std::int64_t> ids;
      read("mass_change_page", [&](const entity::QueryContext& context) { ids = page_of(context, target_, after); });
      if (ids.empty()) break;
      for (std::size_t at = 0; at < ids.size();) {
        at = slice(ids, at);
        run_.check_cancelled();
      }
      after = ids.back();
    }
    run_.set_result({{"changed", changed_}, {"seen", done_}, {"failed", failed_}});
  }

 private:
  std::int64_t count(const entity::QueryContext& context) const {
    return target_.change.kind() == RecordChange::Kind::kRestore
               ? 0
               : entity::count_exact(context, *target_.entity, target_.filter, target_.change.action());
  }

  void read(std::string_view name, const std::function<void(const entity::QueryContext&)>& body) const {
    store::ReadOptions options;
    options.name = name;
    options.deadline = std::chrono::seconds(60);
    services_.database.read(options, [&](store::Connection& connection) {
      body({connection, *target_.registry, *caller_, services_.clock.now()});
    });
  }

  entity::SaveResult change_one(store::Connection& connection, std::int64_t id) const {
    const auto& entity = *target_.entity;
    if (target_.change.kind() == RecordChange::Kind::kDelete)
      return services_.records.remove_in(connection, *caller_, entity, id, options_);
    if (target_.change.kind() == RecordChange::Kind::kRestore)
      return services_.records.restore_in(connection, *caller_, entity, id, options_);
    if (target_.change.kind() == RecordChange::Kind::kSet)
      return services_.records.update_in(connection, *caller_, entity, id, target_.change.patch({}), options_);
    const auto record = entity::load_record(connection, *target_.registry, entity, id, true);
    const json::object patch = record ? target_.change.patch(*record) : json::object{};
    if (patch.empty()) return {entity::SaveResult::Status::kUnchanged, id, 0, nullptr};
    return services_.records.update_in(connection, *caller_, entity, id, patch, options_);
  }

  // The closure may run again: what it counts begins anew each time.
  std::size_t slice(const std::vector<std::int64_t>& ids, std::size_t from) {
    std::size_t at = from;
    std::int64_t changed = 0;
    std::vector<bool> is_changed(ids.size());
    std::vector<std::pair<std::string, std::string>> faults;
    services_.database.write({.name = "mass_change", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      at = from;
      faults.clear();
      const store::Slice slice(connection);
      savepoint_.begin(&slice);
      const auto change = [&](std::size_t i) {
        is_changed[i] = change_one(connection, ids[i]).status == entity::SaveResult::Status::kUpdated;
      };
      const auto fault = [&](std::size_t i, const base::Error& error) {
        if (error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDataLoss) throw;
        is_changed[i] = false;
        faults.emplace_back(std::to_string(ids[i]), reason_of(error));
      };
      do {
        at = savepoint_.make_some(connection, at, ids.size(), change, fault);
      } while (at < ids.size() && !slice.is_over());
      const auto done = done_ + static_cast<std::int64_t>(at - from);
      changed =
          std::count(is_changed.begin() + static_cast<std::ptrdiff_t>(from), is_changed.begin() + static_cast<std::ptrdiff_t>(at), true);
      run_.checkpoint_in(
          connection,
          {{"after", ids[at - 1]}, {"changed", changed_ + changed}, {"failed", failed_ + static_cast<std::int64_t>(faults.size())}}, done,
          std::max(done, total_));
    });
    for (const auto& [item, reason] : faults) run_.add_error(item, reason);
    changed_ += changed;
    failed_ += static_cast<std::int64_t>(faults.size());
    done_ += static_cast<std::int64_t>(at - from);
    return at;
  }

  entity::Services& services_;
  JobRun& run_;
  const entity::CallerPtr caller_;
  const Target target_;
  entity::SaveOptions options_;
  store::SharedSavepoint savepoint_;
  std::int64_t total_ = 0, done_ = 0, changed_ = 0, failed_ = 0;
};

bool hides_options(const json::object& parameters) {
  return base::json_string(parameters, "action") == "merge_values" && base::json_bool(parameters, "hide");
}

enum class Options { kHidden, kShown };

// Values that were merged into another are offered no more, or again after the undo. May be done twice.
void set_options(entity::Services& services, const entity::Caller& caller, const json::object& parameters, Options wanted) {
  const auto registry = services.catalog.current();
  const auto& entity = registry->require(base::json_string(parameters, "entity"));
  const auto* field = entity.field(base::json_string(parameters, "field"));
  const auto* from = base::json_array(parameters, "from");
  if (field == nullptr || field->options.empty() || from == nullptr) return;
  json::array shown;
  bool is_changed = false;
  for (const auto& option : field->options) {
    const bool is_merged = std::find(from->begin(), from->end(), json::value(option.key)) != from->end();
    const bool is_hidden = is_merged ? wanted == Options::kHidden : option.hidden;
    is_changed = is_changed || is_hidden != option.hidden;
    // What the change does not name is hidden.
    if (!is_hidden) shown.push_back(json::object{{"key", option.key}, {"hidden", false}});
  }
  if (is_changed) services.catalog.change_field(caller, entity.key, field->key, {{"options", std::move(shown)}});
}

void undo_mass_change(Jobs& jobs, entity::Services& services, JobRun& run) {
  const auto job = jobs.find(base::json_int(run.row().parameters, "job"));
  // Before the values come back: a hidden one is not given to a record.
  if (job && hides_options(job->parameters))
    set_options(services, *services.callers.find(run.row().created_by), job->parameters, Options::kShown);
  undo_job_changes(services, run);
}

}  // namespace

void add_mass_change(Jobs& jobs, entity::Services& services) {
  jobs.add_kind("mass_change", [&services](JobRun& run) {
    MassChange(services, run).run();
    if (hides_options(run.row().parameters))
      set_options(services, *services.callers.find(run.row().created_by), run.row().parameters, Options::kHidden);
  });
  jobs.add_kind("mass_change.undo", [&jobs, &services](JobRun& run) { undo_mass_change(jobs, services, run); });
}

MassChangePreview preview_mass_change(entity::Services& services, const entity::Caller& caller, const json::object& parameters) {
  const Target target = target_of(services, caller, parameters);
  MassChangePreview preview;
  store::ReadOptions options;
  options.name = "mass_change_preview";
  services.database.read(options, [&](store::Connection& connection) {
    const entity::QueryContext context{connection, *target.registry, caller, services.clock.now()};
    const bool in_bin = target.change.kind() == RecordChange::Kind::kRestore;
    preview.sample = page_of(context, target, 0);
    preview.count = in_bin || preview.sample.size() < kPage
                        ? static_cast<std::int64_t>(preview.sample.size())
                        : entity::count_exact(context, *target.entity, target.filter, target.change.action());
    if (preview.sample.size() > kSample) preview.sample.resize(kSample);
  });
  return preview;
}

}  // namespace flow
