// One connection to a database with nothing between: sqlite3 or libpq, prepared statements, rows written to JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace raw {

struct Bytes {
  std::string bytes;
};
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

class Link {
 public:
  virtual ~Link() = default;
  // Runs one of the prepared statements with $1, $2, … and appends its rows to `out` as JSON objects with commas between.
  // When `ids` is given the first column of each row is added to it. Throws std::runtime_error.
  virtual void run(std::size_t statement, const std::vector<Value>& values, std::string& out, std::vector<std::int64_t>* ids) = 0;
  virtual void begin() = 0;
  virtual void commit() = 0;
  // The text of one parameter that stands for a list of integers.
  virtual std::string list(const std::vector<std::int64_t>& values) const = 0;
  // Pages in the WAL after the last commit; SQLite only.
  virtual int wal_pages() const { return 0; }
};

enum class Use { kRead, kWrite };
std::unique_ptr<Link> open_sqlite(const std::string& path, Use use, const std::vector<std::string>& statements);
std::unique_ptr<Link> open_postgres(const std::string& address, const std::vector<std::string>& statements);
// Moves the pages of the WAL into the file, without stopping the writer. SQLite only.
void checkpoint(const std::string& path);

}  // namespace raw
