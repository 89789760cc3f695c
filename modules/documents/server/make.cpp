#include "modules/documents/server/make.hpp"

#include <algorithm>
#include <map>

#include "modules/documents/server/kinds.hpp"
#include "modules/documents/server/remains.hpp"
#include "modules/documents/server/totals.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/lookup.hpp"

namespace documents {

namespace {

using base::Decimal;
using entity::Link;
using entity::QueryContext;
using entity::Record;

json::value value_json(const Record& record, std::string_view field) {
  const auto index = record.entity->index_of(field);
  const auto& def = record.entity->fields[static_cast<std::size_t>(index)];
  std::string text;
  base::JsonWriter out(text);
  def.type->write(def, record.at(index), out);
  return base::parse_json(text);
}

void copy(const Record& from, std::initializer_list<std::string_view> fields, json::object& to) {
  for (const auto field : fields) {
    if (from.entity->field(field) != nullptr && !is_empty(from.get(field))) to[field] = value_json(from, field);
  }
}

std::string day_text(const Record& document) {
  const std::string iso = base::to_string(base::from_days(document.integer("date")));
  return iso.substr(8, 2) + "." + iso.substr(5, 2) + "." + iso.substr(0, 4);
}

class Maker {
 public:
  Maker(const QueryContext& context, const entity::Questions& questions, const Record& source, const MakeRequest& request)
      : context_(context), questions_(questions), source_(source), request_(request) {}

  MadeValues make() {
    if (source_.text("state") == "cancelled") throw base::Error(base::ErrorCode::kFailedPrecondition, "document_is_cancelled");
    if (!makes(source_.entity->key, target())) throw base::Error::field("to", "basis_not_allowed");
    put_head();
    put_kind();
    if (target() == "tax_invoice" && kind_ == "advance")
      put_advance();
    else
      put_lines();
    return std::move(made_);
  }

 private:
  const std::string& target() const { return request_.target->key; }
  json::object& values() { return made_.values; }

  void put_head() {
    values()["date"] = base::to_string(request_.day);
    values()["basis"] = json::object{{"entity", source_.entity->key}, {"id", source_.id}};
    copy(source_, {"own_company", "own_account", "company", "contact", "deal", "contract", "currency", "vat_mode", "rounding", "tags"},
         values());
    if (source_.entity->key == "contract") values()["contract"] = source_.id;
    for (const std::string_view field : {"delivery_address", "warehouse", "payment_terms", "delivery_terms"}) {
      if (request_.target->field(field) != nullptr) copy(source_, {field}, values());
    }
    // Not the rate: money of another day has the rate of that day.
  }

  void put_kind() {
    if (target() == "quote") return put_version();
    if (target() == "waybill") values()["form"] = source_.text("vat_mode") == "exempt" ? "upd2" : "upd1";
    if (target() == "waybill") values()["shipped_at"] = base::to_string(request_.day);
    if (target() != "tax_invoice") return;
    kind_ = source_.entity->key == "tax_invoice" ? "correction" : request_.kind.empty() ? "sale" : request_.kind;
    const bool fits = source_.entity->key == "invoice" ? kind_ == "advance" : kind_ == "sale" || kind_ == "correction";
    if (!fits) throw base::Error::field("kind", "basis_not_allowed");
    values()["kind"] = kind_;
    if (kind_ == "sale" && !source_.text("number").empty())
      values()["shipment_documents"] = "№ " + std::string(source_.text("number")) + " от " + day_text(source_);
    if (kind_ == "sale") put_advances_of_chain();
  }

  // Line 5б of the form: the tax invoices on advances of the bill this shipment was made from.
  void put_advances_of_chain() {
    const auto* basis = std::get_if<Link>(&source_.get("basis"));
    const auto* bill = basis == nullptr ? nullptr : context_.registry.find_id(basis->entity_id);
    if (bill == nullptr || bill->key != "invoice") return;
    std::string text;
    for (const auto& advance : entity::find_records(context_, *request_.target, entity::where(*request_.target, "basis", *basis))) {
      if (advance.text("kind") != "advance" || advance.text("state") != "posted") continue;
      text += (text.empty() ? "№ " : ", № ") + std::string(advance.text("number")) + " от " + day_text(advance);
    }
    if (!text.empty()) values()["advance_documents"] = base::prefix(text, 300);
  }

  void put_version() {
    const std::int64_t family = source_.link_id("family") != 0 ? source_.link_id("family") : source_.id;
    const auto& quotes = *source_.entity;
    copy(source_, {"delivery_terms", "payment_terms", "warranty_terms", "valid_until", "variant"}, values());
    values().erase("basis");
    if (!request_.variant.empty()) {
      values()["variant"] = request_.variant;
      return;
    }
    std::int64_t last = source_.integer("revision", 1);
    for (const auto& other : entity::find_records(context_, quotes, entity::where(quotes, "family", Link{quotes.id, family})))
      last = std::max(last, other.integer("revision", 1));
    values()["family"] = family;
    values()["revision"] = last + 1;
  }

