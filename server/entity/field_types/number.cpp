// integer, decimal, percent, bool: one BIGINT column.
#include <memory>

#include "server/base/decimal.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

class IntegerType final : public IntegerColumnType {
 public:
  using IntegerColumnType::IntegerColumnType;
  Comparison comparison(const FieldDef&) const override { return Comparison::kNumber; }

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    const auto units = decimal_units(input, 0, context);
    if (!units) return {};
    // Plain JSON numbers must survive every client: ECMA-262 Number.MAX_SAFE_INTEGER.
    constexpr std::int64_t kMaxSafe = (std::int64_t{1} << 53) - 1;
    if (*units > kMaxSafe || *units < -kMaxSafe) {
      add_error(context, "out_of_range");
      return {};
    }
    check_range(*units, 0, context);
    return *units;
  }

  void write(const FieldDef&, const Value& value, base::JsonWriter& out) const override {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out.integer(*number);
    } else {
      out.null();
    }
  }

  std::string display(const FieldDef&, const Value& value) const override {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number ? std::to_string(*number) : std::string();
  }

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    check_number_limits(field, 0, errors);
  }
};

class DecimalType final : public IntegerColumnType {
 public:
  using IntegerColumnType::IntegerColumnType;
  Comparison comparison(const FieldDef&) const override { return Comparison::kNumber; }

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    const auto units = decimal_units(input, context.field.scale, context);
    if (!units) return {};
    check_range(*units, context.field.scale, context);
    return *units;
  }

  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override {
    if (is_empty(value)) {
      out.null();
    } else {
      out.text(display(field, value));
    }
  }

  std::string display(const FieldDef& field, const Value& value) const override {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number ? base::to_string(base::Decimal{*number, field.scale}) : std::string();
  }

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (field.scale < 0 || field.scale > base::kMaxDecimalScale) add_declaration_error(errors, field, "scale", "out_of_range");
    check_number_limits(field, field.scale, errors);
  }
};

class BoolType final : public IntegerColumnType {
 public:
  using IntegerColumnType::IntegerColumnType;
  Comparison comparison(const FieldDef&) const override { return Comparison::kBool; }

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    const auto* flag = input.if_bool();
    if (!flag) {
      add_wrong_type(context, "boolean");
      return {};
    }
    return std::int64_t{*flag ? 1 : 0};
  }

  void write(const FieldDef&, const Value& value, base::JsonWriter& out) const override {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out.boolean(*number != 0);
    } else {
      out.null();
    }
  }

  std::string display(const FieldDef&, const Value& value) const override {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (!number) return {};
    return *number != 0 ? "true" : "false";
  }

  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}
};

}  // namespace

void add_number_types(TypeList& out) {
  out.push_back(std::make_unique<IntegerType>("integer"));
  out.push_back(std::make_unique<DecimalType>("decimal"));
  out.push_back(std::make_unique<DecimalType>("percent"));
  out.push_back(std::make_unique<BoolType>("bool"));
}

}  // namespace entity
