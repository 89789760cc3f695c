#include "server/base/json.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/base/error.hpp"

namespace base {
namespace {

std::string key_of(std::string_view text, const JsonLimits& limits = {}) {
  try {
    parse_json(text, limits);
    return "accepted";
  } catch (const Error& error) {
    return error.key();
  }
}

TEST(ParseJson, AcceptsOrdinaryTextsAndKeepsTheLastOfEqualKeys) {
  const json::value value = parse_json(R"( {"a":1,"b":[true,null,"ё\u0451"],"a":2} )");
  EXPECT_EQ(json_int(value.as_object(), "a"), 2);
  EXPECT_EQ(value.at("b").at(2).as_string(), "ёё");
}

TEST(ParseJson, RefusesWhatRfc8259DoesNotAllow) {
  for (const char* text : {"", " ", "{", "[1,]", "{'a':1}", "01", "+1", "NaN", "1 2", "[1] x", "\"\t\"", "{\"a\":1,}", "// c\n1",
                           "\"\xff\"", "\xEF\xBB\xBF{}", "\"\\ud800\"", "nul"}) {
    EXPECT_EQ(key_of(text), "json_syntax") << text;
  }
}

TEST(ParseJson, TellsWhereTheFaultIs) {
  try {
    parse_json("{\"a\": tru }");
    FAIL();
  } catch (const Error& error) {
    ASSERT_EQ(error.args().size(), 1u);
    EXPECT_EQ(error.args()[0].first, "offset");
    EXPECT_EQ(error.args()[0].second, "6");  // where the broken word begins
  }
}

TEST(ParseJson, RefusesWhatIsTooDeepOrTooLarge) {
  const std::string deep = std::string(100000, '[');
  EXPECT_EQ(key_of(deep), "json_too_deep");
  EXPECT_EQ(key_of(std::string(64, '[') + std::string(64, ']')), "accepted");
  EXPECT_EQ(key_of(std::string(65, '[') + std::string(65, ']')), "json_too_deep");
  EXPECT_EQ(key_of("[1,2,3]", {.max_bytes = 6}), "json_too_large");
}

TEST(JsonMembers, GiveDefaultsAndNameWrongTypes) {
  const json::value value = parse_json(R"({"text":"x","flag":true,"number":7,"list":[1],"inner":{}})");
  const json::object& object = value.as_object();
  EXPECT_EQ(json_string(object, "text"), "x");
  EXPECT_EQ(json_string(object, "none", "default"), "default");
  EXPECT_TRUE(json_bool(object, "flag"));
  EXPECT_EQ(json_int(object, "number"), 7);
  EXPECT_EQ(json_array(object, "list")->size(), 1u);
  EXPECT_NE(json_object(object, "inner"), nullptr);
  EXPECT_EQ(json_array(object, "none"), nullptr);
  try {
    json_int(object, "text");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fields().at(0).path, "text");
    EXPECT_EQ(error.fields().at(0).code, "wrong_type");
  }
}

// JSONTestSuite: y_ must be accepted, n_ refused, i_ may be either.
TEST(ParseJson, AgreesWithThePublicTestSuite) {
  const char* shared = std::getenv("MATVEY_SHARED");
  std::filesystem::path root = shared ? shared : "../shared";
  root /= "ext/security";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no shared test data at " << root;
  int accepted = 0;
  int refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json" || name.size() < 2 || name[1] != '_') continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    const bool is_accepted = key_of(text.str()) == "accepted";
    if (name[0] == 'y') {
      EXPECT_TRUE(is_accepted) << name;
      ++accepted;
    } else if (name[0] == 'n') {
      EXPECT_FALSE(is_accepted) << name;
      ++refused;
    }
  }
  EXPECT_EQ(accepted, 95);
  EXPECT_EQ(refused, 188);
}

}  // namespace
}  // namespace base
