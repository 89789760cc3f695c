#include "modules/clients/server/lookup.hpp"

#include "server/entity/query.hpp"

namespace clients {

std::vector<std::int64_t> find_records(entity::SaveContext& save, std::string_view entity_key, const json::value& filter, int limit) {
  const auto system = entity::Caller::system();
  const auto& entity = save.registry().require(entity_key);
  const entity::FilterContext context{save.registry(), entity, *system, save.now()};
  return entity::find_ids({save.connection(), save.registry(), *system, save.now()}, entity, entity::parse_filter(filter, context),
                          entity::Action::kRead, 0, limit);
}

json::object all_of(std::initializer_list<json::object> parts) {
  json::array list;
  for (const auto& part : parts) list.emplace_back(part);
  return {{"and", std::move(list)}};
}

}  // namespace clients
