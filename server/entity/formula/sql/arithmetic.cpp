// Scaled integers: the exact results of the evaluator's decimals, within 64 bits or not at all.
#include <algorithm>

#include "server/entity/formula/sql/builder.hpp"

namespace formula {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
constexpr int kMaxScale = 18;

__int128 larger(__int128 a, __int128 b) { return a > b ? a : b; }

bool is_point(SqlKind kind) { return kind == SqlKind::kDate || kind == SqlKind::kInstant; }

}  // namespace

std::string floor_divide(const std::string& value, std::int64_t divisor) {
  const std::string d = std::to_string(divisor);
  return "(" + value + " / " + d + " - CASE WHEN " + value + " % " + d + " < 0 THEN 1 ELSE 0 END)";
}

SqlTerm SqlBuilder::negate(const Node& node) {
  SqlTerm out = term(*node.children[0]);
  if (out.is_null()) return out;
  if (out.kind != SqlKind::kNumber && out.kind != SqlKind::kDuration && out.kind != SqlKind::kMonths) refuse("wrong_type", node.position);
  out.sql = "(-" + spell(out, node.position) + ")";
  out.constant.reset();
  return out;
}

// Both become SQL at one scale.
void SqlBuilder::align(SqlTerm& a, SqlTerm& b, std::size_t position) {
  const int scale = std::max(a.scale, b.scale);
  if (scale > kMaxScale) refuse("overflow", position);
  for (SqlTerm* t : {&a, &b}) {
    const __int128 factor = power_of_ten(scale - t->scale);
    check_units(t->max_units, position);
    t->max_units *= factor;
    check_units(t->max_units, position);
    t->sql = spell(*t, position, scale);
    t->constant.reset();
    t->scale = scale;
  }
}

SqlTerm SqlBuilder::add_numbers(Op op, SqlTerm a, SqlTerm b, std::size_t position) {
  align(a, b, position);
  SqlTerm out;
  out.kind = SqlKind::kNumber;
  out.scale = a.scale;
  out.nullable = a.nullable || b.nullable;
  out.max_units = a.max_units + b.max_units;
  check_units(out.max_units, position);
  out.sql = checked("(" + a.sql + (op == Op::kAdd ? " + " : " - ") + b.sql + ")", position);
  return out;
}

SqlTerm SqlBuilder::multiply_numbers(SqlTerm a, SqlTerm b, std::size_t position) {
  SqlTerm out;
  out.kind = SqlKind::kNumber;
  out.scale = a.scale + b.scale;
  out.nullable = a.nullable || b.nullable;
  check_units(a.max_units, position);
  check_units(b.max_units, position);
  out.max_units = a.max_units * b.max_units;
  check_units(out.max_units, position);
  if (out.scale > kMaxScale) refuse("overflow", position);
  const std::string left = spell(a, position);
  out.sql = checked("(" + left + " * " + spell(b, position) + ")", position);
  return out;
}

// Only by constants whose reciprocal has an end: x / 4 is x * 0.25. Anything else the two databases would round apart.
SqlTerm SqlBuilder::divide_number(SqlTerm a, const SqlTerm& b, std::size_t position) {
  if (!b.constant) refuse("division", position);
  const auto reciprocal = Number::divide(1, *b.constant->number());
  const auto back = reciprocal ? Number::multiply(*reciprocal, *b.constant->number()) : std::nullopt;
  if (!back || !(*back == Number(1)) || reciprocal->normalized().exponent() < -kMaxScale) refuse("division", position);
  return multiply_numbers(std::move(a), constant_term(*reciprocal, position), position);
}

SqlTerm SqlBuilder::arithmetic(const Node& node) {
  const SqlTerm a = term(*node.children[0]);
  const SqlTerm b = term(*node.children[1]);
  const std::size_t position = node.position;
  if (a.is_null() || b.is_null()) return {};
  if (a.kind == SqlKind::kNumber && b.kind == SqlKind::kNumber) {
    switch (node.op) {
      case Op::kAdd:
      case Op::kSubtract: return add_numbers(node.op, a, b, position);
      case Op::kMultiply: return multiply_numbers(a, b, position);
      case Op::kDivide: return divide_number(a, b, position);
      default: refuse("power", position);
    }
  }
  if (a.kind == SqlKind::kText && b.kind == SqlKind::kText && node.op == Op::kAdd) {
    SqlTerm out;
    out.kind = SqlKind::kText;
    out.nullable = a.nullable || b.nullable;
    const std::string left = spell(a, position);
    out.sql = checked("(" + left + " || " + spell(b, position) + ")", position);
    return out;
  }
  return temporal_arithmetic(node.op, a, b, position);
}

