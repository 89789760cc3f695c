#include "modules/money/server/dunning.hpp"

#include <algorithm>
#include <chrono>

#include "modules/money/server/sums.hpp"
#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/lookup.hpp"

namespace money {

namespace {

using entity::Filter;
using entity::FilterOp;
using entity::QueryContext;
using entity::Record;
using entity::where;

constexpr int kMostInvoices = 100'000;

std::int64_t base_units(const Record& record, std::string_view field) {
  const auto* money = std::get_if<entity::Money>(&record.get(field));
  return money == nullptr ? 0 : money->base_units;
}

// The first e-mail address of a company, as it stands; empty: none.
std::string email_of(const Record& company) {
  const auto index = company.entity->index_of("emails");
  if (index < 0) return {};
  const auto* items = std::get_if<entity::Items>(&company.at(index));
  if (items == nullptr || items->empty()) return {};
  for (const auto& column : items->front().columns) {
    const auto* text = std::get_if<std::string>(&column);
    if (text != nullptr && text->find('@') != std::string::npos) return *text;
  }
  return {};
}

// Plain text as the paragraphs of a rich one.
std::string paragraphs(std::string_view text) {
  std::string html = "<p>";
  for (const char c : text) {
    if (c == '&')
      html += "&amp;";
    else if (c == '<')
      html += "&lt;";
    else if (c == '>')
      html += "&gt;";
    else if (c == '\n')
      html += "</p><p>";
    else
      html += c;
  }
  return html + "</p>";
}

}  // namespace

std::string fill_template(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values) {
  std::string result;
  while (!text.empty()) {
    const auto open = text.find('{');
    result += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    const auto name = close == std::string_view::npos ? std::string_view() : text.substr(1, close - 1);
    const auto found = std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == name; });
    result += found == values.end() ? text.substr(0, 1) : std::string_view(found->second);
    text.remove_prefix(found == values.end() ? 1 : close + 1);
  }
  return result;
}

struct Dunning::Work {
  entity::RegistryPtr registry;
  entity::Caller caller;
  base::Instant now{};
  std::int64_t today = 0;
  std::string subject, text;  // of the entry in hand, filled
  std::int64_t notice_to = 0;
  std::string address;
};

void Dunning::run() {
  Work work;
  work.registry = services_.catalog.current();
  work.caller = *entity::Caller::system();
  work.caller.via = "process";
  work.now = services_.clock.now();
  const auto zone = base::TimeZone::find(work.registry->company().time_zone).value_or(base::TimeZone::utc());
  work.today = base::to_days(zone.local_date(work.now));
  std::vector<Record> rules;
  services_.database.read({.name = "dunning_rules"}, [&](store::Connection& connection) {
    const auto& entity = work.registry->require("dunning_rule");
    rules = entity::find_records({connection, *work.registry, work.caller, work.now}, entity, where(entity, "is_active", std::int64_t{1}));
  });
  for (const auto& rule : rules) run_rule(rule, work);
}

void Dunning::run_rule(const Record& rule, Work& work) {
  std::vector<Record> invoices;
  services_.database.read({.name = "dunning_invoices", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
    const auto& entity = work.registry->require("invoice");
    const QueryContext context{connection, *work.registry, work.caller, work.now};
    const std::int64_t days = rule.integer("after_days"), last = work.today - days;
    std::vector<Filter> parts{
        where(entity, "state", std::string("posted")),
        where(entity, "payment_state", FilterOp::kIn, {std::string("unpaid"), std::string("partial")}),
        where(entity, "due_date", FilterOp::kLte, {last}),
        where(entity, "due_date", FilterOp::kGt, {days < 0 ? std::max(work.today - 1, last - kLateDays) : last - kLateDays})};
    if (const auto segment = rule.link_id("segment"); segment != 0) {
      const json::value in_segment = json::object{{"in_segment", segment}};
      const auto& company = work.registry->require("company");
      const auto members =
          entity::find_ids(context, company, entity::parse_filter(in_segment, {*work.registry, company, work.caller, work.now}),
                           entity::Action::kRead, 0, kMostInvoices);
      std::vector<entity::Value> links;
      for (const auto id : members) links.emplace_back(entity::Link{company.id, id});
      parts.push_back(links.empty() ? Filter::never() : where(entity, "company", FilterOp::kIn, std::move(links)));
    }
    invoices = entity::find_records(context, entity, Filter::all_of(std::move(parts)), kMostInvoices);
  });
  const std::int64_t least = base_units(rule, "min_amount");
  for (const auto& invoice : invoices) {
    if (base_units(invoice, "amount") - base_units(invoice, "paid_amount") >= least) remind(rule, invoice, work);
  }
}

