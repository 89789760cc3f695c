// The raw engine doing the work of a request: the same SQL by sqlite3 or libpq, rows written to JSON, nothing between.
//
//   raw_bench SPECIFICATION.json
//
// {"address": "FILE"|"postgresql://…", "mode": "read"|"write"|"print", "threads": 2, "seconds": 3,
//  "statements": ["SELECT …", …], "requests": [[[STATEMENT, VALUE, …], …], …]}
//
// A request is one or several statements with their values: null, a number, a text, {"hex": "…"}, {"ids": true} (the
// first column of the rows before as a list), {"n": [BASE, STEP]} (BASE + STEP × number of this request since the start),
// {"uid": true} (16 random bytes). "read": each thread has a connection and asks the requests in turn from a start of its
// own. "write": on SQLite the threads queue their requests to one writer that commits together what waits, beside a
// checkpoint thread; on PostgreSQL each thread has a connection and a transaction a request. "print": runs the requests
// once and prints the rows of each as a JSON array a line.
// Prints {"per_second": …, "p50_ms": …, "p99_ms": …}.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <fstream>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>

#include "bench/api/raw_link.hpp"
#include "server/base/json.hpp"

namespace raw {
namespace {

using Clock = std::chrono::steady_clock;

struct Parameter {
  enum class Kind { kFixed, kIds, kNumbered, kUid } kind = Kind::kFixed;
  Value value;
  std::int64_t base = 0, step = 0;
};
struct Step {
  std::size_t statement = 0;
  std::vector<Parameter> parameters;
};
using Request = std::vector<Step>;

struct Specification {
  std::string address, mode;
  int threads = 2;
  double seconds = 3;
  std::vector<std::string> statements;
  std::vector<Request> requests;
  bool is_postgres() const { return address.starts_with("postgresql:"); }
};

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return bytes;
}

Parameter read_parameter(const json::value& given) {
  Parameter parameter;
  if (given.is_int64()) parameter.value = given.as_int64();
  if (given.is_string()) parameter.value = std::string(given.as_string());
  const auto* object = given.if_object();
  if (object == nullptr) return parameter;
  if (const auto* hex = object->if_contains("hex")) parameter.value = Bytes{from_hex(hex->as_string())};
  if (object->contains("ids")) parameter.kind = Parameter::Kind::kIds;
  if (object->contains("uid")) parameter.kind = Parameter::Kind::kUid;
  if (const auto* numbered = object->if_contains("n")) {
    parameter.kind = Parameter::Kind::kNumbered;
    parameter.base = numbered->as_array()[0].as_int64();
    parameter.step = numbered->as_array()[1].as_int64();
  }
  return parameter;
}

Specification read_specification(const char* path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  const auto parsed = base::parse_json(text.str(), {64, 1u << 30});
  const auto& object = parsed.as_object();
  Specification given;
  given.address = object.at("address").as_string();
  given.mode = object.at("mode").as_string();
  given.threads = static_cast<int>(object.at("threads").as_int64());
  given.seconds = object.at("seconds").to_number<double>();
  for (const auto& sql : object.at("statements").as_array()) given.statements.emplace_back(sql.as_string());
  for (const auto& steps : object.at("requests").as_array()) {
    Request request;
    for (const auto& words : steps.as_array()) {
      Step step;
      step.statement = static_cast<std::size_t>(words.as_array()[0].as_int64());
      for (std::size_t i = 1; i < words.as_array().size(); ++i) step.parameters.push_back(read_parameter(words.as_array()[i]));
      request.push_back(std::move(step));
    }
    given.requests.push_back(std::move(request));
  }
  return given;
}

// Runs requests on one connection; keeps its buffers.
class Runner {
 public:
  Runner(const Specification& given, Use use)
      : given_(given),
        link_(given.is_postgres() ? open_postgres(given.address, given.statements) : open_sqlite(given.address, use, given.statements)) {}

  const std::string& run(const Request& request, std::int64_t number) {
    out_.clear();
    out_ += "{\"items\":[";
    ids_.clear();
    for (std::size_t i = 0; i < request.size(); ++i) {
      rows_.clear();
      values_.clear();
      for (const auto& parameter : request[i].parameters) values_.push_back(value_of(parameter, number));
      link_->run(request[i].statement, values_, rows_, i == 0 && request.size() > 1 ? &ids_ : nullptr);
      if (i > 0) out_ += "],\"more\":[";
      out_ += rows_;
    }
    out_ += "]}";
    return out_;
  }
  Link& link() { return *link_; }

 private:
  Value value_of(const Parameter& parameter, std::int64_t number) {
    switch (parameter.kind) {
      case Parameter::Kind::kIds: return link_->list(ids_);
      case Parameter::Kind::kNumbered: return parameter.base + parameter.step * number;
      case Parameter::Kind::kUid: {
        Bytes uid;
        for (int i = 0; i < 4; ++i) {
          const auto word = random_();
          uid.bytes.append(reinterpret_cast<const char*>(&word), 4);
        }
        return uid;
      }
      default: return parameter.value;
    }
  }

  const Specification& given_;
  std::unique_ptr<Link> link_;
  std::vector<std::int64_t> ids_;
  std::vector<Value> values_;
  std::string rows_, out_;
  std::mt19937 random_{std::random_device{}()};
};

// A thread cannot hand its error on: the bench ends with it.
void guarded(const std::function<void()>& body) {
  try {
    body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "raw_bench: %s\n", error.what());
    std::_Exit(1);
  }
}

