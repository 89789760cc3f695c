// What a mass change does to one record.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/entity/access.hpp"
#include "server/entity/catalog.hpp"

namespace flow {

// Parameters of a mass change, checked once for the whole job. Actions:
// - none: {"set": {…}} gives every record these values; reassigning is a set of the owner;
// - "delete", "restore": to the bin and back (a restore looks among the deleted);
// - "tags": {"field": "tags", "add": […], "remove": […]};
// - "merge_values": {"field", "from": […], "to"}: every spelling in `from` becomes `to`, in text, choice, multi_choice and tags.
class RecordChange {
 public:
  enum class Kind { kSet, kDelete, kRestore, kTags, kMergeValues };

  // Throws Error with the path of what is wrong: unknown or unwritable fields, wrong types, unknown options.
  static RecordChange parse(const entity::EntityDef& entity, const entity::Caller& caller, const json::object& parameters);

  Kind kind() const { return kind_; }
  entity::Action action() const {
    return kind_ == Kind::kDelete || kind_ == Kind::kRestore ? entity::Action::kDelete : entity::Action::kUpdate;
  }
  // Records beside those asked for need no look: "merge_values" narrows to those that hold a value of `from`. Null: no narrowing.
  const json::value& narrowing() const { return narrowing_; }
  // Values that differ from what the record holds; empty: nothing to change. Not for kDelete and kRestore.
  json::object patch(const entity::Record& record) const;

 private:
  json::object tags_patch(const entity::Record& record) const;
  json::object merge_patch(const entity::Record& record) const;

  Kind kind_ = Kind::kSet;
  json::object set_;
  std::string field_, to_;
  std::vector<std::string> from_, add_, remove_;
  json::value narrowing_;
};

}  // namespace flow
