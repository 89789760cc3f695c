// Recount of all cards and tasks for what they lack.
#include <algorithm>
#include <set>

#include "modules/clients/server/completeness.hpp"
#include "modules/clients/server/lookup.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/query.hpp"
#include "server/flow/mass_change.hpp"

namespace clients {

namespace {

constexpr int kPage = 500;
constexpr std::size_t kNamedGaps = 12;

struct Page {
  entity::Services& services;
  const entity::RegistryPtr& registry;
  const entity::EntityDef& entity;
  const entity::Caller& caller;

  std::vector<std::int64_t> ids(const entity::Filter& filter, std::int64_t after) const {
    std::vector<std::int64_t> found;
    services.database.read({.name = "fill_page", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
      found = entity::find_ids({connection, *registry, caller, services.clock.now()}, entity, filter, entity::Action::kRead, after, kPage);
    });
    return found;
  }
};

void checkpoint(entity::Services& services, flow::JobRun& run, std::int64_t after, std::int64_t done) {
  services.database.write({.name = "job_checkpoint", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
    run.checkpoint_in(connection, {{"after", after}}, done, std::max(done, run.row().total));
  });
  run.check_cancelled();
}

void recount(entity::Services& services, flow::JobRun& run) {
  const auto registry = services.catalog.current();
  const auto system = entity::Caller::system();
  const auto& entity = registry->require(base::json_string(run.row().parameters, "entity"));
  const Page page{services, registry, entity, *system};
  std::int64_t after = base::json_int(run.row().checkpoint, "after");
  std::int64_t done = run.row().done;
  entity::SaveOptions options;
  options.lane = store::Lane::kBulk;
  while (true) {
    const auto ids = page.ids(entity::Filter::always(), after);
    if (ids.empty()) break;
    std::vector<entity::BatchItem> items;
    for (const std::int64_t id : ids) items.push_back({{{"id", id}}});
    // A card that some later rule refuses keeps its old score: it counts anew when it is put right.
    services.records.batch(*system, entity, std::move(items), options, false);
    after = ids.back();
    done += static_cast<std::int64_t>(ids.size());
    checkpoint(services, run, after, done);
  }
  run.set_result({{"counted", done}});
}

// "…: ИНН, телефоны": the heaviest gaps by their names in the language of whoever asked.
std::string gap_text(const json::object& parameters, const std::vector<std::string>& gaps) {
  const auto* labels = base::json_object(parameters, "labels");
  std::string text;
  for (std::size_t i = 0; i < gaps.size() && i < kNamedGaps; ++i) {
    text += text.empty() ? "" : ", ";
    text += labels != nullptr ? base::json_string(*labels, gaps[i], gaps[i]) : gaps[i];
  }
  return gaps.size() > kNamedGaps ? text + " …" : text;
}

class TaskMaker {
 public:
  TaskMaker(entity::Services& services, flow::JobRun& run, FillWeights& weights)
      : services_(services),
        run_(run),
        weights_(weights),
        registry_(services.catalog.current()),
        caller_(services.callers.find(run.row().created_by)) {}

  void make_all() {
    const auto& parameters = run_.row().parameters;
    const auto& entity = registry_->require(base::json_string(parameters, "entity"));
    const auto* given = parameters.if_contains("filter");
    const entity::FilterContext context{*registry_, entity, *caller_, services_.clock.now()};
    const json::object below = {{"field", "fill_score"}, {"op", "lt"}, {"value", base::json_int(parameters, "below", 60)}};
    const auto filter = entity::Filter::all_of(
        {entity::parse_filter(below, context), entity::parse_filter(given != nullptr ? *given : json::value(nullptr), context)});
    const Page page{services_, registry_, entity, *caller_};
    std::int64_t after = base::json_int(run_.row().checkpoint, "after");
    std::int64_t done = run_.row().done;
    while (true) {
      const auto ids = page.ids(filter, after);
      if (ids.empty()) break;
      for (const std::int64_t id : ids) make_one(entity, id);
      after = ids.back();
      done += static_cast<std::int64_t>(ids.size());
      checkpoint(services_, run_, after, done);
    }
    run_.set_result({{"cards", done}, {"tasks", done - skipped_}});
  }

