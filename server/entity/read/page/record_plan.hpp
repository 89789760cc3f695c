// How a single record is read, worked out once per entity, hidden fields and thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/read/page/item_fetch.hpp"
#include "server/entity/read/page/output.hpp"

namespace entity::read {

struct RecordPlan {
  OutputPlan output;
  bool brings_items = false;  // as JSON text in the column behind the owner's
  ItemsWithTitles items;
  int owner_column = -1, items_column = -1;
  std::string select;  // "SELECT …[, owner][, items] FROM … WHERE r.id = $1 AND r.deleted_at IS NULL"
};

// All fields of the record that the caller may read. The plan depends on the metadata, on the fields hidden from the
// caller and on the linked entities whose every title is his to read; what he may read of the entity's records is added for each request.
// Valid while the registry of `entity` lives.
std::shared_ptr<const RecordPlan> record_plan(const QueryContext& context, const EntityDef& entity);

// Plain loading: select list, and the items of every multi-value.
struct LoadPlan {
  bool brings_items = false;  // as JSON text in the last column
  std::string select, select_row, select_for_update, items_sql;
  ItemsWithTitles items;
};
std::shared_ptr<const LoadPlan> load_plan(store::Dialect dialect, const EntityDef& entity);

}  // namespace entity::read
