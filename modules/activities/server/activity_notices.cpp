#include "modules/activities/server/activity_notices.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "server/base/error.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/query.hpp"

namespace activities {

namespace {

using entity::EntityDef;
using entity::FieldDef;
using entity::NewNotice;
using entity::OutboxEvent;
using entity::Record;

// More records of one kind given by one hand at once are told of in one notice.
constexpr std::size_t kToldApart = 5;
constexpr std::string_view kMention = "data-mention=\"user:";

bool is_about(const OutboxEvent& event, const FieldDef& field) {
  return std::find(event.changed_fields.begin(), event.changed_fields.end(), field.id) != event.changed_fields.end();
}

// Notices of one batch of events, gathered over one snapshot.
class Gatherer {
 public:
  Gatherer(entity::Services& services, store::Connection& connection, const entity::Registry& registry)
      : services_(services), connection_(connection), registry_(registry) {}

  void look_at(const OutboxEvent& event) {
    if (event.action != "created" && event.action != "updated") return;
    const EntityDef* entity = registry_.find_id(event.entity_id);
    if (entity == nullptr || entity->kind != entity::EntityKind::kRecord) return;
    if (!concerns_people(*entity, event)) return;
    const auto record = entity::load_record(connection_, registry_, *entity, event.record_id);
    if (!record || record->deleted) return;
    look_at_owner(event, *record);
    for (std::size_t i = 0; i < entity->fields.size(); ++i) {
      const FieldDef& field = entity->fields[i];
      if (field.system || !is_about(event, field)) continue;
      if (field.type->name() == "rich_text") look_at_mentions(event, *record, field, record->values[i]);
      if (field.key == "participants") look_at_participants(event, *record, record->values[i]);
    }
  }

  std::vector<NewNotice> finish() {
    for (auto& [group, notices] : assigned_) {
      if (notices.size() <= kToldApart) {
        std::move(notices.begin(), notices.end(), std::back_inserter(notices_));
        continue;
      }
      NewNotice one = notices.front();
      one.kind = "assigned_many";
      one.record_id = 0;
      one.args = {{"count", std::to_string(notices.size())}};
      one.once_key = "many." + one.once_key;
      notices_.push_back(std::move(one));
    }
    return std::move(notices_);
  }

 private:
  static bool concerns_people(const EntityDef& entity, const OutboxEvent& event) {
    return std::any_of(entity.fields.begin(), entity.fields.end(), [&](const FieldDef& field) {
      const bool is_owner = entity.owner_index >= 0 && field.key == entity.owner_field;
      return is_about(event, field) && (is_owner || field.type->name() == "rich_text" || field.key == "participants");
    });
  }

  void look_at_owner(const OutboxEvent& event, const Record& record) {
    const EntityDef& entity = *record.entity;
    if (entity.owner_index < 0 || !is_about(event, entity.fields[static_cast<std::size_t>(entity.owner_index)])) return;
    const std::int64_t owner = record.link_id(entity.owner_field);
    if (owner == 0 || owner == event.user_id || !may_read(owner, record)) return;
    assigned_[{owner, event.user_id, entity.id}].push_back(notice("assigned", owner, event, record, std::to_string(event.sequence)));
  }

  void look_at_mentions(const OutboxEvent& event, const Record& record, const FieldDef& field, const entity::Value& value) {
    const auto* html = std::get_if<std::string>(&value);
    if (html == nullptr) return;
    // Once for a record and field: later edits of the text are no new mention.
    for (const std::int64_t user : mentioned_users(*html)) {
      if (user != event.user_id && may_read(user, record)) notices_.push_back(notice("mentioned", user, event, record, field.key));
    }
  }

  void look_at_participants(const OutboxEvent& event, const Record& record, const entity::Value& value) {
    const auto* items = std::get_if<entity::Items>(&value);
    if (items == nullptr) return;
    for (const auto& item : *items) {
      const auto* user = std::get_if<std::int64_t>(&item.columns.front());
      if (user != nullptr && *user != event.user_id && may_read(*user, record))
        notices_.push_back(notice("invited", *user, event, record, ""));
    }
  }

  NewNotice notice(std::string kind, std::int64_t user, const OutboxEvent& event, const Record& record, const std::string& part) const {
    NewNotice result;
    result.once_key = kind + "." + record.entity->key + "." + std::to_string(record.id) + "." + part;
    result.kind = std::move(kind);
    result.user_id = user;
    result.actor_id = event.user_id;
    result.entity_id = record.entity->id;
    result.record_id = record.id;
    // A note has no page of its own: it stands in the timeline of its subject.
    if (record.entity->key == "note") {
      if (const auto* subject = std::get_if<entity::Link>(&record.get("subject")); subject != nullptr && subject->record_id != 0) {
        result.entity_id = subject->entity_id;
        result.record_id = subject->record_id;
      }
    }
    return result;
  }

  bool may_read(std::int64_t user, const Record& record) const {
    entity::CallerPtr caller;
    try {
      caller = services_.callers.find(user);
    } catch (const base::Error&) {
      return false;  // gone or switched off
    }
    return entity::may_reach({connection_, registry_, *caller, services_.clock.now()}, *record.entity, record.id);
  }

  entity::Services& services_;
  store::Connection& connection_;
  const entity::Registry& registry_;
  std::vector<NewNotice> notices_;
  std::map<std::tuple<std::int64_t, std::int64_t, int>, std::vector<NewNotice>> assigned_;  // by receiver, giver and entity
};

}  // namespace

std::vector<std::int64_t> mentioned_users(std::string_view html) {
  std::vector<std::int64_t> users;
  for (auto at = html.find(kMention); at != std::string_view::npos; at = html.find(kMention, at + 1)) {
    const std::string_view rest = html.substr(at + kMention.size());
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), id);
    if (error == std::errc{} && end != rest.data() + rest.size() && *end == '"') users.push_back(id);
  }
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  return users;
}

void ActivityNotices::consume(const std::vector<OutboxEvent>& events) {
  const auto registry = services_.catalog.current();
  std::vector<NewNotice> notices;
  services_.database.read({.name = "activity_notices", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    Gatherer gatherer(services_, connection, *registry);
    for (const auto& event : events) gatherer.look_at(event);
    notices = gatherer.finish();
  });
  box_.add(notices);
}

}  // namespace activities