  void put_lines() {
    const auto lines = stored_lines(context_, source_);
    json::array out;
    if (request_.lines != nullptr && kind_ != "correction")
      take_chosen(lines, out);
    else
      take_all(lines, out);
    if (out.empty() && target() != "contract" && !(source_.entity->key == "contract" && lines.empty()))
      throw base::Error(base::ErrorCode::kFailedPrecondition, "nothing_remains");
    renew_rates(out);
    values()["lines"] = std::move(out);
  }

  json::object line_values(const Record& line, std::int64_t quantity) {
    json::object values;
    copy(line,
         {"product", "name", "article", "unit", "price", "discount_percent", "vat_rate", "cost", "is_service", "country",
          "customs_declaration", "comment"},
         values);
    values["quantity"] = base::to_string(Decimal{quantity, 6});
    if (target() != "quote") values["basis_line"] = line.id;
    return values;
  }

  bool is_wanted(const Record& line) const {
    if (request_.only.empty()) return true;
    return (request_.only == "services") == (line.integer("is_service") != 0);
  }

  void take_all(const std::vector<Record>& lines, json::array& out) {
    for (const auto& line : lines) {
      if (!is_wanted(line)) continue;
      const auto left = remaining(context_, line, target());
      const std::int64_t quantity = left.value_or(line.integer("quantity"));
      if (quantity <= 0) continue;
      json::object values = line_values(line, quantity);
      if (kind_ == "correction" && !correct(line, values)) continue;
      out.push_back(std::move(values));
    }
  }

  // A correction repeats all lines; those named have their new figures, quantity 0 takes a line out.
  bool correct(const Record& line, json::object& values) {
    if (request_.lines == nullptr) return true;
    for (const auto& each : *request_.lines) {
      if (!each.is_object() || base::json_int(each.as_object(), "line") != line.id) continue;
      for (const char* field : {"quantity", "price"}) {
        if (const auto* given = each.as_object().if_contains(field)) values[field] = *given;
      }
      const auto& quantity = values.at("quantity");
      const auto parsed = quantity.is_string() ? base::parse_decimal(quantity.as_string(), 6) : std::nullopt;
      return !(parsed && parsed->units == 0) && !(quantity.is_int64() && quantity.as_int64() == 0);
    }
    return true;
  }

  void take_chosen(const std::vector<Record>& lines, json::array& out) {
    for (std::size_t i = 0; i < request_.lines->size(); ++i) {
      const std::string path = "lines[" + std::to_string(i) + "]";
      const auto* chosen = (*request_.lines)[i].if_object();
      if (chosen == nullptr) throw base::Error::field(path, "wrong_type", {{"expected", "object"}});
      const std::int64_t id = base::json_int(*chosen, "line");
      const auto line = std::find_if(lines.begin(), lines.end(), [&](const Record& each) { return each.id == id; });
      if (line == lines.end()) throw base::Error::field(path + ".line", "unknown_record", {{"id", std::to_string(id)}});
      const auto left = remaining(context_, *line, target());
      json::object values = line_values(*line, left.value_or(line->integer("quantity")));
      if (const auto* quantity = chosen->if_contains("quantity")) values["quantity"] = *quantity;
      if (left && *left <= 0) throw base::Error::field(path + ".quantity", "more_than_remains", {{"left", "0"}});
      out.push_back(std::move(values));
    }
  }

  // The tax of a shipment is that of its day: rates that ended give way to the rate of their kind, and it is told.
  void renew_rates(json::array& lines) {
    std::map<std::int64_t, json::value> known;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      auto& line = lines[i].as_object();
      const auto* given = line.if_contains("vat_rate");
      if (given == nullptr) continue;
      const std::int64_t id = given->at("id").as_int64();
      if (!known.contains(id)) known[id] = new_rate(id);
      if (known[id].is_null()) continue;
      line["vat_rate"] = known[id].at("id");
      made_.notes.push_back({{"line", static_cast<std::int64_t>(i + 1)},
                             {"code", "vat_rate_changed"},
                             {"from", known[id].at("from")},
                             {"to", known[id].at("to")}});
    }
  }

  json::value new_rate(std::int64_t id) {
    const std::string date = base::to_string(request_.day);
    const auto ask = [&](std::int64_t rate) {
      return questions_.ask("catalog.vat_rates", context_, {{"ids", json::array{rate}}, {"date", date}}).at("rates").as_array()[0];
    };
    const json::value rate = ask(id);
    const bool is_strict = target() == "act" || target() == "waybill" || (target() == "tax_invoice" && kind_ != "correction");
    if (rate.is_null() || rate.at("code") == "other" || !(rate.at("is_over").as_bool() || (is_strict && rate.at("is_not_yet").as_bool())))
      return nullptr;
    const json::object found = questions_.ask("catalog.vat_rate", context_, {{"code", rate.at("code")}, {"date", date}});
    if (found.at("id").is_null()) return nullptr;  // the save says that the rate does not hold
    return json::object{{"id", found.at("id")}, {"from", rate.at("name")}, {"to", ask(found.at("id").as_int64()).at("name")}};
  }

