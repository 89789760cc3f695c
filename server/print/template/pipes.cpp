#include "server/print/template/pipes.hpp"

#include <algorithm>
#include <optional>

#include "server/base/decimal.hpp"
#include "server/base/text/base64.hpp"
#include "server/base/text/text.hpp"
#include "server/print/code/payment.hpp"
#include "server/print/code/qr.hpp"
#include "server/print/template/template.hpp"
#include "server/print/words/english.hpp"
#include "server/print/words/letters.hpp"
#include "server/print/words/names.hpp"
#include "server/print/words/numbers.hpp"

namespace print {

namespace {

using formula::Value;

[[noreturn]] void refuse(std::string code) { throw PipeFault{std::move(code)}; }

std::string text_of(const Value& value) {
  if (value.is_null()) return {};
  return value.string() ? *value.string() : shown(value, "ru");
}

base::Decimal decimal_of(const Value& value, int scale) {
  std::optional<formula::Number> number;
  if (value.number()) number = *value.number();
  if (value.string()) number = formula::Number::parse(*value.string());
  if (!number) refuse("template_not_a_number");
  const auto rounded = formula::Number::round(*number, scale, formula::Rounding::kHalfUp);
  const auto units = rounded ? rounded->to_scaled(scale) : std::nullopt;
  if (!units) refuse("template_number_too_large");
  return {*units, scale};
}

std::string iso_of(const Value& value) {
  if (value.date()) return value.date()->to_string();
  if (value.date_time()) return value.date_time()->date().to_string();
  return text_of(value);
}

int small_argument(const PipeInput& input, std::size_t index, int fallback) {
  if (index >= input.arguments.size() || !input.arguments[index].number()) return fallback;
  const auto value = input.arguments[index].number()->to_integer();
  return value && *value >= 0 && *value <= 9 ? static_cast<int>(*value) : fallback;
}

std::string digits(const PipeInput& input, int least, int most) {
  const int shown_least = small_argument(input, 0, least);
  const int shown_most = std::max(shown_least, small_argument(input, 1, most));
  return decimal_text(decimal_of(input.piped.value, shown_most), shown_least, shown_most);
}

bool is_null(const PipeInput& input) { return input.piped.value.is_null(); }

Piped money(const PipeInput& input) { return is_null(input) ? Piped{} : Piped{Value(digits(input, 2, 2))}; }
Piped price(const PipeInput& input) { return is_null(input) ? Piped{} : Piped{Value(digits(input, 2, 4))}; }
Piped quantity(const PipeInput& input) { return is_null(input) ? Piped{} : Piped{Value(digits(input, 0, 6))}; }

Piped date(const PipeInput& input) { return {Value(date_in_digits(iso_of(input.piped.value)))}; }
Piped date_words(const PipeInput& input) { return {Value(date_in_words(iso_of(input.piped.value)))}; }

Piped words(const PipeInput& input) {
  if (is_null(input)) return {};
  const std::string currency = input.arguments.empty() ? "RUB" : text_of(input.arguments[0]);
  return {Value(sum_in_words(decimal_of(input.piped.value, 2), currency.empty() ? "RUB" : currency))};
}

Piped words_en(const PipeInput& input) {
  if (is_null(input)) return {};
  const std::string currency = input.arguments.empty() ? "RUB" : text_of(input.arguments[0]);
  return {Value(sum_in_english(decimal_of(input.piped.value, 2), currency.empty() ? "RUB" : currency))};
}

std::int64_t whole_of(const Value& value) {
  return value.list() ? static_cast<std::int64_t>(value.list()->size()) : decimal_of(value, 0).units;
}

Piped number_words(const PipeInput& input) {
  if (is_null(input)) return {};
  const std::string gender = input.arguments.empty() ? "" : text_of(input.arguments[0]);
  const Gender read = gender == "f" ? Gender::kFeminine : gender == "n" ? Gender::kNeuter : Gender::kMasculine;
  return {Value(number_in_words(whole_of(input.piped.value), read))};
}

Piped plural(const PipeInput& input) {
  if (is_null(input)) return {};
  const std::string one = text_of(input.arguments[0]), few = text_of(input.arguments[1]), many = text_of(input.arguments[2]);
  return {Value(plural_form(whole_of(input.piped.value), {one, few, many}))};
}

// A name has two to four words that all begin with a capital, or a patronymic; everything else is a position.
bool looks_like_name(const std::string& text) {
  const PersonName name = parse_name(text);
  if (sex_of({"", "", name.middle}) != Sex::kUnknown) return true;
  if (name.first.empty() || text == base::to_upper(text)) return false;
  for (const auto* part : {&name.last, &name.first, &name.middle}) {
    if (!part->empty() && base::to_lower(std::string(base::prefix(*part, 1))) == std::string(base::prefix(*part, 1))) return false;
  }
  return true;
}

Piped in_case(const PipeInput& input, Case target) {
  if (is_null(input)) return {};
  const std::string text = text_of(input.piped.value);
  const std::string kind = input.arguments.empty() ? "" : text_of(input.arguments[0]);
  const bool is_name = kind == "name" || (kind != "position" && looks_like_name(text));
  return {Value(is_name ? decline_name(text, target) : decline_position(text, target))};
}

template <Case target>
Piped declined(const PipeInput& input) {
  return in_case(input, target);
}

template <std::string (*change)(std::string_view)>
Piped changed(const PipeInput& input) {
  return is_null(input) ? Piped{} : Piped{Value(change(text_of(input.piped.value))), input.piped.is_markup};
}

std::string first_lower(std::string_view text) {
  const std::string_view first = base::prefix(text, 1);
  return base::to_lower(first) + std::string(text.substr(first.size()));
}

Piped fallback(const PipeInput& input) {
  const bool empty = is_null(input) || (input.piped.value.string() && input.piped.value.string()->empty());
  return empty ? Piped{input.arguments[0]} : input.piped;
}

Piped lines(const PipeInput& input) {
  std::string out;
  for (const char c : escape_html(text_of(input.piped.value))) {
    if (c == '\n') {
      out += "<br>";
    } else if (c != '\r') {
      out += c;
    }
  }
  return {Value(std::move(out)), true};
}

Piped sex(const PipeInput& input) {
  const Sex found = sex_of(parse_name(text_of(input.piped.value)));
  return {Value(found == Sex::kFemale ? "f" : found == Sex::kMale ? "m" : "")};
}

// name | ending("ый", "ая", "ый(ая)"): for a man, for a woman, where the name does not tell.
Piped ending(const PipeInput& input) {
  const Sex found = sex_of(parse_name(text_of(input.piped.value)));
  const std::size_t index = found == Sex::kMale ? 0 : found == Sex::kFemale ? 1 : 2;
  return {input.arguments[std::min(index, input.arguments.size() - 1)]};
}

// The code as a picture: the page writers draw the text of data-qr themselves, a browser shows the SVG.
Piped qr(const PipeInput& input) {
  const std::string text = text_of(input.piped.value);
  if (text.empty()) return {Value(""), true};
  const auto code = make_qr(text);
  if (!code) refuse("template_qr_too_long");
  return {Value("<img class=\"qr\" alt=\"QR\" data-qr=\"" + escape_html(text) + "\" src=\"data:image/svg+xml;base64," +
                base::to_base64(qr_svg(*code)) + "\">"),
          true};
}

std::string member(const Value& value, std::string_view key) {
  const Value* found = value.context() ? value.context()->find(key) : nullptr;
  return found == nullptr ? std::string() : text_of(*found);
}

std::string usual_purpose(const Value& document) {
  std::string out = "Оплата по счету № " + member(document, "number");
  if (const Value* date = document.context()->find("date")) out += " от " + date_in_digits(iso_of(*date));
  const Value* vat = document.context()->find("vat_amount");
  if (vat == nullptr || vat->is_null()) return out;
  const base::Decimal amount = decimal_of(*vat, 2);
  return out + (amount.units == 0 ? ". Без НДС" : ". В т.ч. НДС " + decimal_text(amount, 2, 2));
}

// document | payment(seller, seller_account[, purpose]): the text of a payment code in roubles; nothing where data lack.
Piped payment(const PipeInput& input) {
  const Value& document = input.piped.value;
  if (!document.context()) return {};
  const std::string currency = member(document, "currency");
  const Value* amount = document.context()->find("amount");
  if ((!currency.empty() && currency != "RUB") || amount == nullptr || amount->is_null()) return {};
  const Value& seller = input.arguments[0];
  const Value& account = input.arguments[1];
  Payment order;
  order.name = member(seller, "legal_name");
  if (order.name.empty()) order.name = member(seller, "name");
  order.account = member(account, "account");
  order.bank_name = member(account, "bank_name");
  order.bic = member(account, "bik");
  order.corr_account = member(account, "corr_account");
  order.inn = member(seller, "inn");
  order.kpp = member(seller, "kpp");
  order.kopecks = decimal_of(*amount, 2).units;
  order.purpose = input.arguments.size() > 2 ? text_of(input.arguments[2]) : usual_purpose(document);
  const auto text = payment_text(order);
  return text ? Piped{Value(*text)} : Piped{};
}

constexpr Pipe kPipes[] = {
    {"accusative", 0, 1, declined<Case::kAccusative>},
    {"date", 0, 0, date},
    {"date_words", 0, 0, date_words},
    {"dative", 0, 1, declined<Case::kDative>},
    {"default", 1, 1, fallback},
    {"ending", 2, 3, ending},
    {"first_lower", 0, 0, changed<first_lower>},
    {"first_upper", 0, 0, changed<first_upper>},
    {"genitive", 0, 1, declined<Case::kGenitive>},
    {"instrumental", 0, 1, declined<Case::kInstrumental>},
    {"lines", 0, 0, lines},
    {"lower", 0, 0, changed<base::to_lower>},
    {"money", 0, 2, money},
    {"number_words", 0, 1, number_words},
    {"payment", 2, 3, payment},
    {"plural", 3, 3, plural},
    {"prepositional", 0, 1, declined<Case::kPrepositional>},
    {"price", 0, 2, price},
    {"qr", 0, 0, qr},
    {"quantity", 0, 2, quantity},
    {"sex", 0, 0, sex},
    {"short_name", 0, 0, changed<short_name>},
    {"short_name_first", 0, 0, changed<short_name_first>},
    {"upper", 0, 0, changed<base::to_upper>},
    {"words", 0, 1, words},
    {"words_en", 0, 1, words_en},
};

}  // namespace

const Pipe* find_pipe(std::string_view name) {
  for (const auto& pipe : kPipes) {
    if (pipe.name == name) return &pipe;
  }
  return nullptr;
}

std::vector<std::string> template_pipes() {
  std::vector<std::string> out;
  for (const auto& pipe : kPipes) out.emplace_back(pipe.name);
  return out;
}

std::string shown(const formula::Value& value, std::string_view language) {
  switch (value.kind()) {
    case formula::Kind::kNull: return {};
    case formula::Kind::kBoolean: return language == "ru" ? (*value.boolean() ? "да" : "нет") : (*value.boolean() ? "yes" : "no");
    case formula::Kind::kNumber: {
      std::string text = value.number()->to_string();
      if (language == "ru") std::replace(text.begin(), text.end(), '.', ',');
      return text;
    }
    case formula::Kind::kDate: return date_in_digits(value.date()->to_string());
    case formula::Kind::kList: {
      std::string out;
      for (const auto& item : *value.list()) {
        if (!out.empty()) out += ", ";
        out += shown(item, language);
      }
      return out;
    }
    case formula::Kind::kContext:
      for (const auto* key : {"title", "name", "value", "raw"}) {
        const Value* found = value.context()->find(key);
        if (found != nullptr && !found->is_null()) return shown(*found, language);
      }
      return {};
    default: return value.to_string();
  }
}

}  // namespace print
