#include "server/connect/web_hooks/web_hooks.hpp"

#include <sodium.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/log.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/query.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/save.hpp"
#include "server/flow/retention.hpp"

namespace connect {

namespace {

constexpr std::chrono::hours kTriedFor{24};
constexpr std::chrono::hours kJournalKept{24 * 14};
constexpr std::chrono::seconds kFirstPause{5}, kLongestPause{3600};
constexpr std::chrono::seconds kBusy{120};  // a node that dies lets its hook go after this
constexpr std::chrono::seconds kTimeout{10};
// For retries, and on PostgreSQL for what other nodes queued.
constexpr std::chrono::milliseconds kLookEvery{1000};
constexpr int kRound = 50, kThreads = 2;
constexpr std::size_t kMaxUrlBytes = 2000;
constexpr std::string_view kActions[] = {"created", "updated", "deleted", "restored"};

std::chrono::seconds pause_after(int failures) { return std::min(kLongestPause, kFirstPause * (1 << std::min(failures - 1, 12))); }

template <typename Items>
std::string json_list(const Items& items) {
  json::array all;
  for (const auto& item : items) all.emplace_back(item);
  return json::serialize(all);
}

bool holds(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

void check_url(const std::string& url) {
  const auto scheme = url.find("://");
  const bool is_known = url.starts_with("https://") || url.starts_with("http://");
  const bool is_plain = url.find_first_of(" \t\r\n\"<>\\") == std::string::npos && url.find('@') == std::string::npos;
  if (!is_known || !is_plain || url.size() > kMaxUrlBytes || url.size() < scheme + 4)
    throw base::Error::field("url", "bad_web_address", {{"raw", url.substr(0, 200)}});
}

// What came of one request; empty error: taken.
struct Outcome {
  int status = 0;
  std::string error;
  bool is_down = false;  // the address as a whole, not this event
};

}  // namespace

std::string web_hook_signature(std::string_view secret, std::int64_t seconds, std::string_view body) {
  const std::string start = std::to_string(seconds) + ".";
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(start.data()), start.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(body.data()), body.size());
  unsigned char digest[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, digest);
  char hex[2 * sizeof digest + 1];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  return "t=" + std::to_string(seconds) + ",v1=" + hex;
}

struct WebHooks::Impl {
  Impl(entity::Services& services, http::HttpClient& client) : services(services), client(client) {}

  entity::Services& services;
  http::HttpClient& client;
  std::mutex mutex;
  std::condition_variable changed;
  std::int64_t wakes = 0;
  bool stopping = false;
  std::vector<std::thread> threads;

  void wake() {
    {
      const std::lock_guard lock(mutex);
      ++wakes;
    }
    changed.notify_all();
  }

  std::int64_t now_micros() const { return base::to_micros(services.clock.now()); }

  // The record as the hook's owner may see it: living ones with values, one in the bin without. Empty: not at all.
  std::string body_of(store::Connection& connection, const WebHook& hook, const Delivery& delivery) const {
    const auto registry = services.catalog.current();
    const auto* entity = registry->find_id(delivery.entity_id);
    const auto caller = services.callers.find(hook.owner_id);
    if (entity == nullptr || !entity::may(*caller, *entity, entity::Action::kRead)) return {};
    const base::Instant now = services.clock.now();
    auto record = entity::load_record(connection, *registry, *entity, delivery.record_id);
    if (!record) return {};
    entity::copy_built_in(*record);
    entity::ConnectionResolver resolver(connection, *registry, now);
    const entity::FilterContext context{*registry, *entity, *caller, now};
    if (!entity::matches(entity::access_filter(*registry, *entity, *caller, entity::Action::kRead), *record, context, &resolver)) return {};
    if (!hook.filter.is_null() && !entity::matches(entity::parse_filter(hook.filter, context), *record, context, &resolver)) return {};

    std::string text;
    base::JsonWriter out(text);
    out.begin_object()
        .key("id")
        .integer(delivery.id)
        .key("hook")
        .integer(hook.id)
        .key("event")
        .text(delivery.event)
        .key("action")
        .text(delivery.action);
    out.key("entity").text(entity->key).key("record").integer(delivery.record_id).key("version").integer(delivery.version);
    out.key("at").text(base::to_string(delivery.at)).key("user").integer(delivery.user_id).key("fields").begin_array();
    for (const auto& field : entity->fields) {
      const bool is_changed =
          std::find(delivery.changed_fields.begin(), delivery.changed_fields.end(), field.id) != delivery.changed_fields.end();
      if (is_changed && entity::may_read_field(*caller, *entity, field) &&
          holds(hook.fields.value_or(std::vector<std::string>{}), field.key))
        out.text(field.key);
    }
    out.end_array().key("data");
    std::string data;
    base::JsonWriter values(data);
    if (record->deleted || !entity::write_record({connection, *registry, *caller, now}, *entity, record->id, values))
      out.null();
    else if (!hook.fields)
      out.raw(data);
    else
      out.value(chosen(data, *hook.fields));
    out.end_object();
    return text;
  }

