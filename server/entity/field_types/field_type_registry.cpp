#include <memory>
#include <string_view>
#include <unordered_map>

#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

struct Types {
  TypeList owned;
  std::vector<const FieldType*> all;
  std::unordered_map<std::string_view, const FieldType*> by_name;

  Types() {
    for (const auto add : {add_text_types, add_rich_text_type, add_number_types, add_money_type, add_temporal_types, add_choice_types,
                           add_link_types, add_phone_type, add_email_type, add_messenger_type, add_url_type, add_address_type,
                           add_file_types, add_tags_type, add_json_type, add_computed_types}) {
      add(owned);
    }
    for (const auto& type : owned) {
      all.push_back(type.get());
      by_name.emplace(type->name(), type.get());
    }
  }
};

const Types& types() {
  static const Types kTypes;
  return kTypes;
}

}  // namespace

const FieldType* find_field_type(std::string_view name) {
  const auto found = types().by_name.find(name);
  return found == types().by_name.end() ? nullptr : found->second;
}

const std::vector<const FieldType*>& all_field_types() { return types().all; }

}  // namespace entity
