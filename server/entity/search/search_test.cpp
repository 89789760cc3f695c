#include "server/entity/search/search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "server/base/json_writer.hpp"
#include "server/entity/read/read_testing.hpp"

namespace entity {
namespace {

using Ids = std::vector<std::int64_t>;
constexpr auto kBoth = NumberParts::kThreesAndFives;

class SearchTest : public testing::TestWithParam<store::Dialect> {
 protected:
  SearchTest() {
    world_.add("company", R"({"name": "Ёлка Север", "code": "альбатрос", "secret": "пингвин ухта", "owner": 1})");
    world_.add("company", R"({"name": "Пингвин", "code": "ухта", "owner": 1})");
    world_.add("company", R"({"name": "Заря", "secret": "пингвин", "owner": 2})");
    blind_ = make_caller(world_.registry(), 1, Scope::kAll);
    blind_.entities[110].hidden_fields = {19};
  }
  // Ids by SQL; the same in memory or the test fails.
  Ids by_text(const Caller& caller, const std::string& text) {
    const auto filter = world_.filter(caller, "company", R"({"text": ")" + text + "\"}");
    const auto& company = world_.entity("company");
    auto found = world_.ids(caller, company, filter);
    EXPECT_EQ(world_.ids_in_memory(caller, company, filter), found) << text;
    return found;
  }
  // The answer of the search box.
  std::string search(const Caller& caller, const std::string& text) {
    std::string answer;
    world_.read([&](store::Connection& connection) {
      answer.clear();
      base::JsonWriter out(answer);
      run_search({connection, world_.registry(), caller, world_.now()}, {text, 10, {"company"}}, out);
    });
    return answer;
  }

