#include "modules/money/server/statement_prepare.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "modules/money/server/entered.hpp"
#include "modules/money/server/sums.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/lookup.hpp"
#include "server/insight/number_rows.hpp"

namespace money {

namespace {

using entity::Filter;
using entity::FilterOp;
using entity::QueryContext;
using entity::Record;
using entity::Value;
using entity::where;

constexpr std::size_t kAtOnce = 500;  // values of one look-up
constexpr int kMostFound = 1'000'000;

// Records whose `field` is one of `values`, in look-ups of some hundred.
template <typename Each>
void find_by(const QueryContext& context, const entity::EntityDef& entity, std::string_view field, const std::vector<Value>& values,
             const Filter& more, const Each& each) {
  for (std::size_t at = 0; at < values.size(); at += kAtOnce) {
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), at + kAtOnce));
    const std::vector<Value> part(values.begin() + static_cast<std::ptrdiff_t>(at), end);
    for (const auto& record :
         entity::find_records(context, entity, Filter::all_of({where(entity, field, FilterOp::kIn, part), more}), kMostFound))
      each(record);
  }
}

std::vector<Value> values_of(const std::set<std::string>& texts) {
  std::vector<Value> values;
  for (const auto& text : texts) values.emplace_back(text);
  return values;
}

OpenInvoice open_invoice(const Record& record) {
  OpenInvoice invoice;
  invoice.id = record.id;
  invoice.company = record.link_id("company");
  invoice.number = record.text("number");
  invoice.currency = record.text("currency");
  invoice.date = record.integer("date");
  invoice.open = units_of(record, "amount") - units_of(record, "paid_amount");
  return invoice;
}

// What the payments of a file are looked up with, read in few statements however many there are.
class Knowledge {
 public:
  Knowledge(const QueryContext& context, const BankFile& file) : context_(context) {
    find_companies(file);
    find_invoices(file);
    find_known(file);
  }

  std::vector<std::int64_t> companies(const BankParty& partner) const {
    if (const auto found = by_inn_.find(partner.inn); found != by_inn_.end() && !partner.inn.empty()) return found->second;
    if (const auto found = by_account_.find(partner.account); found != by_account_.end() && !partner.account.empty()) return found->second;
    return {};
  }

  std::vector<OpenInvoice> invoices(const std::vector<std::int64_t>& companies) const {
    std::vector<OpenInvoice> all;
    for (const auto company : companies) {
      const auto found = by_company_.find(company);
      if (found == by_company_.end()) continue;
      for (const auto id : found->second) {
        if (const auto& invoice = open_.at(id); invoice.open > 0) all.push_back(invoice);
      }
    }
    return all;
  }

  std::vector<OpenInvoice> named(const BankDocument& document) const {
    std::vector<OpenInvoice> all;
    for (const auto& word : read_purpose(document.purpose).words) {
      const auto found = by_number_.find(word);
      if (found == by_number_.end()) continue;
      for (const auto id : found->second) {
        if (const auto& invoice = open_.at(id); invoice.open > 0) all.push_back(invoice);
      }
    }
    return all;
  }

  bool is_known(const std::string& key) const { return known_.contains(key); }
  // What is paid by one payment of the file is not open for the next.
  void take(const Match& match) {
    for (const auto& part : match.parts) open_.at(part.invoice).open -= part.units;
  }

 private:
  void find_companies(const BankFile& file) {
    std::set<std::string> inns, accounts;
    for (const auto& document : file.documents) {
      if (!document.partner.inn.empty()) inns.insert(document.partner.inn);
      if (!document.partner.account.empty()) accounts.insert(document.partner.account);
    }
    const auto& company = context_.registry.require("company");
    find_by(context_, company, "inn", values_of(inns), Filter::always(),
            [&](const Record& record) { by_inn_[std::string(record.text("inn"))].push_back(record.id); });
    const auto& account = context_.registry.require("bank_account");
    find_by(context_, account, "account", values_of(accounts), Filter::always(), [&](const Record& record) {
      auto& list = by_account_[std::string(record.text("account"))];
      if (std::find(list.begin(), list.end(), record.link_id("company")) == list.end()) list.push_back(record.link_id("company"));
    });
  }

