#include "modules/catalog/server/lookup.hpp"

#include "server/entity/lookup.hpp"

namespace catalog {

std::vector<entity::Record> find_all(entity::SaveContext& save, const entity::EntityDef& entity, const entity::Filter& filter, int limit) {
  const auto system = entity::Caller::system();
  return entity::find_records({save.connection(), save.registry(), *system, save.now()}, entity, filter, limit);
}

}  // namespace catalog
