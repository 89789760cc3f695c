#include "server/insight/number_ranges.hpp"

#include <algorithm>
#include <limits>

#include "server/base/error.hpp"

namespace insight {

namespace {

using Limits = std::numeric_limits<std::int64_t>;
using entity::Filter;
using entity::FilterOp;

constexpr std::int64_t kSamples = 48;

// What a condition says of the field, worked into `ranges`. False: it says something else, or nothing of it.
bool take(const Filter& filter, NumberRanges& ranges) {
  auto& [from, to] = ranges.parts.front();
  if (filter.kind != Filter::Kind::kCompare || filter.path.size() != 1 || filter.path.front().field != ranges.field) return false;
  const auto* first = filter.values.empty() ? nullptr : std::get_if<std::int64_t>(&filter.values.front());
  const auto* last = filter.values.empty() ? nullptr : std::get_if<std::int64_t>(&filter.values.back());
  if (first == nullptr || last == nullptr || *first == Limits::max() || *first == Limits::min()) return false;
  switch (filter.op) {
    case FilterOp::kBetween:
      from = std::max(from, *first);
      to = std::min(to, *last);
      break;
    case FilterOp::kGte: from = std::max(from, *first); break;
    case FilterOp::kGt: from = std::max(from, *first + 1); break;
    case FilterOp::kLte: to = std::min(to, *first); break;
    case FilterOp::kLt: to = std::min(to, *first - 1); break;
    default: return false;
  }
  ranges.has_empty = false;
  return true;
}

void take(Filter& filter, NumberRanges& ranges) {
  if (take(std::as_const(filter), ranges)) {
    filter = Filter::always();
  } else if (filter.kind == Filter::Kind::kAnd) {
    std::erase_if(filter.children, [&](const Filter& child) { return take(child, ranges); });
    filter = Filter::all_of(std::move(filter.children));
  }
}

// Values of records that lie evenly in the order of their ids: most fields of time grow with them.
std::vector<std::int64_t> sample(const entity::QueryContext& context, const entity::EntityDef& entity, const std::string& column,
                                 std::int64_t few) {
  const auto table = entity::table_of(entity);
  auto bounds =
      context.connection.prepare("number_ranges_bounds", "SELECT (SELECT min(id) FROM " + table + "), (SELECT max(id) FROM " + table + ")");
  std::vector<std::int64_t> values;
  if (!bounds.step() || bounds.is_null(0)) return values;
  const auto first = bounds.integer(0), count = bounds.integer(1) - first;
  if (count <= few) return values;
  auto select = context.connection.prepare(
      "number_ranges_sample", "SELECT " + column + " FROM " + table + " WHERE id >= $1 AND " + column + " IS NOT NULL ORDER BY id LIMIT 1");
  for (std::int64_t i = 1; i < kSamples; ++i) {
    select.bind(1, first + count * i / kSamples);
    if (select.step()) values.push_back(select.integer(0));
  }
  return values;
}

}  // namespace

void NumberRanges::join(std::size_t most) {
  const std::size_t count = parts.size(), wanted = std::min(std::max<std::size_t>(most, 1), count);
  std::vector<std::pair<std::int64_t, std::int64_t>> joined;
  for (std::size_t i = 0; i < wanted; ++i) joined.emplace_back(parts[i * count / wanted].first, parts[(i + 1) * count / wanted - 1].second);
  parts = std::move(joined);
}

NumberRanges take_ranges(const entity::QueryContext& context, entity::read::Selection& selection, entity::FieldIndex field,
                         std::int64_t few) {
  const auto terminal = entity::read::describe_terminal(context.registry, {selection.entity, field, {}});
  if (terminal.source != entity::read::TerminalSource::kColumn || terminal.comparison == entity::Comparison::kText)
    throw base::Error::internal("no ranges: " + selection.entity->key + "." + terminal.field->key);
  NumberRanges ranges{field, {{Limits::min(), Limits::max()}}, true};
  take(selection.filter, ranges);
  const auto [first, last] = ranges.parts.front();
  auto edges = sample(context, *selection.entity, terminal.column, few);
  if (edges.empty()) return ranges;
  // A narrow filter leaves few of them: then the time between is cut evenly too.
  const auto [least, most] = std::minmax_element(edges.begin(), edges.end());
  const auto from = std::max(first, *least), to = std::min(last, *most);
  if (from < to) {
    for (std::int64_t i = 1; i < kSamples / 4; ++i) edges.push_back(from + (to / (kSamples / 4) - from / (kSamples / 4)) * i);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  ranges.parts.clear();
  auto begin = first;
  for (const auto edge : edges) {
    if (edge <= begin || edge > last) continue;
    ranges.parts.emplace_back(begin, edge - 1);
    begin = edge;
  }
  ranges.parts.emplace_back(begin, last);
  return ranges;
}

}  // namespace insight
