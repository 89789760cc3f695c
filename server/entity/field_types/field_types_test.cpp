// Every field type: what it takes, what it doubts, what it refuses, what it answers.
#include <gtest/gtest.h>

#include "server/entity/metadata/catalog_testing.hpp"

namespace entity {
namespace {

const Registry& registry() {
  static const RegistryPtr kRegistry = build_test_registry(test_entity_files());
  return *kRegistry;
}
const FieldDef& field(std::string_view key) { return *registry().require("thing").field(key); }

std::string describe(const Parsed& parsed) {
  std::string text;
  for (const auto& error : parsed.errors) text += "!" + error.path + ":" + error.code + " ";
  for (const auto& mark : parsed.marks) text += "?" + mark.field + ":" + mark.code + " ";
  return text;
}

struct Case {
  const char* field;
  std::string input;     // JSON
  std::string output;    // JSON of the value; "" means: not looked at because the input is refused
  std::string problems;  // "!path:error ?field:mark "
};

TEST(FieldTypes, TakeGoodValuesAndAnswerThemInTheContractsForm) {
  const Case cases[] = {
      {"name", R"("ООО «Ромашка»")", R"("ООО «Ромашка»")", ""},
      {"name", R"("  two  spaces ")", R"("  two  spaces ")", ""},
      {"name", R"("   ")", "null", ""},
      {"name", "null", "null", ""},
      {"inn", R"("7707083893")", R"("7707083893")", ""},
      {"inn", R"("77 0708 3893")", R"("7707083893")", ""},
      {"story", R"("line\nline\ttab")", R"("line\nline\ttab")", ""},
      {"page", R"("<p onclick=\"x()\">Hi <b>you</b><script>bad()</script></p>")", R"("<p>Hi <b>you</b></p>")", "?page:html_cleaned "},
      {"count", "42", "42", ""},
      {"count", R"("42")", "42", ""},
      {"count", "42.0", "42", ""},
      {"weight", R"("1.5")", R"("1.500")", ""},
      {"weight", "0.125", R"("0.125")", ""},
      {"price", R"({"amount": "1234.5", "currency": "RUB"})", R"({"amount":"1234.50","currency":"RUB"})", ""},
      {"price", "10", R"({"amount":"10.00","currency":"RUB"})", ""},
      {"price", R"({"amount": "5", "currency": "USD"})", R"({"amount":"5.00","currency":"USD"})", "?price:no_rate "},
      {"price", R"({"amount": null, "currency": "USD"})", "null", ""},
      {"share", R"("12.5")", R"("12.5")", ""},
      {"is_good", "true", "true", ""},
      {"is_good", "false", "false", ""},
      {"day", R"("2026-11-21")", R"("2026-11-21")", ""},
      {"moment", R"("2026-11-21T10:00:00+03:00")", R"("2026-11-21T07:00:00Z")", ""},
      {"span", R"("PT90M")", R"("PT1H30M")", ""},
      {"state", R"("new")", R"("new")", ""},
      {"state", R"("old")", R"("old")", ""},
      {"kinds", R"(["red", "blue", "red"])", R"(["red","blue"])", ""},
      {"kinds", "[]", "[]", ""},
      {"kinds", "null", "[]", ""},
      {"other", "5", R"({"id":5})", ""},
      {"other", R"({"id": 5, "title": "x"})", R"({"id":5})", ""},
      {"subject", R"({"entity": "other", "id": 5})", R"({"entity":"other","id":5})", ""},
      {"owner", "7", R"({"id":7})", ""},
      {"others", R"([1, {"id": 2}, 1])", R"([{"id":1},{"id":2}])", ""},
      {"phones", R"(["8 (495) 123-45-67 доб. 12"])",
       R"([{"id":0,"raw":"8 (495) 123-45-67 доб. 12","e164":"+74951234567","ext":"12","kind":null,"valid":true}])", ""},
      {"phones", R"([{"raw": "8 916 123-45-67", "kind": "mobile"}])",
       R"([{"id":0,"raw":"8 916 123-45-67","e164":"+79161234567","ext":null,"kind":"mobile","valid":true}])", ""},
      {"phones", R"([""])", "[]", ""},
      {"emails", R"([{"raw": " Ivan@Mail.RU ", "kind": "work"}])",
       R"([{"id":0,"raw":" Ivan@Mail.RU ","value":"ivan@mail.ru","kind":"work","valid":true}])", ""},
      {"messengers", R"([{"raw": "https://t.me/Ivan", "kind": "telegram"}])",
       R"([{"id":0,"raw":"https://t.me/Ivan","value":"ivan","kind":"telegram"}])", ""},
      {"site", R"("https://example.ru/a?b=1")", R"("https://example.ru/a?b=1")", ""},
      {"sites", R"(["www.example.ru/"])", R"([{"id":0,"raw":"www.example.ru/","value":"example.ru","kind":null}])", ""},
      {"addresses", R"([{"kind": "legal", "city": "Казань", "street": "Баумана, 1", "latitude": "55.7887", "longitude": 49.1221}])",
       R"([{"id":0,"kind":"legal","country":null,"region":null,"city":"Казань","street":"Баумана, 1","postal_code":null,"text":"Казань, Баумана, 1","opening_hours":null,"latitude":"55.788700","longitude":"49.122100"}])",
       ""},
      {"paper", "3", R"({"id":3,"url":"/api/v1/files/3"})", ""},
      {"papers", R"([{"id": 3}, 4])", R"([{"id":3,"url":"/api/v1/files/3"},{"id":4,"url":"/api/v1/files/4"}])", ""},
      {"tags", R"(["Опт", "опт", "VIP"])", R"(["Опт","VIP"])", ""},
      {"settings", R"({"a": [1, 2]})", R"({"a":[1,2]})", ""},
  };
  for (const auto& each : cases) {
    const auto parsed = parse_value(registry(), field(each.field), each.input);
    EXPECT_EQ(describe(parsed), each.problems) << each.field << " " << each.input;
    EXPECT_EQ(parsed.json, each.output) << each.field << " " << each.input;
  }
}

TEST(FieldTypes, KeepWhatTheyDoubtAsItStoodAndMarkIt) {
  const Case cases[] = {
      {"inn", R"("7707083894")", R"("7707083894")", "?inn:check_digit "},
      {"inn", R"("нет")", R"("нет")", "?inn:not_digits "},
      {"inn", R"("77 07")", R"("77 07")", "?inn:length "},
      {"phones", R"(["123"])", "", "?phones:phone "},
      {"phones", R"(["спросить у Иры"])", "", "?phones:phone "},
      {"emails", R"(["not an address"])", "", "?emails:email "},
      {"site", R"("see our page")", R"("see our page")", "?site:invalid_url "},
  };
  for (const auto& each : cases) {
    const auto parsed = parse_value(registry(), field(each.field), each.input);
    EXPECT_EQ(describe(parsed), each.problems) << each.field << " " << each.input;
    ASSERT_FALSE(is_empty(parsed.value)) << each.input;
    ASSERT_FALSE(parsed.marks.empty());
    EXPECT_EQ('"' + parsed.marks.front().raw + '"', each.field == std::string("phones") || each.field == std::string("emails")
                                                        ? each.input.substr(1, each.input.size() - 2)
                                                        : each.input);
    if (!each.output.empty()) {
      EXPECT_EQ(parsed.json, each.output);
    }
  }
}

TEST(FieldTypes, RefuseWhatIsWrongAndNameThePlace) {
  const Case cases[] = {
      {"name", "5", "", "!name:wrong_type "},
      {"name", "{}", "", "!name:wrong_type "},
      {"name", R"("a\nb")", "", "!name:line_break "},
      {"name", R"("a\u0000b")", "", "!name:bad_character "},
      {"name", '"' + std::string(501, 'x') + '"', "", "!name:too_long "},
      {"page", "1", "", "!page:wrong_type "},
      {"count", "1.5", "", "!count:too_precise "},
      {"count", R"("1,5")", "", "!count:not_a_number "},
      {"count", R"("")", "", "!count:not_a_number "},
      {"count", "true", "", "!count:wrong_type "},
      {"count", "9007199254740993", "", "!count:out_of_range "},
      {"count", "1e300", "", "!count:out_of_range "},
      {"count", "-1000001", "", "!count:too_small "},
      {"weight", R"("1.2345")", "", "!weight:too_precise "},
      {"weight", R"("99999999999999999999")", "", "!weight:out_of_range "},
      {"weight", "-1", "", "!weight:too_small "},
      {"price", R"({"amount": "x", "currency": "RUB"})", "", "!price.amount:not_a_number "},
      {"price", R"({"amount": "1", "currency": "руб"})", "", "!price.currency:unknown_currency "},
      {"price", R"({"amount": "1", "sum": "2"})", "", "!price.sum:unknown_member "},
      {"price", "[]", "", "!price:wrong_type "},
      {"share", "100.1", "", "!share:too_large "},
      {"is_good", "1", "", "!is_good:wrong_type "},
      {"is_good", R"("true")", "", "!is_good:wrong_type "},
      {"day", R"("21.11.2026")", "", "!day:bad_date "},
      {"day", R"("2026-02-30")", "", "!day:bad_date "},
      {"day", R"("1899-12-31")", "", "!day:too_small "},
      {"moment", R"("2026-11-21")", "", "!moment:bad_instant "},
      {"span", R"("P1M")", "", "!span:bad_duration "},
      {"state", R"("newest")", "", "!state:unknown_option "},
      {"kinds", R"("red")", "", "!kinds:wrong_type "},
      {"kinds", R"(["red", "green"])", "", "!kinds[1]:unknown_option "},
      {"other", R"("5")", "", "!other:wrong_type "},
      {"other", "-1", "", "!other:wrong_type "},
      {"other", "{}", "", "!other.id:required "},
      {"subject", "5", "", "!subject:wrong_type "},
      {"subject", R"({"entity": "user", "id": 5})", "", "!subject.entity:unknown_entity "},
      {"others", R"([1, "x"])", "", "!others[1]:wrong_type "},
      {"phones", "\"8 495 1234567\"", "", "!phones:wrong_type "},
      {"phones", R"([{"raw": 5}])", "", "!phones[0].raw:wrong_type "},
      {"phones", R"([{"raw": "1", "kind": "secret"}])", "", "!phones[0].kind:unknown_kind "},
      {"phones", R"(["8 916 123-45-67", {"number": "1"}])", "", "!phones[1].number:unknown_member "},
      {"emails", R"([5])", "", "!emails[0]:wrong_type "},
      {"site", R"x("javascript:alert(1)")x", "", "!site:unsafe_url "},
      {"site", R"x("JaVaScRiPt:alert(1)")x", "", "!site:unsafe_url "},
      {"site", R"x("java\tscript:alert(1)")x", "", "!site:unsafe_url "},
      {"sites", R"(["data:text/html,x"])", "", "!sites[0]:unsafe_url "},
      {"addresses", R"([{"city": "Казань", "latitude": "91"}])", "", "!addresses[0].latitude:out_of_range "},
      {"addresses", R"([{"town": "Казань"}])", "", "!addresses[0].town:unknown_member "},
      {"paper", R"("3")", "", "!paper:wrong_type "},
      {"tags", R"(["a", 1])", "", "!tags[1]:wrong_type "},
      {"settings", "5", "", "!settings:wrong_type "},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(describe(parse_value(registry(), field(each.field), each.input)), each.problems) << each.field << " " << each.input;
  }
}

TEST(FieldTypes, RefuseHugeAndMalformedTextOfEveryTypeWithoutReadingItThrough) {
  const json::value huge(std::string(10'000'000, 'x'));
  const json::value broken("\xff\xfe broken");
  for (const auto& each : registry().require("thing").fields) {
    if (each.system || each.type->name() == "formula") continue;
    for (const auto* input : {&huge, &broken}) {
      json::value value = *input;
      if (each.type->is_multi_value(each)) value = json::array{*input};
      std::vector<base::FieldError> errors;
      std::vector<Mark> marks;
      ParseContext context{each, registry(), each.key, &errors, &marks};
      each.type->parse(value, context);
      ASSERT_EQ(errors.size(), 1u) << each.key;
      EXPECT_EQ(errors.front().path.rfind(each.key, 0), 0u) << errors.front().path;
    }
  }
}

TEST(FieldTypes, ChangeTheItemsThatAreGivenById) {
  const auto& phones = field("phones");
  Items stored =
      std::get<Items>(parse_value(registry(), phones, R"([{"raw": "8 916 123-45-67", "kind": "mobile"}, "8 495 123-45-67"])").value);
  stored[0].id = 11;
  stored[1].id = 12;
  const Value before = stored;
  const auto changed = parse_value(registry(), phones, R"([{"id": 12}, {"id": 11, "kind": "work"}, "8 800 555-35-35"])", &before);
  ASSERT_EQ(describe(changed), "");
  const auto& items = std::get<Items>(changed.value);
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0], stored[1]);
  EXPECT_EQ(items[1].id, 11);
  EXPECT_EQ(std::get<std::string>(items[1].columns[0]), "8 916 123-45-67");
  EXPECT_EQ(std::get<std::string>(items[1].columns[4]), "work");
  EXPECT_EQ(items[2].id, 0);
  EXPECT_EQ(describe(parse_value(registry(), phones, R"([{"id": 99, "raw": "1"}])", &before)), "!phones[0].id:unknown_item ");
  EXPECT_EQ(describe(parse_value(registry(), phones, R"([{"id": 11}, {"id": 11}])", &before)), "!phones[1].id:unknown_item ");
}

TEST(FieldTypes, NormaliseOperandsOfFiltersLikeTheStoredForm) {
  EXPECT_EQ(field("phones").type->item_operand(field("phones"), "e164", "8 (495) 123-45-67"), "+74951234567");
  EXPECT_EQ(field("emails").type->item_operand(field("emails"), "value", "IVAN@mail.ru"), "ivan@mail.ru");
  EXPECT_EQ(field("tags").type->item_operand(field("tags"), "fold", "Ёлка"), "елка");
}

TEST(FieldTypes, EveryTypeIsKnownByNameAndNothingElseIs) {
  for (const auto* type : all_field_types()) EXPECT_EQ(find_field_type(type->name()), type);
  EXPECT_EQ(find_field_type("float"), nullptr);
  EXPECT_EQ(all_field_types().size(), 30u);
}

}  // namespace
}  // namespace entity
