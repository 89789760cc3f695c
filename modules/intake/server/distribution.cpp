#include "modules/intake/server/distribution.hpp"

#include <algorithm>
#include <tuple>

#include "modules/intake/server/lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/catalog.hpp"

namespace intake {

namespace {

using entity::Record;
using entity::SaveContext;

constexpr int kMostRules = 100, kMostMembers = 500, kPage = 100;
constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

bool is_absent(const entity::QueryContext& context, std::int64_t user, base::Date today) {
  const std::string day = base::to_string(today);
  const json::object now = all_of({equals("user", user),
                                   {{"field", "starts_on"}, {"op", "lte"}, {"value", day}},
                                   {{"field", "ends_on"}, {"op", "gte"}, {"value", day}}});
  return !find_records(context, "absence", now, 1).empty() || !find_records(context, "deputy", now, 1).empty();
}

bool meets(SaveContext& save, const Record& rule) {
  if (is_empty(rule.get("condition"))) return true;
  const auto system = entity::Caller::system();
  const entity::FilterContext context{save.registry(), save.registry().require("lead"), *system, save.now()};
  return entity::matches(entity::parse_filter(base::parse_json(rule.text("condition")), context), save.record(), context, nullptr);
}

// First active rule by position whose condition the lead meets.
std::optional<Record> find_rule(SaveContext& save) {
  const auto system = entity::Caller::system();
  const entity::QueryContext context{save.connection(), save.registry(), *system, save.now()};
  std::vector<Record> rules;
  for (const std::int64_t id : find_records(context, "distribution_rule", equals("is_active", true), kMostRules)) {
    if (auto rule = load(context, "distribution_rule", id)) rules.push_back(std::move(*rule));
  }
  std::stable_sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) { return a.integer("position") < b.integer("position"); });
  for (auto& rule : rules) {
    if (meets(save, rule)) return std::move(rule);
  }
  return std::nullopt;
}

std::vector<Candidate> candidates_of(SaveContext& save, const Record& rule, std::int64_t but) {
  const auto system = entity::Caller::system();
  const entity::QueryContext context{save.connection(), save.registry(), *system, save.now()};
  const WorkingHours hours = hours_of(rule);
  std::vector<Candidate> found;
  for (const std::int64_t id :
       find_records(context, "distribution_member", all_of({equals("rule", rule.id), equals("is_active", true)}), kMostMembers)) {
    const auto member = load(context, "distribution_member", id);
    const auto user = member ? load(context, "user", member->link_id("user")) : std::nullopt;
    if (!user || user->integer("is_active", 1) == 0 || user->id == but) continue;
    const auto zone = base::TimeZone::find(user->text("time_zone")).value_or(base::TimeZone::utc());
    Candidate one;
    one.member = id;
    one.user = user->id;
    one.name = user->text("name");
    one.capacity = member->integer("capacity");
    one.weight = std::max<std::int64_t>(member->integer("weight", 1), 1);
    one.last_given_at = member->integer("last_given_at");
    for (const auto& city : item_texts(*member, "cities")) one.cities.push_back(base::fold(city));
    one.is_absent = is_absent(context, user->id, zone.local_date(save.now()));
    one.is_working = rule.integer("respect_hours", 1) == 0 || is_working(hours, zone, save.now());
    const json::object open = {{"field", "status"}, {"op", "in"}, {"value", {"new", "in_work", "postponed"}}};
    const auto& leads = save.registry().require("lead");
    one.open_leads = entity::count_exact(
        context, leads, entity::parse_filter(all_of({equals("owner", user->id), open}), {save.registry(), leads, *system, save.now()}));
    found.push_back(std::move(one));
  }
  return found;
}

std::string told(const Choice& choice, const std::string& rule) {
  std::string text = rule;
  for (const auto& [name, reason] : choice.passed_over) text += (text == rule ? ": " : ", ") + name + " – " + reason;
  return std::string(base::prefix(text, 900));
}

void set_answer_due(SaveContext& save, const Record& rule) {
  Record& lead = save.record();
  if (rule.integer("answer_within") <= 0 || !is_empty(lead.get("first_answer_at"))) return;
  const auto zone = base::TimeZone::find(save.registry().company().time_zone).value_or(base::TimeZone::utc());
  const auto due = add_working_time(hours_of(rule), zone, save.now(), std::chrono::microseconds(rule.integer("answer_within")));
  lead.set("answer_due_at", base::to_micros(due));
  lead.set("answer_state", std::string("waiting"));
  lead.set("escalation", std::int64_t{0});
}

void require_administrator(SaveContext& save) {
  if (!save.caller().is_admin && !save.caller().is_system) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
}

}  // namespace

WorkingHours hours_of(const Record& rule) {
  WorkingHours hours;
  const auto days = item_texts(rule, "work_days");
  for (int i = 0; i < 7; ++i) hours.days[i] = days.empty() || std::find(days.begin(), days.end(), kDays[i]) != days.end();
  hours.from = parse_clock(rule.text("work_from")).value_or(hours.from);
  hours.to = parse_clock(rule.text("work_to")).value_or(hours.to);
  return hours;
}

