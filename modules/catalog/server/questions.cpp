#include "modules/catalog/server/questions.hpp"

#include "modules/catalog/server/prices.hpp"
#include "modules/catalog/server/rates.hpp"

namespace catalog {

namespace {

using entity::QueryContext;
using entity::Record;

base::Date day_of(const json::object& question) {
  const auto day = base::parse_date(base::json_string(question, "date"));
  if (!day) throw base::Error::internal("a question about the catalogue names no day");
  return *day;
}

std::optional<Record> load(const QueryContext& context, std::string_view entity, std::int64_t id) {
  if (id == 0) return std::nullopt;
  return entity::load_record(context.connection, context.registry, context.registry.require(entity), id);
}

json::value id_or_null(std::int64_t id) { return id == 0 ? json::value(nullptr) : json::value(id); }

void put_product(const Record& product, json::object& line) {
  std::string name(product.text("name"));
  if (const auto variant = product.text("variant_name"); !variant.empty() && name.find(variant) == std::string::npos)
    name += ", " + std::string(variant);
  line["name"] = name;
  line["article"] = product.text("article").empty() ? json::value(nullptr) : json::value(product.text("article"));
  line["unit"] = id_or_null(product.link_id("unit"));
  line["country"] = product.text("country").empty() ? json::value(nullptr) : json::value(product.text("country"));
  line["is_service"] = product.text("kind") == "service";
  line["cost"] =
      is_empty(product.get("cost")) ? json::value(nullptr) : json::value(base::to_string(base::Decimal{product.integer("cost"), 4}));
}

json::object error_of(const base::Error& error) {
  const auto& fault = error.fields().front();
  json::object arguments;
  for (const auto& [name, value] : fault.args) arguments[name] = value;
  return {{"path", fault.path}, {"code", fault.code}, {"args", std::move(arguments)}};
}

json::object line_of(const QueryContext& context, Prices& prices, const json::object& asked) {
  json::object line;
  const auto product = load(context, "product", base::json_int(asked, "product"));
  if (product) put_product(*product, line);
  try {
    line["vat_rate"] = id_or_null(prices.vat_rate(product ? &*product : nullptr));
    const auto quantity = base::parse_decimal(base::json_string(asked, "quantity", "1"), 6);
    if (product && quantity) {
      const Price price = prices.find(*product, *quantity);
      if (price.source != "none") {
        line["price"] = base::to_string(price.price);
        line["discount_percent"] = base::to_string(price.discount_percent);
        line["price_reason"] = price.note;
      }
    }
  } catch (const base::Error& error) {
    if (error.fields().empty()) throw;
    line["error"] = error_of(error);
  }
  return line;
}

json::object answer_lines(const QueryContext& context, const json::object& question) {
  Terms terms;
  terms.company = base::json_int(question, "company");
  terms.own_company = base::json_int(question, "own_company");
  terms.day = day_of(question);
  terms.currency = base::json_string(question, "currency");
  terms.vat_mode = vat_mode_of(base::json_string(question, "vat_mode"));
  Prices prices(context, terms);
  json::array lines;
  for (const auto& asked : *base::json_array(question, "lines")) lines.push_back(line_of(context, prices, asked.as_object()));
  return {{"lines", std::move(lines)}};
}

json::object answer_currency_rate(const QueryContext& context, const json::object& question) {
  const auto rate = currency_rate_on(context, base::json_string(question, "currency"), day_of(question));
  return {{"rate", rate ? json::value(base::to_string(*rate)) : json::value(nullptr)}};
}

json::object answer_vat_rates(const QueryContext& context, const json::object& question) {
  const base::Date day = day_of(question);
  json::array rates;
  for (const auto& id : *base::json_array(question, "ids")) {
    const auto rate = load(context, "vat_rate", id.as_int64());
    if (!rate || rate->deleted) {
      rates.emplace_back(nullptr);
      continue;
    }
    const bool is_over = rate->integer("valid_to", INT64_MAX) < base::to_days(day);
    rates.push_back({{"id", rate->id},
                     {"name", std::string(rate->text("name"))},
                     {"rate", base::to_string(base::Decimal{rate->integer("rate"), 2})},
                     {"code", std::string(rate->text("code"))},
                     {"is_exempt", rate->integer("is_exempt") != 0},
                     {"is_over", is_over},
                     {"is_not_yet", !is_over && !is_in_force(*rate, day)}});
  }
  return {{"rates", std::move(rates)}};
}

json::object answer_vat_rate(const QueryContext& context, const json::object& question) {
  const auto rate = vat_rate_on(context, base::json_string(question, "code"), day_of(question));
  return {{"id", rate ? json::value(rate->id) : json::value(nullptr)}};
}

}  // namespace

void add_questions(entity::Questions& questions) {
  questions.add("catalog.lines", answer_lines);
  questions.add("catalog.currency_rate", answer_currency_rate);
  questions.add("catalog.vat_rates", answer_vat_rates);
  questions.add("catalog.vat_rate", answer_vat_rate);
  questions.add("catalog.discount_limit", [](const QueryContext& context, const json::object&) -> json::object {
    const auto limit = discount_limit(context, context.caller);
    return {{"limit", limit ? json::value(base::to_string(*limit)) : json::value(nullptr)}};
  });
}

}  // namespace catalog
