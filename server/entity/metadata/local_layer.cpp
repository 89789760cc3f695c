#include "server/entity/metadata/local_layer.hpp"

#include <algorithm>
#include <array>

#include "server/entity/metadata/texts.hpp"

namespace entity {

namespace {

constexpr std::array<std::string_view, 4> kKindNames{"entity", "field", "entity_patch", "field_patch"};

LayerKind kind_of(std::string_view name) {
  const auto found = std::find(kKindNames.begin(), kKindNames.end(), name);
  if (found == kKindNames.end()) throw base::Error::internal("unknown kind of layer row: " + std::string(name));
  return static_cast<LayerKind>(found - kKindNames.begin());
}

std::string key_of(const json::value& object) { return base::json_string(object.as_object(), "key"); }

const json::value* find_key(const json::array& list, std::string_view key) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const json::value& element) { return key_of(element) == key; });
  return found == list.end() ? nullptr : &*found;
}

void merge_members(json::object& target, const json::object& patch) {
  for (const auto& member : patch) target.insert_or_assign(member.key(), member.value());
}

void patch_field(json::object& field, const json::object& patch) {
  for (const auto& member : patch) {
    if (member.key() == "options") {
      const auto* present = base::json_array(field, "options");
      field["options"] = merge_options(present ? *present : json::array(), member.value().as_array());
    } else if (member.key() == "labels" && field.contains("labels")) {
      merge_members(field["labels"].as_object(), member.value().as_object());
    } else if (member.value().is_null()) {
      field.erase(member.key());
    } else {
      field.insert_or_assign(member.key(), member.value());
    }
  }
}

// Rules are added, visibility and labels merged by name, the rest replaced.
void patch_entity(json::object& document, const json::object& patch) {
  for (const auto& member : patch) {
    if (member.key() == "texts") continue;  // come last, over everything
    if (member.key() == "rules") {
      if (!document.contains("rules")) document["rules"] = json::array();
      auto& rules = document["rules"].as_array();
      for (const auto& rule : member.value().as_array()) rules.push_back(rule);
    } else if ((member.key() == "visibility" || member.key() == "labels") && document.contains(member.key())) {
      merge_members(document[member.key()].as_object(), member.value().as_object());
    } else {
      document.insert_or_assign(member.key(), member.value());
    }
  }
}

}  // namespace

std::string_view layer_kind_name(LayerKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

LayerRow* LocalLayer::find(LayerKind kind, std::string_view entity, std::string_view field) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const LayerRow& row) { return row.kind == kind && row.entity == entity && row.field == field; });
  return found == rows.end() ? nullptr : &*found;
}

LayerRow& LocalLayer::put(LayerKind kind, std::string_view entity, std::string_view field, json::object body) {
  if (auto* row = find(kind, entity, field)) {
    row->body = std::move(body);
    return *row;
  }
  return rows.emplace_back(LayerRow{kind, std::string(entity), std::string(field), std::move(body)});
}

void LocalLayer::remove(LayerKind kind, std::string_view entity, std::string_view field) {
  std::erase_if(rows, [&](const LayerRow& row) { return row.kind == kind && row.entity == entity && row.field == field; });
}

LocalLayer load_layer(store::Connection& connection, bool for_update) {
  LocalLayer layer;
  std::string sql = "SELECT version, shipped FROM sys_metadata WHERE id=1";
  if (for_update && connection.dialect() == store::Dialect::kPostgres) sql += " FOR UPDATE";
  {
    auto statement = connection.prepare("metadata_version", sql);
    if (!statement.step()) throw base::Error(base::ErrorCode::kDataLoss, "metadata_missing");
    layer.version = statement.integer(0);
    layer.shipped = statement.text(1);
  }
  layer.company = load_company(connection);
  // Order of making: custom fields take their place behind each other.
  auto statement = connection.prepare("local_layer", "SELECT kind, entity, field, body FROM sys_local_layer");
  while (statement.step()) {
    layer.rows.push_back({kind_of(statement.text(0)), std::string(statement.text(1)), std::string(statement.text(2)),
                          base::parse_json(statement.text(3)).as_object()});
  }
  std::sort(layer.rows.begin(), layer.rows.end(), [](const LayerRow& a, const LayerRow& b) {
    const auto id = [](const LayerRow& row) { return base::json_int(row.body, "id"); };
    return std::make_tuple(a.kind, id(a), std::string_view(a.entity), std::string_view(a.field)) <
           std::make_tuple(b.kind, id(b), std::string_view(b.entity), std::string_view(b.field));
  });
  return layer;
}

