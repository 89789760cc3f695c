#include "server/entity/def.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/entity/field_type.hpp"

namespace entity {

bool FieldDef::is_stored_column() const { return type && !type->columns(*this).empty(); }

const Option* FieldDef::option(std::string_view wanted) const {
  const auto found = std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.key == wanted; });
  return found == options.end() ? nullptr : &*found;
}

FieldIndex EntityDef::index_of(std::string_view wanted) const {
  thread_local std::string key;  // asked some hundred times for a save: long keys would each need memory
  key = wanted;
  const auto found = by_key.find(key);
  return found == by_key.end() ? -1 : found->second;
}

const FieldDef* EntityDef::field(std::string_view wanted) const {
  const auto index = index_of(wanted);
  return index < 0 ? nullptr : &fields[static_cast<std::size_t>(index)];
}

const EntityDef* Registry::find(std::string_view key) const {
  const auto found = by_key_.find(std::string(key));
  return found == by_key_.end() ? nullptr : found->second;
}

const EntityDef* Registry::find_plural(std::string_view plural) const {
  const auto found = by_plural_.find(std::string(plural));
  return found == by_plural_.end() ? nullptr : found->second;
}

const EntityDef* Registry::find_id(int id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const EntityDef& Registry::require(std::string_view key) const {
  if (const auto* entity = find(key)) return *entity;
  throw base::Error(base::ErrorCode::kNotFound, "unknown_entity", {{"entity", std::string(key.substr(0, 100))}});
}

const std::vector<Backlink>& Registry::backlinks(const EntityDef& target) const {
  static const std::vector<Backlink> kNone;
  const auto found = backlinks_.find(&target);
  return found == backlinks_.end() ? kNone : found->second;
}

}  // namespace entity
