#include "server/print/template/template.hpp"

#include <gtest/gtest.h>

#include "server/base/error.hpp"
#include "server/base/json.hpp"

namespace print {

namespace {

std::string rendered(std::string_view form, std::string_view data) {
  const json::value value = base::parse_json(data);
  return render_html(Template::parse(form), value.as_object(), "ru");
}

constexpr std::string_view kData = R"({
  "document": {"number": "007", "date": "2026-01-15", "amount": "1234567.80", "vat_amount": "0.00", "currency": "RUB", "comment": "a < b & \"c\"", "company": {"id": 3, "title": "ООО «Ель»"}},
  "lines": [{"name": "Стол", "quantity": "2", "price": "100.5000"}, {"name": "Стул", "quantity": "12.5", "price": "20.1234"}],
  "seller": {"name": "ООО «Бук»", "inn": "0700000000", "director_name": "Иванов Иван Иванович", "director_position": "генеральный директор"},
  "buyer_account": null, "today": "2026-02-01"})";

std::string argument(const base::FieldError& error, std::string_view name) {
  for (const auto& [key, value] : error.args) {
    if (key == name) return value;
  }
  return {};
}

// "code line:column field-or-pipe" of the first field error; empty: none.
std::string fault_of(std::string_view form) {
  try {
    rendered(form, kData);
  } catch (const base::Error& error) {
    if (error.fields().empty()) return error.key();
    const auto& first = error.fields().front();
    std::string about = argument(first, "field") + argument(first, "pipe") + argument(first, "block");
    return first.code + " " + argument(first, "line") + ":" + argument(first, "column") + (about.empty() ? "" : " " + about);
  }
  return {};
}

TEST(Template, puts_values_escaped_into_the_text) {
  EXPECT_EQ(rendered("№ {{ document.number }}, {{document.comment}}{{! a remark }}.", kData), "№ 007, a &lt; b &amp; &quot;c&quot;.");
  EXPECT_EQ(rendered("{{ document.company }} {{ document.date }} {{ document.amount }} {{ lines[1].quantity * 2 }}", kData),
            "ООО «Ель» 15.01.2026 1234567,8 4");
  EXPECT_EQ(rendered("{{ seller.inn }}", kData), "0700000000") << "codes are no numbers";
}

TEST(Template, formats_by_pipes) {
  EXPECT_EQ(rendered("{{ document.amount | money }}", kData), "1\u00a0234\u00a0567,80");
  EXPECT_EQ(rendered("{{ document.amount | words(document.currency) }}", kData),
            "Один миллион двести тридцать четыре тысячи пятьсот шестьдесят семь рублей 80 копеек");
  EXPECT_EQ(rendered("{{ document.date | date_words }}, {{ document.date | date }}", kData), "15 января 2026 г., 15.01.2026");
  EXPECT_EQ(rendered("{{ lines[2].price | price }} {{ lines[1].price | price }} {{ lines[2].quantity | quantity }}", kData),
            "20,1234 100,50 12,5");
  EXPECT_EQ(rendered("в лице {{ seller.director_position | genitive }} {{ seller.director_name | genitive }}", kData),
            "в лице генерального директора Иванова Ивана Ивановича");
  EXPECT_EQ(rendered("{{ seller.director_name | short_name | upper }}", kData), "ИВАНОВ И. И.");
  EXPECT_EQ(rendered("{{ lines | plural(\"строка\", \"строки\", \"строк\") }} {{ lines | number_words(\"f\") }}", kData), "строки две");
  EXPECT_EQ(rendered("[{{ buyer_account.bik | money }}|{{ contact.name | default(\"нет\") }}]", kData), "[|нет]");
}

