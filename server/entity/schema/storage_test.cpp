// Records and items through both databases.
#include "server/entity/storage.hpp"

#include <gtest/gtest.h>

#include <random>

#include "server/entity/metadata/catalog_testing.hpp"

namespace entity {
namespace {

class StorageTest : public CatalogTest {};
INSTANTIATE_TEST_SUITE_P(Databases, StorageTest, store::kBothDatabases, store::database_name);

json::object every_field() {
  return base::parse_json(R"({
    "name": "Ёж «И»", "inn": "7707083893", "story": "a\nb", "page": "<p>x</p>", "count": -5, "weight": "1.125", "price": {"amount": "-10.01", "currency": "USD"},
    "share": "99.9", "is_good": false, "day": "1900-01-01", "moment": "2026-11-21T07:00:00.123456Z", "span": "-PT1S", "state": "new", "kinds": ["blue", "red"],
    "other": 5, "subject": {"entity": "thing", "id": 6}, "owner": 7, "others": [3, 1], "phones": [{"raw": "8 916 123-45-67 доб. 5", "kind": "work"}, "bad"],
    "emails": ["Ivan@Mail.ru"], "messengers": [{"raw": "@ivan", "kind": "telegram"}], "site": "https://a.ru", "sites": ["https://b.ru/"],
    "addresses": [{"city": "Казань", "latitude": "55.5"}], "paper": 1, "papers": [2, 3], "picture": 4, "tags": ["Опт"], "settings": {"a": {"b": null}}})")
      .as_object();
}

// Ids of items are given by the database; everything else must be equal.
Value without_ids(Value value) {
  if (auto* items = std::get_if<Items>(&value)) {
    for (auto& item : *items) item.id = 0;
  }
  return value;
}

TEST_P(StorageTest, ARecordWithEveryFieldComesBackAsItWent) {
  const auto registry = catalog().current();
  const auto values = every_field();
  const auto record = load("thing", insert("thing", values));
  std::vector<base::FieldError> errors;
  std::vector<Mark> marks;
  for (const auto& member : values) {
    const auto& field = *record.entity->field(member.key());
    ParseContext context{field, *registry, field.key, &errors, &marks};
    auto expected = field.type->parse(member.value(), context);
    // Relations come in the order of their records.
    EXPECT_EQ(without_ids(record.get(field.key)), expected) << field.key;
  }
  EXPECT_EQ(record.marks, marks);
  EXPECT_EQ(record.version, 1);
  EXPECT_FALSE(record.deleted);
  EXPECT_EQ(std::get<std::int64_t>(record.get("id")), record.id);
  EXPECT_EQ(std::get<std::string>(record.get("uid")), base::to_string(record.uid));
}

TEST_P(StorageTest, AnEmptyRecordComesBackEmpty) {
  const auto record = load("thing", insert("thing", {}));
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    if (!record.entity->fields[i].system) {
      EXPECT_TRUE(is_empty(record.values[i])) << record.entity->fields[i].key;
    }
  }
}

TEST_P(StorageTest, UpdateWritesWhatChangedAndOnlyOverTheVersionItRead) {
  const auto id = insert("thing", {{"name", "old"}, {"count", 1}});
  const auto before = load("thing", id);
  auto after = before;
  after.set("name", std::string("new"));
  after.set("price", Money{100, "RUB", 100});
  after.version = 2;
  bool first = false, second = true;
  database().write({}, [&](store::Connection& connection) { first = update_record(connection, before, after); });
  database().write({}, [&](store::Connection& connection) { second = update_record(connection, before, after); });
  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
  const auto now = load("thing", id);
  EXPECT_EQ(now.text("name"), "new");
  EXPECT_EQ(now.integer("count"), 1);
  EXPECT_EQ(json_of(now, "price"), R"({"amount":"1.00","currency":"RUB"})");
  EXPECT_EQ(now.version, 2);
}

