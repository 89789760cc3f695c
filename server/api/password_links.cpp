#include "server/api/password_links.hpp"

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/base/uid.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/query.hpp"

namespace api {

namespace {

constexpr std::chrono::hours kInvitationLasts{24 * 7}, kResetLasts{1}, kHour{1};
constexpr int kLettersAnHour = 3, kRequestsAnHour = 10;
constexpr std::size_t kMostAddresses = 20000;

base::Error closed() { return {base::ErrorCode::kNotFound, "password_link_closed"}; }

constexpr std::string_view kFind =
    "SELECT l.user_id, l.kind, u.name, u.email FROM sys_password_link l JOIN sys_user u ON u.id = l.user_id "
    "WHERE l.token_hash = $1 AND l.expires_at > $2 AND u.is_active = 1 AND u.deleted_at IS NULL";

std::optional<PasswordLink> find_in(store::Connection& connection, std::string_view token, base::Instant now) {
  auto statement = connection.prepare("password_link_find", kFind);
  if (!statement.bind_blob(1, token_hash(token)).bind(2, base::to_micros(now)).step()) return std::nullopt;
  return PasswordLink{statement.integer(0), std::string(statement.text(1)), std::string(statement.text(2)), std::string(statement.text(3))};
}

}  // namespace

PasswordLinks::PasswordLinks(entity::Services& services, Authenticator& authenticator, connect::Mailer& mailer)
    : services_(services), authenticator_(authenticator), mailer_(mailer) {
  mailer.set_token_maker([this](std::string_view kind, std::int64_t user_id) { return make(kind, user_id); });
}

std::string PasswordLinks::make(std::string_view kind, std::int64_t user_id) {
  const std::string token = base::random_token(services_.random);
  const base::Instant now = services_.clock.now();
  services_.database.write({.name = "password_link_make"}, [&](store::Connection& connection) {
    connection.prepare("password_link_end", "DELETE FROM sys_password_link WHERE user_id = $1 AND kind = $2")
        .bind(1, user_id)
        .bind_text(2, kind)
        .run();
    auto statement =
        connection.prepare("password_link_make",
                           "INSERT INTO sys_password_link(token_hash, user_id, kind, created_at, expires_at) VALUES($1, $2, $3, $4, $5)");
    statement.bind_blob(1, token_hash(token)).bind(2, user_id).bind_text(3, kind).bind(4, base::to_micros(now));
    statement.bind(5, base::to_micros(now + (kind == "invitation" ? kInvitationLasts : kResetLasts))).run();
  });
  return token;
}

PasswordLink PasswordLinks::find(std::string_view token) const {
  std::optional<PasswordLink> link;
  services_.database.read({.name = "password_link_find", .snapshot = false},
                          [&](store::Connection& connection) { link = find_in(connection, token, services_.clock.now()); });
  if (!link) throw closed();
  return *link;
}

void PasswordLinks::use(std::string_view token, std::string_view password) {
  find(token);  // no hash is computed for a link that does not work
  const std::string hash = hash_password(password);
  services_.database.write({.name = "password_link_use"}, [&](store::Connection& connection) {
    const auto link = find_in(connection, token, services_.clock.now());
    // Of two at the same moment one removes the row.
    auto statement = connection.prepare("password_link_use", "DELETE FROM sys_password_link WHERE token_hash = $1");
    if (!link || statement.bind_blob(1, token_hash(token)).run() == 0) throw closed();
    authenticator_.set_password_in(connection, link->user_id, hash);
  });
}

void PasswordLinks::count(const std::string& remote_address) {
  const base::Instant now = services_.clock.now();
  const std::lock_guard lock(mutex_);
  if (asked_.size() > kMostAddresses) std::erase_if(asked_, [&](const auto& item) { return item.second.since + kHour < now; });
  auto& asked = asked_[remote_address];
  if (asked.since + kHour < now) asked = {0, now};
  if (++asked.times <= kRequestsAnHour) return;
  const auto wait = std::chrono::duration_cast<std::chrono::seconds>(asked.since + kHour - now).count() + 1;
  throw base::Error(base::ErrorCode::kResourceExhausted, "too_many_attempts", {{"seconds", std::to_string(wait)}});
}

void PasswordLinks::ask_for_reset(const std::string& email, const std::string& remote_address) {
  count(remote_address);
  mailer_.later([this, email] { send_reset(email); });
}

void PasswordLinks::send_reset(const std::string& email) {
  const auto registry = services_.catalog.current();
  const auto* letters = registry->find(connect::kMailEntity);
  if (letters == nullptr || !mailer_.settings().is_on()) return;
  const base::Instant now = services_.clock.now();
  const auto system = entity::Caller::system();
  services_.database.write({.name = "password_reset"}, [&](store::Connection& connection) {
    std::int64_t user = 0;
    {
      auto statement = connection.prepare("password_reset_user",
                                          "SELECT id FROM sys_user WHERE email__fold = $1 AND is_active = 1 AND deleted_at IS NULL");
      if (statement.bind_text(1, base::fold(email)).step()) user = statement.integer(0);
    }
    if (user == 0) return;
    const json::object recent{
        {"and", json::array{json::object{{"field", "kind"}, {"op", "eq"}, {"value", "password_reset"}},
                            json::object{{"field", "user"}, {"op", "eq"}, {"value", user}},
                            json::object{{"field", "created_at"}, {"op", "gt"}, {"value", base::to_string(now - kHour)}}}}};
    const entity::QueryContext context{connection, *registry, *system, now};
    const auto filter = entity::parse_filter(recent, {*registry, *letters, *system, now});
    const auto sent = entity::find_ids(context, *letters, filter, entity::Action::kRead, 0, kLettersAnHour);
    if (sent.size() < kLettersAnHour) mailer_.queue_for_user(connection, *system, "password_reset", user);
  });
}

std::int64_t PasswordLinks::invite(const entity::Caller& by, std::int64_t user_id) {
  if (!mailer_.settings().is_on()) throw base::Error(base::ErrorCode::kFailedPrecondition, "mail_off");
  std::int64_t letter = 0;
  const auto registry = services_.catalog.current();
  services_.database.write({.name = "invite"}, [&](store::Connection& connection) {
    const auto user = entity::load_record(connection, *registry, registry->require("user"), user_id);
    if (!user || user->deleted) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    if (user->integer("is_active", 1) == 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "user_is_off");
    letter = mailer_.queue_for_user(connection, by, "invitation", user_id);
  });
  mailer_.wake();
  return letter;
}

}  // namespace api
