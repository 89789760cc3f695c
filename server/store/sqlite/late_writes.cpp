#include "server/store/sqlite/late_writes.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "server/base/error.hpp"
#include "server/store/sqlite/sqlite_connection.hpp"

namespace store {

void write_late(Connection& connection, LateWrite write) {
  if (!connection.in_write()) throw base::Error::internal("write_late outside a write");
  if (connection.dialect() == Dialect::kSqlite) {
    static_cast<sqlite::SqliteConnection&>(connection).add_late(std::move(write));
    return;
  }
  connection.prepare(write.name, write.sql).bind(1, write.row).bind_text(2, write.text).run();
}

namespace sqlite {

void LateWrites::make(SqliteConnection& connection) {
  if (!is_pending()) return;
  std::vector<std::size_t> order(writes_.size() - made_);
  std::iota(order.begin(), order.end(), made_);
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return std::tie(writes_[a].table, writes_[a].row) < std::tie(writes_[b].table, writes_[b].row);
  });
  is_making_ = true;
  try {
    for (const std::size_t at : order) {
      const LateWrite& write = writes_[at];
      connection.prepare(write.name, write.sql).bind(1, write.row).bind_text(2, write.text).run();
    }
  } catch (...) {
    is_making_ = false;
    throw;
  }
  is_making_ = false;
  made_ = writes_.size();
}

void LateWrites::go_back(const Mark& mark) {
  if (mark.count < writes_.size()) writes_.resize(mark.count);
  made_ = mark.made;
}

void LateWrites::clear() {
  writes_.clear();
  made_ = 0;
}

}  // namespace sqlite
}  // namespace store
