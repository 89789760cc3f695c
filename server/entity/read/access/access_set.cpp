#include "server/entity/read/access/access_set.hpp"

#include <algorithm>

namespace entity::read {

namespace {

bool has_links(const Filter& part) {
  return part.kind == Filter::Kind::kLinked || std::any_of(part.children.begin(), part.children.end(), has_links);
}

}  // namespace

AccessSet::AccessSet(const QueryContext& context, const Selection& selection) {
  if (context.connection.dialect() != store::Dialect::kSqlite || selection.in_bin || !has_links(selection.access)) return;
  if (selection.filter.kind == Filter::Kind::kNever || selection.access.kind == Filter::Kind::kNever) return;
  // Where a condition lets few through, those few are asked.
  if (choose_drive(context, *selection.entity, conditions_of(selection), {}).kind == Drive::Kind::kFetch) return;
  std::vector<const Filter*> filter, access;
  split_conditions(selection.filter, filter);
  split_conditions(selection.access, access);
  narrowing_ = narrow(context, *selection.entity, access, WalkLimits{}.targets);
  drive_.settled.assign(filter.size(), false);
  drive_.settled.insert(drive_.settled.end(), narrowing_.settled.begin(), narrowing_.settled.end());
}

void AccessSet::write(SqlWriter& out) {
  if (!narrowing_.within) return;
  within_parameter_ = out.next_parameter();
  (out << " AND mv_in_set(").parameter({}) << ", r.id)";
}

void AccessSet::bind(store::Statement& statement) const {
  if (within_parameter_ != 0) statement.bind_id_set(within_parameter_, *narrowing_.within);
}

}  // namespace entity::read
