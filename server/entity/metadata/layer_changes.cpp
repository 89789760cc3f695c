#include "server/entity/metadata/layer_changes.hpp"

#include <algorithm>

#include "server/base/decimal.hpp"
#include "server/entity/metadata/registry_builder.hpp"
#include "server/entity/metadata/texts.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

bool is_custom_name(std::string_view key) { return key.rfind("x_", 0) == 0; }

void require_custom_name(const json::object& body, std::string_view member) {
  const auto name = base::json_string(body, member);
  if (name.empty()) throw base::Error::field(std::string(member), "required");
  if (!is_custom_name(name)) throw base::Error::field(std::string(member), "custom_prefix", {{"value", name}});
}

void check_part(std::string_view part, const json::value& value) {
  std::vector<base::FieldError> errors;
  entity_schema().check_part(part, value, errors);
  if (!errors.empty()) throw base::Error(std::move(errors));
}

std::string key_of(const json::value& object) { return base::json_string(object.as_object(), "key"); }

base::Error precondition(std::string_view key, std::string_view field) {
  return base::Error(base::ErrorCode::kFailedPrecondition, std::string(key), {{"field", std::string(field)}});
}

// Below 0, 0 or above, as numbers where both are and as text (dates, instants) otherwise.
int compare_limits(const json::value& left, const json::value& right) {
  const auto text = [](const json::value& value) { return value.is_string() ? std::string(value.as_string()) : json::serialize(value); };
  const auto a = base::parse_decimal(text(left), base::kMaxDecimalScale);
  const auto b = base::parse_decimal(text(right), base::kMaxDecimalScale);
  if (a && b) return a->units < b->units ? -1 : a->units > b->units ? 1 : 0;
  return text(left).compare(text(right));
}

// A shipped field may be narrowed here, never widened: the program counts on what it declared.
void require_stricter(const json::object& shipped, const json::object& change) {
  for (const auto* property : {"required", "filterable", "sortable", "unique"}) {
    if (base::json_bool(shipped, property) && change.contains(property) && !base::json_bool(change, property)) {
      throw base::Error::field(property, "stricter_only");
    }
  }
  for (const auto& [property, sign] : {std::pair<std::string_view, int>{"min", 1}, {"max", -1}, {"max_length", -1}}) {
    const auto* before = shipped.if_contains(property);
    const auto* after = change.if_contains(property);
    if (before == nullptr || after == nullptr) continue;
    if (after->is_null() || compare_limits(*after, *before) * sign < 0) throw base::Error::field(std::string(property), "stricter_only");
  }
  if (change.contains("expression")) throw base::Error::field("expression", "field_is_shipped");
}

void merge_patch(json::object& target, const json::object& patch) {
  for (const auto& member : patch) target.insert_or_assign(member.key(), member.value());
}

}  // namespace

LayeredEntity& LayerChanges::require_entity(std::string_view entity) {
  for (auto& each : documents_) {
    if (key_of(each.document) == entity) return each;
  }
  throw base::Error(base::ErrorCode::kNotFound, "unknown_entity", {{"entity", std::string(entity.substr(0, 100))}});
}

json::object& LayerChanges::require_field(LayeredEntity& entity, std::string_view field) {
  if (auto* found = find_field(entity.document, field)) return *found;
  throw base::Error(base::ErrorCode::kNotFound, "unknown_field", {{"field", std::string(field.substr(0, 100))}});
}

const json::object* LayerChanges::shipped_field(std::string_view entity, std::string_view field) const {
  for (const auto& each : shipped_) {
    if (key_of(each.document) != entity) continue;
    for (const auto& candidate : each.document.at("fields").as_array()) {
      if (key_of(candidate) == field) return &candidate.as_object();
    }
  }
  return nullptr;
}

void LayerChanges::put_texts(std::string_view entity, const json::object& texts) {
  if (texts.empty()) return;
  json::object merged;
  if (const auto* row = layer_.find(LayerKind::kEntityPatch, entity)) merged = row->body;
  json::object all;
  if (const auto* present = base::json_object(merged, "texts")) all = *present;
  merge_texts(all, texts);
  check_part("#/$defs/texts", all);
  merged["texts"] = std::move(all);
  layer_.put(LayerKind::kEntityPatch, entity, "", std::move(merged));
}