// Calls ask(thread, number) on each thread until the time is over; prints rate and latencies.
void measure(const Specification& given, const std::function<void(int, std::int64_t)>& ask) {
  std::atomic<std::int64_t> next{0};
  std::vector<std::vector<float>> times(static_cast<std::size_t>(given.threads));
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration<double>(given.seconds);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < given.threads; ++thread) {
    threads.emplace_back([&, thread] {
      for (auto before = Clock::now(); before < end;) {
        guarded([&] { ask(thread, next++); });
        const auto after = Clock::now();
        times[static_cast<std::size_t>(thread)].push_back(std::chrono::duration<float, std::milli>(after - before).count());
        before = after;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const double took = std::chrono::duration<double>(Clock::now() - start).count();
  std::vector<float> all;
  for (const auto& some : times) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  std::printf("{\"per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", static_cast<double>(all.size()) / took,
              static_cast<double>(all[all.size() / 2]), static_cast<double>(all[all.size() * 99 / 100]));
}

void read(const Specification& given) {
  std::vector<std::unique_ptr<Runner>> runners;
  for (int i = 0; i < given.threads; ++i) runners.push_back(std::make_unique<Runner>(given, Use::kRead));
  // As warm as a server that has answered them before: each request once on every connection, three seconds at most.
  std::vector<std::thread> threads;
  for (auto& runner : runners) {
    threads.emplace_back([&] {
      guarded([&] {
        const auto end = Clock::now() + std::chrono::seconds(3);
        for (std::size_t i = 0; i < given.requests.size() && Clock::now() < end; ++i) runner->run(given.requests[i], 0);
      });
    });
  }
  for (auto& thread : threads) thread.join();
  measure(given, [&](int thread, std::int64_t number) {
    const auto at = (static_cast<std::size_t>(number) + 977 * static_cast<std::size_t>(thread)) % given.requests.size();
    runners[static_cast<std::size_t>(thread)]->run(given.requests[at], number);
  });
}

// One writer, group commit: what waits is committed together, at most 256 requests or 10 ms.
class GroupWriter {
 public:
  explicit GroupWriter(const Specification& given) : given_(given), runner_(given, Use::kWrite) {
    writer_ = std::thread([this] { guarded([this] { write(); }); });
    checkpointer_ = std::thread([this] {
      while (!is_over_) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        if (wal_pages_ > 4000) checkpoint(given_.address);
      }
    });
  }
  ~GroupWriter() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
      arrived_.notify_one();
    }
    writer_.join();
    checkpointer_.join();
  }

  void ask(std::int64_t number) {
    Waiting mine{number};
    std::unique_lock lock(mutex_);
    queue_.push_back(&mine);
    arrived_.notify_one();
    mine.done.wait(lock, [&] { return mine.is_done; });
  }

 private:
  struct Waiting {
    std::int64_t number;
    bool is_done = false;
    std::condition_variable done;
  };

  void write() {
    std::unique_lock lock(mutex_);
    for (;;) {
      arrived_.wait(lock, [this] { return is_over_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::vector<Waiting*> group;
      lock.unlock();
      runner_.link().begin();
      lock.lock();
      const auto begun = Clock::now();
      while (!queue_.empty() && group.size() < 256 && Clock::now() - begun < std::chrono::milliseconds(10)) {
        group.push_back(queue_.front());
        queue_.pop_front();
        lock.unlock();
        const auto number = group.back()->number;
        runner_.run(given_.requests[static_cast<std::size_t>(number) % given_.requests.size()], number);
        lock.lock();
      }
      lock.unlock();
      runner_.link().commit();
      wal_pages_ = runner_.link().wal_pages();
      lock.lock();
      for (auto* waiting : group) {
        waiting->is_done = true;
        waiting->done.notify_one();
      }
    }
  }

  const Specification& given_;
  Runner runner_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Waiting*> queue_;
  std::atomic<bool> is_over_{false};
  std::atomic<int> wal_pages_{0};
  std::thread writer_, checkpointer_;
};

void write(const Specification& given) {
  if (!given.is_postgres()) {
    GroupWriter writer(given);
    return measure(given, [&](int, std::int64_t number) { writer.ask(number); });
  }
  std::vector<std::unique_ptr<Runner>> runners;
  for (int i = 0; i < given.threads; ++i) runners.push_back(std::make_unique<Runner>(given, Use::kWrite));
  measure(given, [&](int thread, std::int64_t number) {
    auto& runner = *runners[static_cast<std::size_t>(thread)];
    runner.link().begin();
    runner.run(given.requests[static_cast<std::size_t>(number) % given.requests.size()], number);
    runner.link().commit();
  });
}

void print(const Specification& given) {
  Runner runner(given, Use::kRead);
  for (const auto& request : given.requests) std::printf("%s\n", runner.run(request, 0).c_str());
}

}  // namespace
}  // namespace raw

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: raw_bench SPECIFICATION.json\n");
    return 2;
  }
  try {
    const auto given = raw::read_specification(argv[1]);
    if (given.requests.empty()) throw std::runtime_error("no requests");
    if (given.mode == "read") raw::read(given);
    if (given.mode == "write") raw::write(given);
    if (given.mode == "print") raw::print(given);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "raw_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
