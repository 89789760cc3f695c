#include "modules/sales/server/leads/known_records.hpp"

#include <algorithm>

#include "modules/sales/server/lookup.hpp"
#include "server/entity/access.hpp"

namespace sales {

namespace {

constexpr std::size_t kMost = 20;

class Finder {
 public:
  Finder(const entity::QueryContext& context, std::string_view entity_key)
      : context_(context),
        system_(entity::Caller::system()),
        all_{context.connection, context.registry, *system_, context.now},
        entity_key_(entity_key) {}

  void add(std::int64_t id, const std::string& by) {
    const bool known = std::any_of(found_.begin(), found_.end(), [&](const auto& one) { return one.id == id; });
    if (id == 0 || known || found_.size() >= kMost) return;
    auto record = known_record(context_, entity_key_, id, by);
    if (record.id != 0) found_.push_back(std::move(record));
  }

  void look(const std::string& field, const json::value& value, const std::string& by) {
    if (!value.is_string() || value.get_string().empty()) return;
    for (const std::int64_t id : find_records(all_, entity_key_, {{"field", field}, {"op", "eq"}, {"value", value}}, kMost)) add(id, by);
  }

  void look_items(const json::object& lead, const std::string& field, const std::string& column, const std::string& by) {
    const auto* items = base::json_array(lead, field);
    if (items == nullptr) return;
    for (const auto& item : *items) look(field + "." + column, item.at(column), by);
  }

  std::vector<KnownRecord> take() { return std::move(found_); }

 private:
  const entity::QueryContext& context_;
  const entity::CallerPtr system_;
  const entity::QueryContext all_;
  const std::string entity_key_;
  std::vector<KnownRecord> found_;
};

std::int64_t linked(const json::object& lead, std::string_view field) {
  const auto* link = lead.if_contains(field);
  return link != nullptr && link->is_object() ? link->at("id").as_int64() : 0;
}

}  // namespace

KnownRecord known_record(const entity::QueryContext& context, std::string_view entity_key, std::int64_t id, std::string by) {
  const auto& entity = context.registry.require(entity_key);
  const auto record = entity::load_record(context.connection, context.registry, entity, id);
  if (!record || record->deleted) return {};
  KnownRecord known;
  known.id = id;
  known.owner = record->link_id("owner");
  known.is_readable = !find_records(context, entity_key, equals("id", id), 1).empty();
  if (known.is_readable) {
    known.by = std::move(by);
    known.title = record->text("name");
  }
  return known;
}

json::object lead_values(const entity::QueryContext& context, std::int64_t lead_id) {
  std::string text;
  base::JsonWriter out(text);
  if (!entity::write_record(context, context.registry.require("lead"), lead_id, out))
    throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  return base::parse_json(text).as_object();
}

std::vector<KnownRecord> known_companies(const entity::QueryContext& context, const json::object& lead) {
  Finder finder(context, "company");
  finder.add(linked(lead, "company"), "linked");
  if (const auto* inn = lead.if_contains("inn")) finder.look("inn", *inn, "inn");
  finder.look_items(lead, "phones", "e164", "phone");
  finder.look_items(lead, "emails", "value", "email");
  return finder.take();
}

std::vector<KnownRecord> known_contacts(const entity::QueryContext& context, const json::object& lead) {
  Finder finder(context, "contact");
  finder.add(linked(lead, "contact"), "linked");
  finder.look_items(lead, "phones", "e164", "phone");
  finder.look_items(lead, "emails", "value", "email");
  return finder.take();
}

}  // namespace sales