SqlTerm SqlBuilder::temporal_arithmetic(Op op, const SqlTerm& a, const SqlTerm& b, std::size_t position) {
  if (op == Op::kAdd && is_point(b.kind) && !is_point(a.kind)) return temporal_arithmetic(op, b, a, position);
  const std::string sign = op == Op::kAdd ? " + " : " - ";
  SqlTerm out;
  out.nullable = a.nullable || b.nullable;
  out.max_units = a.max_units + b.max_units;
  out.zone = a.zone;
  const bool same_span = a.kind == b.kind && (a.kind == SqlKind::kDuration || a.kind == SqlKind::kMonths);
  const bool moves_instant = a.kind == SqlKind::kInstant && b.kind == SqlKind::kDuration;
  if ((op == Op::kAdd || op == Op::kSubtract) && (same_span || moves_instant)) {
    out.kind = a.kind;
    const std::string left = spell(a, position);
    out.sql = "(" + left + sign + spell(b, position) + ")";
  } else if ((op == Op::kAdd || op == Op::kSubtract) && a.kind == SqlKind::kDate && b.kind == SqlKind::kDuration) {
    // The date of midnight plus the duration: whole days, rounded down.
    out.kind = SqlKind::kDate;
    const std::string left = spell(a, position);
    const std::string span = op == Op::kAdd ? spell(b, position) : "(-" + spell(b, position) + ")";
    out.max_units = a.max_units + b.max_units / kMicrosPerDay + 1;
    out.sql = "(" + left + " + " + floor_divide(span, kMicrosPerDay) + ")";
  } else if (op == Op::kSubtract && is_point(a.kind) && is_point(b.kind)) {
    out.kind = SqlKind::kDuration;
    const auto micros = [&](const SqlTerm& t) {
      if (t.kind == SqlKind::kInstant) return spell(t, position);
      return "(" + spell(t, position) + " * " + std::to_string(kMicrosPerDay) + ")";
    };
    const auto bound = [](const SqlTerm& t) { return t.kind == SqlKind::kInstant ? t.max_units : t.max_units * kMicrosPerDay; };
    out.max_units = bound(a) + bound(b);
    const std::string left = micros(a);
    out.sql = "(" + left + " - " + micros(b) + ")";
  } else if (op == Op::kMultiply && (a.kind == SqlKind::kNumber || b.kind == SqlKind::kNumber)) {
    const SqlTerm& number = a.kind == SqlKind::kNumber ? a : b;
    const SqlTerm& span = a.kind == SqlKind::kNumber ? b : a;
    if (number.scale != 0 || number.max_units > INT64_MAX) refuse("duration_rounding", position);
    out.kind = span.kind;
    check_units(span.max_units, position);
    out.max_units = number.max_units * span.max_units;
    const std::string left = spell(span, position);
    out.sql = "(" + left + " * " + spell(number, position) + ")";
  } else {
    refuse("date_arithmetic", position);
  }
  check_units(out.max_units, position);
  out.sql = checked(std::move(out.sql), position);
  return out;
}

// Howard Hinnant's civil_from_days in integers, moved by 5000 eras so that nothing is negative; the same text serves
// both databases and every year.
SqlTerm SqlBuilder::date_part(const SqlTerm& date, std::string_view name, std::size_t position) {
  const std::string day = spell(date, position);
  check_units(date.max_units * 1000, position);
  SqlTerm out;
  out.kind = SqlKind::kNumber;
  out.nullable = date.nullable;
  out.max_units = 1'000'000;
  const std::string shifted = "(" + day + " + 731204468)";
  const std::string doe = "(" + shifted + " % 146097)";
  const std::string yoe = "((" + doe + " - " + doe + " / 1460 + " + doe + " / 36524 - " + doe + " / 146096) / 365)";
  const std::string doy = "(" + doe + " - (365 * " + yoe + " + " + yoe + " / 4 - " + yoe + " / 100))";
  const std::string mp = "((5 * " + doy + " + 2) / 153)";
  if (name == "weekday") {
    out.sql = "((" + shifted + " + 2) % 7 + 1)";
  } else if (name == "month") {
    out.sql = "((" + mp + " + 2) % 12 + 1)";
  } else if (name == "day") {
    out.sql = "(" + doy + " - (153 * " + mp + " + 2) / 5 + 1)";
  } else {
    out.sql = "(" + yoe + " + " + shifted + " / 146097 * 400 - 2000000 + " + mp + " / 10)";
  }
  out.sql = checked(std::move(out.sql), position);
  return out;
}