void LayerChanges::change_texts(std::string_view entity, const json::object& patch) {
  const auto& target = require_entity(entity);
  check_text_names(target.document.as_object(), patch);
  put_texts(entity, patch);
}

void LayerChanges::change_company(const Registry& registry, const json::object& patch, std::int64_t now_us, std::int64_t user_id) {
  layer_.company = entity::change_company(connection_, registry, patch, now_us, user_id);
}

std::int64_t LayerChanges::next_custom_id(std::string_view series) {
  return next_counter(connection_, "metadata:" + std::string(series)) + kFirstCustomId - 1;
}

// Options without a number get the next ones; numbers that are there stay.
void LayerChanges::number_options(json::array& options, std::int64_t first) {
  std::int64_t next = first;
  for (const auto& option : options) {
    if (const auto* object = option.if_object()) next = std::max<std::int64_t>(next, base::json_int(*object, "id") + 1);
  }
  for (auto& option : options) {
    auto* object = option.if_object();
    if (object && !object->contains("id")) (*object)["id"] = next++;
  }
}

void LayerChanges::add_field(std::string_view entity, json::object body) {
  auto& target = require_entity(entity);
  require_custom_name(body, "key");
  body["id"] = next_custom_id("field:" + std::string(entity));
  if (auto* options = body.if_contains("options"); options && options->is_array()) number_options(options->as_array(), 1);
  check_part("#/$defs/field", body);
  const auto key = base::json_string(body, "key");
  if (find_field(target.document, key)) throw base::Error::field("key", "repeated", {{"value", key}});
  layer_.put(LayerKind::kField, entity, key, std::move(body));
}

void LayerChanges::add_entity(json::object body) {
  require_custom_name(body, "key");
  if (!body.contains("plural")) body["plural"] = base::json_string(body, "key") + "s";
  require_custom_name(body, "plural");
  const auto key = base::json_string(body, "key");
  for (const auto& each : documents_) {
    if (key_of(each.document) == key) throw base::Error::field("key", "repeated", {{"value", key}});
  }
  body["id"] = next_custom_id("entity");
  if (!body.contains("fields")) body["fields"] = json::array();
  if (auto* fields = body["fields"].if_array()) {
    for (auto& element : *fields) {
      auto* field = element.if_object();
      if (!field) continue;
      (*field)["id"] = next_custom_id("field:" + key);
      if (auto* options = field->if_contains("options"); options && options->is_array()) number_options(options->as_array(), 1);
      if (!body.contains("title") && base::json_string(*field, "type") == "text") body["title"] = base::json_string(*field, "key");
    }
  }
  std::vector<base::FieldError> errors;
  const json::value document = body;
  entity_schema().check(document, errors);
  if (body.contains("table")) errors.push_back({"table", "unknown_property", {}});
  if (const auto kind = base::json_string(body, "kind"); kind == "system") errors.push_back({"kind", "unknown_value", {{"value", kind}}});
  if (!errors.empty()) throw base::Error(std::move(errors));
  layer_.put(LayerKind::kEntity, key, "", std::move(body));
}

void LayerChanges::change_field(std::string_view entity, std::string_view field, const json::object& patch) {
  auto& target = require_entity(entity);
  auto& present = require_field(target, field);
  if (patch.contains("type") && *patch.if_contains("type") != present["type"]) throw base::Error::field("type", "type_is_permanent");
  json::object change = patch;
  change.erase("type");
  const json::object texts = take_field_texts(field, change);
  if (auto* options = change.if_contains("options"); options && options->is_array()) {
    // Ids of known keys are permanent, whatever the caller sends; new ones leave room for those of later versions of
    // the program.
    const auto* known = base::json_array(present, "options");
    for (auto& option : options->as_array()) {
      auto* object = option.if_object();
      if (!object) continue;
      object->erase("id");
      for (const auto& each : known ? *known : json::array()) {
        if (key_of(each) == base::json_string(*object, "key")) (*object)["id"] = each.as_object().at("id");
      }
    }
    json::array all = options->as_array();
    if (known) all = merge_options(*known, all);
    number_options(all, is_custom_name(field) || target.is_custom ? 1 : kFirstCustomId);
    for (auto& option : options->as_array()) {
      for (const auto& each : all) {
        if (option.is_object() && key_of(each) == key_of(option)) option.as_object()["id"] = each.as_object().at("id");
      }
    }
  }
  check_part("#/$defs/field_patch", change);
  if (const auto* shipped = shipped_field(entity, field)) require_stricter(*shipped, change);
  json::object whole = present;
  for (const auto& member : change) {
    if (member.value().is_null())
      whole.erase(member.key());
    else if (member.key() != "options")
      whole.insert_or_assign(member.key(), member.value());
  }
  check_part("#/$defs/field", whole);
  json::object merged;
  if (const auto* row = layer_.find(LayerKind::kFieldPatch, entity, field)) merged = row->body;
  merge_patch(merged, change);
  if (!merged.empty()) layer_.put(LayerKind::kFieldPatch, entity, field, std::move(merged));
  put_texts(entity, texts);
}

