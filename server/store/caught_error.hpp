// An exception on its way to another thread.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include "server/base/error.hpp"

namespace store {

// A base::Error is copied, so that threads never share one; anything else is handed over: leave the catch block before
// the other thread may look.
class CaughtError {
 public:
  // Inside a catch block.
  void capture() {
    try {
      throw;
    } catch (const base::Error& error) {
      error_.emplace(error);
    } catch (...) {
      other_ = std::current_exception();
    }
  }
  void set(const base::Error& error) { error_.emplace(error); }
  explicit operator bool() const { return error_.has_value() || other_ != nullptr; }
  // Nothing when nothing was caught.
  void rethrow() {
    if (error_) throw base::Error(*error_);
    if (other_) std::rethrow_exception(std::exchange(other_, nullptr));
  }

 private:
  std::optional<base::Error> error_;
  std::exception_ptr other_;
};

}  // namespace store
