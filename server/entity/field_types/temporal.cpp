// date (days), instant (µs UTC), duration (µs): one BIGINT column.
#include <memory>

#include "server/base/time.hpp"
#include "server/entity/field_types/basic_type.hpp"
#include "server/entity/formula/temporal.hpp"

namespace entity {

namespace {

constexpr std::int64_t kMaxTextLength = 100;

class TemporalType : public IntegerColumnType {
 public:
  using IntegerColumnType::IntegerColumnType;

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    const auto text = text_of(input, kMaxTextLength, context);
    if (!text || text->empty()) return {};
    const auto number = parse_text(*text);
    if (!number) {
      add_error(context, bad_code(), {{"value", *text}});
      return {};
    }
    check(*number, context);
    return *number;
  }

  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override {
    if (is_empty(value)) {
      out.null();
    } else {
      out.text(display(field, value));
    }
  }

  std::string display(const FieldDef&, const Value& value) const override {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number ? to_text(*number) : std::string();
  }

  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (field.min && !parse_text(*field.min)) add_declaration_error(errors, field, "min", bad_code());
    if (field.max && !parse_text(*field.max)) add_declaration_error(errors, field, "max", bad_code());
  }

 protected:
  virtual std::optional<std::int64_t> parse_text(std::string_view text) const = 0;
  virtual std::string to_text(std::int64_t number) const = 0;
  virtual std::string_view bad_code() const = 0;

 private:
  void check(std::int64_t number, ParseContext& context) const {
    const auto& field = context.field;
    if (const auto min = field.min ? parse_text(*field.min) : std::nullopt; min && number < *min) {
      add_error(context, "too_small", {{"min", *field.min}});
    }
    if (const auto max = field.max ? parse_text(*field.max) : std::nullopt; max && number > *max) {
      add_error(context, "too_large", {{"max", *field.max}});
    }
  }
};

class DateType final : public TemporalType {
 public:
  DateType() : TemporalType("date") {}
  Comparison comparison(const FieldDef&) const override { return Comparison::kDate; }

 protected:
  std::optional<std::int64_t> parse_text(std::string_view text) const override {
    const auto date = base::parse_date(text);
    if (!date) return std::nullopt;
    return base::to_days(*date);
  }
  std::string to_text(std::int64_t days) const override { return base::to_string(base::from_days(days)); }
  std::string_view bad_code() const override { return "bad_date"; }
};

class InstantType final : public TemporalType {
 public:
  InstantType() : TemporalType("instant") {}
  Comparison comparison(const FieldDef&) const override { return Comparison::kInstant; }

 protected:
  std::optional<std::int64_t> parse_text(std::string_view text) const override {
    const auto instant = base::parse_instant(text);
    if (!instant) return std::nullopt;
    return base::to_micros(*instant);
  }
  std::string to_text(std::int64_t micros) const override { return base::to_string(base::from_micros(micros)); }
  std::string_view bad_code() const override { return "bad_instant"; }
};

// ISO 8601 days and time ("PT1H30M", "P2D"): no months, their length varies.
class DurationType final : public TemporalType {
 public:
  DurationType() : TemporalType("duration") {}
  Comparison comparison(const FieldDef&) const override { return Comparison::kDuration; }

 protected:
  std::optional<std::int64_t> parse_text(std::string_view text) const override {
    const auto duration = formula::parse_days_duration(text);
    if (!duration) return std::nullopt;
    const auto nanos = duration->total_nanos();
    constexpr __int128 kMaxMicros = __int128{1} << 53;
    if (nanos % 1000 != 0 || nanos / 1000 > kMaxMicros || nanos / 1000 < -kMaxMicros) return std::nullopt;
    return static_cast<std::int64_t>(nanos / 1000);
  }
  std::string to_text(std::int64_t micros) const override { return formula::DaysDuration::from_micros(micros).to_string(); }
  std::string_view bad_code() const override { return "bad_duration"; }
};

}  // namespace

void add_temporal_types(TypeList& out) {
  out.push_back(std::make_unique<DateType>());
  out.push_back(std::make_unique<InstantType>());
  out.push_back(std::make_unique<DurationType>());
}

}  // namespace entity
