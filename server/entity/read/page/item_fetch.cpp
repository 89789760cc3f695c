#include "server/entity/read/page/item_fetch.hpp"

#include <algorithm>
#include <charconv>

#include "server/base/json.hpp"
#include "server/base/json_writer.hpp"

namespace entity::read {

namespace {

std::size_t widest(const std::vector<const ItemTable*>& tables) {
  std::size_t width = 0;
  for (const auto* table : tables) width = std::max(width, table->columns.size());
  return width;
}

// The columns of a UNION have one type each: on PostgreSQL everything is sent as text.
void append_columns(std::string& sql, const ItemTable& table, std::size_t width, std::string_view cast) {
  for (std::size_t i = 0; i < width; ++i) {
    sql += ',';
    if (i >= table.columns.size()) {
      sql.append("NULL").append(cast);
    } else if (table.relation != nullptr) {
      sql.append(table.target_column).append(cast);
    } else {
      sql.append(store::quote_identifier(table.columns[i].suffix)).append(cast);
    }
  }
}

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Item read_item(const ItemTable& table, store::Statement& row, bool is_postgres) {
  constexpr int kFirst = 4;
  Item item;
  item.id = row.integer(3);
  item.columns.resize(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int column = kFirst + static_cast<int>(i);
    if (row.is_null(column)) continue;
    if (table.columns[i].kind == ColumnKind::kText)
      item.columns[i] = std::string(row.text(column));
    else
      item.columns[i] = is_postgres ? number_of(row.text(column)) : row.integer(column);
  }
  return item;
}

}  // namespace

namespace {

std::string rows_sql(const std::vector<const ItemTable*>& tables, const std::vector<std::string>* titles, store::Dialect dialect,
                     bool is_single) {
  const bool is_postgres = dialect == store::Dialect::kPostgres;
  const std::string_view cast = is_postgres ? "::text" : "";
  // As store::Connection::int_list_sql.
  const std::string_view match = is_single     ? " = $1"
                                 : is_postgres ? " IN (SELECT unnest($1::bigint[]))"
                                               : " IN (SELECT value FROM json_each($1))";
  const auto width = widest(tables);
  std::string sql;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto& table = *tables[i];
    const bool is_relation = table.relation != nullptr;
    const std::string owner = is_relation ? table.own_column : "\"record_id\"";
    if (i != 0) sql += " UNION ALL ";
    sql += "SELECT " + std::to_string(i) + (is_postgres ? "::bigint," : ",") + owner + "," + (is_relation ? "\"id\"" : "\"position\"") +
           ",\"id\"";
    append_columns(sql, table, width, cast);
    if (titles != nullptr) sql += "," + ((*titles)[i].empty() ? "NULL::text" : (*titles)[i]);
    sql += " FROM " + table.quoted_table + " WHERE " + owner + std::string(match);
    if (is_relation) sql += " AND \"deleted_at\" IS NULL";
  }
  return sql;
}

}  // namespace

std::string items_sql(const std::vector<const ItemTable*>& tables, store::Dialect dialect, bool is_single) {
  return rows_sql(tables, nullptr, dialect, is_single);
}

std::string items_json_sql(const ItemsWithTitles& wanted) {
  if (wanted.tables.empty()) return "NULL::text";
  std::string columns = "f,o,p,i";
  for (std::size_t i = 0; i < widest(wanted.tables); ++i) columns += ",c" + std::to_string(i);
  columns += ",t";
  return "(SELECT json_agg(json_build_array(" + columns + "))::text FROM (" +
         rows_sql(wanted.tables, &wanted.titles, store::Dialect::kPostgres, true) + ") x(" + columns + "))";
}

namespace {

struct Placed {
  std::int64_t record_id, position;
  Item item;
};

FetchedItems in_order(std::vector<std::vector<Placed>>&& rows) {
  FetchedItems found(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::sort(rows[i].begin(), rows[i].end(),
              [](const Placed& a, const Placed& b) { return std::pair(a.position, a.item.id) < std::pair(b.position, b.item.id); });
    for (auto& row : rows[i]) found[i][row.record_id].push_back(std::move(row.item));
  }
  return found;
}

}  // namespace

FetchedItems parse_items(const ItemsWithTitles& wanted, std::string_view json_text, TitleMap& titles) {
  constexpr std::size_t kFirst = 4;
  const auto& tables = wanted.tables;
  std::vector<std::vector<Placed>> rows(tables.size());
  const auto parsed = base::parse_json(json_text);
  for (const auto& element : parsed.as_array()) {
    const auto& values = element.as_array();
    const auto at = static_cast<std::size_t>(values[0].as_int64());
    const auto& columns = tables[at]->columns;
    Item item;
    item.id = values[3].as_int64();
    item.columns.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto* text = values[kFirst + i].if_string();
      if (text == nullptr) continue;
      if (columns[i].kind == ColumnKind::kText) {
        item.columns[i] = std::string(*text);
      } else {
        item.columns[i] = number_of(*text);
      }
    }
    if (!wanted.titles[at].empty()) {
      const auto* target = std::get_if<std::int64_t>(&item.columns.front());
      const auto* title = values.back().if_string();
      if (target != nullptr && title != nullptr && !title->empty()) {
        auto& text = titles[tables[at]->target_entity_id][*target];
        text.clear();
        base::append_json_string(text, *title);
      } else if (target != nullptr) {
        titles[tables[at]->target_entity_id].emplace(*target, "null");
      }
    }
    rows[at].push_back({values[1].as_int64(), values[2].as_int64(), std::move(item)});
  }
  return in_order(std::move(rows));
}

FetchedItems fetch_items(store::Connection& connection, const std::vector<const ItemTable*>& tables, const std::vector<std::int64_t>& ids,
                         const std::string& single_sql) {
  std::vector<std::vector<Placed>> rows(tables.size());
  if (tables.empty() || ids.empty()) return FetchedItems(tables.size());
  const bool is_postgres = connection.dialect() == store::Dialect::kPostgres;
  const bool is_single = ids.size() == 1;
  auto statement =
      connection.prepare("items", is_single && !single_sql.empty() ? single_sql : items_sql(tables, connection.dialect(), is_single));
  if (is_single)
    statement.bind(1, ids.front());
  else
    statement.bind_int_list(1, ids);
  while (statement.step()) {
    const auto at = static_cast<std::size_t>(statement.integer(0));
    rows[at].push_back({statement.integer(1), statement.integer(2), read_item(*tables[at], statement, is_postgres)});
  }
  return in_order(std::move(rows));
}

}  // namespace entity::read
