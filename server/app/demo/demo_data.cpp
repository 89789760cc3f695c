#include "server/app/demo/demo_data.hpp"

#include <algorithm>
#include <map>

#include "server/app/command_line.hpp"
#include "server/app/commands/all.hpp"
#include "server/app/demo/demo_records.hpp"
#include "server/app/demo/names.hpp"
#include "server/base/error.hpp"

namespace app {

namespace {

using base::Instant;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

constexpr std::int64_t kBatch = 20000;
constexpr auto kHistory = std::chrono::days(730);

// Life is uneven: few owners hold most clients, 3 % of records have none, one client has far more activities than any other.
constexpr int kWithoutOwnerPercent = 3;
constexpr std::int64_t kBusyClientShare = 60;  // one activity in 60 is the busiest client's

struct Stage {
  std::int64_t id = 0;
  std::string kind;
};

class DemoCompany {
 public:
  DemoCompany(entity::Services& services, const DemoOptions& options, const std::string& language)
      : services_(services), options_(options), language_(language), dice_(options.seed), registry_(services.catalog.current()) {
    const auto today = options.as_of.empty() ? std::optional<base::Date>(std::chrono::floor<std::chrono::days>(base::SystemClock().now()))
                                             : base::parse_date(options.as_of);
    if (!today) throw base::Error::field("--as-of", "syntax");
    as_of_ = Instant(*today) + 9h;
    caller_ = *entity::Caller::system();
    caller_.via = "cli";
    save_.bulk_load = true;
    save_.on_duplicate = "create";
    save_.lane = store::Lane::kBulk;
  }

  void load(const DemoProgress& progress) {
    constexpr void (DemoCompany::*kSteps[])() = {&DemoCompany::load_people, &DemoCompany::load_companies,  &DemoCompany::load_contacts,
                                                 &DemoCompany::load_deals,  &DemoCompany::load_activities, &DemoCompany::write_next_steps};
    int done = 0;
    for (const auto step : kSteps) {
      (this->*step)();
      if (progress) progress(++done, static_cast<int>(std::size(kSteps)));
    }
  }

 private:
  static std::string text(Instant at) { return base::to_string(at); }
  static std::string date_text(Instant at) { return base::to_string(std::chrono::floor<std::chrono::days>(at)); }

  // Working hours of a day within the two years before as_of, later days more often.
  Instant past() {
    const double share = 1.0 - dice_.unit() * dice_.unit();
    const auto days = std::chrono::days(static_cast<std::int64_t>(static_cast<double>(kHistory.count()) * (1.0 - share)));
    return as_of_ - days - std::chrono::minutes(dice_.between(1, 9 * 60));
  }

  std::int64_t some_owner() {
    if (dice_.chance(kWithoutOwnerPercent)) return 0;
    return sellers_[static_cast<std::size_t>(dice_.uneven(static_cast<std::int64_t>(sellers_.size())))];
  }

  std::int64_t create(std::string_view entity, const json::object& values) {
    const auto* found = registry_->find(entity);
    return found == nullptr ? 0 : services_.records.create(caller_, *found, values, save_).id;
  }

  std::vector<std::int64_t> create_all(std::string_view entity, std::int64_t count, const std::function<json::object(std::int64_t)>& make) {
    std::vector<std::int64_t> ids;
    const auto* found = registry_->find(entity);
    if (found == nullptr) return ids;
    ids.reserve(static_cast<std::size_t>(count));
    for (std::int64_t done = 0; done < count;) {
      std::vector<entity::BatchItem> items;
      for (; done < count && static_cast<std::int64_t>(items.size()) < kBatch; ++done) items.push_back({make(done)});
      for (const auto& result : services_.records.batch(caller_, *found, std::move(items), save_, false)) {
        if (result.error) std::rethrow_exception(result.error);
        ids.push_back(result.id);
      }
    }
    return ids;
  }

