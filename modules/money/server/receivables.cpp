#include "modules/money/server/receivables.hpp"

#include <algorithm>

#include "modules/money/server/sums.hpp"
#include "server/base/error.hpp"
#include "server/insight/number_rows.hpp"

namespace money {

namespace {

using entity::QueryContext;

constexpr std::array<std::string_view, 4> kSplits{"", "owner", "company", "own_company"};

json::object condition(std::string_view field, std::string_view op, json::value value) {
  return {{"field", field}, {"op", op}, {"value", std::move(value)}};
}

json::value both(json::value a, json::value b) {
  if (a.is_null()) return b;
  if (b.is_null()) return a;
  return json::object{{"and", json::array{std::move(a), std::move(b)}}};
}

json::value open_filter() {
  return json::object{
      {"and", json::array{condition("state", "eq", "posted"), condition("payment_state", "in", json::array{"unpaid", "partial"})}}};
}

std::string day(std::int64_t days) { return base::to_string(base::from_days(days)); }

// Invoices of one age; the same bounds as age_of().
json::value age_filter(Age age, std::int64_t today) {
  switch (age) {
    case Age::kNotDue: return condition("due_date", "gte", json::string(day(today)));
    case Age::kTo30: return condition("due_date", "between", json::array{day(today - 30), day(today - 1)});
    case Age::kTo60: return condition("due_date", "between", json::array{day(today - 60), day(today - 31)});
    case Age::kTo90: return condition("due_date", "between", json::array{day(today - 90), day(today - 61)});
    case Age::kOver90: return condition("due_date", "lt", json::string(day(today - 90)));
    case Age::kNoTerm: break;
  }
  return json::object{{"field", "due_date"}, {"op", "is_empty"}};
}

class Writer {
 public:
  Writer(const ReceivablesRequest& request, base::JsonWriter& out) : request_(request), out_(out) {}

  // `filters`: the figures name what opens them; those of a group have the group's condition instead.
  void sums(const Debts& debts, bool has_filters) {
    out_.begin_object();
    figure("total", debts.total(), has_filters ? all() : json::value());
    figure("overdue", debts.overdue(),
           has_filters ? both(all(), condition("due_date", "lt", json::string(day(request_.today)))) : json::value());
    out_.key("ages").begin_array();
    for (std::size_t i = 0; i < kAges.size(); ++i) {
      out_.begin_object().key("age").text(kAges[i]);
      figure_members(debts.ages[i], has_filters ? both(all(), age_filter(static_cast<Age>(i), request_.today)) : json::value());
      out_.end_object();
    }
    out_.end_array().end_object();
  }

  void figure(std::string_view name, const Debt& debt, const json::value& filter) {
    out_.key(name).begin_object();
    figure_members(debt, filter);
    out_.end_object();
  }

 private:
  json::value all() const { return both(open_filter(), request_.filter); }

  void figure_members(const Debt& debt, const json::value& filter) {
    out_.key("count").integer(debt.count).key("amount").text(base::to_string(base::Decimal{debt.units, kScale}));
    if (!filter.is_null()) out_.key("filter").value(filter);
  }

