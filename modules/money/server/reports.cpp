// Calls of the reports: receivables, the payment calendar, what a company owes against its limit.
#include <chrono>

#include "modules/money/server/calendar.hpp"
#include "modules/money/server/credit.hpp"
#include "modules/money/server/receivables.hpp"
#include "modules/money/server/routes.hpp"
#include "server/api/open_record.hpp"

namespace money {

namespace {

constexpr std::chrono::seconds kDeadline{20};

// POST /receivables {"split"?, "filter"?, "limit"?}
void read_receivables(api::Call& call, http::Response& response) {
  const auto& invoice = call.registry->require("invoice");
  if (!entity::may(call.caller(), invoice, entity::Action::kRead))
    throw base::Error(base::ErrorCode::kNotFound, "unknown_entity", {{"entity", "invoice"}});
  const auto request = parse_receivables(call.body(), call.filter_context(invoice));
  call.context.database.read({.name = "receivables", .deadline = kDeadline}, [&](store::Connection& connection) {
    response.body.clear();
    const entity::QueryContext context{connection, *call.registry, call.caller(), call.now};
    base::JsonWriter out(response.body);
    write_receivables(context, request, reckon(context, request), out);
  });
}

std::int64_t query_day(api::Call& call, const char* name, std::int64_t fallback) {
  const std::string text = call.query(name);
  if (text.empty()) return fallback;
  const auto day = base::parse_date(text);
  if (!day) throw base::Error::field(name, "unknown_date", {{"value", text}});
  return base::to_days(*day);
}

// GET /payment-calendar?from=&to=&unit=day|week
void read_calendar(api::Call& call, http::Response& response) {
  CalendarRequest request;
  const auto zone = base::TimeZone::find(call.caller().time_zone).value_or(base::TimeZone::utc());
  request.today = base::to_days(zone.local_date(call.now));
  request.from = query_day(call, "from", request.today);
  request.to = query_day(call, "to", request.from + 30);
  const std::string unit = call.query("unit", "day");
  if (unit != "day" && unit != "week") throw base::Error::field("unit", "unknown_option", {{"valid", "day, week"}});
  request.by_week = unit == "week";
  if (request.to < request.from) throw base::Error::field("to", "too_small", {{"min", base::to_string(base::from_days(request.from))}});
  if (request.to - request.from >= kMostCalendarDays)
    throw base::Error::field("to", "too_large", {{"max", base::to_string(base::from_days(request.from + kMostCalendarDays - 1))}});
  call.context.database.read({.name = "payment_calendar", .deadline = kDeadline}, [&](store::Connection& connection) {
    response.body.clear();
    base::JsonWriter out(response.body);
    write_calendar({connection, *call.registry, call.caller(), call.now}, request, out);
  });
}

// GET /companies/{id}/credit: null instead of a sum that the caller may not see.
void read_credit(api::Call& call, http::Response& response) {
  const entity::Record company = api::open_record(call, "company", entity::Action::kRead);
  call.read("credit", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    write_credit(context, company.id, out);
  });
}

}  // namespace

void add_report_routes(http::Router& router, api::ApiContext& context) {
  using http::Method;
  api::add_route(router, context, {Method::kPost, "/receivables", read_receivables});
  api::add_route(router, context, {Method::kGet, "/payment-calendar", read_calendar});
  api::add_route(router, context, {Method::kGet, "/companies/{id}/credit", read_credit});
}

}  // namespace money
