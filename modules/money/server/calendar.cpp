#include "modules/money/server/calendar.hpp"

#include <algorithm>
#include <chrono>

#include "modules/money/server/sums.hpp"
#include "server/entity/side_records.hpp"
#include "server/insight/number_rows.hpp"

namespace money {

namespace {

using entity::Filter;
using entity::FilterOp;
using entity::QueryContext;
using entity::Record;
using entity::where;

constexpr int kMostPlans = 10'000;

struct Item {
  std::string_view entity;
  std::int64_t id = 0, day = 0, units = 0;  // above zero: in
  std::string title;
};

std::string text(std::int64_t units) { return base::to_string(base::Decimal{units, kScale}); }
std::string day_json(std::int64_t day) { return base::to_string(base::from_days(day)); }

std::int64_t base_units(const Record& record, std::string_view field) {
  const auto* money = std::get_if<entity::Money>(&record.get(field));
  return money == nullptr ? 0 : money->base_units;
}

class Calendar {
 public:
  Calendar(const QueryContext& context, const CalendarRequest& request) : context_(context), request_(request) {}

  void write(base::JsonWriter& out) {
    add_invoices();
    add_plans();
    const std::int64_t opening = balance();
    std::stable_sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.day < b.day; });
    out.begin_object().key("from").text(day_json(request_.from)).key("to").text(day_json(request_.to));
    out.key("unit").text(request_.by_week ? "week" : "day").key("currency").text(context_.registry.company().base_currency);
    out.key("opening").text(text(opening)).key("periods").begin_array();
    std::int64_t now = opening;
    std::size_t at = 0;
    for (std::int64_t first = request_.from; first <= request_.to;) {
      const std::int64_t last = std::min(request_.to, request_.by_week ? end_of_week(first) : first);
      std::int64_t in = 0, leaving = 0;
      std::size_t end = at;
      for (; end < items_.size() && items_[end].day <= last; ++end) (items_[end].units > 0 ? in : leaving) += std::abs(items_[end].units);
      now += in - leaving;
      if (end > at || request_.by_week) write_period(out, first, last, {in, leaving, now}, at, end);
      at = end;
      first = last + 1;
    }
    out.end_array().key("closing").text(text(now));
    write_apart(out, "overdue", overdue_count_, overdue_);
    write_apart(out, "no_term", termless_count_, termless_);
    out.end_object();
  }

 private:
  struct Sums {
    std::int64_t in, out, balance;
  };

  static std::int64_t end_of_week(std::int64_t day) {
    const std::chrono::weekday weekday(base::from_days(day));
    return day + 7 - static_cast<std::int64_t>(weekday.iso_encoding());
  }

  void write_period(base::JsonWriter& out, std::int64_t first, std::int64_t last, const Sums& sums, std::size_t at, std::size_t end) {
    out.begin_object().key("from").text(day_json(first)).key("to").text(day_json(last));
    out.key("in").text(text(sums.in)).key("out").text(text(sums.out)).key("balance").text(text(sums.balance)).key("items").begin_array();
    for (; at < end; ++at) {
      const auto& item = items_[at];
      out.begin_object().key("entity").text(item.entity).key("id").integer(item.id).key("title").text(item.title);
      out.key("date").text(day_json(item.day)).key("amount").text(text(item.units)).end_object();
    }
    out.end_array().end_object();
  }

  static void write_apart(base::JsonWriter& out, std::string_view name, std::int64_t count, std::int64_t units) {
    out.key(name).begin_object().key("count").integer(count).key("amount").text(text(units)).end_object();
  }

