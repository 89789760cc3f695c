#include "server/store/postgres/postgres_wire.hpp"

#include <poll.h>

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/store/postgres/postgres_error.hpp"

namespace store::postgres {

namespace {
constexpr std::chrono::seconds kCancelPatience{5};

// Used unless the address says otherwise. A server that has vanished without a word is noticed after 10 to 20 s.
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"connect_timeout", "5"},     {"application_name", "matvey"}, {"client_encoding", "UTF8"},   {"keepalives_idle", "10"},
    {"keepalives_interval", "3"}, {"keepalives_count", "3"},      {"tcp_user_timeout", "20000"},
};

PGconn* connect(const std::string& address) {
  std::vector<const char*> names, values;
  for (auto [name, value] : kDefaults) {
    names.push_back(name);
    values.push_back(value);
  }
  // Expanded in place: what it names overrides what came before.
  names.push_back("dbname");
  values.push_back(address.c_str());
  names.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectdbParams(names.data(), values.data(), 1);
}
}  // namespace

PostgresWire::PostgresWire(const std::string& address) : handle_(connect(address)) {
  if (PQstatus(handle_) != CONNECTION_OK || PQenterPipelineMode(handle_) != 1) {
    std::string what = PQerrorMessage(handle_);
    PQfinish(handle_);
    throw lost_error(what);
  }
  PQsetNoticeProcessor(
      handle_, [](void*, const char*) {}, nullptr);
}

PostgresWire::~PostgresWire() { PQfinish(handle_); }

void PostgresWire::fail() {
  is_lost_ = true;
  expected_.clear();
  throw lost_error(PQerrorMessage(handle_));
}

void PostgresWire::require(int is_sent) {
  if (is_sent != 1) fail();
}

void PostgresWire::send(const char* sql, const Parameters& parameters, Receiver receiver) {
  require(PQsendQueryParams(handle_, sql, static_cast<int>(parameters.values.size()), parameters.types.data(), parameters.values.data(),
                            parameters.lengths.data(), parameters.formats.data(), parameters.result_format));
  expected_.push_back({std::move(receiver)});
}

void PostgresWire::send_plain(const char* sql, Receiver receiver) {
  require(PQsendQueryParams(handle_, sql, 0, nullptr, nullptr, nullptr, nullptr, 0));
  expected_.push_back({std::move(receiver)});
}

void PostgresWire::send_prepare(const char* statement, const char* sql, const Parameters& parameters, Receiver receiver) {
  require(PQsendPrepare(handle_, statement, sql, static_cast<int>(parameters.types.size()), parameters.types.data()));
  expected_.push_back({std::move(receiver)});
}

void PostgresWire::send_prepared(const char* statement, const Parameters& parameters, Receiver receiver) {
  require(PQsendQueryPrepared(handle_, statement, static_cast<int>(parameters.values.size()), parameters.values.data(),
                              parameters.lengths.data(), parameters.formats.data(), parameters.result_format));
  expected_.push_back({std::move(receiver)});
}

void PostgresWire::send_sync() {
  require(PQpipelineSync(handle_));
  expected_.push_back({nullptr, true});
}

Result PostgresWire::receive(Clock::time_point deadline) {
  Result first_error;
  while (!expected_.empty()) {
    Expected expected = std::move(expected_.front());
    expected_.pop_front();
    Result result(next_result(deadline));
    if (!result) fail();
    if (expected.is_sync) {
      if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) fail();
      continue;
    }
    auto status = PQresultStatus(result.get());
    while (PGresult* more = next_result(deadline)) PQclear(more);
    if (PQstatus(handle_) == CONNECTION_BAD) fail();
    if (status == PGRES_FATAL_ERROR && !first_error) first_error = std::move(result);
    if (status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED) result.reset();
    if (expected.receiver) expected.receiver(std::move(result));
  }
  is_cancelled_ = false;
  return first_error;
}

Result PostgresWire::run_script(const std::string& sql, Clock::time_point deadline, const Receiver& receiver) {
  require(PQexitPipelineMode(handle_));
  require(PQsendQuery(handle_, sql.c_str()));
  Result first_error;
  while (PGresult* raw = next_result(deadline)) {
    Result result(raw);
    if (PQresultStatus(raw) == PGRES_FATAL_ERROR && !first_error)
      first_error = std::move(result);
    else if (receiver)
      receiver(std::move(result));
  }
  is_cancelled_ = false;
  if (PQstatus(handle_) == CONNECTION_BAD) fail();
  require(PQenterPipelineMode(handle_));
  return first_error;
}

PGresult* PostgresWire::next_result(Clock::time_point& deadline) {
  while (PQflush(handle_) == 1 || PQisBusy(handle_)) {
    wait_readable(deadline);
    if (!PQconsumeInput(handle_)) fail();
  }
  return PQgetResult(handle_);
}

void PostgresWire::wait_readable(Clock::time_point& deadline) {
  pollfd waiting{PQsocket(handle_), POLLIN, 0};
  for (;;) {
    int timeout_ms = -1;
    if (deadline != Clock::time_point::max()) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
    }
    int ready = ::poll(&waiting, 1, timeout_ms);
    if (ready > 0) return;
    if (ready < 0 || Clock::now() < deadline) continue;  // EINTR
    if (is_cancelled_) fail();
    is_cancelled_ = true;
    deadline = Clock::now() + kCancelPatience;
    char reason[256];
    std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(handle_), &PQfreeCancel);
    if (!cancel || !PQcancel(cancel.get(), reason, sizeof reason)) fail();
  }
}

bool PostgresWire::is_closed_by_server() {
  if (is_lost_ || PQstatus(handle_) == CONNECTION_BAD) return true;
  // Nobody asked anything: what comes is a farewell or the end of the stream.
  pollfd waiting{PQsocket(handle_), POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

bool PostgresWire::is_in_transaction() const {
  auto status = PQtransactionStatus(handle_);
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

}  // namespace store::postgres
