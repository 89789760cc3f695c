#include "server/entity/schema/schema_work.hpp"

#include <gtest/gtest.h>

#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/write/save.hpp"

namespace entity {
namespace {

struct Stopped {};

class SchemaWorkTest : public CatalogTest {
 protected:
  static constexpr int kRows = kSmallTable + 700;

  void SetUp() override {
    CatalogTest::SetUp();
    admin_.user_id = 1;
    admin_.is_admin = true;
  }
  // Rows whose `count` is their number.
  void insert_many(int rows) {
    const bool is_sqlite = GetParam() == store::Dialect::kSqlite;
    const std::string numbers =
        is_sqlite ? "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(rows) + ") "
                  : "WITH n(i) AS (SELECT generate_series(1, " + std::to_string(rows) + ")) ";
    const std::string uid = is_sqlite ? "randomblob(16)" : "decode(md5(i::text || 'uid'), 'hex')";
    database().write({}, [&](store::Connection& connection) {
      connection.execute(numbers + "INSERT INTO thing(id, uid, version, created_at, updated_at, name, count) SELECT i, " + uid +
                         ", 1, 0, 0, 'row', i FROM n");
    });
  }
  void add_field(std::string_view body) { catalog().add_field(admin_, "thing", base::parse_json(body).as_object()); }
  std::int64_t count(const std::string& sql) { return store::query_integer(database(), sql); }
  bool has_index(const std::string& name) {
    return count(GetParam() == store::Dialect::kSqlite
                     ? "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = '" + name + "'"
                     : "SELECT count(*) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relname = '" + name +
                           "' AND i.indisvalid") == 1;
  }
  void work(const SchemaWorkHooks& hooks = {}) {
    const WriteParts parts{database(), catalog(), clock_, random_};
    do_schema_work(parts, hooks);
  }
  // The program with another version of its files, on the same base.
  std::unique_ptr<Catalog> restart_with(const std::string& from, const std::string& to) {
    auto files = test_entity_files();
    for (auto& file : files) {
      if (const auto at = file.text.find(from); at != std::string::npos) file.text.replace(at, from.size(), to);
    }
    auto next = std::make_unique<Catalog>(database(), std::move(files));
    next->synchronise_schema();
    return next;
  }

  Caller admin_;
  base::SystemClock clock_;
};
INSTANTIATE_TEST_SUITE_P(Databases, SchemaWorkTest, store::kBothDatabases, store::database_name);

TEST_P(SchemaWorkTest, DoesEverythingAtOnceWhereATableIsSmall) {
  insert_many(100);
  add_field(R"({"key": "x_size", "type": "integer", "filterable": true})");
  add_field(R"({"key": "x_twice", "type": "formula", "result": "integer", "expression": "count * 2"})");
  EXPECT_TRUE(has_index("ix_thing__x_size_id"));
  EXPECT_EQ(count("SELECT x_twice FROM thing WHERE id = 7"), 14);
  EXPECT_FALSE(has_schema_work(database()));
}

TEST_P(SchemaWorkTest, LeavesALargeTableForLaterAndTheFieldInUse) {
  insert_many(kRows);
  add_field(R"({"key": "x_size", "type": "integer", "filterable": true, "sortable": true})");
  EXPECT_FALSE(has_index("ix_thing__x_size_id"));
  EXPECT_TRUE(has_schema_work(database()));
  database().write({}, [](store::Connection& connection) { connection.execute("UPDATE thing SET x_size = 5 WHERE id = 9"); });
  EXPECT_EQ(json_of(load("thing", 9), "x_size"), "5");

  std::vector<std::int64_t> told;
  SchemaWorkHooks hooks;
  hooks.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_LE(done, total);
    told.push_back(done);
  };
  work(hooks);
  EXPECT_TRUE(has_index("ix_thing__x_size_id"));
  EXPECT_FALSE(has_schema_work(database()));
  EXPECT_FALSE(told.empty());
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
}

