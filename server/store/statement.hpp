// A prepared statement borrowed from its connection's cache.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace store {

class IdSet;

// Returned to the cache (reset, unbound) on destruction. Parameters are $1, $2, … in both dialects. Rows are read
// forward only; views returned by text() and blob() live until the next step(), bind or run(). Binding again or run()
// after the end starts anew; parameters not bound again keep their values, so one statement serves a loop.
//
// After a statement failed, its transaction (or savepoint) can only be left: every other statement in it fails too, as
// PostgreSQL demands; SQLite is held to the same.
//
// On PostgreSQL integers travel as int8, reals as float8, bytes as bytea; a text takes the type its place asks for. All
// rows of the result are fetched before the first step() returns: read big tables in keyset pages.
class Statement {
 public:
  class Impl;  // one per driver
  explicit Statement(Impl* impl) : impl_(impl) {}
  Statement(Statement&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind_null(int index);
  Statement& bind(int index, std::int64_t value);
  Statement& bind_real(int index, double value);
  // Copied. Error invalid_argument "text_encoding" for NUL bytes and invalid UTF-8, which PostgreSQL cannot hold.
  Statement& bind_text(int index, std::string_view value);
  Statement& bind_blob(int index, std::string_view bytes);  // copied
  // For `col IN (SELECT value FROM <list>)`: see Connection::int_list_sql.
  Statement& bind_int_list(int index, const std::vector<std::int64_t>& values);
  // SQLite: the set that `mv_in_set($index, id)` asks. Not copied: it outlives the run.
  Statement& bind_id_set(int index, const IdSet& ids);
  // SQLite: after about so much work (instructions of its machine: some 15 for an entry of an index and its row) the
  // statement ends as if there were no more rows, and has_given_up() is true. Its transaction goes on. Holds until the
  // statement goes back to the cache. Inside a write and on PostgreSQL it never gives up.
  Statement& give_up_after(std::int64_t work);
  bool has_given_up() const;

  // Executes on the first call. False when there are no more rows.
  bool step();
  // Runs to the end; number of rows changed.
  std::int64_t run();
  int column_count() const;
  bool is_null(int column) const;
  // Null reads as 0, 0.0 and "". PostgreSQL's true and false read as 1 and 0.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  Impl* impl_;
};

// What a driver implements; one virtual call per value, no allocation per row.
class Statement::Impl {
 public:
  virtual void release() = 0;  // back to the cache
  virtual void bind_null(int index) = 0;
  virtual void bind_integer(int index, std::int64_t value) = 0;
  virtual void bind_real(int index, double value) = 0;
  virtual void bind_text(int index, std::string_view value) = 0;
  virtual void bind_blob(int index, std::string_view bytes) = 0;
  virtual void bind_int_list(int index, const std::vector<std::int64_t>& values) = 0;
  virtual void bind_id_set(int index, const IdSet& ids) = 0;
  virtual void give_up_after(std::int64_t work) = 0;
  virtual bool has_given_up() = 0;
  virtual bool step() = 0;
  virtual std::int64_t run() = 0;
  virtual int column_count() = 0;
  virtual bool is_null(int column) = 0;
  virtual std::int64_t integer(int column) = 0;
  virtual double real(int column) = 0;
  virtual std::string_view text(int column) = 0;
  virtual std::string_view blob(int column) = 0;

 protected:
  ~Impl() = default;  // owned by the cache, never deleted through this class
};

inline Statement::~Statement() {
  if (impl_) impl_->release();
}
inline Statement& Statement::bind_null(int index) {
  impl_->bind_null(index);
  return *this;
}
inline Statement& Statement::bind(int index, std::int64_t value) {
  impl_->bind_integer(index, value);
  return *this;
}
inline Statement& Statement::bind_real(int index, double value) {
  impl_->bind_real(index, value);
  return *this;
}
inline Statement& Statement::bind_text(int index, std::string_view value) {
  impl_->bind_text(index, value);
  return *this;
}
inline Statement& Statement::bind_blob(int index, std::string_view bytes) {
  impl_->bind_blob(index, bytes);
  return *this;
}
inline Statement& Statement::bind_int_list(int index, const std::vector<std::int64_t>& values) {
  impl_->bind_int_list(index, values);
  return *this;
}
inline Statement& Statement::bind_id_set(int index, const IdSet& ids) {
  impl_->bind_id_set(index, ids);
  return *this;
}
inline Statement& Statement::give_up_after(std::int64_t work) {
  impl_->give_up_after(work);
  return *this;
}
inline bool Statement::has_given_up() const { return impl_->has_given_up(); }
inline bool Statement::step() { return impl_->step(); }
inline std::int64_t Statement::run() { return impl_->run(); }
inline int Statement::column_count() const { return impl_->column_count(); }
inline bool Statement::is_null(int column) const { return impl_->is_null(column); }
inline std::int64_t Statement::integer(int column) const { return impl_->integer(column); }
inline double Statement::real(int column) const { return impl_->real(column); }
inline std::string_view Statement::text(int column) const { return impl_->text(column); }
inline std::string_view Statement::blob(int column) const { return impl_->blob(column); }

}  // namespace store
