// By what a funnel is split: which groups a deal belongs to.
#pragma once

#include <unordered_map>
#include <vector>

#include "modules/funnel/server/reckon.hpp"

namespace funnel {

class Grouping {
 public:
  // Fills in the groups of a split by products and segments; those of others come as deals name them. `groups` outlives this.
  Grouping(const entity::QueryContext& context, const Request& request, std::vector<Group>& groups);

  // Places in `groups`; none: the deal belongs to no group. `value` is what the deal holds in the field of the split, 0: nothing. Valid
  // until the next call.
  const std::vector<std::size_t>& groups_of(std::int64_t deal, std::int64_t value);

 private:
  void add_products(const entity::QueryContext& context);
  void add_segments(const entity::QueryContext& context);
  void add_members(const entity::QueryContext& context, const entity::EntityDef& entity, const json::value& filter, std::string_view link);

  const Request& request_;
  const entity::EntityDef& deal_;
  std::vector<Group>& groups_;
  std::unordered_map<std::int64_t, std::size_t> by_value_;
  std::unordered_map<std::int64_t, std::vector<std::size_t>> by_deal_;
  std::vector<std::size_t> one_;
  const std::vector<std::size_t> none_;
};

}  // namespace funnel
