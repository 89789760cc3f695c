#include "server/connect/mail/mailer.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/connect/mail/letters.hpp"
#include "server/connect/mail/mail_record.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/on_behalf.hpp"
#include "server/entity/query.hpp"
#include "server/flow/heartbeat.hpp"
#include "server/flow/lease.hpp"

namespace connect {

namespace {

using entity::Record;
using Kind = MailOutcome::Kind;

constexpr std::chrono::minutes kClaim{6};   // longer than the longest letter takes (SmtpServer::timeout)
constexpr std::chrono::seconds kLease{15};  // after that a node that says nothing is dead
constexpr int kMostSending = 1000;          // one of each node
constexpr std::chrono::seconds kFirstPause{30}, kLongestPause{3600};
constexpr std::chrono::milliseconds kLookEvery{3000};  // for retries, and for what other nodes queued
constexpr std::chrono::hours kOwnKept{24 * 90};
constexpr int kRound = 20;
constexpr std::size_t kMostTasks = 1000;

std::chrono::seconds pause_after(std::int64_t tries) {
  return std::min(kLongestPause, kFirstPause * (1 << std::min<std::int64_t>(std::max<std::int64_t>(tries, 1) - 1, 12)));
}

// The letter is another sender's by now, or deleted.
struct ClaimLost final : std::exception {};

std::string lease_name(std::string_view node) { return "mail " + std::string(node); }

bool is_secret(std::string_view kind) { return kind == "invitation" || kind == "password_reset"; }

std::string one_line(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

json::object state_is(const char* state, const char* time_field, base::Instant until) {
  return {{"and", json::array{json::object{{"field", "state"}, {"op", "eq"}, {"value", state}},
                              json::object{{"field", time_field}, {"op", "lte"}, {"value", base::to_string(until)}}}}};
}

}  // namespace

struct Mailer::Impl {
  Impl(entity::Services& services, Files& files, entity::NoticeBox& notices, const base::Localizer& texts, MailerOptions options)
      : services(services),
        files(files),
        notices(notices),
        texts(texts),
        options(std::move(options)),
        lease(services.database, services.clock, lease_name(this->options.node), this->options.node) {}

  entity::Services& services;
  Files& files;
  entity::NoticeBox& notices;
  const base::Localizer& texts;
  const MailerOptions options;
  flow::Lease lease;
  MakeToken make_token = [](std::string_view, std::int64_t) { return std::string(); };
  std::mutex mutex;
  std::condition_variable changed;
  std::int64_t wakes = 0;
  bool stopping = false, is_first_look = true;
  std::deque<std::function<void()>> tasks;
  std::thread thread;

  base::Instant now() const { return services.clock.now(); }
  const entity::Caller& system() const { return *entity::Caller::system(); }

