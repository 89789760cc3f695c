// Entity documents → Registry: every document is checked against docs/reference/entity.schema.json and against the
// others.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/error.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/def.hpp"
#include "server/entity/metadata/json_schema.hpp"

namespace entity {

// The schema of entity files as built into the program.
const JsonSchema& entity_schema();

// A problem and where it stands: the file, or "" for the local layer.
struct EntityProblem {
  std::string file;
  base::FieldError error;
};
// "modules/x/entities/y.json: fields[2].to: unknown_entity (value=compny)", one line each.
std::string to_text(const std::vector<EntityProblem>& problems);

struct FilterPlace {
  const Registry& registry;
  const EntityDef& entity;  // what the filter is over
  const json::value& filter;
  std::string path;
};

// Used once: add documents, then build.
class RegistryBuilder {
 public:
  // A document that does not fit the schema is noted and left out. `is_custom`: made at run time.
  void add(const EntityFile& file, json::value document, bool is_custom = false);
  void set_company(Company company) { company_ = std::move(company); }
  // nullptr when there are problems.
  std::shared_ptr<Registry> build(std::int64_t version);
  const std::vector<EntityProblem>& problems() const { return problems_; }

 private:
  struct Draft {
    std::string file;
    EntityDef* entity;  // owned by the registry
  };
  void index_entities(Registry& registry);
  void resolve_links(Registry& registry, const Draft& draft);
  void resolve_results(Registry& registry, const Draft& draft);
  void resolve_roll_up(Registry& registry, const Draft& draft, FieldDef& field);
  void check_names(const Registry& registry, const Draft& draft);
  void check_relation(const Registry& registry, const Draft& draft, FieldDef& field);
  void collect_backlinks(Registry& registry);
  void compile(Registry& registry);
  void lay_out(Registry& registry);
  void check_filters(const Registry& registry, const Draft& draft);
  void check_filter(const FilterPlace& place, const Draft& draft);
  void problem(const Draft& draft, std::string path, std::string code, std::string value = {});

  std::vector<Draft> drafts_;
  std::vector<std::unique_ptr<EntityDef>> entities_;
  std::vector<EntityProblem> problems_;
  Company company_;
};

// One document that fits the schema → definition; links and names are not resolved yet. Built-in fields are added.
std::unique_ptr<EntityDef> parse_entity(const json::object& document, std::string_view module, bool is_custom);

}  // namespace entity
