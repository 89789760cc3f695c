#include "modules/sales/server/action_runner.hpp"

#include <algorithm>
#include <charconv>

#include "modules/sales/server/lookup.hpp"
#include "modules/sales/server/stage_actions.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"

namespace sales {

namespace {

using entity::Record;

constexpr int kPage = 100;
constexpr std::chrono::hours kKept{24 * 182};

entity::Caller process_caller() {
  entity::Caller caller = *entity::Caller::system();
  caller.via = "process";
  return caller;
}

std::string reason_of(const base::Error& error) {
  std::string text = error.key();
  for (const auto& field : error.fields()) text += " " + field.path + ":" + field.code;
  return std::string(base::prefix(text, 480));
}

std::string title_of(const entity::QueryContext& context, std::string_view entity_key, std::int64_t id) {
  const auto record = id == 0 ? std::optional<Record>{}
                              : entity::load_record(context.connection, context.registry, context.registry.require(entity_key), id);
  return record ? std::string(record->text("name")) : std::string();
}

}  // namespace

// One run with everything it needs, read beforehand.
struct ActionRunner::Todo {
  entity::RegistryPtr registry;
  std::int64_t run = 0;
  std::optional<Record> action, deal;
  std::int64_t recipient = 0;
  std::string skip;  // reason to skip it, "" when it is to be done
  std::vector<std::pair<std::string, std::string>> texts;
};

json::value action_value(std::string_view text, base::Instant now, const base::TimeZone& zone) {
  if (text == "now") return json::value(base::to_string(now));
  if (text.starts_with("today")) {
    int days = 0;
    const auto rest = text.substr(5);
    if (rest.empty()) return json::value(base::to_string(zone.local_date(now)));
    const char* first = rest.data() + (rest.front() == '+' ? 1 : 0);
    const auto [end, error] = std::from_chars(first, rest.data() + rest.size(), days);
    if (error == std::errc{} && end == rest.data() + rest.size())
      return json::value(base::to_string(zone.local_date(now) + std::chrono::days(days)));
  }
  if (text.empty()) return nullptr;
  try {
    return base::parse_json(text);
  } catch (const base::Error&) {
    return json::value(text);
  }
}

std::string fill_text(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values) {
  std::string result;
  while (!text.empty()) {
    const auto open = text.find('{');
    result += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    const auto name = close == std::string_view::npos ? std::string_view{} : text.substr(1, close - 1);
    const auto found = std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == name; });
    result += found == values.end() ? text.substr(0, 1) : std::string_view(found->second);
    text.remove_prefix(found == values.end() ? 1 : close + 1);
  }
  return result;
}

void ActionRunner::consume(const std::vector<entity::OutboxEvent>& events) {
  const auto registry = services_.catalog.current();
  const int deal = registry->require("deal").id;
  if (std::any_of(events.begin(), events.end(), [&](const auto& event) { return event.entity_id == deal; })) run_due();
}

void ActionRunner::mark_stuck() {
  const auto registry = services_.catalog.current();
  const auto& deals = registry->require("deal");
  const auto caller = process_caller();
  const auto now = services_.clock.now();
  std::vector<entity::BatchItem> items;
  services_.database.read({.name = "deals_stuck", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    items.clear();
    const entity::QueryContext context{connection, *registry, caller, now};
    for (const std::int64_t id : find_records(context, "stage", equals("kind", "open"), 1000)) {
      const auto stage = entity::load_record(connection, *registry, registry->require("stage"), id);
      if (!stage || stage->integer("time_limit") <= 0) continue;
      const std::string before = base::to_string(now - std::chrono::microseconds(stage->integer("time_limit")));
      const json::object late = all_of({equals("stage", id),
                                        {{"field", "stage_since"}, {"op", "lt"}, {"value", before}},
                                        {{"field", "is_stuck"}, {"op", "ne"}, {"value", true}}});
      for (const std::int64_t deal : find_records(context, "deal", late, kPage)) items.push_back({{{"id", deal}, {"is_stuck", true}}});
    }
  });
  entity::SaveOptions options;
  options.lane = store::Lane::kBulk;
  if (!items.empty()) services_.records.batch(caller, deals, std::move(items), options, false);
}

void ActionRunner::run_due() {
  const auto registry = services_.catalog.current();
  const auto system = entity::Caller::system();
  std::vector<std::int64_t> last;
  while (true) {
    std::vector<std::int64_t> due;
    const auto now = services_.clock.now();
    services_.database.read({.name = "stage_actions_due"}, [&](store::Connection& connection) {
      const json::object filter =
          all_of({equals("state", "pending"), {{"field", "due_at"}, {"op", "lte"}, {"value", base::to_string(now)}}});
      due = find_records({connection, *registry, *system, now}, "stage_action_run", filter, kPage);
    });
    if (due.empty() || due == last) return;
    for (const std::int64_t id : due) run_one(id);
    last = std::move(due);
  }
}