  bool is_stopping() {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  std::vector<std::int64_t> find(const json::value& filter, int limit = kRound) {
    std::vector<std::int64_t> ids;
    const auto registry = services.catalog.current();
    if (registry->find(kMailEntity) == nullptr) return ids;  // the module is not there
    const auto& letters = registry->require(kMailEntity);
    services.database.read({.name = "mail_look"}, [&](store::Connection& connection) {
      const entity::QueryContext context{connection, *registry, system(), now()};
      ids = entity::find_ids(context, letters, entity::parse_filter(filter, {*registry, letters, system(), now()}), entity::Action::kRead,
                             0, limit);
    });
    return ids;
  }

  // Changes a letter when `fits` says so of it as it is now; the letter as it was before, nullopt when it did not fit.
  std::optional<Record> change(std::int64_t id, const std::function<bool(const Record&)>& fits,
                               const std::function<json::object(const Record&)>& values) {
    std::optional<Record> taken;
    const auto registry = services.catalog.current();
    const auto& letters = registry->require(kMailEntity);
    services.database.write({.name = "mail_change"}, [&](store::Connection& connection) {
      taken = entity::load_record(connection, *registry, letters, id, true);
      if (!taken || taken->deleted || !fits(*taken)) return taken.reset();
      services.records.update_in(connection, system(), letters, id, values(*taken));
    });
    return taken;
  }

  // Of letters on their way, those whose sender is dead.
  std::vector<Record> find_dead() {
    // Of a base that this process has alone every claim is a dead one when it begins.
    const bool is_alone = services.database.dialect() == store::Dialect::kSqlite;
    const bool are_all = is_alone && is_first_look;
    std::vector<Record> dead;
    const auto registry = services.catalog.current();
    if (registry->find(kMailEntity) == nullptr) return dead;
    const auto& letters = registry->require(kMailEntity);
    services.database.read({.name = "mail_dead"}, [&](store::Connection& connection) {
      const entity::QueryContext context{connection, *registry, system(), now()};
      dead = entity::find_records(context, letters, entity::where(letters, "state", std::string("sending")), kMostSending);
      std::erase_if(dead, [&](const Record& letter) {
        if (are_all || letter.integer("claimed_until") <= base::to_micros(now())) return false;
        const auto sender = letter.text("claimed_by");
        return is_alone || sender.empty() || flow::Lease::is_held(connection, lease_name(sender), sender, now());
      });
    });
    is_first_look = false;
    return dead;
  }

  // Letters whose sender died: again, unless the server may have taken them.
  bool recover() {
    const auto dead = find_dead();
    for (const auto& found : dead) {
      const auto letter = change(
          found.id,
          [&](const Record& record) {
            return record.text("state") == "sending" && record.get("claimed_until") == found.get("claimed_until");
          },
          [&](const Record& record) {
            const bool may_be_taken = !is_empty(record.get("handed_at"));
            json::object values{{"state", may_be_taken ? "failed" : "queued"}, {"claimed_until", nullptr}, {"claimed_by", nullptr}};
            if (may_be_taken) values["error"] = "mail_outcome_unknown";
            return values;
          });
      if (letter && !is_empty(letter->get("handed_at"))) tell(*letter);
    }
    return !dead.empty();
  }

  void tell(const Record& letter) {
    const std::int64_t owner = letter.link_id("owner");
    if (owner == 0 || letter.text("kind") != "message") return;
    notices.add({{owner, "mail_failed", letter.entity->id, letter.id, 0, {}, {}}});
  }

  // Everything but the server's part; throws base::Error with the key of an option of "error".
  MailMessage compose(const Record& letter, const MailSettings& settings, std::vector<std::unique_ptr<StoredContent>>& contents) {
    MailMessage message;
    message.from = settings.from;
    message.reply_to = settings.reply_to;
    message.to = mail_addresses(letter, "recipients");
    message.cc = mail_addresses(letter, "copies");
    message.subject = one_line(letter.text("subject"));
    message.text = std::string(letter.text("text"));
    message.message_id = std::string(letter.text("message_id"));
    message.at = now();
    message.is_automatic = letter.text("kind") != "message";
    address_of_people(letter, message);
    if (is_secret(letter.text("kind"))) write_secret(letter, settings, message);
    std::erase_if(message.to, [](const auto& address) { return address.email.empty(); });
    std::erase_if(message.cc, [](const auto& address) { return address.email.empty(); });
    if (message.to.empty() && message.cc.empty()) throw base::Error(base::ErrorCode::kFailedPrecondition, "mail_no_recipient");
    services.database.read({.name = "mail_files"}, [&](store::Connection& connection) {
      message.attachments.clear();
      contents.clear();
      for (const std::int64_t id : entity::files_in(letter.get("files"))) {
        const auto file = entity::find_file(connection, id);
        auto content = file ? files.open(*file) : nullptr;
        if (!content) throw base::Error(base::ErrorCode::kDataLoss, "mail_failed");
        message.attachments.push_back({one_line(file->name), file->mime, file->size,
                                       [it = content.get()](std::int64_t offset, std::size_t most) { return it->read(offset, most); }});
        contents.push_back(std::move(content));
      }
    });
    return message;
  }

  // The answer goes to whoever wrote; what the program writes to a user goes to his address of today.
  void address_of_people(const Record& letter, MailMessage& message) {
    const auto registry = services.catalog.current();
    const auto& users = registry->require("user");
    services.database.read({.name = "mail_people"}, [&](store::Connection& connection) {
      if (const std::int64_t owner = letter.link_id("owner"); owner != 0 && letter.text("kind") == "message") {
        const auto user = entity::load_record(connection, *registry, users, owner);
        if (user && !user->text("email").empty()) message.reply_to = std::string(user->text("email"));
        if (user && message.from.name.empty()) message.from.name = one_line(user->text("name"));
      }
      if (const std::int64_t to = letter.link_id("user"); to != 0) {
        const auto user = entity::load_record(connection, *registry, users, to);
        message.to.clear();
        if (user && !user->deleted && user->integer("is_active", 1) != 0)
          message.to.push_back({std::string(user->text("email")), one_line(user->text("name"))});
      }
    });
  }

  void write_secret(const Record& letter, const MailSettings& settings, MailMessage& message) {
    const std::int64_t user = letter.link_id("user");
    const std::string token = message.to.empty() ? std::string() : make_token(letter.text("kind"), user);
    if (token.empty()) throw base::Error(base::ErrorCode::kFailedPrecondition, "mail_no_recipient");
    const auto caller = services.callers.find(user);
    const auto written = password_letter(texts, caller->language, letter.text("kind"), settings, caller->title,
                                         services.catalog.current()->company().name, token);
    message.subject = one_line(written.subject);
    message.text = written.text;
  }

  // Before the last part: the claim must still be ours, and what follows may not be done twice.
  void hand_over(std::int64_t id, std::int64_t claimed_until) {
    const auto ours = change(
        id,
        [&](const Record& record) {
          return record.text("state") == "sending" && record.integer("claimed_until") == claimed_until &&
                 claimed_until > base::to_micros(now());
        },
        [&](const Record&) {
          return json::object{{"handed_at", base::to_string(now())}};
        });
    if (!ours) throw ClaimLost();
  }

  MailOutcome try_to_send(const Record& letter, std::int64_t claimed_until) {
    const MailSettings settings = read_settings();
    if (!settings.is_on()) return {Kind::kLater, "mail_off", {}};
    std::vector<std::unique_ptr<StoredContent>> contents;
    try {
      const MailMessage message = compose(letter, settings, contents);
      return http::send_mail(settings.server, message, [&] { hand_over(letter.id, claimed_until); });
    } catch (const base::Error& error) {
      if (error.key() == "mail_no_recipient") return {Kind::kRefused, error.key(), {}};
      const bool may_pass = error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDeadlineExceeded;
      const bool is_bug = error.code() == base::ErrorCode::kInternal;
      base::log(is_bug ? base::LogLevel::kError : base::LogLevel::kWarning, is_bug ? "internal_error" : "mail_failed",
                {{"letter", letter.id}, {"what", std::string_view(error.what())}});
      return {may_pass ? Kind::kLater : Kind::kRefused, "mail_failed", {}};
    } catch (const ClaimLost&) {
      throw;
    } catch (const std::exception& error) {  // a bug: it would come again with each try
      base::log(base::LogLevel::kError, "internal_error", {{"letter", letter.id}, {"what", std::string_view(error.what())}});
      return {Kind::kRefused, "mail_failed", {}};
    }
  }

  MailSettings read_settings() {
    MailSettings settings;
    services.database.read({.name = "mail_settings", .snapshot = false},
                           [&](store::Connection& connection) { settings = read_mail_settings(connection); });
    settings.server.ca_file = options.ca_file;
    return settings;
  }

  void keep(const Record& letter, std::int64_t claimed_until, const MailOutcome& outcome) {
    bool has_failed = false;
    change(
        letter.id,
        [&](const Record& record) { return record.text("state") == "sending" && record.integer("claimed_until") == claimed_until; },
        [&](const Record& record) {
          json::object values{{"claimed_until", nullptr}, {"claimed_by", nullptr}, {"answer", outcome.answer}};
          const base::Instant next = now() + pause_after(record.integer("tries"));
          has_failed = outcome.kind == Kind::kRefused || outcome.kind == Kind::kUnknown ||
                       (outcome.kind == Kind::kLater && base::to_micros(next) > record.integer("give_up_at", INT64_MAX));
          if (outcome.kind == Kind::kSent) {
            values["state"] = "sent";
            values["sent_at"] = base::to_string(now());
            values["error"] = values["answer"] = nullptr;
          } else {
            values["state"] = has_failed ? "failed" : "queued";
            values["error"] = outcome.error;
            if (!has_failed) values["next_at"] = base::to_string(next);
            if (!has_failed) values["handed_at"] = nullptr;  // the server said that it did not take the letter
          }
          return values;
        });
    if (has_failed) tell(letter);
  }

  bool send_one(std::int64_t id) {
    lease.hold(kLease);
    const base::Instant until = now() + kClaim;
    const auto letter = change(
        id, [&](const Record& record) { return record.text("state") == "queued" && record.integer("next_at") <= base::to_micros(now()); },
        [&](const Record& record) {
          return json::object{{"state", "sending"},
                              {"claimed_until", base::to_string(until)},
                              {"claimed_by", options.node},
                              {"tries", record.integer("tries") + 1},
                              {"handed_at", nullptr}};
        });
    if (!letter) return false;
    std::optional<flow::Heartbeat> heartbeat;  // of a base that this process has alone nobody asks whether it lives
    if (services.database.dialect() == store::Dialect::kPostgres) heartbeat.emplace("mail", kLease / 5, [this] { lease.hold(kLease); });
    try {
      keep(*letter, base::to_micros(until), try_to_send(*letter, base::to_micros(until)));
    } catch (const ClaimLost&) {  // whoever has it now writes what becomes of it
    }
    return true;
  }

  bool send_some() {
    bool is_any = recover();
    for (const std::int64_t id : find(state_is("queued", "next_at", now()))) {
      if (is_stopping()) return false;
      is_any = send_one(id) || is_any;
    }
    return is_any;
  }

  void run_tasks() {
    while (true) {
      std::function<void()> task;
      {
        const std::lock_guard lock(mutex);
        if (tasks.empty() || stopping) return;
        task = std::move(tasks.front());
        tasks.pop_front();
      }
      task();
    }
  }

  void run() {
    while (!is_stopping()) {
      std::int64_t seen = 0;
      {
        const std::lock_guard lock(mutex);
        seen = wakes;
      }
      try {
        run_tasks();
        while (!is_stopping() && send_some()) run_tasks();
      } catch (const std::exception& error) {
        base::log(base::LogLevel::kWarning, "mailer_failed", {{"what", std::string_view(error.what())}});
      }
      std::unique_lock lock(mutex);
      changed.wait_for(lock, kLookEvery, [&] { return stopping || wakes != seen; });
    }
  }
};

Mailer::Mailer(entity::Services& services, Files& files, entity::NoticeBox& notices, const base::Localizer& texts, MailerOptions options)
    : impl_(std::make_unique<Impl>(services, files, notices, texts, std::move(options))) {}
Mailer::~Mailer() { stop(); }

void Mailer::set_token_maker(MakeToken make) { impl_->make_token = std::move(make); }

void Mailer::start() {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

void Mailer::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  if (!impl_->thread.joinable()) return;
  impl_->thread.join();
  try {
    impl_->lease.release();
  } catch (const std::exception& error) {  // it runs out by itself
    base::log(base::LogLevel::kWarning, "mailer_failed", {{"what", std::string_view(error.what())}});
  }
}

void Mailer::wake() {
  {
    const std::lock_guard lock(impl_->mutex);
    ++impl_->wakes;
  }
  impl_->changed.notify_all();
}

void Mailer::later(std::function<void()> task) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->tasks.size() < kMostTasks) impl_->tasks.push_back(std::move(task));
  }
  wake();
}

