#include "server/entity/duplicates/match_plan.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "server/base/time.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

using match::Role;

std::optional<Role> role_of(const EntityDef& entity, std::size_t index) {
  const FieldDef& field = entity.fields[index];
  if (field.system) return std::nullopt;
  if (static_cast<FieldIndex>(index) == entity.title_index) return Role::kName;
  const std::string_view type = field.type->name();
  if (type == "phone") return Role::kPhone;
  if (type == "email") return Role::kEmail;
  if (type == "url" && field.multiple) return Role::kSite;
  if (type == "address") return Role::kAddress;
  if (type == "date" && field.key == "birthday") return Role::kDate;
  if (type != "text") return std::nullopt;
  if (field.format == "inn") return Role::kInn;
  if (field.format == "kpp") return Role::kBranch;
  if (field.format == "ogrn" || field.format == "snils") return Role::kCode;
  if (field.key == "city") return Role::kTown;
  return std::nullopt;
}

std::vector<std::string> item_texts(const EntityDef& entity, FieldIndex field, const Items& items, Role role) {
  std::vector<std::string> out;
  const ItemTable* table = item_table(entity, field);
  if (table == nullptr) return out;
  const auto column = [&](const Item& item, std::string_view name) -> std::string {
    const auto at = std::find_if(table->columns.begin(), table->columns.end(), [&](const Column& c) { return c.suffix == name; });
    if (at == table->columns.end()) return {};
    const auto* text = std::get_if<std::string>(&item.columns[static_cast<std::size_t>(at - table->columns.begin())]);
    return text == nullptr ? std::string() : *text;
  };
  for (const auto& item : items) {
    std::string text;
    if (role == Role::kAddress) {
      text = column(item, "text");
      for (const auto* part : {"city", "street"}) {
        if (text.empty() || column(item, "text").empty()) text += (text.empty() ? "" : " ") + column(item, part);
      }
    } else {
      text = column(item, role == Role::kPhone ? "e164" : "value");
      if (text.empty()) text = column(item, "raw");
    }
    if (!text.empty()) out.push_back(std::move(text));
  }
  return out;
}

std::vector<std::string> texts_of(const EntityDef& entity, FieldIndex field, const Value& value, Role role) {
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !text->empty()) return {*text};
  if (const auto* items = std::get_if<Items>(&value)) return item_texts(entity, field, *items, role);
  if (const auto* days = std::get_if<std::int64_t>(&value); days != nullptr && role == Role::kDate)
    return {base::to_string(base::from_days(*days))};
  return {};
}

void add_json_texts(const json::value& value, std::vector<std::string>& out) {
  if (value.is_string()) {
    if (!value.as_string().empty()) out.emplace_back(value.as_string());
  } else if (value.is_array()) {
    for (const auto& item : value.as_array()) add_json_texts(item, out);
  } else if (value.is_object()) {
    for (const auto* member : {"raw", "value", "e164", "text", "street"}) {
      const auto* text = value.as_object().if_contains(member);
      if (text == nullptr || !text->is_string() || text->as_string().empty()) continue;
      out.emplace_back(text->as_string());
      return;
    }
  }
}

}  // namespace

MatchPlan match_plan(const EntityDef& entity) {
  MatchPlan plan;
  if (entity.duplicate_keys.empty() || entity.title_index < 0) return plan;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const auto role = role_of(entity, i);
    if (!role) continue;
    plan.schema.push_back({entity.fields[i].key, *role});
    plan.fields.push_back(static_cast<FieldIndex>(i));
  }
  return plan;
}

match::Features match_features(const MatchPlan& plan, const Record& record) {
  match::Features features;
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    features.fields.push_back(match::make_features(
        plan.schema[i].role, texts_of(*record.entity, plan.fields[i], record.at(plan.fields[i]), plan.schema[i].role)));
  }
  return features;
}

match::Features match_features(const MatchPlan& plan, const EntityDef& entity, const json::object& values) {
  match::Features features;
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    std::vector<std::string> texts;
    if (const auto* value = values.if_contains(entity.fields[static_cast<std::size_t>(plan.fields[i])].key)) add_json_texts(*value, texts);
    features.fields.push_back(match::make_features(plan.schema[i].role, texts));
  }
  return features;
}

}  // namespace entity
