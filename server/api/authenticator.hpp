// Sign-in: passwords (argon2id), cookie sessions, API keys.
//
// Invariants
// - Tokens and keys are stored only as BLAKE2b hashes; a stolen database signs nobody in.
// - A cookie session is HttpOnly, SameSite=Lax, Secure under TLS; an unsafe method by cookie needs the session's CSRF token.
// - What is cached per token is dropped on sign-out, revocation, and on change of the user on any node.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/base/time.hpp"
#include "server/base/uid.hpp"
#include "server/entity/access.hpp"
#include "server/entity/record_service.hpp"
#include "server/http/server.hpp"
#include "server/store/database.hpp"

namespace api {

struct Identity {
  entity::CallerPtr caller;  // null: nobody signed in
  std::string csrf_token;    // of a cookie session
};

// What a request signed in with, kept by a stream that outlives its request.
struct Credential {
  std::string token;
  bool is_key = false;
};

struct NewSession {
  std::string token, csrf_token;
  entity::CallerPtr caller;
  base::Instant expires_at{};
};

struct NewApiKey {
  std::int64_t id = 0;
  std::string key;  // shown once
};

struct ApiKeyRequest {
  std::int64_t user_id = 0;
  std::string name;
  std::vector<std::string> scopes;  // "company:read", "*:write"; empty: all that the user may
  std::int64_t expires_at = 0;      // microseconds, 0: never
};

// argon2id with libsodium's interactive limits (64 MiB would not fit the memory budget of two at once: 19 MiB, t=2, the
// OWASP minimum). At most two hashes are computed at once in the process.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view hash, std::string_view password);
// Field errors "password": too_short (under 8), too_long (over 256), too_common.
void check_password_strength(std::string_view password, std::string_view path);

// BLAKE2b: the form in which secrets of sessions, keys and links are stored.
std::string token_hash(std::string_view token);

const std::vector<store::Migration>& authenticator_migrations();  // numbers 40–44, 68

// Behaviour of users: switched off or deleted, they lose their sessions and keys in the same transaction, and switching on again
// gives none back. `database` outlives it.
std::unique_ptr<entity::Behaviour> make_sign_in_behaviour(store::Database& database);

// Thread-safe.
class Authenticator {
 public:
  Authenticator(store::Database& database, entity::CallerDirectory& callers, const base::Clock& clock, base::Random& random);
  ~Authenticator();

  // By `Authorization: Bearer KEY` or the session cookie. Throws unauthenticated for a token that is wrong, expired or revoked,
  // permission_denied "csrf_token_missing" for an unsafe method by cookie without X-CSRF-Token.
  Identity identify(const http::Request& request);
  static Credential credential_of(const http::Request& request);
  // Who that is now, with the scopes of a key; throws unauthenticated when it has ended or was revoked meanwhile.
  entity::CallerPtr caller_of(const Credential& credential);

  // Throws unauthenticated "wrong_credentials" (the same for unknown users, in the same time) and resource_exhausted
  // "too_many_attempts" {seconds}.
  NewSession sign_in(std::string_view email, std::string_view password, const http::Request& request);
  // Sets the password and ends every session of the user. Its strength is checked by the caller.
  void set_password(std::int64_t user_id, std::string_view password);
  // The same inside a transaction, of a hash that hash_password made.
  void set_password_in(store::Connection& connection, std::int64_t user_id, std::string_view hash);
  bool has_password(std::int64_t user_id, std::string_view password);
  void sign_out(const http::Request& request);
  void end_sessions(std::int64_t user_id);
  // {"items":[{"id","created_at","last_seen_at","remote_address","user_agent","current"}]}
  void write_sessions(std::int64_t user_id, const http::Request& request, base::JsonWriter& out);
  void end_session(std::int64_t user_id, std::int64_t session_id);

  NewApiKey create_api_key(const ApiKeyRequest& request);
  void write_api_keys(std::int64_t user_id, bool all_users, base::JsonWriter& out);
  void revoke_api_key(std::int64_t id, std::int64_t user_id, bool any_user);

  // Sessions past their end, keys past theirs or revoked for 90 days; returns how many went.
  std::int64_t remove_expired();

  static std::string session_cookie(const NewSession& session, bool secure);
  static std::string expired_cookie(bool secure);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace api
