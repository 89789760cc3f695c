#include "server/entity/write/parsed_values.hpp"

#include <algorithm>

#include "server/entity/field_type.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

bool needs_database(const FieldDef& field) {
  return field.type->comparison(field) == Comparison::kLink || field.type->name() == "money" || field.type->name() == "many_to_many";
}

}  // namespace

const ParsedValue* ParsedValues::find(FieldIndex field) const {
  const auto at = std::find_if(fields.begin(), fields.end(), [&](const ParsedValue& each) { return each.field == field; });
  return at == fields.end() ? nullptr : &*at;
}

ParsedValues parse_ahead(const Registry& registry, const EntityDef& entity, const json::object& values) {
  ParsedValues parsed;
  parsed.record = make_record(entity);
  for (const auto& member : values) {
    const FieldIndex index = entity.index_of({member.key().data(), member.key().size()});
    if (index < 0) continue;
    const FieldDef& field = entity.fields[static_cast<std::size_t>(index)];
    if (field.system || field.type == nullptr || needs_database(field)) continue;
    ParsedValue one{index, {}, {}};
    ParseContext context{field, registry, field.key, &one.errors, &one.marks};
    parsed.record.at(index) = field.type->parse(member.value(), context);
    parsed.fields.push_back(std::move(one));
  }
  parsed.search = search_ahead(parsed.record);
  return parsed;
}

}  // namespace entity
