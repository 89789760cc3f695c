#include "server/store/sqlite/sqlite_readers.hpp"

#include <algorithm>

#include "server/base/error.hpp"

namespace store::sqlite {

namespace {
std::atomic<std::uint64_t> next_id{1};
std::atomic<int> next_start{0};

// Where this thread found a connection last.
struct Hint {
  std::uint64_t pool = 0;
  int slot = 0;
};
thread_local Hint hint;
}  // namespace

SqliteReaders::SqliteReaders(int count, Open open) : id_(next_id++), open_(std::move(open)), slots_(std::max(count, 1)) {}

int SqliteReaders::take_any(int first) {
  int count = static_cast<int>(slots_.size());
  for (int i = 0; i < count; ++i) {
    int slot = (first + i) % count;
    if (!slots_[slot].is_taken.load(std::memory_order_relaxed) && !slots_[slot].is_taken.exchange(true)) return slot;
  }
  return -1;
}

SqliteReaders::Lease SqliteReaders::acquire(std::chrono::steady_clock::time_point deadline) {
  if (hint.pool != id_) hint = {id_, next_start++ % static_cast<int>(slots_.size())};
  int slot = take_any(hint.slot);
  if (slot < 0) {
    std::unique_lock lock(mutex_);
    ++waiting_;  // before the last look: give_back() frees first and looks at waiting_ after
    bool is_found = freed_.wait_until(lock, deadline, [&] { return (slot = take_any(hint.slot)) >= 0; });
    --waiting_;
    if (!is_found) throw base::Error(base::ErrorCode::kUnavailable, "database_busy");
  }
  open_taken(slot);
  hint.slot = slot;
  return Lease(*this, slot);
}

void SqliteReaders::open_taken(int slot) {
  try {
    if (is_closed_) throw base::Error(base::ErrorCode::kUnavailable, "database_closed");
    Slot& taken = slots_[slot];
    if (!taken.connection) taken.connection = open_();
  } catch (...) {
    give_back(slot);
    throw;
  }
}

int SqliteReaders::free_count() const {
  const auto is_free = [](const Slot& slot) { return !slot.is_taken.load(std::memory_order_relaxed); };
  return static_cast<int>(std::count_if(slots_.begin(), slots_.end(), is_free));
}

std::list<SqliteReaders::Lease> SqliteReaders::spare(int most) {
  std::list<Lease> leases;
  const int kept = (static_cast<int>(slots_.size()) + 1) / 2;
  while (static_cast<int>(leases.size()) < most && free_count() > kept) {
    const int slot = take_any(hint.slot);
    if (slot < 0) break;
    open_taken(slot);
    leases.emplace_back(*this, slot);
  }
  return leases;
}

void SqliteReaders::give_back(int slot) {
  slots_[slot].is_taken.store(false);
  if (waiting_.load() == 0) return;
  std::lock_guard lock(mutex_);
  freed_.notify_one();
}

void SqliteReaders::close() {
  is_closed_ = true;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    freed_.wait(lock, [&] { return !slots_[slot].is_taken.exchange(true); });
    --waiting_;
    slots_[slot].connection.reset();
    slots_[slot].is_taken = false;
    freed_.notify_all();
  }
}

}  // namespace store::sqlite