SqlTerm SqlBuilder::path(const Node& node) {
  const SqlTerm base = term(*node.children[0]);
  const std::string& name = node.name;
  const std::size_t position = node.position;
  if (base.is_null()) return {};
  SqlTerm out;
  out.kind = SqlKind::kNumber;
  out.nullable = base.nullable;
  out.max_units = base.max_units + 1;
  const bool is_date_name = name == "year" || name == "month" || name == "day" || name == "weekday";
  if (base.kind == SqlKind::kDate && is_date_name) return date_part(base, name, position);
  const std::string sql = spell(base, position);
  if (base.kind == SqlKind::kInstant) {
    if (base.zone != SqlZone::kUtc) refuse("clock_zone", position);
    if (is_date_name) {
      SqlTerm date;
      date.kind = SqlKind::kDate;
      date.nullable = base.nullable;
      date.max_units = base.max_units / kMicrosPerDay + 1;
      date.sql = floor_divide(sql, kMicrosPerDay);
      return date_part(date, name, position);
    }
    const std::string day = std::to_string(kMicrosPerDay);
    const std::string of_day = "((" + sql + " % " + day + " + " + day + ") % " + day + ")";
    if (name == "hour")
      out.sql = "(" + of_day + " / 3600000000)";
    else if (name == "minute")
      out.sql = "(" + of_day + " / 60000000 % 60)";
    else if (name == "second") {
      out.sql = "(" + of_day + " % 60000000)";
      out.scale = 6;
    } else
      refuse("property", position);
    out.max_units = 60'000'000;
    out.sql = checked(std::move(out.sql), position);
    return out;
  }
  if (base.kind == SqlKind::kDuration) {
    if (name == "days")
      out.sql = "(" + sql + " / 86400000000)";
    else if (name == "hours")
      out.sql = "(" + sql + " / 3600000000 % 24)";
    else if (name == "minutes")
      out.sql = "(" + sql + " / 60000000 % 60)";
    else if (name == "seconds") {
      out.sql = "(" + sql + " % 60000000)";
      out.scale = 6;
    } else
      refuse("property", position);
    return out;
  }
  if (base.kind == SqlKind::kMonths && (name == "years" || name == "months")) {
    out.sql = "(" + sql + (name == "years" ? " / 12)" : " % 12)");
    return out;
  }
  refuse("property", position);
}

SqlTerm SqlBuilder::if_term(const Node& node) {
  const std::string test = condition(*node.children[0], Truth::kLoose);
  SqlTerm yes = term(*node.children[1]), no = term(*node.children[2]);
  if (yes.is_null() && no.is_null()) return {};
  if (!yes.is_null() && !no.is_null()) {
    if (yes.kind != no.kind) refuse("wrong_type", node.position);
    if (yes.kind == SqlKind::kNumber) align(yes, no, node.position);
    if ((yes.zone == SqlZone::kNamed) != (no.zone == SqlZone::kNamed)) refuse("clock_zone", node.position);
  }
  SqlTerm out;
  const SqlTerm& known = yes.is_null() ? no : yes;
  out.kind = known.kind;
  out.scale = known.scale;
  out.zone = yes.is_null() || no.is_null() ? known.zone : std::max(yes.zone, no.zone);
  out.max_units = larger(yes.max_units, no.max_units);
  if (out.kind == SqlKind::kNumber) check_units(out.max_units, node.position);
  out.nullable = yes.nullable || no.nullable;
  const std::string left = spell(yes, node.position);
  out.sql = checked("(CASE WHEN " + test + " THEN " + left + " ELSE " + spell(no, node.position) + " END)", node.position);
  return out;
}

}  // namespace formula
