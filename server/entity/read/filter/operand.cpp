#include "server/entity/read/filter/operand.hpp"

#include <charconv>
#include <utility>

#include "server/base/decimal.hpp"
#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/base/time.hpp"
#include "server/base/uid.hpp"
#include "server/entity/read/filter/folded_text.hpp"

namespace entity::read {

namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::year;
using std::chrono::year_month_day;
using std::chrono::years;

constexpr std::size_t kMaxTextBytes = 4000;
constexpr std::int64_t kMaxRelative = 100'000;

[[noreturn]] void wrong_type(const std::string& source, std::string_view expected) {
  throw base::Error::field(source, "wrong_type", {{"expected", std::string(expected)}});
}

std::string_view text_of(const json::value& input, const std::string& source, std::string_view expected) {
  const auto* text = input.if_string();
  if (text == nullptr) wrong_type(source, expected);
  if (text->size() > kMaxTextBytes) throw base::Error::field(source, "too_long", {{"limit", std::to_string(kMaxTextBytes)}});
  if (text->find('\0') != json::string::npos) throw base::Error::field(source, "bad_character");
  return {text->data(), text->size()};
}

std::optional<std::int64_t> integer_of(const json::value& input) {
  if (const auto* number = input.if_int64()) return *number;
  if (const auto* text = input.if_string()) {
    std::int64_t number = 0;
    const auto* end = text->data() + text->size();
    const auto result = std::from_chars(text->data(), end, number);
    if (result.ec == std::errc() && result.ptr == end) return number;
  }
  return std::nullopt;
}

std::optional<base::TimeZone> zone_of(const Caller& caller) {
  auto zone = base::TimeZone::find(caller.time_zone);
  return zone ? zone : base::TimeZone::utc();
}

// Partial operands of items keep what the column keeps: digits of phones, folded text otherwise.
std::string partial_item_operand(std::string_view column, std::string_view text) {
  if (column == "digits") return base::digits(text);
  if (column == "e164") return (text.starts_with('+') ? "+" : "") + base::digits(text);
  if (column == "raw" || column == "ext" || column == "kind") return std::string(text);
  return base::fold(text);
}

}  // namespace

std::optional<std::pair<base::Date, base::Date>> calendar_unit(base::Date day, std::string_view unit, std::int64_t amount) {
  if (amount < -kMaxRelative || amount > kMaxRelative) return std::nullopt;
  const auto step = static_cast<int>(amount);
  const year_month_day date{day};
  base::Date first{}, last{};
  if (unit == "day") {
    first = last = day + days{step};
  } else if (unit == "week") {
    const auto since_monday = (std::chrono::weekday{day} - std::chrono::Monday);
    first = day - since_monday + days{7} * step;
    last = first + days{6};
  } else if (unit == "month" || unit == "quarter" || unit == "year") {
    const int length = unit == "month" ? 1 : unit == "quarter" ? 3 : 12;
    const auto month = static_cast<unsigned>(date.month());
    const auto start_month = (month - 1) / static_cast<unsigned>(length) * static_cast<unsigned>(length) + 1;
    const year_month_day start{date.year(), std::chrono::month{start_month}, std::chrono::day{1}};
    if (step > 9999 * 12 || step < -9999 * 12) return std::nullopt;
    first = base::Date{start + months{length * step}};
    last = base::Date{(start + months{length * step}) + months{length}} - days{1};
  } else {
    return std::nullopt;
  }
  const year_month_day low{first}, high{last};
  if (low.year() < year{1} || high.year() > year{9999}) return std::nullopt;
  return std::pair{first, last};
}

bool OperandParser::is_spanned(const Terminal& terminal) {
  switch (terminal.comparison) {
    case Comparison::kNumber:
    case Comparison::kDate:
    case Comparison::kInstant:
    case Comparison::kDuration: return true;
    default: return false;
  }
}

base::Date OperandParser::today() const { return zone_of(context_.caller)->local_date(context_.now); }

Span OperandParser::days(base::Date first, base::Date last) const {
  if (terminal_.comparison == Comparison::kDate) return {base::to_days(first), base::to_days(last)};
  const auto zone = *zone_of(context_.caller);
  return {base::to_micros(zone.start_of_day(first)), base::to_micros(zone.start_of_day(last + std::chrono::days{1})) - 1};
}

std::optional<Span> OperandParser::relative(std::int64_t amount, std::string_view unit) const {
  if (terminal_.comparison == Comparison::kInstant && (unit == "hour" || unit == "minute")) {
    if (amount < -kMaxRelative || amount > kMaxRelative) return std::nullopt;
    const std::int64_t seconds = unit == "hour" ? 3600 : 60;
    const auto at = base::to_micros(context_.now) + amount * seconds * 1'000'000;
    return Span{at, at};
  }
  const auto range = calendar_unit(today(), unit, amount);
  if (!range) return std::nullopt;
  return days(range->first, range->second);
}

