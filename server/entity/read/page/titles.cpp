#include "server/entity/read/page/titles.hpp"

#include <algorithm>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/entity/access.hpp"
#include "server/entity/read/filter/filter_sql.hpp"

namespace entity::read {

namespace {

void fetch(const QueryContext& context, const EntityDef& target, std::unordered_map<std::int64_t, std::string>& texts) {
  if (target.title_index < 0 || column_of(target, target.title_index).empty()) return;
  const auto& field = target.fields[static_cast<std::size_t>(target.title_index)];
  const bool is_user = target.key == "user";
  if (!is_user && (!may(context.caller, target, Action::kRead) || !may_read_field(context.caller, target, field))) return;
  std::vector<std::int64_t> ids;
  for (const auto& [id, text] : texts) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  SqlWriter sql(context.connection);
  FilterSql filters(sql, context.registry, context.caller, context.now);
  filters.set_membership(FilterSql::Membership::kCorrelated);
  sql << "SELECT t.id";
  for (const auto& column : storage_of(target).read_columns) {
    if (column.field == target.title_index) sql << ",t." << column.quoted;
  }
  (sql << " FROM " << table_of(target) << " t WHERE t.id").in_ints(std::move(ids));
  if (!is_user) filters.readable(target, "t");
  auto statement = context.connection.prepare("link_titles", sql.text());
  sql.bind_all(statement);
  while (statement.step()) {
    Value value;
    field.type->read(field, statement, 1, value);
    if (is_empty(value)) continue;
    auto& text = texts[statement.integer(0)];
    text.clear();
    base::append_json_string(text, field.type->display(field, value));
  }
}

}  // namespace

void fetch_titles(const QueryContext& context, TitleMap& titles) {
  for (auto& [entity_id, texts] : titles) {
    for (auto& [id, text] : texts) text = "null";
    const auto* target = context.registry.find_id(entity_id);
    if (target != nullptr && !texts.empty()) fetch(context, *target, texts);
  }
}

}  // namespace entity::read