  void add_invoices() {
    const auto& invoice = context_.registry.require("invoice");
    if (!entity::may(context_.caller, invoice, entity::Action::kRead)) return;
    const auto open = Filter::all_of({where(invoice, "state", std::string("posted")),
                                      where(invoice, "payment_state", FilterOp::kIn, {std::string("unpaid"), std::string("partial")})});
    insight::NumberRows rows;
    rows.entity = &invoice;
    rows.filter = open;
    rows.fields = insight::fields_of(invoice, {"due_date", "amount", "paid_amount"});
    rows.may_be_many = false;
    std::vector<entity::Value> ids;
    insight::read_numbers(context_, rows, [&](const std::int64_t* row) {
      const auto number = [&](int at) { return row[at] == insight::kNoNumber ? 0 : row[at]; };
      const std::int64_t units = number(2) - number(3);
      if (row[1] == insight::kNoNumber) {
        ++termless_count_;
        termless_ += units;
      } else if (row[1] < request_.from) {
        ++overdue_count_;
        overdue_ += units;
      } else if (row[1] <= request_.to && units > 0) {
        items_.push_back({"invoice", row[0], row[1], units, {}});
        ids.emplace_back(row[0]);
      }
      return true;
    });
    std::map<std::int64_t, std::string> names;
    for (std::size_t at = 0; at < ids.size(); at += 500) {
      const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), at + 500));
      const std::vector<entity::Value> part(ids.begin() + static_cast<std::ptrdiff_t>(at), end);
      for (const auto& record : entity::find_records(context_, invoice, where(invoice, "id", FilterOp::kIn, part)))
        names[record.id] = record.text("name");
    }
    for (auto& item : items_) item.title = names[item.id];
  }

  void add_plans() {
    const auto& plan = context_.registry.require("planned_payment");
    if (!entity::may(context_.caller, plan, entity::Action::kRead)) return;
    const auto planned = Filter::all_of({where(plan, "state", std::string("planned")), where(plan, "date", FilterOp::kLte, {request_.to})});
    for (const auto& record : entity::find_records(context_, plan, planned, kMostPlans)) {
      if (is_called_off(record.link_id("contract"))) continue;
      const std::int64_t units = base_units(record, "amount") * (record.text("direction") == "out" ? -1 : 1);
      const std::int64_t until = record.integer("repeat_until", request_.to);
      for (const auto day : repeated_days(record.integer("date"), record.text("repeat"), until, request_.from, request_.to))
        items_.push_back({"planned_payment", record.id, day, units, std::string(record.text("name"))});
    }
  }

  // Of a contract that was cancelled nothing is expected any more, whatever its schedule says.
  bool is_called_off(std::int64_t contract) {
    if (contract == 0) return false;
    const auto [known, is_new] = called_off_.try_emplace(contract, false);
    if (is_new) {
      const auto record = entity::load_row(context_.connection, context_.registry.require("contract"), contract);
      known->second = record && record->text("state") == "cancelled";
    }
    return known->second;
  }

  // What is on the accounts at the beginning of the period: the last statement of each, and payments behind it.
  std::int64_t balance() {
    const auto& statement = context_.registry.require("bank_statement");
    std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> last;  // account → day, units
    if (entity::may(context_.caller, statement, entity::Action::kRead)) {
      for (const auto& record : entity::find_records(context_, statement, where(statement, "state", std::string("loaded")), kMostPlans)) {
        auto& known = last[record.link_id("own_account")];
        if (record.integer("period_to") >= known.first) known = {record.integer("period_to"), base_units(record, "closing")};
      }
    }
    std::int64_t sum = 0;
    for (const auto& [account, known] : last) sum += known.second;
    const auto& payment = context_.registry.require("payment");
    if (!entity::may(context_.caller, payment, entity::Action::kRead)) return sum;
    insight::NumberRows rows;
    rows.entity = &payment;
    rows.filter = Filter::all_of({where(payment, "state", std::string("posted")), where(payment, "date", FilterOp::kLt, {request_.from})});
    rows.fields = insight::fields_of(payment, {"date", "own_account", "amount", "direction"});
    insight::read_numbers(context_, rows, [&](const std::int64_t* row) {
      const auto known = last.find(row[2] == insight::kNoNumber ? 0 : row[2]);
      if (known != last.end() && row[1] <= known->second.first) return true;  // the statement counts it
      if (row[3] != insight::kNoNumber) sum += row[4] == 2 ? -row[3] : row[3];
      return true;
    });
    return sum;
  }

  const QueryContext& context_;
  const CalendarRequest& request_;
  std::vector<Item> items_;
  std::map<std::int64_t, bool> called_off_;  // contracts
  std::int64_t overdue_ = 0, overdue_count_ = 0, termless_ = 0, termless_count_ = 0;
};

}  // namespace

std::vector<std::int64_t> repeated_days(std::int64_t first, std::string_view step, std::int64_t until, std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> days;
  const std::int64_t last = std::min(until, to);
  if (step == "week") {
    for (std::int64_t day = first; day <= last; day += 7) {
      if (day >= from) days.push_back(day);
    }
  } else if (step == "month" || step == "quarter") {
    const std::chrono::year_month_day begun(base::from_days(first));
    for (int months = 0;; months += step == "month" ? 1 : 3) {
      const auto month = std::chrono::year_month(begun.year(), begun.month()) + std::chrono::months(months);
      const auto end = std::chrono::year_month_day_last(month.year(), std::chrono::month_day_last(month.month()));
      const std::int64_t day = base::to_days(std::chrono::sys_days(month / std::min(begun.day(), end.day())));
      if (day > last) break;
      if (day >= from) days.push_back(day);
    }
  } else if (first >= from && first <= to) {
    days.push_back(first);
  }
  return days;
}

void write_calendar(const QueryContext& context, const CalendarRequest& request, base::JsonWriter& out) {
  Calendar(context, request).write(out);
}

}  // namespace money
