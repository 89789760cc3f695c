#include <algorithm>

#include "server/base/text/text.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/search/search.hpp"
#include "server/store/late_write.hpp"
#include "server/store/send.hpp"

namespace entity {

namespace {

std::string search_table(const EntityDef& entity) { return store::quote_identifier(entity.table + "__search"); }
std::string fts_table(const EntityDef& entity) { return store::quote_identifier(entity.table + "__fts"); }

// tsvector text form: each lexeme quoted. Tokens hold no quotes or backslashes (letters, digits, '^' and '@').
std::string as_tsvector(const std::string& tokens) {
  std::string out = "'";
  for (const char c : tokens) {
    if (c == ' ')
      out += "' '";
    else
      out += c;
  }
  return tokens.empty() ? std::string() : out += '\'';
}

std::int64_t owner_of(const Record& record) {
  if (record.entity->owner_index < 0) return 0;
  const auto* link = std::get_if<Link>(&record.at(record.entity->owner_index));
  return link == nullptr ? 0 : link->record_id;
}

int group_count(const EntityDef& entity) {
  int highest = 0;
  for (const auto& field : entity.fields) {
    if (field.search != SearchKind::kNone) highest = std::max(highest, search_group(entity, field));
  }
  return highest + 1;
}

// The tokens to delete are those of the stored text: the record may be indexed under other rules, or not yet.
void remove_row(store::Connection& connection, const EntityDef& entity, std::int64_t row, std::int64_t owner) {
  const bool is_sqlite = connection.dialect() == store::Dialect::kSqlite;
  std::string tokens;
  if (is_sqlite) {
    auto stored = connection.prepare("search_text_find", "SELECT text FROM " + search_table(entity) + " WHERE id = $1");
    if (!stored.bind(1, row).step()) return;
    tokens = document_tokens(stored.text(0), owner, number_parts(entity));
  }
  auto remove = connection.prepare("search_text_remove", "DELETE FROM " + search_table(entity) + " WHERE id = $1");
  store::send(connection, remove.bind(1, row));
  if (!is_sqlite) return;
  const std::string fts = fts_table(entity);
  std::string sql = "INSERT INTO " + fts + "(" + fts + ", rowid, tokens) VALUES('delete', $1, $2)";
  store::write_late(connection, {"search_index_remove", fts, std::move(sql), row, std::move(tokens)});
}

void add_row(store::Connection& connection, const EntityDef& entity, std::int64_t row, const std::string& text, std::string tokens) {
  if (connection.dialect() == store::Dialect::kPostgres) {
    auto add = connection.prepare("search_text_add", "INSERT INTO " + search_table(entity) +
                                                         "(id, text, tokens) VALUES($1, $2, $3::tsvector) ON CONFLICT(id) DO NOTHING");
    store::send(connection, add.bind(1, row).bind_text(2, text).bind_text(3, as_tsvector(tokens)));
    return;
  }
  const auto added =
      connection.prepare("search_text_add", "INSERT INTO " + search_table(entity) + "(id, text) VALUES($1, $2) ON CONFLICT(id) DO NOTHING")
          .bind(1, row)
          .bind_text(2, text)
          .run();
  if (added == 0) return;
  std::string fts = fts_table(entity);
  std::string sql = "INSERT INTO " + fts + "(rowid, tokens) VALUES($1, $2)";
  store::write_late(connection, {"search_index_add", std::move(fts), std::move(sql), row, std::move(tokens)});
}

bool is_searched(const FieldDef& field, const Value& value) { return field.search != SearchKind::kNone && !is_empty(value); }

bool still_holds(const SearchAhead& ahead, const Record& record) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    if (!is_searched(record.entity->fields[i], record.values[i])) continue;
    if (next == ahead.values.size()) return false;
    const auto& [field, value] = ahead.values[next++];
    if (field != static_cast<FieldIndex>(i) || value != record.values[i]) return false;
  }
  return next == ahead.values.size();
}

// What document_tokens would give with the owner in front.
std::string with_owner(const std::string& tokens, std::int64_t owner) {
  if (owner == 0) return tokens;
  const std::string first = "@o" + std::to_string(owner);
  return tokens.empty() ? first : first + " " + tokens;
}