  // The paid sum in the shares of the rates of the bill, the tax taken out by the calculated rate.
  void put_advance() {
    const auto paid = base::parse_decimal(request_.sum, 2);
    if (request_.sum.empty()) throw base::Error::field("sum", "required");
    if (!paid) throw base::Error::field("sum", "not_a_number", {{"scale", "2"}});
    if (paid->units <= 0) throw base::Error::field("sum", "not_positive");
    std::vector<std::int64_t> rates, weights;
    for (const auto& line : stored_lines(context_, source_)) {
      const auto* amount = std::get_if<entity::Money>(&line.get("amount"));
      auto at = std::find(rates.begin(), rates.end(), line.link_id("vat_rate"));
      if (at == rates.end()) at = rates.insert(rates.end(), line.link_id("vat_rate")), weights.push_back(0);
      weights[static_cast<std::size_t>(at - rates.begin())] += amount == nullptr ? 0 : amount->units;
    }
    const auto shares = rates.empty() || std::all_of(weights.begin(), weights.end(), [](auto weight) { return weight == 0; })
                            ? std::nullopt
                            : distribute(paid->units, weights);
    if (!shares) throw base::Error(base::ErrorCode::kFailedPrecondition, "nothing_remains");
    json::array lines;
    for (std::size_t i = 0; i < rates.size(); ++i) {
      if ((*shares)[i] == 0) continue;
      json::object line{{"name", request_.advance_name}, {"quantity", "1"}, {"price", base::to_string(Decimal{(*shares)[i], 2})}};
      if (rates[i] != 0) line["vat_rate"] = json::object{{"id", rates[i]}};
      lines.push_back(std::move(line));
    }
    values()["vat_mode"] = "included";
    renew_rates(lines);
    values()["lines"] = std::move(lines);
  }

  const QueryContext& context_;
  const entity::Questions& questions_;
  const Record& source_;
  const MakeRequest& request_;
  std::string kind_;
  MadeValues made_;
};

// A deal has parties and lines of its own (module sales), no terms.
MadeValues from_deal(const QueryContext& context, const Record& deal, const MakeRequest& request) {
  MadeValues made;
  made.values["date"] = base::to_string(request.day);
  made.values["deal"] = deal.id;
  copy(deal, {"company", "contact"}, made.values);
  const auto* entity = context.registry.find("deal_line");
  json::array lines;
  if (entity != nullptr) {
    auto rows = entity::find_records(context, *entity, entity::where(*entity, "deal", Link{deal.entity->id, deal.id}), 2000);
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Record& a, const Record& b) { return a.integer("position") < b.integer("position"); });
    for (const auto& row : rows) {
      json::object line;
      copy(row, {"name", "quantity"}, line);
      if (row.entity->field("product") != nullptr) copy(row, {"product"}, line);
      if (!row.text("code").empty()) line["article"] = std::string(row.text("code"));
      if (!is_empty(row.get("discount"))) line["discount_percent"] = value_json(row, "discount");
      if (const auto* price = std::get_if<entity::Money>(&row.get("price")))
        line["price"] = base::to_string(Decimal{price->units, row.entity->field("price")->scale});
      lines.push_back(std::move(line));
    }
  }
  if (!lines.empty()) made.values["lines"] = std::move(lines);
  return made;
}

}  // namespace

std::vector<Record> stored_lines(const QueryContext& context, const Record& document) {
  const auto& entity = context.registry.require("document_line");
  auto lines = entity::find_records(context, entity, entity::where(entity, "document", Link{document.entity->id, document.id}), 5000);
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Record& a, const Record& b) { return a.integer("position") < b.integer("position"); });
  return lines;
}

void write_remains(const QueryContext& context, const Record& source, std::string_view target_kind, base::JsonWriter& out) {
  out.begin_object().key("items").begin_array();
  for (const auto& line : stored_lines(context, source)) {
    const auto left = remaining(context, line, target_kind);
    out.begin_object().key("line").integer(line.id).key("position").integer(line.integer("position")).key("name").text(line.text("name"));
    out.key("quantity")
        .text(base::to_string(Decimal{line.integer("quantity"), 6}))
        .key("is_service")
        .boolean(line.integer("is_service") != 0);
    out.key("left").text(base::to_string(Decimal{left.value_or(line.integer("quantity")), 6})).end_object();
  }
  out.end_array().end_object();
}

MadeValues make_values(const QueryContext& context, const entity::Questions& questions, const Record& source, const MakeRequest& request) {
  if (source.entity->key == "deal") return from_deal(context, source, request);
  return Maker(context, questions, source, request).make();
}

}  // namespace documents
