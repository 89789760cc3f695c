// Reading: one way out. A Query becomes SQL with the caller's rights inside and its rows are written straight to JSON.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/entity/access.hpp"
#include "server/entity/filter.hpp"
#include "server/store/database.hpp"

namespace entity {

enum class CountKind { kNone, kEstimate, kExact };

struct SortKey {
  std::vector<PathStep> path;
  bool descending = false;
};

struct Query {
  const EntityDef* entity = nullptr;
  Filter filter;
  std::vector<SortKey> sort;                  // the id is always added; empty values come last in either direction
  int limit = 50;                             // 1..1000
  std::string cursor;                         // opaque, from "next"; Error invalid_argument "bad_cursor" when of another query
  std::vector<std::vector<PathStep>> fields;  // what is written, dotted paths allowed; empty: default of the entity
  CountKind count = CountKind::kNone;
  bool in_bin = false;  // deleted records instead of living ones
};

struct Measure {
  enum class Fn { kCount, kSum, kAvg, kMin, kMax, kCountDistinct } fn = Fn::kCount;
  std::vector<PathStep> path;
};
struct Aggregate {
  const EntityDef* entity = nullptr;
  Filter filter;
  std::vector<std::vector<PathStep>> group;  // at most 3; dates take a unit: created_at:month
  std::vector<std::string> group_units;      // "", day, week, month, quarter, year — parallel to group
  std::vector<Measure> measures;
  int limit = 1000;
};

// Body of POST :query / parameters of GET. Errors name the field and list the valid ones.
Query parse_query(const json::object& body, const FilterContext& context);
Query parse_query(const std::vector<std::pair<std::string, std::string>>& parameters, const FilterContext& context);
Aggregate parse_aggregate(const json::object& body, const FilterContext& context);

struct QueryContext {
  store::Connection& connection;  // inside Database::read
  const Registry& registry;
  const Caller& caller;
  base::Instant now;
};

// Writes {"items":[…],"next":…,"count":…}.
void run_query(const QueryContext& context, const Query& query, base::JsonWriter& out);
// Writes {"groups":[…],"left_out":{…}}.
void run_aggregate(const QueryContext& context, const Aggregate& aggregate, base::JsonWriter& out);
// Writes one record (all readable fields, multi-values, link titles). False when missing or not readable.
bool write_record(const QueryContext& context, const EntityDef& entity, std::int64_t id, base::JsonWriter& out);
// Loads a record for logic, no rights applied; nullopt when missing. `for_update` takes the row lock on PostgreSQL.
std::optional<Record> load_record(store::Connection& connection, const Registry& registry, const EntityDef& entity, std::int64_t id,
                                  bool for_update = false);
// Ids matching a filter with the caller's rights for `action`, ascending, in pages: after_id exclusive.
std::vector<std::int64_t> find_ids(const QueryContext& context, const EntityDef& entity, const Filter& filter, Action action,
                                   std::int64_t after_id, int limit);
std::int64_t count_exact(const QueryContext& context, const EntityDef& entity, const Filter& filter, Action action = Action::kRead);

// True when the query is a keyset page on an index or a look-up by id: may run on the I/O thread.
bool is_cheap(const Query& query);

}  // namespace entity
