#include "modules/documents/server/lines.hpp"

#include <algorithm>

#include "modules/documents/server/kinds.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/storage.hpp"

namespace documents {

namespace {

using base::Decimal;
using entity::Record;
using entity::SaveContext;

constexpr std::size_t kMostLines = 2000;

const std::shared_ptr<const entity::Caller>& system_caller() {
  static const auto caller = entity::Caller::system();
  return caller;
}

LineTerms terms_of(const Record& line) {
  LineTerms terms;
  terms.quantity.units = line.integer("quantity");
  terms.price.units = line.integer("price");
  terms.discount_percent.units = line.integer("discount_percent");
  terms.unit_cost.units = line.integer("cost");
  return terms;
}

std::int64_t units_of(const Record& record, std::string_view field) {
  const auto* money = std::get_if<entity::Money>(&record.get(field));
  return money == nullptr ? 0 : money->units;
}

json::object money_json(std::int64_t units, const std::string& currency) {
  return {{"amount", base::to_string(Decimal{units, 2})}, {"currency", currency}};
}

}  // namespace

entity::Money money_of(SaveContext& save, std::int64_t units, std::string_view currency, std::int64_t rate_units) {
  entity::Money money{units, std::string(currency), units};
  if (currency != save.registry().company().base_currency) {
    const auto base_units = base::multiply({units, 2}, {rate_units, 6}, 2);
    if (!base_units) throw base::Error::field("rate", "amount_overflow");
    money.base_units = base_units->units;
  }
  return money;
}

void settle_money(SaveContext& save, Record& record, std::string_view currency, std::int64_t rate_units) {
  const auto& fields = record.entity->fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto* money = std::get_if<entity::Money>(&record.values[i]);
    if (money == nullptr || fields[i].type->name() != "money") continue;
    const auto settled = money->currency == currency ? money_of(save, money->units, currency, rate_units) : *money;
    record.values[i] = settled;
    if (settled.currency == currency)
      std::erase_if(record.marks, [&](const auto& mark) { return mark.field == fields[i].key && mark.code == "no_rate"; });
  }
}

entity::QueryContext DocumentLines::context() const { return {save_.connection(), save_.registry(), *system_caller(), save_.now()}; }

void DocumentLines::fault(const Line& line, std::string_view field, std::string_view code, base::MessageArgs arguments) {
  save_.add_error({line.path.empty() ? std::string(field) : line.path + "." + std::string(field), std::string(code), std::move(arguments)});
}

void DocumentLines::load(std::int64_t but) {
  lines_.clear();
  if (head_.id == 0) return;
  const auto& entity = save_.registry().require("document_line");
  auto stored =
      entity::find_records(context(), entity, entity::where(entity, "document", entity::Link{head_.entity->id, head_.id}), kMostLines);
  std::stable_sort(stored.begin(), stored.end(),
                   [](const Record& a, const Record& b) { return a.integer("position") < b.integer("position"); });
  const bool is_head_saved = save_.record().entity == head_.entity;
  for (auto& record : stored) {
    if (record.id == but) continue;
    std::string path = is_head_saved ? "lines[" + std::to_string(lines_.size()) + "]" : std::string();
    lines_.push_back({std::move(record), std::move(path), {}, false});
  }
}

void DocumentLines::take(const json::array& given) {
  if (given.size() > kMostLines) {
    save_.add_error({"lines", "too_many", {{"max", std::to_string(kMostLines)}}});
    return;
  }
  load();
  std::vector<Line> stored;
  stored.swap(lines_);
  const auto& entity = save_.registry().require("document_line");
  for (std::size_t i = 0; i < given.size(); ++i) {
    Line line;
    line.path = "lines[" + std::to_string(i) + "]";
    const auto* object = given[i].if_object();
    if (object == nullptr) {
      save_.add_error({line.path, "wrong_type", {{"expected", "object"}}});
      continue;
    }
    const std::int64_t id = base::json_int(*object, "id");
    const auto known = std::find_if(stored.begin(), stored.end(), [&](const Line& each) { return id != 0 && each.record.id == id; });
    if (id != 0 && known == stored.end()) {
      save_.add_error({line.path + ".id", "unknown_record", {{"id", std::to_string(id)}}});
      continue;
    }
    line.record = id != 0 ? std::move(known->record) : entity::make_record(entity);
    if (id != 0) stored.erase(known);
    line.record.set("position", static_cast<std::int64_t>(i + 1));
    line.given["position"] = static_cast<std::int64_t>(i + 1);
    line.is_touched = true;
    take_line(*object, line);
    lines_.push_back(std::move(line));
  }
  for (const auto& line : stored) gone_.push_back(line.record.id);
}

