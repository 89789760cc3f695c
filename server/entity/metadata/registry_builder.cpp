#include "server/entity/metadata/registry_builder.hpp"

#include <algorithm>
#include <set>

#include "server/base/program/resources.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/rules.hpp"
#include "server/entity/schema/storage_layout.hpp"

namespace entity {

const JsonSchema& entity_schema() {
  static const JsonSchema kSchema([] {
    const auto text = base::find_resource("docs/reference/entity.schema.json");
    if (!text) throw base::Error::internal("the program lacks docs/reference/entity.schema.json");
    return *text;
  }());
  return kSchema;
}

std::string to_text(const std::vector<EntityProblem>& problems) {
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem.file.empty() ? std::string("local layer") : problem.file;
    text += ": " + problem.error.path + ": " + problem.error.code;
    std::string args;
    for (const auto& [name, value] : problem.error.args) args += (args.empty() ? "" : ", ") + name + "=" + value;
    if (!args.empty()) text += " (" + args + ")";
  }
  return text;
}

void RegistryBuilder::problem(const Draft& draft, std::string path, std::string code, std::string value) {
  base::FieldError error{std::move(path), std::move(code), {}};
  if (!value.empty()) error.args.emplace_back("value", std::move(value));
  problems_.push_back({draft.file, std::move(error)});
}

void RegistryBuilder::add(const EntityFile& file, json::value document, bool is_custom) {
  std::vector<base::FieldError> errors;
  entity_schema().check(document, errors);
  if (!errors.empty()) {
    for (auto& error : errors) problems_.push_back({file.path, std::move(error)});
    return;
  }
  entities_.push_back(parse_entity(document.as_object(), file.module, is_custom));
  drafts_.push_back({file.path, entities_.back().get()});
}

std::shared_ptr<Registry> RegistryBuilder::build(std::int64_t version) {
  auto registry = std::make_shared<Registry>();
  registry->version_ = version;
  registry->company_ = company_;
  registry->entities_ = std::move(entities_);
  index_entities(*registry);
  if (!problems_.empty()) return nullptr;
  for (const auto& draft : drafts_) resolve_links(*registry, draft);
  if (!problems_.empty()) return nullptr;
  for (const auto& draft : drafts_) resolve_results(*registry, draft);
  for (const auto& draft : drafts_) check_names(*registry, draft);
  if (!problems_.empty()) return nullptr;
  collect_backlinks(*registry);
  compile(*registry);
  if (!problems_.empty()) return nullptr;
  lay_out(*registry);
  for (const auto& draft : drafts_) check_filters(*registry, draft);
  if (!problems_.empty()) return nullptr;
  return registry;
}

void RegistryBuilder::index_entities(Registry& registry) {
  std::set<std::string> tables;
  for (const auto& draft : drafts_) {
    auto& entity = *draft.entity;
    if (!registry.by_key_.emplace(entity.key, &entity).second) problem(draft, "key", "repeated", entity.key);
    if (!registry.by_plural_.emplace(entity.plural, &entity).second) problem(draft, "plural", "repeated", entity.plural);
    if (!registry.by_id_.emplace(entity.id, &entity).second) problem(draft, "id", "repeated", std::to_string(entity.id));
    if (!tables.insert(entity.table).second) problem(draft, "table", "repeated", entity.table);
    std::set<int> ids;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
      const auto& field = entity.fields[i];
      const std::string path = "fields[" + std::to_string(i) + "]";
      if (!entity.by_key.emplace(field.key, static_cast<FieldIndex>(i)).second) problem(draft, path + ".key", "repeated", field.key);
      if (!ids.insert(field.id).second) problem(draft, path + ".id", "repeated", std::to_string(field.id));
      if (field.key == "marks" || field.key == "props" || field.key.find("__") != std::string::npos)
        problem(draft, path + ".key", "reserved", field.key);
    }
    entity.title_index = entity.index_of(entity.title_field.empty() ? "id" : entity.title_field);
    entity.open_index = entity.open_field.empty() ? -1 : entity.index_of(entity.open_field);
    entity.owner_index = entity.owner_field.empty() ? -1 : entity.index_of(entity.owner_field);
    entity.deleted_at_index = entity.index_of("deleted_at");
  }
}

void RegistryBuilder::resolve_links(Registry& registry, const Draft& draft) {
  auto& entity = *draft.entity;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    auto& field = entity.fields[i];
    const std::string path = "fields[" + std::to_string(i) + "]";
    std::vector<std::string> targets;
    for (const auto& key : field.to) {
      if (key != "@timeline") {
        targets.push_back(key);
        continue;
      }
      for (const auto& other : registry.entities_) {
        if (other->timeline) targets.push_back(other->key);
      }
    }
    field.to = std::move(targets);
    for (const auto& key : field.to) {
      const auto* target = registry.find(key);
      // Registries of tests may do without the system's users.
      if (!target && !(field.system && key == "user")) problem(draft, path + ".to", "unknown_entity", key);
      field.to_ids.push_back(target ? target->id : 0);
    }
    if (!field.through.empty()) {
      const auto* relation = registry.find(field.through);
      if (!relation) {
        problem(draft, path + ".through", "unknown_entity", field.through);
      } else if (relation->kind != EntityKind::kRelation) {
        problem(draft, path + ".through", "not_a_relation", field.through);
      }
    }
  }
}

