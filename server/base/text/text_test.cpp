#include "server/base/text/text.hpp"

#include <gtest/gtest.h>
#include <unicode/coll.h>
#include <unicode/unistr.h>

#include <random>

namespace base {
namespace {

std::string random_text(std::mt19937& random, std::size_t longest) {
  static const char* const kPieces[] = {"а", "е", "ё", "Е", "Ё",  "ж", "и",      "й",      "Я",      "ь",      "a",      "B",
                                        "z", "é", "ß", "ﬁ", " ",  "-", "0",      "9",      "\u0308", "\u0300", "\u0323", "\u0306",
                                        "İ", "ı", "Σ", "ς", "日", "😀", "\u00A0", "\u00AD", "Ⅳ",      "ѐ",      "\t"};
  std::string text;
  for (std::size_t i = random() % (longest + 1); i > 0; --i) text += kPieces[random() % std::size(kPieces)];
  return text;
}

TEST(CleanText, NormalisesAndTrims) {
  EXPECT_EQ(clean_text(" \u00A0Иванов\x01Пётр\u200B\uFEFF\n"), "Иванов Пётр");
  EXPECT_EQ(clean_text("е\u0308ж"), "ёж");
  EXPECT_EQ(clean_text("a\r\nb\tc\rd"), "a\nb\tc d");
  EXPECT_EQ(clean_text(" \t "), "");
  EXPECT_TRUE(is_valid_utf8(clean_text("a\xff\xd0")));
}

TEST(Utf8, IsValidatedStrictly) {
  EXPECT_TRUE(is_valid_utf8("ёж😀"));
  for (const char* text : {"\xff", "\xd0", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) EXPECT_FALSE(is_valid_utf8(text));
}

TEST(Fold, MakesComparableWhatPeopleHoldEqual) {
  EXPECT_EQ(fold("  ООО  «Ёлка»\t1 "), "ооо «елка» 1");
  EXPECT_EQ(fold("STRAẞE"), fold("straße"));
  EXPECT_EQ(fold("Ⅳ ﬁn"), "iv fin");
  EXPECT_EQ(fold("Мой"), "мой");
  EXPECT_EQ(fold("её ЕЁ"), "ее ее");
  EXPECT_EQ(fold("её — ЕЁ"), "ее — ее");
  EXPECT_EQ(fold("Е\u0308"), "е");
}

TEST(Fold, NeverMakesALetterOfBrokenBytes) { EXPECT_EQ(fold("\xCF\uFEFF\x8F"), "\uFFFD\uFFFD"); }

TEST(Fold, IsIdempotentFor20000RandomTexts) {
  std::mt19937 random(20260104);
  for (int i = 0; i < 20000; ++i) {
    const std::string once = fold(random_text(random, 12));
    ASSERT_EQ(fold(once), once);
    ASSERT_TRUE(once.empty() || (once.front() != ' ' && once.back() != ' '));
  }
}

TEST(SortKey, OrdersAsARussianReaderExpects) {
  const std::vector<const char*> ordered = {"",       "1",      "10",      "2", "Еж", "ёж",  "Ёж",  "ежа",
                                            "иванов", "Иванов", "ивановъ", "й", "Яя", "abc", "Abc", "Abd"};
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    EXPECT_LT(sort_key(ordered[i - 1]), sort_key(ordered[i])) << ordered[i - 1] << " < " << ordered[i];
  }
}

int sign(int value) { return value < 0 ? -1 : value > 0; }

TEST(SortKey, KeepsTheOrderOfTheCollatorFor20000Pairs) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Collator> collator(icu::Collator::createInstance(icu::Locale("ru"), status));
  std::mt19937 random(20260105);
  int decided = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string common = random_text(random, 400);
    const std::string a = (i % 3 == 0 ? common : "") + random_text(random, 6);
    const std::string b = (i % 3 == 0 ? common : "") + random_text(random, 6);
    const int expected = collator->compare(icu::UnicodeString::fromUTF8(a), icu::UnicodeString::fromUTF8(b), status);
    const std::string key_a = sort_key(a, 2000);
    const std::string key_b = sort_key(b, 2000);
    ASSERT_EQ(sign(key_a.compare(key_b)), expected) << a << " | " << b;
    const int cut = sign(sort_key(a, 32).compare(sort_key(b, 32)));
    ASSERT_TRUE(cut == 0 || cut == expected) << a << " | " << b;
    ASSERT_EQ(sort_key(a, 32), key_a.substr(0, 32));
    decided += cut != 0;
  }
  EXPECT_GT(decided, 10000);
}

TEST(SortKey, OfALongTextIsThePrefixOfItsWholeKey) {
  std::mt19937 random(20260106);
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (int j = 0; j < 150; ++j) text += random_text(random, 20);
    ASSERT_EQ(sort_key(text, 64), sort_key(text, 1 << 20).substr(0, 64));
  }
}

TEST(SortKey, SeesLettersBehindManyCharactersThatDoNotCount) {
  std::string silent;
  for (int i = 0; i < 3000; ++i) silent += "\u00AD";
  EXPECT_EQ(sort_key(silent + "б", 64), sort_key("б", 64));
  EXPECT_EQ(sort_key("б" + silent + "в", 64), sort_key("бв", 64));
}

TEST(Length, CountsCodePoints) {
  EXPECT_EQ(length("ёж😀"), 3u);
  EXPECT_EQ(prefix("ёж😀!", 3), "ёж😀");
  EXPECT_EQ(prefix("ёж", 9), "ёж");
  EXPECT_EQ(prefix("ёж", 0), "");
}

TEST(Words, AreRunsOfLettersAndDigits) {
  EXPECT_EQ(words("ооо «рога-и-копыта» 24/7"), (std::vector<std::string_view>{"ооо", "рога", "и", "копыта", "24", "7"}));
  EXPECT_TRUE(words(" ,. ").empty());
}

TEST(KeyboardLayout, IsSwappedBothWays) {
  EXPECT_EQ(swap_keyboard_layout("bdfyjd"), "иванов");
  EXPECT_EQ(swap_keyboard_layout("Ghbdtn, vbh"), "Приветб мир");
  EXPECT_EQ(swap_keyboard_layout("ьфемун@"), "matvey@");
  EXPECT_EQ(swap_keyboard_layout("123"), std::nullopt);
  EXPECT_EQ(swap_keyboard_layout("иванов ivanov"), std::nullopt);
}

TEST(Transliteration, WritesRussianNamesAsPassportsDo) {
  EXPECT_EQ(to_latin("Щукин Юрий"), "Shchukin Yuriy");
  EXPECT_EQ(to_latin("ООО «Ромашка»"), "OOO <<Romashka>>");
  EXPECT_EQ(to_latin("Игорь Müller"), "Igor Muller");
  EXPECT_EQ(to_cyrillic("ivanov"), "иванов");
  EXPECT_EQ(to_cyrillic("Shchukin Yuriy"), "Щукин Юрий");
  EXPECT_EQ(to_cyrillic("Bykov Dmitry"), "Быков Дмитрий");
  EXPECT_EQ(to_cyrillic("Заря 24"), "Заря 24");
}

TEST(Digits, KeepsAsciiDigitsOnly) { EXPECT_EQ(digits("+7 (495) ٣1-2"), "749512"); }

}  // namespace
}  // namespace base
