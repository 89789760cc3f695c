#include "server/api/open_record.hpp"

#include "server/base/error.hpp"
#include "server/entity/lookup.hpp"

namespace api {

entity::Record open_record(Call& call, std::string_view kind, entity::Action action) {
  const auto& entity = call.registry->require(kind);
  const std::int64_t id = call.id(0);
  std::optional<entity::Record> found;
  bool is_allowed = true;
  call.read("record_open", [&](const entity::QueryContext& context) {
    auto records = entity::find_records(context, entity, entity::where(entity, "id", id), 1);
    found.reset();
    if (records.empty()) return;
    found = std::move(records.front());
    is_allowed = action == entity::Action::kRead || entity::may_reach(context, entity, id, action);
  });
  if (!found) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  if (!is_allowed) throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", entity.key}});
  return std::move(*found);
}

}  // namespace api
