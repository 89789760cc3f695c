#include "server/entity/read/page/database_resolver.hpp"

#include "server/entity/query.hpp"
#include "server/entity/read/filter/filter_sql.hpp"

namespace entity {

std::shared_ptr<const Record> DatabaseResolver::find(const EntityDef& entity, std::int64_t id) {
  auto& known = known_[&entity];
  if (const auto found = known.find(id); found != known.end()) return found->second;
  auto loaded = load_record(connection_, registry_, entity, id);
  std::shared_ptr<const Record> record;
  if (loaded) record = std::make_shared<const Record>(std::move(*loaded));
  return known.emplace(id, std::move(record)).first->second;
}

void DatabaseResolver::forget(const EntityDef& entity, std::int64_t id) {
  if (const auto known = known_.find(&entity); known != known_.end()) known->second.erase(id);
}

bool DatabaseResolver::is_shared(const EntityDef& entity, std::int64_t id, const Caller& caller, Action action) {
  Filter shared;
  shared.kind = Filter::Kind::kShared;
  shared.values.emplace_back(std::int64_t{action == Action::kRead || action == Action::kExport ? 1 : 2});
  read::SqlWriter sql(connection_);
  read::FilterSql filters(sql, registry_, caller, now_);
  filters.set_membership(read::FilterSql::Membership::kCorrelated);
  (sql << "SELECT 1 FROM " << table_of(entity) << " r WHERE r.id = ").parameter(id) << " AND ";
  filters.write(shared, entity, "r");
  auto statement = connection_.prepare("is_shared", sql.text());
  sql.bind_all(statement);
  return statement.step();
}

bool DatabaseResolver::exists(const EntityDef&, const Filter& filter, std::int64_t pointing_at) {
  const auto* root = registry_.find_id(static_cast<int>(std::get<std::int64_t>(filter.values.front())));
  if (root == nullptr) return false;
  read::SqlWriter sql(connection_);
  read::FilterSql filters(sql, registry_, caller_, now_);
  filters.set_membership(read::FilterSql::Membership::kCorrelated);
  (sql << "SELECT 1 FROM " << table_of(*root) << " r WHERE r.id = ").parameter(pointing_at) << " AND ";
  filters.write(filter, *root, "r");
  auto statement = connection_.prepare("exists_from", sql.text());
  sql.bind_all(statement);
  return statement.step();
}

}  // namespace entity
