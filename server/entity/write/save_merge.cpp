// Steps of a merge: saves that move what is there instead of taking input.
#include "server/entity/storage.hpp"
#include "server/entity/write/audit.hpp"
#include "server/entity/write/save.hpp"

namespace entity {

Record Save::open(std::int64_t id, Action action) {
  load_for(id, action, false);
  return std::move(*before_);
}

void Save::point(std::int64_t id, FieldIndex field, std::int64_t target) {
  load_for(id, Action::kUpdate, false);
  const auto* link = std::get_if<Link>(&before_->at(field));
  if (link == nullptr) return;
  if (target == 0)
    record_.at(field) = std::monostate{};
  else
    record_.at(field) = Link{link->entity_id, target};
  compute();
  errors_.clear();
  run_before_write();
  write_changed();
}

void Save::give_way(std::int64_t id, std::string_view action) {
  load_for(id, Action::kDelete, false);
  write_deleted(true, action);
}

void Save::come_back(std::int64_t id, std::string_view action) {
  load_for(id, Action::kDelete, true);
  record_.deleted = false;
  write_deleted(false, action);
}

SaveResult Save::take(std::int64_t id, const std::vector<std::pair<FieldIndex, Value>>& values, std::vector<Mark> marks,
                      std::string_view action) {
  load_for(id, Action::kUpdate, false);
  for (const auto& [field, value] : values) record_.at(field) = value;
  record_.marks = std::move(marks);
  compute();
  throw_errors();
  check_unique();
  throw_errors();
  const auto changed = changed_fields(&*before_, record_);
  record_.version = before_->version + 1;
  record_.updated_at = transaction_.now;
  record_.updated_by = caller_.user_id;
  copy_built_in(record_);
  if (!update_record(transaction_.connection, *before_, record_)) throw_version_conflict(before_->version, {});
  write_all_items();
  write_trail("updated", changed, audit_changes(*before_, record_, changed), action);
  return {SaveResult::Status::kUpdated, record_.id, record_.version, nullptr};
}

}  // namespace entity