  const ReceivablesRequest& request_;
  base::JsonWriter& out_;
};

std::map<std::int64_t, std::string> titles(const QueryContext& context, std::string_view entity_key, const std::vector<std::int64_t>& ids) {
  const auto& entity = context.registry.require(entity_key);
  std::vector<entity::Value> values(ids.begin(), ids.end());
  std::map<std::int64_t, std::string> found;
  if (values.empty()) return found;
  const auto& title = entity.fields[static_cast<std::size_t>(entity.title_index)].key;
  for (const auto& record : entity::find_records(context, entity, entity::where(entity, "id", entity::FilterOp::kIn, std::move(values))))
    found[record.id] = record.text(title);
  return found;
}

// Payments whose rest waits: advances of clients, and those a person has not looked at yet. Null for who may not read payments.
void write_rests(const QueryContext& context, Writer& writer, base::JsonWriter& out) {
  const auto& entity = context.registry.require("payment");
  const auto rest = [&](std::string_view name, const json::array& states) {
    if (!entity::may(context.caller, entity, entity::Action::kRead)) {
      out.key(name).null();
      return;
    }
    const json::value filter = json::object{{"and", json::array{condition("allocation_state", "in", states)}}};
    Debt sum;
    insight::NumberRows rows;
    rows.entity = &entity;
    rows.filter = entity::parse_filter(filter, {context.registry, entity, context.caller, context.now});
    rows.fields = insight::fields_of(entity, {"advance_amount"});
    rows.may_be_many = false;
    insight::read_numbers(context, rows, [&](const std::int64_t* row) {
      ++sum.count;
      if (row[1] != insight::kNoNumber) sum.units += row[1];
      return true;
    });
    writer.figure(name, sum, filter);
  };
  rest("advances", {"advance", "partial"});
  rest("unallocated", {"review"});
}

}  // namespace

Age age_of(std::int64_t days_late) {
  if (days_late <= 0) return Age::kNotDue;
  if (days_late <= 30) return Age::kTo30;
  if (days_late <= 60) return Age::kTo60;
  return days_late <= 90 ? Age::kTo90 : Age::kOver90;
}

void Debts::add(Age age, std::int64_t units) {
  auto& debt = ages[static_cast<std::size_t>(age)];
  ++debt.count;
  debt.units += units;
}

Debt Debts::total() const {
  Debt sum = overdue();
  for (const auto age : {Age::kNotDue, Age::kNoTerm}) {
    sum.count += ages[static_cast<std::size_t>(age)].count;
    sum.units += ages[static_cast<std::size_t>(age)].units;
  }
  return sum;
}

Debt Debts::overdue() const {
  Debt sum;
  for (const auto age : {Age::kTo30, Age::kTo60, Age::kTo90, Age::kOver90}) {
    sum.count += ages[static_cast<std::size_t>(age)].count;
    sum.units += ages[static_cast<std::size_t>(age)].units;
  }
  return sum;
}

ReceivablesRequest parse_receivables(const json::object& body, const entity::FilterContext& context) {
  ReceivablesRequest request;
  const auto zone = base::TimeZone::find(context.caller.time_zone).value_or(base::TimeZone::utc());
  request.today = base::to_days(zone.local_date(context.now));
  for (const auto& member : body) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key != "split" && key != "filter" && key != "limit") throw base::Error::field(std::string(key), "unknown_field");
  }
  if (const auto* split = body.if_contains("split"); split != nullptr && !split->is_null()) {
    const std::string name = base::json_string(body, "split");
    const auto found = std::find(kSplits.begin() + 1, kSplits.end(), name);
    if (found == kSplits.end()) throw base::Error::field("split", "unknown_option", {{"valid", "owner, company, own_company"}});
    request.split = static_cast<Split>(found - kSplits.begin());
  }
  if (const auto* filter = body.if_contains("filter")) request.filter = *filter;
  const auto limit = base::json_int(body, "limit", request.limit);
  if (limit < 1 || limit > 1000) throw base::Error::field("limit", "too_large", {{"max", "1000"}});
  request.limit = static_cast<int>(limit);
  request.parsed = entity::Filter::all_of({entity::parse_filter(open_filter(), context), entity::parse_filter(request.filter, context)});
  return request;
}

Receivables reckon(const QueryContext& context, const ReceivablesRequest& request) {
  const auto& invoice = context.registry.require("invoice");
  insight::NumberRows rows;
  rows.entity = &invoice;
  rows.filter = request.parsed;
  rows.fields = insight::fields_of(invoice, {"due_date", "amount", "paid_amount"});
  rows.may_be_many = false;
  if (request.split != Split::kNone) rows.fields.push_back(invoice.index_of(kSplits[static_cast<std::size_t>(request.split)]));
  Receivables result;
  insight::read_numbers(context, rows, [&](const std::int64_t* row) {
    const auto number = [&](int at) { return row[at] == insight::kNoNumber ? 0 : row[at]; };
    const Age age = row[1] == insight::kNoNumber ? Age::kNoTerm : age_of(request.today - row[1]);
    const std::int64_t units = number(2) - number(3);
    result.total.add(age, units);
    if (request.split != Split::kNone) result.groups[number(4)].add(age, units);
    return true;
  });
  return result;
}

void write_receivables(const QueryContext& context, const ReceivablesRequest& request, const Receivables& result, base::JsonWriter& out) {
  Writer writer(request, out);
  const std::string split(kSplits[static_cast<std::size_t>(request.split)]);
  out.begin_object().key("today").text(day(request.today)).key("currency").text(context.registry.company().base_currency).key("split");
  request.split == Split::kNone ? out.null() : out.text(split);
  out.key("total");
  writer.sums(result.total, true);
  std::vector<std::pair<std::int64_t, const Debts*>> groups;
  for (const auto& [id, debts] : result.groups) groups.emplace_back(id, &debts);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.second->total().units > b.second->total().units; });
  const std::size_t others =
      groups.size() > static_cast<std::size_t>(request.limit) ? groups.size() - static_cast<std::size_t>(request.limit) : 0;
  groups.resize(groups.size() - others);
  std::vector<std::int64_t> ids;
  for (const auto& [id, debts] : groups) {
    if (id != 0) ids.push_back(id);
  }
  const auto names = ids.empty() ? std::map<std::int64_t, std::string>{} : titles(context, split == "owner" ? "user" : split, ids);
  out.key("groups").begin_array();
  for (const auto& [id, debts] : groups) {
    out.begin_object().key("key");
    const auto name = names.find(id);
    if (id == 0)
      out.null();
    else
      out.begin_object().key("id").integer(id).key("title").text(name == names.end() ? std::string() : name->second).end_object();
    out.key("condition")
        .value(id == 0 ? json::value(json::object{{"field", split}, {"op", "is_empty"}}) : json::value(condition(split, "eq", id)));
    out.key("sums");
    writer.sums(*debts, false);
    out.end_object();
  }
  out.end_array().key("other_groups").integer(static_cast<std::int64_t>(others));
  write_rests(context, writer, out);
  out.end_object();
}

}  // namespace money
