#include "server/flow/outbox_dispatcher.hpp"

#include <sys/resource.h>

#include <condition_variable>
#include <mutex>
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
  Consumer(store::Database& database, const base::Clock& clock, std::string name, const std::string& node, Consume consume)
      : name(name), consume(std::move(consume)), lease(database, clock, "consumer." + name, node) {}
  const std::string name;
  Consume consume;
  Lease lease;
  bool loaded = false;
  entity::OutboxPosition position;
  bool dirty = false;
  base::Instant stored_at{}, retry_at{};
  int failures = 0;
  std::string last_error;
  std::int64_t handled = 0;
};

// Consumers of one pace and their thread.
struct Line {
  Pace pace;
  bool woken = false;
  std::int64_t rounds = 0;
  std::vector<std::unique_ptr<Consumer>> consumers;
  std::thread thread;
};

}  // namespace

struct OutboxDispatcher::Impl {
  Impl(store::Database& database, const base::Clock& clock, std::string node) : database(database), clock(clock), node(std::move(node)) {}

  store::Database& database;
  const base::Clock& clock;
  const std::string node;
  mutable std::mutex mutex;  // guards everything below but what only a line's thread touches (consumers' positions)
  std::condition_variable changed;
  bool stopping = false;
  Line lines[2] = {{.pace = Pace::kPrompt}, {.pace = Pace::kBackground}};
  store::Database::Subscription subscription;

  void wake() {
    {
      const std::lock_guard lock(mutex);
      for (auto& line : lines) line.woken = true;
    }
    changed.notify_all();
  }

  void load(Consumer& consumer) {
    database.write({.name = "consumer_load"}, [&](store::Connection& connection) {
      auto statement = connection.prepare("consumer_find", "SELECT tx, seq FROM sys_consumer WHERE name = $1");
      if (statement.bind_text(1, consumer.name).step()) {
        consumer.position = {statement.integer(0), statement.integer(1)};
        return;
      }
      consumer.position = entity::newest_position(connection);
      auto add = connection.prepare("consumer_add", "INSERT INTO sys_consumer(name, tx, seq, updated_at) VALUES($1, $2, $3, $4)");
      add.bind_text(1, consumer.name)
          .bind(2, consumer.position.transaction)
          .bind(3, consumer.position.sequence)
          .bind(4, base::to_micros(clock.now()))
          .run();
    });
    consumer.loaded = true;
    consumer.stored_at = clock.now();
  }

  void store_position(Consumer& consumer) {
    database.write({.name = "consumer_store"}, [&](store::Connection& connection) {
      auto statement = connection.prepare("consumer_store", "UPDATE sys_consumer SET tx = $1, seq = $2, updated_at = $3 WHERE name = $4");
      statement.bind(1, consumer.position.transaction)
          .bind(2, consumer.position.sequence)
          .bind(3, base::to_micros(clock.now()))
          .bind_text(4, consumer.name)
          .run();
    });
    consumer.dirty = false;
    consumer.stored_at = clock.now();
  }

  // True when there may be more at once.
  bool advance(Consumer& consumer, int batch) {
    if (clock.now() < consumer.retry_at || !consumer.lease.hold()) {
      consumer.loaded = consumer.loaded && clock.now() < consumer.retry_at;
      return false;
    }
    if (!consumer.loaded) load(consumer);
    std::vector<entity::OutboxEvent> events;
    store::ReadOptions options;
    options.name = "outbox_read";
    options.deadline = 10s;
    database.read(options, [&](store::Connection& connection) { events = entity::read_outbox(connection, consumer.position, batch); });
    if (!events.empty()) {
      consumer.consume(events);
      consumer.position = *entity::parse_position(events.back().position);
      consumer.dirty = true;
      const std::lock_guard lock(mutex);
      consumer.handled += static_cast<std::int64_t>(events.size());
      consumer.failures = 0;
      consumer.last_error.clear();
    }
    if (consumer.dirty && clock.now() - consumer.stored_at > kStorePositionEvery) store_position(consumer);
    return events.size() == static_cast<std::size_t>(batch);
  }

  bool advance_safely(Consumer& consumer, int batch) {
    try {
      return advance(consumer, batch);
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

  void run(Line& line) {
    // Of this thread alone (Linux counts priorities by thread).
    if (line.pace == Pace::kBackground) setpriority(PRIO_PROCESS, 0, kBackgroundNice);
    while (true) {
      bool more = false;
      for (auto& consumer : line.consumers) more = advance_safely(*consumer, kBatches[static_cast<int>(line.pace)]) || more;
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
    for (auto& consumer : line.consumers) {
      try {
        if (consumer->loaded && consumer->dirty) store_position(*consumer);
        consumer->lease.release();
      } catch (const std::exception& error) {
        base::log(base::LogLevel::kWarning, "consumer_position_not_stored",
                  {{"consumer", std::string_view(consumer->name)}, {"what", std::string_view(error.what())}});
      }
    }
  }
};

OutboxDispatcher::OutboxDispatcher(store::Database& database, const base::Clock& clock, std::string node)
    : impl_(std::make_unique<Impl>(database, clock, std::move(node))) {}
OutboxDispatcher::~OutboxDispatcher() { stop(); }

void OutboxDispatcher::add(std::string name, Consume consume, Pace pace) {
  impl_->lines[static_cast<int>(pace)].consumers.push_back(
      std::make_unique<Consumer>(impl_->database, impl_->clock, std::move(name), impl_->node, std::move(consume)));
}

void OutboxDispatcher::start() {
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