TEST(Template, repeats_and_chooses) {
  EXPECT_EQ(rendered("{{#for line, n in lines}}{{ n }}. {{ line.name }};{{/for}}", kData), "1. Стол;2. Стул;");
  EXPECT_EQ(rendered("{{#for l in lines}}{{#if l.quantity > 10}}много{{else if l.name = \"Стол\"}}стол{{else}}?{{/if}} {{/for}}", kData),
            "стол много ");
  EXPECT_EQ(rendered("{{#if document.vat_amount = 0}}без НДС{{/if}}{{#if contract}}да{{else}}нет{{/if}}", kData), "без НДСнет");
  EXPECT_EQ(rendered("{{#for line in lines}}{{#for l in lines}}{{ line.quantity * l.quantity }} {{/for}}{{/for}}", kData),
            "4 25 25 156,25 ");
  EXPECT_EQ(rendered("{{#if document.date < today}}раньше{{/if}}", kData), "раньше");
}

TEST(Template, names_the_place_of_what_is_wrong) {
  EXPECT_EQ(fault_of("{{ document.numbr }}"), "template_unknown_field 1:13 document.numbr");
  EXPECT_EQ(fault_of("Счёт\n№ {{ dokument.number }}"), "template_unknown_field 2:6 dokument");
  EXPECT_EQ(fault_of("{{#for l in lines}}\n  {{ l.prise | money }}{{/for}}"), "template_unknown_field 2:8 l.prise");
  EXPECT_EQ(fault_of("{{ document.amount | moneyy }}"), "template_unknown_pipe 1:22 moneyy");
  EXPECT_EQ(fault_of("{{ document.amount | plural(\"a\") }}"), "template_pipe_arguments 1:22 plural");
  EXPECT_EQ(fault_of("{{ document.number | words }} {{ seller.name | money }}"), "template_not_a_number 1:48 money");
  EXPECT_EQ(fault_of("{{#if document}} x"), "template_block_not_closed 1:1 if");
  EXPECT_EQ(fault_of("a {{/for}}"), "template_block_not_open 1:3 /for");
  EXPECT_EQ(fault_of("{{#if document}}{{/for}}"), "template_block_not_open 1:17 /for");
  EXPECT_EQ(fault_of("{{ document.number"), "template_not_closed 1:1");
  EXPECT_EQ(fault_of("{{#while x}}"), "template_unknown_block 1:1 #while x");
  EXPECT_EQ(fault_of("{{ document.amount + }}").substr(0, 20), "template_expression ");
  EXPECT_EQ(fault_of("{{ }}"), "template_empty_tag 1:1");
}

TEST(Template, is_held_within_its_limits) {
  EXPECT_EQ(fault_of("{{#for a in for i in 1..1000 return i}}{{#for b in for i in 1..1000 return i}}x{{/for}}{{/for}}"),
            "template_too_large");
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "{{#if document}}";
  EXPECT_EQ(fault_of(deep), "template_too_deep 1:257");
}

TEST(Template, passes_text_with_single_braces_and_styles) {
  EXPECT_EQ(rendered("<style>p { margin: 0 }</style>{ {x} }", "{}"), "<style>p { margin: 0 }</style>{ {x} }");
}

TEST(Template, makes_the_payment_code_of_a_document) {
  // given
  constexpr std::string_view data =
      R"({"document": {"number": "5", "date": "2026-01-15", "amount": "12345.67", "vat_amount": "2226.27", "currency": "RUB"},
    "seller": {"legal_name": "ООО «Бук|Ель»", "inn": "7707083893", "kpp": "770701001"},
    "seller_account": {"account": "40702810200000000001", "bank_name": "ПАО СБЕРБАНК", "bik": "044525225", "corr_account": "30101810400000000225"}})";
  // when
  const std::string text = rendered("{{ document | payment(seller, seller_account) }}", data);
  // then: another separator, since a value has "|"
  EXPECT_EQ(text,
            "ST00012~Name=ООО «Бук|Ель»~PersonalAcc=40702810200000000001~BankName=ПАО "
            "СБЕРБАНК~BIC=044525225~CorrespAcc=30101810400000000225~PayeeINN=7707083893~KPP=770701001~"
            "Sum=1234567~Purpose=Оплата по счету № 5 от 15.01.2026. В т.ч. НДС 2\u00a0226,27");
  EXPECT_EQ(rendered("{{ document | payment(seller, seller_account) | qr }}", data).substr(0, 15), "<img class=\"qr\"");
}

}  // namespace

}  // namespace print
