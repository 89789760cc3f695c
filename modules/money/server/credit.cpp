#include "modules/money/server/credit.hpp"

#include <algorithm>

#include "modules/money/server/statement_load.hpp"
#include "modules/money/server/sums.hpp"
#include "server/base/error.hpp"
#include "server/entity/module_settings.hpp"
#include "server/entity/side_records.hpp"
#include "server/insight/number_rows.hpp"

namespace money {

namespace {

using entity::Filter;
using entity::FilterOp;
using entity::QueryContext;
using entity::Record;
using entity::SaveContext;
using entity::where;

entity::Link company_link(const QueryContext& context, std::int64_t id) { return {context.registry.require("company").id, id}; }

std::int64_t company_today(const QueryContext& context) {
  const auto zone = base::TimeZone::find(context.registry.company().time_zone).value_or(base::TimeZone::utc());
  return base::to_days(zone.local_date(context.now));
}

std::int64_t base_units(const Record& record, std::string_view field) {
  const auto* money = std::get_if<entity::Money>(&record.get(field));
  return money == nullptr ? 0 : money->base_units;
}

bool is_being_posted(SaveContext& save) {
  const bool was_posted = !save.is_new() && save.before()->text("state") == "posted";
  return !was_posted && save.record().text("state") == "posted";
}

// Postings of one company wait for each other where it has a limit: two at once do not both find room. False: it has none.
bool lock_limit(SaveContext& save) {
  const SystemContext system(save);
  const auto& limits = save.registry().require("credit_limit");
  const auto company = company_link(system.get(), save.record().link_id("company"));
  const auto ids = entity::find_ids(system.get(), limits, where(limits, "company", company), entity::Action::kRead, 0, 10);
  for (const auto id : ids) entity::lock_record(save, limits.key, id);
  return !ids.empty();
}

std::vector<base::FieldError> faults_of(const Credit& credit, std::int64_t amount, const std::string& currency) {
  std::vector<base::FieldError> faults;
  if (!credit.limit) return faults;
  if (credit.used() + amount > *credit.limit) {
    faults.push_back({"amount",
                      "over_credit_limit",
                      {{"limit", sum_text(*credit.limit, currency)},
                       {"used", sum_text(credit.used(), currency)},
                       {"amount", sum_text(amount, currency)}}});
  }
  if (credit.overdue > 0) {
    faults.push_back(
        {"company", "has_overdue_debts", {{"overdue", sum_text(credit.overdue, currency)}, {"days", std::to_string(credit.oldest_late)}}});
  }
  return faults;
}

}  // namespace

Credit credit_of(const QueryContext& context, std::int64_t company, std::int64_t today) {
  Credit credit;
  const json::object settings = entity::module_settings(context.connection, "money");
  credit.control = base::json_string(settings, "credit_control", "warn");
  const std::int64_t grace = base::json_int(settings, "overdue_days");
  const auto& limits = context.registry.require("credit_limit");
  const auto link = company_link(context, company);
  for (const auto& limit : entity::find_records(context, limits, where(limits, "company", link), 10)) {
    credit.limit = std::max(credit.limit.value_or(0), base_units(limit, "amount"));
    if (!limit.text("control").empty()) credit.control = limit.text("control");
  }
  const auto& invoice = context.registry.require("invoice");
  insight::NumberRows rows;
  rows.entity = &invoice;
  rows.filter = Filter::all_of({where(invoice, "company", link), where(invoice, "state", std::string("posted")),
                                where(invoice, "payment_state", FilterOp::kIn, {std::string("unpaid"), std::string("partial")})});
  rows.fields = insight::fields_of(invoice, {"due_date", "amount", "paid_amount"});
  rows.may_be_many = false;
  insight::read_numbers(context, rows, [&](const std::int64_t* row) {
    const auto number = [&](int at) { return row[at] == insight::kNoNumber ? 0 : row[at]; };
    const std::int64_t units = number(2) - number(3);
    credit.debt += units;
    const std::int64_t late = row[1] == insight::kNoNumber ? 0 : today - row[1];
    if (late > grace) {
      credit.overdue += units;
      credit.oldest_late = std::max(credit.oldest_late, late);
    }
    return true;
  });
  const auto& payment = context.registry.require("payment");
  rows.entity = &payment;
  rows.filter =
      Filter::all_of({where(payment, "company", link), where(payment, "allocation_state", FilterOp::kIn,
                                                             {std::string("advance"), std::string("partial"), std::string("review")})});
  rows.fields = insight::fields_of(payment, {"advance_amount"});
  insight::read_numbers(context, rows, [&](const std::int64_t* row) {
    if (row[1] != insight::kNoNumber) credit.advances += row[1];
    return true;
  });
  return credit;
}

void write_credit(const QueryContext& context, std::int64_t company, base::JsonWriter& out) {
  const Credit credit = credit_of(context, company, company_today(context));
  const auto sum = [&](std::string_view name, std::int64_t units) { out.key(name).text(base::to_string(base::Decimal{units, kScale})); };
  out.begin_object().key("currency").text(context.registry.company().base_currency).key("control").text(credit.control).key("limit");
  credit.limit ? out.text(base::to_string(base::Decimal{*credit.limit, kScale})) : out.null();
  sum("debt", credit.debt);
  sum("overdue", credit.overdue);
  sum("advances", credit.advances);
  out.key("oldest_late").integer(credit.oldest_late).key("available");
  credit.limit ? out.text(base::to_string(base::Decimal{*credit.limit - credit.used(), kScale})) : out.null();
  out.end_object();
}

void CreditBehaviour::prepare(SaveContext& save) {
  Record& document = save.record();
  if (!is_being_posted(save)) return;
  std::erase_if(document.marks, [](const auto& mark) { return mark.code == "over_credit_limit" || mark.code == "has_overdue_debts"; });
  if (!lock_limit(save)) return;
  const SystemContext system(save);
  const Credit credit = credit_of(system.get(), document.link_id("company"), company_today(system.get()));
  if (credit.control != "warn") return;
  for (const auto& fault : faults_of(credit, base_units(save.record(), "amount"), save.registry().company().base_currency))
    document.marks.push_back({fault.path, fault.code, fault.args.front().second});
}

void CreditBehaviour::check(SaveContext& save) {
  if (!is_being_posted(save) || !lock_limit(save)) return;
  const SystemContext system(save);
  const Credit credit = credit_of(system.get(), save.record().link_id("company"), company_today(system.get()));
  if (credit.control != "refuse") return;
  for (auto& fault : faults_of(credit, base_units(save.record(), "amount"), save.registry().company().base_currency))
    save.add_error(std::move(fault));
}

void CreditLimitBehaviour::prepare(SaveContext& save) {
  const auto company = save.load("company", save.record().link_id("company"));
  save.record().set("name", company ? entity::Value(std::string(company->text("name"))) : entity::Value{});
}

void CreditLimitBehaviour::check(SaveContext& save) {
  const SystemContext system(save);
  const auto& limits = *save.record().entity;
  const auto company = company_link(system.get(), save.record().link_id("company"));
  for (const auto& other : entity::find_records(system.get(), limits, where(limits, "company", company), 10)) {
    if (other.id != save.record().id) save.add_error({"company", "limit_exists", {}});
  }
}

}  // namespace money
