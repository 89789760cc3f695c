#include "modules/documents/server/approval.hpp"

#include <algorithm>

#include "modules/documents/server/make.hpp"
#include "server/base/decimal.hpp"
#include "server/entity/lookup.hpp"

namespace documents {

namespace {

using base::Decimal;
using entity::QueryContext;
using entity::Record;

constexpr Decimal kHundred{10000, 2};

// What the catalogue would ask for the lines, an answer for each.
json::array catalogue_prices(const QueryContext& system, const entity::Questions& questions, const Record& document,
                             const std::vector<Record>& lines) {
  json::array asked;
  for (const auto& line : lines) {
    json::object one{{"quantity", base::to_string(Decimal{line.integer("quantity"), 6})}};
    if (line.link_id("product") != 0) one["product"] = line.link_id("product");
    asked.push_back(std::move(one));
  }
  json::object answer = questions.ask("catalog.lines", system,
                                      {{"company", document.link_id("company")},
                                       {"own_company", document.link_id("own_company")},
                                       {"date", base::to_string(base::from_days(document.integer("date")))},
                                       {"currency", std::string(document.text("currency"))},
                                       {"vat_mode", std::string(document.text("vat_mode"))},
                                       {"lines", std::move(asked)}});
  return std::move(answer.at("lines").as_array());
}

// price × (100 − percent) as a whole number to compare with.
__int128 reduced(std::int64_t price, std::int64_t percent) { return __int128{price} * (kHundred.units - percent); }

bool is_within(const Record& line, const json::object& asked, std::int64_t limit) {
  const std::int64_t given = line.integer("discount_percent");
  const auto* price = asked.if_contains("price");
  if (price == nullptr) return given <= limit;
  const auto list_price = base::parse_decimal(price->as_string(), 4);
  const auto own = base::parse_decimal(asked.at("discount_percent").as_string(), 2);
  if (!list_price || !own) return given <= limit;
  return reduced(line.integer("price"), given) >= reduced(list_price->units, std::max(own->units, limit));
}

}  // namespace

bool may_send(const QueryContext& context, const entity::Questions& questions, const Record& document) {
  const json::object limit = questions.ask("catalog.discount_limit", context, {});
  if (limit.at("limit").is_null()) return true;
  const std::int64_t most = base::parse_decimal(limit.at("limit").as_string(), 2).value_or(Decimal{0, 2}).units;
  const auto system_caller = entity::Caller::system();
  const QueryContext system{context.connection, context.registry, *system_caller, context.now};
  const auto lines = stored_lines(system, document);
  const auto asked = catalogue_prices(system, questions, document, lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!is_within(lines[i], asked[i].as_object(), most)) return false;
  }
  return true;
}

std::vector<std::int64_t> approvers_of(const QueryContext& context, const Record& document) {
  const auto system_caller = entity::Caller::system();
  const QueryContext system{context.connection, context.registry, *system_caller, context.now};
  const auto& limits = context.registry.require("discount_limit");
  const auto& roles = context.registry.require("user_role");
  std::vector<std::int64_t> users;
  for (const auto& limit : entity::find_records(
           system, limits, entity::where(limits, "max_percent", entity::FilterOp::kGte, {document.integer("max_discount")}))) {
    if (limit.link_id("user") != 0) users.push_back(limit.link_id("user"));
    if (limit.link_id("role") == 0) continue;
    for (const auto& member : entity::find_records(system, roles, entity::where(roles, "role", limit.get("role"))))
      users.push_back(member.link_id("user"));
  }
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  std::erase(users, context.caller.user_id);
  return users;
}

}  // namespace documents
