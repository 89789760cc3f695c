// Run-time changes of the metadata.
#include "server/entity/catalog.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/metadata/migrations.hpp"

namespace entity {
namespace {

class CatalogChangeTest : public CatalogTest {
 protected:
  static Caller admin() {
    Caller caller;
    caller.user_id = 1;
    caller.is_admin = true;
    return caller;
  }
  void add_field(std::string_view entity, std::string_view body) {
    catalog().add_field(admin(), entity, base::parse_json(body).as_object());
  }
  void change_field(std::string_view entity, std::string_view field, std::string_view patch) {
    catalog().change_field(admin(), entity, field, base::parse_json(patch).as_object());
  }
  // "path:code" of the first field error, or the key of the error.
  static std::string error_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const base::Error& error) {
      return error.fields().empty() ? error.key() : error.fields().front().path + ":" + error.fields().front().code;
    }
    return "";
  }
  // A second node on the same database.
  std::unique_ptr<Catalog> another_node() {
    auto node = std::make_unique<Catalog>(database(), test_entity_files());
    node->synchronise_schema();
    return node;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, CatalogChangeTest, store::kBothDatabases, store::database_name);

TEST_P(CatalogChangeTest, ACustomFieldIsAColumnOfRecordsThatAreThereAlready) {
  const auto old = insert("thing", {{"name", "old"}});
  const auto version = catalog().current()->version();
  add_field("thing",
            R"({"key": "x_size", "type": "integer", "filterable": true, "sortable": true, "labels": {"ru": "Размер", "en": "Size"}})");
  EXPECT_EQ(catalog().current()->version(), version + 1);
  const auto& field = *entity("thing").field("x_size");
  EXPECT_TRUE(field.custom);
  EXPECT_EQ(field.id, 10'000);
  EXPECT_EQ(field.labels.at("ru"), "Размер");
  const auto id = insert("thing", {{"name", "new"}, {"x_size", 5}});
  EXPECT_EQ(load("thing", id).integer("x_size"), 5);
  EXPECT_TRUE(is_empty(load("thing", old).get("x_size")));
}

TEST_P(CatalogChangeTest, EveryKindOfCustomFieldWorks) {
  add_field("thing", R"({"key": "x_phones", "type": "phone"})");
  add_field("thing", R"({"key": "x_colour", "type": "choice", "options": [{"key": "red"}, {"key": "blue"}]})");
  add_field("thing", R"({"key": "x_next", "type": "link", "to": ["other"]})");
  add_field("thing", R"({"key": "x_twice", "type": "formula", "result": "integer", "expression": "count * 2"})");
  const auto id = insert("thing", {{"x_phones", {"8 916 123-45-67"}}, {"x_colour", "blue"}, {"x_next", 3}});
  const auto record = load("thing", id);
  EXPECT_EQ(json_of(record, "x_colour"), R"("blue")");
  EXPECT_EQ(record.link_id("x_next"), 3);
  EXPECT_NE(json_of(record, "x_phones").find("+79161234567"), std::string::npos);
  EXPECT_EQ(entity("thing").field("x_colour")->options[1].id, 2);
  EXPECT_EQ(entity("thing").field("x_twice")->id, 10'003);
}

TEST_P(CatalogChangeTest, AFormulaAndARollUpAreComputedForRecordsThatAreThereAlready) {
  const auto other = insert("other", {{"name", "parent"}});
  insert("thing", {{"count", 2}, {"price", "10.50"}, {"other", other}});
  insert("thing", {{"count", 5}, {"price", "1"}, {"other", other}});
  add_field("thing", R"({"key": "x_twice", "type": "formula", "result": "integer", "expression": "count * 2"})");
  EXPECT_EQ(store::query_integer(database(), "SELECT sum(x_twice) FROM thing"), 14);
  add_field("other",
            R"({"key": "x_sum", "type": "roll_up", "of": "thing.other", "fn": "sum", "field": "price", "eyes": "system",
                         "filter": {"field": "count", "op": "gt", "value": 1}})");
  EXPECT_EQ(json_of(load("other", other), "x_sum"), R"({"amount":"11.50","currency":"RUB"})");
}

TEST_P(CatalogChangeTest, ACustomEntityHasItsTableAtOnce) {
  catalog().add_entity(admin(),
                       base::parse_json(R"({"key": "x_visit", "plural": "x_visits", "labels": {"ru": {"one": "Визит", "many": "Визиты"}},
      "fields": [{"key": "name", "type": "text", "filterable": true, "sortable": true}, {"key": "thing", "type": "link", "to": ["thing"]}]})")
                           .as_object());
  const auto& visit = entity("x_visit");
  EXPECT_EQ(visit.id, 10'000);
  EXPECT_TRUE(visit.custom);
  EXPECT_EQ(visit.title_field, "name");
  EXPECT_EQ(visit.labels.at("ru").at("many"), "Визиты");
  const auto id = insert("x_visit", {{"name", "first"}, {"thing", 1}});
  EXPECT_EQ(load("x_visit", id).text("name"), "first");
  EXPECT_EQ(catalog().current()->backlinks(entity("thing")).back().entity, &entity("x_visit"));
  add_field("x_visit", R"({"key": "x_more", "type": "bool"})");
  EXPECT_EQ(entity("x_visit").field("x_more")->id, 10'002);
}

TEST_P(CatalogChangeTest, WhatIsWrongIsRefusedByPathAndChangesNothing) {
  const auto version = catalog().current()->version();
  const auto add = [&](std::string_view body) { return error_of([&] { add_field("thing", body); }); };
  EXPECT_EQ(add(R"({"key": "size", "type": "integer"})"), "key:custom_prefix");
  EXPECT_EQ(add(R"({"key": "x_size", "type": "number"})"), "type:unknown_value");
  EXPECT_EQ(add(R"({"key": "x_size", "type": "integer", "width": 5})"), "width:unknown_property");
  EXPECT_EQ(add(R"({"key": "x_Size", "type": "integer"})"), "key:bad_form");
  EXPECT_EQ(add(R"({"key": "x_size; DROP TABLE thing", "type": "integer"})"), "key:bad_form");
  EXPECT_EQ(add(R"({"key": "x_to", "type": "link", "to": ["nowhere"]})"), "fields[34].to:unknown_entity");
  EXPECT_EQ(error_of([&] { add_field("nothing", R"({"key": "x_a", "type": "text"})"); }), "unknown_entity");
  EXPECT_EQ(error_of([&] { change_field("thing", "name", R"({"required": true, "type": "integer"})"); }), "type:type_is_permanent");
  EXPECT_EQ(error_of([&] { change_field("thing", "name", R"({"filterable": false})"); }), "filterable:stricter_only");
  EXPECT_EQ(add(R"({"key": "x_gone", "type": "formula", "result": "bool", "expression": "state = \"gone\""})"),
            "fields[34].expression:formula_unknown_option");
  EXPECT_EQ(error_of([&] { change_field("thing", "name", R"({"scale": 5})"); }), "scale:unknown_property");
  EXPECT_EQ(error_of([&] { catalog().hide_field(admin(), "thing", "name"); }), "field_is_in_use");
  EXPECT_EQ(error_of([&] { catalog().hide_field(admin(), "thing_other", "thing"); }), "field_is_required");
  EXPECT_EQ(error_of([&] { catalog().add_field(Caller{}, "thing", {}); }), "admin_only");
  EXPECT_EQ(catalog().current()->version(), version);
}

TEST_P(CatalogChangeTest, ListedPropertiesOfAShippedFieldCanBeOverridden) {
  change_field("thing", "inn", R"({"required": true, "sortable": true, "labels": {"ru": "Налоговый номер"}})");
  const auto& inn = *entity("thing").field("inn");
  EXPECT_TRUE(inn.required);
  EXPECT_TRUE(inn.sortable);
  EXPECT_FALSE(inn.custom);
  EXPECT_EQ(inn.format, "inn");
  EXPECT_EQ(inn.labels.at("ru"), "Налоговый номер");
  change_field("thing", "inn", R"({"required": false})");
  EXPECT_FALSE(entity("thing").field("inn")->required);
  EXPECT_TRUE(entity("thing").field("inn")->sortable);
}

TEST_P(CatalogChangeTest, OptionsAreAddedHiddenAndReorderedButKeepTheirIds) {
  change_field("thing", "state", R"({"options": [{"key": "x_hot", "color": "danger"}, {"key": "new"}]})");
  const auto& options = entity("thing").field("state")->options;
  ASSERT_EQ(options.size(), 3u);
  EXPECT_EQ(options[0].key, "x_hot");
  EXPECT_EQ(options[0].id, 10'000);
  EXPECT_EQ(options[1].id, 1);
  EXPECT_EQ(options[2].key, "old");
  EXPECT_TRUE(options[2].hidden);
  change_field("thing", "state", R"({"options": [{"key": "new"}, {"key": "x_cold"}]})");
  const auto& later = entity("thing").field("state")->options;
  EXPECT_EQ(later[1].key, "x_cold");
  EXPECT_EQ(later[1].id, 10'001);
}

TEST_P(CatalogChangeTest, AHiddenCustomFieldCanBePurgedWithItsValues) {
  add_field("thing", R"({"key": "x_size", "type": "integer", "filterable": true})");
  const auto id = insert("thing", {{"name", "kept"}, {"x_size", 5}});
  EXPECT_EQ(error_of([&] { catalog().purge_field(admin(), "thing", "x_size"); }), "field_not_hidden");
  catalog().hide_field(admin(), "thing", "x_size");
  EXPECT_TRUE(entity("thing").field("x_size")->hidden);
  EXPECT_EQ(load("thing", id).integer("x_size"), 5);
  catalog().purge_field(admin(), "thing", "x_size");
  EXPECT_EQ(entity("thing").field("x_size"), nullptr);
  EXPECT_EQ(load("thing", id).text("name"), "kept");
  add_field("thing", R"({"key": "x_size", "type": "text"})");
  EXPECT_EQ(entity("thing").field("x_size")->id, 10'001);
}

TEST_P(CatalogChangeTest, EntitiesGetRulesViewsAndCards) {
  catalog().change_entity(admin(), "thing",
                          base::parse_json(R"({
      "rules": [{"key": "x_positive", "check": "count >= 0", "path": "count"}],
      "views": [{"key": "x_all", "type": "list", "columns": ["name", "count"]}], "card": {"create": ["name"]},
      "labels": {"ru": {"one": "Вещь"}}})")
                              .as_object());
  const auto& thing = entity("thing");
  EXPECT_EQ(thing.rules.back().key, "x_positive");
  EXPECT_EQ(thing.rules.size(), 3u);
  EXPECT_EQ(thing.views.as_array().size(), 1u);
  EXPECT_EQ(thing.labels.at("ru").at("one"), "Вещь");
  const auto change = [&](std::string_view patch) {
    return error_of([&] { catalog().change_entity(admin(), "thing", base::parse_json(patch).as_object()); });
  };
  EXPECT_EQ(change(R"({"rules": [{"key": "mine", "check": "count >= 0"}]})"), "rules[0].key:custom_prefix");
  EXPECT_EQ(change(R"({"rules": [{"key": "x_bad", "check": "count >="}]})").rfind("rules[2].check:formula", 0), 0u);
  EXPECT_EQ(change(R"({"views": [{"key": "v", "type": "list", "columns": ["nothing"]}]})"), "views[0].columns[0]:unknown_field");
  EXPECT_EQ(change(R"({"owner": "name"})"), "owner:unknown_property");
}

TEST_P(CatalogChangeTest, AnotherNodeFollows) {
  const auto node = another_node();
  add_field("thing", R"({"key": "x_size", "type": "integer"})");
  // Told by a notification; asking does the same at once.
  node->refresh();
  EXPECT_EQ(node->current()->version(), catalog().current()->version());
  EXPECT_TRUE(node->current()->require("thing").field("x_size"));
}

TEST_P(CatalogChangeTest, ANodeThatIsBehindBuildsOnWhatTheOtherMade) {
  const auto node = another_node();
  add_field("thing", R"({"key": "x_first", "type": "integer"})");
  node->add_field(admin(), "thing", base::parse_json(R"({"key": "x_second", "type": "integer"})").as_object());
  const auto& thing = node->current()->require("thing");
  EXPECT_TRUE(thing.field("x_first"));
  EXPECT_EQ(thing.field("x_second")->id, 10'001);
}

TEST_P(CatalogChangeTest, TheLocalLayerSurvivesARestartAndCanBeCarriedOver) {
  add_field("thing", R"({"key": "x_size", "type": "integer"})");
  change_field("thing", "inn", R"({"required": true})");
  const auto exported = catalog().export_local_layer();
  const auto version = catalog().current()->version();
  catalog_.reset();
  catalog_ = another_node();
  EXPECT_EQ(catalog().current()->version(), version);
  EXPECT_TRUE(entity("thing").field("x_size"));
  EXPECT_TRUE(entity("thing").field("inn")->required);

  TearDown();
  SetUp();
  catalog().import_local_layer(admin(), exported);
  EXPECT_EQ(entity("thing").field("x_size")->id, 10'000);
  EXPECT_TRUE(entity("thing").field("inn")->required);
  EXPECT_EQ(error_of([&] {
              catalog().import_local_layer(
                  admin(), base::parse_json(R"({"rows": [{"kind": "field", "entity": "thing", "field": "x", "body": {}}]})"));
            }),
            "rows[0].body.key:required");
}

TEST_P(CatalogChangeTest, ARowThatNoLongerFitsIsLeftOutAndTheProgramStarts) {
  add_field("other", R"({"key": "x_thing", "type": "link", "to": ["thing"]})");
  add_field("other", R"({"key": "x_size", "type": "integer"})");
  catalog_.reset();
  auto files = test_entity_files();
  // A later version without things.
  std::erase_if(files, [](const EntityFile& file) { return file.path == "thing.json" || file.path == "thing_other.json"; });
  for (auto& file : files) {
    if (file.path == "other.json")
      file.text = R"({"key": "other", "id": 901, "plural": "others", "fields": [{"key": "name", "id": 1, "type": "text"}]})";
  }
  catalog_ = std::make_unique<Catalog>(database(), files);
  catalog_->synchronise_schema();
  EXPECT_EQ(entity("other").field("x_thing"), nullptr);
  EXPECT_TRUE(entity("other").field("x_size"));
  add_field("other", R"({"key": "x_more", "type": "integer"})");
  EXPECT_TRUE(entity("other").field("x_more"));
  EXPECT_NE(error_of([&] { add_field("other", R"({"key": "x_bad", "type": "link", "to": ["thing"]})"); }), "");
  // With the things back, the field is there again.
  catalog_ = another_node();
  EXPECT_TRUE(entity("other").field("x_thing"));
}

TEST_P(CatalogChangeTest, NewShippedFilesMakeANewVersion) {
  const auto version = catalog().current()->version();
  catalog_.reset();
  auto files = test_entity_files();
  files.push_back(
      {"test", "late.json", R"({"key": "late", "id": 950, "plural": "lates", "fields": [{"key": "name", "id": 1, "type": "text"}]})"});
  catalog_ = std::make_unique<Catalog>(database(), files);
  catalog_->synchronise_schema();
  EXPECT_EQ(catalog().current()->version(), version + 1);
  insert("late", {{"name", "here"}});
}

TEST_P(CatalogChangeTest, ReadersNeverSeeAHalfMadeRegistryWhileFieldsAreAdded) {
  std::atomic<bool> is_done{false};
  std::atomic<int> looked{0};
  std::thread reader([&] {
    while (!is_done) {
      const auto registry = catalog().current();
      const auto& thing = registry->require("thing");
      if (storage_of(thing).first_column.size() == thing.fields.size()) ++looked;
    }
  });
  for (int i = 0; i < 5; ++i) add_field("thing", R"({"key": "x_f)" + std::to_string(i) + R"(", "type": "text", "filterable": true})");
  is_done = true;
  reader.join();
  EXPECT_GT(looked, 0);
  EXPECT_TRUE(entity("thing").field("x_f4"));
}

TEST(Catalog, SaysWhichShippedFileIsBrokenAndWhy) {
  store::ScratchDatabase scratch(store::Dialect::kSqlite);
  const auto database = scratch.open();
  const auto message = [&](std::string text) -> std::string {
    try {
      const Catalog catalog(*database, {{"sales", "modules/sales/entities/deal.json", std::move(text)}});
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("{\"key\": ").find("modules/sales/entities/deal.json: json_syntax"), std::string::npos) << message("{");
  EXPECT_NE(message(R"({"key": "deal", "id": 1, "plural": "deals", "fields": [{"key": "a", "id": 1, "type": "link", "to": ["b"]}]})")
                .find("modules/sales/entities/deal.json: fields[0].to: unknown_entity (value=b)"),
            std::string::npos);
  database->close();
}

}  // namespace
}  // namespace entity