void RegistryBuilder::resolve_results(Registry& registry, const Draft& draft) {
  auto& entity = *draft.entity;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    auto& field = entity.fields[i];
    if (!field.through.empty()) check_relation(registry, draft, field);
    if (field.type->name() == "roll_up") resolve_roll_up(registry, draft, field);
    if (!field.result.empty()) field.result_type = find_field_type(field.result);
    field.base_currency = company_.base_currency;
    std::vector<base::FieldError> errors;
    field.type->check_declaration(field, errors);
    for (auto& error : errors) problems_.push_back({draft.file, std::move(error)});
  }
}

void RegistryBuilder::check_relation(const Registry& registry, const Draft& draft, FieldDef& field) {
  const auto& relation = registry.require(field.through);
  const auto& declaration = field.declaration.as_object();
  const auto from = base::json_string(declaration, "from");
  const FieldDef* own = nullptr;
  const FieldDef* target = nullptr;
  for (const auto& link : relation.fields) {
    if (link.system || link.to.size() != 1 || link.type->is_multi_value(link)) continue;
    if (!own && (from.empty() ? link.to.front() == draft.entity->key : link.key == from)) {
      own = &link;
    } else if (!target) {
      target = &link;
    }
  }
  if (!own || !target || own->to.front() != draft.entity->key) {
    problem(draft, "fields." + field.key + ".through", "relation_does_not_join", field.through);
    return;
  }
  field.to = target->to;
  field.to_ids = target->to_ids;
}

void RegistryBuilder::resolve_roll_up(Registry& registry, const Draft& draft, FieldDef& field) {
  const auto& declaration = field.declaration.as_object();
  const std::string path = "fields." + field.key;
  const auto of = base::json_string(declaration, "of");
  const auto dot = of.find('.');
  const auto* child = registry.find(of.substr(0, dot));
  if (!child && !draft.entity->custom && !field.custom) {
    // What it counts belongs to a module that this build does without: the field is there for whom names it, and hidden.
    field.hidden = field.computed_on_read = true;
    field.filterable = field.sortable = false;
    field.result = "integer";
    return;
  }
  const auto* link = child ? child->field(of.substr(dot + 1)) : nullptr;
  if (!link || std::find(link->to.begin(), link->to.end(), draft.entity->key) == link->to.end()) {
    problem(draft, path + ".of", "not_a_link_here", of);
    return;
  }
  field.computed_on_read = base::json_string(declaration, "eyes", "viewer") == "viewer";
  const auto fn = base::json_string(declaration, "fn");
  if (const auto tree = base::json_string(declaration, "tree"); !tree.empty()) {
    const auto index = draft.entity->index_of(tree);
    const auto* rise = index < 0 ? nullptr : &draft.entity->fields[static_cast<std::size_t>(index)];
    const auto* rises = rise ? rise->declaration.as_object().if_contains("tree") : nullptr;
    const bool is_tree = rises && rises->is_bool() && rises->get_bool() && rise->to == std::vector<std::string>{draft.entity->key};
    if (!is_tree || field.computed_on_read || (fn != "sum" && fn != "count")) problem(draft, path + ".tree", "not_supported", tree);
  }
  if (fn == "count") {
    field.result = "integer";
    field.scale = 0;
    return;
  }
  const auto value_key = base::json_string(declaration, "field");
  const auto* value = child->field(value_key);
  if (!value) {
    problem(draft, path + ".field", "unknown_field", value_key);
    return;
  }
  const auto type = value->result.empty() ? std::string(value->type->name()) : value->result;
  const bool is_number = type == "integer" || type == "decimal" || type == "percent" || type == "money";
  const bool is_ordered = is_number || type == "date" || type == "instant" || type == "duration";
  if (!is_ordered || (!is_number && type != "duration" && (fn == "sum" || fn == "avg"))) {
    problem(draft, path + ".field", "not_supported", value_key);
    return;
  }
  field.result = type == "integer" && fn == "avg" ? "decimal" : type;
  if (!declaration.contains("scale")) field.scale = value->scale;
}

void RegistryBuilder::collect_backlinks(Registry& registry) {
  for (const auto& entity : registry.entities_) {
    for (std::size_t i = 0; i < entity->fields.size(); ++i) {
      const auto& field = entity->fields[i];
      if (field.system || !field.through.empty()) continue;
      for (const auto& key : field.to) {
        if (const auto* target = registry.find(key)) registry.backlinks_[target].push_back({entity.get(), static_cast<FieldIndex>(i)});
      }
    }
  }
}

void RegistryBuilder::compile(Registry& registry) {
  for (const auto& draft : drafts_) {
    std::vector<base::FieldError> errors;
    draft.entity->compiled = compile_rules(registry, *draft.entity, errors);
    for (auto& error : errors) problems_.push_back({draft.file, std::move(error)});
    if (!draft.entity->compiled) continue;
    for (const auto& computed : draft.entity->compiled->computed) {
      auto& field = draft.entity->fields[static_cast<std::size_t>(computed.field)];
      const auto& inputs = computed.formula->inputs();
      // Stored only when nothing but the record itself is read: paths of one step, no clock, no caller.
      field.computed_on_read = computed.formula->uses_clock() || std::any_of(inputs.begin(), inputs.end(), [&](const formula::Path& path) {
                                 const auto* input = draft.entity->field(path.front());
                                 return path.size() > 1 || !input || input->computed_on_read || input->type->is_multi_value(*input);
                               });
    }
  }
}

void RegistryBuilder::lay_out(Registry& registry) {
  for (const auto& draft : drafts_) draft.entity->storage = make_storage(*draft.entity, registry);
}

}  // namespace entity