void DocumentLines::take_line(const json::object& given, Line& line) {
  const auto& entity = *line.record.entity;
  const entity::Value price_before = line.record.get("price");
  for (const auto& member : given) {
    const std::string_view key(member.key().data(), member.key().size());
    const auto index = entity.index_of(key);
    const auto* field = index < 0 ? nullptr : &entity.fields[static_cast<std::size_t>(index)];
    if (field == nullptr) {
      fault(line, key, "unknown_field");
      continue;
    }
    // Answers come back as they were read: what the program keeps itself is worked out anew.
    if (field->system || field->read_only || key == "document" || key == "position") continue;
    std::vector<base::FieldError> errors;
    std::vector<entity::Mark> marks;
    entity::ParseContext parse{*field, save_.registry(), line.path + "." + field->key, &errors, &marks};
    line.record.at(index) = field->type->parse(member.value(), parse);
    for (auto& error : errors) save_.add_error(std::move(error));
    line.given[member.key()] = member.value();
  }
  // A price of one's own has no reason in the catalogue any more.
  if (line.record.id == 0 || line.record.get("price") == price_before || is_empty(line.record.get("price_reason"))) return;
  line.record.set("price_reason", entity::Value{});
  line.given["price_reason"] = nullptr;
}

void DocumentLines::insert(const Record& record) {
  const std::int64_t position = record.integer("position");
  const auto at = std::find_if(lines_.begin(), lines_.end(), [&](const Line& line) { return line.record.integer("position") > position; });
  Line line;
  line.record = record;
  line.is_touched = true;
  lines_.insert(at, std::move(line));
}

void DocumentLines::complete() {
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto& record = lines_[i].record;
    const bool lacks = record.text("name").empty() || is_empty(record.get("price")) || is_empty(record.get("vat_rate"));
    if (lines_[i].is_touched && lacks) which.push_back(i);
  }
  if (!which.empty()) fill_in(which);
  load_rates();
  for (auto& line : lines_) check_line(line);
}

void DocumentLines::fill_in(const std::vector<std::size_t>& which) {
  json::array asked;
  for (const std::size_t at : which) {
    const auto& record = lines_[at].record;
    json::object line{{"quantity", base::to_string(Decimal{record.integer("quantity"), 6})}};
    if (record.link_id("product") != 0) line["product"] = record.link_id("product");
    asked.push_back(std::move(line));
  }
  const json::object answer = questions_.ask("catalog.lines", context(),
                                             {{"company", head_.link_id("company")},
                                              {"own_company", head_.link_id("own_company")},
                                              {"date", base::to_string(base::from_days(head_.integer("date")))},
                                              {"currency", currency()},
                                              {"vat_mode", std::string(head_.text("vat_mode"))},
                                              {"lines", std::move(asked)}});
  const auto& answers = answer.at("lines").as_array();
  for (std::size_t i = 0; i < which.size(); ++i) fill_line(answers[i].as_object(), lines_[which[i]]);
}

void DocumentLines::fill_line(const json::object& answer, Line& line) {
  constexpr std::array<std::string_view, 7> kTexts{"name", "article", "unit", "vat_rate", "cost", "is_service", "country"};
  const auto put = [&](std::string_view field, const json::value& value) {
    const auto& def = *line.record.entity->field(field);
    std::vector<base::FieldError> errors;
    std::vector<entity::Mark> marks;
    entity::ParseContext parse{def, save_.registry(), def.key, &errors, &marks};
    line.record.set(field, def.type->parse(value, parse));
    line.given[field] = value;
  };
  for (const auto field : kTexts) {
    const auto* value = answer.if_contains(field);
    if (value != nullptr && !value->is_null() && is_empty(line.record.get(field))) put(field, *value);
  }
  if (const auto* error = answer.if_contains("error"); error != nullptr) {
    base::MessageArgs arguments;
    for (const auto& each : error->at("args").as_object()) arguments.emplace_back(each.key(), each.value().as_string());
    fault(line, error->at("path").as_string(), error->at("code").as_string(), std::move(arguments));
    return;
  }
  if (!is_empty(line.record.get("price"))) return;
  if (const auto* price = answer.if_contains("price")) {
    put("price", *price);
    if (is_empty(line.record.get("discount_percent"))) put("discount_percent", answer.at("discount_percent"));
    put("price_reason", answer.at("price_reason"));
  }
}