std::optional<Span> OperandParser::relative_word(std::string_view word) const {
  if (word == "now" && terminal_.comparison == Comparison::kInstant) {
    const auto now = base::to_micros(context_.now);
    return Span{now, now};
  }
  if (word == "today") return relative(0, "day");
  if (word == "yesterday") return relative(-1, "day");
  if (word == "tomorrow") return relative(1, "day");
  for (const auto& [prefix, amount] : {std::pair{std::string_view("this_"), 0}, {"last_", -1}, {"next_", 1}}) {
    if (word.starts_with(prefix) && word.substr(prefix.size()) != "hour" && word.substr(prefix.size()) != "minute") {
      return relative(amount, word.substr(prefix.size()));
    }
  }
  return std::nullopt;
}

// "-7d", "+2w", "-1m", "0q", "-1y", "-3h": the short form of {"relative": …} in URLs.
std::optional<Span> OperandParser::relative_short(std::string_view text) const {
  if (text.size() < 2) return std::nullopt;
  std::string_view unit;
  switch (text.back()) {
    case 'h': unit = "hour"; break;
    case 'd': unit = "day"; break;
    case 'w': unit = "week"; break;
    case 'm': unit = "month"; break;
    case 'q': unit = "quarter"; break;
    case 'y': unit = "year"; break;
    default: return std::nullopt;
  }
  if (text.front() == '+') text.remove_prefix(1);
  std::int64_t amount = 0;
  const auto* end = text.data() + text.size() - 1;
  const auto result = std::from_chars(text.data(), end, amount);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return relative(amount, unit);
}

Span OperandParser::moment(const json::value& input, const std::string& source) const {
  if (const auto* object = input.if_object()) {
    const auto* amount = object->if_contains("relative");
    const auto* unit = object->if_contains("unit");
    if (object->size() != 2 || amount == nullptr || !amount->is_int64() || unit == nullptr || !unit->is_string())
      wrong_type(source, "date");
    const auto span = relative(amount->get_int64(), std::string_view(unit->get_string()));
    if (!span) {
      throw base::Error::field(source, "unknown_date_unit")
          .with_extra_json(valid_json({"minute", "hour", "day", "week", "month", "quarter", "year"}));
    }
    return *span;
  }
  const auto text = text_of(input, source, terminal_.comparison == Comparison::kDate ? "date" : "instant");
  if (const auto date = base::parse_date(text)) return days(*date, *date);
  if (terminal_.comparison == Comparison::kInstant) {
    if (const auto instant = base::parse_instant(text)) return {base::to_micros(*instant), base::to_micros(*instant)};
  }
  if (const auto span = relative_word(text)) return *span;
  if (const auto span = relative_short(text)) return *span;
  throw base::Error::field(source, "unknown_date", {{"value", std::string(base::prefix(text, 40))}})
      .with_extra_json(
          valid_json({"2026-11-21", "today", "yesterday", "tomorrow", "this_week", "last_week", "next_week", "this_month", "last_month",
                      "next_month", "this_quarter", "last_quarter", "next_quarter", "this_year", "last_year", "next_year"}));
}

std::int64_t OperandParser::decimal(const json::value& input, const std::string& source) const {
  const int scale = terminal_.field->type->name() == "integer" || terminal_.is_many() || terminal_.field->system ? 0 : terminal_.scale;
  std::string text;
  if (const auto* number = input.if_int64()) {
    text = std::to_string(*number);
  } else if (const auto* number = input.if_double()) {
    char buffer[400];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, *number, std::chars_format::fixed);
    text.assign(buffer, result.ptr);
  } else if (const auto* money = input.if_object(); money != nullptr && terminal_.is_money) {
    if (const auto* amount = money->if_contains("amount")) return decimal(*amount, source);
    wrong_type(source, "number");
  } else {
    text = text_of(input, source, "number");
  }
  const auto value = base::parse_decimal(text, scale);
  if (!value) throw base::Error::field(source, "not_a_number", {{"scale", std::to_string(scale)}});
  return value->units;
}

std::int64_t OperandParser::duration(const json::value& input, const std::string& source) const {
  std::vector<base::FieldError> errors;
  std::vector<Mark> marks;
  ParseContext context{*terminal_.field, context_.registry, source, &errors, &marks};
  const auto value = terminal_.field->type->parse(input, context);
  if (!errors.empty()) throw base::Error(std::move(errors));
  const auto* micros = std::get_if<std::int64_t>(&value);
  if (micros == nullptr) wrong_type(source, "duration");
  return *micros;
}

