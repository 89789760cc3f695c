// Built-in functions that both databases compute alike. SQLite's own functions know ASCII only, so the store registers
// mv_lower, mv_upper and mv_length there; PostgreSQL uses ICU's root locale, which is the evaluator's.
#include <algorithm>

#include "server/entity/formula/run/builtins.hpp"
#include "server/entity/formula/sql/builder.hpp"

namespace formula {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

std::optional<std::int64_t> small_integer(const std::optional<Value>& value) {
  if (!value || !value->number()) return std::nullopt;
  const auto n = value->number()->to_integer();
  return n && *n > -1'000'000 && *n < 1'000'000 ? n : std::nullopt;
}

bool is_case_function(std::string_view name) { return name == "lower case" || name == "upper case"; }

}  // namespace

SqlTerm SqlBuilder::call(const Node& node) {
  const std::string_view name = node.builtin->name;
  const std::size_t position = node.position;
  if (name == "now" || name == "today") {
    SqlTerm out = column_term(name == "now" ? Storage::kInstant : Storage::kDate, "", 0);
    out.sql = name == "now" ? bind(SqlNow{}, false) : bind(SqlToday{}, false);
    out.nullable = false;
    out.zone = SqlZone::kOffset;
    return out;
  }
  if (name == "string" || (name == "number" && node.children.size() == 1)) {
    SqlTerm value = term(*node.children[0]);
    const bool same = value.is_null() || (name == "string" ? value.kind == SqlKind::kText : value.kind == SqlKind::kNumber);
    if (!same) refuse("conversion", position);
    return value;
  }
  if (name == "date" && node.children.size() == 1) {
    SqlTerm value = term(*node.children[0]);
    if (value.is_null() || value.kind == SqlKind::kDate) return value;
    if (value.kind != SqlKind::kInstant) refuse("conversion", position);
    if (value.zone != SqlZone::kUtc) refuse("clock_zone", position);
    value.sql = floor_divide(spell(value, position), kMicrosPerDay);
    value.kind = SqlKind::kDate;
    value.max_units = value.max_units / kMicrosPerDay + 1;
    value.constant.reset();
    return value;
  }
  if (name == "abs") {
    SqlTerm value = term(*node.children[0]);
    if (value.is_null()) return value;
    if (value.kind != SqlKind::kNumber && value.kind != SqlKind::kDuration && value.kind != SqlKind::kMonths)
      refuse("wrong_type", position);
    value.sql = "abs(" + spell(value, position) + ")";
    value.constant.reset();
    return value;
  }
  if (name == "modulo") {
    SqlTerm a = term(*node.children[0]);
    SqlTerm b = term(*node.children[1]);
    if (a.is_null() || b.is_null()) return {};
    if (!b.constant) refuse("division", position);
    const Number divisor = *b.constant->number();
    if (divisor.is_zero()) return {};
    const int scale = std::max(a.scale, b.scale);
    const auto units = divisor.abs().to_scaled(scale);
    if (!units || *units > (INT64_MAX >> 2)) refuse("overflow", position);
    align(a, b, position);
    const std::string m = std::to_string(*units);
    const std::string dividend = divisor.is_negative() ? "(-" + a.sql + ")" : a.sql;
    a.sql = checked("((" + dividend + " % " + m + " + " + m + ") % " + m + ")", position);
    if (divisor.is_negative()) a.sql = "(-" + a.sql + ")";
    a.max_units = *units;
    return a;
  }
  static constexpr std::string_view kRounding[] = {"decimal",    "floor",         "ceiling",        "round up",
                                                   "round down", "round half up", "round half down"};
  if (std::find(std::begin(kRounding), std::end(kRounding), name) != std::end(kRounding)) return rounding_call(node, name);
  return text_call(node, name);
}

SqlTerm SqlBuilder::rounding_call(const Node& node, std::string_view name) {
  const std::size_t position = node.position;
  SqlTerm value = term(*node.children[0]);
  if (value.is_null()) return value;
  std::int64_t digits = 0;
  if (node.children.size() > 1 && node.children[1]) {
    const auto given = constant_of(*node.children[1]);
    if (given && given->is_null() && node.builtin->parameters[1].optional)
      digits = 0;
    else if (given && given->is_null())
      return {};
    else if (const auto n = small_integer(given))
      digits = *n;
    else
      refuse("scale_column", position);
  }
  if (digits >= value.scale) return value;
  const std::int64_t drop = value.scale - digits;
  if (drop > 17) refuse("overflow", position);
  const std::string x = spell(value, position);
  const std::string m = std::to_string(power_of_ten(static_cast<int>(drop)));
  const std::string rest = x + " % " + m;
  const std::string away = "CASE WHEN " + x + " < 0 THEN -1 ELSE 1 END";
  const std::string twice = "abs(" + rest + ") * 2";
  std::string step;
  if (name == "floor")
    step = "CASE WHEN " + rest + " < 0 THEN -1 ELSE 0 END";
  else if (name == "ceiling")
    step = "CASE WHEN " + rest + " > 0 THEN 1 ELSE 0 END";
  else if (name == "round down")
    step = "0";
  else if (name == "round up")
    step = "CASE WHEN " + rest + " <> 0 THEN " + away + " ELSE 0 END";
  else if (name == "round half up")
    step = "CASE WHEN " + twice + " >= " + m + " THEN " + away + " ELSE 0 END";
  else if (name == "round half down")
    step = "CASE WHEN " + twice + " > " + m + " THEN " + away + " ELSE 0 END";
  else
    step = "CASE WHEN " + twice + " > " + m + " OR (" + twice + " = " + m + " AND " + x + " / " + m + " % 2 <> 0) THEN " + away +
           " ELSE 0 END";
  value.sql = "(" + x + " / " + m + " + " + step + ")";
  value.max_units = value.max_units / power_of_ten(static_cast<int>(drop)) + 1;
  value.scale = static_cast<int>(digits);
  value.constant.reset();
  if (digits < 0) {  // 1234 to tens: 123 * 10
    const std::int64_t factor = power_of_ten(static_cast<int>(-digits));
    value.sql = "(" + value.sql + " * " + std::to_string(factor) + ")";
    value.max_units *= factor;
    check_units(value.max_units, position);
    value.scale = 0;
  }
  value.sql = checked(std::move(value.sql), position);
  return value;
}