void Dunning::remind(const Record& rule, const Record& invoice, Work& work) {
  const auto& entries = work.registry->require("dunning_entry");
  std::int64_t entry = 0;
  services_.database.write({.name = "dunning", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
    entry = work.notice_to = 0;
    const QueryContext context{connection, *work.registry, work.caller, work.now};
    const auto fresh = entity::load_record(connection, *work.registry, *invoice.entity, invoice.id, true);
    const std::int64_t open = fresh ? units_of(*fresh, "amount") - units_of(*fresh, "paid_amount") : 0;
    if (!fresh || fresh->deleted || fresh->text("state") != "posted" || open <= 0) return;
    const auto known = Filter::all_of({where(entries, "rule", entity::Link{rule.entity->id, rule.id}),
                                       where(entries, "invoice", entity::Link{invoice.entity->id, invoice.id}),
                                       where(entries, "due_date", fresh->get("due_date"))});
    if (!entity::find_ids(context, entries, known, entity::Action::kRead, 0, 1).empty()) return;
    const std::string outcome = act(connection, rule, *fresh, work);
    entity::SaveOptions options;
    options.on_duplicate = "create";
    json::object values{{"name", fresh->text("name")},
                        {"rule", rule.id},
                        {"invoice", fresh->id},
                        {"due_date", base::to_string(base::from_days(fresh->integer("due_date")))},
                        {"action", rule.text("action")},
                        {"amount", money_json(open, currency_of(*fresh, "amount"))},
                        {"outcome", outcome},
                        {"text", work.text.empty() ? json::value(nullptr) : json::value(work.text)}};
    if (const auto company = fresh->link_id("company"); company != 0) values["company"] = company;
    entry = services_.records.create_in(connection, work.caller, entries, values, options).id;
  });
  if (entry == 0 || work.notice_to == 0) return;
  entity::NewNotice notice;
  notice.user_id = work.notice_to;
  notice.kind = "debt_due";
  notice.entity_id = invoice.entity->id;
  notice.record_id = invoice.id;
  notice.args = {{"text", work.subject}};
  notice.once_key = "dunning." + std::to_string(entry);
  notices_.add({notice});
}

std::string Dunning::act(store::Connection& connection, const Record& rule, const Record& invoice, Work& work) {
  const auto& registry = *work.registry;
  const auto company = invoice.link_id("company") == 0
                           ? std::nullopt
                           : entity::load_record(connection, registry, registry.require("company"), invoice.link_id("company"));
  const auto own = entity::load_record(connection, registry, registry.require("own_company"), invoice.link_id("own_company"));
  const std::int64_t open = units_of(invoice, "amount") - units_of(invoice, "paid_amount");
  const std::string currency = currency_of(invoice, "amount");
  const std::int64_t late = work.today - invoice.integer("due_date");
  const std::vector<std::pair<std::string, std::string>> values{{"number", std::string(invoice.text("number"))},
                                                                {"date", day_text(invoice.integer("date"))},
                                                                {"due", day_text(invoice.integer("due_date"))},
                                                                {"amount", sum_text(units_of(invoice, "amount"), currency)},
                                                                {"debt", sum_text(open, currency)},
                                                                {"days", std::to_string(std::abs(late))},
                                                                {"company", company ? std::string(company->text("name")) : std::string()},
                                                                {"organisation", own ? std::string(own->text("name")) : std::string()}};
  const std::string subject(rule.text("subject").empty() ? rule.text("name") : rule.text("subject"));
  work.subject = base::prefix(fill_template(subject, values), 480);
  work.text = fill_template(rule.text("text"), values);
  const std::int64_t owner = invoice.link_id("owner");
  const json::object about{{"entity", "invoice"}, {"id", invoice.id}};
  entity::SaveOptions options;
  options.on_duplicate = "create";
  const auto* mails = registry.find("outgoing_mail");
  std::string outcome = "done";
  if (rule.text("action") == "mail") {
    work.address = company ? email_of(*company) : std::string();
    if (mails != nullptr && !work.address.empty()) {
      json::object mail{{"subject", work.subject}, {"recipients", json::array{work.address}}, {"text", work.text}, {"about", about}};
      if (owner != 0) mail["owner"] = owner;
      services_.records.create_in(connection, work.caller, *mails, mail, options);
      return "done";
    }
    outcome = "no_address";  // the manager writes it himself
  }
  if (owner == 0) return "no_owner";
  if (rule.text("action") == "notice") {
    work.notice_to = owner;
    return outcome;
  }
  const auto* tasks = registry.find("task");
  if (tasks == nullptr) return "no_owner";
  json::object task{{"name", work.subject}, {"subject", about}, {"owner", owner}, {"due_at", base::to_string(work.now)}};
  if (!work.text.empty()) task["description"] = paragraphs(work.text);
  services_.records.create_in(connection, work.caller, *tasks, task, options);
  return outcome;
}

void DunningEntryBehaviour::check(entity::SaveContext& save) {
  if (!save.caller().is_system) throw base::Error(base::ErrorCode::kPermissionDenied, "written_by_program");
}

void DunningEntryBehaviour::before_delete(entity::SaveContext& save) {
  if (!save.caller().is_system) throw base::Error(base::ErrorCode::kPermissionDenied, "written_by_program");
}

}  // namespace money