Choice choose(Method method, const std::vector<Candidate>& candidates, const std::string& city) {
  Choice choice;
  const std::string folded = base::fold(city);
  const auto is_of_city = [&](const Candidate& one) {
    return !folded.empty() && std::find(one.cities.begin(), one.cities.end(), folded) != one.cities.end();
  };
  const auto rank = [&](const Candidate& one) {
    // a/b < c/d as a*d < c*b would need both at once; a common multiple keeps it a key.
    const std::int64_t load = method == Method::kLoad ? one.open_leads * 1'000'000 / one.weight : 0;
    return std::tuple(!is_of_city(one), load, one.last_given_at, one.member);
  };
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& one = candidates[i];
    const char* reason = one.is_absent                                        ? "absent"
                         : !one.cities.empty() && !is_of_city(one)            ? "other_city"
                         : !one.is_working                                    ? "off_hours"
                         : one.capacity > 0 && one.open_leads >= one.capacity ? "full"
                                                                              : nullptr;
    if (reason != nullptr) {
      choice.passed_over.emplace_back(one.name, reason);
    } else if (choice.index < 0 || rank(one) < rank(candidates[static_cast<std::size_t>(choice.index)])) {
      choice.index = static_cast<int>(i);
    }
  }
  return choice;
}

void LeadDistribution::distribute(SaveContext& save, const Record& rule) {
  Record& lead = save.record();
  const auto& users = save.registry().require("user");
  const std::int64_t before = save.is_new() ? 0 : lead.link_id("owner");
  // Whoever asks of this rule next waits until this one is written.
  entity::load_record(save.connection(), save.registry(), *rule.entity, rule.id, true);
  auto candidates = candidates_of(save, rule, before);
  const auto method = rule.text("method") == "load" ? Method::kLoad : Method::kRoundRobin;
  const std::string city(lead.text("city"));
  Choice choice = choose(method, candidates, city);
  const auto otherwise = rule.text("when_nobody");
  if (choice.index < 0 && otherwise == "give") {
    for (auto& one : candidates) one.is_working = true;
    const Choice again = choose(method, candidates, city);
    choice.index = again.index;
  }
  std::int64_t owner = 0;
  if (choice.index >= 0) {
    const Candidate& taken = candidates[static_cast<std::size_t>(choice.index)];
    owner = taken.user;
    const auto member = save.load("distribution_member", taken.member);
    save.update("distribution_member", taken.member,
                {{"last_given_at", base::to_string(save.now())}, {"given_count", member ? member->integer("given_count") + 1 : 1}});
  } else if (otherwise == "fallback") {
    owner = rule.link_id("fallback");
  }
  lead.set("distribution_reason", told(choice, std::string(rule.text("name"))));
  if (owner == 0) {
    // A late lead that nobody else can take stays with whoever has it.
    lead.set("distribution_state", std::string(before != 0 ? "given" : "waiting"));
    return;
  }
  lead.set("owner", entity::Link{users.id, owner});
  lead.set("assigned_at", base::to_micros(save.now()));
  lead.set("distribution_state", std::string("given"));
}

void LeadDistribution::prepare(SaveContext& save) {
  Record& lead = save.record();
  const bool is_asked = !save.is_new() && save.changed("distribution_state") && lead.text("distribution_state") == "asked";
  if (!save.is_new() && !is_asked) return;
  const auto rule = find_rule(save);
  if (!rule) {
    if (is_asked) lead.set("distribution_state", std::string("nobody"));
    return;
  }
  lead.set("distribution_rule", rule->id);
  const bool gives = rule->text("method") != "keep" && (is_asked || lead.link_id("owner") == 0);
  if (gives) distribute(save, *rule);
  if (save.is_new() || is_asked) set_answer_due(save, *rule);
}

void AdministratorsOnlyBehaviour::check(SaveContext& save) { require_administrator(save); }

void AdministratorsOnlyBehaviour::before_delete(SaveContext& save) { require_administrator(save); }

void DistributionRuleBehaviour::check(SaveContext& save) {
  const Record& rule = save.record();
  const auto from = parse_clock(rule.text("work_from")), to = parse_clock(rule.text("work_to"));
  if (!rule.text("work_from").empty() && !from) save.add_error({"work_from", "clock", {}});
  if (!rule.text("work_to").empty() && !to) save.add_error({"work_to", "clock", {}});
  if (from && to && *to <= *from) save.add_error({"work_to", "clock", {}});
  if (!save.changed("condition") || is_empty(rule.get("condition"))) return;
  const auto system = entity::Caller::system();
  try {
    const auto& leads = save.registry().require("lead");
    entity::parse_filter(base::parse_json(rule.text("condition")), {save.registry(), leads, *system, save.now()});
  } catch (const base::Error& error) {
    const bool has_field = !error.fields().empty();
    save.add_error(
        {"condition", has_field ? error.fields().front().code : error.key(), has_field ? error.fields().front().args : error.args()});
  }
}

void distribute_waiting(entity::Services& services) {
  const auto registry = services.catalog.current();
  const auto caller = process_caller();
  const auto now = services.clock.now();
  std::vector<std::int64_t> waiting;
  services.database.read({.name = "leads_waiting"}, [&](store::Connection& connection) {
    waiting = find_records({connection, *registry, caller, now}, "lead", equals("distribution_state", "waiting"), kPage);
  });
  std::vector<entity::BatchItem> items;
  for (const std::int64_t id : waiting) items.push_back({{{"id", id}, {"distribution_state", "asked"}}});
  entity::SaveOptions options;
  options.lane = store::Lane::kBulk;
  if (!items.empty()) services.records.batch(caller, registry->require("lead"), std::move(items), options, false);
}

}  // namespace intake
