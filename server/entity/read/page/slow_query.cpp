#include "server/entity/read/page/slow_query.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

namespace {

void add(std::vector<std::string>& names, const std::vector<PathStep>& path) {
  auto name = path_text(path);
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

void collect(const Filter& filter, std::vector<std::string>& names) {
  if (filter.kind == Filter::Kind::kCompare && !filter.as_system) {
    const auto& field = filter.path.back().entity->fields[static_cast<std::size_t>(filter.path.back().field)];
    const bool is_indexed_by_itself = item_table(*filter.path.back().entity, filter.path.back().field) != nullptr;
    if (!field.filterable && !field.system && !is_indexed_by_itself) add(names, filter.path);
  }
  for (const auto& child : filter.children) collect(child, names);
}

}  // namespace

std::vector<std::string> unmarked_fields(const Filter& filter, const std::vector<SortKey>& sort) {
  std::vector<std::string> names;
  collect(filter, names);
  for (const auto& key : sort) {
    const auto& field = key.path.back().entity->fields[static_cast<std::size_t>(key.path.back().field)];
    if (!field.sortable && !field.system) add(names, key.path);
  }
  return names;
}

void with_advice(const Filter& filter, const std::vector<SortKey>& sort, const std::function<void()>& body) {
  try {
    body();
  } catch (const base::Error& error) {
    if (error.key() != "query_too_slow") throw;
    const auto names = unmarked_fields(filter, sort);
    if (names.empty()) throw;
    std::string list, extra;
    base::JsonWriter json(extra);
    json.begin_object().key("fields").begin_array();
    for (const auto& name : names) {
      list += (list.empty() ? "" : ", ") + name;
      json.text(name);
    }
    json.end_array().end_object();
    throw base::Error(error.code(), "query_too_slow_unmarked", {{"fields", list}}).with_extra_json(std::move(extra));
  }
}

}  // namespace entity::read
