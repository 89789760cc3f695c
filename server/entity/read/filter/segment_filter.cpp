#include "server/entity/read/filter/segment_filter.hpp"

#include <algorithm>
#include <charconv>

#include "server/base/error.hpp"
#include "server/entity/access.hpp"

namespace entity::read {

namespace {

constexpr std::size_t kMaxSegments = 100;

Filter compare(const EntityDef& entity, std::string_view field, std::vector<Value> values) {
  Filter filter;
  filter.kind = Filter::Kind::kCompare;
  filter.op = values.size() == 1 ? FilterOp::kEq : FilterOp::kIn;
  filter.path = {PathStep{&entity, entity.index_of(field), {}}};
  filter.values = std::move(values);
  return filter;
}

// Some living row of segment_member that points here, of these segments; `readable` is what else holds for the segment.
Filter membership(const Registry& registry, const EntityDef& entity, const std::vector<std::int64_t>& ids, Filter readable) {
  const auto* members = registry.find("segment_member");
  const auto* segments = registry.find("segment");
  if (members == nullptr || segments == nullptr || ids.empty()) return Filter::never();
  std::vector<Value> links;
  for (const std::int64_t id : ids) links.emplace_back(Link{segments->id, id});
  std::vector<Filter> parts;
  parts.push_back(compare(*members, "segment", std::move(links)));
  if (readable.kind != Filter::Kind::kAlways) {
    Filter linked;
    linked.kind = Filter::Kind::kLinked;
    linked.path = {PathStep{members, members->index_of("segment"), {}}};
    linked.other = segments;
    linked.children.push_back(std::move(readable));
    parts.push_back(std::move(linked));
  }
  Filter filter;
  filter.kind = Filter::Kind::kExists;
  filter.path = {PathStep{members, members->index_of("record"), {}}};
  filter.other = members;
  filter.values.emplace_back(std::int64_t{entity.id});
  filter.children.push_back(Filter::all_of(std::move(parts)));
  filter.as_system = true;
  return filter;
}

}  // namespace

Filter segment_filter(const json::value& value, const FilterContext& context, const std::string& source) {
  const auto* segments = context.registry.find("segment");
  if (segments == nullptr || context.registry.find("segment_member") == nullptr) throw base::Error::field(source, "unknown_filter");
  std::vector<std::int64_t> ids;
  const auto add = [&](const json::value& id) {
    if (!id.is_int64()) throw base::Error::field(source, "wrong_type", {{"expected", "integer"}});
    ids.push_back(id.get_int64());
  };
  if (const auto* list = value.if_array()) {
    if (list->size() > kMaxSegments) throw base::Error::field(source, "too_many_values", {{"limit", std::to_string(kMaxSegments)}});
    for (const auto& id : *list) add(id);
  } else {
    add(value);
  }
  auto readable = access_filter(context.registry, *segments, context.caller, Action::kRead);
  if (readable.kind == Filter::Kind::kNever) return readable;
  auto filter = membership(context.registry, context.entity, ids, std::move(readable));
  filter.source = source;
  return filter;
}

Filter segment_condition(std::string_view text, const Registry& registry, const EntityDef& entity) {
  std::vector<std::int64_t> ids;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::int64_t id = 0;
    const auto part = text.substr(0, comma);
    std::from_chars(part.data(), part.data() + part.size(), id);
    if (id > 0) ids.push_back(id);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return membership(registry, entity, ids, Filter::always());
}

}  // namespace entity::read
