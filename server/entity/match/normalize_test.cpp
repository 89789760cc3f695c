#include "server/entity/match/normalize.hpp"

#include <gtest/gtest.h>

namespace match {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) (out.empty() ? out : out += ' ') += word;
  return out;
}

std::string words_of(std::string_view text) { return joined(normalize_name(text).words); }

TEST(Names, LegalFormsInEverySpellingAreTakenOff) {
  const std::string bare = words_of("Полюс");
  for (const char* text : {"ООО «Полюс»", "\"Полюс\" ООО", "О.О.О. Полюс", "OOO Полюс", "000 \"Полюс\"", "Полюс (ООО)",
                           "Общество с ограниченной ответственностью «Полюс»", "общество с огр. отв. полюс", "ПОЛЮС,ООО"}) {
    const Name name = normalize_name(text);
    EXPECT_EQ(joined(name.words), bare) << text;
    EXPECT_EQ(name.form, "ooo") << text;
  }
  EXPECT_EQ(normalize_name("Публичное акционерное общество Полюс").form, "pao");
  EXPECT_EQ(normalize_name("Polus LLC").form, "ooo");
  EXPECT_EQ(normalize_name("ИП Ветров А.О.").form, "ip");
  EXPECT_EQ(words_of("ИП Ветров А.О."), words_of("Ветров А. О."));
}

TEST(Names, BranchesAndScriptsDoNotMatter) {
  EXPECT_EQ(words_of("ООО «Полюс», филиал в г. Тула"), words_of("Полюс"));
  EXPECT_EQ(words_of("Poljus"), words_of("Полюс"));
  EXPECT_EQ(words_of("Семёнов"), words_of("Semenov"));
  EXPECT_EQ(words_of("Щукин Юрий"), words_of("Shchukin Yuriy"));
  EXPECT_EQ(words_of("Жуков Цезарь"), words_of("Zhukov Tsezar"));
}

TEST(Names, LookalikesAndTheOtherKeyboardAreReadAsMeant) {
  EXPECT_EQ(words_of("Cпутник"), words_of("Спутник"));
  EXPECT_EQ(words_of("«Ghjabkm»"), words_of("Профиль"));
  EXPECT_EQ(words_of("nikolai's roof"), "nikolais rof");
  EXPECT_EQ(words_of("IBM Global"), "ibm global");
}

TEST(Addresses, KindsOfPlacesAndPostcodesAreLeftOut) {
  EXPECT_EQ(joined(normalize_address("300001, Тульская обл, г. Тула, ул. Садовая, д. 10к1, оф. 7")), "tulskaia tula sadovaia 10 1 7");
  EXPECT_EQ(normalize_town("г. С-Петербург"), normalize_town("СПб"));
  EXPECT_EQ(normalize_town("Moscow"), normalize_town("Мск"));
  EXPECT_NE(normalize_town("Омск"), normalize_town("Томск"));
}

TEST(Skeletons, EmptyAndForeignTextsAreNoTrouble) {
  EXPECT_EQ(skeleton(""), "");
  EXPECT_TRUE(normalize_name("").words.empty());
  EXPECT_TRUE(normalize_name("«»,.").words.empty());
  EXPECT_FALSE(normalize_name("株式会社").words.empty());
  EXPECT_EQ(joined(normalize_name("АО").words), "ao");
}

}  // namespace
}  // namespace match