bool Mailer::send_some() { return impl_->send_some(); }
MailSettings Mailer::settings() const { return impl_->read_settings(); }
const MailerOptions& Mailer::options() const { return impl_->options; }

void Mailer::send_test(const MailSettings& settings, const std::string& to, std::string_view language) {
  MailMessage message;
  message.from = settings.from;
  message.to = {{to, {}}};
  message.subject = impl_->texts.text(language, "mail.test.subject");
  message.text = impl_->texts.text(language, "mail.test.text", {{"site", settings.site_url}});
  message.message_id = base::random_token(impl_->services.random, 18) + "@" + settings.from.email.substr(settings.from.email.find('@') + 1);
  message.at = impl_->now();
  message.is_automatic = true;
  SmtpServer server = settings.server;
  server.ca_file = impl_->options.ca_file;
  server.timeout = std::chrono::seconds(40);
  const auto outcome = http::send_mail(server, message);
  if (outcome.kind != Kind::kSent) throw base::Error(base::ErrorCode::kFailedPrecondition, outcome.error, {{"answer", outcome.answer}});
}

void Mailer::send_again(const entity::Caller& caller, std::int64_t id) {
  const auto registry = impl_->services.catalog.current();
  const entity::Caller by = entity::on_behalf_of(caller);
  const auto& letters = registry->require(kMailEntity);
  impl_->services.database.write({.name = "mail_again"}, [&](store::Connection& connection) {
    const auto letter = entity::load_record(connection, *registry, letters, id, true);
    if (!letter || letter->text("state") != "failed") throw base::Error(base::ErrorCode::kFailedPrecondition, "mail_not_failed");
    const base::Instant now = impl_->now();
    impl_->services.records.update_in(connection, by, letters, id,
                                      {{"state", "queued"},
                                       {"tries", 0},
                                       {"error", nullptr},
                                       {"answer", nullptr},
                                       {"handed_at", nullptr},
                                       {"next_at", base::to_string(now)},
                                       {"give_up_at", base::to_string(now + std::chrono::hours(24))}});
  });
  wake();
}

