#include "modules/activities/server/reminders.hpp"

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/query.hpp"

namespace activities {

namespace {

using entity::EntityDef;
using entity::Filter;
using entity::FilterOp;

constexpr std::string_view kPlannedEntities[] = {"task", "call", "meeting"};
constexpr std::chrono::hours kLookBack{24};
// Rows of a transaction that was still open at the last look.
constexpr std::chrono::minutes kOverlap{2};
constexpr int kPage = 500;
constexpr std::chrono::hours kMorning{9}, kEvening{21};

Filter compare(const EntityDef& entity, std::string_view field, FilterOp op, entity::Value value) {
  Filter filter;
  filter.kind = Filter::Kind::kCompare;
  filter.op = op;
  filter.path = {entity::PathStep{&entity, entity.index_of(field), {}}};
  filter.values = {std::move(value)};
  return filter;
}

Filter planned(const EntityDef& entity) { return compare(entity, "state", FilterOp::kEq, std::string("planned")); }

// One page of those due in (from, to], in the order of their time; its notices are added.
std::string add_due(const entity::QueryContext& context, const EntityDef& entity, const std::pair<base::Instant, base::Instant>& span,
                    const std::string& cursor, std::vector<entity::NewNotice>& notices) {
  entity::Query query;
  query.entity = &entity;
  query.filter = Filter::all_of({compare(entity, "remind_at", FilterOp::kGt, base::to_micros(span.first)),
                                 compare(entity, "remind_at", FilterOp::kLte, base::to_micros(span.second)), planned(entity)});
  for (const std::string_view field : {"id", "owner", "remind_at"})
    query.fields.push_back({entity::PathStep{&entity, entity.index_of(field), {}}});
  query.sort = {entity::SortKey{{entity::PathStep{&entity, entity.index_of("remind_at"), {}}}, false}};
  query.limit = kPage;
  query.cursor = cursor;
  std::string text;
  base::JsonWriter out(text);
  entity::run_query(context, query, out);
  const json::value page = base::parse_json(text);
  for (const auto& row : page.at("items").as_array()) {
    if (!row.at("owner").is_object()) continue;
    entity::NewNotice notice;
    notice.kind = "reminder";
    notice.user_id = row.at("owner").at("id").as_int64();
    notice.entity_id = entity.id;
    notice.record_id = row.at("id").as_int64();
    notice.once_key =
        "reminder." + entity.key + "." + std::to_string(notice.record_id) + "." + std::string(row.at("remind_at").as_string());
    notices.push_back(std::move(notice));
  }
  const auto& next = page.at("next");
  return next.is_string() ? std::string(next.as_string()) : std::string();
}

std::vector<std::int64_t> active_users(const entity::QueryContext& context, const EntityDef& users) {
  std::vector<std::int64_t> all;
  const Filter active = compare(users, "is_active", FilterOp::kEq, std::int64_t{1});
  while (true) {
    const auto page = entity::find_ids(context, users, active, entity::Action::kRead, all.empty() ? 0 : all.back(), kPage);
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < kPage) return all;
  }
}

}  // namespace

void Reminders::tell_due() {
  const auto registry = services_.catalog.current();
  const auto system = entity::Caller::system();
  const base::Instant now = services_.clock.now();
  const std::pair span{looked_until_ == base::Instant{} ? now - kLookBack : looked_until_ - kOverlap, now};
  for (const std::string_view key : kPlannedEntities) {
    const EntityDef* entity = registry->find(key);
    if (entity == nullptr) continue;
    std::string cursor;
    do {
      std::vector<entity::NewNotice> notices;
      std::string next;
      services_.database.read({.name = "reminders_due", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
        next = add_due({connection, *registry, *system, now}, *entity, span, cursor, notices);
      });
      box_.add(notices);
      cursor = next;
    } while (!cursor.empty());
  }
  looked_until_ = now;
}

void Reminders::tell_overdue() {
  const auto registry = services_.catalog.current();
  const auto system = entity::Caller::system();
  const base::Instant now = services_.clock.now();
  const EntityDef& users = registry->require("user");
  std::vector<entity::NewNotice> notices;
  services_.database.read({.name = "activities_overdue", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
    notices.clear();
    const entity::QueryContext context{connection, *registry, *system, now};
    for (const std::int64_t user : active_users(context, users)) {
      const auto zone = base::TimeZone::find(services_.callers.find(user)->time_zone).value_or(base::TimeZone::utc());
      const base::Date today = zone.local_date(now);
      const auto time = zone.local_time_of_day(now);
      const auto told = told_on_.find(user);
      if (time < kMorning || time >= kEvening || (told != told_on_.end() && told->second == today)) continue;
      told_on_[user] = today;
      std::int64_t count = 0;
      for (const std::string_view key : kPlannedEntities) {
        const EntityDef* entity = registry->find(key);
        if (entity == nullptr) continue;
        const Filter mine = compare(*entity, "owner", FilterOp::kEq, entity::Link{users.id, user});
        count += entity::count_exact(
            context, *entity, Filter::all_of({mine, planned(*entity), compare(*entity, "due_at", FilterOp::kLt, base::to_micros(now))}));
      }
      if (count == 0) continue;
      entity::NewNotice notice;
      notice.kind = "overdue";
      notice.user_id = user;
      notice.args = {{"count", std::to_string(count)}};
      notice.once_key = "overdue." + base::to_string(today);
      notices.push_back(std::move(notice));
    }
  });
  box_.add(notices);
}

}  // namespace activities
