// Writes do not nest: on SQLite a write within a write would wait for itself.
#pragma once

#include "server/base/error.hpp"

namespace store {

inline thread_local bool is_thread_writing = false;

// Held while a thread runs a write's closure.
class WriteScope {
 public:
  WriteScope() : before_(is_thread_writing) { is_thread_writing = true; }
  ~WriteScope() { is_thread_writing = before_; }
  WriteScope(const WriteScope&) = delete;

  static void refuse_nesting() {
    if (is_thread_writing) throw base::Error::internal("a write inside a write");
  }

 private:
  const bool before_;
};

}  // namespace store
