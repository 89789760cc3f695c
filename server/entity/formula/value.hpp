// Run-time values of the formula language.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/entity/formula/number.hpp"
#include "server/entity/formula/temporal.hpp"

namespace formula {

class Value;
struct Function;  // run/evaluator.hpp

using List = std::vector<Value>;

// Ordered: entries keep the order in which they were written.
struct Context {
  std::vector<std::pair<std::string, Value>> entries;
  const Value* find(std::string_view name) const;  // nullptr when missing
  void set(std::string_view name, Value value);    // replaces or appends
};

struct Range;

enum class Kind : std::uint8_t {
  kNull,
  kBoolean,
  kNumber,
  kString,
  kDate,
  kTime,
  kDateTime,
  kDaysDuration,
  kMonthsDuration,
  kList,
  kContext,
  kRange,
  kFunction,
};

// Immutable; lists, contexts, ranges and functions are shared. 40 bytes.
class Value {
 public:
  Value() = default;
  Value(bool value) : data_(value) {}
  Value(Number value) : data_(value) {}
  Value(int value) : data_(Number(value)) {}
  Value(std::int64_t value) : data_(Number(value)) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(Date value) : data_(value) {}
  Value(Time value) : data_(value) {}
  Value(DateTime value) : data_(value) {}
  Value(DaysDuration value) : data_(value) {}
  Value(MonthsDuration value) : data_(value) {}
  Value(List value);
  Value(Context value);
  Value(Range value);
  Value(std::shared_ptr<const Function> value) : data_(std::move(value)) {}
  // A missing result is null.
  template <typename T>
  Value(std::optional<T> value) {
    if (value) *this = Value(*std::move(value));
  }

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_true() const { return boolean() && *boolean(); }

  // nullptr when the value is of another kind.
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const Number* number() const { return std::get_if<Number>(&data_); }
  const std::string* string() const { return std::get_if<std::string>(&data_); }
  const Date* date() const { return std::get_if<Date>(&data_); }
  const Time* time() const { return std::get_if<Time>(&data_); }
  const DateTime* date_time() const { return std::get_if<DateTime>(&data_); }
  const DaysDuration* days_duration() const { return std::get_if<DaysDuration>(&data_); }
  const MonthsDuration* months_duration() const { return std::get_if<MonthsDuration>(&data_); }
  const List* list() const;
  const Context* context() const;
  const Range* range() const;
  const Function* function() const;

  // As the built-in string(): dates and durations in their ISO form, strings unquoted at the top, quoted inside.
  std::string to_string() const;

 private:
  std::variant<std::monostate, bool, Number, std::string, Date, Time, DateTime, DaysDuration, MonthsDuration, std::shared_ptr<const List>,
               std::shared_ptr<const Context>, std::shared_ptr<const Range>, std::shared_ptr<const Function>>
      data_;
};

// A null end that is open means unbounded.
struct Range {
  Value low;
  Value high;
  bool low_included = false;
  bool high_included = false;
};

// FEEL equality (DMN 1.5 table 42): null = null is true, null = x false, different kinds nullopt (null in the
// language).
std::optional<bool> equal(const Value& a, const Value& b);
// Numbers, strings (by code point), dates, times, durations; nullopt where not comparable.
std::optional<std::strong_ordering> compare(const Value& a, const Value& b);
// Same kind and same content; for sets and tests. 1.0 and 1.00 are identical.
bool identical(const Value& a, const Value& b);

}  // namespace formula