Span OperandParser::span(const json::value& input, const std::string& source) const {
  switch (terminal_.comparison) {
    case Comparison::kDate:
    case Comparison::kInstant: return moment(input, source);
    case Comparison::kDuration: {
      const auto micros = duration(input, source);
      return {micros, micros};
    }
    default: {
      const auto units = decimal(input, source);
      return {units, units};
    }
  }
}

Value OperandParser::text_value(const json::value& input, const std::string& source) const {
  const auto text = text_of(input, source, "text");
  const bool partial = op_ == FilterOp::kContains || op_ == FilterOp::kStartsWith;
  std::string stored;
  if (terminal_.source == TerminalSource::kItems) {
    const auto& column = terminal_.items->columns[static_cast<std::size_t>(terminal_.item_index)].suffix;
    stored = partial ? partial_item_operand(column, text) : terminal_.field->type->item_operand(*terminal_.field, column, text);
  } else if (op_ == FilterOp::kLt || op_ == FilterOp::kLte || op_ == FilterOp::kGt || op_ == FilterOp::kGte || op_ == FilterOp::kBetween) {
    stored = base::sort_key(text);
  } else {
    stored = terminal_.is_folded ? folded_text(text) : std::string(text);
  }
  if (stored.empty()) throw base::Error::field(source, "empty_value");
  return stored;
}

Value OperandParser::choice_value(const json::value& input, const std::string& source) const {
  const auto text = text_of(input, source, "choice");
  if (terminal_.is_currency || terminal_.field->options.empty()) return std::string(text);
  if (terminal_.field->option(text) == nullptr) {
    std::vector<std::string> keys;
    for (const auto& option : terminal_.field->options) keys.push_back(option.key);
    throw base::Error::field(source, "unknown_option", {{"value", std::string(base::prefix(text, 40))}}).with_extra_json(valid_json(keys));
  }
  return std::string(text);
}

// 5, "5", "me", "my_department", {"id":5}, {"entity":"company","id":5}, "company:5".
Value OperandParser::link_value(const json::value& input, const std::string& source) const {
  const auto& targets = terminal_.targets;
  const auto target_named = [&](std::string_view key) -> const EntityDef* {
    for (const auto* target : targets) {
      if (target->key == key) return target;
    }
    std::vector<std::string> names;
    for (const auto* target : targets) names.push_back(target->key);
    throw base::Error::field(source, "unknown_entity", {{"entity", std::string(base::prefix(key, 40))}}).with_extra_json(valid_json(names));
  };
  const EntityDef* target = targets.size() == 1 ? targets.front() : nullptr;
  std::optional<std::int64_t> id;
  if (const auto* object = input.if_object()) {
    if (const auto* key = object->if_contains("entity"); key != nullptr && key->is_string())
      target = target_named(std::string_view(key->get_string()));
    if (const auto* number = object->if_contains("id")) id = integer_of(*number);
  } else if (const auto* text = input.if_string(); text != nullptr && *text == "me") {
    target = target_named("user");
    id = context_.caller.user_id;
  } else if (text != nullptr && *text == "my_department") {
    target = target_named("department");
    id = context_.caller.department_id;
  } else if (text != nullptr && text->find(':') != json::string::npos) {
    const std::string_view view(*text);
    target = target_named(view.substr(0, view.find(':')));
    id = integer_of(json::value(view.substr(view.find(':') + 1)));
  } else {
    id = integer_of(input);
  }
  if (!id) wrong_type(source, "link");
  if (target == nullptr && targets.size() > 1) {
    std::vector<std::string> names;
    for (const auto* each : targets) names.push_back(each->key);
    throw base::Error::field(source, "entity_needed").with_extra_json(valid_json(names));
  }
  return Link{target != nullptr ? target->id : 0, *id};
}

Value OperandParser::scalar(const json::value& input, const std::string& source) const {
  if (terminal_.is_uid) {
    const auto uid = base::parse_uid(text_of(input, source, "uid"));
    if (!uid) wrong_type(source, "uid");
    return std::string(reinterpret_cast<const char*>(uid->data()), uid->size());
  }
  switch (terminal_.comparison) {
    case Comparison::kBool:
      if (const auto* flag = input.if_bool()) return static_cast<std::int64_t>(*flag);
      if (const auto* text = input.if_string(); text != nullptr && (*text == "true" || *text == "false")) {
        return static_cast<std::int64_t>(*text == "true");
      }
      wrong_type(source, "bool");
    case Comparison::kChoice: return choice_value(input, source);
    case Comparison::kLink: return link_value(input, source);
    default: return text_value(input, source);
  }
}

}  // namespace entity::read
