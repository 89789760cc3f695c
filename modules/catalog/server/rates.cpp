#include "modules/catalog/server/rates.hpp"

#include "server/base/text/text.hpp"
#include "server/entity/lookup.hpp"

namespace catalog {

using entity::FilterOp;
using entity::QueryContext;
using entity::Record;

bool is_in_force(const Record& dated, base::Date day) {
  const std::int64_t at = base::to_days(day);
  const auto& from = dated.get("valid_from");
  const auto& to = dated.get("valid_to");
  return (is_empty(from) || std::get<std::int64_t>(from) <= at) && (is_empty(to) || at <= std::get<std::int64_t>(to));
}

std::optional<Record> vat_rate_on(const QueryContext& context, std::string_view code, base::Date day) {
  const auto& rates = context.registry.require("vat_rate");
  std::optional<Record> found;
  for (auto& rate : entity::find_records(context, rates, entity::where(rates, "code", std::string(code)))) {
    if (!is_in_force(rate, day)) continue;
    const bool is_later = !found || rate.integer("valid_from", INT64_MIN) > found->integer("valid_from", INT64_MIN);
    if (is_later) found = std::move(rate);
  }
  return found;
}

std::optional<base::Decimal> currency_rate_on(const QueryContext& context, std::string_view currency, base::Date day) {
  if (currency == context.registry.company().base_currency) return base::Decimal{1'000'000, 6};
  const auto& rates = context.registry.require("currency_rate");
  const std::int64_t at = base::to_days(day);
  auto near =
      entity::Filter::all_of({entity::where(rates, "currency", base::fold(currency)), entity::where(rates, "day", FilterOp::kLte, {at}),
                              entity::where(rates, "day", FilterOp::kGt, {at - kOldestRateDays})});
  const auto records = entity::find_records(context, rates, near, kOldestRateDays + 1);
  const Record* latest = nullptr;
  for (const auto& record : records) {
    if (latest == nullptr || record.integer("day") > latest->integer("day")) latest = &record;
  }
  if (latest == nullptr) return std::nullopt;
  return base::rescale({latest->integer("rate"), latest->entity->field("rate")->scale}, 6);
}

}  // namespace catalog
