#include "server/entity/schema/derived_versions.hpp"

#include "server/base/text/text.hpp"
#include "server/entity/search/search.hpp"

namespace entity {

namespace {

// FNV-1a, without the sign bit.
std::int64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return static_cast<std::int64_t>(hash >> 1);
}

}  // namespace

DerivedVersion search_version(const EntityDef& entity) { return {"search:" + entity.table, hash_of(search_layout(entity))}; }

DerivedVersion sort_version() { return {"sort_keys", hash_of(base::sort_key_version())}; }

std::optional<std::int64_t> derived_version(store::Connection& connection, const std::string& name) {
  auto statement = connection.prepare("derived_version", "SELECT value FROM sys_counter WHERE name=$1");
  statement.bind_text(1, name);
  if (!statement.step()) return std::nullopt;
  return statement.integer(0);
}

void keep_derived_version(store::Connection& connection, const DerivedVersion& version) {
  connection
      .prepare("keep_derived_version",
               "INSERT INTO sys_counter(name,value) VALUES($1,$2) ON CONFLICT(name) DO UPDATE SET value=excluded.value")
      .bind_text(1, version.name)
      .bind(2, version.value)
      .run();
}

}  // namespace entity
