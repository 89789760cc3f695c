#include "modules/sales/server/deal_lines.hpp"

#include "modules/sales/server/lookup.hpp"
#include "server/base/json_writer.hpp"

namespace sales {

namespace {

using entity::Money;
using entity::SaveContext;

constexpr std::int64_t kUnit = 1000 * 10000;  // thousandths of a quantity times hundredths of percents in a whole

std::int64_t base_units_of(const entity::Record& line) {
  const auto* amount = std::get_if<Money>(&line.get("amount"));
  return amount == nullptr ? 0 : amount->base_units;
}

// Sum of the deal's other lines and `own`, written to the deal when it differs.
void refresh_deal(SaveContext& save, std::int64_t deal_id, std::int64_t own_units, bool has_own) {
  const auto deal = deal_id == 0 ? std::optional<entity::Record>{} : save.load("deal", deal_id);
  if (!deal || deal->deleted || deal->integer("amount_from_lines", 1) == 0) return;
  const auto system = entity::Caller::system();
  const auto& lines = save.registry().require("deal_line");
  json::object others = equals("deal", deal_id);
  if (save.record().id != 0) others = all_of({others, {{"not", equals("id", save.record().id)}}});
  const json::object body = {{"filter", others}, {"measures", {{{"fn", "count"}}, {{"fn", "sum"}, {"field", "amount"}}}}};
  std::string text;
  base::JsonWriter out(text);
  entity::run_aggregate({save.connection(), save.registry(), *system, save.now()},
                        entity::parse_aggregate(body, {save.registry(), lines, *system, save.now()}), out);
  const json::value answer = base::parse_json(text);
  const auto& groups = answer.at("groups").as_array();
  std::int64_t count = has_own ? 1 : 0, sum = own_units;
  if (!groups.empty()) {
    const auto& values = groups.front().at("values").as_array();
    count += values.at(0).as_int64();
    const auto others_sum = values.at(1).is_string() ? base::parse_decimal(values.at(1).as_string(), 2) : std::nullopt;
    const auto whole = base::add({sum, 2}, {others_sum ? others_sum->units : 0, 2});
    if (!whole) throw base::Error::field("amount", "out_of_range");
    sum = whole->units;
  }
  if (count == 0) return;
  const auto* now = std::get_if<Money>(&deal->get("amount"));
  const auto& currency = save.registry().company().base_currency;
  if (now != nullptr && now->units == sum && now->currency == currency) return;
  save.update("deal", deal_id, {{"amount", {{"amount", base::to_string(base::Decimal{sum, 2})}, {"currency", currency}}}});
}

}  // namespace

std::optional<std::int64_t> line_units(std::int64_t price_units, std::int64_t quantity_thousandths, std::int64_t discount_hundredths) {
  const base::Decimal share{quantity_thousandths, 0}, rest{10000 - discount_hundredths, 0};
  const auto weight = base::multiply(share, rest, 0);
  if (!weight) return std::nullopt;
  const auto result = base::multiply_divide({price_units, 0}, *weight, {kUnit, 0}, 0);
  if (!result) return std::nullopt;
  return result->units;
}

void DealLineBehaviour::prepare(SaveContext& save) {
  auto& line = save.record();
  const auto* price = std::get_if<Money>(&line.get("price"));
  if (price == nullptr) {
    line.set("amount", {});
    return;
  }
  const std::int64_t quantity = line.integer("quantity"), discount = line.integer("discount");
  const auto units = line_units(price->units, quantity, discount), base_units = line_units(price->base_units, quantity, discount);
  if (!units || !base_units) {
    save.add_error({"quantity", "out_of_range", {}});
    return;
  }
  line.set("amount", Money{*units, price->currency, *base_units});
}

void DealLineBehaviour::before_write(SaveContext& save) {
  const std::int64_t deal = save.record().link_id("deal");
  refresh_deal(save, deal, base_units_of(save.record()), true);
  if (!save.is_new() && save.changed("deal")) refresh_deal(save, save.before()->link_id("deal"), 0, false);
}

void DealLineBehaviour::before_delete(SaveContext& save) { refresh_deal(save, save.record().link_id("deal"), 0, false); }

void DealLineBehaviour::before_restore(SaveContext& save) {
  refresh_deal(save, save.record().link_id("deal"), base_units_of(save.record()), true);
}

}  // namespace sales
