#include "modules/sales/server/leads/conversion.hpp"

#include <algorithm>

#include "modules/sales/server/lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/on_behalf.hpp"

namespace sales {

namespace {

constexpr std::string_view kActivities[] = {"task", "call", "meeting", "note"};
constexpr int kMostMoved = 500;

entity::SaveOptions as_is() {
  entity::SaveOptions options;
  options.on_duplicate = "create";
  return options;
}

json::object record_json(const entity::QueryContext& context, std::string_view entity_key, std::int64_t id) {
  std::string text;
  base::JsonWriter out(text);
  if (!entity::write_record(context, context.registry.require(entity_key), id, out)) return {};
  return base::parse_json(text).as_object();
}

class Converter {
 public:
  Converter(entity::Services& services, store::Connection& connection, const entity::Caller& caller)
      : services_(services),
        connection_(connection),
        caller_(caller),
        system_(entity::on_behalf_of(caller)),
        registry_(services.catalog.current()),
        now_(services.clock.now()) {}

  ConversionResult run(std::int64_t lead_id, const json::object& body) {
    const entity::QueryContext seen{connection_, *registry_, caller_, now_};
    // Two conversions of one lead at once: the second waits here and then finds it converted.
    entity::load_record(connection_, *registry_, registry_->require("lead"), lead_id, true);
    ConversionPlan plan = plan_conversion(seen, lead_id, body, PlanFor::kRun);
    ConversionResult result;
    result.company = take("company", plan.company);
    if (plan.contact.does == Side::Does::kCreate && result.company != 0) plan.contact.values["company"] = result.company;
    result.contact = take("contact", plan.contact);
    if (plan.contact.does == Side::Does::kLink) fill("contact", result.contact, plan.lead, result.company);
    if (plan.deal.does == Side::Does::kCreate) {
      if (result.company != 0) plan.deal.values.emplace("company", result.company);
      if (result.contact != 0) plan.deal.values.emplace("contact", result.contact);
      result.deal = take("deal", plan.deal);
    }
    mark_lead(lead_id, plan, result);
    if (plan.moves_activities && result.deal != 0) move_activities({"lead", lead_id}, {"deal", result.deal});
    write_down(lead_id, result);
    return result;
  }

 private:
  using Place = std::pair<std::string_view, std::int64_t>;

  std::int64_t take(const char* key, const Side& side) {
    if (side.does == Side::Does::kNothing) return 0;
    if (side.does == Side::Does::kLink) return side.id;
    const auto id = services_.records.create_in(connection_, caller_, registry_->require(key), side.values, as_is()).id;
    made_.emplace_back(json::object{{"entity", key}, {"id", id}});
    return id;
  }

  // Telephones and e-mails the known record has not, and its company when it has none.
  void fill(std::string_view key, std::int64_t id, const json::object& lead, std::int64_t company) {
    const entity::QueryContext all{connection_, *registry_, system_, now_};
    const json::object before = record_json(all, key, id);
    json::object patch;
    add_missing(before, lead, "phones", "e164", patch);
    add_missing(before, lead, "emails", "value", patch);
    const auto* own = before.if_contains("company");
    if (company != 0 && (own == nullptr || own->is_null())) patch["company"] = company;
    if (patch.empty()) return;
    // Filling gaps of a contact that the caller sees is part of the conversion, whatever he may change there.
    services_.records.update_in(connection_, system_, registry_->require(key), id, patch, as_is());
    const json::object after = record_json(all, key, id);
    json::object old_values, new_values;
    for (const auto& member : patch) {
      old_values[member.key()] = before.at(member.key());
      new_values[member.key()] = after.at(member.key());
    }
    filled_.emplace_back(json::object{{"entity", key}, {"id", id}, {"before", old_values}, {"after", new_values}});
  }

  static void add_missing(const json::object& before, const json::object& lead, const char* field, const char* column,
                          json::object& patch) {
    const auto* own = base::json_array(before, field);
    const auto* given = base::json_array(lead, field);
    if (given == nullptr) return;
    json::array items;
    bool is_more = false;
    if (own != nullptr) {
      for (const auto& item : *own) items.emplace_back(json::object{{"id", item.at("id")}});
    }
    for (const auto& item : *given) {
      const bool is_there =
          own != nullptr && std::any_of(own->begin(), own->end(), [&](const auto& one) { return one.at(column) == item.at(column); });
      if (is_there) continue;
      items.emplace_back(json::object{{"raw", item.at("raw")}});
      is_more = true;
    }
    if (is_more) patch[field] = std::move(items);
  }

  void mark_lead(std::int64_t lead_id, const ConversionPlan& plan, const ConversionResult& result) {
    json::object patch = {{"status", "converted"}};
    lead_before_ = {{"status", plan.lead.at("status")}};
    const auto link = [&](const char* key, std::int64_t id) {
      if (id == 0) return;
      const auto* old = plan.lead.if_contains(key);
      lead_before_[key] = old != nullptr && old->is_object() ? old->at("id") : json::value(nullptr);
      patch[key] = id;
    };
    link("company", result.company);
    link("contact", result.contact);
    link("deal", result.deal);
    services_.records.update_in(connection_, caller_, registry_->require("lead"), lead_id, patch);
  }

  void move_activities(const Place& from, const Place& to) {
    const entity::QueryContext all{connection_, *registry_, system_, now_};
    for (const auto key : kActivities) {
      const auto* entity = registry_->find(key);
      if (entity == nullptr) continue;
      const json::object about = {{"field", "subject"}, {"op", "eq"}, {"value", {{"entity", from.first}, {"id", from.second}}}};
      for (const std::int64_t id : find_records(all, key, about, kMostMoved)) {
        services_.records.update_in(connection_, system_, *entity, id, {{"subject", {{"entity", to.first}, {"id", to.second}}}});
        moved_.emplace_back(json::object{{"entity", key}, {"id", id}});
      }
    }
  }

  void write_down(std::int64_t lead_id, ConversionResult& result) {
    const json::object trail = {{"made", made_}, {"filled", filled_}, {"moved", moved_}, {"lead", lead_before_}};
    json::object values = {{"lead", lead_id}, {"trail", trail}};
    if (caller_.user_id != 0) values["converted_by"] = caller_.user_id;
    if (result.company != 0) values["company"] = result.company;
    if (result.contact != 0) values["contact"] = result.contact;
    if (result.deal != 0) values["deal"] = result.deal;
    result.conversion = services_.records.create_in(connection_, system_, registry_->require("lead_conversion"), values).id;
  }

  entity::Services& services_;
  store::Connection& connection_;
  const entity::Caller& caller_;
  const entity::Caller system_;
  const entity::RegistryPtr registry_;
  const base::Instant now_;
  json::array made_, filled_, moved_;
  json::object lead_before_;
};

}  // namespace

ConversionResult run_conversion(entity::Services& services, store::Connection& connection, const entity::Caller& caller,
                                std::int64_t lead_id, const json::object& body) {
  return Converter(services, connection, caller).run(lead_id, body);
}

}  // namespace sales
