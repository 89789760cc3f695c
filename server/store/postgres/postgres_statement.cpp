#include "server/store/postgres/postgres_statement.hpp"

#include <endian.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "server/base/error.hpp"
#include "server/store/postgres/postgres_connection.hpp"
#include "server/store/text_check.hpp"

namespace store::postgres {

namespace {

constexpr std::size_t kKeptBufferBytes = 16 << 10;

// pg_type.dat of PostgreSQL 15
constexpr Oid kByteaOid = 17;
constexpr Oid kInt8Oid = 20;
constexpr Oid kFloat8Oid = 701;
constexpr Oid kInt8ArrayOid = 1016;

Oid oid_of(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kInteger: return kInt8Oid;
    case ParameterKind::kReal: return kFloat8Oid;
    case ParameterKind::kBytes: return kByteaOid;
    case ParameterKind::kIntegerList: return kInt8ArrayOid;
    case ParameterKind::kNull:
    case ParameterKind::kUntyped: return 0;
  }
  return 0;
}

void append_big_endian(std::string& out, std::uint64_t value) {
  value = htobe64(value);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void append_big_endian(std::string& out, std::uint32_t value) {
  value = htobe32(value);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// The highest $N outside of literals, quoted names and comments.
std::size_t count_parameters(std::string_view sql) {
  std::size_t highest = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    char c = sql[i];
    if (c == '\'' || c == '"') {
      i = std::min(sql.find(c, i + 1), sql.size());
    } else if (c == '-' && i + 1 < sql.size() && sql[i + 1] == '-') {
      i = std::min(sql.find('\n', i), sql.size());
    } else if (c == '$') {
      std::size_t number = 0;
      std::from_chars(sql.data() + i + 1, sql.data() + sql.size(), number);
      highest = std::max(highest, number);
    }
  }
  return highest;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

}  // namespace

PostgresStatement::PostgresStatement(PostgresConnection& connection, std::string_view name, std::string_view sql)
    : connection_(connection), sql_(sql), is_binary_(sql.starts_with("SELECT string_agg(int8send(")) {
  std::size_t count = count_parameters(sql);
  if (count > 65535) throw base::Error::internal("query " + std::string(name) + ": too many parameters");
  parameters_.resize(count);
}

PostgresStatement::~PostgresStatement() {
  for (const PreparedForm& form : forms_) {
    if (*form.epoch == connection_.epoch()) connection_.deallocate(form);
  }
}

void PostgresStatement::release() {
  stop();
  if (is_temporary) {
    delete this;
    return;
  }
  for (Parameter& parameter : parameters_) {
    parameter.kind = ParameterKind::kNull;
    if (parameter.bytes.capacity() > kKeptBufferBytes) std::string().swap(parameter.bytes);
  }
  busy = false;
}

PostgresStatement::Parameter& PostgresStatement::parameter(int index, ParameterKind kind) {
  if (is_started_) stop();
  if (index < 1 || index > static_cast<int>(parameters_.size())) {
    throw base::Error::internal("query " + counter_->name() + ": no parameter $" + std::to_string(index));
  }
  Parameter& parameter = parameters_[index - 1];
  parameter.kind = kind;
  parameter.bytes.clear();
  return parameter;
}

void PostgresStatement::bind_null(int index) { parameter(index, ParameterKind::kNull); }

void PostgresStatement::bind_integer(int index, std::int64_t value) {
  append_big_endian(parameter(index, ParameterKind::kInteger).bytes, static_cast<std::uint64_t>(value));
}

void PostgresStatement::bind_real(int index, double value) {
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  append_big_endian(parameter(index, ParameterKind::kReal).bytes, bits);
}

void PostgresStatement::bind_text(int index, std::string_view value) {
  check_text(value, counter_->name());
  parameter(index, ParameterKind::kUntyped).bytes.assign(value);
}

void PostgresStatement::bind_blob(int index, std::string_view bytes) { parameter(index, ParameterKind::kBytes).bytes.assign(bytes); }

// Binary form of int8[]: dimensions, has nulls, element type, length, lower bound, then (length, value) each;
// array_recv().
void PostgresStatement::bind_int_list(int index, const std::vector<std::int64_t>& values) {
  std::string& out = parameter(index, ParameterKind::kIntegerList).bytes;
  append_big_endian(out, std::uint32_t{values.empty() ? 0u : 1u});
  append_big_endian(out, std::uint32_t{0});
  append_big_endian(out, std::uint32_t{kInt8Oid});
  if (values.empty()) return;
  append_big_endian(out, static_cast<std::uint32_t>(values.size()));
  append_big_endian(out, std::uint32_t{1});
  for (std::int64_t value : values) {
    append_big_endian(out, std::uint32_t{sizeof value});
    append_big_endian(out, static_cast<std::uint64_t>(value));
  }
}

void PostgresStatement::fill(Parameters& parameters) const {
  std::size_t count = parameters_.size();
  parameters.types.resize(count);
  parameters.values.resize(count);
  parameters.lengths.resize(count);
  parameters.formats.resize(count);
  parameters.result_format = is_binary_ ? 1 : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Parameter& parameter = parameters_[i];
    bool is_text = parameter.kind == ParameterKind::kUntyped;
    parameters.types[i] = oid_of(parameter.kind);
    parameters.values[i] = parameter.kind == ParameterKind::kNull ? nullptr : parameter.bytes.c_str();
    parameters.lengths[i] = static_cast<int>(parameter.bytes.size());
    parameters.formats[i] = is_text ? 0 : 1;
  }
}

PreparedForm& PostgresStatement::form() {
  for (PreparedForm& form : forms_) {
    bool is_fitting = true;
    for (std::size_t i = 0; i < parameters_.size() && is_fitting; ++i) {
      is_fitting = parameters_[i].kind == ParameterKind::kNull || parameters_[i].kind == form.kinds[i];
    }
    if (is_fitting) return form;
  }
  PreparedForm& form = forms_.emplace_back();
  for (const Parameter& parameter : parameters_) form.kinds.push_back(parameter.kind);
  return form;
}

void PostgresStatement::execute() {
  is_started_ = true;
  row_ = -1;
  rows_ = 0;
  started_at_ = std::chrono::steady_clock::now();
  result_ = connection_.run(*this);
  rows_ = PQntuples(result_.get());
}

void PostgresStatement::stop() {
  if (!is_started_) return;
  is_started_ = false;
  connection_.count(*counter_, started_at_, rows_);
  result_.reset();
}

void PostgresStatement::bind_id_set(int, const IdSet&) {
  throw base::Error::internal("query " + counter_->name() + ": sets of ids are SQLite's");
}

bool PostgresStatement::step() {
  if (!is_started_) execute();
  if (row_ + 1 >= rows_) return false;
  ++row_;
  return true;
}

std::int64_t PostgresStatement::run() {
  stop();
  if (connection_.is_sending()) {
    started_at_ = std::chrono::steady_clock::now();
    connection_.send(*this);
    connection_.count(*counter_, started_at_, 0);
    return 0;
  }
  execute();
  // "INSERT 0 5", "UPDATE 5"; a SELECT counts rows too, but changes none.
  std::string_view command = PQcmdStatus(result_.get());
  std::int64_t changes = 0;
  if (!command.starts_with("SELECT")) {
    std::string_view count = PQcmdTuples(result_.get());
    std::from_chars(count.data(), count.data() + count.size(), changes);
  }
  rows_ += static_cast<int>(changes);
  stop();
  return changes;
}

int PostgresStatement::column_count() {
  if (!is_started_) execute();
  return PQnfields(result_.get());
}

std::int64_t PostgresStatement::integer(int column) {
  const char* text = PQgetvalue(result_.get(), row_, column);
  if (*text == 't') return 1;
  std::int64_t value = 0;
  std::from_chars(text, text + PQgetlength(result_.get(), row_, column), value);
  return value;
}

double PostgresStatement::real(int column) { return std::strtod(PQgetvalue(result_.get(), row_, column), nullptr); }

std::string_view PostgresStatement::text(int column) {
  return {PQgetvalue(result_.get(), row_, column), static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

// "\x0a1b…": https://www.postgresql.org/docs/15/datatype-binary.html
std::string_view PostgresStatement::blob(int column) {
  std::string_view hex = text(column);
  if (is_binary_) return hex;
  if (PQftype(result_.get(), column) != kByteaOid || hex.size() < 2) return hex;
  if (decoded_.size() <= static_cast<std::size_t>(column)) decoded_.resize(column + 1);
  std::string& bytes = decoded_[column];
  bytes.resize(hex.size() / 2 - 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(hex_value(hex[2 + 2 * i]) << 4 | hex_value(hex[3 + 2 * i]));
  }
  return bytes;
}

}  // namespace store::postgres