void DocumentLines::load_rates() {
  json::array ids;
  for (const auto& line : lines_) {
    if (const std::int64_t id = line.record.link_id("vat_rate"); id != 0 && !rates_.contains(id)) {
      rates_[id] = {};
      ids.emplace_back(id);
    }
  }
  if (ids.empty()) return;
  const json::object answer = questions_.ask("catalog.vat_rates", context(),
                                             {{"ids", std::move(ids)}, {"date", base::to_string(base::from_days(head_.integer("date")))}});
  for (const auto& each : answer.at("rates").as_array()) {
    if (each.is_null()) continue;
    auto& rate = rates_[each.at("id").as_int64()];
    rate.is_known = true;
    rate.percent = base::parse_decimal(each.at("rate").as_string(), 2).value_or(Decimal{0, 2});
    rate.is_exempt = each.at("is_exempt").as_bool();
    rate.is_over = each.at("is_over").as_bool();
    rate.is_not_yet = each.at("is_not_yet").as_bool();
    rate.code = each.at("code").as_string();
    rate.name = each.at("name").as_string();
  }
}

// Tax is that of the day of shipment; a bill or an offer may already name the rate to come.
bool DocumentLines::is_strict() const {
  const auto& kind = head_.entity->key;
  return kind == "act" || kind == "waybill" || kind == "tax_invoice";
}

void DocumentLines::check_line(Line& line) {
  const Record& record = line.record;
  // Stored lines were right for their day; another day may need another rate.
  if (!line.is_touched && !save_.changed("date") && !save_.changed("state")) return;
  if (record.text("name").empty()) fault(line, "name", "required");
  if (is_empty(record.get("price")))
    fault(line, "price", record.link_id("product") != 0 ? "price_unknown" : "required");
  else if (record.integer("price") <= 0)
    fault(line, "price", "not_positive");
  if (record.integer("quantity") <= 0 && !is_empty(record.get("quantity"))) fault(line, "quantity", "not_positive");
  if (is_empty(record.get("quantity"))) {
    line.record.set("quantity", std::int64_t{1'000'000});
    line.given["quantity"] = "1";
  }
  const auto rate = rates_.find(record.link_id("vat_rate"));
  if (rate == rates_.end() || !rate->second.is_known) return;
  if (rate->second.is_over || (rate->second.is_not_yet && is_strict())) {
    fault(line, "vat_rate", "vat_rate_of_other_day",
          {{"name", rate->second.name}, {"date", base::to_string(base::from_days(head_.integer("date")))}});
  }
}

const Totals& DocumentLines::sum_up() {
  std::vector<LineTerms> terms;
  for (const auto& line : lines_) {
    terms.push_back(terms_of(line.record));
    const auto rate = rates_.find(line.record.link_id("vat_rate"));
    if (rate == rates_.end()) continue;
    terms.back().vat_percent = rate->second.percent;
    terms.back().is_exempt = rate->second.is_exempt;
  }
  totals_ = compute_totals(vat_mode_of(head_.text("vat_mode")), rounding_of(head_.text("rounding")), terms);
  if (totals_.overflow) fault(lines_[*totals_.overflow], "price", "amount_overflow", {{"line", std::to_string(*totals_.overflow + 1)}});
  return totals_;
}

