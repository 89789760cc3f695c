#include "server/base/json_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "server/base/json.hpp"

namespace base {
namespace {

TEST(JsonWriter, PutsCommasAndNestingByItself) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object().key("items").begin_array();
  writer.integer(1).text("a\"b").null().boolean(true).real(0.5).raw("{\"x\":1}").begin_array().end_array();
  writer.end_array().raw_key("\"next\":").null().key("o").begin_object().end_object().end_object();
  EXPECT_EQ(out, R"({"items":[1,"a\"b",null,true,0.5,{"x":1},[]],"next":null,"o":{}})");
}

TEST(JsonWriter, WritesNumbersExactly) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_array().integer(std::numeric_limits<std::int64_t>::min()).integer(9007199254740993).real(0.1);
  writer.real(std::numeric_limits<double>::quiet_NaN()).end_array();
  EXPECT_EQ(out, "[-9223372036854775808,9007199254740993,0.1,null]");
}

TEST(JsonString, EscapesEveryControlCharacterAtEveryPosition) {
  for (int c = 0; c < 0x20; ++c) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = static_cast<char>(c);
      std::string out;
      append_json_string(out, text);
      EXPECT_EQ(parse_json(out).as_string(), text);
    }
  }
}

json::value random_value(std::mt19937& random, int depth) {
  const auto text = [&random] {
    static const char* const kPieces[] = {"a", "\"", "\\", "\n", "\x01", "ё",      "日本",
                                          "😀", " ",  "/",  "{",  "\x7f", "Иванов", "0123456789abcdef"};
    json::string made;
    for (unsigned i = random() % 8; i > 0; --i) made += kPieces[random() % std::size(kPieces)];
    return made;
  };
  switch (random() % (depth > 0 ? 8 : 6)) {
    case 0: return nullptr;
    case 1: return random() % 2 == 0;
    case 2: return static_cast<std::int64_t>(static_cast<std::uint64_t>(random()) << 32 | random());
    case 3: return static_cast<double>(random() % 4096) + 0.375;  // exact in both notations, never whole
    case 4: return std::uint64_t{0xFFFFFFFFFFFFFFFF} - random();
    case 5: return text();
    case 6: {
      json::array array;
      for (unsigned i = random() % 5; i > 0; --i) array.push_back(random_value(random, depth - 1));
      return array;
    }
    default: {
      json::object object;
      for (unsigned i = random() % 5; i > 0; --i) object[text()] = random_value(random, depth - 1);
      return object;
    }
  }
}

TEST(JsonWriter, RoundTrips10000RandomValues) {
  std::mt19937 random(20260101);
  for (int i = 0; i < 10000; ++i) {
    const json::value value = random_value(random, 4);
    std::string out;
    JsonWriter(out).value(value);
    ASSERT_EQ(parse_json(out), value) << out;
  }
}

}  // namespace
}  // namespace base
