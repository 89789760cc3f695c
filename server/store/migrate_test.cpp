#include <gtest/gtest.h>

#include <thread>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"

namespace store {
namespace {

const std::vector<Migration> kFirst = {{1, "one", "CREATE TABLE one (id BIGINT); CREATE TABLE two (id BIGINT);",
                                        "CREATE TABLE one (id BIGINT); CREATE TABLE two (id BIGINT);"}};
const std::vector<Migration> kBoth = {
    kFirst[0],
    {5, "five", "INSERT INTO one VALUES (5); INSERT INTO two VALUES (5)", "INSERT INTO one VALUES (5); INSERT INTO two VALUES (5)"}};

class MigrateTest : public testing::TestWithParam<Dialect> {
 protected:
  ScratchDatabase scratch_{GetParam()};
  std::unique_ptr<Database> database_ = scratch_.open();
};

TEST_P(MigrateTest, WhatIsMissingIsAppliedOnce) {
  EXPECT_FALSE(is_migrated(*database_, kFirst));
  migrate(*database_, kFirst);
  EXPECT_TRUE(is_migrated(*database_, kFirst));
  EXPECT_FALSE(is_migrated(*database_, kBoth));
  migrate(*database_, kBoth);
  migrate(*database_, kBoth);
  EXPECT_TRUE(is_migrated(*database_, kBoth));
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM one"), 1);
  EXPECT_EQ(query_integer(*database_, "SELECT max(number) FROM sys_migration WHERE name = 'five' AND applied_at > 0"), 5);
}

TEST_P(MigrateTest, ADatabaseThatKnowsMoreIsRefused) {
  migrate(*database_, kBoth);
  EXPECT_EQ(error_key([&] { migrate(*database_, kFirst); }), "schema_newer");
  EXPECT_EQ(error_key([&] { is_migrated(*database_, kFirst); }), "schema_newer");
}

TEST_P(MigrateTest, AChangedMigrationIsRefused) {
  migrate(*database_, kFirst);
  auto changed = kFirst;
  changed[0].sqlite = changed[0].postgres = "CREATE TABLE other (id BIGINT)";
  EXPECT_EQ(error_key([&] { migrate(*database_, changed); }), "migration_changed");
}

TEST_P(MigrateTest, AMigrationThatFailsLeavesNothing) {
  auto bad = kBoth;
  bad[1].sqlite = bad[1].postgres = "INSERT INTO one VALUES (1); INSERT INTO missing VALUES (1)";
  EXPECT_THROW(migrate(*database_, bad), base::Error);
  EXPECT_TRUE(is_migrated(*database_, kFirst));
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM one"), 0);
  migrate(*database_, kBoth);
  EXPECT_TRUE(is_migrated(*database_, kBoth));
}

TEST_P(MigrateTest, SeveralNodesMayStartAtOnce) {
  std::vector<std::thread> nodes;
  for (int i = 0; i < 4; ++i) {
    nodes.emplace_back([&] {
      auto node = scratch_.open();
      migrate(*node, kBoth);
    });
  }
  for (std::thread& node : nodes) node.join();
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM two"), 1);
}

INSTANTIATE_TEST_SUITE_P(Databases, MigrateTest, kBothDatabases, database_name);

}  // namespace
}  // namespace store
