#include "server/entity/metadata/migrations.hpp"

namespace entity {

namespace {

constexpr std::string_view kMetadataSqlite = R"sql(
CREATE TABLE sys_metadata(id INTEGER PRIMARY KEY, version INTEGER NOT NULL, shipped TEXT NOT NULL);
INSERT INTO sys_metadata(id, version, shipped) VALUES(1, 1, '');
CREATE TABLE sys_local_layer(
  entity TEXT NOT NULL, field TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, updated_at INTEGER NOT NULL, updated_by INTEGER,
  PRIMARY KEY(entity, field, kind)) WITHOUT ROWID;
CREATE TABLE sys_counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sys_credential(
  user_id INTEGER PRIMARY KEY, password_hash TEXT NOT NULL, changed_at INTEGER NOT NULL, must_change INTEGER NOT NULL DEFAULT 0);
)sql";

constexpr std::string_view kMetadataPostgres = R"sql(
CREATE TABLE sys_metadata(id BIGINT PRIMARY KEY, version BIGINT NOT NULL, shipped TEXT NOT NULL);
INSERT INTO sys_metadata(id, version, shipped) VALUES(1, 1, '');
CREATE TABLE sys_local_layer(
  entity TEXT COLLATE "C" NOT NULL, field TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL, body TEXT NOT NULL, updated_at BIGINT NOT NULL,
  updated_by BIGINT, PRIMARY KEY(entity, field, kind));
CREATE TABLE sys_counter(name TEXT COLLATE "C" PRIMARY KEY, value BIGINT NOT NULL);
CREATE TABLE sys_credential(
  user_id BIGINT PRIMARY KEY, password_hash TEXT NOT NULL, changed_at BIGINT NOT NULL, must_change BIGINT NOT NULL DEFAULT 0);
)sql";

constexpr std::string_view kCompanySqlite = R"sql(
CREATE TABLE sys_company(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, logo INTEGER, base_currency TEXT NOT NULL, time_zone TEXT NOT NULL, language TEXT NOT NULL,
  updated_at INTEGER NOT NULL, updated_by INTEGER NOT NULL);
)sql";

constexpr std::string_view kCompanyPostgres = R"sql(
CREATE TABLE sys_company(
  id BIGINT PRIMARY KEY, name TEXT NOT NULL, logo BIGINT, base_currency TEXT NOT NULL, time_zone TEXT NOT NULL, language TEXT NOT NULL,
  updated_at BIGINT NOT NULL, updated_by BIGINT NOT NULL);
)sql";

constexpr std::string_view kSchemaWorkSqlite = R"sql(
CREATE TABLE sys_schema_work(
  kind TEXT NOT NULL, entity TEXT NOT NULL, name TEXT NOT NULL, after_id INTEGER NOT NULL, PRIMARY KEY(kind, entity, name)) WITHOUT ROWID;
CREATE TABLE sys_formula(entity TEXT NOT NULL, field TEXT NOT NULL, expression TEXT NOT NULL, PRIMARY KEY(entity, field)) WITHOUT ROWID;
)sql";

constexpr std::string_view kSchemaWorkPostgres = R"sql(
CREATE TABLE sys_schema_work(
  kind TEXT COLLATE "C" NOT NULL, entity TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, after_id BIGINT NOT NULL, PRIMARY KEY(kind, entity, name));
CREATE TABLE sys_formula(entity TEXT COLLATE "C" NOT NULL, field TEXT COLLATE "C" NOT NULL, expression TEXT NOT NULL, PRIMARY KEY(entity, field));
)sql";

}  // namespace

const std::vector<store::Migration>& metadata_migrations() {
  static const std::vector<store::Migration> kMigrations{
      {1, "metadata", kMetadataSqlite, kMetadataPostgres},
      {50, "company", kCompanySqlite, kCompanyPostgres},
      {51, "schema_work", kSchemaWorkSqlite, kSchemaWorkPostgres},
  };
  return kMigrations;
}

}  // namespace entity
