#include "modules/funnel/server/groups.hpp"

#include <algorithm>

#include "server/base/json_writer.hpp"
#include "server/insight/number_rows.hpp"

namespace funnel {

Grouping::Grouping(const entity::QueryContext& context, const Request& request, std::vector<Group>& groups)
    : request_(request), deal_(context.registry.require("deal")), groups_(groups) {
  if (request.split == Split::kProduct) add_products(context);
  if (request.split == Split::kSegment) add_segments(context);
}

const std::vector<std::size_t>& Grouping::groups_of(std::int64_t deal, std::int64_t value) {
  if (request_.split == Split::kProduct || request_.split == Split::kSegment) {
    const auto found = by_deal_.find(deal);
    return found == by_deal_.end() ? none_ : found->second;
  }
  if (value == 0) return none_;
  const auto [found, is_new] = by_value_.try_emplace(value, groups_.size());
  if (is_new) {
    Group group;
    if (request_.split == Split::kOwner) {
      group.key = value;
      group.condition = condition("owner", "eq", value);
    } else {
      for (const auto& option : deal_.field("source")->options) {
        if (option.id == value) group.text = option.key;
      }
      group.condition = condition("source", "eq", json::value(json::string(group.text)));
    }
    groups_.push_back(std::move(group));
  }
  one_ = {found->second};
  return one_;
}

// The deals of the group added last.
void Grouping::add_members(const entity::QueryContext& context, const entity::EntityDef& entity, const json::value& filter,
                           std::string_view link) {
  insight::NumberRows rows;
  rows.entity = &entity;
  rows.filter = entity::parse_filter(filter, {context.registry, entity, context.caller, context.now});
  rows.fields = {entity.index_of(link)};
  insight::read_numbers(context, rows, [&](const std::int64_t* row) {
    if (row[1] == insight::kNoNumber) return true;
    auto& groups = by_deal_[row[1]];
    if (groups.empty() || groups.back() != groups_.size() - 1) groups.push_back(groups_.size() - 1);
    return true;
  });
}

// The products that stand in most lines; the caller's rights to lines are those to their deals.
void Grouping::add_products(const entity::QueryContext& context) {
  const auto& lines = context.registry.require("deal_line");
  const json::object body = {{"group", {"name"}}, {"measures", {{{"fn", "count"}}}}, {"limit", 10000}};
  std::string text;
  base::JsonWriter out(text);
  entity::run_aggregate(context, entity::parse_aggregate(body, {context.registry, lines, context.caller, context.now}), out);
  std::vector<std::pair<std::int64_t, std::string>> products;
  const json::value answer = base::parse_json(text);
  for (const auto& group : answer.at("groups").as_array())
    products.emplace_back(-group.at("values").at(0).as_int64(), std::string(group.at("key").at("name").as_string()));
  std::sort(products.begin(), products.end());
  if (products.size() > kMostProducts) products.resize(kMostProducts);
  for (const auto& [lines_count, name] : products) {
    Group group;
    group.text = name;
    const auto named = condition("name", "eq", json::string(name));
    group.condition = json::object{{"exists", {{"path", "deal_line.deal"}, {"filter", named}}}};
    groups_.push_back(std::move(group));
    add_members(context, lines, named, "deal");
  }
}

void Grouping::add_segments(const entity::QueryContext& context) {
  for (const auto id : request_.segments) {
    Group group;
    group.key = id;
    group.condition = json::object{{"in_segment", id}};
    const json::value filter = group.condition;
    groups_.push_back(std::move(group));
    add_members(context, deal_, filter, "id");
  }
}

}  // namespace funnel
