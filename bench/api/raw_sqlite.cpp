#include <sqlite3.h>

#include <stdexcept>

#include "bench/api/raw_link.hpp"
#include "server/base/json_writer.hpp"

namespace raw {

namespace {

class SqliteLink final : public Link {
 public:
  SqliteLink(const std::string& path, Use use, const std::vector<std::string>& statements) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    const int flags = (use == Use::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
    check(sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr), "open");
    sqlite3_busy_timeout(handle_, 5000);
    execute("PRAGMA mmap_size=2147418112; PRAGMA temp_store=MEMORY");
    if (use == Use::kRead) {
      execute("PRAGMA cache_size=-8192");
    } else {
      execute("PRAGMA cache_size=-32768; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=0");
      sqlite3_wal_hook(
          handle_,
          [](void* self, sqlite3*, const char*, int pages) {
            static_cast<SqliteLink*>(self)->wal_pages_ = pages;
            return SQLITE_OK;
          },
          this);
    }
    for (const auto& sql : statements) {
      statements_.push_back(nullptr);
      check(sqlite3_prepare_v3(handle_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statements_.back(), nullptr), sql);
    }
  }
  ~SqliteLink() override {
    for (auto* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }

  void run(std::size_t index, const std::vector<Value>& values, std::string& out, std::vector<std::int64_t>* ids) override {
    sqlite3_stmt* statement = statements_[index];
    for (std::size_t i = 0; i < values.size(); ++i) bind(statement, static_cast<int>(i), values[i]);
    int code = 0;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      if (ids != nullptr) ids->push_back(sqlite3_column_int64(statement, 0));
      write_row(statement, out);
    }
    sqlite3_reset(statement);
    check(code == SQLITE_DONE ? SQLITE_OK : code, sqlite3_sql(statement));
  }
  void begin() override { execute("BEGIN IMMEDIATE"); }
  void commit() override { execute("COMMIT"); }
  std::string list(const std::vector<std::int64_t>& values) const override {
    std::string text = "[";
    for (const auto value : values) text += (text.size() > 1 ? "," : "") + std::to_string(value);
    return text + "]";
  }
  int wal_pages() const override { return wal_pages_; }

 private:
  void check(int code, const std::string& what) const {
    if (code != SQLITE_OK) throw std::runtime_error(what + ": " + (handle_ ? sqlite3_errmsg(handle_) : "no memory"));
  }
  void execute(const char* sql) { check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), sql); }

  // Parameters are named $1, $2, …; SQLite numbers them in the order of their first use.
  int position(sqlite3_stmt* statement, int index) const {
    char name[16] = "$";
    std::snprintf(name + 1, sizeof name - 1, "%d", index + 1);
    return sqlite3_bind_parameter_index(statement, name);
  }
  void bind(sqlite3_stmt* statement, int index, const Value& value) const {
    const int at = position(statement, index);
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      sqlite3_bind_int64(statement, at, *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      sqlite3_bind_text(statement, at, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
    } else if (const auto* blob = std::get_if<Bytes>(&value)) {
      sqlite3_bind_blob(statement, at, blob->bytes.data(), static_cast<int>(blob->bytes.size()), SQLITE_STATIC);
    } else {
      sqlite3_bind_null(statement, at);
    }
  }

  static void write_row(sqlite3_stmt* statement, std::string& out) {
    if (!out.empty()) out += ',';
    out += '{';
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      if (i > 0) out += ',';
      out += '"';
      out += sqlite3_column_name(statement, i);
      out += "\":";
      const auto* bytes = sqlite3_column_blob(statement, i);
      const std::string_view text(static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
      switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER: out += std::to_string(sqlite3_column_int64(statement, i)); break;
        case SQLITE_TEXT: base::append_json_string(out, text); break;
        case SQLITE_BLOB:
          out += "\"\\\\x";
          for (const unsigned char c : text) {
            out += "0123456789abcdef"[c >> 4];
            out += "0123456789abcdef"[c & 15];
          }
          out += '"';
          break;
        default: out += "null";
      }
    }
    out += '}';
  }

  sqlite3* handle_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
  int wal_pages_ = 0;
};

}  // namespace

std::unique_ptr<Link> open_sqlite(const std::string& path, Use use, const std::vector<std::string>& statements) {
  return std::make_unique<SqliteLink>(path, use, statements);
}

void checkpoint(const std::string& path) {
  sqlite3* handle = nullptr;
  if (sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(handle, 1000);
    sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  sqlite3_close(handle);
}

}  // namespace raw
