// Web hooks: changes of records sent to addresses of other programs.
//
// Invariants
// - A hook sees what its owner may read at the moment of sending: records, and fields of them; what he may not read is not mentioned.
// - Every event that fits becomes a row of sys_web_hook_delivery, once (unique by hook and event). It is tried until it is taken (2xx) or
//   a day has passed, with pauses that double from 5 s to an hour.
// - One thread of one node at a time sends for a hook (busy_until), in the order of events. An address that does not answer, or answers
//   5xx or 429, pauses its whole hook; any other refusal only the event it was about.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/entity/module_host.hpp"
#include "server/http/client.hpp"

namespace connect {

const std::vector<store::Migration>& web_hook_migrations();  // number 47

struct WebHook {
  std::int64_t id = 0, owner_id = 0;
  std::string url, name, secret;
  std::vector<std::string> entities, actions;      // entity keys, "created" …; empty: all
  json::value filter;                              // in the grammar of lists; only for hooks of one entity; null: all records
  std::optional<std::vector<std::string>> fields;  // sent values; missing: every readable field
  bool is_active = true;
  base::Instant created_at{};
  std::optional<base::Instant> failing_since;
  std::string last_error;
};

struct Delivery {
  std::int64_t id = 0, hook_id = 0, record_id = 0, version = 0, user_id = 0;
  int entity_id = 0;
  std::string event, action, state;  // waiting, done, failed
  std::vector<int> changed_fields;
  base::Instant at{}, created_at{};
  std::optional<base::Instant> next_at, delivered_at;
  int attempts = 0, status = 0;
  std::string error;  // code of the last failure
  std::string body;   // of the last attempt
};

// Header values of a delivery: Matvey-Signature is "t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>" with the secret, hexadecimal>".
std::string web_hook_signature(std::string_view secret, std::int64_t seconds, std::string_view body);

class WebHooks {
 public:
  // All outlive it.
  WebHooks(entity::Services& services, http::HttpClient& client);
  ~WebHooks();  // stop()
  void start();
  void stop();  // waits for the requests in hand

  static std::vector<WebHook> list(store::Connection& connection);
  static std::optional<WebHook> find(store::Connection& connection, std::int64_t id);
  // Checks and stores; `hook.id` 0 adds. Field errors of url, entities, actions, filter, fields.
  std::int64_t save(WebHook hook);
  void remove(std::int64_t id);
  // Newest first; `state` empty: all.
  static std::vector<Delivery> deliveries(store::Connection& connection, std::int64_t hook_id, std::string_view state,
                                          std::int64_t before_id, int limit);
  static std::optional<Delivery> find_delivery(store::Connection& connection, std::int64_t hook_id, std::int64_t id);
  // Sends it again for a day from now on. Error not_found "delivery_not_found".
  void replay(std::int64_t hook_id, std::int64_t delivery_id);

  // Outbox consumer: queues what fits some hook.
  void consume(const std::vector<entity::OutboxEvent>& events);
  // Sends what is due for one hook; false when nothing is due.
  bool send_some();
  // The journal keeps 14 days.
  std::int64_t remove_old();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace connect
