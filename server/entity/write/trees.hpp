// Records that form a tree by a link to their own entity (a link field declared with "tree": true): companies of a holding.
//
// Invariants
// - No record is its own ancestor, records in the bin included.
// - The total of a roll-up with "tree" is its own value plus the totals of its living children; it is kept in the transaction that
//   changes any of them. Changes of a tree's links exclude each other and the keeping of totals (a transaction's lock on PostgreSQL).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/entity/write/save.hpp"

namespace entity {

inline constexpr int kMaxTreeDepth = 30;

bool is_tree_link(const EntityDef& entity, FieldIndex field);
// The field error "tree_cycle" or "tree_too_deep" {limit} when `record` would hang below itself or too far down.
void check_tree_links(WriteTransaction& transaction, const Record* before, const Record& after, std::vector<base::FieldError>& errors);

// Differences of stored sums by record and column (quoted name), gathered first and written in the order of ids, so that transactions
// that touch the same records wait for each other in one order.
class TotalChanges {
 public:
  TotalChanges(WriteTransaction& transaction, const EntityDef& entity) : transaction_(transaction), entity_(entity) {}
  void add(std::int64_t record_id, const std::string& column, std::int64_t difference);
  // The same for the record and all records above it along `tree`; a record in the bin passes nothing on.
  void climb(std::int64_t record_id, FieldIndex tree, const std::vector<std::string>& columns, std::int64_t difference);
  void write();

 private:
  WriteTransaction& transaction_;
  const EntityDef& entity_;
  std::map<std::int64_t, std::map<std::string, std::int64_t>> changes_;
};

// Living records below `root` and itself, ascending.
std::vector<std::int64_t> subtree_of(WriteTransaction& transaction, const EntityDef& entity, FieldIndex tree, std::int64_t root);

}  // namespace entity