void save_layer(store::Connection& connection, const LocalLayer& layer, std::int64_t now_us, std::int64_t user_id) {
  connection.prepare("clear_local_layer", "DELETE FROM sys_local_layer").run();
  for (const auto& row : layer.rows) {
    auto statement = connection.prepare(
        "save_local_layer", "INSERT INTO sys_local_layer(entity,field,kind,body,updated_at,updated_by) VALUES($1,$2,$3,$4,$5,$6)");
    statement.bind_text(1, row.entity)
        .bind_text(2, row.field)
        .bind_text(3, layer_kind_name(row.kind))
        .bind_text(4, json::serialize(row.body));
    statement.bind(5, now_us);
    if (user_id > 0) {
      statement.bind(6, user_id);
    } else {
      statement.bind_null(6);
    }
    statement.run();
  }
  auto statement = connection.prepare("save_metadata_version", "UPDATE sys_metadata SET version=$1, shipped=$2 WHERE id=1");
  statement.bind(1, layer.version).bind_text(2, layer.shipped).run();
}

json::object* find_field(json::value& document, std::string_view key) {
  for (auto& field : document.at("fields").as_array()) {
    if (key_of(field) == key) return &field.as_object();
  }
  return nullptr;
}

json::array merge_options(const json::array& present, const json::array& patch) {
  json::array result;
  for (const auto& element : patch) {
    json::object option;
    if (const auto* known = find_key(present, key_of(element))) option = known->as_object();
    const auto id = option.if_contains("id") ? option["id"] : json::value();
    merge_members(option, element.as_object());
    if (!id.is_null()) option["id"] = id;
    result.push_back(std::move(option));
  }
  for (const auto& element : present) {
    if (find_key(patch, key_of(element))) continue;
    json::object option = element.as_object();
    option["hidden"] = true;
    result.push_back(std::move(option));
  }
  return result;
}

std::vector<LayeredEntity> apply_layer(const std::vector<ShippedEntity>& shipped, const LocalLayer& layer) {
  std::vector<LayeredEntity> result;
  for (const auto& each : shipped) result.push_back({each.file, each.document, false});
  for (const auto& row : layer.rows) {
    if (row.kind == LayerKind::kEntity) result.push_back({EntityFile{}, row.body, true});
  }
  for (const auto& row : layer.rows) {
    const auto found =
        std::find_if(result.begin(), result.end(), [&](const LayeredEntity& each) { return key_of(each.document) == row.entity; });
    if (found == result.end() || row.kind == LayerKind::kEntity) continue;
    auto& document = found->document;
    if (row.kind == LayerKind::kField) {
      document.at("fields").as_array().push_back(row.body);
    } else if (row.kind == LayerKind::kEntityPatch) {
      patch_entity(document.as_object(), row.body);
    } else if (auto* field = find_field(document, row.field)) {
      patch_field(*field, row.body);
    }
  }
  for (const auto& row : layer.rows) {
    const auto* texts = row.kind == LayerKind::kEntityPatch ? base::json_object(row.body, "texts") : nullptr;
    if (texts == nullptr) continue;
    for (auto& each : result) {
      if (key_of(each.document) == row.entity) apply_texts(each.document.as_object(), *texts);
    }
  }
  return result;
}

}  // namespace entity
