#include "modules/catalog/server/behaviours.hpp"

#include <algorithm>
#include <array>

#include "modules/catalog/server/lookup.hpp"
#include "server/base/text/codes.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/lookup.hpp"

namespace catalog {

namespace {

using base::CodeKind;
using entity::Filter;
using entity::Record;
using entity::SaveContext;

void check_codes(SaveContext& save, std::initializer_list<std::pair<std::string_view, CodeKind>> fields) {
  for (const auto& [field, kind] : fields) {
    const auto text = save.record().text(field);
    if (text.empty() || !save.changed(field)) continue;
    if (const auto checked = base::check_code(kind, text); !checked.valid())
      save.add_error({std::string(field), std::string(checked.fault), {}});
  }
}

void check_currency(SaveContext& save) {
  const auto currency = save.record().text("currency");
  const bool is_code = currency.size() == 3 && std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!currency.empty() && !is_code) save.add_error({"currency", "unknown_currency", {{"value", std::string(currency)}}});
}

// Takes the flag from the other records that pass `among`.
void be_the_only_one(SaveContext& save, std::string_view flag, const Filter& among) {
  const Record& record = save.record();
  if (record.integer(flag) == 0 || !save.changed(flag)) return;
  const auto filter = Filter::all_of({among, entity::where(*record.entity, flag, std::int64_t{1})});
  for (const auto& other : find_all(save, *record.entity, filter)) {
    if (other.id != record.id) save.update(record.entity->key, other.id, {{std::string(flag), false}});
  }
}

std::int64_t begin_of(const Record& record) { return record.integer("valid_from", INT64_MIN); }
std::int64_t end_of(const Record& record) { return record.integer("valid_to", INT64_MAX); }
bool overlap(const Record& a, const Record& b) { return begin_of(a) <= end_of(b) && begin_of(b) <= end_of(a); }

// "2026-01-01 – …": the period of a record as people read it.
std::string period_text(const Record& record) {
  const auto day = [&](std::string_view field) {
    const auto& value = record.get(field);
    return is_empty(value) ? std::string("…") : base::to_string(base::from_days(std::get<std::int64_t>(value)));
  };
  return day("valid_from") + " – " + day("valid_to");
}

}  // namespace

void OwnCompanyBehaviour::prepare(SaveContext& save) {
  auto& company = save.record();
  if (save.is_new() && company.integer("is_default") == 0 && find_all(save, *company.entity, Filter::always(), 1).empty())
    company.set("is_default", std::int64_t{1});
  std::erase_if(company.marks, [](const entity::Mark& mark) { return mark.field == "inn" || mark.field == "kpp" || mark.field == "ogrn"; });
}

void OwnCompanyBehaviour::check(SaveContext& save) {
  check_codes(save, {{"inn", CodeKind::kInn}, {"kpp", CodeKind::kKpp}, {"ogrn", CodeKind::kOgrn}, {"okpo", CodeKind::kOkpo}});
  const auto& company = save.record();
  if (company.text("inn").size() == 12 && !company.text("kpp").empty()) save.add_error({"kpp", "kpp_of_person", {}});
}

void OwnCompanyBehaviour::before_write(SaveContext& save) { be_the_only_one(save, "is_default", Filter::always()); }

void OwnAccountBehaviour::prepare(SaveContext& save) {
  auto& account = save.record();
  const auto company = account.link_id("own_company");
  if (save.is_new() && account.integer("is_main") == 0 && company != 0 &&
      find_all(save, *account.entity, entity::where(*account.entity, "own_company", account.get("own_company")), 1).empty())
    account.set("is_main", std::int64_t{1});
  if (account.text("name").empty()) {
    const std::string digits(account.text("account"));
    const std::string last = digits.size() > 4 ? digits.substr(digits.size() - 4) : digits;
    account.set("name", std::string(account.text("bank_name")) + (account.text("bank_name").empty() ? "" : " ") + "…" + last);
  }
  account.marks.clear();
}

void OwnAccountBehaviour::check(SaveContext& save) {
  check_codes(save, {{"bik", CodeKind::kBik}, {"account", CodeKind::kAccount}, {"corr_account", CodeKind::kAccount}});
  const auto& account = save.record();
  const bool is_touched = save.changed("bik") || save.changed("account") || save.changed("corr_account");
  if (is_touched && base::check_code(CodeKind::kBik, account.text("bik")).valid()) {
    for (const std::string_view field : {"account", "corr_account"}) {
      const auto digits = account.text(field);
      if (digits.empty() || !base::check_code(CodeKind::kAccount, digits).valid()) continue;
      if (!base::check_account(digits, account.text("bik")).valid()) save.add_error({std::string(field), "account_key", {}});
    }
  }
  check_currency(save);
}

