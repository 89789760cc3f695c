#include "server/entity/metadata/texts.hpp"

#include <algorithm>

#include "server/base/error.hpp"

namespace entity {

namespace {

json::object* find_keyed(json::value* list, std::string_view key) {
  auto* array = list == nullptr ? nullptr : list->if_array();
  if (array == nullptr) return nullptr;
  for (auto& element : *array) {
    auto* object = element.if_object();
    if (object != nullptr && base::json_string(*object, "key") == key) return object;
  }
  return nullptr;
}

json::value* member(json::object& object, std::string_view key) { return object.if_contains(key); }

json::object& child(json::object& object, std::string_view key) {
  auto& value = object[key];
  if (!value.is_object()) value = json::object();
  return value.as_object();
}

void put_labels(json::object& target, std::string_view name, const json::value& texts) {
  if (texts.is_object()) merge_texts(child(target, name), texts.as_object());
}

// Where the texts of one kind belong: the object that carries them, or nullptr.
json::object* find_named(json::object& document, std::string_view kind, std::string_view name) {
  if (kind == "fields" || kind == "help" || kind == "options") return find_keyed(member(document, "fields"), name);
  if (kind == "views" || kind == "rules") return find_keyed(member(document, kind), name);
  auto* card = member(document, "card");
  return card == nullptr || !card->is_object() ? nullptr : find_keyed(member(card->as_object(), "groups"), name);
}

// The number of a group in a card that has no named ones.
bool is_fact_group(json::object& document, std::string_view name) {
  auto* card = member(document, "card");
  if (card == nullptr || !card->is_object()) return false;
  const auto* facts = base::json_array(card->as_object(), "facts");
  const bool is_number =
      !name.empty() && name.size() < 4 && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  return facts != nullptr && is_number && static_cast<std::size_t>(std::stoi(std::string(name))) < facts->size();
}

[[noreturn]] void unknown(const std::string& path) { throw base::Error::field(path, "unknown_field"); }

const json::object& require_object(const json::value& value, const std::string& path) {
  if (!value.is_object()) throw base::Error::field(path, "wrong_type", {{"expected", "object"}});
  return value.as_object();
}

void check_option_names(json::object& field, const json::object& texts, const std::string& path) {
  for (const auto& option : texts) {
    if (find_keyed(member(field, "options"), option.key()) == nullptr) unknown(path + "." + std::string(option.key()));
  }
}

json::object labels_of(json::value* list) {
  json::object result;
  auto* array = list == nullptr ? nullptr : list->if_array();
  if (array == nullptr) return result;
  for (auto& element : *array) {
    auto* object = element.if_object();
    auto* labels = object == nullptr ? nullptr : member(*object, "labels");
    if (labels == nullptr) continue;
    result[base::json_string(*object, "key")] = *labels;
    object->erase("labels");
  }
  return result;
}

void put_when_any(json::object& texts, std::string_view kind, json::object labels) {
  if (!labels.empty()) texts[kind] = std::move(labels);
}

}  // namespace

void merge_texts(json::object& target, const json::object& patch) {
  for (const auto& given : patch) {
    if (given.value().is_null()) {
      target.erase(given.key());
    } else if (given.value().is_object()) {
      auto& inner = child(target, given.key());
      merge_texts(inner, given.value().as_object());
      if (inner.empty()) target.erase(given.key());
    } else {
      target.insert_or_assign(given.key(), given.value());
    }
  }
}

void check_text_names(const json::object& document, const json::object& texts) {
  json::object copy = document;
  for (const auto& kind : texts) {
    const std::string_view name = kind.key();
    const std::string path(name);
    if (name == "entity") continue;
    for (const auto& each : require_object(kind.value(), path)) {
      const std::string at = path + "." + std::string(each.key());
      auto* found = find_named(copy, name, each.key());
      if (found == nullptr && !(name == "groups" && is_fact_group(copy, each.key()))) unknown(at);
      if (name == "options" && each.value().is_object()) check_option_names(*found, each.value().as_object(), at);
    }
  }
}

void apply_texts(json::object& document, const json::object& texts) {
  for (const auto& kind : texts) {
    const std::string_view name = kind.key();
    if (!kind.value().is_object()) continue;
    for (const auto& each : kind.value().as_object()) {
      if (name == "entity") {
        // Entities keep their labels by language first.
        for (const auto& language : each.value().as_object())
          child(child(document, "labels"), language.key())[each.key()] = language.value();
        continue;
      }
      auto* found = find_named(document, name, each.key());
      if (found == nullptr) {
        if (name == "groups" && is_fact_group(document, each.key()))
          put_labels(child(document.at("card").as_object(), "fact_labels"), each.key(), each.value());
      } else if (name == "options") {
        for (const auto& option : each.value().as_object()) {
          if (auto* target = find_keyed(member(*found, "options"), option.key())) put_labels(*target, "labels", option.value());
        }
      } else {
        put_labels(*found, name == "help" ? "help" : "labels", each.value());
      }
    }
  }
}

json::object take_field_texts(std::string_view field, json::object& patch) {
  json::object texts;
  for (const auto& [name, kind] : {std::pair<std::string_view, std::string_view>{"labels", "fields"}, {"help", "help"}}) {
    auto* given = member(patch, name);
    if (given == nullptr || given->is_bool()) continue;
    texts[kind] = json::object{{field, *given}};
    patch.erase(name);
  }
  json::object options = labels_of(member(patch, "options"));
  if (!options.empty()) texts["options"] = json::object{{field, std::move(options)}};
  return texts;
}

json::object take_entity_texts(json::object& patch) {
  json::object texts;
  if (auto* labels = member(patch, "labels"); labels != nullptr && labels->is_object()) {
    json::object entity;
    for (const auto& language : labels->as_object()) {
      for (const auto& which : require_object(language.value(), "labels." + std::string(language.key())))
        child(entity, which.key())[language.key()] = which.value();
    }
    put_when_any(texts, "entity", std::move(entity));
    patch.erase("labels");
  }
  put_when_any(texts, "views", labels_of(member(patch, "views")));
  if (auto* card = member(patch, "card"); card != nullptr && card->is_object())
    put_when_any(texts, "groups", labels_of(member(card->as_object(), "groups")));
  return texts;
}

void forget_field_texts(json::object& texts, std::string_view field) {
  for (const auto* kind : {"fields", "help", "options"}) {
    if (auto* all = member(texts, kind); all != nullptr && all->is_object()) all->as_object().erase(field);
  }
}

}  // namespace entity
