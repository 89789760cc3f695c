#include <algorithm>

#include "modules/sales/server/leads/conversion.hpp"
#include "modules/sales/server/lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/catalog.hpp"

namespace sales {

namespace {

class Undoer {
 public:
  Undoer(entity::Services& services, store::Connection& connection, const entity::Caller& caller)
      : services_(services),
        connection_(connection),
        system_(*entity::Caller::system()),
        registry_(services.catalog.current()),
        all_{connection, *registry_, system_, services.clock.now()} {
    system_.user_id = caller.user_id;
    system_.title = caller.title;
    system_.via = caller.via;
    system_.remote_address = caller.remote_address;
  }

  std::optional<entity::Record> last(std::int64_t lead_id) {
    const auto rows = query_rows(all_, "lead_conversion",
                                 {{"filter", all_of({equals("lead", lead_id), {{"field", "undone_at"}, {"op", "is_empty"}}})},
                                  {"sort", {"-created_at"}},
                                  {"limit", 1},
                                  {"fields", {"id"}}});
    if (rows.empty()) return std::nullopt;
    return entity::load_record(connection_, *registry_, registry_->require("lead_conversion"), rows.front().at("id").as_int64(), true);
  }

  json::object undo(std::int64_t lead_id, const entity::Record& conversion) {
    const json::object trail = json_of(conversion, "trail");
    for (const auto& one : trail.at("moved").as_array()) move_back(one.as_object(), conversion.link_id("deal"), lead_id);
    json::object patch = trail.at("lead").as_object();
    update("lead", lead_id, patch);
    // The deal first: it points to the others.
    json::array made = trail.at("made").as_array();
    std::reverse(made.begin(), made.end());
    for (const auto& one : made) remove(std::string(one.at("entity").as_string()), one.at("id").as_int64());
    for (const auto& one : trail.at("filled").as_array()) empty_again(one.as_object());
    update("lead_conversion", conversion.id, {{"undone_at", base::to_string(all_.now)}});
    return {{"lead", lead_id}, {"kept", kept_}};
  }

 private:
  void update(std::string_view key, std::int64_t id, const json::object& patch) {
    services_.records.update_in(connection_, system_, registry_->require(key), id, patch);
  }

  void move_back(const json::object& one, std::int64_t deal, std::int64_t lead_id) {
    const auto* entity = registry_->find(base::json_string(one, "entity"));
    if (entity == nullptr) return;
    const auto record = entity::load_record(connection_, *registry_, *entity, base::json_int(one, "id"));
    const auto* subject = record ? std::get_if<entity::Link>(&record->get("subject")) : nullptr;
    if (subject == nullptr || record->deleted || subject->record_id != deal) return;
    update(entity->key, record->id, {{"subject", {{"entity", "lead"}, {"id", lead_id}}}});
  }

  // Whether a living record of people's making points to it; what the program wrote about it does not count.
  bool is_needed(const entity::EntityDef& entity, std::int64_t id) {
    for (const auto& link : registry_->backlinks(entity)) {
      const auto& field = link.entity->fields[static_cast<std::size_t>(link.field)];
      if (link.entity->kind != entity::EntityKind::kRecord || !link.entity->audited || field.system) continue;
      const bool is_any = field.to.size() > 1;
      const json::value value = is_any ? json::value{{"entity", entity.key}, {"id", id}} : json::value(id);
      if (!find_records(all_, link.entity->key, {{"field", field.key}, {"op", "eq"}, {"value", value}}, 1).empty()) return true;
    }
    return false;
  }

  void remove(const std::string& key, std::int64_t id) {
    const auto& entity = registry_->require(key);
    const auto record = entity::load_record(connection_, *registry_, entity, id);
    if (!record || record->deleted) return;
    // The deal goes with what is about it; a company or contact that others came to use stays.
    if (key != "deal" && is_needed(entity, id)) {
      kept_.emplace_back(key);
      return;
    }
    services_.records.remove_in(connection_, system_, entity, id);
  }

  void empty_again(const json::object& one) {
    const auto& entity = registry_->require(base::json_string(one, "entity"));
    const std::int64_t id = base::json_int(one, "id");
    std::string text;
    base::JsonWriter out(text);
    if (!entity::write_record(all_, entity, id, out)) return;
    const json::value now = base::parse_json(text);
    json::object patch;
    const auto& after = one.at("after").as_object();
    for (const auto& member : one.at("before").as_object()) {
      if (now.at(member.key()) != after.at(member.key())) {
        kept_.emplace_back(entity.key + "." + std::string(member.key()));
      } else if (member.value().is_array()) {
        json::array items;
        for (const auto& item : member.value().get_array()) items.emplace_back(json::object{{"id", item.at("id")}});
        patch[member.key()] = std::move(items);
      } else {
        patch[member.key()] = member.value();
      }
    }
    if (!patch.empty()) update(entity.key, id, patch);
  }

  entity::Services& services_;
  store::Connection& connection_;
  entity::Caller system_;
  const entity::RegistryPtr registry_;
  const entity::QueryContext all_;
  json::array kept_;
};

}  // namespace

json::object undo_conversion(entity::Services& services, store::Connection& connection, const entity::Caller& caller,
                             std::int64_t lead_id) {
  const auto registry = services.catalog.current();
  const entity::QueryContext seen{connection, *registry, caller, services.clock.now()};
  if (find_records(seen, "lead", equals("id", lead_id), 1).empty()) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  Undoer undoer(services, connection, caller);
  const auto conversion = undoer.last(lead_id);
  if (!conversion) throw base::Error(base::ErrorCode::kFailedPrecondition, "lead_not_converted");
  if (!caller.is_admin && conversion->link_id("converted_by") != caller.user_id)
    throw base::Error(base::ErrorCode::kPermissionDenied, "conversion_of_another");
  return undoer.undo(lead_id, *conversion);
}

}  // namespace sales
