#include "modules/scoring/server/features.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"

namespace scoring {

namespace {

constexpr int kMostWins = 5000;
constexpr double kDayUs = 86400e6;

struct Plan {
  std::vector<const char*> fields;  // beside id, created_at and score
  const char* outcome;
  std::vector<const char*> closed;  // values of the outcome that end it
  const char* success;
};

Plan plan_of(std::string_view target) {
  if (target == "lead")
    return {{"source", "owner", "utm_source", "city", "amount", "phones", "emails", "company_name", "inn", "comment"},
            "status",
            {"converted", "rejected"},
            "converted"};
  if (target == "deal")
    return {{"source", "owner", "pipeline", "amount", "company", "contact", "company.city", "company.industry"},
            "stage.kind",
            {"won", "lost"},
            "won"};
  return {{"source", "owner", "product", "period", "quantity", "amount", "company", "company.city", "company.industry"},
          "state",
          {"bought", "refused"},
          "bought"};
}

// A value by its dotted path, whether the answer nests it or names it whole.
const json::value* at_path(const json::object& row, std::string_view path) {
  if (const auto* whole = row.if_contains(path)) return whole;
  const auto dot = path.find('.');
  const auto* first = dot == std::string_view::npos ? nullptr : row.if_contains(path.substr(0, dot));
  return first != nullptr && first->is_object() ? at_path(first->get_object(), path.substr(dot + 1)) : nullptr;
}

std::int64_t link_of(const json::object& row, std::string_view path) {
  const auto* value = at_path(row, path);
  return value != nullptr && value->is_object() ? value->at("id").as_int64() : 0;
}

std::int64_t created_at(const json::object& row) { return base::to_micros(base::parse_instant(row.at("created_at").as_string()).value()); }

bool is_filled(const json::value* value) {
  if (value == nullptr || value->is_null()) return false;
  if (const auto* text = value->if_string()) return !text->empty();
  if (const auto* list = value->if_array()) return !list->empty();
  return true;
}

double number_of(const json::value* value) {
  if (value == nullptr) return -1;
  if (value->is_object()) return number_of(value->get_object().if_contains("amount"));
  return value->is_string() ? std::strtod(value->get_string().c_str(), nullptr) : -1;
}

// When deals of these companies were won, by company, ascending.
std::map<std::int64_t, std::vector<std::int64_t>> wins_of(const entity::QueryContext& context, const std::set<std::int64_t>& companies) {
  std::map<std::int64_t, std::vector<std::int64_t>> wins;
  if (companies.empty()) return wins;
  const auto& deals = context.registry.require("deal");
  json::array ids(companies.begin(), companies.end());
  std::string cursor;
  int read = 0;
  do {
    const json::object body = {{"filter",
                                {{"and",
                                  {{{"field", "company"}, {"op", "in"}, {"value", ids}},
                                   {{"field", "stage.kind"}, {"op", "eq"}, {"value", "won"}},
                                   {{"field", "closed_at"}, {"op", "not_empty"}}}}}},
                               {"fields", {"company", "closed_at"}},
                               {"sort", {"-created_at"}},
                               {"limit", 1000},
                               {"cursor", cursor.empty() ? json::value(nullptr) : json::value(cursor)}};
    std::string text;
    base::JsonWriter out(text);
    entity::run_query(context, entity::parse_query(body, {context.registry, deals, context.caller, context.now}), out);
    const json::value page = base::parse_json(text);
    for (const auto& item : page.at("items").as_array()) {
      const auto at = base::parse_instant(item.at("closed_at").as_string());
      if (at) wins[link_of(item.as_object(), "company")].push_back(base::to_micros(*at));
    }
    read += static_cast<int>(page.at("items").as_array().size());
    cursor = page.at("next").is_string() ? std::string(page.at("next").as_string()) : std::string();
  } while (!cursor.empty() && read < kMostWins);
  for (auto& [company, times] : wins) std::sort(times.begin(), times.end());
  return wins;
}

void add_history(const std::map<std::int64_t, std::vector<std::int64_t>>& wins, std::int64_t company, std::int64_t created, Row& row) {
  std::int64_t count = 0, last = 0;
  if (const auto found = wins.find(company); found != wins.end()) {
    const auto end = std::lower_bound(found->second.begin(), found->second.end(), created);
    count = end - found->second.begin();
    if (count > 0) last = *(end - 1);
  }
  row.features.push_back({"past_wins", count == 0 ? "0" : count == 1 ? "1" : count < 5 ? "2-4" : "5+", ""});
  row.features.push_back({"last_win", std::string(count == 0 ? "never" : days_bucket(static_cast<double>(created - last) / kDayUs)), ""});
}

void add_feature(const char* field, const json::value* value, Row& row) {
  const std::string_view name(field);
  if (name == "amount" || name == "quantity") {
    row.features.push_back({field, std::string(amount_bucket(number_of(value))), ""});
  } else if (name == "phones" || name == "emails" || name == "company_name" || name == "inn" || name == "comment" || name == "contact") {
    row.features.push_back({field, is_filled(value) ? "yes" : "no", ""});
  } else if (name == "company" || !is_filled(value)) {
    return;
  } else if (const auto* link = value->if_object()) {
    const auto* title = link->if_contains("title");
    row.features.push_back(
        {field, std::to_string(link->at("id").as_int64()), title != nullptr && title->is_string() ? std::string(title->get_string()) : ""});
  } else if (const auto* text = value->if_string()) {
    row.features.push_back({field, base::fold(std::string_view(*text)), std::string(*text)});
  }
}

}  // namespace

std::string_view amount_bucket(double amount) {
  if (amount < 0) return "none";
  if (amount < 1e4) return "<10000";
  if (amount < 5e4) return "<50000";
  if (amount < 2e5) return "<200000";
  return amount < 1e6 ? "<1000000" : "1000000+";
}

std::string_view days_bucket(double days) {
  if (days < 30) return "<30";
  if (days < 90) return "<90";
  return days < 365 ? "<365" : "365+";
}

json::value closed_filter(std::string_view target) {
  const Plan plan = plan_of(target);
  return {{"field", plan.outcome}, {"op", "in"}, {"value", json::array(plan.closed.begin(), plan.closed.end())}};
}

json::value open_filter(std::string_view target) { return {{"not", closed_filter(target)}}; }

std::string read_rows(const entity::QueryContext& context, std::string_view target, const json::value& filter, const std::string& cursor,
                      int limit, std::vector<Row>& rows) {
  const Plan plan = plan_of(target);
  const auto& entity = context.registry.require(target);
  json::array fields = {"id", "created_at", "score", plan.outcome};
  for (const char* field : plan.fields) fields.emplace_back(field);
  const json::object body = {{"filter", filter},
                             {"fields", std::move(fields)},
                             {"sort", {"-created_at"}},
                             {"limit", limit},
                             {"cursor", cursor.empty() ? json::value(nullptr) : json::value(cursor)}};
  std::string text;
  base::JsonWriter out(text);
  entity::run_query(context, entity::parse_query(body, {context.registry, entity, context.caller, context.now}), out);
  const json::value page = base::parse_json(text, {.max_depth = 64, .max_bytes = 64u << 20});
  std::set<std::int64_t> companies;
  for (const auto& item : page.at("items").as_array()) companies.insert(link_of(item.as_object(), "company"));
  companies.erase(0);
  const auto wins = wins_of(context, companies);
  for (const auto& item : page.at("items").as_array()) {
    const auto& record = item.as_object();
    Row row;
    row.id = record.at("id").as_int64();
    if (const auto& score = record.at("score"); score.is_int64()) row.score = score.get_int64();
    const auto* outcome = at_path(record, plan.outcome);
    const std::string_view result =
        outcome != nullptr && outcome->is_string() ? std::string_view(outcome->get_string()) : std::string_view();
    row.is_closed = std::find(plan.closed.begin(), plan.closed.end(), result) != plan.closed.end();
    row.is_success = result == plan.success;
    for (const char* field : plan.fields) add_feature(field, at_path(record, field), row);
    if (target != "lead") add_history(wins, link_of(record, "company"), created_at(record), row);
    rows.push_back(std::move(row));
  }
  return page.at("next").is_string() ? std::string(page.at("next").as_string()) : std::string();
}

}  // namespace scoring