  void add(const Record& record) {
    const auto state = record.text("payment_state");
    if (record.text("state") != "posted" || (state != "unpaid" && state != "partial")) return;
    auto invoice = open_invoice(record);
    invoice.canonical = canonical_number(invoice.number);
    if (invoice.open <= 0 || !open_.emplace(invoice.id, invoice).second) return;
    by_company_[invoice.company].push_back(invoice.id);
    by_number_[invoice.canonical].push_back(invoice.id);
  }

  void find_invoices(const BankFile& file) {
    std::set<std::int64_t> ids;
    std::set<std::string> numbers;
    for (const auto& document : file.documents) {
      if (!document.is_in) continue;
      const auto found = companies(document.partner);
      ids.insert(found.begin(), found.end());
      // Numbers of other companies' invoices are looked for as they stand.
      std::string word;
      for (const char c : base::fold(document.purpose) + " ") {
        if (c != ' ' && c != ',' && c != ';') {
          word += c;
          continue;
        }
        if (word.size() >= 2 && word.size() <= 60 && word.find_first_of("0123456789") != std::string::npos) numbers.insert(word);
        word.clear();
      }
    }
    const auto& entity = context_.registry.require("invoice");
    const auto is_open = Filter::all_of({where(entity, "state", std::string("posted")),
                                         where(entity, "payment_state", FilterOp::kIn, {std::string("unpaid"), std::string("partial")})});
    // The index of open invoices holds their companies: all are looked at faster than those of each company one by one.
    insight::NumberRows rows;
    rows.entity = &entity;
    rows.filter = is_open;
    rows.fields = insight::fields_of(entity, {"company"});
    rows.may_be_many = false;
    std::vector<Value> wanted;
    insight::read_numbers(context_, rows, [&](const std::int64_t* row) {
      if (ids.contains(row[1])) wanted.emplace_back(row[0]);
      return true;
    });
    find_by(context_, entity, "id", wanted, Filter::always(), [&](const Record& record) { add(record); });
    // By the number alone: conditions beside it would tempt the planner to look through all open ones for each handful of numbers.
    find_by(context_, entity, "number", values_of(numbers), Filter::always(), [&](const Record& record) { add(record); });
  }

  void find_known(const BankFile& file) {
    std::set<std::string> keys;
    std::map<std::string, int> repeats;
    for (const auto& document : file.documents) {
      const int repeat = repeats[bank_key(document, 0)]++;
      keys.insert(base::fold(bank_key(document, repeat)));
    }
    const auto& payment = context_.registry.require("payment");
    find_by(context_, payment, "bank_key", values_of(keys), Filter::always(),
            [&](const Record& record) { known_.insert(std::string(record.text("bank_key"))); });
  }

  const QueryContext& context_;
  std::unordered_map<std::string, std::vector<std::int64_t>> by_inn_, by_account_, by_number_;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> by_company_;
  std::unordered_map<std::int64_t, OpenInvoice> open_;
  std::set<std::string> known_;
};

json::value text_or_null(const std::string& text, std::size_t most) {
  return text.empty() ? json::value(nullptr) : json::value(base::prefix(text, most));
}

}  // namespace

std::vector<OwnAccount> own_accounts(const QueryContext& context, const BankFile& file) {
  const auto& entity = context.registry.require("own_account");
  std::vector<OwnAccount> accounts;
  for (const auto& account : file.accounts) {
    auto found = entity::find_records(context, entity, where(entity, "account", account), 10);
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.integer("is_closed") < b.integer("is_closed"); });
    if (found.empty()) throw base::Error::field("file", "bank_account_unknown", {{"account", account}});
    const auto& record = found.front();
    std::string currency(record.text("currency"));
    if (currency.empty()) currency = context.registry.company().base_currency;
    accounts.push_back({record.id, record.link_id("own_company"), account, currency});
  }
  return accounts;
}