bool ActionRunner::read(std::int64_t id, Todo& todo) {
  const auto caller = process_caller();
  const auto now = services_.clock.now();
  todo = {};
  todo.registry = services_.catalog.current();
  todo.run = id;
  bool is_pending = false;
  services_.database.read({.name = "stage_action_read"}, [&](store::Connection& connection) {
    const auto& registry = *todo.registry;
    const entity::QueryContext context{connection, registry, caller, now};
    const auto run = entity::load_record(connection, registry, registry.require("stage_action_run"), id);
    is_pending = run && !run->deleted && run->text("state") == "pending";
    if (!is_pending) return;
    todo.action = entity::load_record(connection, registry, registry.require("stage_action"), run->link_id("action"));
    todo.deal = entity::load_record(connection, registry, registry.require("deal"), run->link_id("deal"));
    if (!todo.action || todo.action->deleted || todo.action->integer("is_active") == 0 || !todo.deal || todo.deal->deleted) {
      todo.skip = "gone";
      return;
    }
    // What was to happen later is about a deal that still stands there.
    const bool is_delayed = todo.action->integer("after") > 0 && run->text("trigger") != "leave";
    if (is_delayed && todo.deal->integer("stage_since") != run->integer("entered_at")) {
      todo.skip = "moved_on";
      return;
    }
    if (!is_empty(todo.action->get("condition"))) {
      const json::value condition = base::parse_json(todo.action->text("condition"));
      if (find_records(context, "deal", {{"and", {equals("id", todo.deal->id), condition}}}, 1).empty()) {
        todo.skip = "condition";
        return;
      }
    }
    const auto recipient = todo.action->text("recipient");
    todo.recipient = recipient == "user"     ? todo.action->link_id("user")
                     : recipient == "author" ? todo.deal->created_by
                                             : todo.deal->link_id("owner");
    if (recipient == "head") todo.recipient = head_of(context, todo.recipient);
    todo.texts = {{"name", std::string(todo.deal->text("name"))},
                  {"number", std::string(todo.deal->text("number"))},
                  {"company", title_of(context, "company", todo.deal->link_id("company"))},
                  {"stage", title_of(context, "stage", run->link_id("stage"))}};
  });
  return is_pending;
}

void ActionRunner::run_one(std::int64_t id) {
  Todo todo;
  if (!read(id, todo)) return;
  if (!todo.skip.empty()) return finish_apart(todo, "skipped", todo.skip);
  const auto kind = todo.action->text("kind");
  if (kind != "set_field" && todo.recipient == 0) return finish_apart(todo, "failed", "no_recipient");
  try {
    if (kind == "notify") {
      // Told before it is written down as done: once_key keeps a second telling away.
      notify(todo);
      return finish_apart(todo, "done", "");
    }
    services_.database.write({.name = "stage_action"}, [&](store::Connection& connection) {
      const auto& runs = todo.registry->require("stage_action_run");
      const auto run = entity::load_record(connection, *todo.registry, runs, todo.run, true);
      if (!run || run->text("state") != "pending") return;
      change(connection, todo);
      finish(connection, todo, "done", "");
    });
  } catch (const base::Error& error) {
    if (error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kInternal) throw;
    finish_apart(todo, "failed", reason_of(error));
  }
}

void ActionRunner::notify(const Todo& todo) {
  entity::NewNotice notice;
  notice.user_id = todo.recipient;
  notice.kind = "stage_action";
  notice.entity_id = todo.deal->entity->id;
  notice.record_id = todo.deal->id;
  notice.args = {{"text", fill_text(todo.action->text("message"), todo.texts)}};
  notice.once_key = "stage_action." + std::to_string(todo.run);
  box_.add({notice});
}

void ActionRunner::change(store::Connection& connection, const Todo& todo) {
  const auto caller = process_caller();
  const auto& action = *todo.action;
  const auto kind = action.text("kind");
  const auto& deals = todo.registry->require("deal");
  if (kind == "change_owner") {
    services_.records.update_in(connection, caller, deals, todo.deal->id, {{"owner", todo.recipient}});
  } else if (kind == "set_field") {
    const auto zone = base::TimeZone::find(todo.registry->company().time_zone).value_or(base::TimeZone::utc());
    const auto value = action_value(action.text("value"), services_.clock.now(), zone);
    services_.records.update_in(connection, caller, deals, todo.deal->id, {{action.text("field"), value}});
  } else {
    const auto* tasks = todo.registry->find("task");
    if (tasks == nullptr) throw base::Error(base::ErrorCode::kFailedPrecondition, "unknown_entity", {{"entity", "task"}});
    json::object task = {{"name", base::prefix(fill_text(action.text("task_name"), todo.texts), 480)},
                         {"subject", {{"entity", "deal"}, {"id", todo.deal->id}}},
                         {"owner", todo.recipient}};
    if (!action.text("task_text").empty()) task["description"] = fill_text(action.text("task_text"), todo.texts);
    if (action.integer("task_due") > 0)
      task["due_at"] = base::to_string(services_.clock.now() + std::chrono::microseconds(action.integer("task_due")));
    services_.records.create_in(connection, caller, *tasks, task);
  }
}

void ActionRunner::finish(store::Connection& connection, const Todo& todo, std::string_view state, std::string_view reason) {
  json::object patch = {{"state", state}, {"done_at", base::to_string(services_.clock.now())}};
  if (!reason.empty()) patch["reason"] = reason;
  services_.records.update_in(connection, process_caller(), todo.registry->require("stage_action_run"), todo.run, patch);
}

void ActionRunner::finish_apart(const Todo& todo, std::string_view state, std::string_view reason) {
  services_.database.write({.name = "stage_action_end"}, [&](store::Connection& connection) { finish(connection, todo, state, reason); });
}

void ActionRunner::forget_old() {
  const auto registry = services_.catalog.current();
  const auto system = entity::Caller::system();
  const auto now = services_.clock.now();
  std::vector<std::int64_t> old;
  services_.database.read({.name = "stage_actions_old", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    const json::object filter = all_of({{{"field", "done_at"}, {"op", "lt"}, {"value", base::to_string(now - kKept)}}});
    old = find_records({connection, *registry, *system, now}, "stage_action_run", filter, 500);
  });
  for (const std::int64_t id : old) services_.records.purge(*system, registry->require("stage_action_run"), id);
}

}  // namespace sales
