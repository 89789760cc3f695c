#include "modules/clients/server/card_behaviours.hpp"

#include <algorithm>
#include <array>

#include "modules/clients/server/lookup.hpp"
#include "server/base/text/codes.hpp"

namespace clients {

namespace {

using entity::SaveContext;

// Takes the flag `is_main` from the other records of the same company.
void be_the_only_main(SaveContext& save) {
  const auto& record = save.record();
  if (record.integer("is_main") == 0 || !save.changed("is_main")) return;
  for (const std::int64_t id :
       find_records(save, record.entity->key, all_of({equals("company", record.link_id("company")), equals("is_main", true)}), 100)) {
    if (id != record.id) save.update(record.entity->key, id, {{"is_main", false}});
  }
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kPairs{{{"client", "supplier"},
                                                                                {"agent", "principal"},
                                                                                {"payer", "paid_for"},
                                                                                {"consignee", "consignor"},
                                                                                {"guarantor", "guaranteed"},
                                                                                {"predecessor", "successor"},
                                                                                {"parent", "child"},
                                                                                {"manager", "subordinate"},
                                                                                {"assistant", "assisted"},
                                                                                {"recommended", "recommended_by"},
                                                                                {"", ""}}};

}  // namespace

std::string_view reverse_kind(std::string_view kind) {
  for (const auto& [one, other] : kPairs) {
    if (kind == one) return other;
    if (kind == other) return one;
  }
  return kind;
}

void ContactBehaviour::before_write(SaveContext& save) {
  const std::int64_t company = save.record().link_id("company");
  if (company == 0 || !save.changed("company")) return;
  if (!save.is_new() &&
      !find_records(save, "company_contact", all_of({equals("company", company), equals("contact", save.record().id)}), 1).empty())
    return;
  // A new contact may bring the relation itself, in the list of its companies.
  if (const auto* items = std::get_if<entity::Items>(&save.record().get("companies"))) {
    const bool is_named = std::any_of(items->begin(), items->end(),
                                      [&](const entity::Item& item) { return std::get<std::int64_t>(item.columns.at(0)) == company; });
    if (is_named) return;
  }
  json::object relation = {{"company", company}, {"contact", save.record().id}};
  if (const auto position = save.record().text("position"); !position.empty()) relation["position"] = position;
  save.create("company_contact", relation);
}

void CompanyContactBehaviour::before_write(SaveContext& save) { be_the_only_main(save); }

void CompanyContactBehaviour::before_delete(SaveContext& save) {
  const auto contact = save.load("contact", save.record().link_id("contact"));
  if (contact && !contact->deleted && contact->link_id("company") == save.record().link_id("company"))
    save.update("contact", contact->id, {{"company", nullptr}});
}

void BankAccountBehaviour::prepare(SaveContext& save) {
  auto& record = save.record();
  if (save.is_new() && record.integer("is_main") == 0 && record.link_id("company") != 0 &&
      find_records(save, "bank_account", equals("company", record.link_id("company")), 1).empty()) {
    record.set("is_main", std::int64_t{1});
  }
  if (!save.changed("account") && !save.changed("bik") && !save.changed("correspondent")) return;
  std::erase_if(record.marks, [](const entity::Mark& mark) { return mark.code == "account_key"; });
  for (const std::string_view field : {"account", "correspondent"}) {
    const std::string account(record.text(field)), bik(record.text("bik"));
    const bool is_formed =
        base::check_code(base::CodeKind::kAccount, account).valid() && base::check_code(base::CodeKind::kBik, bik).valid();
    if (is_formed && !base::check_account(account, bik).valid()) record.marks.push_back({std::string(field), "account_key", account});
  }
}

void BankAccountBehaviour::check(SaveContext& save) {
  const auto currency = save.record().text("currency");
  const bool is_code = currency.size() == 3 && std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!currency.empty() && !is_code) save.add_error({"currency", "unknown_currency", {{"value", std::string(currency)}}});
}

void BankAccountBehaviour::before_write(SaveContext& save) { be_the_only_main(save); }

void MirrorBehaviour::check(SaveContext& save) {
  if (save.record().link_id(side_) == save.record().link_id("other")) save.add_error({"other", "tree_cycle", {}});
}

void MirrorBehaviour::before_write(SaveContext& save) {
  auto& record = save.record();
  if (save.is_new() && record.integer("mirror") != 0) return;  // it is the mirror, made just below
  const bool is_same = !save.changed(side_) && !save.changed("other") && !save.changed("kind") && !save.changed("note");
  if (is_same) return;
  let_mirror_go(save);
  make_mirror(save);
}

void MirrorBehaviour::before_delete(SaveContext& save) { let_mirror_go(save); }

void MirrorBehaviour::before_restore(SaveContext& save) { make_mirror(save); }

void MirrorBehaviour::make_mirror(SaveContext& save) {
  auto& record = save.record();
  const json::value note = record.text("note").empty() ? json::value(nullptr) : json::value(record.text("note"));
  record.set("mirror", save.create(record.entity->key, {{side_, record.link_id("other")},
                                                        {"other", record.link_id(side_)},
                                                        {"kind", reverse_kind(record.text("kind"))},
                                                        {"note", note},
                                                        {"mirror", record.id}}));
}

// The other one must not come back for this one, which still stands: first it forgets, then it goes.
void MirrorBehaviour::let_mirror_go(SaveContext& save) {
  const std::int64_t known = save.record().integer("mirror");
  const auto mirror = known == 0 ? std::nullopt : save.load(save.record().entity->key, known);
  if (!mirror || mirror->deleted || mirror->integer("mirror") != save.record().id) return;
  save.update(save.record().entity->key, known, {{"mirror", nullptr}});
  save.remove(save.record().entity->key, known);
}

}  // namespace clients
