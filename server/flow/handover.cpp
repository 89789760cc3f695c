#include "server/flow/handover.hpp"

#include <algorithm>
#include <chrono>

#include "server/base/error.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/flow/mass_change.hpp"
#include "server/store/slice.hpp"

namespace flow {

namespace {

constexpr int kPage = 500;
constexpr std::size_t kMostHeirs = 200;

struct Responsibility {
  const entity::EntityDef* entity;
  entity::FieldIndex field;
  entity::Filter filter;  // records that count, whoever owns them
};

struct HeirRule {
  const entity::EntityDef* entity = nullptr;
  entity::Filter filter;
  std::int64_t to = 0;
};

// The parameters, checked; the same after a crash.
struct Plan {
  entity::RegistryPtr registry;
  std::int64_t from = 0;
  std::vector<std::int64_t> heirs;  // of "one" and "evenly"; those named by rules too, so that clients' heirs are known
  bool is_evenly = false;
  std::vector<HeirRule> rules;
  std::int64_t rest = 0;
  bool with_client = true, switch_off = false;
  std::vector<Responsibility> responsibilities;
};

std::int64_t user_at(entity::Services& services, const json::value* value, const std::string& path, std::int64_t from) {
  if (value == nullptr || !value->is_int64()) throw base::Error::field(path, "required");
  const std::int64_t id = value->get_int64();
  if (id == from) throw base::Error::field(path, "heir_is_giver");
  try {
    services.callers.find(id);
  } catch (const base::Error&) {
    throw base::Error::field(path, "link_not_found", {{"id", std::to_string(id)}});
  }
  return id;
}

entity::Filter open_filter(const Plan& plan, const entity::EntityDef& entity, const entity::Caller& caller, base::Instant now) {
  const auto* state = entity.field("state");
  json::value source;
  if (entity.field("is_open") != nullptr)
    source = json::object{{"field", "is_open"}, {"op", "eq"}, {"value", true}};
  else if (state != nullptr && state->option("planned") != nullptr)
    source = json::object{{"field", "state"}, {"op", "eq"}, {"value", "planned"}};
  return entity::parse_filter(source, {*plan.registry, entity, caller, now});
}

bool is_responsibility(const entity::EntityDef& entity, entity::FieldIndex index) {
  const auto& field = entity.fields[static_cast<std::size_t>(index)];
  if (field.system || field.read_only || field.type->name() != "user") return false;
  if (index == entity.owner_index) return true;
  const auto* declared = field.declaration.is_object() ? field.declaration.as_object().if_contains("responsibility") : nullptr;
  return declared != nullptr && declared->is_bool() && declared->get_bool();
}

void add_rule(entity::Services& services, const entity::Caller& caller, const json::object& rule, Plan& plan) {
  const std::string kind = base::json_string(rule, "kind", "one");
  const auto add_heir = [&](std::int64_t id) {
    if (std::find(plan.heirs.begin(), plan.heirs.end(), id) == plan.heirs.end()) plan.heirs.push_back(id);
  };
  if (kind == "one") {
    plan.rest = user_at(services, rule.if_contains("to"), "rule.to", plan.from);
    add_heir(plan.rest);
  } else if (kind == "evenly") {
    const auto* list = base::json_array(rule, "to");
    if (list == nullptr || list->empty() || list->size() > kMostHeirs) throw base::Error::field("rule.to", "required");
    for (const auto& id : *list) add_heir(user_at(services, &id, "rule.to", plan.from));
    plan.is_evenly = true;
  } else if (kind == "rules") {
    plan.rest = user_at(services, rule.if_contains("rest"), "rule.rest", plan.from);
    add_heir(plan.rest);
    const auto* list = base::json_array(rule, "rules");
    if (list == nullptr || list->size() > kMostHeirs) throw base::Error::field("rule.rules", "required");
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto& given = (*list)[i].as_object();
      const std::string path = "rule.rules[" + std::to_string(i) + "]";
      HeirRule made;
      made.entity = plan.registry->find(base::json_string(given, "entity", "company"));
      if (made.entity == nullptr) throw base::Error::field(path + ".entity", "unknown_entity");
      const auto* filter = given.if_contains("filter");
      made.filter = entity::parse_filter(filter == nullptr ? json::value(nullptr) : *filter,
                                         {*plan.registry, *made.entity, caller, services.clock.now()});
      made.to = user_at(services, given.if_contains("to"), path + ".to", plan.from);
      add_heir(made.to);
      plan.rules.push_back(std::move(made));
    }
  } else {
    throw base::Error::field("rule.kind", "unknown_option", {{"value", kind}, {"valid", "one, evenly, rules"}});
  }
}

Plan make_plan(entity::Services& services, const entity::Caller& caller, const json::object& parameters) {
  Plan plan;
  plan.registry = services.catalog.current();
  plan.from = base::json_int(parameters, "from");
  if (plan.from == 0) throw base::Error::field("from", "required");
  plan.with_client = base::json_bool(parameters, "with_client", true);
  plan.switch_off = base::json_bool(parameters, "switch_off");
  const auto* rule = base::json_object(parameters, "rule");
  if (rule == nullptr) throw base::Error::field("rule", "required");
  add_rule(services, caller, *rule, plan);
  const auto* named = base::json_array(parameters, "entities");
  const bool only_open = base::json_bool(parameters, "only_open");
  std::vector<const entity::EntityDef*> entities;
  for (const auto& entity : plan.registry->entities()) {
    const bool is_named = named == nullptr || std::any_of(named->begin(), named->end(), [&](const json::value& key) {
                            return key.is_string() && key.get_string() == entity->key;
                          });
    if (entity->kind == entity::EntityKind::kRecord && is_named && entity::may(caller, *entity, entity::Action::kUpdate))
      entities.push_back(entity.get());
  }
  // Clients come before what belongs to them: modules lower down have the lower numbers.
  std::sort(entities.begin(), entities.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  for (const auto* entity : entities) {
    for (std::size_t i = 0; i < entity->fields.size(); ++i) {
      const auto field = static_cast<entity::FieldIndex>(i);
      if (is_responsibility(*entity, field))
        plan.responsibilities.push_back(
            {entity, field, only_open ? open_filter(plan, *entity, caller, services.clock.now()) : entity::Filter::always()});
    }
  }
  return plan;
}

entity::Filter of_giver(const Plan& plan, const Responsibility& responsibility) {
  entity::Filter filter;
  filter.kind = entity::Filter::Kind::kCompare;
  filter.op = entity::FilterOp::kEq;
  filter.path = {entity::PathStep{responsibility.entity, responsibility.field, {}}};
  filter.values = {entity::Link{plan.registry->require("user").id, plan.from}};
  return entity::Filter::all_of({std::move(filter), responsibility.filter});
}

// One run: what was done lies in the checkpoint, so that a run after a crash goes on and reports the whole.
class Handover {
 public:
  Handover(entity::Services& services, JobRun& run)
      : services_(services),
        run_(run),
        caller_(services.callers.find(run.row().created_by)),
        plan_(make_plan(services, *caller_, run.row().parameters)),
        at_(run.row().checkpoint) {
    options_.job_id = run.row().id;
    options_.lane = store::Lane::kBulk;
    if (!at_.contains("moved")) at_ = {{"place", 0}, {"after", 0}, {"turn", 0}, {"moved", json::object{}}, {"failed", 0}};
  }

  void run() {
    done_ = run_.row().done;
    total_ = std::max(run_.row().total, count());
    for (auto place = static_cast<std::size_t>(base::json_int(at_, "place")); place < plan_.responsibilities.size(); ++place) {
      hand_over(place);
      at_["place"] = static_cast<std::int64_t>(place) + 1;
      at_["after"] = 0;
    }
    if (plan_.switch_off && !at_.contains("switched_off")) switch_off();
    run_.set_result({{"moved", at_.at("moved")}, {"failed", at_.at("failed")}, {"switched_off", at_.contains("switched_off")}});
  }

 private:
  std::int64_t count() {
    std::int64_t all = done_;
    read([&](const entity::QueryContext& context) {
      for (auto place = static_cast<std::size_t>(base::json_int(at_, "place")); place < plan_.responsibilities.size(); ++place) {
        const auto& responsibility = plan_.responsibilities[place];
        all += entity::count_exact(context, *responsibility.entity, of_giver(plan_, responsibility), entity::Action::kUpdate);
      }
    });
    return all;
  }

  void read(const std::function<void(const entity::QueryContext&)>& body) const {
    store::ReadOptions options;
    options.name = "handover";
    options.deadline = std::chrono::seconds(60);
    services_.database.read(options, [&](store::Connection& connection) {
      body({connection, *plan_.registry, *caller_, services_.clock.now()});
    });
  }

  void hand_over(std::size_t place) {
    const auto& responsibility = plan_.responsibilities[place];
    while (true) {
      std::vector<std::int64_t> ids;
      read([&](const entity::QueryContext& context) {
        ids = entity::find_ids(context, *responsibility.entity, of_giver(plan_, responsibility), entity::Action::kUpdate,
                               base::json_int(at_, "after"), kPage);
      });
      if (ids.empty()) return;
      for (std::size_t at = 0; at < ids.size();) {
        at = slice(responsibility, ids, at);
        run_.check_cancelled();
      }
    }
  }

  // The closure may run again: it works on a copy of where we are.
  std::size_t slice(const Responsibility& responsibility, const std::vector<std::int64_t>& ids, std::size_t from) {
    std::size_t next = from;
    json::object state;
    std::vector<std::pair<std::string, std::string>> faults;
    services_.database.write({.name = "handover", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      next = from;
      state = at_;
      faults.clear();
      const store::Slice slice(connection);
      do {
        const std::int64_t id = ids[next++];
        try {
          connection.savepoint([&] { give(connection, responsibility, id, state); });
        } catch (const base::Error& error) {
          if (error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDataLoss) throw;
          faults.emplace_back(responsibility.entity->key + " " + std::to_string(id),
                              error.fields().empty() ? error.key() : error.fields().front().path + ": " + error.fields().front().code);
        }
      } while (next < ids.size() && !slice.is_over());
      state["after"] = ids[next - 1];
      state["failed"] = state.at("failed").as_int64() + static_cast<std::int64_t>(faults.size());
      const auto done = done_ + static_cast<std::int64_t>(next - from);
      run_.checkpoint_in(connection, state, done, std::max(done, total_));
    });
    for (const auto& [item, reason] : faults) run_.add_error(item, reason);
    at_ = std::move(state);
    done_ += static_cast<std::int64_t>(next - from);
    return next;
  }

  void give(store::Connection& connection, const Responsibility& responsibility, std::int64_t id, json::object& state) const {
    const auto& field = responsibility.entity->fields[static_cast<std::size_t>(responsibility.field)];
    const auto record = entity::load_record(connection, *plan_.registry, *responsibility.entity, id, true);
    if (!record || record->deleted || record->link_id(field.key) != plan_.from) return;
    std::int64_t turn = state.at("turn").as_int64();
    const std::int64_t heir = heir_of(connection, *record, turn);
    services_.records.update_in(connection, *caller_, *responsibility.entity, id, {{field.key, heir}}, options_);
    state["turn"] = turn;
    json::value& of_entity = state["moved"].as_object()[responsibility.entity->key];
    if (!of_entity.is_object()) of_entity = json::object{};
    json::value& count = of_entity.as_object()[std::to_string(heir)];
    count = count.is_int64() ? count.get_int64() + 1 : 1;
  }

  std::int64_t heir_of(store::Connection& connection, const entity::Record& record, std::int64_t& turn) const {
    if (plan_.with_client) {
      if (const std::int64_t owner = clients_heir(connection, record); owner != 0) return owner;
    }
    for (const auto& rule : plan_.rules) {
      if (rule.entity == record.entity && passes(connection, rule, record.id)) return rule.to;
    }
    if (!plan_.is_evenly) return plan_.rest;
    return plan_.heirs[static_cast<std::size_t>(turn++) % plan_.heirs.size()];
  }

  bool passes(store::Connection& connection, const HeirRule& rule, std::int64_t id) const {
    const auto system = entity::Caller::system();
    entity::Filter self;
    self.kind = entity::Filter::Kind::kCompare;
    self.path = {entity::PathStep{rule.entity, rule.entity->index_of("id"), {}}};
    self.values = {id};
    return !entity::find_ids({connection, *plan_.registry, *system, services_.clock.now()}, *rule.entity,
                             entity::Filter::all_of({std::move(self), rule.filter}), entity::Action::kRead, 0, 1)
                .empty();
  }

  // Who has the client, or whatever else the record belongs to and that comes before it, when he is one of the heirs.
  std::int64_t clients_heir(store::Connection& connection, const entity::Record& record) const {
    for (const char* key : {"company", "contact", "subject"}) {
      const auto index = record.entity->index_of(key);
      const auto* link = index < 0 ? nullptr : std::get_if<entity::Link>(&record.at(index));
      const auto* target = link == nullptr ? nullptr : plan_.registry->find_id(link->entity_id);
      if (target == nullptr || target->owner_index < 0 || target->id >= record.entity->id) continue;
      const auto owner_of = entity::load_record(connection, *plan_.registry, *target, link->record_id);
      const std::int64_t owner = owner_of ? owner_of->link_id(target->owner_field) : 0;
      if (std::find(plan_.heirs.begin(), plan_.heirs.end(), owner) != plan_.heirs.end()) return owner;
    }
    return 0;
  }

  void switch_off() {
    services_.database.write({.name = "handover_switch_off"}, [&](store::Connection& connection) {
      services_.records.update_in(connection, *caller_, plan_.registry->require("user"), plan_.from, {{"is_active", false}}, options_);
      json::object state = at_;
      state["switched_off"] = true;
      run_.checkpoint_in(connection, state, done_, std::max(done_, total_));
    });
    at_["switched_off"] = true;
  }

  entity::Services& services_;
  JobRun& run_;
  const entity::CallerPtr caller_;
  const Plan plan_;
  json::object at_;
  entity::SaveOptions options_;
  std::int64_t done_ = 0, total_ = 0;
};

}  // namespace

void run_handover(entity::Services& services, JobRun& run) { Handover(services, run).run(); }

void add_handover(Jobs& jobs, entity::Services& services) {
  jobs.add_kind("handover", [&services](JobRun& run) { run_handover(services, run); });
  jobs.add_kind("handover.undo", [&services](JobRun& run) { undo_job_changes(services, run); });
}

std::vector<HandoverCount> preview_handover(entity::Services& services, const entity::Caller& caller, const json::object& parameters) {
  const Plan plan = make_plan(services, caller, parameters);
  std::vector<HandoverCount> counts;
  store::ReadOptions options;
  options.name = "handover_preview";
  options.deadline = std::chrono::seconds(20);
  services.database.read(options, [&](store::Connection& connection) {
    counts.clear();
    for (const auto& responsibility : plan.responsibilities) {
      const std::int64_t count = entity::count_exact({connection, *plan.registry, caller, services.clock.now()}, *responsibility.entity,
                                                     of_giver(plan, responsibility), entity::Action::kUpdate);
      if (count > 0) counts.push_back({responsibility.entity, responsibility.field, count});
    }
  });
  return counts;
}

}  // namespace flow