  void load_people() {
    const std::int64_t count = std::clamp<std::int64_t>(options_.clients / 2000, 12, 500);
    const std::int64_t departments = std::clamp<std::int64_t>(count / 8, 3, 40);
    const std::string root_name = language_ == "ru" ? "Отдел продаж" : "Sales department";
    const std::int64_t root = create("department", {{"name", root_name}});
    std::vector<std::int64_t> teams;
    for (std::int64_t i = 0; i < departments; ++i) {
      // The last third of the teams lie below an earlier team: a tree of three levels.
      const std::int64_t parent = i * 3 >= departments * 2 && !teams.empty()
                                      ? teams[static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(teams.size())))]
                                      : root;
      teams.push_back(
          create("department", {{"name", (language_ == "ru" ? "Группа " : "Team ") + std::to_string(i + 1)}, {"parent", parent}}));
    }
    const std::int64_t stamp = options_.seed == 1 ? 0 : static_cast<std::int64_t>(options_.seed % 1000000);
    for (std::int64_t i = 0; i < count; ++i) {
      const Person person = make_person(dice_);
      const std::int64_t department = teams[static_cast<std::size_t>(i % departments)];
      const std::string email = "user" + std::to_string(i + 1) + (stamp == 0 ? "" : "." + std::to_string(stamp)) + "@example.com";
      json::object user = {{"name", person.last + " " + person.first},
                           {"email", email},
                           {"department", department},
                           {"is_active", true},
                           {"language", language_},
                           {"position", language_ == "ru" ? "Менеджер по продажам" : "Sales manager"}};
      const std::int64_t id = create("user", user);
      sellers_.push_back(id);
      if (i < departments) services_.records.update(caller_, registry_->require("department"), department, {{"head", id}});
    }
  }

  void load_companies() {
    static const std::vector<std::string> industries = {"retail",   "wholesale", "construction", "manufacturing",
                                                        "services", "food",      "transport",    "other"};
    static const std::vector<std::string> sources = {"site",        "site",       "call",      "recommendation",
                                                     "advertising", "exhibition", "cold_call", "tender"};
    companies_ = create_all("company", options_.clients, [&](std::int64_t number) {
      const Instant created = past();
      json::object company = {{"name", make_company_name(dice_)},
                              {"inn", make_inn(dice_)},
                              {"city", make_city(dice_)},
                              {"industry", dice_.pick(industries)},
                              {"source", dice_.pick(sources)},
                              {"created_at", text(created)},
                              {"relations", json::array{dice_.chance(92) ? "client" : "supplier"}}};
      company["phones"] = json::array{{{"raw", make_phone(dice_, dice_.chance(60))}, {"kind", "work"}}};
      if (dice_.chance(70)) company["emails"] = json::array{{{"raw", make_email(dice_, number + 1)}, {"kind", "work"}}};
      if (dice_.chance(8)) company["tags"] = json::array{dice_.chance(50) ? "VIP" : (language_ == "ru" ? "опт" : "bulk")};
      const std::int64_t owner = some_owner();
      company["owner"] = owner == 0 ? json::value(nullptr) : json::value(owner);
      company_owner_.push_back(owner);
      return company;
    });
  }