void LayerChanges::hide_field(std::string_view entity, std::string_view field) {
  auto& target = require_entity(entity);
  const auto& present = require_field(target, field);
  if (base::json_bool(present, "required") && !present.contains("default")) throw precondition("field_is_required", field);
  for (const auto* role : {"title", "owner"}) {
    if (base::json_string(target.document.as_object(), role) == field) throw precondition("field_is_in_use", field);
  }
  change_field(entity, field, json::object{{"hidden", true}});
}

void LayerChanges::change_entity(std::string_view entity, const json::object& patch) {
  auto& target = require_entity(entity);
  check_part("#/$defs/entity_patch", patch);
  if (const auto* rules = base::json_array(patch, "rules")) {
    for (std::size_t i = 0; i < rules->size(); ++i) {
      const auto key = key_of((*rules)[i]);
      if (!target.is_custom && !is_custom_name(key)) {
        throw base::Error::field("rules[" + std::to_string(i) + "].key", "custom_prefix", {{"value", key}});
      }
    }
  }
  json::object change = patch;
  if (const auto* given = change.if_contains("texts")) {
    change_texts(entity, given->as_object());
    change.erase("texts");
  }
  const json::object texts = take_entity_texts(change);
  json::object merged;
  if (const auto* row = layer_.find(LayerKind::kEntityPatch, entity)) merged = row->body;
  merge_patch(merged, change);
  layer_.put(LayerKind::kEntityPatch, entity, "", std::move(merged));
  put_texts(entity, texts);
}

void LayerChanges::purge_field(std::string_view entity, std::string_view field) {
  auto& target = require_entity(entity);
  const auto& present = require_field(target, field);
  if (!base::json_bool(present, "hidden")) throw precondition("field_not_hidden", field);
  if (!layer_.find(LayerKind::kField, entity, field)) throw precondition("field_is_shipped", field);
  layer_.remove(LayerKind::kField, entity, field);
  layer_.remove(LayerKind::kFieldPatch, entity, field);
  auto* row = layer_.find(LayerKind::kEntityPatch, entity);
  auto* texts = row == nullptr ? nullptr : row->body.if_contains("texts");
  if (texts != nullptr && texts->is_object()) forget_field_texts(texts->as_object(), field);
}

void LayerChanges::import(const json::value& layer) {
  const auto* rows = layer.is_object() ? base::json_array(layer.as_object(), "rows") : nullptr;
  if (!rows) throw base::Error::field("rows", "required");
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::string at = "rows[" + std::to_string(i) + "]";
    const auto* row = (*rows)[i].if_object();
    const auto* body = row ? base::json_object(*row, "body") : nullptr;
    if (!body) throw base::Error::field(at + ".body", "required");
    const auto kind = base::json_string(*row, "kind");
    const auto entity = base::json_string(*row, "entity");
    const auto field = base::json_string(*row, "field");
    std::vector<base::FieldError> errors;
    if (kind == "entity") {
      entity_schema().check(*body, errors);
    } else if (kind == "field" || kind == "field_patch" || kind == "entity_patch") {
      entity_schema().check_part("#/$defs/" + kind, *body, errors);
    } else {
      errors.push_back({"kind", "unknown_value", {{"value", kind}, {"valid", "entity, field, entity_patch, field_patch"}}});
    }
    for (auto& error : errors) error.path = at + ".body." + error.path;
    if (!errors.empty()) throw base::Error(std::move(errors));
    for (const auto each : {LayerKind::kEntity, LayerKind::kField, LayerKind::kEntityPatch, LayerKind::kFieldPatch}) {
      if (layer_kind_name(each) == kind) layer_.put(each, entity, field, *body);
    }
  }
}

}  // namespace entity
