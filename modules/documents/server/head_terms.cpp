#include "modules/documents/server/head_terms.hpp"

#include <algorithm>

#include "server/base/decimal.hpp"
#include "server/entity/lookup.hpp"

namespace documents {

namespace {

using entity::Link;
using entity::Record;
using entity::SaveContext;

constexpr std::int64_t kOne = 1'000'000;  // a rate of 1, scale 6

std::vector<Record> find(SaveContext& save, const entity::EntityDef& entity, const entity::Filter& filter) {
  const auto system = entity::Caller::system();
  return entity::find_records({save.connection(), save.registry(), *system, save.now()}, entity, filter, 100);
}

// The default organisation, else the only one.
void fill_own_company(SaveContext& save) {
  Record& head = save.record();
  if (head.link_id("own_company") != 0) return;
  const auto& entity = save.registry().require("own_company");
  auto all = find(save, entity, entity::Filter::always());
  std::erase_if(all, [](const Record& each) { return each.integer("is_archived") != 0; });
  const auto marked = std::find_if(all.begin(), all.end(), [](const Record& each) { return each.integer("is_default") != 0; });
  if (marked != all.end())
    head.set("own_company", Link{entity.id, marked->id});
  else if (all.size() == 1)
    head.set("own_company", Link{entity.id, all.front().id});
}

// The main account, in the currency of the document when that is said.
void fill_own_account(SaveContext& save) {
  Record& head = save.record();
  const bool is_kept = head.link_id("own_account") != 0 && (save.changed("own_account") || !save.changed("own_company"));
  if (is_kept || head.link_id("own_company") == 0) return;
  if (!save.is_new() && !save.changed("own_company")) return;
  const auto& entity = save.registry().require("own_account");
  const Record* best = nullptr;
  const auto accounts = find(save, entity, entity::where(entity, "own_company", head.get("own_company")));
  for (const auto& account : accounts) {
    if (account.integer("is_closed") != 0 || (!head.text("currency").empty() && account.text("currency") != head.text("currency")))
      continue;
    if (best == nullptr || account.integer("is_main") > best->integer("is_main")) best = &account;
  }
  head.set("own_account", best == nullptr ? entity::Value{} : entity::Value{Link{entity.id, best->id}});
}

void fill_client(SaveContext& save) {
  Record& head = save.record();
  if (head.link_id("company") != 0) return;
  for (const std::string_view source : {"deal", "contract", "contact"}) {
    const auto record = save.load(source, head.link_id(source));
    if (!record || record->link_id("company") == 0) continue;
    head.set("company", record->get("company"));
    if (source == "deal" && head.link_id("contact") == 0) head.set("contact", record->get("contact"));
    return;
  }
}

void fill_currency(SaveContext& save, const entity::Questions& questions) {
  Record& head = save.record();
  const std::string base_currency = save.registry().company().base_currency;
  if (head.text("currency").empty()) {
    const auto account = save.load("own_account", head.link_id("own_account"));
    head.set("currency", account && !account->text("currency").empty() ? std::string(account->text("currency")) : base_currency);
  }
  const std::string currency(head.text("currency"));
  if (currency.size() != 3 || !std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    save.add_error({"currency", "unknown_currency", {{"value", currency}}});
    return;
  }
  if (currency == base_currency) {
    head.set("rate", kOne);
    return;
  }
  const bool is_given = save.changed("rate") && !is_empty(head.get("rate"));
  const bool is_stale = is_empty(head.get("rate")) || save.changed("currency") || save.changed("date");
  if (is_given || !is_stale) return;
  const auto system = entity::Caller::system();
  const std::string date = base::to_string(base::from_days(head.integer("date")));
  const json::object answer = questions.ask("catalog.currency_rate", {save.connection(), save.registry(), *system, save.now()},
                                            {{"currency", currency}, {"date", date}});
  if (answer.at("rate").is_null()) {
    head.set("rate", entity::Value{});
    save.add_error({"rate", "no_currency_rate", {{"currency", currency}, {"date", date}}});
    return;
  }
  head.set("rate", base::parse_decimal(answer.at("rate").as_string(), 6).value_or(base::Decimal{kOne, 6}).units);
}

void fill_vat_mode(SaveContext& save) {
  Record& head = save.record();
  if (!head.text("vat_mode").empty()) return;
  const auto own = save.load("own_company", head.link_id("own_company"));
  const auto regime = own ? own->text("tax_regime") : std::string_view();
  const bool is_exempt = regime == "usn" || regime == "patent" || regime == "npd";
  head.set("vat_mode", std::string(is_exempt ? "exempt" : "included"));
}

}  // namespace

void fill_terms(SaveContext& save, const entity::Questions& questions) {
  fill_own_company(save);
  fill_own_account(save);
  fill_client(save);
  fill_currency(save, questions);
  fill_vat_mode(save);
}

}  // namespace documents