  void load_contacts() {
    if (companies_.empty()) return;
    const std::int64_t count = std::min<std::int64_t>(options_.clients / 2, 100000);
    static const std::vector<std::string> positions_ru = {"Директор",  "Закупщик",           "Главный инженер",
                                                          "Бухгалтер", "Заведующий складом", "Коммерческий директор"};
    static const std::vector<std::string> positions_en = {
        "Director", "Buyer", "Chief engineer", "Accountant", "Warehouse manager", "Commercial director"};
    contacts_ = create_all("contact", count, [&](std::int64_t) {
      const Person person = make_person(dice_);
      const auto at = static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(companies_.size())));
      json::object contact = {{"name", person.full()},
                              {"last_name", person.last},
                              {"first_name", person.first},
                              {"middle_name", person.middle},
                              {"gender", person.is_female ? "female" : "male"},
                              {"position", dice_.pick(language_ == "ru" ? positions_ru : positions_en)},
                              {"company", companies_[at]},
                              {"city", make_city(dice_)},
                              {"created_at", text(past())}};
      contact["phones"] = json::array{{{"raw", make_phone(dice_, true)}, {"kind", "mobile"}}};
      contact["owner"] = company_owner_[at] == 0 ? json::value(nullptr) : json::value(company_owner_[at]);
      contact_company_.push_back(companies_[at]);
      return contact;
    });
    create_all("company_contact", static_cast<std::int64_t>(contacts_.size()), [&](std::int64_t i) {
      return json::object{{"company", contact_company_[static_cast<std::size_t>(i)]},
                          {"contact", contacts_[static_cast<std::size_t>(i)]},
                          {"is_main", true}};
    });
  }

  void find_stages() {
    const auto* stage = registry_->find("stage");
    if (stage == nullptr) return;
    services_.database.read({.name = "demo_stages"}, [&](store::Connection& connection) {
      stages_.clear();
      auto statement = connection.prepare("demo_stages",
                                          "SELECT s.id, s.kind, s.pipeline FROM stage s JOIN pipeline p ON p.id = s.pipeline WHERE "
                                          "p.is_default = 1 AND s.deleted_at IS NULL ORDER BY s.position");
      while (statement.step()) {
        stages_.push_back({statement.integer(0), std::string(statement.text(1))});
        pipeline_ = statement.integer(2);
      }
      reasons_.clear();
      auto reasons = connection.prepare("demo_reasons", "SELECT id FROM lost_reason WHERE deleted_at IS NULL ORDER BY id");
      while (reasons.step()) reasons_.push_back(reasons.integer(0));
    });
  }

  // One deal in ten is open; of the closed ones about a third is won. Moves lead through the stages in order.
  void load_deals() {
    find_stages();
    if (stages_.empty() || companies_.empty()) return;
    std::vector<Stage> open, won, lost;
    for (const auto& stage : stages_) (stage.kind == "open" ? open : stage.kind == "won" ? won : lost).push_back(stage);
    if (open.empty() || won.empty() || lost.empty()) return;
    const auto deals = create_all("deal", options_.deals, [&](std::int64_t) {
      const auto at = static_cast<std::size_t>(dice_.uneven(static_cast<std::int64_t>(companies_.size())));
      const bool is_open = dice_.chance(10);
      const Instant created = is_open ? as_of_ - std::chrono::hours(dice_.between(2, 75 * 24)) : past();
      const bool is_won = !is_open && dice_.chance(35);
      const std::size_t reached = static_cast<std::size_t>(is_won ? static_cast<std::int64_t>(open.size()) - 1
                                                                  : dice_.below(static_cast<std::int64_t>(open.size())));
      const Stage& stage = is_open ? open[reached] : is_won ? won[0] : lost[0];
      Instant entered = created;
      std::vector<Move> moves;
      std::int64_t previous = 0;
      for (std::size_t i = 0; i <= reached; ++i) {
        moves.push_back({previous, open[i].id, entered, previous == 0 ? 0 : (entered - moves.back().at) / 1s});
        previous = open[i].id;
        const auto step = std::chrono::hours(dice_.between(3, 12 * 24));
        if (i < reached && entered + step < as_of_) entered += step;
      }
      if (!is_open) {
        const Instant closed = std::max(entered, std::min(entered + std::chrono::hours(dice_.between(2, 10 * 24)), as_of_ - 1h));
        moves.push_back({previous, stage.id, closed, (closed - entered) / 1s});
        entered = closed;
      }
      const std::int64_t owner = company_owner_[at] != 0 ? company_owner_[at] : some_owner();
      json::object deal = {
          {"name", make_deal_name(dice_)}, {"pipeline", pipeline_},       {"stage", stage.id},
          {"company", companies_[at]},     {"created_at", text(created)}, {"amount", std::to_string(dice_.between(5, 4000)) + "000.00"},
          {"stage_since", text(entered)},  {"is_open", is_open}};
      if (!is_open) deal["closed_at"] = text(entered);
      if (is_open) deal["expected_close"] = date_text(as_of_ + std::chrono::days(dice_.between(-5, 60)));
      if (!is_open && !is_won && !reasons_.empty())
        deal["lost_reason"] = reasons_[static_cast<std::size_t>(dice_.uneven(static_cast<std::int64_t>(reasons_.size())))];
      deal["owner"] = owner == 0 ? json::value(nullptr) : json::value(owner);
      pending_.push_back({moves, owner});
      open_flags_.push_back(is_open);
      deal_owner_.push_back(owner);
      return deal;
    });
    deals_ = deals;
    load_moves();
  }

  struct Move {
    std::int64_t from, to;
    Instant at;
    std::int64_t seconds;
  };
  struct DealMoves {
    std::vector<Move> moves;
    std::int64_t owner;
  };

  void load_moves() {
    std::vector<json::object> rows;
    const auto flush = [&] {
      create_all("stage_move", static_cast<std::int64_t>(rows.size()),
                 [&](std::int64_t i) { return std::move(rows[static_cast<std::size_t>(i)]); });
      rows.clear();
    };
    for (std::size_t i = 0; i < deals_.size(); ++i) {
      for (const auto& move : pending_[i].moves) {
        json::object row = {{"deal", deals_[i]},
                            {"pipeline", pipeline_},
                            {"to_stage", move.to},
                            {"moved_at", text(move.at)},
                            {"created_at", text(move.at)}};
        if (move.from != 0) {
          row["from_stage"] = move.from;
          row["time_in_stage"] = "PT" + std::to_string(move.seconds) + "S";
        }
        if (pending_[i].owner != 0) row["moved_by"] = pending_[i].owner;
        rows.push_back(std::move(row));
      }
      if (rows.size() >= 40000) flush();
    }
    flush();
    pending_.clear();
    pending_.shrink_to_fit();
  }

  struct Subject {
    std::string_view entity;
    std::size_t index;
    std::int64_t id, owner;
  };

  Subject some_subject(bool planned) {
    if (planned && !deals_.empty() && dice_.chance(60)) {
      for (int tries = 0; tries < 200; ++tries) {
        const auto at = static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(deals_.size())));
        if (open_flags_[at]) return {"deal", at, deals_[at], deal_owner_[at]};
      }
    }
    if (!planned && dice_.below(kBusyClientShare) == 0) return {"company", 0, companies_[0], company_owner_[0]};
    if (!deals_.empty() && dice_.chance(40)) {
      const auto at = static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(deals_.size())));
      return {"deal", at, deals_[at], deal_owner_[at]};
    }
    const auto at = static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(companies_.size())));
    return {"company", at, companies_[at], company_owner_[at]};
  }

  void load_activities() {
    if (companies_.empty()) return;
    const std::pair<std::string_view, int> kinds[] = {{"task", 35}, {"call", 40}, {"meeting", 8}, {"note", 17}};
    std::int64_t left = options_.activities;  // the last kind takes what rounding leaves
    for (const auto& [kind, percent] : kinds) {
      const std::int64_t count = kind == "note" ? left : options_.activities * percent / 100;
      left -= count;
      create_all(kind, count, [&, kind = kind](std::int64_t) { return make_activity(kind); });
    }
  }

  json::object make_activity(std::string_view kind) {
    const bool planned = kind != "note" && dice_.chance(4);
    const Subject subject = some_subject(planned);
    const Instant created = planned ? as_of_ - std::chrono::hours(dice_.between(1, 240)) : past();
    json::object row = {{"subject", {{"entity", subject.entity}, {"id", subject.id}}}, {"created_at", text(created)}};
    row["owner"] = subject.owner == 0 ? json::value(nullptr) : json::value(subject.owner);
    if (kind == "note") {
      row["body"] = "<p>" + make_note(dice_) + "</p>";
      return row;
    }
    row["name"] = kind == "call" ? make_call_name(dice_) : make_task_name(dice_);
    const Instant due = planned ? as_of_ + std::chrono::minutes(dice_.between(-3 * 24 * 60, 14 * 24 * 60))
                                : created + std::chrono::hours(dice_.between(1, 72));
    row["due_at"] = text(due);
    row["state"] = planned ? "planned" : "done";
    if (kind == "call") {
      row["direction"] = dice_.chance(40) ? "incoming" : "outgoing";
      if (!planned) row["outcome"] = dice_.chance(75) ? "answered" : "no_answer";
      if (!planned) row["duration"] = "PT" + std::to_string(dice_.between(10, 900)) + "S";
    }
    if (!planned) {
      row["done_at"] = text(due);
      row["result"] = make_note(dice_);
      auto& last = last_contacts_[{subject.entity, subject.id}];
      if (kind != "task") last = std::max(last, due);
    } else {
      auto& next = next_steps_[{subject.entity, subject.id}];
      if (next == Instant{} || due < next) next = due;
    }
    return row;
  }

  // What the behaviour of activities would have kept, had they been saved one by one.
  void write_next_steps() {
    std::map<std::pair<std::string_view, std::int64_t>, json::object> patches;
    for (const auto& [subject, at] : next_steps_) patches[subject]["next_step_at"] = text(at);
    for (const auto& [subject, at] : last_contacts_) {
      if (at != Instant{}) patches[subject]["last_contact_at"] = text(std::min(at, as_of_));
    }
    std::map<std::string_view, std::vector<entity::BatchItem>> items;
    for (auto& [subject, patch] : patches) {
      patch["id"] = subject.second;
      items[subject.first].push_back({std::move(patch)});
    }
    for (auto& [entity, all] : items) services_.records.batch(caller_, registry_->require(entity), std::move(all), save_, false);
  }

  entity::Services& services_;
  const DemoOptions& options_;
  const std::string& language_;
  Dice dice_;
  entity::RegistryPtr registry_;
  entity::Caller caller_;
  entity::SaveOptions save_;
  Instant as_of_{};
  std::vector<std::int64_t> sellers_, companies_, company_owner_, contacts_, contact_company_, deals_, deal_owner_, reasons_;
  std::vector<bool> open_flags_;
  std::vector<Stage> stages_;
  std::int64_t pipeline_ = 0;
  std::vector<DealMoves> pending_;
  std::map<std::pair<std::string_view, std::int64_t>, Instant> next_steps_, last_contacts_;
};

}  // namespace

