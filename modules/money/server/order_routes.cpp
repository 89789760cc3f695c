// The call that takes payment orders to the bank.
#include <chrono>

#include "modules/money/server/bank_orders.hpp"
#include "modules/money/server/routes.hpp"

namespace money {

namespace {

std::vector<std::int64_t> asked_ids(const json::object& body) {
  const auto* list = base::json_array(body, "ids");
  if (list == nullptr || list->empty()) throw base::Error::field("ids", "required");
  if (list->size() > kMostOrders) throw base::Error::field("ids", "too_many", {{"max", std::to_string(kMostOrders)}});
  std::vector<std::int64_t> ids;
  for (const auto& each : *list) {
    if (!each.is_int64()) throw base::Error::field("ids", "wrong_type", {{"expected", "id"}});
    ids.push_back(each.as_int64());
  }
  return ids;
}

// Each order is whole, or none goes: a bank refuses the file for one of them.
void check_orders(api::Call& call, const std::vector<BankOrder>& orders) {
  std::vector<base::FieldError> faults;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto& order = orders[i];
    const std::string path = "ids[" + std::to_string(i) + "]";
    if (order.currency != "RUB") faults.push_back({path, "order_currency", {{"title", order.title}, {"currency", order.currency}}});
    std::string what;
    for (const auto& key : missing_of(order)) what += (what.empty() ? "" : ", ") + call.text(key);
    if (!what.empty()) faults.push_back({path, "order_lacks", {{"title", order.title}, {"fields", what}}});
  }
  if (!faults.empty()) throw base::Error(std::move(faults));
}

// POST /payments:bank-file {"ids":[…]}
void write_file(api::Call& call, http::Response& response) {
  const auto ids = asked_ids(call.body());
  std::vector<BankOrder> orders;
  call.read("payment_orders", [&](const entity::QueryContext& context) { orders = collect_orders(context, ids); });
  check_orders(call, orders);
  const auto zone = base::TimeZone::find(call.caller().time_zone).value_or(base::TimeZone::utc());
  const auto time = std::chrono::duration_cast<std::chrono::seconds>(zone.local_time_of_day(call.now));
  response.body = write_bank_orders(orders, base::to_days(zone.local_date(call.now)), time);
  response.content_type = "text/plain; charset=windows-1251";
  response.set_header("Content-Disposition", "attachment; filename=\"1c_to_kl.txt\"");
  response.set_header("Cache-Control", "no-store");
}

}  // namespace

void add_order_routes(http::Router& router, api::ApiContext& context) {
  api::add_route(router, context, {http::Method::kPost, "/payments:bank-file", write_file});
}

}  // namespace money
