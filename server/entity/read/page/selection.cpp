#include "server/entity/read/page/selection.hpp"

#include <algorithm>

#include "server/base/json.hpp"
#include "server/entity/access.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

namespace {

void add_field(std::vector<std::vector<PathStep>>& fields, const EntityDef& entity, FieldIndex index, const Caller& caller) {
  if (index < 0 || !may_read_field(caller, entity, entity.fields[static_cast<std::size_t>(index)])) return;
  for (const auto& path : fields) {
    if (path.size() == 1 && path.front().field == index) return;
  }
  fields.push_back({PathStep{&entity, index, {}}});
}

// Columns of the first view that is a list; dotted ones are left to callers who ask for them.
std::vector<std::string> view_columns(const EntityDef& entity) {
  std::vector<std::string> columns;
  const auto* views = entity.views.if_array();
  if (views == nullptr) return columns;
  for (const auto& view : *views) {
    const auto* object = view.if_object();
    if (object == nullptr || base::json_string(*object, "type", "list") != "list") continue;
    const auto* names = base::json_array(*object, "columns");
    if (names == nullptr) continue;
    for (const auto& name : *names) {
      if (name.is_string()) columns.emplace_back(name.get_string());
    }
    break;
  }
  return columns;
}

bool is_long(const FieldDef& field) { return field.type->name() == "long_text" || field.type->name() == "rich_text"; }

}  // namespace

std::vector<std::vector<PathStep>> all_fields(const EntityDef& entity, const Caller& caller) {
  std::vector<std::vector<PathStep>> fields;
  for (const auto key : {"id", "uid", "version", "created_at", "updated_at"}) add_field(fields, entity, entity.index_of(key), caller);
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    if (!entity.fields[i].hidden) add_field(fields, entity, static_cast<FieldIndex>(i), caller);
  }
  return fields;
}

std::vector<std::vector<PathStep>> default_fields(const Registry&, const EntityDef& entity, const Caller& caller) {
  std::vector<std::vector<PathStep>> fields;
  for (const auto key : {"id", "uid", "version", "created_at", "updated_at"}) add_field(fields, entity, entity.index_of(key), caller);
  add_field(fields, entity, entity.title_index, caller);
  const auto columns = view_columns(entity);
  for (const auto& column : columns) add_field(fields, entity, entity.index_of(column), caller);
  if (!columns.empty()) return fields;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const auto& field = entity.fields[i];
    if (field.system || field.hidden || is_long(field) || item_table(entity, static_cast<FieldIndex>(i)) != nullptr) continue;
    add_field(fields, entity, static_cast<FieldIndex>(i), caller);
  }
  return fields;
}

}  // namespace entity::read
