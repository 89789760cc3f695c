// Operands of filters: JSON or URL text → stored form, relative dates and "me" resolved for the caller.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json.hpp"
#include "server/entity/filter.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

// A number, day or moment, or all of them from `low` to `high` inclusive: "this_month" is a range of days or
// microseconds.
struct Span {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

class OperandParser {
 public:
  OperandParser(const FilterContext& context, const Terminal& terminal, FilterOp op) : context_(context), terminal_(terminal), op_(op) {}

  // Numbers, dates, instants, durations. Throws Error::field(source, "wrong_type" | "unknown_date" | …).
  Span span(const json::value& input, const std::string& source) const;
  // Everything that compares by equality: text, choice, link, bool, uid, items.
  Value scalar(const json::value& input, const std::string& source) const;
  // True when the terminal's operands are spans.
  static bool is_spanned(const Terminal& terminal);

 private:
  std::int64_t decimal(const json::value& input, const std::string& source) const;
  std::int64_t duration(const json::value& input, const std::string& source) const;
  Span moment(const json::value& input, const std::string& source) const;
  Span days(base::Date first, base::Date last) const;
  std::optional<Span> relative_word(std::string_view word) const;
  std::optional<Span> relative_short(std::string_view text) const;
  std::optional<Span> relative(std::int64_t amount, std::string_view unit) const;
  Value text_value(const json::value& input, const std::string& source) const;
  Value choice_value(const json::value& input, const std::string& source) const;
  Value link_value(const json::value& input, const std::string& source) const;
  base::Date today() const;

  const FilterContext& context_;
  const Terminal& terminal_;
  FilterOp op_;
};

// First and last day of the calendar unit ("day", "week", "month", "quarter", "year") that holds `day`, moved by
// `amount` units. nullopt: unknown unit or outside years 1..9999. Weeks start on Monday.
std::optional<std::pair<base::Date, base::Date>> calendar_unit(base::Date day, std::string_view unit, std::int64_t amount);

}  // namespace entity::read