TEST_P(StorageTest, TheSetOfItemsReplacesTheOldOneAndKeepsItsIds) {
  const auto id = insert("thing", {{"phones", {"8 916 000-00-01", "8 916 000-00-02"}}, {"others", {1, 2}}});
  const auto registry = catalog().current();
  for (const auto* key : {"phones", "others"}) {
    const auto record = load("thing", id);
    const auto& field = *record.entity->field(key);
    const auto& table = *item_table(*record.entity, record.entity->index_of(key));
    const Items before = std::get<Items>(record.get(key));
    const bool is_phone = field.key == "phones";
    const std::string input = is_phone ? R"([{"raw": "8 916 000-00-03"}, {"id": )" + std::to_string(before[1].id) + "}]" : "[3, 2]";
    auto after = std::get<Items>(parse_value(*registry, field, input, &record.get(key)).value);
    bool is_changed = false, is_changed_again = true;
    const WriteStamp stamp{base::from_micros(1), 0, &random_};
    database().write({}, [&](store::Connection& connection) {
      auto copy = after;
      is_changed = write_items(connection, table, id, before, copy, stamp);
      const auto same = copy;
      is_changed_again = write_items(connection, table, id, same, copy, stamp);
    });
    EXPECT_TRUE(is_changed);
    EXPECT_FALSE(is_changed_again);
    const auto now = std::get<Items>(load("thing", id).get(key));
    ASSERT_EQ(now.size(), 2u) << key;
    const auto kept = std::find_if(now.begin(), now.end(), [&](const Item& item) { return item.id == before[1].id; });
    ASSERT_NE(kept, now.end()) << key;
    EXPECT_EQ(kept->columns, before[1].columns);
    EXPECT_TRUE(same_items(std::get<Items>(without_ids(Value(now))), std::get<Items>(without_ids(Value(now)))));
  }
}

TEST_P(StorageTest, ItemsOfManyRecordsAreReadAtOnce) {
  const auto first = insert("thing", {{"tags", {"a", "b"}}});
  const auto second = insert("thing", {{"tags", {"c"}}});
  const auto third = insert("thing", {});
  const auto& thing = entity("thing");
  database().read({}, [&](store::Connection& connection) {
    const auto all = read_items(connection, *item_table(thing, thing.index_of("tags")), {first, second, third});
    EXPECT_EQ(all.size(), 2u);
    EXPECT_EQ(all.at(first).size(), 2u);
    EXPECT_EQ(std::get<std::string>(all.at(second)[0].columns[0]), "c");
  });
}

TEST_P(StorageTest, IdsAscendAndNumbersHaveNoGaps) {
  const auto& thing = entity("thing");
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> numbers;
  database().write({}, [&](store::Connection& connection) {
    ids = next_ids(connection, thing, 5);
    ids.push_back(next_id(connection, thing));
    for (int i = 0; i < 3; ++i) numbers.push_back(next_counter(connection, "series"));
  });
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_THROW(database().write({},
                                [&](store::Connection& connection) {
                                  next_counter(connection, "series");
                                  throw base::Error::internal("rolled back");
                                }),
               base::Error);
  std::int64_t next = 0;
  database().write({}, [&](store::Connection& connection) { next = next_counter(connection, "series"); });
  EXPECT_EQ(next, 4);
}

TEST_P(StorageTest, ErasingTakesTheItemsAlong) {
  const auto id = insert("thing", every_field());
  database().write({}, [&](store::Connection& connection) { erase_record(connection, entity("thing"), id); });
  EXPECT_EQ(store::query_integer(database(), "SELECT count(*) FROM thing"), 0);
  EXPECT_EQ(store::query_integer(database(), "SELECT count(*) FROM thing__phones"), 0);
  EXPECT_EQ(store::query_integer(database(), "SELECT count(*) FROM thing__tags"), 0);
}

