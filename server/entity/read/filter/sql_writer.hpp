// SQL text and its parameters, appended from left to right; identifiers come from the registry, values are bound.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/store/database.hpp"

namespace entity::read {

struct Blob {
  std::string bytes;
};
using Bind = std::variant<std::monostate, std::int64_t, std::string, Blob, std::vector<std::int64_t>>;

void bind_value(store::Statement& statement, int index, const Bind& value);

class SqlWriter {
 public:
  explicit SqlWriter(store::Dialect dialect) : dialect_(dialect) { text_.reserve(512); }
  explicit SqlWriter(const store::Connection& connection) : SqlWriter(connection.dialect()) {}

  SqlWriter& operator<<(std::string_view sql) {
    text_.append(sql);
    return *this;
  }
  // Appends "$n".
  SqlWriter& parameter(Bind value);
  // Appends " = $n", " IN (SELECT …)" or " = ANY(…)" over the bound integers; there is at least one.
  SqlWriter& in_ints(std::vector<std::int64_t> values);
  // Whole tables are read: on PostgreSQL long lists become a sub-select, which it hashes; ANY of a parameter it would
  // search from end to end.
  void expect_many_rows() { many_rows_ = true; }
  SqlWriter& number(std::int64_t value);

  // Number of the next parameter; for text made elsewhere whose values are then given to add_bind in its order.
  int next_parameter() const { return static_cast<int>(binds_.size()) + 1; }
  void add_bind(Bind value) { binds_.push_back(std::move(value)); }
  // Cuts what was written since `size`; its parameters stay.
  std::string take(std::size_t size) {
    auto tail = text_.substr(size);
    text_.resize(size);
    return tail;
  }

  // A short name not used before in this statement: "t1".
  std::string new_alias() { return "t" + std::to_string(++aliases_); }
  store::Dialect dialect() const { return dialect_; }
  bool is_postgres() const { return dialect_ == store::Dialect::kPostgres; }
  const std::string& text() const { return text_; }
  const std::vector<Bind>& binds() const { return binds_; }
  std::size_t size() const { return text_.size(); }
  void bind_all(store::Statement& statement) const;

 private:
  store::Dialect dialect_;
  std::string text_;
  std::vector<Bind> binds_;
  int aliases_ = 0;
  bool many_rows_ = false;
};

}  // namespace entity::read
