#include "modules/money/server/statement_load.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <unordered_map>

#include "modules/money/server/sums.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/files.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/files.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/module_settings.hpp"
#include "server/entity/write/outbox.hpp"
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
// A file is a matter of seconds and rare: longer slices than those of mass changes, so that fewer commits wait for the disk.
constexpr std::chrono::milliseconds kSlice{40};

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

std::vector<Prepared> prepare(const QueryContext& context, const BankFile& file, const std::vector<OwnAccount>& accounts,
                              const MatchRules& rules) {
  Knowledge knowledge(context, file);
  std::map<std::string, int> repeats;
  std::set<std::string> own;
  const auto& own_account = context.registry.require("own_account");
  for (const auto& record : entity::find_records(context, own_account, Filter::always(), 10'000))
    own.insert(std::string(record.text("account")));
  std::vector<Prepared> all;
  for (const auto& document : file.documents) {
    Prepared one;
    one.document = &document;
    one.key = bank_key(document, repeats[bank_key(document, 0)]++);
    one.account = &*std::find_if(accounts.begin(), accounts.end(), [&](const auto& each) { return each.account == document.own_account; });
    one.is_known = knowledge.is_known(one.key);
    one.is_own_transfer = own.contains(document.partner.account);
    const auto companies = one.is_own_transfer ? std::vector<std::int64_t>{} : knowledge.companies(document.partner);
    if (!document.is_in) {
      one.match.company = companies.size() == 1 ? companies.front() : 0;
    } else if (!one.is_known && !one.is_own_transfer) {
      one.match = match_payment({document.units, one.account->currency, document.purpose, companies}, knowledge.invoices(companies),
                                knowledge.named(document), rules);
      knowledge.take(one.match);
    }
    all.push_back(std::move(one));
  }
  return all;
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

namespace {

struct Counts {
  std::int64_t created = 0, known = 0, matched = 0, advances = 0, doubtful = 0, outgoing = 0;

  static Counts from(const json::object& object) {
    const auto number = [&](const char* name) { return std::int64_t{base::json_int(object, name)}; };
    return {number("created"), number("known"), number("matched"), number("advances"), number("doubtful"), number("outgoing")};
  }
  json::object to_json() const {
    return {{"created", created},   {"known", known},       {"matched", matched},
            {"advances", advances}, {"doubtful", doubtful}, {"outgoing", outgoing}};
  }
  void add(const Prepared& payment, bool is_doubtful) {
    ++created;
    if (!payment.document->is_in)
      ++outgoing;
    else if (is_doubtful)
      ++doubtful;
    else if (payment.match.verdict == Match::Verdict::kMatched)
      ++matched;
    else if (payment.match.verdict == Match::Verdict::kAdvance)
      ++advances;
  }
};

}  // namespace

struct StatementLoader::Work {
  entity::RegistryPtr registry;
  entity::Caller caller;
  std::int64_t statement = 0;
  BankFile file;
  std::vector<OwnAccount> accounts;
  std::vector<Prepared> payments;
  Counts counts;
};

void StatementLoader::run(flow::JobRun& run) {
  Work work;
  work.registry = services_.catalog.current();
  work.statement = base::json_int(run.row().parameters, "statement");
  work.caller = *entity::Caller::system();
  work.caller.user_id = run.row().created_by;
  work.caller.via = "import";
  try {
    std::string bytes;
    services_.database.read({.name = "bank_statement_read", .deadline = std::chrono::seconds(60)}, [&](store::Connection& connection) {
      const auto statement = entity::load_record(connection, *work.registry, work.registry->require("bank_statement"), work.statement);
      if (!statement) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
      const auto ids = entity::files_in(statement->get("file"));
      const auto row = ids.empty() ? std::nullopt : entity::find_file(connection, ids.front());
      const auto content = row ? files_->open(*row) : nullptr;
      if (!content) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
      bytes = content->read(0, static_cast<std::size_t>(content->size()));
    });
    work.file = parse_bank_file(bytes);
    services_.database.read({.name = "bank_statement_match", .deadline = std::chrono::seconds(60)}, [&](store::Connection& connection) {
      const auto system = entity::Caller::system();
      const QueryContext context{connection, *work.registry, *system, services_.clock.now()};
      work.accounts = own_accounts(context, work.file);
      work.payments = prepare(context, work.file, work.accounts,
                              {base::json_bool(entity::module_settings(context.connection, "money"), "match_by_sum", true)});
    });
    write_all(run, work);
  } catch (const base::Error& error) {
    // A stop of the program is no failure: the job goes on later. What was written stands, and is known then.
    if (error.code() == base::ErrorCode::kCancelled || error.code() == base::ErrorCode::kUnavailable) throw;
    take_back(work);
    finish(work, {{"state", "failed"}, {"problem", base::prefix(error.fields().empty() ? error.key() : error.fields().front().code, 500)}});
    throw;
  }
  json::object values = work.counts.to_json();
  values["state"] = "loaded";
  finish(work, values);
  json::object result = work.counts.to_json();
  result["statement"] = work.statement;
  run.set_result(std::move(result));
}

// One payment with what it pays; where its invoices changed since they were looked at, a person decides.
void StatementLoader::write_one(store::Connection& connection, const Work& work, const Prepared& payment, bool& is_doubtful) {
  entity::SaveOptions options;
  options.on_duplicate = "create";
  options.lane = store::Lane::kBulk;
  const auto& entity = work.registry->require("payment");
  auto values = payment_values(payment, work.statement);
  is_doubtful = values.contains("review");
  if (!values.contains("allocations")) {
    services_.records.create_in(connection, work.caller, entity, values, options);
    return;
  }
  try {
    connection.savepoint([&] { services_.records.create_in(connection, work.caller, entity, values, options); });
  } catch (const base::Error& error) {
    if (error.fields().empty()) throw;
    is_doubtful = true;
    values.erase("allocations");
    values["review"] = json::object{{"reason", "invoice_changed"}, {"candidates", json::array{}}};
    services_.records.create_in(connection, work.caller, entity, values, options);
  }
}

void StatementLoader::write_all(flow::JobRun& run, Work& work) {
  const auto total = static_cast<std::int64_t>(work.payments.size());
  // What an interrupted run has written stands, counted as it was then.
  auto done = static_cast<std::size_t>(base::json_int(run.row().checkpoint, "done"));
  if (const auto* counts = base::json_object(run.row().checkpoint, "counts")) work.counts = Counts::from(*counts);
  while (done < work.payments.size()) {
    Counts counts;
    std::size_t at = done;
    services_.database.write({.name = "bank_statement_slice", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      const auto begun = std::chrono::steady_clock::now();
      counts = work.counts;
      at = done;
      do {
        const auto& payment = work.payments[at++];
        if (payment.is_known) {
          ++counts.known;
          continue;
        }
        bool is_doubtful = false;
        write_one(connection, work, payment, is_doubtful);
        counts.add(payment, is_doubtful);
      } while (at < work.payments.size() && std::chrono::steady_clock::now() - begun < kSlice);
      run.checkpoint_in(connection, {{"done", static_cast<std::int64_t>(at)}, {"counts", counts.to_json()}}, static_cast<std::int64_t>(at),
                        total);
      services_.database.notify_on_commit(connection, entity::kOutboxChannel, "written");
    });
    work.counts = counts;
    done = at;
    run.check_cancelled();
  }
}

void StatementLoader::take_back(const Work& work) {
  const auto& entity = work.registry->require("payment");
  const auto filter = where(entity, "statement", entity::Link{work.registry->require("bank_statement").id, work.statement});
  for (bool has_more = true; has_more;) {
    services_.database.write({.name = "bank_statement_back", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      const QueryContext context{connection, *work.registry, work.caller, services_.clock.now()};
      const auto ids = entity::find_ids(context, entity, filter, entity::Action::kRead, 0, 20);
      has_more = !ids.empty();
      for (const auto id : ids) services_.records.remove_in(connection, work.caller, entity, id);
      services_.database.notify_on_commit(connection, entity::kOutboxChannel, "written");
    });
  }
}

void StatementLoader::finish(const Work& work, const json::object& values) {
  services_.records.update(work.caller, work.registry->require("bank_statement"), work.statement, values);
}

}  // namespace money
