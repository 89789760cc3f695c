// Power loss, full and failing disks.
#include <gtest/gtest.h>

#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"
#include "server/store/fault_vfs_testing.hpp"

namespace store {
namespace {

// MATVEY_POWER_LOSS_SEEDS makes the run longer.
int seed_count() {
  const char* wanted = std::getenv("MATVEY_POWER_LOSS_SEEDS");
  return wanted ? std::max(std::atoi(wanted), 1) : 120;
}

void create_tables(Database& database) {
  database.change_schema([](Connection& connection) {
    connection.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, body TEXT)");
    connection.execute("CREATE TABLE audit (id INTEGER PRIMARY KEY, body TEXT)");
    connection.execute("CREATE INDEX ix_audit__body ON audit (body)");
  });
}

// A record and its audit: both or neither.
void write_pair(Database& database, std::int64_t id) {
  database.write({}, [id](Connection& connection) {
    std::string body = std::to_string(id * 7919) + std::string(200 + id % 1800, 'x');
    connection.prepare("record", "INSERT INTO record VALUES ($1, $2)").bind(1, id).bind_text(2, body).run();
    connection.prepare("audit", "INSERT INTO audit VALUES ($1, $2)").bind(1, id).bind_text(2, body).run();
  });
}

std::set<std::int64_t> ids(Database& database, std::string_view sql) {
  std::set<std::int64_t> result;
  database.read({}, [&](Connection& connection) {
    Statement select = connection.prepare("ids", sql);
    while (select.step()) result.insert(select.integer(0));
  });
  return result;
}

struct Damage {
  std::size_t acknowledged = 0;
  std::size_t lost = 0;
  std::size_t half = 0;
  bool is_broken = false;
};

// Writes from four threads until the power goes, then looks at what is there.
Damage lose_power(std::uint64_t seed, const std::string& synchronous) {
  ScratchDatabase scratch(Dialect::kSqlite);
  FaultVfs vfs(seed);
  DatabaseOptions options = scratch.options();
  options.sqlite_vfs = vfs.name();
  options.sqlite_synchronous = synchronous;
  options.sqlite_checkpoint_pages = 30;  // so that the loss may strike a checkpoint as well
  std::set<std::int64_t> acknowledged;
  {
    auto database = Database::open(options);
    create_tables(*database);
    vfs.lose_power_after(20 + static_cast<int>(seed * 37 % 400));
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::int64_t id = t * 100000; !vfs.is_power_lost(); ++id) {
          try {
            write_pair(*database, id);
          } catch (const base::Error&) {
            return;
          }
          std::lock_guard lock(mutex);
          acknowledged.insert(id);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    database->close();
  }
  vfs.apply_loss();

  Damage damage{.acknowledged = acknowledged.size()};
  auto database = Database::open(options);
  damage.is_broken = !database->check().empty();
  if (damage.is_broken) return damage;
  std::set<std::int64_t> records = ids(*database, "SELECT id FROM record");
  std::set<std::int64_t> audits = ids(*database, "SELECT id FROM audit");
  for (std::int64_t id : acknowledged) damage.lost += records.contains(id) && audits.contains(id) ? 0 : 1;
  for (std::int64_t id : records) damage.half += audits.contains(id) ? 0 : 1;
  for (std::int64_t id : audits) damage.half += records.contains(id) ? 0 : 1;
  return damage;
}

TEST(SqlitePowerLossTest, EveryAcknowledgedWriteIsThereAndNoneHalf) {
  std::size_t acknowledged = 0;
  for (int seed = 1; seed <= seed_count(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Damage damage = lose_power(seed, "FULL");
    acknowledged += damage.acknowledged;
    EXPECT_FALSE(damage.is_broken);
    EXPECT_EQ(damage.lost, 0u);
    EXPECT_EQ(damage.half, 0u);
  }
  EXPECT_GT(acknowledged, 10u * seed_count());
  RecordProperty("acknowledged", static_cast<int>(acknowledged));
}

int seeds_with_loss(const std::string& synchronous) {
  int count = 0;
  for (int seed = 1; seed <= 10; ++seed) {
    try {
      Damage damage = lose_power(seed, synchronous);
      count += damage.is_broken || damage.lost > 0 || damage.half > 0 ? 1 : 0;
    } catch (const base::Error&) {
      ++count;  // not even a database any more
    }
  }
  return count;
}

TEST(SqlitePowerLossTest, WithoutSyncTheSameTestSeesTheLoss) {
  EXPECT_GE(seeds_with_loss("OFF"), 5);
  EXPECT_GE(seeds_with_loss("NORMAL"), 3);
}

class SqliteFaultTest : public testing::Test {
 protected:
  SqliteFaultTest() {
    options_ = scratch_.options();
    options_.sqlite_vfs = vfs_.name();
    database_ = Database::open(options_);
    create_tables(*database_);
  }
  ~SqliteFaultTest() override { database_.reset(); }
  std::int64_t count() { return query_integer(*database_, "SELECT count(*) FROM record"); }

  ScratchDatabase scratch_{Dialect::kSqlite};
  FaultVfs vfs_{1};
  DatabaseOptions options_;
  std::unique_ptr<Database> database_;
};

TEST_F(SqliteFaultTest, AFullDiskIsToldAndWritingGoesOnWhenThereIsSpace) {
  write_pair(*database_, 1);
  vfs_.set_fault(FaultVfs::Fault::kDiskFull);
  for (int id = 2; id < 6; ++id) EXPECT_EQ(error_key([&] { write_pair(*database_, id); }), "disk_full");
  EXPECT_EQ(count(), 1);
  vfs_.set_fault(FaultVfs::Fault::kNone);
  write_pair(*database_, 7);
  EXPECT_EQ(count(), 2);
  EXPECT_TRUE(database_->check().empty());
}

TEST_F(SqliteFaultTest, ADiskThatFillsUpUnderManyWritersLosesNothingAcknowledged) {
  std::mutex mutex;
  std::set<std::int64_t> acknowledged;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      int failures = 0;
      for (std::int64_t id = t * 1000; id < t * 1000 + 60 && failures < 40; ++id) {
        if (id % 20 == 10) vfs_.set_fault(FaultVfs::Fault::kDiskFull);
        if (error_key([&] { write_pair(*database_, id); }).empty()) {
          std::lock_guard lock(mutex);
          acknowledged.insert(id);
        } else {
          ++failures;
          vfs_.set_fault(FaultVfs::Fault::kNone);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  vfs_.set_fault(FaultVfs::Fault::kNone);
  EXPECT_EQ(ids(*database_, "SELECT id FROM record"), acknowledged);
  EXPECT_EQ(ids(*database_, "SELECT id FROM audit"), acknowledged);
  EXPECT_GT(acknowledged.size(), 200u);
}

TEST_F(SqliteFaultTest, AReadOnlyDiskIsToldAndReadsGoOn) {
  write_pair(*database_, 1);
  vfs_.set_fault(FaultVfs::Fault::kReadOnly);
  EXPECT_EQ(error_key([&] { write_pair(*database_, 2); }), "database_readonly");
  EXPECT_EQ(count(), 1);
  vfs_.set_fault(FaultVfs::Fault::kNone);
  write_pair(*database_, 3);
  EXPECT_EQ(count(), 2);
}

TEST_F(SqliteFaultTest, AFailedSyncIsNotAcknowledged) {
  vfs_.set_fault(FaultVfs::Fault::kSyncFails);
  EXPECT_EQ(error_key([&] { write_pair(*database_, 1); }), "disk_error");
  EXPECT_EQ(count(), 0);
  vfs_.set_fault(FaultVfs::Fault::kNone);
  write_pair(*database_, 2);
  EXPECT_EQ(ids(*database_, "SELECT id FROM record"), std::set<std::int64_t>{2});
}

}  // namespace
}  // namespace store
