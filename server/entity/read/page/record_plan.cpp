#include "server/entity/read/page/record_plan.hpp"

#include <algorithm>

#include "server/entity/read/page/selection.hpp"

namespace entity::read {

namespace {

// One metadata version's state of an entity: the weak pointer tells a new layout at an old address apart.
struct Key {
  std::weak_ptr<const Storage> storage;
  store::Dialect dialect;
  std::vector<int> hidden;

  bool is(const EntityDef& entity, store::Dialect other, const std::vector<int>& fields) const {
    return !storage.owner_before(entity.storage) && !entity.storage.owner_before(storage) && dialect == other && hidden == fields;
  }
};

// Most recently used first; small enough to be searched from the front.
template <typename Plan>
class PlanCache {
 public:
  template <typename Make>
  std::shared_ptr<const Plan> find(const EntityDef& entity, store::Dialect dialect, const std::vector<int>& hidden, Make make) {
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (!plans_[i].first.is(entity, dialect, hidden)) continue;
      if (i > 0) std::swap(plans_[i], plans_[i - 1]);
      return plans_[i == 0 ? 0 : i - 1].second;
    }
    if (plans_.size() >= kMaxPlans) plans_.pop_back();
    plans_.emplace_back(Key{entity.storage, dialect, hidden}, make());
    return plans_.back().second;
  }

 private:
  static constexpr std::size_t kMaxPlans = 64;
  std::vector<std::pair<Key, std::shared_ptr<const Plan>>> plans_;
};

const std::vector<int>& hidden_fields(const Caller& caller, const EntityDef& entity) {
  static const std::vector<int> none;
  if (caller.is_system || caller.is_admin) return none;
  const auto found = caller.entities.find(entity.id);
  return found == caller.entities.end() ? none : found->second.hidden_fields;
}

}  // namespace

std::shared_ptr<const RecordPlan> record_plan(const QueryContext& context, const EntityDef& entity) {
  thread_local PlanCache<RecordPlan> cache;
  const auto dialect = context.connection.dialect();
  return cache.find(entity, dialect, hidden_fields(context.caller, entity), [&] {
    auto plan = std::make_shared<RecordPlan>(
        RecordPlan{OutputPlan(context.registry, entity, all_fields(entity, context.caller), true, context.caller)});
    plan->output.prepare_single(dialect);
    plan->brings_items = dialect == store::Dialect::kPostgres && !plan->output.item_tables().empty();
    if (dialect == store::Dialect::kPostgres) plan->output.inline_user_titles();
    int column = plan->output.column_count();
    SqlWriter sql(dialect);
    FilterSql filters(sql, context.registry, context.caller, context.now);
    sql << "SELECT ";
    plan->output.write_select(sql, filters, "r");
    if (entity.owner_index >= 0) {
      sql << ",r." << column_of(entity, entity.owner_index);
      plan->owner_column = column++;
    }
    if (plan->brings_items) {
      sql << "," << items_json_sql(plan->output.item_tables());
      plan->items_column = column;
    }
    sql << " FROM " << table_of(entity) << " r WHERE r.id = $1 AND r.deleted_at IS NULL";
    plan->select = sql.text();
    return std::shared_ptr<const RecordPlan>(std::move(plan));
  });
}

std::shared_ptr<const LoadPlan> load_plan(store::Dialect dialect, const EntityDef& entity) {
  thread_local PlanCache<LoadPlan> cache;
  return cache.find(entity, dialect, {}, [&] {
    const auto& storage = storage_of(entity);
    auto plan = std::make_shared<LoadPlan>();
    for (const auto& table : storage.items) plan->tables.push_back(&table);
    const bool is_postgres = dialect == store::Dialect::kPostgres;
    plan->brings_items = is_postgres && !plan->tables.empty();
    const auto from = " FROM " + storage.quoted_table + " WHERE id = $1";
    plan->select = "SELECT " + storage.select_list + (plan->brings_items ? "," + items_json_sql(plan->tables) : "") + from;
    // A statement that waited for the lock sees the new row, but every other table as it was before it waited: items
    // come by a statement of their own.
    plan->select_for_update = "SELECT " + storage.select_list + from + (is_postgres ? " FOR UPDATE" : "");
    plan->items = items_sql(plan->tables, dialect, true);
    return std::shared_ptr<const LoadPlan>(std::move(plan));
  });
}

}  // namespace entity::read
