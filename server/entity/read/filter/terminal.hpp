// What the end of a dotted path is: how it compares and which columns hold it. SQL and memory both ask here, so that
// they cannot differ.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/entity/caller.hpp"
#include "server/entity/filter.hpp"
#include "server/entity/storage.hpp"

namespace entity::read {

enum class TerminalSource {
  kColumn,   // columns of the entity's own table
  kItems,    // a column of a multi-value's child table
  kTargets,  // many_to_many: the target's id in the relation table
  kNothing,  // computed when read: has no column
};

struct Terminal {
  const EntityDef* entity = nullptr;
  const FieldDef* field = nullptr;
  FieldIndex index = -1;
  TerminalSource source = TerminalSource::kColumn;
  Comparison comparison = Comparison::kNone;
  const ItemTable* items = nullptr;
  int item_index = -1;       // position in ItemTable::columns and Item::columns
  bool is_uid = false;       // 16 bytes; eq and in only
  bool is_currency = false;  // money.currency
  bool is_money = false;     // compares by the base amount
  bool is_rolled_up_money = false;
  bool is_folded = false;     // text compares by base::fold
  std::string column;         // quoted; what eq compares: "city__fold", "amount__base", "e164"
  std::string value_column;   // quoted; what is read: "city"
  std::string sort_column;    // quoted; "" when text has no sort key
  std::string entity_column;  // link_any: "subject__entity"
  int scale = 0;
  std::vector<const EntityDef*> targets;  // of links

  bool is_many() const { return source == TerminalSource::kItems || source == TerminalSource::kTargets; }
  // Text whose order is known: it has a stored sort key.
  // The column that is empty where the value is, and that an index may hold. Roll-ups keep their sum in the base currency.
  const std::string& presence_column() const { return is_folded || is_rolled_up_money ? column : value_column; }
  bool has_order() const { return comparison != Comparison::kText || !sort_column.empty(); }
};

Terminal describe_terminal(const Registry& registry, const PathStep& step);

// Entities that a link, user or many_to_many field may point to.
std::vector<const EntityDef*> link_targets(const Registry& registry, const FieldDef& field);
// The self-link by which `within` climbs ("parent"); -1: the entity is no tree.
FieldIndex parent_index(const EntityDef& entity);

// Where a value of the input stands and what may be known of the registry.
struct PathOptions {
  std::string_view source;  // for errors: "filter.and[0].field"
  bool allow_many = true;   // multi-values and many_to_many on the way
};
// Throws Error::field(source, "unknown_field") with extra "valid" for a field that does not exist or that the caller
// may not read: both look alike.
std::vector<PathStep> parse_path(std::string_view text, const FilterContext& context, const PathOptions& options);
std::string path_text(const std::vector<PathStep>& path);

// {"valid":["a","b"]} for Error::with_extra_json.
std::string valid_json(const std::vector<std::string>& names);

}  // namespace entity::read