std::int64_t Mailer::queue_for_user(store::Connection& connection, const entity::Caller& by, std::string_view kind, std::int64_t user_id) {
  const auto registry = impl_->services.catalog.current();
  const auto reader = impl_->services.callers.find(user_id);
  const auto user = entity::load_record(connection, *registry, registry->require("user"), user_id);
  const json::object values{{"kind", kind},
                            {"recipients", json::array{user ? std::string(user->text("email")) : std::string()}},
                            {"user", user_id},
                            {"owner", nullptr},
                            {"subject", password_subject(impl_->texts, reader->language, kind, registry->company().name)}};
  return impl_->services.records.create_in(connection, entity::on_behalf_of(by), registry->require(kMailEntity), values).id;
}

std::int64_t Mailer::remove_old() {
  const auto registry = impl_->services.catalog.current();
  const auto* letters = registry->find(kMailEntity);
  if (letters == nullptr) return 0;
  const base::Instant before = impl_->now() - kOwnKept;
  std::int64_t removed = 0;
  impl_->services.database.write({.name = "mail_leases"}, [&](store::Connection& connection) {  // of nodes that never came back
    connection.prepare("mail_leases", "DELETE FROM sys_lease WHERE name LIKE 'mail %' AND until < $1")
        .bind(1, base::to_micros(before))
        .run();
  });
  for (const char* kind : {"invitation", "password_reset", "notice", "digest"}) {
    while (true) {
      std::vector<Record> oldest;
      impl_->services.database.read({.name = "mail_old"}, [&](store::Connection& connection) {
        const entity::QueryContext context{connection, *registry, impl_->system(), impl_->now()};
        oldest = entity::find_records(context, *letters, entity::where(*letters, "kind", std::string(kind)), kRound);
      });
      std::erase_if(oldest, [&](const Record& letter) { return letter.created_at >= before; });
      for (const auto& letter : oldest) {
        impl_->services.records.remove(impl_->system(), *letters, letter.id);
        impl_->services.records.purge(impl_->system(), *letters, letter.id);
      }
      removed += static_cast<std::int64_t>(oldest.size());
      if (oldest.size() < kRound) break;
    }
  }
  return removed;
}

}  // namespace connect