void OwnAccountBehaviour::before_write(SaveContext& save) {
  const auto& account = save.record();
  be_the_only_one(save, "is_main", entity::where(*account.entity, "own_company", account.get("own_company")));
}

void VatRateBehaviour::prepare(SaveContext& save) {
  auto& rate = save.record();
  if (rate.text("code") == "none") rate.set("is_exempt", std::int64_t{1});
  const std::int64_t percent = rate.integer("rate");  // hundredths
  if (rate.integer("is_exempt") != 0 || percent == 0 || !rate.text("calc_rate").empty()) return;
  std::string digits = base::to_string(base::Decimal{percent, 2});
  while (digits.ends_with('0')) digits.pop_back();
  if (digits.ends_with('.')) digits.pop_back();
  std::string sum = base::to_string(base::Decimal{percent + 10000, 2});
  while (sum.ends_with('0')) sum.pop_back();
  if (sum.ends_with('.')) sum.pop_back();
  rate.set("calc_rate", digits + "/" + sum);
}

void VatRateBehaviour::check(SaveContext& save) {
  const auto& rate = save.record();
  if (rate.integer("is_exempt") != 0 && rate.integer("rate") != 0) save.add_error({"rate", "exempt_has_rate", {}});
  if (rate.text("code") == "other" || !(save.changed("code") || save.changed("valid_from") || save.changed("valid_to"))) return;
  for (const auto& other : find_all(save, *rate.entity, entity::where(*rate.entity, "code", rate.get("code")))) {
    if (other.id == rate.id || !overlap(rate, other)) continue;
    save.add_error({"valid_from", "periods_overlap", {{"name", std::string(other.text("name"))}, {"period", period_text(other)}}});
    return;
  }
}

void ProductBehaviour::check(SaveContext& save) {
  const auto& product = save.record();
  check_currency(save);
  if (!save.changed("variant_of") || product.link_id("variant_of") == 0) return;
  const auto parent = save.load("product", product.link_id("variant_of"));
  if (parent && parent->link_id("variant_of") != 0) save.add_error({"variant_of", "variant_of_variant", {}});
}

void BundleItemBehaviour::check(SaveContext& save) {
  const auto product = save.load("product", save.record().link_id("product"));
  if (product && product->text("kind") == "bundle") save.add_error({"product", "bundle_in_bundle", {}});
}

void PriceListBehaviour::check(SaveContext& save) {
  const auto& list = save.record();
  check_currency(save);
  constexpr std::array<std::string_view, 7> kFields{"company", "segment", "currency", "priority", "valid_from", "valid_to", "is_active"};
  if (list.integer("is_active") == 0 || std::none_of(kFields.begin(), kFields.end(), [&](auto field) { return save.changed(field); }))
    return;
  const auto& entity = *list.entity;
  std::vector<Filter> same{entity::where(entity, "is_active", std::int64_t{1}),
                           entity::where(entity, "currency", base::fold(list.text("currency")))};
  for (const std::string_view field : {"company", "segment"}) {
    same.push_back(list.link_id(field) != 0 ? entity::where(entity, field, list.get(field))
                                            : entity::where(entity, field, entity::FilterOp::kIsEmpty, {}));
  }
  for (const auto& other : find_all(save, entity, Filter::all_of(std::move(same)))) {
    if (other.id == list.id || other.integer("priority") != list.integer("priority") || !overlap(list, other)) continue;
    save.add_error({"valid_from", "price_lists_overlap", {{"name", std::string(other.text("name"))}, {"period", period_text(other)}}});
    return;
  }
}

void PriceRowBehaviour::check(SaveContext& save) {
  const auto& row = save.record();
  const auto& entity = *row.entity;
  const auto filter =
      Filter::all_of({entity::where(entity, "price_list", row.get("price_list")), entity::where(entity, "product", row.get("product"))});
  for (const auto& other : find_all(save, entity, filter)) {
    if (other.id == row.id || other.integer("min_quantity") != row.integer("min_quantity") || !overlap(row, other)) continue;
    save.add_error({save.changed("valid_from") ? "valid_from" : "min_quantity",
                    "price_rows_overlap",
                    {{"row", std::to_string(other.id)}, {"period", period_text(other)}}});
    return;
  }
}

}  // namespace catalog
