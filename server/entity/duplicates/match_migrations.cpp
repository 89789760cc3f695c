#include "server/entity/duplicates/match_index.hpp"

namespace entity {

namespace {

// Keys and tokens are 64-bit hashes, stored as signed numbers.
constexpr std::string_view kSqlite = R"sql(
CREATE TABLE sys_match_record(
  entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL, features TEXT NOT NULL, PRIMARY KEY(entity_id, record_id)) WITHOUT ROWID;
CREATE TABLE sys_match_key(
  entity_id INTEGER NOT NULL, key INTEGER NOT NULL, record_id INTEGER NOT NULL, PRIMARY KEY(entity_id, key, record_id)) WITHOUT ROWID;
CREATE TABLE sys_match_count(
  entity_id INTEGER NOT NULL, token INTEGER NOT NULL, records INTEGER NOT NULL, PRIMARY KEY(entity_id, token)) WITHOUT ROWID;
CREATE TABLE sys_match_state(
  entity_id INTEGER PRIMARY KEY, records INTEGER NOT NULL DEFAULT 0, model TEXT, built_at INTEGER);
CREATE TABLE sys_duplicate(
  id INTEGER PRIMARY KEY AUTOINCREMENT, entity_id INTEGER NOT NULL, first_id INTEGER NOT NULL, second_id INTEGER NOT NULL, score INTEGER NOT NULL,
  reasons TEXT NOT NULL, state TEXT NOT NULL, run INTEGER NOT NULL DEFAULT 0, found_at INTEGER NOT NULL, decided_at INTEGER, decided_by INTEGER);
CREATE UNIQUE INDEX ix_sys_duplicate__pair ON sys_duplicate(entity_id, first_id, second_id);
CREATE INDEX ix_sys_duplicate__second ON sys_duplicate(entity_id, second_id);
CREATE INDEX ix_sys_duplicate__queue ON sys_duplicate(entity_id, state, score, id);
)sql";

constexpr std::string_view kPostgres = R"sql(
CREATE TABLE sys_match_record(
  entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL, features TEXT NOT NULL, PRIMARY KEY(entity_id, record_id));
CREATE TABLE sys_match_key(
  entity_id BIGINT NOT NULL, key BIGINT NOT NULL, record_id BIGINT NOT NULL, PRIMARY KEY(entity_id, key, record_id));
CREATE TABLE sys_match_count(
  entity_id BIGINT NOT NULL, token BIGINT NOT NULL, records BIGINT NOT NULL, PRIMARY KEY(entity_id, token));
CREATE TABLE sys_match_state(
  entity_id BIGINT PRIMARY KEY, records BIGINT NOT NULL DEFAULT 0, model TEXT, built_at BIGINT);
CREATE TABLE sys_duplicate(
  id BIGSERIAL PRIMARY KEY, entity_id BIGINT NOT NULL, first_id BIGINT NOT NULL, second_id BIGINT NOT NULL, score BIGINT NOT NULL,
  reasons TEXT NOT NULL, state TEXT NOT NULL, run BIGINT NOT NULL DEFAULT 0, found_at BIGINT NOT NULL, decided_at BIGINT, decided_by BIGINT);
CREATE UNIQUE INDEX ix_sys_duplicate__pair ON sys_duplicate(entity_id, first_id, second_id);
CREATE INDEX ix_sys_duplicate__second ON sys_duplicate(entity_id, second_id);
CREATE INDEX ix_sys_duplicate__queue ON sys_duplicate(entity_id, state, score, id);
)sql";

// A merge: what was done, kept until it is undone; records that gave way point to the one that stayed.
constexpr std::string_view kMergeSqlite = R"sql(
CREATE TABLE sys_merge(
  id INTEGER PRIMARY KEY AUTOINCREMENT, entity_id INTEGER NOT NULL, survivor_id INTEGER NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, user_id INTEGER NOT NULL,
  version INTEGER NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, undone_at INTEGER, undone_by INTEGER);
CREATE INDEX ix_sys_merge__survivor ON sys_merge(entity_id, survivor_id, id);
CREATE TABLE sys_merged(
  entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL, uid BLOB NOT NULL, survivor_id INTEGER NOT NULL, merge_id INTEGER NOT NULL, PRIMARY KEY(entity_id, record_id)) WITHOUT ROWID;
CREATE INDEX ix_sys_merged__merge ON sys_merged(merge_id);
CREATE TABLE sys_merge_link(
  merge_id INTEGER NOT NULL, place TEXT NOT NULL, row_id INTEGER NOT NULL, old_id INTEGER NOT NULL, detail TEXT);
CREATE INDEX ix_sys_merge_link__merge ON sys_merge_link(merge_id, place);
)sql";

constexpr std::string_view kMergePostgres = R"sql(
CREATE TABLE sys_merge(
  id BIGSERIAL PRIMARY KEY, entity_id BIGINT NOT NULL, survivor_id BIGINT NOT NULL, state TEXT NOT NULL, at BIGINT NOT NULL, user_id BIGINT NOT NULL,
  version BIGINT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, undone_at BIGINT, undone_by BIGINT);
CREATE INDEX ix_sys_merge__survivor ON sys_merge(entity_id, survivor_id, id);
CREATE TABLE sys_merged(
  entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL, uid BYTEA NOT NULL, survivor_id BIGINT NOT NULL, merge_id BIGINT NOT NULL, PRIMARY KEY(entity_id, record_id));
CREATE INDEX ix_sys_merged__merge ON sys_merged(merge_id);
CREATE TABLE sys_merge_link(
  merge_id BIGINT NOT NULL, place TEXT NOT NULL, row_id BIGINT NOT NULL, old_id BIGINT NOT NULL, detail TEXT);
CREATE INDEX ix_sys_merge_link__merge ON sys_merge_link(merge_id, place);
)sql";

}  // namespace

const std::vector<store::Migration>& match_migrations() {
  static const std::vector<store::Migration> migrations = {{65, "duplicate_search", kSqlite, kPostgres},
                                                           {66, "record_merge", kMergeSqlite, kMergePostgres}};
  return migrations;
}

}  // namespace entity
