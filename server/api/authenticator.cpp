#include "server/api/authenticator.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/flow/retention.hpp"

namespace api {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kCookie = "matvey_session";
constexpr std::string_view kChannel = "matvey_sign_in";
constexpr std::string_view kKeyPrefix = "mtv_";
constexpr auto kSessionLength = std::chrono::hours(24 * 30);
constexpr auto kEndedKeyKept = std::chrono::hours(24 * 90);
constexpr auto kIdentityKept = 60s;  // a change missed by a notification is seen no later
constexpr std::size_t kMaxKept = 20000;

constexpr std::string_view kSqlite = R"sql(
CREATE TABLE sys_session(
  id INTEGER PRIMARY KEY AUTOINCREMENT, token_hash BLOB NOT NULL UNIQUE, user_id INTEGER NOT NULL, csrf TEXT NOT NULL, created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, remote_address TEXT, user_agent TEXT);
CREATE INDEX ix_sys_session__user ON sys_session(user_id);
CREATE TABLE sys_api_key(
  id INTEGER PRIMARY KEY AUTOINCREMENT, key_hash BLOB NOT NULL UNIQUE, user_id INTEGER NOT NULL, name TEXT NOT NULL, hint TEXT NOT NULL, scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER);
CREATE INDEX ix_sys_api_key__user ON sys_api_key(user_id);
CREATE TABLE sys_setting(module TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER NOT NULL, updated_by INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sys_preference(user_id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(user_id, key)) WITHOUT ROWID;
)sql";

constexpr std::string_view kPostgres = R"sql(
CREATE TABLE sys_session(
  id BIGSERIAL PRIMARY KEY, token_hash BYTEA NOT NULL UNIQUE, user_id BIGINT NOT NULL, csrf TEXT NOT NULL, created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, remote_address TEXT, user_agent TEXT);
CREATE INDEX ix_sys_session__user ON sys_session(user_id);
CREATE TABLE sys_api_key(
  id BIGSERIAL PRIMARY KEY, key_hash BYTEA NOT NULL UNIQUE, user_id BIGINT NOT NULL, name TEXT NOT NULL, hint TEXT NOT NULL, scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT, revoked_at BIGINT);
CREATE INDEX ix_sys_api_key__user ON sys_api_key(user_id);
CREATE TABLE sys_setting(module TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at BIGINT NOT NULL, updated_by BIGINT NOT NULL);
CREATE TABLE sys_preference(user_id BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(user_id, key));
)sql";

constexpr std::string_view kLinksSqlite = R"sql(
CREATE TABLE sys_password_link(
  token_hash BLOB PRIMARY KEY, user_id INTEGER NOT NULL, kind TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX ix_sys_password_link__user ON sys_password_link(user_id);
)sql";

constexpr std::string_view kLinksPostgres = R"sql(
CREATE TABLE sys_password_link(
  token_hash BYTEA PRIMARY KEY, user_id BIGINT NOT NULL, kind TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL);
CREATE INDEX ix_sys_password_link__user ON sys_password_link(user_id);
)sql";

bool is_unsafe(http::Method method) {
  return method != http::Method::kGet && method != http::Method::kHead && method != http::Method::kOptions;
}

std::string join(const std::vector<std::string>& scopes) {
  std::string out;
  for (const auto& scope : scopes) (out.empty() ? out : out += ' ') += scope;
  return out;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto space = text.find(' ');
    if (space != 0) parts.emplace_back(text.substr(0, space));
    if (space == std::string_view::npos) break;
    text.remove_prefix(space + 1);
  }
  return parts;
}

// What a token stands for; the derived caller is made once and kept as long as the directory's caller is the same.
struct Known {
  std::int64_t user_id = 0;
  std::int64_t api_key_id = 0;
  std::vector<std::string> scopes;
  std::string csrf;
  base::Instant expires_at{};  // of the token; zero: never
  base::Instant checked_at{};
  entity::CallerPtr source, derived;
};