SqlTerm SqlBuilder::text_call(const Node& node, std::string_view name) {
  const std::size_t position = node.position;
  const auto known = {"string length", "lower case", "upper case", "substring", "substring before", "substring after"};
  if (std::find(known.begin(), known.end(), name) == known.end()) refuse("function", position);
  const SqlTerm text = term(*node.children[0]);
  if (text.is_null()) return {};
  if (text.kind != SqlKind::kText) refuse("wrong_type", position);
  const std::string s = spell(text, position);
  SqlTerm out;
  out.kind = SqlKind::kText;
  if (name == "string length") {
    out.kind = SqlKind::kNumber;
    out.max_units = 1'000'000'000;
    out.nullable = text.nullable;
    out.sql = length_of(s);
    return out;
  }
  if (is_case_function(name)) {
    const std::string function = name == "lower case" ? "lower" : "upper";
    out.sql = postgres() ? "(" + function + "(" + s + " COLLATE \"und-x-icu\") COLLATE \"C\")" : "mv_" + function + "(" + s + ")";
    return out;
  }
  if (name == "substring") {
    const auto start = constant_of(*node.children[1]);
    const auto length = node.children[2] ? constant_of(*node.children[2]) : std::optional<Value>(Value());
    const auto first = small_integer(start);
    const auto count = length && length->is_null() ? std::optional<std::int64_t>(0) : small_integer(length);
    if (!first || !count) refuse("substring_position", position);
    if (*first == 0 || (!length->is_null() && *count < 1)) return {};
    const std::string from = *first > 0 ? std::to_string(*first) : length_of(s) + " - " + std::to_string(-*first - 1);
    const std::string tail = length->is_null() ? ")" : ", " + std::to_string(*count) + ")";
    const std::string needed = std::to_string(*first > 0 ? *first : -*first);
    const std::string from_cast = postgres() ? "(" + from + ")::int" : from;
    out.sql = checked("(CASE WHEN " + length_of(s) + " >= " + needed + " THEN substr(" + s + ", " + from_cast + tail + " END)", position);
    return out;
  }
  const SqlTerm match = term(*node.children[1]);
  if (match.is_null()) return {};
  if (match.kind != SqlKind::kText) refuse("wrong_type", position);
  const std::string m = spell(match, position);
  const std::string at = postgres() ? "strpos(" + s + ", " + m + ")" : "instr(" + s + ", " + m + ")";
  const std::string found = name == "substring before"
                                ? "substr(" + s + ", 1, " + at + " - 1)"
                                : "substr(" + s + ", " + at + " + " + (postgres() ? "char_length(" + m + ")" : length_of(m)) + ")";
  out.sql = checked("(CASE WHEN " + at + " > 0 THEN " + found + " WHEN " + at + " = 0 THEN '' END)", position);
  return out;
}

std::string SqlBuilder::text_condition(const Node& node, std::string_view name) {
  const std::size_t position = node.position;
  if (name != "contains" && name != "starts with" && name != "ends with") refuse("function", position);
  const SqlTerm text = term(*node.children[0]);
  const SqlTerm match = term(*node.children[1]);
  if (text.is_null() || match.is_null()) return postgres() ? "NULL::boolean" : "NULL";
  if (text.kind != SqlKind::kText || match.kind != SqlKind::kText) refuse("wrong_type", position);
  const std::string s = spell(text, position);
  const std::string m = spell(match, position);
  if (name == "contains") return postgres() ? "(strpos(" + s + ", " + m + ") > 0)" : "(instr(" + s + ", " + m + ") > 0)";
  if (name == "starts with") {
    return postgres() ? "starts_with(" + s + ", " + m + ")" : "(substr(" + s + ", 1, " + length_of(m) + ") = " + m + ")";
  }
  if (postgres()) return "(right(" + s + ", char_length(" + m + ")) = " + m + ")";
  return checked("(CASE WHEN " + length_of(m) + " <= " + length_of(s) + " THEN substr(" + s + ", " + length_of(s) + " - " + length_of(m) +
                     " + 1) = " + m + " WHEN " + s + " IS NOT NULL AND " + m + " IS NOT NULL THEN FALSE END)",
                 position);
}

}  // namespace formula
