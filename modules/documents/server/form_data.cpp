#include "modules/documents/server/form_data.hpp"

#include <algorithm>
#include <map>

#include "modules/documents/server/correction.hpp"
#include "modules/documents/server/kinds.hpp"
#include "modules/documents/server/make.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/files.hpp"
#include "server/entity/lookup.hpp"

namespace documents {

namespace {

using base::Decimal;
using entity::Link;
using entity::QueryContext;
using entity::Record;

// "2.500000" → "2.5", but at least `least` decimals.
std::string trimmed(Decimal value, std::size_t least) {
  std::string text = base::to_string(value);
  const auto point = text.find('.');
  if (point == std::string::npos) return text;
  while (text.back() == '0' && text.size() - point - 1 > least) text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// What a printed form says of a client, his people and his account.
constexpr std::string_view kRequisites[] = {
    "name",      "legal_name", "legal_form",  "inn",      "kpp",       "ogrn", "okpo",    "addresses",     "phones",  "emails",
    "last_name", "first_name", "middle_name", "position", "bank_name", "bik",  "account", "correspondent", "currency"};

// {"amount","currency"} → the amount, in all depths.
void flatten_money(json::value& value) {
  if (auto* object = value.if_object()) {
    if (object->size() == 2 && object->contains("amount") && object->contains("currency")) {
      json::value amount = object->at("amount");
      value = std::move(amount);
      return;
    }
    for (auto& member : *object) flatten_money(member.value());
  } else if (auto* array = value.if_array()) {
    for (auto& each : *array) flatten_money(each);
  }
}

json::value record_json(const QueryContext& context, const entity::EntityDef& entity, std::int64_t id) {
  if (id == 0) return nullptr;
  std::string text;
  base::JsonWriter out(text);
  if (!entity::write_record(context, entity, id, out)) return nullptr;
  json::value value = base::parse_json(text);
  flatten_money(value);
  return value;
}

std::string money_text(const Record& record, std::string_view field) {
  const auto* money = std::get_if<entity::Money>(&record.get(field));
  return base::to_string(Decimal{money == nullptr ? 0 : money->units, 2});
}

json::value text_or_null(std::string_view text) { return text.empty() ? json::value(nullptr) : json::value(text); }

// The first item of a list, of the kind if there is one: phones, e-mails, addresses.
json::value first_of(const json::value& record, const char* list, const char* member, std::string_view kind = {}) {
  const auto* items = record.is_object() ? record.as_object().if_contains(list) : nullptr;
  if (items == nullptr || !items->is_array()) return nullptr;
  for (const auto& item : items->as_array()) {
    const auto* its = item.as_object().if_contains("kind");
    const bool is_it = kind.empty() || (its != nullptr && its->is_string() && its->as_string() == kind);
    if (const auto* value = item.as_object().if_contains(member); is_it && value != nullptr) return *value;
  }
  return nullptr;
}

class FormData {
 public:
  FormData(const QueryContext& context, const Record& document, const ImageReader& images)
      : context_(context),
        system_caller_(entity::Caller::system()),
        system_{context.connection, context.registry, *system_caller_, context.now},
        document_(document),
        images_(images) {}

  json::object make() {
    const auto zone = base::TimeZone::find(context_.caller.time_zone).value_or(base::TimeZone::utc());
    json::object data;
    data["document"] = head();
    data["lines"] = lines(document_);
    put_changes(data);
    data["seller"] = linked("own_company");
    data["seller_account"] = linked("own_account");
    data["buyer"] = client(document_.link_id("company"));
    data["buyer_account"] = client_account();
    data["consignee"] = document_.entity->field("consignee") == nullptr ? json::value(nullptr) : client(document_.link_id("consignee"));
    data["contact"] = contact();
    data["contract"] = reference(load("contract", document_.link_id("contract")));
    data["basis"] = basis();
    data["manager"] = manager();
    data["vat_totals"] = vat_totals();
    data["totals"] = totals();
    data["payments"] = payments();
    data["today"] = base::to_string(zone.local_date(context_.now));
    data["images"] = images_of_own(context_, document_.link_id("own_company"), images_);
    return data;
  }

 private:
  std::optional<Record> load(std::string_view entity, std::int64_t id) const {
    if (id == 0) return std::nullopt;
    return entity::load_record(context_.connection, context_.registry, context_.registry.require(entity), id);
  }

  json::value head() {
    json::value value = record_json(context_, *document_.entity, document_.id);
    auto& head = value.as_object();
    for (const auto& field : document_.entity->fields) head.emplace(field.key, nullptr);  // of what he may not read templates know
    if (const auto* kind = head.if_contains("kind")) head["tax_kind"] = json::value(*kind);
    head["kind"] = document_.entity->key;
    return value;
  }

  json::value linked(std::string_view field) {
    const auto* link = std::get_if<Link>(&document_.get(field));
    const auto* entity = link == nullptr ? nullptr : context_.registry.find_id(link->entity_id);
    return entity == nullptr ? json::value(nullptr) : record_json(system_, *entity, link->record_id);
  }

  json::array lines(const Record& document) {
    json::array all;
    for (const auto& line : stored_lines(system_, document)) {
      json::object one;
      one["position"] = static_cast<std::int64_t>(all.size() + 1);
      one["name"] = std::string(line.text("name"));
      one["article"] = text_or_null(line.text("article"));
      one["unit"] = unit(line.link_id("unit"));
      one["quantity"] = trimmed({line.integer("quantity"), 6}, 0);
      one["price"] = trimmed({line.integer("price"), 4}, 2);
      one["discount_percent"] =
          line.integer("discount_percent") == 0 ? json::value(nullptr) : json::value(trimmed({line.integer("discount_percent"), 2}, 0));
      one["vat_rate"] = vat_rate(line.link_id("vat_rate"));
      for (const std::string_view field : {"net_amount", "vat_amount", "amount"}) one[field] = money_text(line, field);
      one["is_service"] = line.integer("is_service") != 0;
      for (const std::string_view field : {"country", "customs_declaration", "comment"}) one[field] = text_or_null(line.text(field));
      put_product(line.link_id("product"), one);
      for (auto& member : one) {
        if (!is_shown(*line.entity, {member.key().data(), member.key().size()})) member.value() = nullptr;
      }
      all.push_back(std::move(one));
    }
    return all;
  }

  void put_product(std::int64_t id, json::object& line) {
    line["description"] = line["weight"] = line["image"] = nullptr;
    const auto product = load("product", id);
    if (!product) return;
    const auto is_there = [&](const char* field) { return is_shown(*product->entity, field) && !is_empty(product->get(field)); };
    if (is_there("description")) line["description"] = text_or_null(product->text("description"));
    if (is_there("weight")) line["weight"] = trimmed({product->integer("weight"), 3}, 0);
    if (!is_there("images")) return;
    if (const auto files = entity::files_in(product->get("images")); !files.empty())
      line["image"] = text_or_null(images_(context_.connection, files.front()));
  }

  // Whether the caller's role lets him read the field; what is none is no secret.
  bool is_shown(const entity::EntityDef& entity, std::string_view key) const {
    const auto* field = entity.field(key);
    return field == nullptr || entity::may_read_field(context_.caller, entity, *field);
  }

  // Of a correction: the lines as they were, and what changed in each.
  void put_changes(json::object& data) {
    const auto* link = std::get_if<Link>(&document_.get("basis"));
    const bool is_correction = document_.entity->key == "tax_invoice" && document_.text("kind") == "correction" && link != nullptr;
    const auto before = is_correction ? load("tax_invoice", link->record_id) : std::nullopt;
    json::array changes, before_lines;
    if (before) {
      before_lines = lines(*before);
      changes = line_changes(stored_lines(system_, *before), before_lines, stored_lines(system_, document_), data["lines"].as_array());
    }
    data["changes_total"] = change_totals(changes);
    data["changes"] = std::move(changes);
    data["before_lines"] = std::move(before_lines);
  }

  json::value unit(std::int64_t id) {
    const auto unit = load("unit", id);
    if (!unit) return nullptr;
    return json::object{{"name", std::string(unit->text("name"))},
                        {"code", text_or_null(unit->text("code"))},
                        {"full_name", text_or_null(unit->text("full_name"))}};
  }

  json::value vat_rate(std::int64_t id) {
    const auto rate = load("vat_rate", id);
    if (!rate || document_.text("vat_mode") == "exempt") return no_vat();
    return json::object{{"name", std::string(rate->text("name"))},
                        {"code", std::string(rate->text("code"))},
                        {"rate", trimmed({rate->integer("rate"), 2}, 0)},
                        {"calc_rate", text_or_null(rate->text("calc_rate"))},
                        {"is_exempt", rate->integer("is_exempt") != 0}};
  }

  // "Без НДС" by the name it has in the catalogue.
  json::value no_vat() {
    const auto& rates = context_.registry.require("vat_rate");
    const auto found = entity::find_records(system_, rates, entity::where(rates, "code", std::string("none")), 1);
    return json::object{{"name", found.empty() ? json::value(nullptr) : json::value(found.front().text("name"))},
                        {"code", "none"},
                        {"rate", "0"},
                        {"calc_rate", nullptr},
                        {"is_exempt", true}};
  }

  json::value client(std::int64_t id) {
    json::value value = party_data(context_, context_.registry.require("company"), id);
    if (value.is_null()) return value;
    auto& company = value.as_object();
    company["legal_address"] = first_of(value, "addresses", "text", "legal");
    company["actual_address"] = first_of(value, "addresses", "text", "actual");
    if (company["legal_address"].is_null()) company["legal_address"] = first_of(value, "addresses", "text");
    company["phone"] = first_of(value, "phones", "raw");
    company["email"] = first_of(value, "emails", "raw");
    return value;
  }

  // The main account of the client in the currency of the document, else his first.
  json::value client_account() {
    const auto* accounts = context_.registry.find("bank_account");
    if (accounts == nullptr || document_.link_id("company") == 0) return nullptr;
    const Record* best = nullptr;
    const auto all = entity::find_records(system_, *accounts, entity::where(*accounts, "company", document_.get("company")), 50);
    const auto rank = [&](const Record& account) {
      return (account.text("currency") == document_.text("currency") ? 2 : 0) + (account.integer("is_main") != 0 ? 1 : 0);
    };
    for (const auto& account : all) {
      if (account.integer("is_closed") == 0 && (best == nullptr || rank(account) > rank(*best))) best = &account;
    }
    if (best == nullptr) return nullptr;
    json::value value = party_data(context_, *accounts, best->id);
    value.as_object()["corr_account"] = value.at("correspondent");
    return value;
  }

  json::value contact() {
    json::value value = party_data(context_, context_.registry.require("contact"), document_.link_id("contact"));
    if (value.is_null()) return value;
    value.as_object()["phone"] = first_of(value, "phones", "raw");
    value.as_object()["email"] = first_of(value, "emails", "raw");
    return value;
  }

  static json::value reference(const std::optional<Record>& document) {
    if (!document) return nullptr;
    std::string number(document->text("number"));
    if (document->entity->key == "contract" && !document->text("external_number").empty()) number = document->text("external_number");
    return json::object{{"kind", document->entity->key},
                        {"number", text_or_null(number)},
                        {"date", base::to_string(base::from_days(document->integer("date")))}};
  }

  json::value basis() {
    const auto* link = std::get_if<Link>(&document_.get("basis"));
    const auto* entity = link == nullptr ? nullptr : context_.registry.find_id(link->entity_id);
    return entity == nullptr ? json::value(nullptr) : reference(load(entity->key, link->record_id));
  }

  // What was paid for the document, or for the invoice it was made from; empty without a module that keeps payments.
  json::array payments() {
    json::array all;
    const auto* allocations = context_.registry.find("payment_allocation");
    if (allocations == nullptr) return all;
    const auto* basis = std::get_if<Link>(&document_.get("basis"));
    const auto* from = basis == nullptr ? nullptr : context_.registry.find_id(basis->entity_id);
    const Link of = from != nullptr && from->key == "invoice" ? *basis : Link{document_.entity->id, document_.id};
    for (const auto& each : entity::find_records(system_, *allocations, entity::where(*allocations, "document", of), 1000)) {
      const auto payment = load("payment", each.link_id("payment"));
      if (!payment) continue;
      all.push_back(json::object{{"number", text_or_null(payment->text("number"))},
                                 {"date", base::to_string(base::from_days(payment->integer("date")))},
                                 {"amount", money_text(each, "document_amount")}});
    }
    return all;
  }

  json::value manager() {
    json::value user = linked("owner");
    if (user.is_null()) return user;
    json::object manager{
        {"name", user.at("name")}, {"email", user.at("email")}, {"phone", first_of(user, "phones", "raw")}, {"photo", nullptr}};
    if (const auto* position = user.as_object().if_contains("position")) manager["position"] = *position;
    if (const auto record = load("user", document_.link_id("owner"))) {
      const auto files = entity::files_in(record->get("avatar"));
      if (!files.empty()) manager["photo"] = text_or_null(images_(context_.connection, files.front()));
    }
    return manager;
  }

  json::array vat_totals() {
    struct Sum {
      std::int64_t net = 0, vat = 0, amount = 0;
    };
    std::vector<std::pair<std::int64_t, Sum>> sums;  // in the order of the lines
    const auto units = [](const Record& line, std::string_view field) {
      const auto* money = std::get_if<entity::Money>(&line.get(field));
      return money == nullptr ? std::int64_t{0} : money->units;
    };
    for (const auto& line : stored_lines(system_, document_)) {
      const std::int64_t id = document_.text("vat_mode") == "exempt" ? 0 : line.link_id("vat_rate");
      auto at = std::find_if(sums.begin(), sums.end(), [&](const auto& each) { return each.first == id; });
      if (at == sums.end()) at = sums.insert(sums.end(), {id, Sum{}});
      at->second.net += units(line, "net_amount");
      at->second.vat += units(line, "vat_amount");
      at->second.amount += units(line, "amount");
    }
    json::array all;
    for (const auto& [id, sum] : sums) {
      json::object total = vat_rate(id).as_object();
      for (const auto& [field, units] : {std::pair("net_amount", sum.net), {"vat_amount", sum.vat}, {"amount", sum.amount}})
        total[field] = is_shown(line_entity(), field) ? json::value(base::to_string(Decimal{units, 2})) : json::value(nullptr);
      all.push_back(std::move(total));
    }
    return all;
  }

  const entity::EntityDef& line_entity() const { return context_.registry.require("document_line"); }

  json::object totals() {
    std::int64_t count = 0, quantity = 0;
    for (const auto& line : stored_lines(system_, document_)) {
      ++count;
      quantity += line.integer("quantity");
    }
    json::object totals{{"count", count}, {"quantity", nullptr}};
    if (is_shown(line_entity(), "quantity")) totals["quantity"] = trimmed({quantity, 6}, 0);
    for (const char* field : {"net_amount", "vat_amount", "amount"})
      totals[field] = is_shown(*document_.entity, field) ? json::value(money_text(document_, field)) : json::value(nullptr);
    return totals;
  }

  const QueryContext& context_;
  const entity::CallerPtr system_caller_;
  const QueryContext system_;
  const Record& document_;
  const ImageReader& images_;
};

}  // namespace

json::value party_data(const QueryContext& context, const entity::EntityDef& entity, std::int64_t id) {
  const auto system = entity::Caller::system();
  json::value value = record_json({context.connection, context.registry, *system, context.now}, entity, id);
  if (value.is_null() || context.caller.is_system || context.caller.is_admin) return value;
  const bool is_seen = entity::may_reach(context, entity, id);
  for (const auto& field : entity.fields) {
    const bool is_requisite = std::ranges::find(kRequisites, field.key) != std::end(kRequisites);
    if (!entity::may_read_field(context.caller, entity, field) || (!is_seen && !is_requisite)) value.as_object()[field.key] = nullptr;
  }
  return value;
}

json::object images_of_own(const QueryContext& context, std::int64_t own_company, const ImageReader& read) {
  json::object all{{"logo", nullptr}, {"stamp", nullptr}, {"director_signature", nullptr}, {"accountant_signature", nullptr}};
  if (own_company == 0) return all;
  const auto own = entity::load_record(context.connection, context.registry, context.registry.require("own_company"), own_company);
  if (!own) return all;
  for (auto& member : all) {
    const auto files = entity::files_in(own->get(std::string_view(member.key().data(), member.key().size())));
    if (!files.empty()) member.value() = text_or_null(read(context.connection, files.front()));
  }
  return all;
}

json::object form_data(const QueryContext& context, const Record& document, const ImageReader& images) {
  return FormData(context, document, images).make();
}

}  // namespace documents
