#include "server/store/send.hpp"

#include "server/base/error.hpp"
#include "server/store/postgres/postgres_connection.hpp"
#include "server/store/sqlite/sqlite_connection.hpp"

namespace store {

void send(Connection& connection, Statement& statement) {
  if (connection.dialect() == Dialect::kSqlite) {
    statement.run();
    return;
  }
  const postgres::PostgresConnection::Sending sending(static_cast<postgres::PostgresConnection&>(connection));
  statement.run();
}

void notify_once(Connection& connection, std::string_view channel, std::string_view payload) {
  if (!connection.in_write()) throw base::Error::internal("notify_once outside a write");
  if (connection.dialect() == Dialect::kSqlite)
    static_cast<sqlite::SqliteConnection&>(connection).add_message_once(channel, payload);
  else
    static_cast<postgres::PostgresConnection&>(connection).add_message_once(channel, payload);
}

}  // namespace store
