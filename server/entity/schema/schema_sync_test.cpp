#include "server/entity/schema/schema_sync.hpp"

#include <gtest/gtest.h>

#include "server/base/text/text.hpp"
#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/schema/derived_versions.hpp"
#include "server/entity/search/search.hpp"

namespace entity {
namespace {

class SchemaSyncTest : public CatalogTest {
 protected:
  PendingSchema synchronise(const Registry& registry) {
    PendingSchema pending;
    database().change_schema([&](store::Connection& connection) { pending = create_tables_and_columns(connection, registry); });
    return pending;
  }
  // The test files with a piece of thing.json replaced.
  static RegistryPtr changed(const std::string& from, const std::string& to) {
    auto files = test_entity_files();
    for (auto& file : files) {
      if (file.path != "thing.json") continue;
      const auto at = file.text.find(from);
      EXPECT_NE(at, std::string::npos);
      file.text.replace(at, from.size(), to);
    }
    return build_test_registry(std::move(files));
  }
  std::string plan(std::string_view sql) {
    std::string text;
    database().read({}, [&](store::Connection& connection) {
      auto statement =
          connection.prepare("plan", (GetParam() == store::Dialect::kSqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + std::string(sql));
      while (statement.step()) text += std::string(statement.text(GetParam() == store::Dialect::kSqlite ? 3 : 0)) + "\n";
    });
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, SchemaSyncTest, store::kBothDatabases, store::database_name);

TEST_P(SchemaSyncTest, FindsNothingToDoTheSecondTime) {
  const auto pending = synchronise(*catalog().current());
  EXPECT_TRUE(pending.indexes.empty());
  EXPECT_TRUE(pending.backfills.empty());
}

TEST_P(SchemaSyncTest, AddsAColumnAndItsIndexToATableWithRows) {
  const auto id = insert("thing", {{"name", "first"}});
  const auto next =
      changed(R"({"key": "inn", "id": 2,)", R"({"key": "colour", "id": 50, "type": "text", "filterable": true}, {"key": "inn", "id": 2,)");
  const auto pending = synchronise(*next);
  ASSERT_EQ(pending.indexes.size(), 1u);
  EXPECT_EQ(pending.indexes[0].name, "ix_thing__colour__fold_id");
  finish_schema(database(), *next, pending);
  EXPECT_TRUE(synchronise(*next).indexes.empty());
  EXPECT_EQ(load("thing", id).text("name"), "first");
}

TEST_P(SchemaSyncTest, FillsASortKeyThatAFieldGetsLater) {
  const auto with = insert("thing", {{"inn", "7707083893"}});
  insert("thing", {});
  const auto next = changed(R"("format": "inn", "filterable": true)", R"("format": "inn", "filterable": true, "sortable": true)");
  const auto pending = synchronise(*next);
  ASSERT_EQ(pending.backfills.size(), 1u);
  finish_schema(database(), *next, pending);
  EXPECT_EQ(store::query_integer(database(), "SELECT count(*) FROM thing WHERE inn__sort IS NOT NULL"), 1);
  EXPECT_EQ(load("thing", with).text("inn"), "7707083893");
}

TEST_P(SchemaSyncTest, ComputesAFormulaFieldThatComesLater) {
  const auto id = insert("thing", {{"count", 21}});
  const auto next =
      changed(R"({"key": "inn", "id": 2,)",
              R"({"key": "twice", "id": 50, "type": "formula", "result": "integer", "expression": "count * 2"}, {"key": "inn", "id": 2,)");
  finish_schema(database(), *next, synchronise(*next));
  EXPECT_EQ(store::query_integer(database(), "SELECT twice FROM thing WHERE id=" + std::to_string(id)), 42);
}

TEST_P(SchemaSyncTest, RefusesAFieldWhoseColumnsHaveAnotherType) {
  const auto next = changed(R"({"key": "picture", "id": 27, "type": "image"})", R"({"key": "picture", "id": 27, "type": "text"})");
  try {
    synchronise(*next);
    FAIL() << "accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.key(), "column_type_changed");
    ASSERT_EQ(error.args().size(), 4u);
    EXPECT_EQ(error.args()[0].second, "thing");
    EXPECT_EQ(error.args()[1].second, "picture");
  }
}

TEST_P(SchemaSyncTest, NamesEveryIndexWithinTheLimitAndOnce) {
  std::set<std::string> names;
  for (const auto& each : catalog().current()->entities()) {
    for (const auto& index : indexes_of(*each)) {
      EXPECT_LE(index.name.size(), 63u) << index.name;
      EXPECT_TRUE(names.insert(index.name).second) << index.name;
    }
  }
}

TEST_P(SchemaSyncTest, GivesThePageOfAnOwnerSortedByNameAnIndex) {
  if (GetParam() == store::Dialect::kPostgres) GTEST_SKIP() << "PostgreSQL chooses by statistics, an empty table has none";
  const auto text = plan("SELECT id FROM thing WHERE deleted_at IS NULL AND owner=1 ORDER BY name__sort, id LIMIT 50");
  EXPECT_NE(text.find("ix_thing__owner_name__sort_id"), std::string::npos) << text;
  EXPECT_EQ(text.find("TEMP B-TREE"), std::string::npos) << text;
}

TEST_P(SchemaSyncTest, MakesEveryShippedEntity) {
  TearDown();
  start(shipped_entity_files());
  EXPECT_TRUE(synchronise(*catalog().current()).indexes.empty());
}

TEST_P(SchemaSyncTest, DropsTheColumnsOfAPurgedFieldAlone) {
  const auto id = insert("thing", {{"name", "kept"}, {"count", 3}, {"tags", {"x"}}});
  const auto& thing = entity("thing");
  database().change_schema([&](store::Connection& connection) {
    drop_field(connection, thing, thing.index_of("count"));
    drop_field(connection, thing, thing.index_of("tags"));
  });
  EXPECT_EQ(store::query_text(database(), "SELECT name FROM thing WHERE id=" + std::to_string(id)), "kept");
  EXPECT_NE(store::error_key([&] { store::query_integer(database(), "SELECT count FROM thing WHERE \"count\" IS NULL OR thing.count=1"); }),
            "");
}

TEST_P(SchemaSyncTest, ANewSearchableFieldIsFoundInOldRecords) {
  // given records that are indexed by their name
  const auto id = insert("thing", {{"name", "first"}, {"story", "hidden treasure"}});
  const auto record = load("thing", id);
  database().write({}, [&](store::Connection& connection) { update_search_index(connection, nullptr, &record); });
  const auto text = [&] { return store::query_text(database(), "SELECT text FROM thing__search"); };
  EXPECT_EQ(text().find("treasure"), std::string::npos);
  // when
  const auto next = changed(R"("key": "story", "id": 3,)", R"("key": "story", "id": 3, "search": "words",)");
  const auto pending = synchronise(*next);
  ASSERT_EQ(pending.searches.size(), 1u);
  finish_schema(database(), *next, pending);
  // then
  EXPECT_NE(text().find("treasure"), std::string::npos);
  EXPECT_NE(text().find("first"), std::string::npos);
  EXPECT_TRUE(synchronise(*next).searches.empty());
}

TEST_P(SchemaSyncTest, SortKeysAreMadeAnewWhenIcuOrdersOtherwise) {
  const auto id = insert("thing", {{"name", "first"}});
  const auto right = base::sort_key("first");
  database().write({}, [&](store::Connection& connection) {
    auto version = sort_version();
    ++version.value;
    keep_derived_version(connection, version);
    connection.prepare("garble", "UPDATE thing SET name__sort=$1").bind_blob(1, "old").run();
  });
  const auto stored = [&] {
    std::string key;
    database().read({}, [&](store::Connection& connection) {
      auto statement = connection.prepare("key", "SELECT name__sort FROM thing WHERE id=$1");
      statement.bind(1, id).step();
      key = statement.blob(0);
    });
    return key;
  };
  EXPECT_EQ(stored(), "old");
  const auto pending = synchronise(*catalog().current());
  EXPECT_TRUE(pending.sort_keys_changed);
  finish_schema(database(), *catalog().current(), pending);
  EXPECT_EQ(stored(), right);
  EXPECT_FALSE(synchronise(*catalog().current()).sort_keys_changed);
}

}  // namespace
}  // namespace entity