// Random JSON of the kind a type takes, and of kinds it does not.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  json::value value(const FieldDef& field) {
    if (below(10) == 0) return any();
    const auto type = field.type->name();
    if (field.type->is_multi_value(field)) {
      json::array items;
      for (int i = below(4); i > 0; --i) items.push_back(item(std::string(type)));
      return items;
    }
    if (type == "integer")
      return below(2) ? json::value(static_cast<std::int64_t>(random_()) - (1 << 30)) : json::value(std::to_string(below(100000)));
    if (type == "decimal" || type == "percent") return str(number());
    if (type == "money") return json::object{{"amount", number()}, {"currency", below(2) ? "RUB" : "EUR"}};
    if (type == "bool") return below(2) == 0;
    if (type == "date") return str(base::to_string(base::from_days(below(80000) - 20000)));
    if (type == "instant") return str(base::to_string(base::from_micros(static_cast<std::int64_t>(random_()) * 1000003)));
    if (type == "duration") return str("PT" + std::to_string(below(100000)) + "S");
    if (type == "choice") return below(2) ? "new" : "old";
    if (type == "link" || type == "user" || type == "file" || type == "image") return below(100000) + 1;
    if (type == "link_any") return json::object{{"entity", below(2) ? "other" : "thing"}, {"id", below(1000) + 1}};
    if (type == "json") return json::object{{text(), any()}};
    if (type == "url") return str("https://" + std::to_string(below(1000)) + ".ru/" + text());
    if (type == "rich_text") return str("<p>" + text() + "<b>" + text());
    return str(text());
  }

 private:
  static json::value str(const std::string& text) { return json::value(std::string_view(text)); }
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  std::string number() {
    return (below(2) ? "-" : "") + std::to_string(below(1000000)) + (below(2) ? "." + std::to_string(below(10)) : "");
  }
  std::string text() {
    static const std::vector<std::string> kPieces{"a",        "Ё", "ё", " ", "'",  "\"",           "%",        "_", "\\", "漢", "🦔",
                                                  "\xC2\xA0", "0", "<", "&", "\t", "\xE2\x80\xAE", "И\xCC\x86"};
    std::string text;
    for (int i = below(12); i > 0; --i) text += kPieces[static_cast<std::size_t>(below(static_cast<int>(kPieces.size())))];
    return text;
  }
  json::value item(const std::string& type) {
    if (type == "multi_choice") return below(2) ? "red" : "blue";
    if (type == "tags") return str(text());
    if (type == "many_to_many" || type == "file" || type == "image") return below(1000) + 1;
    if (type == "phone") return below(2) ? json::value("8 9" + std::to_string(100000000 + below(899999999))) : json::value(text());
    if (type == "email") return json::object{{"raw", text() + "@mail.ru"}, {"kind", "work"}};
    if (type == "address") return json::object{{"city", text()}, {"text", text()}, {"latitude", std::to_string(below(90))}};
    return json::object{{"raw", text()}};
  }
  json::value any() {
    switch (below(6)) {
      case 0: return nullptr;
      case 1: return below(1000);
      case 2: return json::value(text());
      case 3: return json::array{text(), below(5)};
      case 4: return json::object{{text(), below(5)}};
      default: return below(2) == 0;
    }
  }
  std::mt19937 random_;
};

TEST_P(StorageTest, WhateverIsAcceptedComesBackTheSameInTenThousandCases) {
  const auto registry = catalog().current();
  const auto& thing = registry->require("thing");
  Generator generator(20261121);
  int cases = 0;
  int accepted = 0;
  while (cases < 10'000) {
    std::vector<Record> records;
    for (int i = 0; i < 40; ++i) {
      auto record = make_record(thing);
      record.version = 1;
      record.uid = base::make_uid(base::from_micros(1'000'000), random_);
      for (std::size_t f = 0; f < thing.fields.size(); ++f) {
        const auto& field = thing.fields[f];
        if (field.read_only) continue;
        std::vector<base::FieldError> errors;
        ParseContext context{field, *registry, field.key, &errors, &record.marks};
        auto value = field.type->parse(generator.value(field), context);
        ++cases;
        if (!errors.empty()) continue;
        ++accepted;
        // What is answered may be sent back and means the same.
        const auto answer = write_value(field, value);
        const auto again = parse_value(*registry, field, answer);
        ASSERT_TRUE(again.errors.empty()) << field.key << " " << answer;
        ASSERT_EQ(again.json, answer) << field.key;
        record.values[f] = std::move(value);
      }
      records.push_back(std::move(record));
    }
    std::vector<std::int64_t> ids;
    database().write({}, [&](store::Connection& connection) {
      ids = next_ids(connection, thing, static_cast<int>(records.size()));
      for (std::size_t i = 0; i < records.size(); ++i) {
        auto copy = records[i];
        copy.id = ids[i];
        insert_record(connection, copy);
        for (const auto& table : storage_of(thing).items) {
          if (auto* items = std::get_if<Items>(&copy.at(table.field)))
            write_items(connection, table, copy.id, {}, *items, {{}, 0, &random_});
        }
      }
    });
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto stored = load("thing", ids[i]);
      EXPECT_EQ(stored.marks, records[i].marks);
      for (std::size_t f = 0; f < thing.fields.size(); ++f) {
        const auto& field = thing.fields[f];
        if (field.read_only) continue;
        const auto expected = write_value(field, without_ids(records[i].values[f]));
        ASSERT_EQ(write_value(field, without_ids(stored.values[f])), expected) << field.key;
      }
    }
  }
  RecordProperty("cases", cases);
  RecordProperty("accepted", accepted);
  EXPECT_GT(accepted, cases / 2);
}

}  // namespace
}  // namespace entity
