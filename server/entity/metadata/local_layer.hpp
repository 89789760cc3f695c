// What administrators changed at run time, over the shipped entity files (architecture §4 "Layers": listed properties
// only).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/entity/catalog.hpp"
#include "server/store/database.hpp"

namespace entity {

enum class LayerKind { kEntity, kField, kEntityPatch, kFieldPatch };
std::string_view layer_kind_name(LayerKind kind);  // entity, field, entity_patch, field_patch

struct LayerRow {
  LayerKind kind = LayerKind::kEntity;
  std::string entity, field;  // field is empty for entities
  json::object body;
};

struct LocalLayer {
  std::int64_t version = 1;
  std::string shipped;  // digest of the shipped files the version was made with
  std::vector<LayerRow> rows;
  Company company;

  LayerRow* find(LayerKind kind, std::string_view entity, std::string_view field = {});
  // Replaces the row of the same name.
  LayerRow& put(LayerKind kind, std::string_view entity, std::string_view field, json::object body);
  void remove(LayerKind kind, std::string_view entity, std::string_view field);
};

// `for_update` locks the metadata for the rest of the transaction.
LocalLayer load_layer(store::Connection& connection, bool for_update);
// Writes the whole layer and its version.
void save_layer(store::Connection& connection, const LocalLayer& layer, std::int64_t now_us, std::int64_t user_id);

// A shipped document and the file it came from.
struct ShippedEntity {
  EntityFile file;  // without text
  json::value document;
};
struct LayeredEntity {
  EntityFile file;
  json::value document;
  bool is_custom = false;
};
// Shipped documents with the rows of the layer put over them. Rows about entities that are not there are left out.
std::vector<LayeredEntity> apply_layer(const std::vector<ShippedEntity>& shipped, const LocalLayer& layer);

// The field of a document, or nullptr.
json::object* find_field(json::value& document, std::string_view key);
// Options of a patch over those of the field: order of the patch, ids kept by key, absent ones hidden.
json::array merge_options(const json::array& present, const json::array& patch);

}  // namespace entity