  ReadWorld world_{GetParam()};
  Caller admin_ = make_admin(), blind_;
};
INSTANTIATE_TEST_SUITE_P(Databases, SearchTest, store::kBothDatabases, store::database_name);

TEST_P(SearchTest, ATextConditionFindsPartsOfWordsInAnyField) {
  EXPECT_EQ(by_text(admin_, "ингви"), (Ids{1, 2, 3}));
  EXPECT_EQ(by_text(admin_, "елка"), Ids{1});
  EXPECT_EQ(by_text(admin_, "ух"), (Ids{1, 2}));
  EXPECT_EQ(by_text(admin_, "хт"), Ids{});  // two letters are the beginning of a word
  EXPECT_EQ(by_text(admin_, "север альба"), Ids{1});
  EXPECT_EQ(by_text(admin_, "нетакого"), Ids{});
}

TEST_P(SearchTest, ATextConditionIsMatchedInTheFieldsTheCallerMayReadAlone) {
  EXPECT_EQ(by_text(blind_, "пингвин"), Ids{2});
  EXPECT_EQ(by_text(blind_, "ух"), Ids{2});
  EXPECT_EQ(by_text(blind_, "альбатрос"), Ids{1});
  EXPECT_EQ(by_text(blind_, "елка альбатрос"), Ids{1});
  EXPECT_EQ(by_text(blind_, "елка пингвин"), Ids{});
}

TEST_P(SearchTest, TheSearchBoxShowsNoHitOfAHiddenField) {
  EXPECT_NE(search(admin_, "пингвин").find("Заря"), std::string::npos);
  const auto answer = search(blind_, "пингвин");
  EXPECT_NE(answer.find("Пингвин"), std::string::npos);
  EXPECT_EQ(answer.find("Заря"), std::string::npos);
  EXPECT_EQ(answer.find("Ёлка"), std::string::npos);
}

TEST_P(SearchTest, OnesOwnRecordsAreFoundAmongThoseOfOthers) {
  const auto own = make_caller(world_.registry(), 2, Scope::kOwn);
  EXPECT_EQ(by_text(own, "пингвин"), Ids{3});
  EXPECT_EQ(search(own, "пингвин").find("Ёлка"), std::string::npos);
  world_.share("company", 1, 2, 0, 1);
  EXPECT_NE(search(own, "пингвин").find("Ёлка"), std::string::npos);
}

// Names of which one in two holds both ends of the word and one in fifty the word: the two tokens asked for first are not enough.
TEST_P(SearchTest, AWordIsFoundAmongManyThatHoldOnlyItsParts) {
  for (int i = 0; i < 300; ++i) {
    const auto name = i % 50 == 25 ? "катерина" : i % 2 == 0 ? "ката ериан рина" : "заря";
    world_.add("company", R"({"name": ")" + std::string(name) + R"(", "owner": )" + std::to_string(1 + i % 5) + "}");
  }
  const auto own = make_caller(world_.registry(), 1, Scope::kOwn);
  for (const Caller& caller : {admin_, own}) {
    for (const auto* text : {"катерина", "атери", "екатерина", "терин"}) {
      const auto answer = search(caller, text);
      EXPECT_EQ(answer.find("катерина") != std::string::npos, std::string(text) != "екатерина") << text;
      EXPECT_EQ(answer.find("ериан"), std::string::npos) << text;
      EXPECT_EQ(answer.find("incomplete"), std::string::npos) << text;
    }
  }
}

TEST_P(SearchTest, ASearchThatStopsLookingSaysSo) {
  // given more records with the parts of the word than are looked at, all newer than the one with the word
  world_.add("company", R"({"name": "катет", "owner": 1})");
  world_.add("company", R"({"name": "напомнить об оплате катка", "owner": 1})");
  const auto table = world_.entity("company").table;
  world_.run("INSERT INTO " + table + "__search SELECT " +
             std::string(GetParam() == store::Dialect::kSqlite ? "(100 + n.i) * 8, s.text FROM " + table + "__search s"
                                                               : "(100 + n.i) * 8, s.text, s.tokens FROM " + table + "__search s") +
             ", (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2700) SELECT i FROM n) n WHERE s.id = 40");
  if (GetParam() == store::Dialect::kSqlite) {
    world_.run("INSERT INTO " + table + "__fts(rowid, tokens) SELECT id, 'кат ате' FROM " + table + "__search WHERE id >= 800");
  }
  const auto answer = search(admin_, "кате");
  EXPECT_EQ(answer.find("\"items\""), std::string::npos);
  EXPECT_NE(answer.find("\"incomplete\":true"), std::string::npos);
  EXPECT_EQ(search(admin_, "катка").find("incomplete"), std::string::npos);
}

TEST_P(SearchTest, PartsOfNumbersAreFoundAloneAndInsideOfWords) {
  world_.add("company", R"({"name": "Ромашка", "code": "ав4912345х", "owner": 1})");
  world_.add("company", R"({"name": "Гвоздика", "phones": [{"raw": "+7 912 345-67-89"}], "owner": 2})");
  EXPECT_EQ(by_text(admin_, "12345"), (Ids{4, 5}));
  EXPECT_EQ(by_text(admin_, "123"), (Ids{4, 5}));
  EXPECT_EQ(by_text(admin_, "1234"), (Ids{4, 5}));
  EXPECT_EQ(by_text(admin_, "3456789"), Ids{5});
  EXPECT_EQ(by_text(admin_, "912345678"), Ids{5});
  EXPECT_EQ(by_text(admin_, "9123457"), Ids{});
  EXPECT_EQ(by_text(admin_, "4912345 ромашка"), Ids{4});
  EXPECT_NE(search(admin_, "3456789").find("Гвоздика"), std::string::npos);
}

// 20 000 words and numbers: the index must never keep a document from a query that it holds.
TEST(SearchTokens, ADocumentHasEveryTokenOfEachPartOfIt) {
  std::mt19937 random(7);
  const std::vector<std::string> letters = {"0", "1", "2", "3", "7", "9", "а", "б", "x"};
  const auto draw = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string> word;
    for (std::size_t i = 0, size = 3 + draw(11); i < size; ++i) word.push_back(letters[draw(round % 2 == 0 ? 5 : letters.size() - 1)]);
    const std::size_t from = draw(word.size() - 3), size = 3 + draw(word.size() - 3 - from);
    std::string text, part;
    for (const auto& letter : word) text += letter;
    for (std::size_t i = from; i < from + size; ++i) part += word[i];
    const auto query = parse_search_text(part);
    ASSERT_EQ(query.size(), 1U) << part;
    for (const auto parts : {NumberParts::kThrees, kBoth}) {
      const std::string held = " " + document_tokens("перед " + text + " за", 3, parts) + " ";
      for (const auto& token : query_tokens(query.front(), parts)) {
        EXPECT_NE(held.find(" " + token + " "), std::string::npos) << text << " " << part << " " << token;
      }
    }
  }
}

TEST_P(SearchTest, NoMarkOfAFieldIsAWord) {
  for (int id = 1; id < 20'000; id += 7) {
    FieldDef field;
    field.id = id;
    const auto mark = search_mark(field);
    EXPECT_EQ(mark.find('\n'), std::string::npos);
    EXPECT_TRUE(document_tokens("ab" + mark, 0, kBoth) == document_tokens("ab", 0, kBoth)) << id;
  }
}

}  // namespace
}  // namespace entity