TEST_P(SchemaWorkTest, GoesOnWhereItWasStopped) {
  insert_many(kRows);
  add_field(R"({"key": "x_twice", "type": "formula", "result": "integer", "expression": "count * 2"})");
  EXPECT_EQ(count("SELECT count(*) FROM thing WHERE x_twice IS NOT NULL"), 0);
  SchemaWorkHooks hooks;
  hooks.progress = [](std::int64_t, std::int64_t) { throw Stopped{}; };
  EXPECT_THROW(work(hooks), Stopped);
  const auto first = count("SELECT count(*) FROM thing WHERE x_twice IS NOT NULL");
  EXPECT_EQ(first, 500);
  EXPECT_EQ(count("SELECT after_id FROM sys_schema_work"), 500);
  work();
  EXPECT_EQ(count("SELECT count(*) FROM thing WHERE x_twice = count * 2"), kRows);
}

TEST_P(SchemaWorkTest, ComputesAShippedFormulaAgainWhenItChanged) {
  const std::string place = R"({"key": "inn", "id": 2,)";
  const auto with = [&](const std::string& expression) {
    return R"({"key": "worth", "id": 50, "type": "formula", "result": "integer", "expression": ")" + expression + R"("},
              {"key": "more", "id": 51, "type": "formula", "result": "integer", "expression": "worth + 1"}, )" +
           place;
  };
  insert_many(kRows);
  catalog_ = restart_with(place, with("count * 2"));
  work();
  ASSERT_EQ(count("SELECT more FROM thing WHERE id = 2600"), 5201);
  catalog_ = restart_with(place, with("count * 2"));
  EXPECT_FALSE(has_schema_work(database())) << "the same expression is not computed again";
  catalog_ = restart_with(place, with("if count > 100 then null else count * 3"));
  EXPECT_TRUE(has_schema_work(database()));
  work();
  EXPECT_EQ(count("SELECT worth FROM thing WHERE id = 100"), 300);
  EXPECT_EQ(count("SELECT more FROM thing WHERE id = 100"), 301) << "a formula over the changed one follows it";
  EXPECT_EQ(count("SELECT count(*) FROM thing WHERE worth IS NOT NULL OR more IS NOT NULL"), 100);
}

TEST_P(SchemaWorkTest, MakesTheIndexOfALinkBeforeTheRollUpThatWalksIt) {
  insert_many(kRows);
  add_field(R"({"key": "x_above", "type": "link", "to": ["thing"], "tree": true, "filterable": true})");
  add_field(R"({"key": "x_below", "type": "roll_up", "of": "thing.x_above", "fn": "count", "eyes": "system"})");
  ASSERT_EQ(count("SELECT count(*) FROM sys_schema_work WHERE kind = '4_roll_up'"), 1);
  bool was_there = false;
  SchemaWorkHooks hooks;
  hooks.progress = [&](std::int64_t, std::int64_t) {
    if (count("SELECT count(*) FROM sys_schema_work WHERE kind = '4_roll_up' AND after_id > 0") == 0) return;
    was_there = has_index("ix_thing__x_above_id");
    throw Stopped{};
  };
  EXPECT_THROW(work(hooks), Stopped);
  EXPECT_TRUE(was_there);
}

TEST_P(SchemaWorkTest, TellsOfAnIndexThatRepeatedValuesForbid) {
  insert_many(kRows);
  add_field(R"({"key": "x_code", "type": "integer", "unique": true})");
  database().write({}, [](store::Connection& connection) { connection.execute("UPDATE thing SET x_code = 1 WHERE id IN (1, 2)"); });
  std::vector<std::string> failed;
  SchemaWorkHooks hooks;
  hooks.failed = [&](std::string_view index, std::string_view reason) { failed.push_back(std::string(index) + ":" + std::string(reason)); };
  work(hooks);
  EXPECT_EQ(failed, std::vector<std::string>{"ix_thing__x_code:unique_violation"});
  EXPECT_FALSE(has_index("ix_thing__x_code"));
  EXPECT_FALSE(has_schema_work(database()));
}

TEST_P(SchemaWorkTest, ForgetsTheWorkOfAPurgedField) {
  insert_many(kRows);
  add_field(R"({"key": "x_size", "type": "integer", "filterable": true})");
  catalog().hide_field(admin_, "thing", "x_size");
  catalog().purge_field(admin_, "thing", "x_size");
  work();
  EXPECT_FALSE(has_schema_work(database()));
}

}  // namespace
}  // namespace entity
