#include "server/entity/write/migrations.hpp"

namespace entity {

namespace {

constexpr std::string_view kAuditSqlite = R"sql(
CREATE TABLE sys_audit(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, user_id INTEGER NOT NULL, entity_id INTEGER NOT NULL,
  record_id INTEGER NOT NULL, version INTEGER NOT NULL, action TEXT NOT NULL, changes TEXT,
  via TEXT NOT NULL, remote_address TEXT, api_key_id INTEGER, job_id INTEGER);
CREATE INDEX ix_sys_audit__record ON sys_audit(entity_id, record_id, seq);
CREATE INDEX ix_sys_audit__job ON sys_audit(job_id, seq) WHERE job_id IS NOT NULL;
CREATE TABLE sys_outbox(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, tx INTEGER NOT NULL, at INTEGER NOT NULL, entity_id INTEGER NOT NULL,
  record_id INTEGER NOT NULL, version INTEGER NOT NULL, action TEXT NOT NULL, fields TEXT, user_id INTEGER NOT NULL);
CREATE TABLE sys_consumer(name TEXT PRIMARY KEY, tx INTEGER NOT NULL, seq INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE sys_share(
  entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL, user_id INTEGER, department_id INTEGER, level INTEGER NOT NULL,
  created_at INTEGER NOT NULL, created_by INTEGER NOT NULL);
CREATE INDEX ix_sys_share__user ON sys_share(user_id, entity_id, record_id) WHERE user_id IS NOT NULL;
CREATE INDEX ix_sys_share__department ON sys_share(department_id, entity_id, record_id) WHERE department_id IS NOT NULL;
CREATE INDEX ix_sys_share__record ON sys_share(entity_id, record_id);
CREATE TABLE sys_idempotency(
  user_id INTEGER NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL, entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL,
  version INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(user_id, key)) WITHOUT ROWID;
CREATE TABLE sys_reference(key TEXT PRIMARY KEY, entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL) WITHOUT ROWID;
)sql";

constexpr std::string_view kAuditPostgres = R"sql(
CREATE TABLE sys_audit(
  seq BIGSERIAL PRIMARY KEY, at BIGINT NOT NULL, user_id BIGINT NOT NULL, entity_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL, version BIGINT NOT NULL, action TEXT NOT NULL, changes TEXT,
  via TEXT NOT NULL, remote_address TEXT, api_key_id BIGINT, job_id BIGINT);
CREATE INDEX ix_sys_audit__record ON sys_audit(entity_id, record_id, seq);
CREATE INDEX ix_sys_audit__job ON sys_audit(job_id, seq) WHERE job_id IS NOT NULL;
CREATE TABLE sys_outbox(
  seq BIGSERIAL PRIMARY KEY, tx BIGINT NOT NULL, at BIGINT NOT NULL, entity_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL, version BIGINT NOT NULL, action TEXT NOT NULL, fields TEXT, user_id BIGINT NOT NULL);
CREATE INDEX ix_sys_outbox__position ON sys_outbox(tx, seq);
CREATE TABLE sys_consumer(name TEXT PRIMARY KEY, tx BIGINT NOT NULL, seq BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE sys_share(
  entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL, user_id BIGINT, department_id BIGINT, level SMALLINT NOT NULL,
  created_at BIGINT NOT NULL, created_by BIGINT NOT NULL);
CREATE INDEX ix_sys_share__user ON sys_share(user_id, entity_id, record_id) WHERE user_id IS NOT NULL;
CREATE INDEX ix_sys_share__department ON sys_share(department_id, entity_id, record_id) WHERE department_id IS NOT NULL;
CREATE INDEX ix_sys_share__record ON sys_share(entity_id, record_id);
CREATE TABLE sys_idempotency(
  user_id BIGINT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL, entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL,
  version BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY(user_id, key));
CREATE TABLE sys_reference(key TEXT PRIMARY KEY, entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL);
)sql";

constexpr std::string_view kRetention = "CREATE INDEX ix_sys_idempotency__at ON sys_idempotency(at);";

}  // namespace

const std::vector<store::Migration>& write_migrations() {
  static const std::vector<store::Migration> migrations = {
      {20, "audit_outbox_shares", kAuditSqlite, kAuditPostgres},
      {53, "idempotency_retention", kRetention, kRetention},
  };
  return migrations;
}

}  // namespace entity
