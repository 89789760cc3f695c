#include "server/entity/read/filter/sql_writer.hpp"

namespace entity::read {

void bind_value(store::Statement& statement, int index, const Bind& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    statement.bind(index, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    statement.bind_text(index, *text);
  } else if (const auto* blob = std::get_if<Blob>(&value)) {
    statement.bind_blob(index, blob->bytes);
  } else if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
    statement.bind_int_list(index, *list);
  } else {
    statement.bind_null(index);
  }
}

SqlWriter& SqlWriter::number(std::int64_t value) {
  char buffer[24];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  text_.append(buffer, result.ptr);
  return *this;
}

SqlWriter& SqlWriter::parameter(Bind value) {
  binds_.push_back(std::move(value));
  text_ += '$';
  return number(static_cast<std::int64_t>(binds_.size()));
}

SqlWriter& SqlWriter::in_ints(std::vector<std::int64_t> values) {
  if (values.size() == 1) {
    text_ += " = ";
    return parameter(values.front());
  }
  if (is_postgres() && many_rows_ && values.size() > 8) {
    text_ += " IN (SELECT unnest(";
    parameter(std::move(values));
    text_ += "::bigint[]))";
    return *this;
  }
  // SQLite as store::Connection::int_list_sql; PostgreSQL estimates and indexes ANY, a sub-select it would join.
  text_ += is_postgres() ? " = ANY(" : " IN (SELECT value FROM json_each(";
  parameter(std::move(values));
  text_ += is_postgres() ? "::bigint[])" : "))";
  return *this;
}

void SqlWriter::bind_all(store::Statement& statement) const {
  for (std::size_t i = 0; i < binds_.size(); ++i) bind_value(statement, static_cast<int>(i) + 1, binds_[i]);
}

}  // namespace entity::read
