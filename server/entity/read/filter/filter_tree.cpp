// Building blocks of Filter: constant folding while trees are put together.
#include <utility>

#include "server/entity/filter.hpp"

namespace entity {

namespace {

// `neutral` disappears, `absorbing` wins: And has kAlways and kNever, Or the other way round.
Filter join(Filter::Kind kind, Filter::Kind neutral, Filter::Kind absorbing, std::vector<Filter> parts) {
  Filter joined;
  joined.kind = kind;
  for (auto& part : parts) {
    if (part.kind == neutral) continue;
    if (part.kind == absorbing) {
      Filter constant;
      constant.kind = absorbing;
      return constant;
    }
    if (part.kind == kind && !part.as_system) {
      for (auto& child : part.children) joined.children.push_back(std::move(child));
    } else {
      joined.children.push_back(std::move(part));
    }
  }
  if (joined.children.size() == 1) {
    Filter only = std::move(joined.children.front());
    return only;
  }
  if (joined.children.empty()) joined.kind = neutral;
  return joined;
}

}  // namespace

Filter Filter::never() {
  Filter filter;
  filter.kind = Kind::kNever;
  return filter;
}

Filter Filter::all_of(std::vector<Filter> parts) { return join(Kind::kAnd, Kind::kAlways, Kind::kNever, std::move(parts)); }

Filter Filter::any_of(std::vector<Filter> parts) { return join(Kind::kOr, Kind::kNever, Kind::kAlways, std::move(parts)); }

Filter Filter::negation(Filter part) {
  if (part.kind == Kind::kAlways) return never();
  if (part.kind == Kind::kNever) return always();
  if (part.kind == Kind::kNot) {
    Filter inner = std::move(part.children.front());
    return inner;
  }
  Filter filter;
  filter.kind = Kind::kNot;
  filter.children.push_back(std::move(part));
  return filter;
}

}  // namespace entity
