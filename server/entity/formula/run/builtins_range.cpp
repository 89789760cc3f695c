// DMN 1.5 §10.3.4.11 (Allen's relations; a point stands for the range of itself alone) and range().
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

using Arguments = std::span<Value>;

// -1, 0, 1; nullopt when not comparable.
std::optional<int> order(const Value& a, const Value& b) {
  const auto o = compare(a, b);
  if (!o) return std::nullopt;
  return *o < 0 ? -1 : *o > 0 ? 1 : 0;
}

struct Pair {
  Range a, b;
  int start_start, start_end, end_start, end_end;  // order of a's end against b's
};

Range as_range(const Value& value) {
  if (value.range()) return *value.range();
  return Range{value, value, true, true};
}

// nullopt when the ends cannot be compared.
std::optional<Pair> pair_of(Arguments v) {
  Pair p{as_range(v[0]), as_range(v[1]), 0, 0, 0, 0};
  const auto ss = order(p.a.low, p.b.low), se = order(p.a.low, p.b.high), es = order(p.a.high, p.b.low), ee = order(p.a.high, p.b.high);
  if (!ss || !se || !es || !ee) return std::nullopt;
  p.start_start = *ss;
  p.start_end = *se;
  p.end_start = *es;
  p.end_end = *ee;
  return p;
}

bool is_before(const Pair& p) { return p.end_start < 0 || (p.end_start == 0 && (!p.a.high_included || !p.b.low_included)); }
bool is_after(const Pair& p) { return p.start_end > 0 || (p.start_end == 0 && (!p.a.low_included || !p.b.high_included)); }
bool does_meet(const Pair& p) { return p.end_start == 0 && p.a.high_included && p.b.low_included; }
bool is_met(const Pair& p) { return p.start_end == 0 && p.a.low_included && p.b.high_included; }
bool does_overlap(const Pair& p) { return !is_before(p) && !is_after(p); }
// a's low end is at or after b's.
bool low_within(const Pair& p) { return p.start_start > 0 || (p.start_start == 0 && (p.b.low_included || !p.a.low_included)); }
bool high_within(const Pair& p) { return p.end_end < 0 || (p.end_end == 0 && (p.b.high_included || !p.a.high_included)); }
bool is_during(const Pair& p) { return low_within(p) && high_within(p); }
bool does_include(const Pair& p) {
  return (p.start_start < 0 || (p.start_start == 0 && (p.a.low_included || !p.b.low_included))) &&
         (p.end_end > 0 || (p.end_end == 0 && (p.a.high_included || !p.b.high_included)));
}
bool overlaps_before(const Pair& p) {
  const bool starts_first = p.start_start < 0 || (p.start_start == 0 && p.a.low_included && !p.b.low_included);
  const bool touches = p.end_start > 0 || (p.end_start == 0 && p.a.high_included && p.b.low_included);
  const bool ends_first = p.end_end < 0 || (p.end_end == 0 && (!p.a.high_included || p.b.high_included));
  return starts_first && touches && ends_first;
}
bool overlaps_after(const Pair& p) {
  const bool starts_last = p.start_start > 0 || (p.start_start == 0 && p.b.low_included && !p.a.low_included);
  const bool touches = p.start_end < 0 || (p.start_end == 0 && p.a.low_included && p.b.high_included);
  const bool ends_last = p.end_end > 0 || (p.end_end == 0 && (!p.b.high_included || p.a.high_included));
  return starts_last && touches && ends_last;
}
bool does_start(const Pair& p) { return p.start_start == 0 && p.a.low_included == p.b.low_included && high_within(p); }
bool is_started(const Pair& p) {
  return p.start_start == 0 && p.a.low_included == p.b.low_included &&
         (p.end_end > 0 || (p.end_end == 0 && (p.a.high_included || !p.b.high_included)));
}
bool does_finish(const Pair& p) { return p.end_end == 0 && p.a.high_included == p.b.high_included && low_within(p); }
bool is_finished(const Pair& p) {
  return p.end_end == 0 && p.a.high_included == p.b.high_included &&
         (p.start_start < 0 || (p.start_start == 0 && (p.a.low_included || !p.b.low_included)));
}
bool does_coincide(const Pair& p) {
  return p.start_start == 0 && p.end_end == 0 && p.a.low_included == p.b.low_included && p.a.high_included == p.b.high_included;
}

