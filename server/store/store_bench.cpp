// The store against the raw libraries, in the same run: point read, page read, durable writes of many threads.
//   MATVEY_TEST_POSTGRES=… build/store_bench [--benchmark_filter=sqlite]
#include <benchmark/benchmark.h>
#include <postgresql/libpq-fe.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdio>

#include "server/store/database_testing.hpp"

namespace {

using store::Connection;
using store::Database;
using store::Dialect;
using store::Statement;

constexpr int kRows = 100'000;
constexpr const char* kPoint = "SELECT id, name, city, phone, owner_id, amount, created_at, note FROM client WHERE id = $1";
constexpr const char* kPage =
    "SELECT id, name, city, phone, owner_id, amount, created_at, note FROM client WHERE owner_id = $1 AND id > $2 "
    "ORDER BY id LIMIT 50";
constexpr const char* kUpdate = "UPDATE client SET amount = amount + 1 WHERE id = $1";
constexpr const char* kInsert = "INSERT INTO audit (client_id, body) VALUES ($1, $2)";

struct Fixture {
  explicit Fixture(Dialect dialect) : scratch(dialect) {
    auto options = scratch.options();
    options.readers = 16;
    database = Database::open(options);
    database->change_schema([&](Connection& connection) {
      connection.execute(
          "CREATE TABLE client (id BIGINT PRIMARY KEY, name TEXT, city TEXT, phone TEXT, owner_id BIGINT, amount "
          "BIGINT, created_at BIGINT, "
          "note TEXT); CREATE INDEX ix_client__owner_id ON client (owner_id, id)");
      connection.execute(dialect == Dialect::kSqlite
                             ? "CREATE TABLE audit (id INTEGER PRIMARY KEY, client_id BIGINT, body TEXT)"
                             : "CREATE TABLE audit (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, client_id BIGINT, body TEXT)");
      connection.execute("CREATE INDEX ix_audit__client_id ON audit (client_id)");
    });
    database->write({}, [](Connection& connection) {
      Statement insert = connection.prepare("load", "INSERT INTO client VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
      for (std::int64_t id = 1; id <= kRows; ++id) {
        std::string text = "Общество с ограниченной ответственностью № " + std::to_string(id);
        insert.bind(1, id).bind_text(2, text).bind_text(3, "Казань").bind_text(4, "+7495" + std::to_string(1'000'000 + id));
        insert.bind(5, id % 200).bind(6, id * 100).bind(7, 1'700'000'000'000'000 + id).bind_text(8, text).run();
      }
    });
    database->optimize();
  }
  store::ScratchDatabase scratch;
  std::unique_ptr<Database> database;
};

Fixture& fixture(Dialect dialect) {
  if (dialect == Dialect::kSqlite) {
    static Fixture sqlite(Dialect::kSqlite);
    return sqlite;
  }
  static Fixture postgres(Dialect::kPostgres);
  return postgres;
}

std::int64_t next_id(std::uint64_t& state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return 1 + static_cast<std::int64_t>((state >> 33) % kRows);
}

// What every reader does with a row, so that both sides decode the same.
struct Sink {
  std::int64_t sum = 0;
  void row(std::int64_t id, std::string_view name, std::string_view city, std::int64_t amount) {
    sum += id + amount + static_cast<std::int64_t>(name.size() + city.size());
  }
};

void store_read(benchmark::State& state, Dialect dialect, bool is_page, bool is_snapshot) {
  Database& database = *fixture(dialect).database;
  std::uint64_t random = state.thread_index() * 7919 + 1;
  Sink sink;
  store::ReadOptions options{.name = "bench", .snapshot = is_snapshot};
  for (auto _ : state) {
    std::int64_t id = next_id(random);
    database.read(options, [&](Connection& connection) {
      Statement select = connection.prepare("bench", is_page ? kPage : kPoint);
      select.bind(1, is_page ? id % 200 : id);
      if (is_page) select.bind(2, id);
      while (select.step()) sink.row(select.integer(0), select.text(1), select.text(2), select.integer(5));
    });
  }
  benchmark::DoNotOptimize(sink.sum);
  state.SetItemsProcessed(state.iterations());
}

void raw_sqlite_read(benchmark::State& state, bool is_page) {
  std::string path = fixture(Dialect::kSqlite).scratch.options().address.substr(7);
  sqlite3* handle = nullptr;
  sqlite3_stmt* select = nullptr;
  sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  sqlite3_exec(handle, "PRAGMA mmap_size=2147418112; PRAGMA cache_size=-2048", nullptr, nullptr, nullptr);
  sqlite3_prepare_v3(handle, is_page ? kPage : kPoint, -1, SQLITE_PREPARE_PERSISTENT, &select, nullptr);
  std::uint64_t random = state.thread_index() * 7919 + 1;
  Sink sink;
  auto text = [&](int column) {
    auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(select, column));
    return std::string_view(bytes, sqlite3_column_bytes(select, column));
  };
  for (auto _ : state) {
    std::int64_t id = next_id(random);
    sqlite3_bind_int64(select, 1, is_page ? id % 200 : id);
    if (is_page) sqlite3_bind_int64(select, 2, id);
    while (sqlite3_step(select) == SQLITE_ROW) {
      sink.row(sqlite3_column_int64(select, 0), text(1), text(2), sqlite3_column_int64(select, 5));
    }
    sqlite3_reset(select);
  }
  benchmark::DoNotOptimize(sink.sum);
  sqlite3_finalize(select);
  sqlite3_close(handle);
  state.SetItemsProcessed(state.iterations());
}

void raw_postgres_read(benchmark::State& state, bool is_page) {
  PGconn* handle = PQconnectdb(fixture(Dialect::kPostgres).scratch.options().address.c_str());
  const Oid types[2] = {20, 20};
  PQclear(PQprepare(handle, "bench", is_page ? kPage : kPoint, is_page ? 2 : 1, types));
  std::uint64_t random = state.thread_index() * 7919 + 1;
  Sink sink;
  for (auto _ : state) {
    std::int64_t id = next_id(random);
    std::string first = std::to_string(is_page ? id % 200 : id), second = std::to_string(id);
    const char* values[2] = {first.c_str(), second.c_str()};
    PGresult* result = PQexecPrepared(handle, "bench", is_page ? 2 : 1, values, nullptr, nullptr, 0);
    for (int row = 0; row < PQntuples(result); ++row) {
      sink.row(std::atoll(PQgetvalue(result, row, 0)), PQgetvalue(result, row, 1), PQgetvalue(result, row, 2),
               std::atoll(PQgetvalue(result, row, 5)));
    }
    PQclear(result);
  }
  benchmark::DoNotOptimize(sink.sum);
  PQfinish(handle);
  state.SetItemsProcessed(state.iterations());
}

void store_write(benchmark::State& state, Dialect dialect) {
  Database& database = *fixture(dialect).database;
  std::uint64_t random = state.thread_index() * 7919 + 1;
  for (auto _ : state) {
    std::int64_t id = next_id(random);
    database.write({}, [&](Connection& connection) {
      connection.prepare("update", kUpdate).bind(1, id).run();
      connection.prepare("insert", kInsert).bind(1, id).bind_text(2, "{\"amount\":[100,101]}").run();
    });
  }
  state.SetItemsProcessed(state.iterations());
}

// One connection in a loop, `state.range(0)` writes to a commit: what the library can do when nobody waits for anybody.
void raw_sqlite_write(benchmark::State& state) {
  std::string path = fixture(Dialect::kSqlite).scratch.options().address.substr(7);
  sqlite3* handle = nullptr;
  sqlite3_stmt *update = nullptr, *insert = nullptr;
  sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  sqlite3_busy_timeout(handle, 5000);
  sqlite3_exec(handle, "PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; PRAGMA secure_delete=0", nullptr, nullptr, nullptr);
  sqlite3_prepare_v2(handle, kUpdate, -1, &update, nullptr);
  sqlite3_prepare_v2(handle, kInsert, -1, &insert, nullptr);
  std::uint64_t random = 1;
  std::int64_t in_group = 0;
  for (auto _ : state) {
    std::int64_t id = next_id(random);
    if (in_group++ == 0) sqlite3_exec(handle, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    sqlite3_bind_int64(update, 1, id);
    sqlite3_step(update);
    sqlite3_reset(update);
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_text(insert, 2, "{\"amount\":[100,101]}", -1, SQLITE_STATIC);
    sqlite3_step(insert);
    sqlite3_reset(insert);
    if (in_group >= state.range(0)) {
      sqlite3_exec(handle, "COMMIT", nullptr, nullptr, nullptr);
      in_group = 0;
    }
  }
  if (in_group > 0) sqlite3_exec(handle, "COMMIT", nullptr, nullptr, nullptr);
  sqlite3_finalize(update);
  sqlite3_finalize(insert);
  sqlite3_close(handle);
  state.SetItemsProcessed(state.iterations());
}

void raw_postgres_write(benchmark::State& state) {
  PGconn* handle = PQconnectdb(fixture(Dialect::kPostgres).scratch.options().address.c_str());
  const Oid types[2] = {20, 25};
  PQclear(PQprepare(handle, "update", kUpdate, 1, types));
  PQclear(PQprepare(handle, "insert", kInsert, 2, types));
  std::uint64_t random = state.thread_index() * 7919 + 1;
  for (auto _ : state) {
    std::string id = std::to_string(next_id(random));
    const char* values[2] = {id.c_str(), "{\"amount\":[100,101]}"};
    PQclear(PQexec(handle, "BEGIN"));
    PQclear(PQexecPrepared(handle, "update", 1, values, nullptr, nullptr, 0));
    PQclear(PQexecPrepared(handle, "insert", 2, values, nullptr, nullptr, 0));
    PQclear(PQexec(handle, "COMMIT"));
  }
  PQfinish(handle);
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(raw_sqlite_read, point, false)->Threads(1)->Threads(4)->UseRealTime();
BENCHMARK_CAPTURE(store_read, sqlite_point, Dialect::kSqlite, false, true)->Threads(1)->Threads(4)->UseRealTime();
BENCHMARK_CAPTURE(store_read, sqlite_point_bare, Dialect::kSqlite, false, false)->Threads(1)->Threads(4)->UseRealTime();
BENCHMARK_CAPTURE(raw_sqlite_read, page, true)->Threads(1)->UseRealTime();
BENCHMARK_CAPTURE(store_read, sqlite_page, Dialect::kSqlite, true, true)->Threads(1)->UseRealTime();
BENCHMARK(raw_sqlite_write)->Name("raw_sqlite_write/per_commit")->Arg(1)->Arg(64)->UseRealTime();
BENCHMARK_CAPTURE(store_write, sqlite, Dialect::kSqlite)->Threads(1)->Threads(16)->Threads(64)->UseRealTime();
BENCHMARK_CAPTURE(raw_postgres_read, point, false)->Threads(1)->Threads(4)->UseRealTime();
BENCHMARK_CAPTURE(store_read, postgres_point, Dialect::kPostgres, false, true)->Threads(1)->Threads(4)->UseRealTime();
BENCHMARK_CAPTURE(store_read, postgres_point_bare, Dialect::kPostgres, false, false)->Threads(1)->Threads(4)->UseRealTime();
BENCHMARK_CAPTURE(raw_postgres_read, page, true)->Threads(1)->UseRealTime();
BENCHMARK_CAPTURE(store_read, postgres_page, Dialect::kPostgres, true, true)->Threads(1)->UseRealTime();
BENCHMARK(raw_postgres_write)->Threads(1)->Threads(16)->UseRealTime();
BENCHMARK_CAPTURE(store_write, postgres, Dialect::kPostgres)->Threads(1)->Threads(16)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
