#include "server/entity/value.hpp"

#include "server/base/error.hpp"

namespace entity {

namespace {

FieldIndex require_index(const Record& record, std::string_view field) {
  const auto index = record.entity ? record.entity->index_of(field) : -1;
  if (index < 0 || static_cast<std::size_t>(index) >= record.values.size()) {
    throw base::Error::internal("record has no field " + std::string(field));
  }
  return index;
}

}  // namespace

const Value& Record::get(std::string_view field) const { return at(require_index(*this, field)); }

std::int64_t Record::integer(std::string_view field, std::int64_t fallback) const {
  const auto* number = std::get_if<std::int64_t>(&get(field));
  return number ? *number : fallback;
}

std::string_view Record::text(std::string_view field) const {
  const auto* text = std::get_if<std::string>(&get(field));
  return text ? std::string_view(*text) : std::string_view();
}

std::int64_t Record::link_id(std::string_view field) const {
  const auto* link = std::get_if<Link>(&get(field));
  return link ? link->record_id : 0;
}

void Record::set(std::string_view field, Value value) { at(require_index(*this, field)) = std::move(value); }

}  // namespace entity
