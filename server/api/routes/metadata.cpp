// Metadata for screens, and its changes by administrators.
#include <algorithm>
#include <cctype>

#include "server/api/labels.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"

namespace api {

namespace {

using entity::EntityDef;
using entity::FieldDef;

void write_options(const Call& call, const EntityDef& entity, const FieldDef& field, base::JsonWriter& out) {
  out.key("options").begin_array();
  for (const auto& option : field.options) {
    out.begin_object().key("key").text(option.key).key("id").integer(option.id);
    out.key("label").text(label(call, option.labels, "entities." + entity.key + ".options." + field.key + "." + option.key, option.key));
    out.key("color").text(option.color).key("hidden").boolean(option.hidden).end_object();
  }
  out.end_array();
}

void write_field(const Call& call, const EntityDef& entity, const FieldDef& field, base::JsonWriter& out) {
  out.begin_object().key("key").text(field.key).key("id").integer(field.id).key("type").text(field.type->name());
  out.key("label").text(field_label(call, entity, field)).key("help");
  const std::string help = label(call, field.help, "entities." + entity.key + ".help." + field.key, "");
  if (help.empty())
    out.null();
  else
    out.text(help);
  out.key("required").boolean(field.required).key("read_only").boolean(field.read_only || field.system).key("hidden").boolean(field.hidden);
  out.key("filterable").boolean(field.filterable).key("sortable").boolean(field.sortable).key("custom").boolean(field.custom);
  out.key("system").boolean(field.system).key("multiple").boolean(field.type->is_multi_value(field)).key("unique").boolean(field.unique);
  out.key("searchable").boolean(field.search != entity::SearchKind::kNone).key("scale").integer(field.scale);
  out.key("max_length");
  if (field.max_length)
    out.integer(*field.max_length);
  else
    out.null();
  out.key("min");
  if (field.min)
    out.text(*field.min);
  else
    out.null();
  out.key("max");
  if (field.max)
    out.text(*field.max);
  else
    out.null();
  out.key("format").text(field.format).key("to").begin_array();
  for (const auto& target : field.to) out.text(target);
  out.end_array();
  write_options(call, entity, field, out);
  out.key("kinds").begin_array();
  for (const auto& kind : field.kinds) {
    out.begin_object()
        .key("key")
        .text(kind)
        .key("label")
        .text(label(call, {}, "entities." + entity.key + ".kinds." + field.key + "." + kind, kind))
        .end_object();
  }
  out.end_array().key("through").text(field.through).key("expression").text(field.expression).key("result").text(field.result);
  out.key("default").value(field.default_value);
  out.key("can_update").boolean(!field.system && !field.read_only && entity::may_write_field(call.caller(), entity, field)).end_object();
}

bool names_readable_field(const Call& call, const EntityDef& entity, std::string_view path) {
  if (!path.empty() && path.front() == '-') path.remove_prefix(1);
  const FieldDef* field = entity.field(path.substr(0, path.find('.')));
  return field != nullptr && entity::may_read_field(call.caller(), entity, *field);
}

// Names of fields the caller may not read, and of fields of absent modules, are left out.
json::array readable_names(const Call& call, const EntityDef& entity, const json::value* names) {
  json::array out;
  if (names == nullptr || !names->is_array()) return out;
  for (const auto& name : names->as_array()) {
    if (name.is_string() && names_readable_field(call, entity, name.as_string())) out.push_back(name);
  }
  return out;
}

// Whether a filter as JSON names, at any depth, a field that the caller may not read.
bool names_hidden_field(const Call& call, const EntityDef& entity, const json::value& filter) {
  if (const auto* array = filter.if_array()) {
    return std::any_of(array->begin(), array->end(), [&](const json::value& part) { return names_hidden_field(call, entity, part); });
  }
  const auto* object = filter.if_object();
  if (object == nullptr) return false;
  if (const auto* field = object->if_contains("field"); field != nullptr && field->is_string())
    return !names_readable_field(call, entity, field->as_string());
  if (object->contains("exists")) return false;  // asks another entity, which checks by itself
  return std::any_of(object->begin(), object->end(), [&](const auto& member) { return names_hidden_field(call, entity, member.value()); });
}

// Whether a formula names, as a whole word, a field that the caller may not read.
bool formula_names_hidden_field(const Call& call, const EntityDef& entity, std::string_view formula) {
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return std::any_of(entity.fields.begin(), entity.fields.end(), [&](const FieldDef& field) {
    if (entity::may_read_field(call.caller(), entity, field)) return false;
    for (auto at = formula.find(field.key); at != std::string_view::npos; at = formula.find(field.key, at + 1)) {
      const auto end = at + field.key.size();
      if ((at == 0 || !is_word(formula[at - 1])) && (end == formula.size() || !is_word(formula[end]))) return true;
    }
    return false;
  });
}

void write_views(const Call& call, const EntityDef& entity, base::JsonWriter& out) {
  out.key("views").begin_array();
  if (entity.views.is_array()) {
    for (const auto& view : entity.views.as_array()) {
      if (!view.is_object()) continue;
      if (const auto* filter = view.as_object().if_contains("filter"); filter != nullptr && names_hidden_field(call, entity, *filter))
        continue;
      json::object shown = view.as_object();
      const std::string key = base::json_string(shown, "key");
      shown["label"] = label(call, own_labels(view.as_object()), "entities." + entity.key + ".views." + key, key);
      shown["columns"] = readable_names(call, entity, shown.if_contains("columns"));
      shown["sort"] = readable_names(call, entity, shown.if_contains("sort"));
      out.value(shown);
    }
  }
  out.end_array();
}

// Groups with names of their own (`layout`) take the place of plain `facts`; `groups` holds the title of each, "" where it has none.
void write_groups(const Call& call, const EntityDef& entity, json::object& card, json::array& facts) {
  const std::string shipped = "entities." + entity.key + ".groups.";
  json::array titles;
  const auto* declared = base::json_array(card, "groups");
  if (declared == nullptr || declared->empty()) {
    const auto* names = base::json_object(card, "fact_labels");
    for (std::size_t i = 0; i < facts.size(); ++i) {
      const auto number = std::to_string(i);
      const auto* own = names == nullptr ? nullptr : base::json_object(*names, number);
      titles.emplace_back(
          label(call, own == nullptr ? std::unordered_map<std::string, std::string>{} : own_labels(json::object{{"labels", *own}}),
                shipped + number, ""));
    }
  } else {
    json::array layout;
    facts.clear();
    for (const auto& element : *declared) {
      json::object group = element.as_object();
      const std::string key = base::json_string(group, "key");
      group["label"] = label(call, own_labels(group), shipped + key, "");
      group["fields"] = readable_names(call, entity, group.if_contains("fields"));
      titles.push_back(group["label"]);
      facts.push_back(group["fields"]);
      layout.push_back(std::move(group));
    }
    card["layout"] = std::move(layout);
  }
  card["groups"] = std::move(titles);
  card.erase("fact_labels");
}

void write_card(const Call& call, const EntityDef& entity, base::JsonWriter& out) {
  json::object card = entity.card.is_object() ? entity.card.as_object() : json::object{};
  json::array facts;
  if (const auto* groups = card.if_contains("facts"); groups != nullptr && groups->is_array()) {
    for (const auto& group : groups->as_array()) facts.push_back(readable_names(call, entity, &group));
  }
  write_groups(call, entity, card, facts);
  card["facts"] = std::move(facts);
  card["create"] = readable_names(call, entity, card.if_contains("create"));
  out.key("card").value(card);
}

void write_related(const Call& call, const EntityDef& entity, base::JsonWriter& out) {
  out.key("related").begin_array();
  for (const auto& backlink : call.registry->backlinks(entity)) {
    const FieldDef& field = backlink.entity->fields[static_cast<std::size_t>(backlink.field)];
    if (field.system || field.hidden || !entity::may(call.caller(), *backlink.entity, entity::Action::kRead)) continue;
    if (!entity::may_read_field(call.caller(), *backlink.entity, field)) continue;
    out.begin_object().key("entity").text(backlink.entity->key).key("plural").text(backlink.entity->plural).key("field").text(field.key);
    out.key("kind").text(field.type->name()).key("label").text(entity_label(call, *backlink.entity, "many")).end_object();
  }
  out.end_array();
}

std::string_view kind_name(entity::EntityKind kind) {
  switch (kind) {
    case entity::EntityKind::kLog: return "log";
    case entity::EntityKind::kRelation: return "relation";
    case entity::EntityKind::kSystem: return "system";
    case entity::EntityKind::kRecord: break;
  }
  return "record";
}

void write_rules(const Call& call, const EntityDef& entity, base::JsonWriter& out) {
  out.key("rules").begin_array();
  for (const auto& rule : entity.rules) {
    if (formula_names_hidden_field(call, entity, rule.when) || formula_names_hidden_field(call, entity, rule.check)) continue;
    out.begin_object().key("key").text(rule.key).key("when").text(rule.when).key("check").text(rule.check).key("path").text(rule.path);
    out.key("require").begin_array();
    for (const auto& field : rule.require) {
      if (names_readable_field(call, entity, field)) out.text(field);
    }
    out.end_array().key("message").text(label(call, rule.labels, "entities." + entity.key + ".rules." + rule.key, rule.key)).end_object();
  }
  out.end_array().key("visibility").begin_object();
  for (const auto& [field, formula] : entity.visibility) {
    if (names_readable_field(call, entity, field) && !formula_names_hidden_field(call, entity, formula)) out.key(field).text(formula);
  }
  out.end_object();
}

// A log, or results of a calculation: nobody can fill in a field of it.
bool is_kept_by_program(const EntityDef& entity) {
  return !entity.fields.empty() && std::ranges::all_of(entity.fields, [](const auto& field) { return field.read_only; });
}

void write_entity(const Call& call, const EntityDef& entity, base::JsonWriter& out) {
  static constexpr std::pair<std::string_view, entity::Action> kActions[] = {{"read", entity::Action::kRead},
                                                                             {"create", entity::Action::kCreate},
                                                                             {"update", entity::Action::kUpdate},
                                                                             {"delete", entity::Action::kDelete},
                                                                             {"export", entity::Action::kExport}};
  out.begin_object()
      .key("key")
      .text(entity.key)
      .key("id")
      .integer(entity.id)
      .key("plural")
      .text(entity.plural)
      .key("kind")
      .text(kind_name(entity.kind));
  out.key("module").text(entity.module).key("icon").text(entity.icon).key("custom").boolean(entity.custom);
  out.key("label")
      .begin_object()
      .key("one")
      .text(entity_label(call, entity, "one"))
      .key("many")
      .text(entity_label(call, entity, "many"))
      .end_object();
  out.key("title").text(entity.title_field).key("owner").text(entity.owner_field).key("timeline").boolean(entity.timeline);
  out.key("can").begin_object();
  for (const auto& [name, action] : kActions)
    out.key(name).boolean(entity::may(call.caller(), entity, action) && (action != entity::Action::kCreate || !is_kept_by_program(entity)));
  out.end_object().key("fields").begin_array();
  for (const auto& field : entity.fields) {
    if (entity::may_read_field(call.caller(), entity, field)) write_field(call, entity, field, out);
  }
  out.end_array();
  write_rules(call, entity, out);
  write_views(call, entity, out);
  write_card(call, entity, out);
  out.key("stages");
  if (entity.stages)
    out.begin_object().key("field").text(entity.stages->field).key("pipeline").text(entity.stages->pipeline).end_object();
  else
    out.null();
  write_related(call, entity, out);
  out.end_object();
}

void metadata(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  out.begin_object().key("version").integer(call.registry->version()).key("entities").begin_array();
  for (const auto& entity : call.registry->entities()) {
    const bool visible =
        entity::may(call.caller(), *entity, entity::Action::kRead) || entity::may(call.caller(), *entity, entity::Action::kCreate);
    if (visible) write_entity(call, *entity, out);
  }
  out.end_array().end_object();
  answer_by_etag(call.request, response);
}

const entity::Caller& administrator(Call& call) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  return call.writer();
}

void answer_entity(Call& call, std::string_view key, http::Response& response) {
  Call fresh(call.context, call.request, std::make_shared<entity::Caller>(call.caller()), call.context.catalog.current(), call.now);
  base::JsonWriter out(response.body);
  write_entity(fresh, fresh.registry->require(key), out);
}

void add_entity(Call& call, http::Response& response) {
  const auto& who = administrator(call);
  const json::object body = call.body();
  call.context.catalog.add_entity(who, body);
  response.status = 201;
  answer_entity(call, base::json_string(body, "key"), response);
}

void change_entity(Call& call, http::Response& response) {
  call.context.catalog.change_entity(administrator(call), call.parameter(0), call.body());
  answer_entity(call, call.parameter(0), response);
}

void add_field(Call& call, http::Response& response) {
  call.context.catalog.add_field(administrator(call), call.parameter(0), call.body());
  response.status = 201;
  answer_entity(call, call.parameter(0), response);
}

void change_field(Call& call, http::Response& response) {
  call.context.catalog.change_field(administrator(call), call.parameter(0), call.parameter(1), call.body());
  answer_entity(call, call.parameter(0), response);
}

// For ever, with the values: the body names the field once more.
void purge_field(Call& call, http::Response& response) {
  const auto& who = administrator(call);
  if (base::json_string(call.body(), "confirm") != call.parameter(1))
    throw base::Error::field("confirm", "confirm_by_name", {{"name", std::string(call.parameter(1))}});
  call.context.catalog.purge_field(who, call.parameter(0), call.parameter(1));
  response.status = 204;
}

void hide_field(Call& call, http::Response& response) {
  call.context.catalog.hide_field(administrator(call), call.parameter(0), call.parameter(1));
  response.status = 204;
}

}  // namespace

void add_metadata_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/metadata", metadata});
  add_route(router, context, {Method::kPost, "/metadata/entities", add_entity, RunsOn::kWritePool});
  add_route(router, context, {Method::kPatch, "/metadata/entities/{entity}", change_entity, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/metadata/entities/{entity}/fields", add_field, RunsOn::kWritePool});
  add_route(router, context, {Method::kPatch, "/metadata/entities/{entity}/fields/{field}", change_field, RunsOn::kWritePool});
  add_route(router, context, {Method::kDelete, "/metadata/entities/{entity}/fields/{field}", hide_field, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/metadata/entities/{entity}/fields/{field}:purge", purge_field, RunsOn::kWritePool});
}

}  // namespace api