namespace {

using Sum = std::tuple<bool, std::int64_t, std::string>;  // direction, units, currency

// Lines that a person may have entered before.
bool is_new(const Prepared& one) { return !one.is_known && !one.is_own_transfer; }
Sum sum_of(const Prepared& one) { return {one.document->is_in, one.document->units, one.account->currency}; }

Entered entered_of(const Record& record) {
  Entered one{record.id, record.link_id("company"), record.link_id("own_company"), record.link_id("own_account")};
  one.is_in = record.text("direction") == "in";
  one.pays = units_of(record, "allocated_amount") != 0;
  one.units = units_of(record, "amount");
  one.day = record.integer("date");
  one.currency = currency_of(record, "amount");
  one.number = record.text("number");
  one.inn = record.text("partner_inn");
  return one;
}

// What people entered for the days of the file, of sums that it holds, and that no file has brought.
std::vector<Record> find_entered(const QueryContext& context, const std::vector<Prepared>& payments) {
  std::set<Sum> sums;
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = 0;
  for (const auto& one : payments) {
    if (!is_new(one)) continue;
    const auto& document = *one.document;
    sums.insert(sum_of(one));
    first = std::min({first, document.day, document.booked_on});
    last = std::max({last, document.day, document.booked_on});
  }
  if (sums.empty()) return {};
  const auto& entity = context.registry.require("payment");
  const auto filter = Filter::all_of({where(entity, "state", std::string("posted")), where(entity, "kind", std::string("bank")),
                                      where(entity, "date", FilterOp::kBetween, {first - kAlikeDays, last + kAlikeDays}),
                                      where(entity, "bank_key", Value{})});
  auto all = entity::find_records(context, entity, filter, kMostFound);
  std::erase_if(all, [&](const Record& record) {
    return !sums.contains({record.text("direction") == "in", units_of(record, "amount"), currency_of(record, "amount")});
  });
  return all;
}

// With the invoices that they pay.
std::vector<Entered> read_entered(const QueryContext& context, const std::vector<Record>& records) {
  std::vector<Entered> all;
  std::vector<Value> links;
  std::unordered_map<std::int64_t, std::size_t> at;
  for (const auto& record : records) {
    at[record.id] = all.size();
    all.push_back(entered_of(record));
    if (all.back().pays) links.emplace_back(entity::Link{record.entity->id, record.id});
  }
  const auto& allocation = context.registry.require("payment_allocation");
  const auto& invoice = context.registry.require("invoice");
  find_by(context, allocation, "payment", links, Filter::always(), [&](const Record& record) {
    const auto* document = std::get_if<entity::Link>(&record.get("document"));
    if (document != nullptr && document->entity_id == invoice.id)
      all[at.at(record.link_id("payment"))].invoices.push_back(document->record_id);
  });
  return all;
}

class Preparing {
 public:
  Preparing(const QueryContext& context, const BankFile& file, const MatchRules& rules)
      : context_(context), rules_(rules), knowledge_(context, file) {}

  std::vector<Prepared> prepare(const BankFile& file, const std::vector<OwnAccount>& accounts) {
    look_up(file, accounts);
    recognise_entered();
    for (auto& one : all_) {
      const auto companies = companies_of(one);
      if (!one.document->is_in) one.match.company = companies.size() == 1 ? companies.front() : 0;
      if (!one.document->is_in || one.is_known || one.is_own_transfer) continue;
      one.match = match(one);
      if (const auto found = alike_.find(&one); found != alike_.end()) one.match.doubt(found->second);
      if (!one.same || units_of(*one.same, "allocated_amount") == 0) knowledge_.take(one.match);
    }
    return std::move(all_);
  }