// Failed attempts per e-mail and address: after five, each further one waits twice as long, up to fifteen minutes.
class Throttle {
 public:
  // Seconds still to wait, 0: go on.
  std::int64_t wait_seconds(const std::string& key, base::Instant now) {
    const std::lock_guard lock(mutex_);
    const auto it = failures_.find(key);
    if (it == failures_.end() || it->second.until <= now) return 0;
    return std::chrono::duration_cast<std::chrono::seconds>(it->second.until - now).count() + 1;
  }
  void failed(const std::string& key, base::Instant now) {
    const std::lock_guard lock(mutex_);
    if (failures_.size() > 10000) std::erase_if(failures_, [&](const auto& item) { return item.second.until + 1h < now; });
    auto& entry = failures_[key];
    if (entry.last + 1h < now) entry.count = 0;
    entry.last = now;
    if (++entry.count >= 5) entry.until = now + std::min<std::chrono::seconds>(900s, 1s * (1 << std::min(entry.count - 4, 10)));
  }
  void succeeded(const std::string& key) {
    const std::lock_guard lock(mutex_);
    failures_.erase(key);
  }

 private:
  struct Entry {
    int count = 0;
    base::Instant until{}, last{};
  };
  std::mutex mutex_;
  std::map<std::string, Entry> failures_;
};

}  // namespace

