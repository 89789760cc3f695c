// Prepared statements of one connection, least recently used first out.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace store {

// T has `bool busy` (borrowed at the moment: never thrown out). Not thread-safe.
template <class T>
class StatementCache {
 public:
  explicit StatementCache(std::size_t capacity) : capacity_(capacity) {}

  // The statement of `sql`, now the most recently used; nullptr when not cached.
  T* find(std::string_view sql) {
    auto found = by_sql_.find(sql);
    if (found == by_sql_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->statement.get();
  }

  T* insert(std::string_view sql, std::unique_ptr<T> statement) {
    entries_.push_front(Entry{std::string(sql), std::move(statement)});
    by_sql_.emplace(entries_.front().sql, entries_.begin());
    for (auto it = std::prev(entries_.end()); entries_.size() > capacity_ && it != entries_.begin();) {
      auto entry = it--;
      if (entry->statement->busy) continue;
      by_sql_.erase(entry->sql);
      entries_.erase(entry);
    }
    return entries_.front().statement.get();
  }

  // All but the borrowed ones.
  void clear() {
    for (auto it = entries_.begin(); it != entries_.end();) {
      auto entry = it++;
      if (entry->statement->busy) continue;
      by_sql_.erase(entry->sql);
      entries_.erase(entry);
    }
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string sql;
    std::unique_ptr<T> statement;
  };
  const std::size_t capacity_;
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> by_sql_;
};

}  // namespace store
