#include "server/entity/lookup.hpp"

#include <algorithm>

namespace entity {

namespace {

constexpr int kPage = 1000;

}  // namespace

Filter where(const EntityDef& entity, std::string_view field, FilterOp op, std::vector<Value> values) {
  // Normal form, as the parser makes it: a negative condition is the complement of its positive twin.
  if (op == FilterOp::kIsEmpty) return Filter::negation(where(entity, field, FilterOp::kNotEmpty, {}));
  if (op == FilterOp::kNe) return Filter::negation(where(entity, field, FilterOp::kEq, std::move(values)));
  if (op == FilterOp::kNotIn) return Filter::negation(where(entity, field, FilterOp::kIn, std::move(values)));
  Filter filter;
  filter.kind = Filter::Kind::kCompare;
  filter.op = op;
  filter.path = {PathStep{&entity, entity.index_of(field), {}}};
  filter.values = std::move(values);
  return filter;
}

std::vector<Record> find_records(const QueryContext& context, const EntityDef& entity, const Filter& filter, int limit) {
  std::vector<Record> records;
  std::int64_t after = 0;
  while (static_cast<int>(records.size()) < limit) {
    const int wanted = std::min(kPage, limit - static_cast<int>(records.size()));
    const auto ids = find_ids(context, entity, filter, Action::kRead, after, wanted);
    for (const std::int64_t id : ids) {
      if (auto record = load_record(context.connection, context.registry, entity, id); record && !record->deleted)
        records.push_back(std::move(*record));
    }
    if (static_cast<int>(ids.size()) < wanted) break;
    after = ids.back();
  }
  return records;
}

}  // namespace entity
