#include "server/store/postgres/postgres_listener.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "server/base/error.hpp"
#include "server/store/database.hpp"
#include "server/store/postgres/postgres_error.hpp"

namespace store::postgres {

PostgresListener::PostgresListener(std::string address, Notifier& notifier)
    : address_(std::move(address)), notifier_(notifier), wake_file_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_file_ < 0) throw base::Error(base::ErrorCode::kResourceExhausted, "memory");
}

PostgresListener::~PostgresListener() {
  stop();
  ::close(wake_file_);
}

void PostgresListener::add_channel(const std::string& channel) {
  std::lock_guard lock(mutex_);
  if (is_stopping_) return;
  asked_.push_back(channel);
  if (!thread_.joinable()) thread_ = std::thread([this] { main(); });
  wake();
}

void PostgresListener::stop() {
  std::thread thread;
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    wake();
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

void PostgresListener::wake() {
  std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(wake_file_, &one, sizeof one);
}

void PostgresListener::main() {
  pthread_setname_np(pthread_self(), "store-listen");
  int attempt = 0;
  while (!is_stopping_) {
    try {
      PostgresWire wire(address_);
      PQexitPipelineMode(wire.handle());
      take_asked();
      listen(wire.handle(), notifier_.channels());
      attempt = 0;
      while (!is_stopping_ && wait(wire.handle())) {
        receive(wire.handle());
        listen(wire.handle(), take_asked());
      }
    } catch (const base::Error&) {
      // logged where it was found; connect again
    }
    if (!is_stopping_) pause(attempt++);
  }
}

std::vector<std::string> PostgresListener::take_asked() {
  std::lock_guard lock(mutex_);
  return std::exchange(asked_, {});
}

void PostgresListener::listen(PGconn* handle, const std::vector<std::string>& channels) {
  for (const std::string& channel : channels) {
    Result result(PQexec(handle, ("LISTEN " + quote_identifier(channel)).c_str()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) throw lost_error(PQerrorMessage(handle));
  }
  notifier_.post_gap(channels);
  receive(handle);
}

void PostgresListener::receive(PGconn* handle) {
  std::vector<Message> messages;
  while (PGnotify* note = PQnotifies(handle)) {
    messages.push_back({note->relname, note->extra});
    PQfreemem(note);
  }
  notifier_.post(std::move(messages));
}

bool PostgresListener::wait(PGconn* handle) {
  pollfd waiting[2] = {{PQsocket(handle), POLLIN, 0}, {wake_file_, POLLIN, 0}};
  if (::poll(waiting, 2, -1) < 0) return true;  // EINTR
  if (waiting[1].revents) {
    std::uint64_t count;
    [[maybe_unused]] auto read = ::read(wake_file_, &count, sizeof count);
  }
  if (waiting[0].revents && (!PQconsumeInput(handle) || PQstatus(handle) == CONNECTION_BAD)) {
    lost_error(PQerrorMessage(handle));
    return false;
  }
  return true;
}

void PostgresListener::pause(int attempt) {
  pollfd waiting{wake_file_, POLLIN, 0};
  ::poll(&waiting, 1, std::min(50 << std::min(attempt, 6), 2000));
  std::uint64_t count;
  [[maybe_unused]] auto read = ::read(wake_file_, &count, sizeof count);
}

}  // namespace store::postgres
