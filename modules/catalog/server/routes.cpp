#include "modules/catalog/server/routes.hpp"

#include <charconv>

#include "modules/catalog/server/prices.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/lookup.hpp"

namespace catalog {

namespace {

std::int64_t id_of(api::Call& call, std::string_view name) {
  const std::string text = call.query(name);
  if (text.empty()) return 0;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id <= 0)
    throw base::Error::field(std::string(name), "wrong_type", {{"expected", "id"}});
  return id;
}

// The record when the caller may read it; unknown_record at the parameter otherwise.
entity::Record readable(const entity::QueryContext& context, std::string_view entity_key, std::string_view parameter, std::int64_t id) {
  const auto& entity = context.registry.require(entity_key);
  auto found = entity::find_records(context, entity, entity::where(entity, "id", id), 1);
  if (found.empty()) throw base::Error::field(std::string(parameter), "unknown_record", {{"id", std::to_string(id)}});
  return std::move(found.front());
}

base::Decimal quantity_of(api::Call& call) {
  const auto quantity = base::parse_decimal(call.query("quantity", "1"), 6);
  if (!quantity) throw base::Error::field("quantity", "not_a_number", {{"scale", "6"}});
  if (quantity->units <= 0) throw base::Error::field("quantity", "not_positive");
  return *quantity;
}

void write_named(base::JsonWriter& out, std::string_view key, std::int64_t id, const std::string& title) {
  out.key(key);
  if (id == 0) {
    out.null();
    return;
  }
  out.begin_object().key("id").integer(id).key("title").text(title).end_object();
}

void write_price(api::Call& call, const Terms& terms, const Price& price, base::JsonWriter& out) {
  out.begin_object().key("price");
  if (price.source == "none")
    out.null();
  else
    out.text(base::to_string(price.price));
  out.key("currency").text(terms.currency).key("source").text(price.source);
  out.key("reason").text(
      call.text("catalog.reason." + price.source, {{"name", price.list_name}, {"quantity", base::to_string(price.min_quantity)}}));
  write_named(out, "price_list", price.price_list, price.list_name);
  out.key("list_currency").text(price.list_currency).key("min_quantity").text(base::to_string(price.min_quantity));
  out.key("discount_percent").text(base::to_string(price.discount_percent));
  write_named(out, "discount_rule", price.discount_rule, price.discount_name);
  out.key("note").text(price.note).end_object();
}

void find_price(api::Call& call, http::Response& response) {
  const std::int64_t product_id = id_of(call, "product"), company_id = id_of(call, "company");
  if (product_id == 0) throw base::Error::field("product", "required");
  const auto zone = base::TimeZone::find(call.caller().time_zone).value_or(base::TimeZone::utc());
  const std::string date = call.query("date");
  const auto day = date.empty() ? std::optional(zone.local_date(call.now)) : base::parse_date(date);
  if (!day) throw base::Error::field("date", "unknown_date", {{"value", date}});
  const auto quantity = quantity_of(call);
  call.read("price", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto product = readable(context, "product", "product", product_id);
    if (company_id != 0) readable(context, "company", "company", company_id);
    Terms terms;
    terms.company = company_id;
    terms.own_company = id_of(call, "own_company");
    terms.day = *day;
    terms.currency = call.query("currency", context.registry.company().base_currency);
    terms.vat_mode = vat_mode_of(call.query("vat_mode", "included"));
    const auto system = entity::Caller::system();
    Prices prices({context.connection, context.registry, *system, context.now}, terms);
    const Price price = prices.find(product, quantity);
    base::JsonWriter out(response.body);
    write_price(call, terms, price, out);
  });
}

void find_limit(api::Call& call, http::Response& response) {
  call.read("discount_limit", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto limit = discount_limit(context, call.caller());
    base::JsonWriter out(response.body);
    out.begin_object().key("limit");
    if (limit)
      out.text(base::to_string(*limit));
    else
      out.null();
    out.end_object();
  });
}

}  // namespace

void add_catalog_routes(http::Router& router, api::ApiContext& context) {
  using http::Method;
  api::add_route(router, context, {Method::kGet, "/prices", find_price});
  api::add_route(router, context, {Method::kGet, "/discount-limit", find_limit});
}

}  // namespace catalog
