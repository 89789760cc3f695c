// The current metadata of the program: shipped files + local rows, kept in step over nodes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/def.hpp"
#include "server/entity/record_service.hpp"
#include "server/store/database.hpp"

namespace entity {

struct EntityFile {
  std::string module;  // "" for system entities
  std::string path;    // for error messages
  std::string text;    // JSON
};

// Every entity file inside the program: those of the engine, then those of the modules.
std::vector<EntityFile> shipped_entity_files();

class Catalog {
 public:
  // Parses and checks every file (Error internal with path and reason on a broken shipped file).
  Catalog(store::Database& database, std::vector<EntityFile> files);
  ~Catalog();

  RegistryPtr current() const;  // lock-free
  // Creates missing tables, columns and indexes for the current registry; additive only. Called at start after migrate(). What takes
  // long is noted for later (schema/schema_work.hpp), here and in the run-time changes.
  void synchronise_schema();
  // Reloads the local layer when another node changed it (version in sys_metadata).
  void refresh();

  // Run-time changes by administrators; each validates, changes the schema in one transaction, then publishes the new registry.
  // Bodies as in entity files; labels under "labels": {"ru": …, "en": …}. Throw Error with field paths.
  void add_entity(const Caller& caller, const json::object& body);
  void add_field(const Caller& caller, std::string_view entity, const json::object& body);
  void change_field(const Caller& caller, std::string_view entity, std::string_view field, const json::object& patch);
  void hide_field(const Caller& caller, std::string_view entity, std::string_view field);
  void change_entity(const Caller& caller, std::string_view entity, const json::object& patch);  // card, views, labels, rules, visibility
  // Removes a hidden custom field with its values for ever; failed_precondition "field_not_hidden" otherwise.
  void purge_field(const Caller& caller, std::string_view entity, std::string_view field);
  // Labels and help in several languages, as described in docs/internals/engine.md §4: given texts replace, null takes the local
  // text away, what is not named stays.
  void change_texts(const Caller& caller, std::string_view entity, const json::object& patch);
  // See entity::change_company; every money field of the new registry has the new base currency.
  void change_company(const Caller& caller, const json::object& patch);
  // The local layer as reviewable JSON: {"version": N, "rows": [{"kind","entity","field","body"}]}; import replaces rows of the same name.
  json::value export_local_layer();
  void import_local_layer(const Caller& caller, const json::value& layer);

  void add_behaviour(std::string_view entity, std::unique_ptr<Behaviour> behaviour);  // before start only
  // Behaviours of an entity in the order they were added; those of the system entities come first.
  const std::vector<Behaviour*>& behaviours(const EntityDef& entity) const;
  void on_change(std::function<void(const Registry&)> listener);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace entity
