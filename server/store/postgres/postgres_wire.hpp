// A libpq connection in pipeline mode.
#pragma once

#include <postgresql/libpq-fe.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace store::postgres {

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultDeleter>;

// What libpq needs to send one statement; the pointers live until send() returns.
struct Parameters {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  int result_format = 0;  // 1: binary
};

// Commands are sent without waiting; sync() ends a round trip and collects their results in order. After a failed
// command the server skips the rest up to the sync. Every wait has a deadline; past it the server is asked to cancel.
class PostgresWire {
 public:
  using Clock = std::chrono::steady_clock;
  // Takes the result of one command; null when it failed or the server skipped it.
  using Receiver = std::function<void(Result result)>;

  // Connects and enters pipeline mode. Error unavailable "database_unreachable".
  explicit PostgresWire(const std::string& address);
  ~PostgresWire();
  PostgresWire(const PostgresWire&) = delete;

  void send(const char* sql, const Parameters& parameters, Receiver receiver = nullptr);
  void send_plain(const char* sql, Receiver receiver = nullptr);
  void send_prepare(const char* statement, const char* sql, const Parameters& parameters, Receiver receiver);
  void send_prepared(const char* statement, const Parameters& parameters, Receiver receiver);
  // Ends the round trip without waiting for it.
  void send_sync();
  // What was sent goes on its way now; a fault is met by receive().
  void flush() { PQflush(handle_); }
  // Waits for everything that was sent. The first failed result, or null.
  Result receive(Clock::time_point deadline);
  // Several statements without parameters, outside the pipeline (nothing may be under way). The first failed result or
  // null; `receiver` gets the others.
  Result run_script(const std::string& sql, Clock::time_point deadline, const Receiver& receiver = nullptr);

  // Nothing more can come of it.
  bool is_lost() const { return is_lost_; }
  // The server has closed it while it lay idle. Only when nothing is under way.
  bool is_closed_by_server();
  bool is_in_transaction() const;
  bool is_under_way() const { return !expected_.empty(); }
  PGconn* handle() const { return handle_; }

 private:
  [[noreturn]] void fail();
  void require(int is_sent);
  PGresult* next_result(Clock::time_point& deadline);
  void wait_readable(Clock::time_point& deadline);

  struct Expected {
    Receiver receiver;
    bool is_sync = false;
  };
  PGconn* handle_ = nullptr;
  std::deque<Expected> expected_;
  bool is_lost_ = false;
  bool is_cancelled_ = false;
};

}  // namespace store::postgres
