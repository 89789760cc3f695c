#include "server/entity/read/page/record_plan.hpp"

#include <algorithm>
#include <tuple>

#include "server/entity/access.hpp"
#include "server/entity/read/page/selection.hpp"

namespace entity::read {

namespace {

// One metadata version's state of an entity: the weak pointer tells a new layout at an old address apart.
struct Key {
  std::weak_ptr<const Storage> storage;
  store::Dialect dialect;
  std::vector<int> hidden;  // fields
  std::vector<int> open;    // entities whose titles come along

  bool is(const EntityDef& entity, const Key& other) const {
    return !storage.owner_before(entity.storage) && !entity.storage.owner_before(storage) &&
           std::tie(dialect, hidden, open) == std::tie(other.dialect, other.hidden, other.open);
  }
};

// Most recently used first; small enough to be searched from the front.
template <typename Plan>
class PlanCache {
 public:
  template <typename Make>
  std::shared_ptr<const Plan> find(const EntityDef& entity, Key key, Make make) {
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (!plans_[i].first.is(entity, key)) continue;
      if (i > 0) std::swap(plans_[i], plans_[i - 1]);
      return plans_[i == 0 ? 0 : i - 1].second;
    }
    if (plans_.size() >= kMaxPlans) plans_.pop_back();
    plans_.emplace_back(std::move(key), make());
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

// Stored as text and readable for the caller whichever record it is.
bool is_open_title(const QueryContext& context, const EntityDef& target) {
  if (target.title_index < 0 || column_of(target, target.title_index).empty()) return false;
  const auto& title = target.fields[static_cast<std::size_t>(target.title_index)];
  return title.type->name() == "text" && may(context.caller, target, Action::kRead) && may_read_field(context.caller, target, title) &&
         access_filter(context.registry, target, context.caller, Action::kRead).kind == Filter::Kind::kAlways;
}

// Of the entities at the other end of `entity`'s relations.
std::vector<int> open_titles(const QueryContext& context, const EntityDef& entity) {
  std::vector<int> open;
  for (const auto& table : storage_of(entity).items) {
    if (table.relation == nullptr) continue;
    const auto* target = context.registry.find_id(table.target_entity_id);
    if (target != nullptr && is_open_title(context, *target)) open.push_back(target->id);
  }
  return open;
}

std::string title_sql(const Registry& registry, const ItemTable& table, const std::vector<int>& open) {
  if (table.relation == nullptr || std::find(open.begin(), open.end(), table.target_entity_id) == open.end()) return "";
  const auto& target = *registry.find_id(table.target_entity_id);
  return "(SELECT t." + column_of(target, target.title_index) + " FROM " + table_of(target) + " t WHERE t.id = " + table.quoted_table +
         "." + table.target_column + ")";
}

}  // namespace

std::shared_ptr<const RecordPlan> record_plan(const QueryContext& context, const EntityDef& entity) {
  thread_local PlanCache<RecordPlan> cache;
  const auto dialect = context.connection.dialect();
  Key key{entity.storage, dialect, hidden_fields(context.caller, entity), {}};
  if (dialect == store::Dialect::kPostgres) key.open = open_titles(context, entity);
  const auto open = key.open;
  return cache.find(entity, std::move(key), [&] {
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
      plan->items.tables = plan->output.item_tables();
      for (const auto* table : plan->items.tables) plan->items.titles.push_back(title_sql(context.registry, *table, open));
      sql << "," << items_json_sql(plan->items);
      plan->items_column = column;
    }
    sql << " FROM " << table_of(entity) << " r WHERE r.id = $1 AND r.deleted_at IS NULL";
    plan->select = sql.text();
    return std::shared_ptr<const RecordPlan>(std::move(plan));
  });
}

std::shared_ptr<const LoadPlan> load_plan(store::Dialect dialect, const EntityDef& entity) {
  thread_local PlanCache<LoadPlan> cache;
  return cache.find(entity, Key{entity.storage, dialect, {}, {}}, [&] {
    const auto& storage = storage_of(entity);
    auto plan = std::make_shared<LoadPlan>();
    auto& tables = plan->items.tables;
    for (const auto& table : storage.items) tables.push_back(&table);
    plan->items.titles.resize(tables.size());
    const bool is_postgres = dialect == store::Dialect::kPostgres;
    plan->brings_items = is_postgres && !tables.empty();
    const auto from = " FROM " + storage.quoted_table + " WHERE id = $1";
    plan->select = "SELECT " + storage.select_list + (plan->brings_items ? "," + items_json_sql(plan->items) : "") + from;
    // A statement that waited for the lock sees the new row, but every other table as it was before it waited: items
    // come by a statement of their own.
    plan->select_row = "SELECT " + storage.select_list + from;
    plan->select_for_update = plan->select_row + (is_postgres ? " FOR UPDATE" : "");
    plan->items_sql = items_sql(tables, dialect, true);
    return std::shared_ptr<const LoadPlan>(std::move(plan));
  });
}

}  // namespace entity::read
