#include "server/entity/lookup.hpp"

#include <algorithm>

#include "server/entity/storage.hpp"

namespace entity {

namespace {

constexpr int kPage = 1000;

// The living records of the ids, in the order of the ids: a statement for the rows and one for each kind of items.
void load_page(const QueryContext& context, const EntityDef& entity, const std::vector<std::int64_t>& ids, std::vector<Record>& out) {
  auto& connection = context.connection;
  const std::size_t first = out.size();
  {
    auto statement = connection.prepare("records_by_id", "SELECT " + storage_of(entity).select_list + " FROM " + table_of(entity) +
                                                             " WHERE id IN (" + connection.int_list_sql(1) + ") AND deleted_at IS NULL");
    statement.bind_int_list(1, ids);
    while (statement.step()) {
      Record record = make_record(entity);
      read_record_row(entity, statement, 0, record);
      out.push_back(std::move(record));
    }
  }
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), [](const Record& a, const Record& b) { return a.id < b.id; });
  for (const auto& table : storage_of(entity).items) {
    auto items = read_items(connection, table, ids);
    for (std::size_t i = first; i < out.size(); ++i) {
      if (const auto found = items.find(out[i].id); found != items.end()) out[i].at(table.field) = std::move(found->second);
    }
  }
}

}  // namespace

Filter where(const EntityDef& entity, std::string_view field, FilterOp op, std::vector<Value> values) {
  // A value that is not there equals only those that are not there either.
  if (op == FilterOp::kEq && values.size() == 1 && is_empty(values.front())) op = FilterOp::kIsEmpty;
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
  for (int left = limit; left > 0;) {
    const int wanted = std::min(kPage, left);
    const auto ids = find_ids(context, entity, filter, Action::kRead, after, wanted);
    if (!ids.empty()) load_page(context, entity, ids, records);
    if (static_cast<int>(ids.size()) < wanted) break;
    left -= wanted;
    after = ids.back();
  }
  return records;
}

bool may_reach(const QueryContext& context, const EntityDef& entity, std::int64_t id, Action action) {
  return !find_ids(context, entity, where(entity, "id", id), action, 0, 1).empty();
}

}  // namespace entity
