// A small world for tests of reading: entities, tables, people and records on either database.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/read/page/database_resolver.hpp"
#include "server/entity/storage.hpp"
#include "server/store/database_testing.hpp"

namespace entity {

// Departments: 1 head office; 2 sales under 1; 3 north under 2; 4 logistics under 1.
// Users: 1 Anna (head office), 2 Boris and 3 Vera (sales), 4 Gleb (north), 5 Dina (logistics).
class ReadWorld {
 public:
  explicit ReadWorld(store::Dialect dialect);
  ~ReadWorld();

  const Registry& registry() const { return *registry_; }
  const EntityDef& entity(std::string_view key) const { return registry_->require(key); }
  store::Database& database() { return *database_; }
  base::Instant now() const { return now_; }

  // Values as in the API; many_to_many too. Returns the id.
  std::int64_t add(std::string_view entity, std::string_view json_values);
  void remove(std::string_view entity, std::int64_t id);  // to the bin
  void share(std::string_view entity, std::int64_t id, std::int64_t user_id, std::int64_t department_id, int level);
  void run(const std::string& sql);

  // All with the caller's rights, over one read.
  void read(const std::function<void(store::Connection&)>& body);
  std::string list(const Caller& caller, std::string_view entity, std::string_view query_json);
  std::string record(const Caller& caller, std::string_view entity, std::int64_t id);  // "" when not readable
  std::string aggregate(const Caller& caller, std::string_view entity, std::string_view json);
  std::vector<std::int64_t> ids(const Caller& caller, std::string_view entity, std::string_view filter_json);
  std::vector<std::int64_t> ids(const Caller& caller, const EntityDef& entity, const Filter& filter);
  // The same in memory: every living record loaded and matched.
  std::vector<std::int64_t> ids_in_memory(const Caller& caller, const EntityDef& entity, const Filter& filter);
  Filter filter(const Caller& caller, std::string_view entity, std::string_view filter_json);
  FilterContext context(const Caller& caller, std::string_view entity) const { return {registry(), this->entity(entity), caller, now_}; }

 private:
  void create_tables();
  std::unique_ptr<store::ScratchDatabase> scratch_;
  std::unique_ptr<store::Database> database_;
  RegistryPtr registry_;
  base::Instant now_;
  std::map<std::string, std::int64_t, std::less<>> last_id_;
};

// The entities of the world without a database.
RegistryPtr make_read_registry();

// Callers; scopes are given for every entity and action alike and may be changed afterwards.
Caller make_caller(const Registry& registry, std::int64_t user_id, Scope scope);
Caller make_admin();

// "unknown_field@filter.and[0].field" for the first field error, else the key; "" when nothing is thrown.
std::string error_of(const std::function<void()>& action);
std::string extra_of(const std::function<void()>& action);

}  // namespace entity
