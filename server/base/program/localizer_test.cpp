#include "server/base/program/localizer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace base {
namespace {

Localizer sample() {
  Localizer localizer;
  localizer.add("en", R"({"error":{"limit":"At most {limit}","not_found":"Not found","field":{"required":"Fill in"}},"only":"English"})");
  localizer.add("ru", R"({"error":{"limit":"Не больше {limit}","field":{"required":"Заполните"}}})");
  return localizer;
}

TEST(Localizer, FillsPlaceholdersAndLeavesUnknownOnes) {
  EXPECT_EQ(sample().text("ru", "error.limit", {{"limit", "10"}}), "Не больше 10");
  EXPECT_EQ(sample().text("ru", "error.limit", {{"other", "10"}}), "Не больше {limit}");
}

TEST(Localizer, FallsBackToEnglishThenToTheKey) {
  EXPECT_EQ(sample().text("ru", "only"), "English");
  EXPECT_EQ(sample().text("ru", "no.such"), "no.such");
  EXPECT_TRUE(sample().has("en", "only"));
  EXPECT_FALSE(sample().has("ru", "only"));
}

TEST(Localizer, WordsErrorsByKeyElseByCode) {
  EXPECT_EQ(sample().error_text("ru", Error(ErrorCode::kConflict, "limit", {{"limit", "3"}})), "Не больше 3");
  EXPECT_EQ(sample().error_text("ru", Error(ErrorCode::kNotFound, "no_such_key")), "Not found");
  EXPECT_EQ(sample().field_error_text("ru", {"name", "required", {}}), "Заполните");
}

TEST(Localizer, RefusesAKeyWithTwoTexts) {
  Localizer localizer = sample();
  EXPECT_NO_THROW(localizer.add("en", R"({"only":"English"})"));
  EXPECT_THROW(localizer.add("en", R"({"only":"Other"})"), Error);
}

TEST(Localizer, LeavesOutPartsWithoutValues) {
  Localizer localizer;
  localizer.add("ru", R"({"a":"Длинно[, не больше {max}][, до {limit}]. Конец","b":"[как есть] {x}","c":"[{x}"})");
  EXPECT_EQ(localizer.text("ru", "a", {{"max", "5"}}), "Длинно, не больше 5. Конец");
  EXPECT_EQ(localizer.text("ru", "a", {{"limit", "7"}}), "Длинно, до 7. Конец");
  EXPECT_EQ(localizer.text("ru", "a"), "Длинно. Конец");
  EXPECT_EQ(localizer.text("ru", "b", {{"x", "1"}}), "[как есть] 1");
  EXPECT_EQ(localizer.text("ru", "c", {{"x", "1"}}), "[1");
}

std::set<std::string> placeholders(const std::string& text) {
  std::set<std::string> found;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1))
    found.insert(text.substr(at, text.find('}', at) - at));
  return found;
}

// Forms that Russian counting has and English has not; the browser chooses among those a language has.
bool is_form_of_count(const std::string& key) { return key.ends_with(".few") || key.ends_with(".many"); }

TEST(EmbeddedLocales, SayTheSameInBothLanguages) {
  const Localizer localizer = Localizer::embedded();
  EXPECT_GT(localizer.all("ru").size(), 100u);
  for (const auto& [from, to] : {std::pair("ru", "en"), std::pair("en", "ru")}) {
    for (const auto& [key, text] : localizer.all(from)) {
      if (is_form_of_count(key) && localizer.has(to, key.substr(0, key.rfind('.')) + ".other")) continue;
      ASSERT_TRUE(localizer.has(to, key)) << key << " has no text in " << to;
      EXPECT_EQ(placeholders(text), placeholders(localizer.all(to).at(key))) << key;
      EXPECT_EQ(text.find('!'), std::string::npos) << key;
      EXPECT_FALSE(text.empty()) << key;
    }
  }
}

// The keys are read from the sources: an error that is thrown somewhere has its words.
TEST(EmbeddedLocales, HaveWordsForEveryErrorOfTheSources) {
  const Localizer localizer = Localizer::embedded();
  const std::regex coded(R"re(ErrorCode::k\w+,\s*"([a-z_0-9]+)")re");
  const std::regex field(R"re(Error::field\([^";]*(?:"[^"]*"[^";]*)?,\s*"([a-z_0-9]+)"\s*[,)])re");
  const std::regex pushed(R"re((?:push_back|add_error)\(\{[^;{}"]*(?:"[^"]*")?[^;{}"]*,\s*"([a-z_0-9]+)",\s*\{)re");
  int count = 0;
  for (const char* root : {"server", "modules"}) {
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      const std::string name = entry.path().filename().string();
      if (entry.path().extension() != ".cpp" || name.find("_test.") != std::string::npos || name.find("_testing.") != std::string::npos)
        continue;
      std::ifstream stream(entry.path());
      const std::string text{std::istreambuf_iterator<char>(stream), {}};
      for (const auto& [pattern, prefix] :
           {std::pair(&coded, "error."), std::pair(&field, "error.field."), std::pair(&pushed, "error.field.")}) {
        for (std::sregex_iterator match(text.begin(), text.end(), *pattern), end; match != end; ++match) {
          const std::string key = prefix + (*match)[1].str();
          EXPECT_TRUE(localizer.has("ru", key)) << entry.path() << " throws " << key << ", which has no text in server/locales";
          ++count;
        }
      }
    }
  }
  EXPECT_GT(count, 10);
}

}  // namespace
}  // namespace base
