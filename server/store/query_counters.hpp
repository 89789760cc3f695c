// Counters of named queries.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace store {

struct QueryStats;

// One name on one connection. Only that connection's user writes, so that no two cores fight over a line; anyone reads.
class QueryCounter {
 public:
  explicit QueryCounter(std::string_view name) : name_(name) {}
  const std::string& name() const { return name_; }
  void add(std::chrono::nanoseconds elapsed, std::int64_t rows);

 private:
  friend class QueryCounters;
  const std::string name_;
  std::atomic<std::int64_t> calls_{0}, total_ns_{0}, max_ns_{0}, rows_{0};
};

// The counters of one connection. They outlive the statements that they count.
class QueryCounters {
 public:
  QueryCounter& find(std::string_view name);                                   // connection's user only
  void collect(std::unordered_map<std::string_view, QueryStats>& into) const;  // any thread

 private:
  mutable std::mutex mutex_;  // guards insertion against collect()
  std::deque<QueryCounter> counters_;
  std::unordered_map<std::string_view, QueryCounter*> by_name_;
};

// The counters of all connections of a database, closed ones included. Thread-safe.
class QueryCounterRegistry {
 public:
  std::shared_ptr<QueryCounters> add();
  std::vector<QueryStats> statistics() const;  // by total time, longest first

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<QueryCounters>> all_;
};

}  // namespace store
