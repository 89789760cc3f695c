#include "modules/sales/server/leads/conversion.hpp"
#include "modules/sales/server/lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"

namespace sales {

namespace {

void write_known(const std::vector<KnownRecord>& known, base::JsonWriter& out) {
  out.begin_array();
  for (const auto& one : known) {
    out.begin_object();
    if (one.is_readable)
      out.key("id").integer(one.id).key("title").text(one.title).key("by").text(one.by);
    else
      out.key("hidden").boolean(true);
    if (one.owner != 0) out.key("owner").begin_object().key("id").integer(one.owner).end_object();
    out.end_object();
  }
  out.end_array();
}

[[noreturn]] void refuse(const char* key, const char* side, const std::vector<KnownRecord>& known) {
  std::string extra;
  base::JsonWriter out(extra);
  out.begin_object().key("side").text(side).key("candidates");
  write_known(known, out);
  out.end_object();
  throw base::Error(base::ErrorCode::kConflict, key, {{"count", std::to_string(known.size())}}).with_extra_json(extra);
}

std::string text_of(const json::object& lead, std::string_view field) {
  const auto* value = lead.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t id_of(const json::object& lead, std::string_view field) {
  const auto* link = lead.if_contains(field);
  return link != nullptr && link->is_object() ? link->at("id").as_int64() : 0;
}

// Telephones or e-mails as input for another record.
json::array items_of(const json::object& lead, std::string_view field) {
  json::array items;
  if (const auto* list = base::json_array(lead, field)) {
    for (const auto& item : *list) {
      json::object copy = {{"raw", item.at("raw")}};
      if (const auto* kind = item.as_object().if_contains("kind"); kind != nullptr && kind->is_string()) copy["kind"] = *kind;
      items.emplace_back(std::move(copy));
    }
  }
  return items;
}

void copy_text(const json::object& lead, std::string_view from, json::object& to, std::string_view field) {
  if (const auto text = text_of(lead, from); !text.empty()) to[field] = text;
}

void add_given(json::object& values, const json::object* given) {
  if (given == nullptr) return;
  for (const auto& member : *given) {
    if (member.key() != "create" && member.key() != "id") values[member.key()] = member.value();
  }
}

json::object company_values(const json::object& lead, bool with_means) {
  json::object values;
  const auto name = text_of(lead, "company_name");
  values["name"] = name.empty() ? text_of(lead, "name") : name;
  copy_text(lead, "inn", values, "inn");
  copy_text(lead, "city", values, "city");
  copy_text(lead, "source", values, "source");
  if (const auto owner = id_of(lead, "owner"); owner != 0) values["owner"] = owner;
  if (with_means) {
    values["phones"] = items_of(lead, "phones");
    values["emails"] = items_of(lead, "emails");
  }
  return values;
}

json::object contact_values(const json::object& lead) {
  json::object values;
  const auto name = text_of(lead, "person_name");
  values["name"] = name.empty() ? text_of(lead, "name") : name;
  values["phones"] = items_of(lead, "phones");
  values["emails"] = items_of(lead, "emails");
  copy_text(lead, "city", values, "city");
  copy_text(lead, "source", values, "source");
  if (const auto owner = id_of(lead, "owner"); owner != 0) values["owner"] = owner;
  return values;
}

json::object deal_values(const json::object& lead) {
  json::object values = {{"name", text_of(lead, "name")}};
  copy_text(lead, "source", values, "source");
  copy_text(lead, "comment", values, "description");
  if (const auto* amount = lead.if_contains("amount"); amount != nullptr && amount->is_object()) values["amount"] = *amount;
  if (const auto* tags = lead.if_contains("tags"); tags != nullptr && tags->is_array()) values["tags"] = *tags;
  if (const auto owner = id_of(lead, "owner"); owner != 0) values["owner"] = owner;
  return values;
}

// What the caller said of a side; false: nothing.
bool choose(const entity::QueryContext& context, const json::object& body, const char* key, Side& side) {
  const auto* given = body.if_contains(key);
  if (given == nullptr) return false;
  side.is_chosen = true;
  if (given->is_null()) return true;
  if (!given->is_object()) throw base::Error::field(key, "wrong_type", {{"expected", "object"}});
  if (given->get_object().contains("id")) {
    side.does = Side::Does::kLink;
    side.id = base::json_int(given->get_object(), "id");
    if (!known_record(context, key, side.id, "chosen").is_readable) throw base::Error::field(std::string(key) + ".id", "link_not_found");
    return true;
  }
  if (!base::json_bool(given->get_object(), "create")) return false;
  side.does = Side::Does::kCreate;
  return true;
}

// The one known record, or none; several of equal standing are the caller's to choose from.
void work_out(Side& side, const char* key, bool may_create, PlanFor purpose) {
  std::vector<KnownRecord> readable;
  for (const auto& one : side.known) {
    if (one.is_readable) readable.push_back(one);
  }
  if (!readable.empty()) {
    const bool is_clear =
        readable.size() == 1 || (readable[0].by != readable[1].by && (readable[0].by == "linked" || readable[0].by == "inn"));
    if (!is_clear && purpose == PlanFor::kRun) refuse("lead_match_ambiguous", key, side.known);
    side.does = Side::Does::kLink;
    side.id = readable.front().id;
    return;
  }
  if (!side.known.empty() && may_create && purpose == PlanFor::kRun) refuse("lead_known_elsewhere", key, side.known);
  if (may_create) side.does = Side::Does::kCreate;
}

void write_side(const char* key, const Side& side, base::JsonWriter& out) {
  out.key(key).begin_object().key("action");
  out.text(side.does == Side::Does::kCreate ? "create" : side.does == Side::Does::kLink ? "link" : "none");
  if (side.does == Side::Does::kLink) out.key("id").integer(side.id);
  if (side.does == Side::Does::kCreate) out.key("values").value(side.values);
  out.key("known");
  write_known(side.known, out);
  out.end_object();
}

}  // namespace

ConversionPlan plan_conversion(const entity::QueryContext& context, std::int64_t lead_id, const json::object& body, PlanFor purpose) {
  ConversionPlan plan;
  plan.lead = lead_values(context, lead_id);
  if (text_of(plan.lead, "status") == "converted") throw base::Error(base::ErrorCode::kFailedPrecondition, "lead_converted");
  plan.moves_activities = base::json_bool(body, "move_activities", true);

  plan.contact.known = known_contacts(context, plan.lead);
  const bool has_person = !text_of(plan.lead, "person_name").empty() || text_of(plan.lead, "company_name").empty();
  if (!choose(context, body, "contact", plan.contact)) work_out(plan.contact, "contact", has_person, purpose);

  plan.company.known = known_companies(context, plan.lead);
  if (plan.company.known.empty() && plan.contact.does == Side::Does::kLink) {
    const auto contact = entity::load_record(context.connection, context.registry, context.registry.require("contact"), plan.contact.id);
    if (contact && contact->link_id("company") != 0)
      plan.company.known.push_back(known_record(context, "company", contact->link_id("company"), "contact"));
  }
  const bool has_company = !text_of(plan.lead, "company_name").empty() || !text_of(plan.lead, "inn").empty();
  if (!choose(context, body, "company", plan.company)) work_out(plan.company, "company", has_company, purpose);

  const auto* deal = body.if_contains("deal");
  if (deal == nullptr || !deal->is_null()) {
    plan.deal.does = Side::Does::kCreate;
    plan.deal.values = deal_values(plan.lead);
    add_given(plan.deal.values, base::json_object(body, "deal"));
  }
  if (plan.company.does == Side::Does::kCreate) {
    // Telephones belong to the person; a company without one gets them.
    plan.company.values = company_values(plan.lead, plan.contact.does == Side::Does::kNothing);
    add_given(plan.company.values, base::json_object(body, "company"));
  }
  if (plan.contact.does == Side::Does::kCreate) {
    plan.contact.values = contact_values(plan.lead);
    add_given(plan.contact.values, base::json_object(body, "contact"));
  }
  return plan;
}

void write_plan(const ConversionPlan& plan, base::JsonWriter& out) {
  out.begin_object().key("dry_run").boolean(true);
  write_side("company", plan.company, out);
  write_side("contact", plan.contact, out);
  write_side("deal", plan.deal, out);
  out.end_object();
}

}  // namespace sales