 private:
  void look_up(const BankFile& file, const std::vector<OwnAccount>& accounts) {
    std::map<std::string, int> repeats;
    std::set<std::string> own;
    const auto& own_account = context_.registry.require("own_account");
    for (const auto& record : entity::find_records(context_, own_account, Filter::always(), 10'000))
      own.insert(std::string(record.text("account")));
    for (const auto& document : file.documents) {
      Prepared one;
      one.document = &document;
      one.key = bank_key(document, repeats[bank_key(document, 0)]++);
      one.account =
          &*std::find_if(accounts.begin(), accounts.end(), [&](const auto& each) { return each.account == document.own_account; });
      one.is_known = knowledge_.is_known(one.key);
      one.is_own_transfer = own.contains(document.partner.account);
      all_.push_back(std::move(one));
    }
  }

  std::vector<std::int64_t> companies_of(const Prepared& one) const {
    return one.is_own_transfer ? std::vector<std::int64_t>{} : knowledge_.companies(one.document->partner);
  }

  Match match(const Prepared& one) const {
    const auto companies = companies_of(one);
    return match_payment({one.document->units, one.account->currency, one.document->purpose, companies}, knowledge_.invoices(companies),
                         knowledge_.named(*one.document), rules_);
  }

  void recognise_entered() {
    const auto records = find_entered(context_, all_);
    const auto entered = read_entered(context_, records);
    std::set<Sum> sums;
    for (const auto& each : entered) sums.emplace(each.is_in, each.units, each.currency);
    std::vector<Arrived> arrived;
    std::vector<Prepared*> lines;
    for (auto& one : all_) {
      if (!is_new(one) || !sums.contains(sum_of(one))) continue;
      lines.push_back(&one);
      arrived.push_back(arrived_of(one));
    }
    const auto recognised = recognise(entered, arrived);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (recognised[i].same)
        lines[i]->same = records[*recognised[i].same];
      else if (!recognised[i].alike.empty())
        alike_[lines[i]] = recognised[i].alike;
    }
  }

  Arrived arrived_of(const Prepared& one) const {
    const auto& document = *one.document;
    Arrived arrived{one.account->own_company, one.account->id, document.is_in, document.units, document.day, document.booked_on};
    arrived.currency = one.account->currency;
    arrived.number = document.number;
    arrived.inn = document.partner.inn;
    arrived.companies = companies_of(one);
    if (!document.is_in) return arrived;
    const Match named = match(one);
    if (named.verdict == Match::Verdict::kMatched && named.reason != "sum") {
      for (const auto& part : named.parts) arrived.invoices.push_back(part.invoice);
    }
    return arrived;
  }

  const QueryContext& context_;
  const MatchRules& rules_;
  Knowledge knowledge_;
  std::vector<Prepared> all_;
  std::unordered_map<const Prepared*, std::vector<std::int64_t>> alike_;  // payments of people that it may be
};

}  // namespace

std::vector<Prepared> prepare(const QueryContext& context, const BankFile& file, const std::vector<OwnAccount>& accounts,
                              const MatchRules& rules) {
  return Preparing(context, file, rules).prepare(file, accounts);
}

json::object payment_values(const Prepared& prepared, std::int64_t statement) {
  const auto& document = *prepared.document;
  const auto& match = prepared.match;
  json::object values{{"number", text_or_null(document.number, 60)},
                      {"date", base::to_string(base::from_days(document.booked_on))},
                      {"direction", document.is_in ? "in" : "out"},
                      {"kind", "bank"},
                      {"own_company", prepared.account->own_company},
                      {"own_account", prepared.account->id},
                      {"amount", money_json(document.units, prepared.account->currency)},
                      {"purpose", text_or_null(document.purpose, 2000)},
                      {"partner_name", text_or_null(document.partner.name, 500)},
                      {"partner_inn", text_or_null(document.partner.inn, 12)},
                      {"partner_kpp", text_or_null(document.partner.kpp, 9)},
                      {"partner_account", text_or_null(document.partner.account, 34)},
                      {"partner_bik", text_or_null(document.partner.bik, 11)},
                      {"partner_bank", text_or_null(document.partner.bank, 300)},
                      {"source", "bank"},
                      {"statement", statement},
                      {"statement_line", document.line},
                      {"bank_key", prepared.key}};
  if (match.company != 0) values["company"] = match.company;
  if (prepared.is_own_transfer && document.is_in) values["is_other"] = true;
  if (!document.is_in || prepared.is_own_transfer) return values;
  if (match.verdict == Match::Verdict::kReview) values["review"] = match.to_json();
  if (match.verdict == Match::Verdict::kMatched) {
    json::array allocations;
    for (const auto& part : match.parts) {
      allocations.push_back(json::object{{"invoice", part.invoice},
                                         {"amount", base::to_string(base::Decimal{part.units, kScale})},
                                         {"source", "auto"},
                                         {"reason", match.reason}});
    }
    values["allocations"] = std::move(allocations);
  }
  return values;
}

}  // namespace money
