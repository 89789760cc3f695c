#include "server/api/live.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>

#include "server/api/authenticator.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/log.hpp"
#include "server/connect/notices/notices.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/save.hpp"

namespace api {

namespace {

using namespace std::chrono_literals;
constexpr int kBatch = 500;
constexpr std::size_t kWelcomed = 20;  // newcomers of one turn: after a restart all come at once, each with what it missed

}  // namespace

const entity::Record* EventFilter::record_of(const entity::EntityDef& entity, std::int64_t id) {
  auto& known = records_[&entity];
  auto it = known.find(id);
  if (it == known.end()) {
    auto record = entity::load_record(connection_, *registry_, entity, id);
    if (record) entity::copy_built_in(*record);
    it = known.emplace(id, std::move(record)).first;
  }
  return it->second ? &*it->second : nullptr;
}

bool EventFilter::may_see(const entity::EntityDef& entity, const entity::OutboxEvent& event, const entity::Caller& caller) {
  if (!entity::may(caller, entity, entity::Action::kRead)) return false;
  if (caller.is_admin || caller.is_system) return true;
  const entity::Record* record = record_of(entity, event.record_id);
  if (record == nullptr) return false;
  entity::ConnectionResolver resolver(connection_, *registry_, context_.clock.now());
  const entity::FilterContext context{*registry_, entity, caller, context_.clock.now()};
  return entity::matches(entity::access_filter(*registry_, entity, caller, entity::Action::kRead), *record, context, &resolver);
}

std::string EventFilter::visible(const entity::OutboxEvent& event, const entity::Caller& caller) {
  const entity::EntityDef* entity = registry_->find_id(event.entity_id);
  if (entity == nullptr || !may_see(*entity, event, caller)) return {};
  std::string text;
  base::JsonWriter out(text);
  out.begin_object()
      .key("position")
      .text(event.position)
      .key("entity")
      .text(entity->key)
      .key("id")
      .integer(event.record_id)
      .key("version")
      .integer(event.version);
  out.key("action")
      .text(event.action)
      .key("at")
      .text(base::to_string(event.at))
      .key("user")
      .integer(event.user_id)
      .key("fields")
      .begin_array();
  for (const auto& field : entity->fields) {
    const bool changed = std::find(event.changed_fields.begin(), event.changed_fields.end(), field.id) != event.changed_fields.end();
    if (changed && entity::may_read_field(caller, *entity, field)) out.text(field.key);
  }
  out.end_array().end_object();
  return text;
}

struct LiveHub::Impl {
  explicit Impl(ApiContext& context) : context(context) {}

  struct Listener {
    std::shared_ptr<http::EventStream> stream;
    Credential credential;        // asked again for each event: rights, scopes and revocation count at once
    entity::OutboxPosition from;  // events up to here are known to the client
    std::int64_t user_id = 0;     // whose notices it gets
    std::string asked;            // where a newcomer wants to go on; empty: from now on
  };

  ApiContext& context;
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool woken = false, stopping = false;
  std::vector<Listener> listeners;
  std::vector<Listener> newcomers;  // welcomed by the hub's thread, which alone knows what has been told: nothing falls between
  std::set<std::int64_t> told;      // users with new notices
  bool all_told = false;            // messages may have been missed: everyone looks
  std::int64_t metadata_version = 0;
  entity::OutboxPosition position;
  store::Database::Subscription subscription, notice_subscription;
  std::thread thread;

  void wake() {
    {
      const std::lock_guard lock(mutex);
      woken = true;
    }
    changed.notify_all();
  }

  static bool after(const entity::OutboxPosition& a, const entity::OutboxPosition& b) {
    return a.transaction != b.transaction ? a.transaction > b.transaction : a.sequence > b.sequence;
  }

  // Sends one event to one listener; false when the stream is to be dropped.
  bool send(EventFilter& filter, const entity::OutboxEvent& event, const Listener& listener) {
    if (!listener.stream->is_open()) return false;
    const auto at = entity::parse_position(event.position);
    if (!after(*at, listener.from)) return true;
    entity::CallerPtr caller;
    try {
      caller = context.authenticator.caller_of(listener.credential);
    } catch (const base::Error&) {
      return false;  // signed out, revoked or switched off
    }
    const std::string data = filter.visible(event, *caller);
    return data.empty() || listener.stream->send("change", event.position, data);
  }

