#include "server/flow/outbox_dispatcher.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "server/base/program/log.hpp"
#include "server/entity/write/outbox.hpp"
#include "server/flow/lease.hpp"

namespace flow {

namespace {

using namespace std::chrono_literals;
constexpr int kBatches[] = {500, 50};  // events by pace: a stop waits for the batch in hand
constexpr int kBackgroundNice = 10;
constexpr auto kStorePositionEvery = 1s;

struct Consumer {
  Consumer(std::string name, Consume consume) : name(std::move(name)), consume(std::move(consume)) {}
  const std::string name;
  const Consume consume;
  bool loaded = false;
  entity::OutboxPosition position;
  bool dirty = false;
  base::Instant retry_at{};
  int failures = 0;
  std::string last_error;
  std::int64_t handled = 0;
};

// Events read in one round. Most consumers stand at one position: what the first of them read serves the others.
struct Fetched {
  entity::OutboxPosition after;
  std::optional<std::vector<entity::OutboxEvent>> events;
};

// Consumers of one pace, their thread, and the lease that has one node serve them.
struct Line {
  Line(Pace pace, store::Database& database, const base::Clock& clock, const std::string& node)
      : pace(pace), lease(database, clock, pace == Pace::kPrompt ? "consumers.prompt" : "consumers.background", node) {}
  const Pace pace;
  Lease lease;
  base::Instant stored_at{};
  bool woken = false;
  std::int64_t rounds = 0;
  std::vector<std::unique_ptr<Consumer>> consumers;
  std::thread thread;
};

}  // namespace

struct OutboxDispatcher::Impl {
  Impl(store::Database& database, const base::Clock& clock, const std::string& node)
      : database(database), clock(clock), lines{{Pace::kPrompt, database, clock, node}, {Pace::kBackground, database, clock, node}} {}

  store::Database& database;
  const base::Clock& clock;
  mutable std::mutex
      mutex;  // guards everything below but what only a line's thread touches; positions are written under it, read by their thread without
  std::condition_variable changed;
  bool stopping = false;
  Line lines[2];
  store::Database::Subscription subscription;

  void wake() {
    {
      const std::lock_guard lock(mutex);
      for (auto& line : lines) line.woken = true;
    }
    changed.notify_all();
  }

  // New consumers begin here, before anybody writes: what comes until their threads look is theirs.
  void enrol() {
    database.write({.name = "consumers_enrol"}, [&](store::Connection& connection) {
      const auto position = entity::newest_position(connection);
      auto add = connection.prepare(
          "consumer_add", "INSERT INTO sys_consumer(name, tx, seq, updated_at) VALUES($1, $2, $3, $4) ON CONFLICT(name) DO NOTHING");
      for (const auto& line : lines) {
        for (const auto& consumer : line.consumers) {
          add.bind_text(1, consumer->name)
              .bind(2, position.transaction)
              .bind(3, position.sequence)
              .bind(4, base::to_micros(clock.now()))
              .run();
        }
      }
    });
  }

  void load(Consumer& consumer) {
    store::ReadOptions options;
    options.name = "consumer_load";
    options.deadline = 10s;
    entity::OutboxPosition position;
    database.read(options, [&](store::Connection& connection) {
      auto statement = connection.prepare("consumer_find", "SELECT tx, seq FROM sys_consumer WHERE name = $1");
      if (!statement.bind_text(1, consumer.name).step()) throw base::Error::internal("a consumer that was not enrolled");
      position = {statement.integer(0), statement.integer(1)};
    });
    consumer.loaded = true;
    const std::lock_guard lock(mutex);
    consumer.position = position;
  }

  // Another node serves the line and keeps its positions: what this one knows of them must not be stored over those.
  static void let_go(Line& line) {
    for (auto& consumer : line.consumers) consumer->loaded = consumer->dirty = false;
  }

  void store_positions(Line& line) {
    line.stored_at = clock.now();
    const auto is_dirty = [](const auto& consumer) { return consumer->dirty; };
    if (std::none_of(line.consumers.begin(), line.consumers.end(), is_dirty)) return;
    if (!line.lease.hold()) return let_go(line);
    database.write({.name = "consumer_store"}, [&](store::Connection& connection) {
      auto statement = connection.prepare("consumer_store", "UPDATE sys_consumer SET tx = $1, seq = $2, updated_at = $3 WHERE name = $4");
      for (const auto& consumer : line.consumers) {
        if (!consumer->dirty) continue;
        statement.bind(1, consumer->position.transaction)
            .bind(2, consumer->position.sequence)
            .bind(3, base::to_micros(clock.now()))
            .bind_text(4, consumer->name)
            .run();
      }
    });
    for (const auto& consumer : line.consumers) consumer->dirty = false;
  }

  const std::vector<entity::OutboxEvent>& events_after(const entity::OutboxPosition& position, int batch, Fetched& fetched) {
    if (fetched.events && fetched.after == position) return *fetched.events;
    store::ReadOptions options;
    options.name = "outbox_read";
    options.deadline = 10s;
    options.snapshot = false;  // one statement
    database.read(options, [&](store::Connection& connection) { fetched.events = entity::read_outbox(connection, position, batch); });
    fetched.after = position;
    return *fetched.events;
  }

