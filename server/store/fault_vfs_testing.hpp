// A disk for SQLite that fails on demand.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_vfs;

namespace store {

// Registered under name() until destroyed; close every database on it first. Files are written through to the real
// folder, and what each 512-byte sector held since the file's last sync is remembered. Power loss then leaves every
// such sector as one of those versions, at random: so writes are dropped, reordered and torn. A file never synced since
// it was created may be gone. Bytes of a sector that was not written to stay (SQLite counts on that:
// sqlite.org/psow.html).
//
// The model: a sync that returned is durable; nothing else is. Removing a file is durable at once.
class FaultVfs {
 public:
  explicit FaultVfs(std::uint64_t seed);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;

  const std::string& name() const { return name_; }

  // The power goes at the `operations`-th write, sync or truncation from now: that one and all later fail.
  void lose_power_after(int operations);
  void lose_power_now() { lose_power_after(0); }
  bool is_power_lost() const { return is_off_; }
  // With every database closed: leaves the files as the loss left them. The disk works again.
  void apply_loss();

  enum class Fault {
    kNone,
    kDiskFull,   // no file grows
    kReadOnly,   // no write succeeds
    kSyncFails,  // writes succeed, syncs do not
  };
  void set_fault(Fault fault) { fault_ = fault; }
  std::int64_t sync_count() const { return sync_count_; }

  struct File;    // what is known of a path
  struct Handle;  // an open file
  struct Methods;

 private:
  bool begin_operation();  // false: the power is gone
  std::uint64_t random();

  const std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::mutex mutex_;  // guards files_ and what is in them, random_
  std::map<std::string, std::unique_ptr<File>, std::less<>> files_;
  std::uint64_t random_;
  std::atomic<bool> is_off_{false};
  std::atomic<int> operations_left_{-1};  // -1: no loss is due
  std::atomic<Fault> fault_{Fault::kNone};
  std::atomic<std::int64_t> sync_count_{0};
};

}  // namespace store