 private:
  void make_one(const entity::EntityDef& entity, std::int64_t id) {
    std::optional<entity::Record> record;
    std::vector<std::string> gaps;
    bool has_one = false;
    const auto& tasks = registry_->require("task");
    const std::string name = base::json_string(run_.row().parameters, "name");
    services_.database.read({.name = "fill_card"}, [&](store::Connection& connection) {
      record = entity::load_record(connection, *registry_, entity, id);
      if (!record) return;
      gaps = gaps_of(*record, *weights_.of(connection, *registry_, entity.key));
      const json::object open = all_of({{{"field", "subject"}, {"op", "eq"}, {"value", {{"entity", entity.key}, {"id", id}}}},
                                        equals("state", "planned"),
                                        {{"field", "name"}, {"op", "starts_with"}, {"value", name}}});
      const auto system = entity::Caller::system();
      const entity::FilterContext context{*registry_, tasks, *system, services_.clock.now()};
      has_one = !entity::find_ids({connection, *registry_, *system, services_.clock.now()}, tasks, entity::parse_filter(open, context),
                                  entity::Action::kRead, 0, 1)
                     .empty();
    });
    if (!record || gaps.empty() || has_one) {
      ++skipped_;
      return;
    }
    const auto due = services_.clock.now() + std::chrono::days(base::json_int(run_.row().parameters, "due_days", 3));
    json::object values = {{"name", base::prefix(name + ": " + gap_text(run_.row().parameters, gaps), 480)},
                           {"subject", {{"entity", entity.key}, {"id", id}}},
                           {"due_at", base::to_string(due)}};
    if (const std::int64_t owner = record->link_id(entity.owner_field); owner != 0) values["owner"] = owner;
    entity::SaveOptions options;
    options.job_id = run_.row().id;
    options.lane = store::Lane::kBulk;
    try {
      services_.records.create(*caller_, tasks, values, options);
    } catch (const base::Error& error) {
      if (error.code() == base::ErrorCode::kUnavailable) throw;
      ++skipped_;
      run_.add_error(entity.key + " " + std::to_string(id), error.key());
    }
  }

  entity::Services& services_;
  flow::JobRun& run_;
  FillWeights& weights_;
  const entity::RegistryPtr registry_;
  const entity::CallerPtr caller_;
  std::int64_t skipped_ = 0;
};

}  // namespace

void add_fill_jobs(flow::Jobs& jobs, entity::Services& services, std::shared_ptr<FillWeights> weights) {
  jobs.add_kind("fill_scores", [&services](flow::JobRun& run) { recount(services, run); });
  jobs.add_kind("fill_tasks", [&services, weights](flow::JobRun& run) { TaskMaker(services, run, *weights).make_all(); });
  jobs.add_kind("fill_tasks.undo", [&services](flow::JobRun& run) { flow::undo_job_changes(services, run); });
}

void recount_after_change(flow::Jobs& jobs, entity::Services& services, const std::vector<entity::OutboxEvent>& events) {
  const auto registry = services.catalog.current();
  const auto& weights = registry->require("fill_weight");
  const bool is_about_weights = std::any_of(events.begin(), events.end(), [&](const auto& event) { return event.entity_id == weights.id; });
  if (!is_about_weights) return;
  std::set<std::string> targets;
  services.database.read({.name = "fill_weights_changed"}, [&](store::Connection& connection) {
    targets.clear();
    for (const auto& event : events) {
      if (event.entity_id != weights.id) continue;
      const auto record = entity::load_record(connection, *registry, weights, event.record_id);
      if (record) targets.emplace(record->text("target"));
    }
  });
  for (const auto& target : targets) {
    if (registry->find(target) != nullptr) jobs.submit("fill_scores", {{"entity", target}}, 0, false);
  }
}

}  // namespace clients