void add_ahead(store::Connection& connection, const Record& record, const SearchAhead& ahead) {
  const std::int64_t owner = owner_of(record);
  for (std::size_t group = 0; group < ahead.groups.size(); ++group) {
    const auto& [text, tokens] = ahead.groups[group];
    if (text.empty()) continue;
    add_row(connection, *record.entity, record.id * kSearchGroups + static_cast<std::int64_t>(group), text, with_owner(tokens, owner));
  }
}

}  // namespace

int search_group(const EntityDef& entity, const FieldDef& field) {
  if (!field.restricted) return 0;
  std::vector<int> restricted;
  for (const auto& other : entity.fields) {
    if (other.restricted && other.search != SearchKind::kNone) restricted.push_back(other.id);
  }
  std::sort(restricted.begin(), restricted.end());
  const auto at = std::find(restricted.begin(), restricted.end(), field.id) - restricted.begin();
  // More restricted searchable fields than groups share the last one: a caller then needs the right to all of them.
  return static_cast<int>(std::min<std::ptrdiff_t>(at + 1, kSearchGroups - 1));
}

bool is_searchable(const EntityDef& entity) {
  return entity.kind != EntityKind::kLog &&
         std::any_of(entity.fields.begin(), entity.fields.end(), [](const FieldDef& field) { return field.search != SearchKind::kNone; });
}

std::string search_text(const Record& record, int group) {
  std::string out;
  std::string raw;
  for (std::size_t i = 0; i < record.entity->fields.size(); ++i) {
    const FieldDef& field = record.entity->fields[i];
    if (field.search == SearchKind::kNone || is_empty(record.values[i])) continue;
    if (search_group(*record.entity, field) != group) continue;
    raw.clear();
    field.type->append_search_text(field, record.values[i], raw);
    const std::string folded = base::fold(raw);
    const auto words = base::words(folded);
    if (words.empty()) continue;
    if (!out.empty()) out += '\n';
    bool first = true;
    for (std::string_view word : words) {
      if (!first) out += ' ';
      first = false;
      out += word;
    }
    out += search_mark(field);
  }
  return out;
}

std::string search_mark(const FieldDef& field) {
  // Octal digits as control characters that no folded text holds; none of them is a line break.
  std::string mark = "\x01";
  for (int id = field.id; id > 0; id /= 8) mark += static_cast<char>(0x0E + id % 8);
  return mark;
}

NumberParts number_parts(const EntityDef& entity) {
  const bool has_numbers =
      std::any_of(entity.fields.begin(), entity.fields.end(), [](const FieldDef& field) { return field.search == SearchKind::kDigits; });
  return has_numbers ? NumberParts::kThreesAndFives : NumberParts::kThrees;
}

std::string search_layout(const EntityDef& entity) {
  // 1: lines without marks; 2: no fives of digits
  const int layout = number_parts(entity) == NumberParts::kThreesAndFives ? 3 : 2;
  std::string text = std::to_string(layout);
  for (const auto& field : entity.fields) {
    if (field.search == SearchKind::kNone) continue;
    text += ' ' + std::to_string(field.id) + ':' + std::to_string(static_cast<int>(field.search)) + ':' +
            std::to_string(search_group(entity, field));
  }
  return text;
}

std::vector<std::string> search_schema(store::Dialect dialect, const EntityDef& entity) {
  if (!is_searchable(entity)) return {};
  const std::string table = search_table(entity);
  if (dialect == store::Dialect::kSqlite) {
    return {"CREATE TABLE IF NOT EXISTS " + table + "(id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
            "CREATE VIRTUAL TABLE IF NOT EXISTS " + fts_table(entity) +
                " USING fts5(tokens, content='', detail=none, columnsize=0, tokenize=\"ascii tokenchars '^@'\")"};
  }
  const std::string index = store::quote_identifier("ix_" + entity.table + "__search_tokens");
  return {"CREATE TABLE IF NOT EXISTS " + table + "(id BIGINT PRIMARY KEY, text TEXT NOT NULL, tokens TSVECTOR NOT NULL)",
          "CREATE INDEX IF NOT EXISTS " + index + " ON " + table + " USING gin(tokens)"};
}

