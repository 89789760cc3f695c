// Live updates: committed changes pushed to open screens over server-sent events, each seen through its caller's rights.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/api/authenticator.hpp"
#include "server/api/context.hpp"
#include "server/entity/write/outbox.hpp"

namespace api {

// Events of the outbox as one caller may see them: records he may read now, fields he may read. A record in the bin is shown to
// those who could read it; a purged one only to administrators.
class EventFilter {
 public:
  EventFilter(ApiContext& context, store::Connection& connection, entity::RegistryPtr registry)
      : context_(context), connection_(connection), registry_(std::move(registry)) {}
  // JSON object of the event for this caller; empty when he may not see it.
  std::string visible(const entity::OutboxEvent& event, const entity::Caller& caller);

 private:
  bool may_see(const entity::EntityDef& entity, const entity::OutboxEvent& event, const entity::Caller& caller);
  const entity::Record* record_of(const entity::EntityDef& entity, std::int64_t id);
  ApiContext& context_;
  store::Connection& connection_;
  entity::RegistryPtr registry_;
  std::unordered_map<const entity::EntityDef*, std::unordered_map<std::int64_t, std::optional<entity::Record>>> records_;
};

// One thread follows the outbox and feeds every open stream: "change" for records, "notice" {"unread"} for whoever has a new notice,
// "metadata" {"version"} for all when the metadata changed. Thread-safe.
class LiveHub {
 public:
  explicit LiveHub(ApiContext& context);
  ~LiveHub();  // stop()
  void start();
  void stop();
  // Streams what is committed after `position` (empty: from now on).
  void add(std::shared_ptr<http::EventStream> stream, Credential credential, std::string position);
  std::size_t open_streams() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

void add_event_routes(http::Router& router, ApiContext& context, LiveHub& live);

}  // namespace api
