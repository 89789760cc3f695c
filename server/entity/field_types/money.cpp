// money: amount and currency as entered, and the amount in the base currency at the record's dated rate; sums use the
// last.
#include <algorithm>
#include <memory>

#include "server/base/decimal.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

bool is_currency_code(std::string_view code) {
  return code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

class MoneyType final : public BasicType {
 public:
  using BasicType::BasicType;
  std::vector<Column> columns(const FieldDef&) const override {
    return {{"", ColumnKind::kInteger}, {"__currency", ColumnKind::kText}, {"__base", ColumnKind::kInteger}};
  }
  Comparison comparison(const FieldDef&) const override { return Comparison::kNumber; }

  // {"amount": "1234.50", "currency": "RUB"}, or a bare amount in the base currency.
  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    Money money;
    money.currency = context.field.base_currency;
    std::optional<std::int64_t> units;
    if (const auto* object = input.if_object()) {
      if (!parse_currency(*object, context, money)) return {};
      const auto* amount = object->if_contains("amount");
      if (!amount || amount->is_null()) return {};
      units = decimal_units(*amount, context.field.scale, context, "amount");
    } else {
      units = decimal_units(input, context.field.scale, context);
    }
    if (!units) return {};
    money.units = *units;
    check_range(*units, context.field.scale, context);
    if (!convert(context, money)) return {};
    return money;
  }

  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override {
    const auto* money = std::get_if<Money>(&value);
    if (!money) {
      out.null();
      return;
    }
    out.begin_object();
    out.key("amount").text(base::to_string(base::Decimal{money->units, field.scale}));
    out.key("currency").text(money->currency);
    out.end_object();
  }

  std::string display(const FieldDef& field, const Value& value) const override {
    const auto* money = std::get_if<Money>(&value);
    return money ? base::to_string(base::Decimal{money->units, field.scale}) + " " + money->currency : std::string();
  }

  int bind(const FieldDef&, const Value& value, store::Statement& statement, int first) const override {
    if (const auto* money = std::get_if<Money>(&value)) {
      statement.bind(first, money->units).bind_text(first + 1, money->currency).bind(first + 2, money->base_units);
    } else {
      statement.bind_null(first).bind_null(first + 1).bind_null(first + 2);
    }
    return 3;
  }

  int read(const FieldDef& field, store::Statement& statement, int first, Value& value) const override {
    if (statement.is_null(first)) {
      value = std::monostate{};
    } else {
      // Roll-ups that move by differences hold nothing but the sum, which is in the base currency.
      const auto units = statement.integer(first);
      const bool is_sum = statement.is_null(first + 1);
      value = Money{units, is_sum ? field.base_currency : std::string(statement.text(first + 1)),
                    is_sum ? units : statement.integer(first + 2)};
    }
    return 3;
  }

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (field.scale < 0 || field.scale > base::kMaxDecimalScale) add_declaration_error(errors, field, "scale", "out_of_range");
    check_number_limits(field, field.scale, errors);
  }

 private:
  static bool parse_currency(const json::object& object, ParseContext& context, Money& money) {
    for (const auto& member : object) {
      if (member.key() != "amount" && member.key() != "currency") {
        add_member_error(context, base::prefix(member.key(), 100), "unknown_member");
        return false;
      }
    }
    const auto* currency = object.if_contains("currency");
    if (!currency || currency->is_null()) return true;
    const auto text = text_of(*currency, 100, context, "currency");
    if (!text) return false;
    if (!is_currency_code(*text)) {
      add_member_error(context, "currency", "unknown_currency", {{"value", *text}});
      return false;
    }
    money.currency = *text;
    return true;
  }

  static bool convert(ParseContext& context, Money& money) {
    if (money.currency == context.field.base_currency) {
      money.base_units = money.units;
      return true;
    }
    const auto rate = context.rates ? context.rates->rate(money.currency) : std::nullopt;
    if (!rate) {
      add_mark(context, "no_rate", money.currency);
      return true;
    }
    const auto converted = base::multiply(base::Decimal{money.units, context.field.scale}, *rate, context.field.scale);
    if (!converted) {
      add_error(context, "out_of_range");
      return false;
    }
    money.base_units = converted->units;
    return true;
  }
};

}  // namespace

void add_money_type(TypeList& out) { out.push_back(std::make_unique<MoneyType>("money")); }

}  // namespace entity