  static json::value chosen(const std::string& data, const std::vector<std::string>& fields) {
    const json::value all = base::parse_json(data, {64, 64u << 20});
    json::object some;
    for (const std::string_view built_in : {"id", "version"}) some[built_in] = all.at(built_in);
    for (const auto& field : fields) {
      if (const auto* value = all.as_object().if_contains(field)) some[field] = *value;
    }
    return some;
  }

  static bool fits(const WebHook& hook, const entity::EntityDef& entity, const entity::OutboxEvent& event) {
    if (!hook.is_active || !holds(hook.entities, entity.key) || !holds(hook.actions, event.action)) return false;
    if (!hook.fields || event.action != "updated") return true;
    return std::any_of(entity.fields.begin(), entity.fields.end(), [&](const auto& field) {
      const bool is_changed = std::find(event.changed_fields.begin(), event.changed_fields.end(), field.id) != event.changed_fields.end();
      return is_changed && holds(*hook.fields, field.key);
    });
  }

  // Looks before it takes: most of the time there is nothing.
  bool is_any_due() {
    bool found = false;
    services.database.read({.name = "web_hook_look", .snapshot = false}, [&](store::Connection& connection) {
      auto statement = connection.prepare(
          "web_hook_look",
          "SELECT 1 FROM sys_web_hook h WHERE h.active = 1 AND h.busy_until <= $1 AND EXISTS (SELECT 1 FROM sys_web_hook_delivery d "
          "WHERE d.hook_id = h.id AND d.state = 'waiting' AND d.next_at <= $1) LIMIT 1");
      found = statement.bind(1, now_micros()).step();
    });
    return found;
  }

  // A hook with something due, now this thread's; its due deliveries in order.
  std::optional<WebHook> claim(std::vector<Delivery>& due) {
    std::optional<WebHook> hook;
    services.database.write({.name = "web_hook_claim"}, [&](store::Connection& connection) {
      hook.reset();
      due.clear();
      const std::int64_t now = now_micros();
      std::string sql =
          "SELECT h.id FROM sys_web_hook h WHERE h.active = 1 AND h.busy_until <= $1 AND EXISTS (SELECT 1 FROM sys_web_hook_delivery d "
          "WHERE d.hook_id = h.id AND d.state = 'waiting' AND d.next_at <= $1) ORDER BY h.busy_until LIMIT 1";
      if (connection.dialect() == store::Dialect::kPostgres) sql += " FOR UPDATE SKIP LOCKED";
      std::int64_t id = 0;
      {
        auto statement = connection.prepare("web_hook_due", sql);
        if (statement.bind(1, now).step()) id = statement.integer(0);
      }
      if (id == 0) return;
      hook = find(connection, id);
      connection.prepare("web_hook_busy", "UPDATE sys_web_hook SET busy_until = $1 WHERE id = $2")
          .bind(1, base::to_micros(services.clock.now() + kBusy))
          .bind(2, id)
          .run();
      std::vector<std::int64_t> ids;
      auto statement = connection.prepare(
          "web_hook_due_rows",
          "SELECT id FROM sys_web_hook_delivery WHERE hook_id = $1 AND state = 'waiting' AND next_at <= $2 ORDER BY id LIMIT $3");
      statement.bind(1, id).bind(2, now).bind(3, kRound);
      while (statement.step()) ids.push_back(statement.integer(0));
      for (const std::int64_t row : ids) due.push_back(*find_delivery(connection, id, row));
    });
    return hook;
  }

