// The run-time changes an administrator may make to the metadata, each checked and turned into rows of the local layer.
#pragma once

#include <string_view>

#include "server/entity/metadata/local_layer.hpp"
#include "server/store/database.hpp"

namespace entity {

// Ids of custom entities, fields and options begin here; they are never given twice.
inline constexpr std::int64_t kFirstCustomId = 10'000;

// Works on a copy of the layer inside the transaction that will save it; the caller builds a registry of the result,
// which checks the rest. All throw Error with field paths of the body.
class LayerChanges {
 public:
  LayerChanges(store::Connection& connection, LocalLayer& layer, const std::vector<ShippedEntity>& shipped)
      : connection_(connection), layer_(layer), shipped_(shipped), documents_(apply_layer(shipped, layer)) {}

  void add_entity(json::object body);
  void add_field(std::string_view entity, json::object body);
  void change_field(std::string_view entity, std::string_view field, const json::object& patch);
  void hide_field(std::string_view entity, std::string_view field);
  void change_entity(std::string_view entity, const json::object& patch);
  void change_texts(std::string_view entity, const json::object& patch);
  // Money is looked for in the tables of `registry`.
  void change_company(const Registry& registry, const json::object& patch, std::int64_t now_us, std::int64_t user_id);
  void purge_field(std::string_view entity, std::string_view field);
  void import(const json::value& layer);

 private:
  LayeredEntity& require_entity(std::string_view entity);
  json::object& require_field(LayeredEntity& entity, std::string_view field);
  // nullptr: a custom field.
  const json::object* shipped_field(std::string_view entity, std::string_view field) const;
  void put_texts(std::string_view entity, const json::object& texts);
  std::int64_t next_custom_id(std::string_view series);
  void number_options(json::array& options, std::int64_t first);

  store::Connection& connection_;  // of the transaction
  LocalLayer& layer_;              // belongs to the caller
  const std::vector<ShippedEntity>& shipped_;
  std::vector<LayeredEntity> documents_;  // what the change starts from: shipped files with the layer applied
};

}  // namespace entity
