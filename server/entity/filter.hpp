// The one filter grammar: parsed from JSON or the short URL form into a tree, compiled to SQL and evaluated in memory;
// a property test holds the two together. Lists, views, segments, rules, access conditions, reports and web hooks use
// it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/json.hpp"
#include "server/entity/caller.hpp"
#include "server/entity/def.hpp"
#include "server/entity/value.hpp"

namespace formula {
class Formula;
}

namespace entity {

enum class FilterOp {
  kEq,
  kNe,
  kIn,
  kNotIn,
  kLt,
  kLte,
  kGt,
  kGte,
  kBetween,
  kContains,
  kStartsWith,
  kIsEmpty,
  kNotEmpty,
  kAnyOf,
  kAllOf,
  kNoneOf,
  kWithin,
};

// One step of a dotted path, resolved against the registry.
struct PathStep {
  const EntityDef* entity;  // the entity that has the field
  FieldIndex field;
  std::string item_column;  // last step into a multi-value: "e164", into money: "currency"; empty otherwise
};

// Every leaf is true or not true; ne, not_in, none_of, is_empty and `not` are the complement of their positive twin, so
// empty values are included as people expect (server/entity/read/README.md, "Equality of SQL and memory").
struct Filter {
  enum class Kind {
    kAlways,
    kNever,
    kAnd,
    kOr,
    kNot,
    kCompare,
    kExists,  // some living record of `other` whose path[0] points here (entity id values[0]) passes children[0]
    kLinked,  // the record of `other` that path[0] points to passes children[0]
    kFormula,
    kText,
    kScope,   // the owner (path[0]) is one of the caller's owners for scope values[0]
    kShared,  // shared with the caller at level values[0] (1 read, 2 write) or above
  };
  Kind kind = Kind::kAlways;
  std::vector<Filter> children;  // and, or, not, exists, linked (one child, over the other entity)
  std::vector<PathStep> path;    // compare; exists: the backlink as one step; linked, scope: one step
  FilterOp op = FilterOp::kEq;
  std::vector<Value> values;                        // resolved (dates, me, links) and in the form they are stored in (folded, sort key)
  std::string text;                                 // formula source or search text
  std::string source;                               // where it stood in the input ("filter.and[0]"), for errors
  const EntityDef* other = nullptr;                 // exists, linked
  std::shared_ptr<const formula::Formula> formula;  // kFormula, parsed
  bool as_system = false;                           // paths are followed without the rights of the caller: the engine's own rules

  static Filter always() { return {}; }
  static Filter never();
  static Filter all_of(std::vector<Filter> parts);  // flattened; kAlways and kNever are folded
  static Filter any_of(std::vector<Filter> parts);
  static Filter negation(Filter part);
};

// Resolution of relative values needs the caller (me, my_department, time zone) and now.
struct FilterContext {
  const Registry& registry;
  const EntityDef& entity;
  const Caller& caller;
  base::Instant now;
};

// {"and":[…]} grammar. Unknown field, one the caller may not read, or unknown operator: Error invalid_argument
// "unknown_field" / "unknown_operator" with extra "valid": […]. A null value gives kAlways.
Filter parse_filter(const json::value& input, const FilterContext& context);
// filter[city]=Казань, filter[amount][gte]=1000 pairs (names as in the URL).
Filter parse_short_filter(const std::vector<std::pair<std::string, std::string>>& query, const FilterContext& context);

// Evaluates over a record whose links are looked up through `resolver` (nullptr: paths through links are "empty").
class RecordResolver {
 public:
  virtual ~RecordResolver() = default;
  virtual std::shared_ptr<const Record> find(const EntityDef& entity, std::int64_t id) = 0;
  virtual bool is_shared(const EntityDef& entity, std::int64_t id, const Caller& caller, Action action) = 0;
  // For kExists: `filter` is the whole kExists node, answered with the rights of the resolver's caller unless it is
  // as_system.
  virtual bool exists(const EntityDef& entity, const Filter& filter, std::int64_t pointing_at) = 0;
};
bool matches(const Filter& filter, const Record& record, const FilterContext& context, RecordResolver* resolver);

}  // namespace entity
