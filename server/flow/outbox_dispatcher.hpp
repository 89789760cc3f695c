// Hands committed changes to named consumers, in order, at least once.
//
// Invariants: a consumer sees every event; its position is stored after the batch it covers, so a crash repeats at most the
// last second of events (consumers are idempotent). Prompt consumers share a thread; those of the background share another
// of low priority, for their work of milliseconds for each event must keep neither web hooks nor requests waiting. On several nodes one
// node at a time runs a consumer (Lease). A consumer that throws is tried again with growing pauses and never skips an event.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/time.hpp"
#include "server/entity/module_host.hpp"
#include "server/store/database.hpp"

namespace flow {

using Consume = std::function<void(const std::vector<entity::OutboxEvent>&)>;

enum class Pace { kPrompt, kBackground };

struct ConsumerState {
  std::string name, position, last_error;
  std::int64_t handled = 0;
};

class OutboxDispatcher {
 public:
  OutboxDispatcher(store::Database& database, const base::Clock& clock, std::string node);
  ~OutboxDispatcher();  // stop()
  // Before start; a new consumer begins with what is committed after it.
  void add(std::string name, Consume consume, Pace pace = Pace::kPrompt);
  void start();
  void stop();  // waits for the batches in hand and stores positions
  std::vector<ConsumerState> states() const;
  // Returns when every consumer has handled what was committed before the call; for tests and tidy stops.
  void drain();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flow
