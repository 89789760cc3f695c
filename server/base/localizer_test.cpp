#include "server/base/localizer.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace base
