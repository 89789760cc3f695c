#include "modules/clients/server/card_checks.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <random>

#include "modules/clients/server/lookup.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/query.hpp"
#include "server/flow/mass_change.hpp"

namespace clients {

namespace {

constexpr int kMaxQuestions = 200;
constexpr int kPage = 1000;

const entity::Link* subject_of(const entity::Record& record) { return std::get_if<entity::Link>(&record.get("subject")); }

json::object answers_of(const entity::Record& record) {
  const auto text = record.text("answers");
  if (text.empty()) return {};
  const json::value value = base::parse_json(text);
  return value.is_object() ? value.as_object() : json::object{};
}

std::vector<std::int64_t> questions_for(entity::SaveContext& save, const std::string& target) {
  return find_records(save, "check_item", all_of({equals("target", target), {{"field", "is_archived"}, {"op", "ne"}, {"value", true}}}),
                      kMaxQuestions);
}

// Reservoir sampling (Vitter, algorithm R): each card of a manager has the same chance, in one pass.
struct Reservoir {
  std::vector<std::int64_t> ids;
  std::int64_t seen = 0;
  void offer(std::int64_t id, std::size_t wanted, std::mt19937_64& random) {
    ++seen;
    if (ids.size() < wanted) {
      ids.push_back(id);
      return;
    }
    const auto place = std::uniform_int_distribution<std::int64_t>(0, seen - 1)(random);
    if (place < static_cast<std::int64_t>(wanted)) ids[static_cast<std::size_t>(place)] = id;
  }
};

void sample(entity::Services& services, flow::JobRun& run) {
  const auto registry = services.catalog.current();
  const auto caller = services.callers.find(run.row().created_by);
  const auto& parameters = run.row().parameters;
  const auto& entity = registry->require(base::json_string(parameters, "entity"));
  const auto now = services.clock.now();
  const auto* given = parameters.if_contains("filter");
  const auto filter = entity::parse_filter(given != nullptr ? *given : json::value(nullptr), {*registry, entity, *caller, now});
  const auto wanted = static_cast<std::size_t>(std::clamp<std::int64_t>(base::json_int(parameters, "per_manager", 5), 1, 100));
  std::mt19937_64 random(
      static_cast<std::uint64_t>(base::json_int(parameters, "seed", run.row().id)));  // the same cards when a crash makes it run again
  std::map<std::int64_t, Reservoir> by_manager;
  std::int64_t after = 0;
  for (std::size_t count = kPage; count == kPage;) {
    services.database.read({.name = "card_sample", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
      const entity::QueryContext context{connection, *registry, *caller, now};
      const auto ids = entity::find_ids(context, entity, filter, entity::Action::kRead, after, kPage);
      count = ids.size();
      for (const std::int64_t id : ids) {
        const auto record = entity::load_record(connection, *registry, entity, id);
        const std::int64_t manager = record && !entity.owner_field.empty() ? record->link_id(entity.owner_field) : 0;
        if (manager != 0) by_manager[manager].offer(id, wanted, random);
      }
      if (!ids.empty()) after = ids.back();
    });
    run.check_cancelled();
  }
  const auto& checks = registry->require("card_check");
  std::int64_t made = base::json_int(run.row().checkpoint, "made"), place = 0;
  entity::SaveOptions options;
  options.job_id = run.row().id;
  options.lane = store::Lane::kBulk;
  for (const auto& [manager, reservoir] : by_manager) {
    for (const std::int64_t id : reservoir.ids) {
      if (place++ < made) continue;
      services.database.write({.name = "card_check_add", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
        services.records.create_in(connection, *caller, checks, {{"subject", {{"entity", entity.key}, {"id", id}}}}, options);
        run.checkpoint_in(connection, {{"made", place}}, place, place);
      });
      ++made;
    }
  }
  run.set_result({{"managers", static_cast<std::int64_t>(by_manager.size())}, {"checks", made}});
}

}  // namespace

void CardCheckBehaviour::prepare(entity::SaveContext& save) {
  auto& record = save.record();
  const auto* subject = subject_of(record);
  const auto* target = subject == nullptr ? nullptr : save.registry().find_id(subject->entity_id);
  if (target == nullptr) return;
  if (save.changed("subject")) {
    const auto card = save.load(target->key, subject->record_id);
    if (card && !target->owner_field.empty()) record.set("manager", card->get(target->owner_field));
  }
  if (!save.changed("answers") && !save.is_new()) return;
  const json::object answers = answers_of(record);
  std::int64_t all = 0, good = 0;
  bool is_whole = true;
  const auto questions = questions_for(save, target->key);
  for (const std::int64_t id : questions) {
    const auto item = save.load("check_item", id);
    const auto* answer = answers.if_contains(std::to_string(id));
    is_whole = is_whole && answer != nullptr && answer->is_int64();
    const std::int64_t weight = item ? std::max<std::int64_t>(item->integer("weight", 1), 1) : 1;
    all += weight;
    if (answer != nullptr && answer->is_int64() && answer->get_int64() == 1) good += weight;
  }
  const bool is_done = is_whole && !questions.empty();
  record.set("state", std::string(is_done ? "done" : "planned"));
  record.set("score", is_done ? entity::Value{(200 * good + all) / (2 * all)} : entity::Value{});
  record.set("checked_at", is_done ? entity::Value{base::to_micros(save.now())} : entity::Value{});
}

void CardCheckBehaviour::check(entity::SaveContext& save) {
  for (const auto& member : answers_of(save.record())) {
    const auto& answer = member.value();
    const bool is_good = answer.is_null() || (answer.is_int64() && (answer.get_int64() == 0 || answer.get_int64() == 1));
    if (!is_good) save.add_error({"answers." + std::string(member.key()), "out_of_range", {{"min", "0"}, {"max", "1"}}});
  }
}

void add_card_check_job(flow::Jobs& jobs, entity::Services& services) {
  jobs.add_kind("card_sample", [&services](flow::JobRun& run) { sample(services, run); });
  jobs.add_kind("card_sample.undo", [&services](flow::JobRun& run) { flow::undo_job_changes(services, run); });
}

}  // namespace clients
