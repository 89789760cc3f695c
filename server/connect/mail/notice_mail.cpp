#include "server/connect/mail/notice_mail.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/mail/mailer.hpp"
#include "server/connect/notices/notices.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/lookup.hpp"

namespace connect {

namespace {

// Whoever has the program open reads a notice there; several at a time make one letter.
constexpr std::chrono::seconds kGrace{20};
constexpr std::chrono::hours kAtOnceSince{24}, kDigestSince{24 * 3};
constexpr std::chrono::hours kDigestFrom{8}, kDigestUntil{12};  // local time; the first half hour of it is missed only while nothing runs
constexpr int kMostNotices = 50;
constexpr std::size_t kMostSubject = 200;

// Users of this choice with something to tell.
std::vector<std::int64_t> users_due(store::Connection& connection, std::string_view choice, base::Instant since, base::Instant until) {
  auto statement = connection.prepare(
      "notice_mail_due",
      "SELECT u.id FROM sys_user u WHERE u.notice_mail = $1 AND u.is_active = 1 AND u.deleted_at IS NULL AND EXISTS (SELECT 1 FROM "
      "sys_notice n WHERE n.user_id = u.id AND n.read_at IS NULL AND n.mailed_at IS NULL AND n.created_at > $2 AND n.created_at <= $3 AND "
      "n.kind <> 'mail_failed')");
  statement.bind_text(1, choice).bind(2, base::to_micros(since)).bind(3, base::to_micros(until));
  std::vector<std::int64_t> users;
  while (statement.step()) users.push_back(statement.integer(0));
  return users;
}

std::string title_of(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id) {
  if (entity.title_index < 0) return {};
  const auto& field = entity.fields[static_cast<std::size_t>(entity.title_index)];
  if (!entity::may_read_field(context.caller, entity, field)) return {};
  if (!entity::may_reach(context, entity, id)) return {};
  const auto record = entity::load_record(context.connection, context.registry, entity, id);
  return record ? field.type->display(field, record->at(entity.title_index)) : std::string();
}

struct Told {
  std::string text, link;
};

Told told(const entity::QueryContext& context, const base::Localizer& texts, const Notice& notice, const MailSettings& settings) {
  base::MessageArgs args = notice.args;
  const auto* entity = notice.entity_id == 0 ? nullptr : context.registry.find_id(notice.entity_id);
  const std::string title = entity == nullptr || notice.record_id == 0 ? std::string() : title_of(context, *entity, notice.record_id);
  if (!title.empty()) args.emplace_back("title", title);
  if (notice.actor_id != 0) {
    const std::string actor = title_of(context, context.registry.require("user"), notice.actor_id);
    if (!actor.empty()) args.emplace_back("actor", actor);
  }
  Told out{texts.text(context.caller.language, "notice." + notice.kind, args), {}};
  if (!title.empty()) out.link = settings.site_url + "/" + entity->plural + "/" + std::to_string(notice.record_id);
  return out;
}

}  // namespace

bool NoticeMail::is_time_of_digest(std::int64_t user_id, base::Instant now) {
  const auto caller = services_.callers.find(user_id);
  const auto zone = base::TimeZone::find(caller->time_zone).value_or(base::TimeZone::utc());
  const auto time = zone.local_time_of_day(now);
  if (time < kDigestFrom || time >= kDigestUntil) return false;
  const auto registry = services_.catalog.current();
  const auto& letters = registry->require(kMailEntity);
  const auto today = zone.start_of_day(zone.local_date(now));
  const auto system = entity::Caller::system();
  std::vector<entity::Filter> parts;
  parts.push_back(entity::where(letters, "kind", std::string("digest")));
  parts.push_back(entity::where(letters, "user", entity::Link{registry->require("user").id, user_id}));
  parts.push_back(entity::where(letters, "created_at", entity::FilterOp::kGte, {base::to_micros(today)}));
  const auto filter = entity::Filter::all_of(std::move(parts));
  bool is_sent = false;
  services_.database.read({.name = "notice_digest_sent"}, [&](store::Connection& connection) {
    is_sent = !entity::find_ids({connection, *registry, *system, now}, letters, filter, entity::Action::kRead, 0, 1).empty();
  });
  return !is_sent;
}

bool NoticeMail::queue_letter(std::int64_t user_id, std::string_view kind, base::Instant since, const MailSettings& settings) {
  const auto caller = services_.callers.find(user_id);
  const auto registry = services_.catalog.current();
  bool is_queued = false;
  services_.database.write({.name = "notice_mail"}, [&](store::Connection& connection) {
    is_queued = false;
    const base::Instant now = services_.clock.now();
    const auto notices = Notices::list_unmailed(connection, user_id, since, kMostNotices);
    if (notices.empty()) return;
    const entity::QueryContext context{connection, *registry, *caller, now};
    std::string subject, text;
    for (const auto& notice : notices) {
      const Told one = told(context, texts_, notice, settings);
      if (subject.empty()) subject = one.text;
      text += "• " + one.text + (one.link.empty() ? "" : "\n  " + one.link) + "\n";
    }
    if (notices.size() > 1) subject = texts_.text(caller->language, "mail.notices.subject", {{"count", std::to_string(notices.size())}});
    std::replace(subject.begin(), subject.end(), '\n', ' ');
    text += "\n" + texts_.text(caller->language, "mail.notices.foot", {{"site", settings.site_url}}) + "\n";
    const auto& users = registry->require("user");
    const auto user = entity::load_record(connection, *registry, users, user_id);
    const json::object values{{"kind", kind},
                              {"user", user_id},
                              {"owner", nullptr},
                              {"recipients", json::array{user ? std::string(user->text("email")) : std::string()}},
                              {"subject", std::string(base::prefix(base::clean_text(subject), kMostSubject))},
                              {"text", text}};
    services_.records.create_in(connection, *entity::Caller::system(), registry->require(kMailEntity), values);
    Notices::mark_mailed(connection, notices, now);
    is_queued = true;
  });
  return is_queued;
}

int NoticeMail::queue_due() {
  if (services_.catalog.current()->find(kMailEntity) == nullptr) return 0;
  const base::Instant now = services_.clock.now();
  MailSettings settings;
  std::vector<std::int64_t> at_once, daily;
  services_.database.read({.name = "notice_mail_due"}, [&](store::Connection& connection) {
    settings = read_mail_settings(connection);
    if (!settings.is_on()) return;
    at_once = users_due(connection, "at_once", now - kAtOnceSince, now - kGrace);
    daily = users_due(connection, "daily", now - kDigestSince, now);
  });
  int queued = 0;
  const auto queue = [&](std::int64_t user, std::string_view kind, base::Instant since) {
    try {
      if (kind == "notice" || is_time_of_digest(user, now)) queued += queue_letter(user, kind, since, settings) ? 1 : 0;
    } catch (const base::Error& error) {  // of one user: the others have theirs
      base::log(base::LogLevel::kWarning, "notice_mail_failed", {{"user", user}, {"what", std::string_view(error.what())}});
    }
  };
  for (const std::int64_t user : at_once) queue(user, "notice", now - kAtOnceSince);
  for (const std::int64_t user : daily) queue(user, "digest", now - kDigestSince);
  return queued;
}

}  // namespace connect