json::object DocumentLines::totals_patch() const {
  const std::string base_currency = save_.registry().company().base_currency;
  const std::int64_t rate = head_.integer("rate", 1'000'000);
  const std::int64_t net_base = money_of(save_, totals_.sum.net, currency(), rate).base_units;
  std::int64_t work = 0, discount = 0;
  for (std::size_t i = 0; i < totals_.lines.size(); ++i) {
    if (lines_[i].record.integer("is_service") != 0) work += totals_.lines[i].cost;
    discount = std::max(discount, lines_[i].record.integer("discount_percent"));
  }
  json::object patch{{"amount", money_json(totals_.sum.amount, currency())},
                     {"vat_amount", money_json(totals_.sum.vat, currency())},
                     {"net_amount", money_json(totals_.sum.net, currency())},
                     {"cost", money_json(totals_.sum.cost, base_currency)},
                     {"margin", money_json(net_base - totals_.sum.cost, base_currency)},
                     {"margin_percent", nullptr},
                     {"max_discount", base::to_string(Decimal{discount, 2})}};
  if (net_base != 0) {
    const auto share = base::multiply_divide({net_base - totals_.sum.cost, 2}, {100, 0}, {net_base, 2}, 2);
    if (share) patch["margin_percent"] = base::to_string(*share);
  }
  if (head_.entity->field("cost_work") != nullptr) {
    patch["cost_work"] = money_json(work, base_currency);
    patch["cost_materials"] = money_json(totals_.sum.cost - work, base_currency);
  }
  return patch;
}

void DocumentLines::put_totals(Record& head) const {
  for (const auto& [key, value] : totals_patch()) {
    const auto& field = *head.entity->field(std::string_view(key.data(), key.size()));
    std::vector<base::FieldError> errors;
    std::vector<entity::Mark> marks;
    entity::ParseContext parse{field, save_.registry(), field.key, &errors, &marks};
    head.set(field.key, field.type->parse(value, parse));
  }
}

void DocumentLines::put_amounts(std::size_t at, Record& line) const {
  const auto& amounts = totals_.lines[at];
  const std::int64_t rate = head_.integer("rate", 1'000'000);
  line.set("net_amount", money_of(save_, amounts.net, currency(), rate));
  line.set("vat_amount", money_of(save_, amounts.vat, currency(), rate));
  line.set("amount", money_of(save_, amounts.amount, currency(), rate));
  line.set("rate", rate);
}

json::object DocumentLines::figures(std::size_t at) const {
  const auto& amounts = totals_.lines[at];
  const std::int64_t calculation = lines_[at].record.integer("calculation") + 1;
  return {{"net_amount", money_json(amounts.net, currency())},
          {"vat_amount", money_json(amounts.vat, currency())},
          {"amount", money_json(amounts.amount, currency())},
          {"rate", base::to_string(Decimal{head_.integer("rate", 1'000'000), 6})},
          {"calculation", calculation}};
}

void DocumentLines::write(std::int64_t document_id) {
  for (const std::int64_t id : gone_) {
    save_.update("document_line", id, {{"calculation", -1}});
    save_.remove("document_line", id);
  }
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    auto& line = lines_[i];
    const auto& record = line.record;
    if (save_.record().entity == record.entity && save_.record().id == record.id) continue;  // it is being saved itself
    const auto& amounts = totals_.lines[i];
    const bool is_same = units_of(record, "net_amount") == amounts.net && units_of(record, "vat_amount") == amounts.vat &&
                         record.integer("rate") == head_.integer("rate", 1'000'000);
    if (record.id != 0 && !line.is_touched && is_same) continue;
    json::object values = std::move(line.given);
    values.erase("id");
    for (auto& [key, value] : figures(i)) values[key] = std::move(value);
    try {
      if (record.id != 0) {
        save_.update("document_line", record.id, values);
        continue;
      }
      values["document"] = json::object{{"entity", head_.entity->key}, {"id", document_id}};
      if (const std::int64_t basis = record.link_id("basis_line"); basis != 0) {
        const auto source = save_.load("document_line", basis);
        values["root_line"] = source && source->link_id("root_line") != 0 ? source->link_id("root_line") : basis;
      }
      line.record.id = save_.create("document_line", values);
    } catch (const base::Error& error) {
      if (error.fields().empty() || line.path.empty()) throw;
      auto fields = error.fields();
      for (auto& field : fields) field.path = line.path + "." + field.path;
      throw base::Error(std::move(fields));
    }
  }
}

}  // namespace documents