  Outcome send(const WebHook& hook, Delivery& delivery) {
    try {
      services.database.read({.name = "web_hook_body"},
                             [&](store::Connection& connection) { delivery.body = body_of(connection, hook, delivery); });
    } catch (const base::Error& error) {
      return {0, error.key(), error.code() == base::ErrorCode::kUnavailable};
    }
    if (delivery.body.empty()) return {0, "not_visible", false};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(services.clock.now().time_since_epoch()).count();
    http::ClientRequest request;
    request.method = "POST";
    request.url = hook.url;
    request.timeout = kTimeout;
    request.connect_timeout = kTimeout / 2;
    request.max_response_bytes = 64 << 10;
    request.headers = {{"Content-Type", "application/json"},
                       {"Matvey-Event", delivery.action},
                       {"Matvey-Delivery", std::to_string(delivery.id)},
                       {"Matvey-Signature", web_hook_signature(hook.secret, seconds, delivery.body)}};
    request.body = delivery.body;
    try {
      const auto answer = client.send(request);
      if (answer.status >= 200 && answer.status < 300) return {answer.status, {}, false};
      return {answer.status, "http_" + std::to_string(answer.status), answer.status >= 500 || answer.status == 429};
    } catch (const base::Error& error) {
      return {0, error.key(), true};
    }
  }

  void keep(const WebHook& hook, Delivery& delivery, const Outcome& outcome) {
    ++delivery.attempts;
    services.database.write({.name = "web_hook_outcome"}, [&](store::Connection& connection) {
      const bool is_taken = outcome.error.empty();
      const base::Instant now = services.clock.now();
      const std::int64_t next = base::to_micros(now + pause_after(delivery.attempts));
      // A row whose day is over is not tried again; so is one that its owner may no longer see.
      auto statement = connection.prepare(
          "web_hook_outcome",
          "UPDATE sys_web_hook_delivery SET attempts = attempts + 1, status = $1, error = $2, body = $3, delivered_at = $4, "
          "state = CASE WHEN $5 = 1 THEN 'done' WHEN $6 = 1 OR give_up_at <= $7 THEN 'failed' ELSE 'waiting' END, next_at = $7 WHERE id = "
          "$8");
      statement.bind(1, outcome.status).bind_text(2, outcome.error).bind_text(3, delivery.body);
      if (is_taken)
        statement.bind(4, base::to_micros(now));
      else
        statement.bind_null(4);
      statement.bind(5, is_taken ? 1 : 0).bind(6, outcome.error == "not_visible" ? 1 : 0).bind(7, next).bind(8, delivery.id).run();
      if (is_taken) {
        connection.prepare("web_hook_well", "UPDATE sys_web_hook SET failures = 0, failing_since = NULL, last_error = '' WHERE id = $1")
            .bind(1, hook.id)
            .run();
        return;
      }
      auto failing = connection.prepare(
          "web_hook_failing",
          "UPDATE sys_web_hook SET failures = failures + 1, last_error = $1, failing_since = coalesce(failing_since, $2) WHERE id = $3");
      failing.bind_text(1, outcome.error).bind(2, base::to_micros(now)).bind(3, hook.id).run();
    });
  }

  // Lets the hook go; after a failure of the address only when its pause is over.
  void release(std::int64_t id, bool is_down) {
    services.database.write({.name = "web_hook_release"}, [&](store::Connection& connection) {
      int failures = 0;
      {
        auto statement = connection.prepare("web_hook_failures", "SELECT failures FROM sys_web_hook WHERE id = $1");
        if (statement.bind(1, id).step()) failures = static_cast<int>(statement.integer(0));
      }
      const base::Instant until = services.clock.now() + (is_down ? pause_after(std::max(failures, 1)) : std::chrono::seconds(0));
      connection.prepare("web_hook_busy", "UPDATE sys_web_hook SET busy_until = $1 WHERE id = $2")
          .bind(1, base::to_micros(until))
          .bind(2, id)
          .run();
    });
  }

