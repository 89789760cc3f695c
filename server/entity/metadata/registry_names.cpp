// Every name of a field in an entity document must be one.
#include <algorithm>

#include "server/entity/field_type.hpp"
#include "server/entity/filter.hpp"
#include "server/entity/metadata/registry_builder.hpp"

namespace entity {

namespace {

// Follows a dotted path through links; the last step may be the column of a multi-value.
bool is_path(const Registry& registry, const EntityDef& start, std::string_view path) {
  const EntityDef* entity = &start;
  while (true) {
    const auto dot = path.find('.');
    const auto* field = entity->field(path.substr(0, dot));
    if (!field) return false;
    if (dot == std::string_view::npos) return true;
    path.remove_prefix(dot + 1);
    if (field->type->is_multi_value(*field) && field->through.empty()) {
      const auto columns = field->type->item_columns(*field);
      return std::any_of(columns.begin(), columns.end(), [&](const Column& column) { return column.suffix == path; });
    }
    if (field->to.empty()) return false;
    entity = registry.find(field->to.front());
    if (!entity) return false;
  }
}

using Names = std::vector<std::string>;

Names names_of(const json::value& list) {
  Names names;
  for (const auto& element : list.as_array()) names.emplace_back(element.as_string());
  return names;
}

}  // namespace

void RegistryBuilder::check_names(const Registry& registry, const Draft& draft) {
  const auto& entity = *draft.entity;
  const auto check_path = [&](const std::string& at, const std::string& path) {
    if (!is_path(registry, entity, path)) problem(draft, at, "unknown_field", path);
  };
  const auto check_list = [&](const std::string& at, const Names& names) {
    for (std::size_t i = 0; i < names.size(); ++i) check_path(at + "[" + std::to_string(i) + "]", names[i]);
  };
  const auto check_lists = [&](const std::string& at, const std::vector<Names>& lists) {
    for (std::size_t i = 0; i < lists.size(); ++i) check_list(at + "[" + std::to_string(i) + "]", lists[i]);
  };
  if (!entity.title_field.empty()) check_path("title", entity.title_field);
  if (!entity.owner_field.empty()) check_path("owner", entity.owner_field);
  check_lists("indexes", entity.indexes);
  check_lists("unique", entity.unique_keys);
  check_lists("duplicates", entity.duplicate_keys);
  check_list("access.via", entity.access_via);
  for (std::size_t i = 0; i < entity.rules.size(); ++i) {
    check_list("rules[" + std::to_string(i) + "].require", entity.rules[i].require);
    if (!entity.rules[i].path.empty()) check_path("rules[" + std::to_string(i) + "].path", entity.rules[i].path);
  }
  for (const auto& [field, formula] : entity.visibility) check_path("visibility." + field, field);
  if (entity.stages) {
    check_path("stages.field", entity.stages->field);
    if (!entity.stages->pipeline.empty()) check_path("stages.pipeline", entity.stages->pipeline);
  }
  if (const auto* views = entity.views.if_array()) {
    for (std::size_t i = 0; i < views->size(); ++i) {
      const auto& view = (*views)[i].as_object();
      const std::string at = "views[" + std::to_string(i) + "]";
      if (const auto* columns = view.if_contains("columns")) check_list(at + ".columns", names_of(*columns));
      if (const auto* sort = view.if_contains("sort")) {
        for (auto name : names_of(*sort)) check_path(at + ".sort", name.front() == '-' ? name.substr(1) : name);
      }
      for (const auto* key : {"group", "sum", "date", "end"}) {
        if (const auto name = base::json_string(view, key); !name.empty()) check_path(at + "." + key, name);
      }
    }
  }
  const auto* card = entity.card.if_object();
  if (!card) return;
  if (const auto* facts = base::json_array(*card, "facts")) {
    for (std::size_t i = 0; i < facts->size(); ++i) check_list("card.facts[" + std::to_string(i) + "]", names_of((*facts)[i]));
  }
  if (const auto* head = card->if_contains("head")) check_list("card.head", names_of(*head));
  if (const auto* create = card->if_contains("create")) check_list("card.create", names_of(*create));
  if (const auto* related = base::json_array(*card, "related")) {
    for (std::size_t i = 0; i < related->size(); ++i) {
      const std::string name((*related)[i].as_string());
      const auto* other = registry.find(name.substr(0, name.find('.')));
      // An absent module leaves its list out; a present one must have the field.
      if (other && !other->field(name.substr(name.find('.') + 1)))
        problem(draft, "card.related[" + std::to_string(i) + "]", "unknown_field", name);
    }
  }
}

void RegistryBuilder::check_filter(const FilterPlace& place, const Draft& draft) {
  // Any user will do: words like "me" must stand for somebody.
  Caller caller = *Caller::system();
  caller.user_id = 1;
  caller.department_id = 1;
  try {
    parse_filter(place.filter, FilterContext{place.registry, place.entity, caller, base::Instant{}});
  } catch (const base::Error& error) {
    if (error.fields().empty()) problem(draft, place.path, error.key());
    for (const auto& field : error.fields()) problem(draft, place.path, field.code, field.path);
  }
}

void RegistryBuilder::check_filters(const Registry& registry, const Draft& draft) {
  const auto& entity = *draft.entity;
  for (const auto& field : entity.fields) {
    const auto* declaration = field.declaration.if_object();
    const auto* filter = declaration ? declaration->if_contains("filter") : nullptr;
    if (!filter || field.type->name() != "roll_up") continue;
    const auto of = base::json_string(*declaration, "of");
    const auto* child = registry.find(of.substr(0, of.find('.')));
    if (child) check_filter({registry, *child, *filter, "fields." + field.key + ".filter"}, draft);
  }
  if (const auto* views = entity.views.if_array()) {
    for (std::size_t i = 0; i < views->size(); ++i) {
      const auto* filter = (*views)[i].as_object().if_contains("filter");
      if (filter) check_filter({registry, entity, *filter, "views[" + std::to_string(i) + "].filter"}, draft);
    }
  }
}

}  // namespace entity