  // True when there may be more at once.
  bool advance(Consumer& consumer, int batch, Fetched& fetched) {
    if (clock.now() < consumer.retry_at) return false;
    if (!consumer.loaded) load(consumer);
    const auto& events = events_after(consumer.position, batch, fetched);
    if (!events.empty()) {
      consumer.consume(events);
      consumer.dirty = true;
      const std::lock_guard lock(mutex);
      consumer.position = *entity::parse_position(events.back().position);
      consumer.handled += static_cast<std::int64_t>(events.size());
      consumer.failures = 0;
      consumer.last_error.clear();
    }
    return events.size() == static_cast<std::size_t>(batch);
  }

  bool advance_safely(Consumer& consumer, int batch, Fetched& fetched) {
    try {
      return advance(consumer, batch, fetched);
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex);
      ++consumer.failures;
      consumer.last_error = error.what();
      consumer.retry_at = clock.now() + std::chrono::milliseconds(std::min(60000, 100 << std::min(consumer.failures, 9)));
      base::log(base::LogLevel::kWarning, "consumer_failed",
                {{"consumer", std::string_view(consumer.name)},
                 {"failures", std::int64_t{consumer.failures}},
                 {"what", std::string_view(error.what())}});
      return false;
    }
  }

  // One look of every consumer, where this node serves the line; true when there may be more at once.
  bool round(Line& line) {
    bool more = false;
    try {
      Fetched fetched;
      for (auto& consumer : line.consumers) {
        if (!line.lease.hold()) {  // asked each time: the one before may have taken long
          let_go(line);
          return false;
        }
        more = advance_safely(*consumer, kBatches[static_cast<int>(line.pace)], fetched) || more;
      }
      if (clock.now() - line.stored_at > kStorePositionEvery) store_positions(line);
    } catch (const std::exception& error) {
      base::log(base::LogLevel::kWarning, "consumers_stopped", {{"what", std::string_view(error.what())}});
      return false;
    }
    return more;
  }

  void run(Line& line) {
    // Of this thread alone (Linux counts priorities by thread).
    if (line.pace == Pace::kBackground) setpriority(PRIO_PROCESS, 0, kBackgroundNice);
    while (true) {
      const bool more = round(line);
      std::unique_lock lock(mutex);
      ++line.rounds;
      changed.notify_all();
      if (stopping) break;
      if (more) continue;
      // On PostgreSQL events of finished transactions wait for older running ones: look again soon, not only when told.
      const auto pause = database.dialect() == store::Dialect::kPostgres ? 200ms : 1000ms;
      changed.wait_for(lock, pause, [&] { return line.woken || stopping; });
      line.woken = false;
    }
    try {
      store_positions(line);
      line.lease.release();
    } catch (const std::exception& error) {
      base::log(base::LogLevel::kWarning, "consumer_positions_not_stored", {{"what", std::string_view(error.what())}});
    }
  }
};

OutboxDispatcher::OutboxDispatcher(store::Database& database, const base::Clock& clock, std::string node)
    : impl_(std::make_unique<Impl>(database, clock, node)) {}
OutboxDispatcher::~OutboxDispatcher() { stop(); }

void OutboxDispatcher::add(std::string name, Consume consume, Pace pace) {
  impl_->lines[static_cast<int>(pace)].consumers.push_back(std::make_unique<Consumer>(std::move(name), std::move(consume)));
}

void OutboxDispatcher::start() {
  impl_->enrol();
  impl_->subscription = impl_->database.subscribe(entity::kOutboxChannel, [impl = impl_.get()](std::string_view) { impl->wake(); });
  for (auto& line : impl_->lines) line.thread = std::thread([impl = impl_.get(), &line] { impl->run(line); });
}

void OutboxDispatcher::stop() {
  impl_->subscription.reset();
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  for (auto& line : impl_->lines) {
    if (line.thread.joinable()) line.thread.join();
  }
}

void OutboxDispatcher::drain() {
  std::unique_lock lock(impl_->mutex);
  std::int64_t handled = -1;
  while (true) {
    std::int64_t now = 0;
    for (const auto& line : impl_->lines) {
      for (const auto& consumer : line.consumers) now += consumer->handled;
    }
    if (now == handled) return;
    handled = now;
    // Two whole rounds of each line from here: the first may have begun before the call.
    const std::int64_t wanted[] = {impl_->lines[0].rounds + 2, impl_->lines[1].rounds + 2};
    impl_->changed.wait(lock, [&] {
      for (auto& line : impl_->lines) line.woken = true;
      impl_->changed.notify_all();
      return (impl_->lines[0].rounds >= wanted[0] && impl_->lines[1].rounds >= wanted[1]) || impl_->stopping;
    });
  }
}

std::vector<ConsumerState> OutboxDispatcher::states() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<ConsumerState> states;
  for (const auto& line : impl_->lines) {
    for (const auto& consumer : line.consumers)
      states.push_back({consumer->name, entity::to_string(consumer->position), consumer->last_error, consumer->handled});
  }
  return states;
}

}  // namespace flow
