#include "server/base/text/email.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

std::string shown(std::string_view text) {
  const EmailAddress address = normalize_email(text);
  return (address.valid ? "" : "invalid ") + address.value + (address.has_lookalikes ? " lookalikes" : "");
}

TEST(NormalizeEmail, TakesWhatPeopleType) {
  for (const char* text : {"ivan@mail.ru", " Ivan@Mail.RU ", "mailto:ivan@mail.ru?subject=x", "Иван Петров <ivan@mail.ru>",
                           "<ivan@mail.ru>", "ivan@mail,ru", "ivan[at]mail.ru", "ivan (at) mail (dot) ru", "ivan @ mail.ru",
                           "ivan@mail.ru.", "ivan@mail.ru,", "ivan＠mail.ru", "\u200Bivan@mail.ru", "\"ivan@mail.ru\""}) {
    EXPECT_EQ(shown(text), "ivan@mail.ru") << text;
  }
  EXPECT_EQ(normalize_email("«Иван Петров» <ivan@mail.ru>").name, "Иван Петров");
  EXPECT_EQ(normalize_email(" Ivan@Mail.RU ").raw, "Ivan@Mail.RU");
}

TEST(NormalizeEmail, WritesInternationalDomainsInAscii) {
  EXPECT_EQ(shown("Почта@Пример.РФ"), "почта@xn--e1afmkfd.xn--p1ai");
  EXPECT_EQ(shown("a@bücher.example"), "a@xn--bcher-kva.example");
  EXPECT_EQ(shown("a@xn--e1afmkfd.xn--p1ai"), "a@xn--e1afmkfd.xn--p1ai");
}

TEST(NormalizeEmail, MarksLettersThatOnlyLookLatin) {
  EXPECT_EQ(shown("ivаnov@mail.ru"), "ivanov@mail.ru lookalikes");
  EXPECT_EQ(shown("ivanov@mаil.ru"), "ivanov@mail.ru lookalikes");
  EXPECT_EQ(shown("иван@mail.ru"), "иван@mail.ru");
}

TEST(NormalizeEmail, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "нет", "ivan", "ivan@", "@mail.ru", "ivan@mail", "ivan@@mail.ru", "iv..an@mail.ru", "ivan@-mail.ru",
                           "ivan@mail..ru", "ivan@1.2.3.4", "iv(an@mail.ru", "ivan@ma_il.ru"}) {
    EXPECT_FALSE(normalize_email(text).valid) << text;
  }
  EXPECT_FALSE(normalize_email(std::string(65, 'a') + "@mail.ru").valid);
  EXPECT_TRUE(normalize_email(std::string(64, 'a') + "@mail.ru").valid);
  EXPECT_TRUE(normalize_email("o'neil+tag@sub.mail.co.uk").valid);
}

std::vector<std::string> split(std::string_view cell) {
  std::vector<std::string> found;
  for (const EmailAddress& address : split_emails(cell)) found.push_back((address.valid ? "" : "invalid ") + address.value);
  return found;
}

TEST(SplitEmails, SeparatesTheAddressesOfACell) {
  const std::vector<std::string> two = {"a@mail.ru", "b@mail.ru"};
  for (const char* cell : {"a@mail.ru, b@mail.ru", "a@mail.ru;b@mail.ru", "a@mail.ru b@mail.ru", "a@mail.ru/b@mail.ru",
                           "a@mail.ru,b@mail.ru", "a@mail.ru\nb@mail.ru", "A <a@mail.ru>, Б <b@mail.ru>", "a@mail,ru; b@mail,ru"}) {
    EXPECT_EQ(split(cell), two) << cell;
  }
  EXPECT_EQ(split("a@mail,ru"), std::vector<std::string>{"a@mail.ru"});
  EXPECT_EQ(split("Иван Петров <ivan@mail.ru>"), std::vector<std::string>{"ivan@mail.ru"});
  EXPECT_TRUE(split(" ; , ").empty());
}

}  // namespace
}  // namespace base