  // Tells a newcomer what it missed; more than a batch means it should load its screen again.
  void welcome(store::Connection& connection, EventFilter& filter, Listener& listener) {
    if (!listener.stream->is_open()) return;
    listener.from = entity::newest_position(connection);
    const auto since = entity::parse_position(listener.asked);
    if (!listener.asked.empty() && since) {
      const auto missed = entity::read_outbox(connection, *since, kBatch);
      if (missed.size() == kBatch) {
        listener.stream->send("resync", entity::to_string(listener.from), "{}");
      } else {
        listener.from = *since;
        for (const auto& event : missed) {
          send(filter, event, listener);
          listener.from = *entity::parse_position(event.position);
        }
      }
    }
    const std::string version = std::to_string(context.catalog.current()->version());
    listener.stream->send("hello", entity::to_string(listener.from), "{\"metadata_version\":" + version + "}");
  }

  // True when there may be more at once.
  bool advance() {
    std::vector<Listener> current, arrived;
    {
      const std::lock_guard lock(mutex);
      current = listeners;
      const auto end = newcomers.begin() + static_cast<std::ptrdiff_t>(std::min(newcomers.size(), kWelcomed));
      arrived.assign(std::make_move_iterator(newcomers.begin()), std::make_move_iterator(end));
      newcomers.erase(newcomers.begin(), end);
    }
    try {
      return advance(std::move(current), arrived);
    } catch (...) {
      const std::lock_guard lock(mutex);
      newcomers.insert(newcomers.end(), arrived.begin(), arrived.end());
      throw;
    }
  }

  bool advance(std::vector<Listener> current, std::vector<Listener>& arrived) {
    std::vector<entity::OutboxEvent> events;
    std::vector<std::shared_ptr<http::EventStream>> gone;
    store::ReadOptions options;
    options.name = "live_events";
    options.deadline = 10s;
    context.database.read(options, [&](store::Connection& connection) {
      EventFilter filter(context, connection, context.catalog.current());
      for (auto& listener : arrived) welcome(connection, filter, listener);
      events = entity::read_outbox(connection, position, kBatch);
      current.insert(current.end(), arrived.begin(), arrived.end());
      for (const auto& event : events) {
        for (const auto& listener : current) {
          if (std::find(gone.begin(), gone.end(), listener.stream) == gone.end() && !send(filter, event, listener))
            gone.push_back(listener.stream);
        }
      }
    });
    if (!events.empty()) position = *entity::parse_position(events.back().position);
    const std::lock_guard lock(mutex);
    listeners.insert(listeners.end(), arrived.begin(), arrived.end());
    std::erase_if(listeners, [&](const Listener& listener) {
      return !listener.stream->is_open() || std::find(gone.begin(), gone.end(), listener.stream) != gone.end();
    });
    return events.size() == kBatch || !newcomers.empty();
  }

  // "5,17": ids of users.
  void take_notice_message(std::string_view message) {
    const std::lock_guard lock(mutex);
    if (message.empty()) all_told = true;
    while (!message.empty()) {
      std::int64_t user = 0;
      const auto [end, error] = std::from_chars(message.data(), message.data() + message.size(), user);
      if (error == std::errc{}) told.insert(user);
      const auto comma = message.find(',');
      message.remove_prefix(comma == std::string_view::npos ? message.size() : comma + 1);
    }
    woken = true;
    changed.notify_all();
  }

  void send_notices() {
    std::set<std::int64_t> users;
    std::vector<Listener> current;
    {
      const std::lock_guard lock(mutex);
      users.swap(told);
      const bool is_all = std::exchange(all_told, false);
      if (users.empty() && !is_all) return;
      for (const auto& listener : listeners) {
        if (is_all || users.contains(listener.user_id)) current.push_back(listener);
      }
    }
    if (current.empty()) return;
    context.database.read({.name = "live_notices"}, [&](store::Connection& connection) {
      for (const auto& listener : current) {
        const auto unread = connect::Notices::unread_count(connection, listener.user_id);
        listener.stream->send("notice", "", "{\"unread\":" + std::to_string(unread) + "}");
      }
    });
  }