namespace {

bool says_the_same(const Record& before, const Record& after) {
  if (owner_of(before) != owner_of(after)) return false;
  for (std::size_t i = 0; i < after.entity->fields.size(); ++i) {
    if (after.entity->fields[i].search != SearchKind::kNone && before.values[i] != after.values[i]) return false;
  }
  return true;
}

}  // namespace

SearchAhead search_ahead(const Record& record) {
  SearchAhead ahead;
  const EntityDef& entity = *record.entity;
  if (!is_searchable(entity)) return ahead;
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    if (is_searched(entity.fields[i], record.values[i])) ahead.values.emplace_back(static_cast<FieldIndex>(i), record.values[i]);
  }
  const int groups = group_count(entity);
  for (int group = 0; group < groups; ++group) {
    std::string text = search_text(record, group);
    std::string tokens = text.empty() ? std::string() : document_tokens(text, 0, number_parts(entity));
    ahead.groups.push_back({std::move(text), std::move(tokens)});
  }
  return ahead;
}

void update_search_index(store::Connection& connection, const Record* before, const Record* after, const SearchAhead* ahead) {
  const Record* any = after != nullptr ? after : before;
  if (any == nullptr || !is_searchable(*any->entity)) return;
  const bool is_ready = ahead != nullptr && before == nullptr && after != nullptr && !after->deleted && still_holds(*ahead, *after);
  if (is_ready) return add_ahead(connection, *after, *ahead);
  if (before != nullptr && before->deleted) before = nullptr;
  if (after != nullptr && after->deleted) after = nullptr;
  if (before != nullptr && after != nullptr && says_the_same(*before, *after)) return;
  const int groups = group_count(*any->entity);
  for (int group = 0; group < groups; ++group) {
    const std::string old_text = before != nullptr ? search_text(*before, group) : std::string();
    const std::string new_text = after != nullptr ? search_text(*after, group) : std::string();
    const std::int64_t old_owner = before != nullptr ? owner_of(*before) : 0;
    const std::int64_t new_owner = after != nullptr ? owner_of(*after) : 0;
    if (old_text == new_text && (old_owner == new_owner || new_text.empty())) continue;
    const std::int64_t row = any->id * kSearchGroups + group;
    if (!old_text.empty()) remove_row(connection, *any->entity, row, old_owner);
    if (!new_text.empty())
      add_row(connection, *any->entity, row, new_text, document_tokens(new_text, new_owner, number_parts(*any->entity)));
  }
}

std::int64_t rebuild_search_index(store::Connection& connection, const Registry& registry, const EntityDef& entity, std::int64_t after_id,
                                  int limit) {
  std::vector<std::int64_t> ids;
  {
    auto statement = connection.prepare("search_rebuild_page", "SELECT id FROM " + store::quote_identifier(entity.table) +
                                                                   " WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2");
    statement.bind(1, after_id).bind(2, limit);
    while (statement.step()) ids.push_back(statement.integer(0));
  }
  if (after_id == 0) {
    if (connection.dialect() == store::Dialect::kSqlite) {
      const std::string fts = fts_table(entity);
      connection.execute("INSERT INTO " + fts + "(" + fts + ") VALUES('delete-all')");
    }
    connection.execute((connection.dialect() == store::Dialect::kSqlite ? "DELETE FROM " : "TRUNCATE ") + search_table(entity));
  }
  const int groups = group_count(entity);
  for (const std::int64_t id : ids) {
    const auto record = load_record(connection, registry, entity, id);
    if (!record) continue;
    for (int group = 0; group < groups; ++group) {
      const std::string text = search_text(*record, group);
      if (text.empty()) continue;
      add_row(connection, entity, id * kSearchGroups + group, text, document_tokens(text, owner_of(*record), number_parts(entity)));
    }
  }
  return ids.size() < static_cast<std::size_t>(limit) ? 0 : ids.back();
}

}  // namespace entity
