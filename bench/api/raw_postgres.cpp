#include <postgresql/libpq-fe.h>

#include <stdexcept>

#include "bench/api/raw_link.hpp"
#include "server/base/json_writer.hpp"

namespace raw {

namespace {

// Types of PostgreSQL's catalogue (pg_type.dat).
constexpr Oid kInt8 = 20, kInt2 = 21, kInt4 = 23, kNumeric = 1700;

class PostgresLink final : public Link {
 public:
  PostgresLink(const std::string& address, const std::vector<std::string>& statements)
      : handle_(PQconnectdb(address.c_str())), statements_(statements) {
    if (PQstatus(handle_) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(handle_));
    for (const auto& sql : statements_) {
      names_.push_back("s" + std::to_string(names_.size()));
      finish(PQprepare(handle_, names_.back().c_str(), sql.c_str(), 0, nullptr), sql, nullptr, nullptr);
    }
  }
  ~PostgresLink() override { PQfinish(handle_); }

  void run(std::size_t index, const std::vector<Value>& values, std::string& out, std::vector<std::int64_t>* ids) override {
    std::vector<std::string> texts(values.size());
    std::vector<const char*> pointers(values.size(), nullptr);
    std::vector<int> lengths(values.size(), 0), formats(values.size(), 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
        texts[i] = std::to_string(*number);
      } else if (const auto* text = std::get_if<std::string>(&values[i])) {
        texts[i] = *text;
      } else if (const auto* blob = std::get_if<Bytes>(&values[i])) {
        texts[i] = blob->bytes;
        formats[i] = 1;
      } else {
        continue;
      }
      pointers[i] = texts[i].data();
      lengths[i] = static_cast<int>(texts[i].size());
    }
    finish(
        PQexecPrepared(handle_, names_[index].c_str(), static_cast<int>(values.size()), pointers.data(), lengths.data(), formats.data(), 0),
        statements_[index], &out, ids);
  }
  void begin() override { finish(PQexec(handle_, "BEGIN"), "BEGIN", nullptr, nullptr); }
  void commit() override { finish(PQexec(handle_, "COMMIT"), "COMMIT", nullptr, nullptr); }
  std::string list(const std::vector<std::int64_t>& values) const override {
    std::string text = "{";
    for (const auto value : values) text += (text.size() > 1 ? "," : "") + std::to_string(value);
    return text + "}";
  }

 private:
  void finish(PGresult* result, const std::string& what, std::string* out, std::vector<std::int64_t>* ids) {
    const auto status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      const std::string problem = PQresultErrorMessage(result);
      PQclear(result);
      throw std::runtime_error(what + ": " + problem);
    }
    const int columns = PQnfields(result);
    for (int row = 0; out != nullptr && row < PQntuples(result); ++row) {
      if (ids != nullptr) ids->push_back(std::atoll(PQgetvalue(result, row, 0)));
      if (!out->empty()) *out += ',';
      *out += '{';
      for (int i = 0; i < columns; ++i) {
        if (i > 0) *out += ',';
        *out += '"';
        *out += PQfname(result, i);
        *out += "\":";
        const std::string_view text(PQgetvalue(result, row, i), static_cast<std::size_t>(PQgetlength(result, row, i)));
        const Oid type = PQftype(result, i);
        if (PQgetisnull(result, row, i)) {
          *out += "null";
        } else if (type == kInt8 || type == kInt4 || type == kInt2 || type == kNumeric) {
          *out += text;
        } else {
          base::append_json_string(*out, text);
        }
      }
      *out += '}';
    }
    PQclear(result);
  }

  PGconn* handle_;
  const std::vector<std::string> statements_;
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Link> open_postgres(const std::string& address, const std::vector<std::string>& statements) {
  return std::make_unique<PostgresLink>(address, statements);
}

}  // namespace raw