  void send_metadata() {
    const std::int64_t version = context.catalog.current()->version();
    if (std::exchange(metadata_version, version) == version) return;
    const std::lock_guard lock(mutex);
    for (const auto& listener : listeners) listener.stream->send("metadata", "", "{\"version\":" + std::to_string(version) + "}");
  }

  void run() {
    while (true) {
      bool more = false;
      try {
        more = advance();
        send_notices();
        send_metadata();
      } catch (const std::exception& error) {
        base::log(base::LogLevel::kWarning, "live_updates_failed", {{"what", std::string_view(error.what())}});
      }
      std::unique_lock lock(mutex);
      if (stopping) return;
      if (more) continue;
      const auto pause = context.database.dialect() == store::Dialect::kPostgres ? 200ms : 1000ms;
      changed.wait_for(lock, pause, [&] { return woken || stopping; });
      woken = false;
    }
  }
};

LiveHub::LiveHub(ApiContext& context) : impl_(std::make_unique<Impl>(context)) {}
LiveHub::~LiveHub() { stop(); }

void LiveHub::start() {
  store::ReadOptions options;
  options.name = "live_start";
  impl_->context.database.read(options, [&](store::Connection& connection) { impl_->position = entity::newest_position(connection); });
  impl_->subscription = impl_->context.database.subscribe(entity::kOutboxChannel, [impl = impl_.get()](std::string_view) { impl->wake(); });
  impl_->notice_subscription = impl_->context.database.subscribe(
      connect::kNoticeChannel, [impl = impl_.get()](std::string_view message) { impl->take_notice_message(message); });
  impl_->metadata_version = impl_->context.catalog.current()->version();
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

void LiveHub::stop() {
  impl_->subscription.reset();
  impl_->notice_subscription.reset();
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  const std::lock_guard lock(impl_->mutex);
  impl_->listeners.clear();
  impl_->newcomers.clear();
}

void LiveHub::add(std::shared_ptr<http::EventStream> stream, Credential credential, std::string position) {
  const std::int64_t user_id = impl_->context.authenticator.caller_of(credential)->user_id;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->newcomers.push_back({std::move(stream), std::move(credential), {}, user_id, std::move(position)});
  }
  impl_->wake();
}

std::size_t LiveHub::open_streams() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->listeners.size() + impl_->newcomers.size();
}

namespace {

void pull(Call& call, http::Response& response) {
  const auto from = entity::parse_position(call.query("after"));
  if (!from) throw base::Error(base::ErrorCode::kInvalidArgument, "bad_cursor");
  const int limit = call.query_int("limit", 100, 1, 1000);
  const std::string entities = call.query("entities").empty() ? std::string() : "," + call.query("entities") + ",";
  call.read("events", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto events = entity::read_outbox(context.connection, *from, limit);
    EventFilter filter(call.context, context.connection, call.registry);
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    std::string next = entity::to_string(*from);
    for (const auto& event : events) {
      next = event.position;
      const auto* entity = call.registry->find_id(event.entity_id);
      if (entity == nullptr || (!entities.empty() && entities.find("," + entity->key + ",") == std::string::npos)) continue;
      const std::string visible = filter.visible(event, call.caller());
      if (!visible.empty()) out.raw(visible);
    }
    out.end_array().key("next").text(next).key("more").boolean(static_cast<int>(events.size()) == limit).end_object();
  });
}

}  // namespace

void add_event_routes(http::Router& router, ApiContext& context, LiveHub& live) {
  add_route(router, context, {http::Method::kGet, "/events", pull});
  add_route(router, context, {http::Method::kGet, "/live", [&live](Call& call, http::Response& response) {
                                std::string position(call.request.header("Last-Event-ID"));
                                if (position.empty()) position = call.query("after");
                                response.on_event_stream = [&live, credential = Authenticator::credential_of(call.request),
                                                            position](std::shared_ptr<http::EventStream> stream) {
                                  live.add(std::move(stream), credential, position);
                                };
                              }});
}

}  // namespace api