std::string token_hash(std::string_view token) {
  std::string digest(32, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), digest.size(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return digest;
}

const std::vector<store::Migration>& authenticator_migrations() {
  static const std::vector<store::Migration> migrations = {{40, "sign_in_and_settings", kSqlite, kPostgres},
                                                           {68, "password_links", kLinksSqlite, kLinksPostgres}};
  return migrations;
}

namespace {

class SignInBehaviour final : public entity::Behaviour {
 public:
  explicit SignInBehaviour(store::Database& database) : database_(database) {}

  void before_write(entity::SaveContext& context) override {
    const bool is_active = context.record().integer("is_active", 1) != 0;
    if (!is_active && !context.is_new() && context.changed("is_active")) end_all(context);
    if (!context.is_new() && context.changed("email")) end_links(context);
  }
  void before_delete(entity::SaveContext& context) override { end_all(context); }

 private:
  // Whoever reads the old address gets in by it no more.
  static void end_links(entity::SaveContext& context) {
    context.connection()
        .prepare("password_links_remove", "DELETE FROM sys_password_link WHERE user_id = $1")
        .bind(1, context.record().id)
        .run();
  }

  void end_all(entity::SaveContext& context) {
    end_links(context);
    auto& connection = context.connection();
    const std::int64_t user = context.record().id;
    connection.prepare("sessions_remove", "DELETE FROM sys_session WHERE user_id = $1").bind(1, user).run();
    connection.prepare("api_keys_revoke", "UPDATE sys_api_key SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL")
        .bind(1, user)
        .bind(2, base::to_micros(context.now()))
        .run();
    database_.notify_on_commit(connection, kChannel, "changed");
  }

  store::Database& database_;
};

}  // namespace

std::unique_ptr<entity::Behaviour> make_sign_in_behaviour(store::Database& database) { return std::make_unique<SignInBehaviour>(database); }

struct Authenticator::Impl {
  Impl(store::Database& database, entity::CallerDirectory& callers, const base::Clock& clock, base::Random& random)
      : database(database), callers(callers), clock(clock), random(random), dummy_hash(hash_password("nobody has this password")) {
    subscription = database.subscribe(
        kChannel, [this](std::string_view) { forget_all(); }, store::Database::Delivery::kBeforeWriteReturns);
  }

  store::Database& database;
  entity::CallerDirectory& callers;
  const base::Clock& clock;
  base::Random& random;
  const std::string dummy_hash;
  Throttle throttle;
  std::shared_mutex mutex;
  std::unordered_map<std::string, std::shared_ptr<const Known>> known;
  std::int64_t generation = 0;  // what was looked up before a change is not kept
  store::Database::Subscription subscription;

  void forget_all() {
    const std::unique_lock lock(mutex);
    known.clear();
    ++generation;
  }

  void changed(store::Connection& connection) { database.notify_on_commit(connection, kChannel, "changed"); }

  // What the token stands for now, looked up in the database; nullptr: nothing.
  std::shared_ptr<Known> look_up(const std::string& hash, bool is_key, base::Instant now) {
    auto found = std::make_shared<Known>();
    bool exists = false;
    store::ReadOptions options;
    options.name = "sign_in_token";
    database.read(options, [&](store::Connection& connection) {
      auto statement =
          is_key ? connection.prepare("api_key_find",
                                      "SELECT user_id, id, scopes, expires_at FROM sys_api_key WHERE key_hash = $1 AND revoked_at IS NULL")
                 : connection.prepare("session_find", "SELECT user_id, 0, csrf, expires_at FROM sys_session WHERE token_hash = $1");
      exists = statement.bind_blob(1, hash).step();
      if (!exists) return;
      found->user_id = statement.integer(0);
      found->api_key_id = statement.integer(1);
      if (is_key)
        found->scopes = split(statement.text(2));
      else
        found->csrf = statement.text(2);
      if (!statement.is_null(3)) found->expires_at = base::from_micros(statement.integer(3));
    });
    if (!exists) return nullptr;
    found->checked_at = now;
    return found;
  }

  // A token outlives its user: that is no sign-in, not a missing page.
  entity::CallerPtr caller_of(std::int64_t user_id) {
    try {
      return callers.find(user_id);
    } catch (const base::Error& error) {
      if (error.code() != base::ErrorCode::kNotFound) throw;
      throw base::Error(base::ErrorCode::kUnauthenticated, "account_disabled");
    }
  }

  std::shared_ptr<const Known> resolve(std::string_view token, bool is_key) {
    const std::string hash = token_hash(token);
    const base::Instant now = clock.now();
    std::shared_ptr<const Known> entry;
    std::int64_t read_in = 0;
    {
      const std::shared_lock lock(mutex);
      read_in = generation;
      if (const auto it = known.find(hash); it != known.end()) entry = it->second;
    }
    const bool fresh = entry != nullptr && now - entry->checked_at < kIdentityKept;
    if (!fresh) {
      auto found = look_up(hash, is_key, now);
      if (found == nullptr) throw base::Error(base::ErrorCode::kUnauthenticated, is_key ? "wrong_api_key" : "session_ended");
      entry = found;
    }
    if (entry->expires_at != base::Instant{} && entry->expires_at <= now) {
      throw base::Error(base::ErrorCode::kUnauthenticated, is_key ? "wrong_api_key" : "session_ended");
    }
    const entity::CallerPtr source = caller_of(entry->user_id);
    if (fresh && entry->source == source) return entry;
    auto updated = std::make_shared<Known>(*entry);
    auto derived = std::make_shared<entity::Caller>(*source);
    derived->via = is_key ? "api" : "ui";
    derived->api_key_id = entry->api_key_id;
    derived->key_scopes = entry->scopes;
    updated->source = source;
    updated->derived = std::move(derived);
    const std::unique_lock lock(mutex);
    if (known.size() >= kMaxKept) known.clear();
    if (generation == read_in) known[hash] = updated;
    return updated;
  }
};

Authenticator::Authenticator(store::Database& database, entity::CallerDirectory& callers, const base::Clock& clock, base::Random& random)
    : impl_(std::make_unique<Impl>(database, callers, clock, random)) {}
Authenticator::~Authenticator() = default;

Identity Authenticator::identify(const http::Request& request) {
  const std::string_view authorization = request.header("Authorization");
  if (authorization.starts_with("Bearer ")) return {impl_->resolve(authorization.substr(7), true)->derived, {}};
  const auto cookie = request.cookie(kCookie);
  if (!cookie || cookie->empty()) return {};
  std::shared_ptr<const Known> entry;
  try {
    entry = impl_->resolve(*cookie, false);
  } catch (const base::Error& error) {
    // A stale cookie must not stop anybody from signing in again.
    if (error.code() == base::ErrorCode::kUnauthenticated && request.path == "/api/v1/session") return {};
    throw;
  }
  if (is_unsafe(request.method)) {
    const std::string_view given = request.header("X-CSRF-Token");
    const bool equal = given.size() == entry->csrf.size() && sodium_memcmp(given.data(), entry->csrf.data(), given.size()) == 0;
    if (!equal) throw base::Error(base::ErrorCode::kPermissionDenied, "csrf_token_missing");
  }
  return {entry->derived, entry->csrf};
}

Credential Authenticator::credential_of(const http::Request& request) {
  const std::string_view authorization = request.header("Authorization");
  if (authorization.starts_with("Bearer ")) return {std::string(authorization.substr(7)), true};
  return {std::string(request.cookie(kCookie).value_or("")), false};
}

entity::CallerPtr Authenticator::caller_of(const Credential& credential) {
  return impl_->resolve(credential.token, credential.is_key)->derived;
}

NewSession Authenticator::sign_in(std::string_view email, std::string_view password, const http::Request& request) {
  const base::Instant now = impl_->clock.now();
  const std::string folded = base::fold(email);
  const std::string throttle_key = folded + "\n" + request.remote_address;
  if (const auto seconds = impl_->throttle.wait_seconds(throttle_key, now); seconds > 0) {
    throw base::Error(base::ErrorCode::kResourceExhausted, "too_many_attempts", {{"seconds", std::to_string(seconds)}});
  }
  std::int64_t user_id = 0;
  std::string hash;
  store::ReadOptions read;
  read.name = "sign_in";
  impl_->database.read(read, [&](store::Connection& connection) {
    auto statement = connection.prepare("sign_in_user",
                                        "SELECT u.id, c.password_hash FROM sys_user u LEFT JOIN sys_credential c ON c.user_id = u.id "
                                        "WHERE u.email__fold = $1 AND u.is_active = 1 AND u.deleted_at IS NULL");
    if (!statement.bind_text(1, folded).step()) return;
    user_id = statement.integer(0);
    if (!statement.is_null(1)) hash = statement.text(1);
  });
  // An unknown address takes as long as a wrong password.
  const bool right = verify_password(hash.empty() ? impl_->dummy_hash : hash, password) && !hash.empty() && user_id != 0;
  if (!right) {
    impl_->throttle.failed(throttle_key, now);
    throw base::Error(base::ErrorCode::kUnauthenticated, "wrong_credentials");
  }
  impl_->throttle.succeeded(throttle_key);
  NewSession session{base::random_token(impl_->random), base::random_token(impl_->random, 18), impl_->callers.find(user_id),
                     now + kSessionLength};
  impl_->database.write({.name = "session_start"}, [&](store::Connection& connection) {
    auto statement = connection.prepare(
        "session_add",
        "INSERT INTO sys_session(token_hash, user_id, csrf, created_at, last_seen_at, expires_at, remote_address, user_agent) "
        "VALUES($1, $2, $3, $4, $4, $5, $6, $7)");
    statement.bind_blob(1, token_hash(session.token)).bind(2, user_id).bind_text(3, session.csrf_token).bind(4, base::to_micros(now));
    statement.bind(5, base::to_micros(session.expires_at))
        .bind_text(6, request.remote_address)
        .bind_text(7, base::prefix(base::clean_text(request.header("User-Agent")), 200));
    statement.run();
    connection.prepare("session_expire", "DELETE FROM sys_session WHERE expires_at < $1").bind(1, base::to_micros(now)).run();
  });
  return session;
}

void Authenticator::set_password(std::int64_t user_id, std::string_view password) {
  const std::string hash = hash_password(password);
  impl_->database.write({.name = "password_set"}, [&](store::Connection& connection) { set_password_in(connection, user_id, hash); });
}

void Authenticator::set_password_in(store::Connection& connection, std::int64_t user_id, std::string_view hash) {
  auto statement = connection.prepare(
      "password_set",
      "INSERT INTO sys_credential(user_id, password_hash, changed_at, must_change) VALUES($1, $2, $3, 0) "
      "ON CONFLICT(user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at, must_change = 0");
  statement.bind(1, user_id).bind_text(2, hash).bind(3, base::to_micros(impl_->clock.now())).run();
  connection.prepare("sessions_remove", "DELETE FROM sys_session WHERE user_id = $1").bind(1, user_id).run();
  connection.prepare("password_links_remove", "DELETE FROM sys_password_link WHERE user_id = $1").bind(1, user_id).run();
  impl_->changed(connection);
}

bool Authenticator::has_password(std::int64_t user_id, std::string_view password) {
  std::string hash;
  store::ReadOptions read;
  read.name = "password_read";
  impl_->database.read(read, [&](store::Connection& connection) {
    auto statement = connection.prepare("password_read", "SELECT password_hash FROM sys_credential WHERE user_id = $1");
    if (statement.bind(1, user_id).step()) hash = std::string(statement.text(0));
  });
  return !hash.empty() && verify_password(hash, password);
}

void Authenticator::sign_out(const http::Request& request) {
  const auto cookie = request.cookie(kCookie);
  if (!cookie) return;
  impl_->database.write({.name = "session_end"}, [&](store::Connection& connection) {
    connection.prepare("session_remove", "DELETE FROM sys_session WHERE token_hash = $1").bind_blob(1, token_hash(*cookie)).run();
    impl_->changed(connection);
  });
}

void Authenticator::end_sessions(std::int64_t user_id) {
  impl_->database.write({.name = "sessions_end"}, [&](store::Connection& connection) {
    connection.prepare("sessions_remove", "DELETE FROM sys_session WHERE user_id = $1").bind(1, user_id).run();
    impl_->changed(connection);
  });
}

void Authenticator::end_session(std::int64_t user_id, std::int64_t session_id) {
  std::int64_t removed = 0;
  impl_->database.write({.name = "session_end"}, [&](store::Connection& connection) {
    removed = connection.prepare("session_remove_one", "DELETE FROM sys_session WHERE id = $1 AND user_id = $2")
                  .bind(1, session_id)
                  .bind(2, user_id)
                  .run();
    impl_->changed(connection);
  });
  if (removed == 0) throw base::Error(base::ErrorCode::kNotFound, "session_not_found");
}

void Authenticator::write_sessions(std::int64_t user_id, const http::Request& request, base::JsonWriter& out) {
  const auto cookie = request.cookie(kCookie);
  const std::string current = cookie ? token_hash(*cookie) : std::string();
  const auto instant = [&](std::int64_t micros) { out.text(base::to_string(base::from_micros(micros))); };
  out.begin_object().key("items").begin_array();
  store::ReadOptions read;
  read.name = "session_list";
  impl_->database.read(read, [&](store::Connection& connection) {
    auto statement = connection.prepare("session_list",
                                        "SELECT id, created_at, last_seen_at, remote_address, user_agent, token_hash FROM sys_session "
                                        "WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC LIMIT 200");
    statement.bind(1, user_id).bind(2, base::to_micros(impl_->clock.now()));
    while (statement.step()) {
      out.begin_object().key("id").integer(statement.integer(0)).key("created_at");
      instant(statement.integer(1));
      out.key("last_seen_at");
      instant(statement.integer(2));
      out.key("remote_address").text(statement.text(3)).key("user_agent").text(statement.text(4));
      out.key("current").boolean(statement.blob(5) == current).end_object();
    }
  });
  out.end_array().end_object();
}

NewApiKey Authenticator::create_api_key(const ApiKeyRequest& request) {
  const std::string key = std::string(kKeyPrefix) + base::random_token(impl_->random);
  NewApiKey result{0, key};
  impl_->database.write({.name = "api_key_create"}, [&](store::Connection& connection) {
    auto statement = connection.prepare("api_key_add",
                                        "INSERT INTO sys_api_key(key_hash, user_id, name, hint, scopes, created_at, expires_at) "
                                        "VALUES($1, $2, $3, $4, $5, $6, $7) RETURNING id");
    statement.bind_blob(1, token_hash(key)).bind(2, request.user_id).bind_text(3, request.name).bind_text(4, key.substr(key.size() - 4));
    statement.bind_text(5, join(request.scopes)).bind(6, base::to_micros(impl_->clock.now()));
    if (request.expires_at == 0)
      statement.bind_null(7);
    else
      statement.bind(7, request.expires_at);
    if (statement.step()) result.id = statement.integer(0);
  });
  return result;
}

void Authenticator::write_api_keys(std::int64_t user_id, bool all_users, base::JsonWriter& out) {
  out.begin_object().key("items").begin_array();
  store::ReadOptions read;
  read.name = "api_key_list";
  impl_->database.read(read, [&](store::Connection& connection) {
    auto statement = connection.prepare(
        "api_key_list",
        "SELECT k.id, k.user_id, u.name, k.name, k.hint, k.scopes, k.created_at, k.expires_at FROM sys_api_key k "
        "LEFT JOIN sys_user u ON u.id = k.user_id WHERE k.revoked_at IS NULL AND ($1 = 1 OR k.user_id = $2) ORDER BY k.id DESC LIMIT 500");
    statement.bind(1, all_users ? 1 : 0).bind(2, user_id);
    while (statement.step()) {
      out.begin_object().key("id").integer(statement.integer(0)).key("user").begin_object().key("id").integer(statement.integer(1));
      out.key("title").text(statement.text(2)).end_object().key("name").text(statement.text(3)).key("hint").text(statement.text(4));
      out.key("scopes").begin_array();
      for (const auto& scope : split(statement.text(5))) out.text(scope);
      out.end_array().key("created_at").text(base::to_string(base::from_micros(statement.integer(6)))).key("expires_at");
      if (statement.is_null(7))
        out.null();
      else
        out.text(base::to_string(base::from_micros(statement.integer(7))));
      out.end_object();
    }
  });
  out.end_array().end_object();
}

void Authenticator::revoke_api_key(std::int64_t id, std::int64_t user_id, bool any_user) {
  std::int64_t changed = 0;
  impl_->database.write({.name = "api_key_revoke"}, [&](store::Connection& connection) {
    auto statement = connection.prepare(
        "api_key_revoke", "UPDATE sys_api_key SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL AND ($3 = 1 OR user_id = $4)");
    changed = statement.bind(1, base::to_micros(impl_->clock.now())).bind(2, id).bind(3, any_user ? 1 : 0).bind(4, user_id).run();
    impl_->changed(connection);
  });
  if (changed == 0) throw base::Error(base::ErrorCode::kNotFound, "api_key_not_found");
}

std::int64_t Authenticator::remove_expired() {
  const auto now = impl_->clock.now();
  auto& database = impl_->database;
  return flow::remove_old_rows(database, {"password_link_retention", "sys_password_link", "token_hash", "expires_at < $1"}, now) +
         flow::remove_old_rows(database, {"session_retention", "sys_session", "id", "expires_at < $1"}, now) +
         flow::remove_old_rows(database, {"api_key_retention", "sys_api_key", "id", "revoked_at < $1 OR expires_at < $1"},
                               now - kEndedKeyKept);
}

std::string Authenticator::session_cookie(const NewSession& session, bool secure) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(kSessionLength).count();
  return std::string(kCookie) + "=" + session.token + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(seconds) +
         (secure ? "; Secure" : "");
}

std::string Authenticator::expired_cookie(bool secure) {
  return std::string(kCookie) + "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0" + (secure ? "; Secure" : "");
}

}  // namespace api
