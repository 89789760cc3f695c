// Rows of child tables and relations ↔ Items.
#include <algorithm>

#include "server/base/error.hpp"
#include "server/entity/schema/new_items.hpp"
#include "server/entity/storage.hpp"
#include "server/store/send.hpp"

namespace entity {

namespace {

Item read_item(const ItemTable& table, store::Statement& statement, int first) {
  Item item;
  item.id = statement.integer(first);
  item.columns.resize(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int column = first + 1 + static_cast<int>(i);
    if (statement.is_null(column)) continue;
    if (table.columns[i].kind == ColumnKind::kInteger) {
      item.columns[i] = statement.integer(column);
    } else {
      item.columns[i] = std::string(statement.text(column));
    }
  }
  return item;
}

const std::string& owner_column(const ItemTable& table) {
  static const std::string kRecordId = "\"record_id\"";
  return table.relation ? table.own_column : kRecordId;
}

std::string order_and_filter(const ItemTable& table) {
  return table.relation ? " AND \"deleted_at\" IS NULL ORDER BY \"id\"" : " ORDER BY \"position\",\"id\"";
}

int bind_columns(const ItemTable& table, const Item& item, store::Statement& statement, int first) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int parameter = first + static_cast<int>(i);
    const auto& column = item.columns[i];
    if (const auto* number = std::get_if<std::int64_t>(&column)) {
      statement.bind(parameter, *number);
    } else if (const auto* text = std::get_if<std::string>(&column)) {
      statement.bind_text(parameter, *text);
    } else {
      statement.bind_null(parameter);
    }
  }
  return static_cast<int>(table.columns.size());
}

std::string insert_item_sql(const ItemTable& table, std::string_view end) {
  const std::string_view columns = std::string_view(table.select_list).substr(std::string_view("\"id\"").size());
  std::string sql;
  sql.reserve(2 * table.select_list.size() + 128);
  sql.append("INSERT INTO ").append(table.quoted_table).append(" (\"record_id\",\"position\"").append(columns).append(") VALUES ($1,$2");
  for (std::size_t i = 0; i < table.columns.size(); ++i) sql.append(",$").append(std::to_string(i + 3));
  return sql.append(end);
}

std::int64_t insert_item(store::Connection& connection, const ItemTable& table, std::int64_t record_id, std::int64_t position,
                         const Item& item) {
  // RETURNING makes SQLite keep a journal of the statement and a table for its rows: twice the time of the insert.
  const bool is_sqlite = connection.dialect() == store::Dialect::kSqlite;
  auto statement = connection.prepare("insert_item", insert_item_sql(table, is_sqlite ? ")" : ") RETURNING \"id\""));
  statement.bind(1, record_id).bind(2, position);
  bind_columns(table, item, statement, 3);
  if (is_sqlite) {
    statement.run();
    auto last = connection.prepare("last_item_id", "SELECT last_insert_rowid()");
    last.step();
    return last.integer(0);
  }
  statement.step();
  const auto id = statement.integer(0);
  statement.step();
  return id;
}

void update_item(store::Connection& connection, const ItemTable& table, std::int64_t record_id, std::int64_t position, const Item& item) {
  std::string sql = "UPDATE " + table.quoted_table + " SET \"position\"=$3";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    sql += "," + store::quote_identifier(table.columns[i].suffix) + "=$" + std::to_string(i + 4);
  }
  auto statement = connection.prepare("update_item", sql + " WHERE \"id\"=$1 AND \"record_id\"=$2");
  statement.bind(1, item.id).bind(2, record_id).bind(3, position);
  bind_columns(table, item, statement, 4);
  statement.run();
}

