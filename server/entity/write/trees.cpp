#include "server/entity/write/trees.hpp"

#include "server/base/json.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

// Advisory locks of PostgreSQL are keyed by two 32-bit numbers; the first keeps those of trees apart from any others.
constexpr int kTreeLock = 0x74726565;

enum class TreeUse { kTotals, kLinks };

void lock_tree(store::Connection& connection, const EntityDef& entity, TreeUse use) {
  if (connection.dialect() == store::Dialect::kSqlite) return;
  const std::string shared = use == TreeUse::kTotals ? "_shared" : "";
  auto statement = connection.prepare("tree_lock", "SELECT pg_advisory_xact_lock" + shared + "($1::int, $2::int)");
  statement.bind(1, kTreeLock).bind(2, entity.id).step();
}

struct Above {
  std::int64_t id = 0;
  bool is_living = false;
};

// Where the record hangs; id 0: a root, or the record is gone.
Above above(store::Connection& connection, const EntityDef& entity, FieldIndex tree, std::int64_t id) {
  auto statement =
      connection.prepare("tree_above", "SELECT " + column_of(entity, tree) + ", deleted_at FROM " + table_of(entity) + " WHERE id = $1");
  if (!statement.bind(1, id).step()) return {};
  return {statement.is_null(0) ? 0 : statement.integer(0), statement.is_null(1)};
}

}  // namespace

bool is_tree_link(const EntityDef& entity, FieldIndex field) {
  const auto& definition = entity.fields[static_cast<std::size_t>(field)];
  const auto* declared = definition.declaration.is_object() ? definition.declaration.as_object().if_contains("tree") : nullptr;
  return declared != nullptr && declared->is_bool() && declared->get_bool();
}

void check_tree_links(WriteTransaction& transaction, const Record* before, const Record& after, std::vector<base::FieldError>& errors) {
  const EntityDef& entity = *after.entity;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const auto field = static_cast<FieldIndex>(i);
    const auto* link = std::get_if<Link>(&after.at(field));
    if (before == nullptr ? link == nullptr : before->at(field) == after.at(field)) continue;
    if ((link != nullptr && link->entity_id != entity.id) || !is_tree_link(entity, field)) continue;
    lock_tree(transaction.connection, entity, TreeUse::kLinks);
    if (link == nullptr) continue;
    std::int64_t id = link->record_id;
    for (int depth = 1; id != 0; ++depth) {
      if (id == after.id) {
        errors.push_back({entity.fields[i].key, "tree_cycle", {}});
        break;
      }
      if (depth > kMaxTreeDepth) {
        errors.push_back({entity.fields[i].key, "tree_too_deep", {{"limit", std::to_string(kMaxTreeDepth)}}});
        break;
      }
      id = above(transaction.connection, entity, field, id).id;
    }
  }
}

void TotalChanges::add(std::int64_t record_id, const std::string& column, std::int64_t difference) {
  if (difference != 0) changes_[record_id][column] += difference;
}

void TotalChanges::climb(std::int64_t record_id, FieldIndex tree, const std::vector<std::string>& columns, std::int64_t difference) {
  if (difference == 0) return;
  lock_tree(transaction_.connection, entity_, TreeUse::kTotals);
  // A tree may be moved below another: twice the depth that a link may have, before the last guard.
  for (int depth = 0; record_id != 0 && depth <= 2 * kMaxTreeDepth; ++depth) {
    for (const auto& column : columns) add(record_id, column, difference);
    const Above next = above(transaction_.connection, entity_, tree, record_id);
    if (!next.is_living) return;
    record_id = next.id;
  }
}

void TotalChanges::write() {
  for (const auto& [id, columns] : changes_) {
    std::string sets;
    int parameter = 2;
    for (const auto& [column, difference] : columns) {
      if (!sets.empty()) sets += ", ";
      sets += column + " = COALESCE(" + column + ", 0) + $" + std::to_string(parameter++);
    }
    auto statement = transaction_.connection.prepare("rollup_add", "UPDATE " + table_of(entity_) + " SET " + sets + " WHERE id = $1");
    statement.bind(1, id);
    parameter = 2;
    for (const auto& [column, difference] : columns) statement.bind(parameter++, difference);
    statement.run();
    transaction_.resolver.forget(entity_, id);
  }
  changes_.clear();
}

std::vector<std::int64_t> subtree_of(WriteTransaction& transaction, const EntityDef& entity, FieldIndex tree, std::int64_t root) {
  const std::string table = table_of(entity);
  auto statement = transaction.connection.prepare(
      "subtree", "WITH RECURSIVE below(id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT r.id FROM " + table + " r JOIN below b ON r." +
                     column_of(entity, tree) + " = b.id WHERE r.deleted_at IS NULL) SELECT id FROM below ORDER BY id");
  statement.bind(1, root);
  std::vector<std::int64_t> ids;
  while (statement.step()) ids.push_back(statement.integer(0));
  return ids;
}

}  // namespace entity
