#include "server/store/database_testing.hpp"

#include <postgresql/libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "server/base/error.hpp"

namespace store {

namespace {

// Creating a database takes ten times as long as emptying one: they are kept until the program ends.
class Cluster {
 public:
  Cluster() {
    const char* address = std::getenv("MATVEY_TEST_POSTGRES");
    if (!address || !*address) throw std::runtime_error("MATVEY_TEST_POSTGRES is not set: start a cluster with tools/test-postgres");
    address_ = address;
  }
  ~Cluster() {
    for (const std::string& name : all_) run(address_, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  }

  std::string take() {
    std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      std::string name = free_.back();
      free_.pop_back();
      run(address_of(name), "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
      return name;
    }
    std::string name = "matvey_test_" + std::to_string(::getpid()) + "_" + std::to_string(all_.size());
    run(address_, "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
    all_.push_back(name);
    return name;
  }
  void give_back(const std::string& name) {
    std::lock_guard lock(mutex_);
    free_.push_back(name);
  }
  // The cluster's address with another database in it.
  std::string address_of(const std::string& name) const {
    std::size_t slash = address_.find('/', address_.find("//") + 2);
    std::size_t question = address_.find('?');
    std::string parameters = question == std::string::npos ? "" : address_.substr(question);
    return address_.substr(0, std::min(slash, question)) + "/" + name + parameters;
  }

 private:
  static void run(const std::string& address, const std::string& sql) {
    PGconn* handle = PQconnectdb(address.c_str());
    PQsetNoticeProcessor(
        handle, [](void*, const char*) {}, nullptr);
    PGresult* result = PQexec(handle, sql.c_str());
    std::string problem = PQresultStatus(result) == PGRES_COMMAND_OK ? "" : PQerrorMessage(handle);
    PQclear(result);
    PQfinish(handle);
    if (!problem.empty()) throw std::runtime_error(sql + ": " + problem);
  }

  std::string address_;
  std::mutex mutex_;
  std::vector<std::string> all_, free_;
};

Cluster& cluster() {
  static Cluster instance;
  return instance;
}

}  // namespace

ScratchDatabase::ScratchDatabase(Dialect dialect) {
  std::string folder = (std::filesystem::temp_directory_path() / "matvey-test.XXXXXX").string();
  if (!::mkdtemp(folder.data())) throw std::runtime_error("no temporary folder");
  folder_ = folder;
  if (dialect == Dialect::kSqlite) {
    options_.address = "sqlite:" + folder_ + "/matvey.db";
  } else {
    postgres_name_ = cluster().take();
    options_.address = cluster().address_of(postgres_name_);
  }
}

ScratchDatabase::~ScratchDatabase() {
  if (!postgres_name_.empty()) cluster().give_back(postgres_name_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string error_key(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.key();
  }
  return {};
}

std::int64_t query_integer(Database& database, std::string_view sql) {
  std::int64_t value = 0;
  database.read({.name = "test"}, [&](Connection& connection) {
    Statement select = connection.prepare("test", sql);
    if (select.step()) value = select.integer(0);
  });
  return value;
}

std::string query_text(Database& database, std::string_view sql) {
  std::string value;
  database.read({.name = "test"}, [&](Connection& connection) {
    Statement select = connection.prepare("test", sql);
    if (select.step()) value = select.text(0);
  });
  return value;
}

}  // namespace store