  bool send_some() {
    if (!is_any_due()) return false;
    std::vector<Delivery> due;
    const auto hook = claim(due);
    if (!hook) return false;
    const auto end = std::chrono::steady_clock::now() + kBusy / 2;
    bool is_down = false;
    for (auto& delivery : due) {
      if (is_down || is_stopping() || std::chrono::steady_clock::now() > end) break;
      const Outcome outcome = send(*hook, delivery);
      keep(*hook, delivery, outcome);
      is_down = outcome.is_down;
    }
    release(hook->id, is_down);
    return true;
  }

  bool is_stopping() {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  void run() {
    while (!is_stopping()) {
      std::int64_t seen = 0;
      {
        const std::lock_guard lock(mutex);
        seen = wakes;
      }
      try {
        while (!is_stopping() && send_some()) {
        }
      } catch (const std::exception& error) {
        base::log(base::LogLevel::kWarning, "web_hooks_failed", {{"what", std::string_view(error.what())}});
      }
      std::unique_lock lock(mutex);
      changed.wait_for(lock, kLookEvery, [&] { return stopping || wakes != seen; });
    }
  }
};

WebHooks::WebHooks(entity::Services& services, http::HttpClient& client) : impl_(std::make_unique<Impl>(services, client)) {}
WebHooks::~WebHooks() { stop(); }

void WebHooks::start() {
  for (int i = 0; i < kThreads; ++i) impl_->threads.emplace_back([impl = impl_.get()] { impl->run(); });
}

void WebHooks::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  for (auto& thread : impl_->threads) {
    if (thread.joinable()) thread.join();
  }
}

std::int64_t WebHooks::save(WebHook hook) {
  check_url(hook.url);
  const auto registry = impl_->services.catalog.current();
  const auto caller = impl_->services.callers.find(hook.owner_id);
  for (const auto& key : hook.entities) {
    const auto* entity = registry->find(key);
    if (entity == nullptr || !entity::may(*caller, *entity, entity::Action::kRead))
      throw base::Error::field("entities", "unknown_option", {{"valid", key}});
  }
  for (const auto& action : hook.actions) {
    if (std::find(std::begin(kActions), std::end(kActions), action) == std::end(kActions))
      throw base::Error::field("actions", "unknown_option", {{"valid", "created, updated, deleted, restored"}});
  }
  const auto* only = hook.entities.size() == 1 ? registry->find(hook.entities.front()) : nullptr;
  if (!hook.filter.is_null()) {
    if (only == nullptr) throw base::Error::field("filter", "one_entity_needed");
    entity::parse_filter(hook.filter, {*registry, *only, *caller, impl_->services.clock.now()});
  }
  for (const auto& key : hook.fields.value_or(std::vector<std::string>{})) {
    const auto* field = only == nullptr ? nullptr : only->field(key);
    if (only == nullptr) throw base::Error::field("fields", "one_entity_needed");
    if (field == nullptr || !entity::may_read_field(*caller, *only, *field))
      throw base::Error::field("fields", "unknown_field", {{"field", key}});
  }
  if (hook.secret.empty()) hook.secret = base::random_token(impl_->services.random);
  impl_->services.database.write({.name = "web_hook_save"}, [&](store::Connection& connection) {
    // A change gives a failing address another chance at once.
    auto statement = connection.prepare(
        "web_hook_save", hook.id == 0
                             ? "INSERT INTO sys_web_hook(owner_id, url, name, secret, entities, actions, filter, fields, active, "
                               "created_at) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id"
                             : "UPDATE sys_web_hook SET owner_id = $1, url = $2, name = $3, secret = $4, entities = $5, actions = $6, "
                               "filter = $7, fields = $8, active = $9, busy_until = 0, failures = 0 WHERE id = $10 RETURNING id");
    statement.bind(1, hook.owner_id).bind_text(2, hook.url).bind_text(3, hook.name).bind_text(4, hook.secret);
    statement.bind_text(5, json_list(hook.entities)).bind_text(6, json_list(hook.actions)).bind_text(7, json::serialize(hook.filter));
    if (hook.fields)
      statement.bind_text(8, json_list(*hook.fields));
    else
      statement.bind_null(8);
    statement.bind(9, hook.is_active ? 1 : 0).bind(10, hook.id == 0 ? impl_->now_micros() : hook.id);
    if (!statement.step()) throw base::Error(base::ErrorCode::kNotFound, "web_hook_not_found");
    hook.id = statement.integer(0);
  });
  impl_->wake();
  return hook.id;
}

void WebHooks::remove(std::int64_t id) {
  impl_->services.database.write({.name = "web_hook_remove"}, [&](store::Connection& connection) {
    connection.prepare("web_hook_remove_rows", "DELETE FROM sys_web_hook_delivery WHERE hook_id = $1").bind(1, id).run();
    if (connection.prepare("web_hook_remove", "DELETE FROM sys_web_hook WHERE id = $1").bind(1, id).run() == 0)
      throw base::Error(base::ErrorCode::kNotFound, "web_hook_not_found");
  });
}

void WebHooks::replay(std::int64_t hook_id, std::int64_t delivery_id) {
  impl_->services.database.write({.name = "web_hook_replay"}, [&](store::Connection& connection) {
    const std::int64_t now = impl_->now_micros();
    auto statement = connection.prepare(
        "web_hook_replay",
        "UPDATE sys_web_hook_delivery SET state = 'waiting', attempts = 0, next_at = $1, give_up_at = $2 WHERE hook_id = $3 AND id = $4");
    statement.bind(1, now).bind(2, base::to_micros(impl_->services.clock.now() + kTriedFor)).bind(3, hook_id).bind(4, delivery_id);
    if (statement.run() == 0) throw base::Error(base::ErrorCode::kNotFound, "delivery_not_found");
    connection.prepare("web_hook_retry", "UPDATE sys_web_hook SET busy_until = 0 WHERE id = $1 AND failures > 0").bind(1, hook_id).run();
  });
  impl_->wake();
}

void WebHooks::consume(const std::vector<entity::OutboxEvent>& events) {
  const auto registry = impl_->services.catalog.current();
  std::vector<std::pair<std::int64_t, const entity::OutboxEvent*>> fitting;
  impl_->services.database.read({.name = "web_hook_match", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
    fitting.clear();
    const auto hooks = list(connection);
    for (const auto& event : events) {
      const auto* entity = registry->find_id(event.entity_id);
      for (const auto& hook : hooks) {
        if (entity == nullptr || !Impl::fits(hook, *entity, event)) continue;
        Delivery probe;
        probe.entity_id = event.entity_id;
        probe.record_id = event.record_id;
        try {
          if (!impl_->body_of(connection, hook, probe).empty()) fitting.emplace_back(hook.id, &event);
        } catch (const base::Error& error) {
          // Its owner is gone, or the filter names a field that is: seen in the hook's own state, not in the consumer's.
          if (error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDeadlineExceeded) throw;
        }
      }
    }
  });
  if (fitting.empty()) return;
  impl_->services.database.write({.name = "web_hook_queue"}, [&](store::Connection& connection) {
    const base::Instant now = impl_->services.clock.now();
    for (const auto& [hook, event] : fitting) {
      auto statement = connection.prepare("web_hook_queue",
                                          "INSERT INTO sys_web_hook_delivery(hook_id, event, entity_id, record_id, version, action, "
                                          "fields, user_id, at, created_at, state, next_at, give_up_at) "
                                          "VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $10, $11) ON CONFLICT DO NOTHING");
      statement.bind(1, hook)
          .bind_text(2, event->position)
          .bind(3, event->entity_id)
          .bind(4, event->record_id)
          .bind(5, event->version)
          .bind_text(6, event->action);
      statement.bind_text(7, json_list(event->changed_fields))
          .bind(8, event->user_id)
          .bind(9, base::to_micros(event->at))
          .bind(10, base::to_micros(now));
      statement.bind(11, base::to_micros(now + kTriedFor)).run();
    }
  });
  impl_->wake();
}

bool WebHooks::send_some() { return impl_->send_some(); }

std::int64_t WebHooks::remove_old() {
  return flow::remove_old_rows(impl_->services.database,
                               {"web_hook_retention", "sys_web_hook_delivery", "id", "created_at < $1 AND state <> 'waiting'"},
                               impl_->services.clock.now() - kJournalKept);
}

}  // namespace connect