// A relation record with nothing but its two links.
std::int64_t insert_relation(store::Connection& connection, const ItemTable& table, std::int64_t record_id, const Item& item,
                             const WriteStamp& stamp) {
  if (!stamp.random) throw base::Error::internal("a relation is written without a source of uids");
  const auto id = next_id(connection, *table.relation);
  auto statement = connection.prepare("insert_relation",
                                      "INSERT INTO " + table.quoted_table +
                                          " (\"id\",\"uid\",\"version\",\"created_at\",\"updated_at\",\"created_by\",\"updated_by\"," +
                                          table.own_column + "," + table.target_column + ") VALUES ($1,$2,1,$3,$3,$4,$4,$5,$6)");
  const auto uid = base::make_uid(stamp.now, *stamp.random);
  statement.bind(1, id).bind_blob(2, std::string_view(reinterpret_cast<const char*>(uid.data()), uid.size()));
  statement.bind(3, base::to_micros(stamp.now));
  if (stamp.user_id > 0) {
    statement.bind(4, stamp.user_id);
  } else {
    statement.bind_null(4);
  }
  statement.bind(5, record_id).bind(6, std::get<std::int64_t>(item.columns.at(0)));
  store::send(connection, statement);
  return id;
}

void remove_item(store::Connection& connection, const ItemTable& table, std::int64_t record_id, std::int64_t id) {
  connection.prepare("delete_item", "DELETE FROM " + table.quoted_table + " WHERE \"id\"=$1 AND " + owner_column(table) + "=$2")
      .bind(1, id)
      .bind(2, record_id)
      .run();
}

const Item* find_item(const Items& items, std::int64_t id) {
  if (id == 0) return nullptr;
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

Items read_items(store::Connection& connection, const ItemTable& table, std::int64_t record_id) {
  auto statement = connection.prepare("read_items", "SELECT " + table.select_list + " FROM " + table.quoted_table + " WHERE " +
                                                        owner_column(table) + "=$1" + order_and_filter(table));
  statement.bind(1, record_id);
  Items items;
  while (statement.step()) items.push_back(read_item(table, statement, 0));
  return items;
}

std::unordered_map<std::int64_t, Items> read_items(store::Connection& connection, const ItemTable& table,
                                                   const std::vector<std::int64_t>& record_ids) {
  std::unordered_map<std::int64_t, Items> result;
  if (record_ids.empty()) return result;
  auto statement = connection.prepare("read_items_of_many", "SELECT " + owner_column(table) + "," + table.select_list + " FROM " +
                                                                table.quoted_table + " WHERE " + owner_column(table) + " IN (" +
                                                                connection.int_list_sql(1) + ")" + order_and_filter(table));
  statement.bind_int_list(1, record_ids);
  while (statement.step()) result[statement.integer(0)].push_back(read_item(table, statement, 1));
  return result;
}

void read_all_items(store::Connection& connection, Record& record) {
  for (const auto& table : record.entity->storage->items) {
    auto items = read_items(connection, table, record.id);
    if (items.empty()) {
      record.at(table.field) = std::monostate{};
    } else {
      record.at(table.field) = std::move(items);
    }
  }
}

void write_new_items(store::Connection& connection, const ItemTable& table, std::int64_t record_id, const Items& items,
                     const WriteStamp& stamp) {
  if (items.empty()) return;
  if (table.relation) {
    for (const auto& item : items) insert_relation(connection, table, record_id, item, stamp);
    return;
  }
  auto statement = connection.prepare("insert_new_item", insert_item_sql(table, ")"));
  for (std::size_t i = 0; i < items.size(); ++i) {
    statement.bind(1, record_id).bind(2, static_cast<std::int64_t>(i));
    bind_columns(table, items[i], statement, 3);
    store::send(connection, statement);
  }
}

bool write_items(store::Connection& connection, const ItemTable& table, std::int64_t record_id, const Items& before, Items& after,
                 const WriteStamp& stamp) {
  bool is_changed = false;
  for (const auto& item : before) {
    if (find_item(after, item.id)) continue;
    remove_item(connection, table, record_id, item.id);
    is_changed = true;
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    auto& item = after[i];
    const auto position = static_cast<std::int64_t>(i);
    const auto* old = find_item(before, item.id);
    if (!old) {
      item.id = table.relation ? insert_relation(connection, table, record_id, item, stamp)
                               : insert_item(connection, table, record_id, position, item);
      is_changed = true;
    } else if (!table.relation && (old->columns != item.columns || static_cast<std::size_t>(old - before.data()) != i)) {
      update_item(connection, table, record_id, position, item);
      is_changed = true;
    }
  }
  return is_changed;
}

bool same_items(const Items& a, const Items& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Item& x, const Item& y) { return x.columns == y.columns && (x.id == y.id || x.id == 0 || y.id == 0); });
}

}  // namespace entity