template <bool (*relation)(const Pair&)>
Value holds(Evaluator& evaluator, Arguments a) {
  const auto p = pair_of(a);
  if (!p) return evaluator.warn("incomparable");
  return relation(*p);
}

// "[1..3]", "(@\"2026-01-01\"..@\"2026-02-01\")": literals only.
Value literal_end(const std::string& text) {
  std::string_view s = text;
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  if (const auto n = Number::parse(s)) return *n;
  const bool dated = s.starts_with("@\"") || s.starts_with("date(\"") || s.starts_with("date and time(\"") || s.starts_with("time(\"") ||
                     s.starts_with("duration(\"");
  const auto open = s.find('"'), close = s.rfind('"');
  if (open == std::string_view::npos || close <= open) return {};
  const std::string_view inside = s.substr(open + 1, close - open - 1);
  if (dated && s.substr(close + 1) != (s[0] == '@' ? "" : ")")) return {};
  if (!dated) return open == 0 && close + 1 == s.size() ? Value(inside) : Value();
  if (const auto v = Date::parse(inside)) return *v;
  if (const auto v = DateTime::parse(inside)) return *v;
  if (const auto v = Time::parse(inside)) return *v;
  if (const auto v = parse_days_duration(inside)) return *v;
  return parse_months_duration(inside);
}

Value range_from(Evaluator& evaluator, Arguments a) {
  std::string text = *a[0].string();
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  const auto dots = text.find("..");
  if (text.size() < 4 || dots == std::string::npos) return evaluator.warn("bad_range");
  const char open = text.front(), close = text.back();
  if ((open != '[' && open != '(' && open != ']') || (close != ']' && close != ')' && close != '[')) return evaluator.warn("bad_range");
  if (dots == 0 || dots + 3 > text.size()) return evaluator.warn("bad_range");
  const std::string low_text = text.substr(1, dots - 1), high_text = text.substr(dots + 2, text.size() - dots - 3);
  Range out{literal_end(low_text), literal_end(high_text), open == '[', close == ']'};
  const auto is_blank = [](const std::string& s) { return s.find_first_not_of(' ') == std::string::npos; };
  const bool low_open = is_blank(low_text), high_open = is_blank(high_text);
  if ((low_open && high_open) || out.low.is_null() != low_open || out.high.is_null() != high_open) return evaluator.warn("bad_range");
  if ((low_open && out.low_included) || (high_open && out.high_included)) return evaluator.warn("bad_range");
  if (!low_open && !high_open) {
    const auto o = order(out.low, out.high);
    if (!o || *o > 0) return evaluator.warn("bad_range");
  }
  return out;
}

}  // namespace

void add_range_builtins(BuiltinTable& t) {
  constexpr KindMask kPoint = kNumberMask | kStringMask | kDateMask | kTimeMask | kDateTimeMask | kDaysMask | kMonthsMask;
  struct Shape {
    bool points, point_range, range_point, ranges;
  };
  const auto add = [&](std::string_view name, Value (*run)(Evaluator&, Arguments), Shape shape) {
    const auto pair = [&](Parameter a, Parameter b) { t.push_back({name, {a, b}, Type::boolean(), run}); };
    if (shape.points) pair({"point1", kPoint}, {"point2", kPoint});
    if (shape.point_range) pair({"point", kPoint}, {"range", kRangeMask});
    if (shape.range_point) pair({"range", kRangeMask}, {"point", kPoint});
    if (shape.ranges) pair({"range1", kRangeMask}, {"range2", kRangeMask});
  };
  add("before", holds<is_before>, {true, true, true, true});
  add("after", holds<is_after>, {true, true, true, true});
  add("meets", holds<does_meet>, {false, false, false, true});
  add("met by", holds<is_met>, {false, false, false, true});
  add("overlaps", holds<does_overlap>, {false, false, false, true});
  add("overlaps before", holds<overlaps_before>, {false, false, false, true});
  add("overlaps after", holds<overlaps_after>, {false, false, false, true});
  add("finishes", holds<does_finish>, {false, true, false, true});
  add("finished by", holds<is_finished>, {false, false, true, true});
  add("includes", holds<does_include>, {false, false, true, true});
  add("during", holds<is_during>, {false, true, false, true});
  add("starts", holds<does_start>, {false, true, false, true});
  add("started by", holds<is_started>, {false, false, true, true});
  add("coincides", holds<does_coincide>, {true, false, false, true});
  t.push_back({"range", {{"from", kStringMask}}, Type::range(Type::any()), range_from});
}

}  // namespace formula
