// Saves of which a part was done beforehand, and who hears of what a save wrote.
#include "server/entity/write/save_ahead.hpp"

#include <algorithm>
#include <atomic>
#include <set>

#include "server/entity/duplicates/match_index.hpp"
#include "server/entity/files.hpp"
#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/metadata/migrations.hpp"
#include "server/entity/write/migrations.hpp"
#include "server/entity/write/outbox.hpp"
#include "server/entity/write/record_service_impl.hpp"

namespace entity {
namespace {

class SaveAheadTest : public CatalogTest {
 protected:
  void SetUp() override {
    CatalogTest::SetUp();
    std::vector<store::Migration> migrations(metadata_migrations());
    for (const auto* more : {&write_migrations(), &file_migrations(), &match_migrations()})
      migrations.insert(migrations.end(), more->begin(), more->end());
    std::sort(migrations.begin(), migrations.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    store::migrate(database(), migrations);
    records_ = make_record_service(database(), catalog(), clock_, random_);
    ahead_ = dynamic_cast<RecordsAhead*>(records_.get());
    ASSERT_NE(ahead_, nullptr);
    admin_.user_id = 1;
    admin_.is_admin = true;
    options_.on_duplicate = "error";
  }
  void TearDown() override {
    records_.reset();
    CatalogTest::TearDown();
  }
  std::int64_t create(store::Connection& connection, const json::object& values, const SaveAhead& ahead) {
    return ahead_->create_ahead_in(connection, admin_, entity("thing"), values, options_, ahead).id;
  }
  std::int64_t create(const json::object& values, const SaveAhead& ahead) {
    std::int64_t id = 0;
    database().write({}, [&](store::Connection& connection) { id = create(connection, values, ahead); });
    return id;
  }
  // Everything that a save of a new record leaves, but its numbers and times.
  std::string left_by(std::int64_t id) {
    const auto record = load("thing", id);
    std::string text;
    for (const auto& field : record.entity->fields) {
      if (!field.system && field.key != "number") text += field.key + "=" + json_of(record, field.key) + "\n";
    }
    for (const auto& mark : record.marks) text += mark.field + ":" + mark.code + ":" + mark.raw + "\n";
    const std::string row = " WHERE id >= " + std::to_string(id * kSearchGroups) + " AND id < " + std::to_string((id + 1) * kSearchGroups);
    text += store::query_text(database(), "SELECT text FROM thing__search" + row) + "\n";
    const std::string same = " WHERE entity_id = 900 AND record_id = " + std::to_string(id);
    return text + store::query_text(database(), "SELECT action FROM sys_audit" + same) +
           store::query_text(database(), "SELECT action || fields FROM sys_outbox" + same);
  }

  base::SystemClock clock_;
  Caller admin_;
  SaveOptions options_;
  std::unique_ptr<RecordService> records_;
  RecordsAhead* ahead_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(Databases, SaveAheadTest, store::kBothDatabases, store::database_name);

json::object filled(int number) {
  const auto digits = std::to_string(1000 + number);
  return base::parse_json(R"({"name": "Ёлка )" + digits + R"(", "inn": "123", "count": "7", "price": {"amount": "5.50", "currency": "RUB"},
      "day": "2026-02-03", "state": "new", "kinds": ["red"], "phones": ["+7 495 123-)" +
                          digits.substr(0, 2) + "-" + digits.substr(2) + R"("], "emails": [{"raw": "A)" + digits +
                          R"(@Example.com"}], "tags": ["b", "a"], "settings": {"a": [1]}})")
      .as_object();
}

// The ids of items differ between two records.
std::string without_ids(std::string text) {
  for (std::size_t at = 0; (at = text.find("\"id\":", at)) != std::string::npos;) text.erase(at, text.find_first_of(",}", at) - at);
  return text;
}

TEST_P(SaveAheadTest, ANewRecordIsTheSameWhateverWasDoneBeforehand) {
  const auto registry = catalog().current();
  IdPool ids;
  const auto values = filled(1);
  options_.on_duplicate = "create";
  const auto parsed = parse_ahead(*registry, entity("thing"), values);
  EXPECT_NE(parsed.find(entity("thing").index_of("phones")), nullptr);
  EXPECT_EQ(parsed.find(entity("thing").index_of("price")), nullptr) << "rates are the save's";
  const auto plain = create(values, {});
  const auto ahead = create(values, {&ids, &parsed});
  const auto text = without_ids(left_by(plain));
  EXPECT_NE(text.find("Ёлка 1001"), std::string::npos);
  EXPECT_NE(text.find("елка"), std::string::npos) << "the words of the search";
  EXPECT_NE(text.find("inn:"), std::string::npos) << "the mark of doubt";
  EXPECT_NE(text.find("created"), std::string::npos);
  EXPECT_EQ(without_ids(left_by(ahead)), text);
}

TEST_P(SaveAheadTest, FaultsFoundBeforehandAreThoseOfTheSave) {
  const json::object values{{"name", "a"}, {"count", "many"}, {"day", "soon"}};
  const auto registry = catalog().current();
  const auto parsed = parse_ahead(*registry, entity("thing"), values);
  const auto faults = [&](const SaveAhead& ahead) {
    std::string text;
    try {
      create(values, ahead);
    } catch (const base::Error& error) {
      for (const auto& field : error.fields()) text += field.path + ":" + field.code + " ";
    }
    return text;
  };
  EXPECT_NE(faults({}), "");
  EXPECT_EQ(faults({nullptr, &parsed}), faults({}));
}

TEST_P(SaveAheadTest, WhatWasParsedByOtherMetadataIsNotUsed) {
  // given values parsed by an older registry, which would say something else
  const auto old = build_test_registry(test_entity_files());
  const json::object values{{"name", "new"}};
  auto parsed = parse_ahead(*old, old->require("thing"), {{"name", "old"}});
  // when
  const auto id = create(values, {nullptr, &parsed});
  // then
  EXPECT_EQ(load("thing", id).text("name"), "new");
}

TEST_P(SaveAheadTest, WordsOfTheSearchAreThoseOfWhatIsWritten) {
  // given a value that changed after it was parsed, as by a behaviour
  const auto registry = catalog().current();
  auto parsed = parse_ahead(*registry, entity("thing"), {{"name", "before"}});
  parsed.record.set("name", std::string("after"));
  // when
  const auto id = create({{"name", "before"}}, {nullptr, &parsed});
  // then
  EXPECT_NE(left_by(id).find("after"), std::string::npos);
  EXPECT_EQ(left_by(id).find("before"), std::string::npos);
}

TEST_P(SaveAheadTest, NoIdOfAPoolIsGivenTwice) {
  IdPool ids;
  std::set<std::int64_t> given;
  int number = 0;
  const auto make = [&](store::Connection& connection) {
    return create(connection, {{"name", std::to_string(++number)}}, {&ids, nullptr});
  };
  const auto keep = [&](std::int64_t id) { EXPECT_TRUE(given.insert(id).second) << id; };
  ids.expect(10);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::int64_t> written;
    database().write({}, [&](store::Connection& connection) {
      written.push_back(make(connection));
      EXPECT_THROW(connection.savepoint([&] {
        make(connection);
        throw 1;
      }),
                   int);
      written.push_back(make(connection));
    });
    EXPECT_THROW(database().write({},
                                  [&](store::Connection& connection) {
                                    make(connection);
                                    throw 1;
                                  }),
                 int);
    // another node, which has no part in the pool
    database().write({}, [&](store::Connection& connection) { written.push_back(create(connection, {{"name", "other"}}, {})); });
    for (const auto id : written) keep(id);
  }
  EXPECT_EQ(store::query_integer(database(), "SELECT count(*) FROM thing"), 9);
}

TEST_P(SaveAheadTest, ALikeRecordIsFoundWhateverItsKeyIs) {
  create({{"name", "a"}, {"inn", "7707083893"}}, {});
  create({{"name", "b"}, {"phones", json::array{"+7 495 123-45-67"}}}, {});
  const auto fault = [&](const json::object& values) { return store::error_key([&] { create(values, {}); }); };
  EXPECT_EQ(fault({{"name", "c"}, {"inn", "7707083893"}}), "duplicate");
  EXPECT_EQ(fault({{"name", "c"}, {"inn", "7736050003"}, {"phones", json::array{"+7 495 765-43-21", "8 (495) 1234567"}}}), "duplicate");
  EXPECT_EQ(fault({{"name", "c"}, {"inn", "7736050003"}, {"phones", json::array{"+7 495 765-43-21"}}}), "");
  EXPECT_EQ(fault({{"name", "d"}}), "");
}

TEST_P(SaveAheadTest, ReadersOfTheOutboxHearOfWritesInsideATransactionOfOthers) {
  std::atomic<bool> is_told{false};
  const auto subscription = database().subscribe(
      kOutboxChannel, [&](std::string_view payload) { is_told = is_told || payload == "written"; },
      store::Database::Delivery::kBeforeWriteReturns);
  database().write({},
                   [&](store::Connection& connection) { records_->create_in(connection, admin_, entity("thing"), filled(1), options_); });
  EXPECT_TRUE(is_told.load());
}

}  // namespace
}  // namespace entity