void load_demo(entity::Services& services, const DemoOptions& options, const std::string& language, const DemoProgress& progress) {
  DemoCompany(services, options, language).load(progress);
  const auto today = options.as_of.empty() ? std::nullopt : base::parse_date(options.as_of);
  load_demo_records(services, today.value_or(std::chrono::floor<std::chrono::days>(base::SystemClock().now())), language);
}

std::string demo_summary(const DemoOptions& options, const std::string& language) {
  return texts().text(language, "cli.demo.done",
                      {{"clients", std::to_string(options.clients)},
                       {"deals", std::to_string(options.deals)},
                       {"activities", std::to_string(options.activities)}}) +
         "\n";
}

// matvey demo --data DIR --clients N --deals N --activities N --seed S --as-of DATE
int demo(Application& application, const CommandCall& call, Output& output) {
  DemoOptions options;
  std::int64_t seed = 1;
  CommandLine line("demo", call, output);
  line.data_folder()
      .integer("--clients", options.clients)
      .integer("--deals", options.deals)
      .integer("--activities", options.activities)
      .integer("--seed", seed)
      .text("--as-of", options.as_of)
      .parse();
  options.seed = static_cast<std::uint64_t>(seed);
  claim_demo(application.api().services);
  load_demo(application.api().services, options, call.language);
  output.out(demo_summary(options, call.language));
  return 0;
}

}  // namespace app
