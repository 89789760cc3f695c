#include "server/entity/metadata/registry_builder.hpp"

#include <gtest/gtest.h>

#include "server/base/program/localizer.hpp"
#include "server/base/program/resources.hpp"
#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/rules.hpp"

namespace entity {
namespace {

std::string problems_of(std::vector<EntityFile> files) {
  RegistryBuilder builder;
  for (const auto& file : files) builder.add(file, base::parse_json(file.text));
  return builder.build(1) ? "" : to_text(builder.problems());
}

// One entity "a" with the given members after its fields.
std::string problems_of_entity(const std::string& fields, const std::string& rest = "") {
  return problems_of({{"m", "a.json", R"({"key": "a", "id": 500, "plural": "as", "fields": [)" + fields + "]" + rest + "}"}});
}

TEST(RegistryBuilder, AcceptsEveryShippedFile) { EXPECT_EQ(problems_of(shipped_entity_files()), ""); }

// Keys of every label the interface asks for, docs/internals/engine.md §1.
std::vector<std::string> label_keys(const EntityDef& entity) {
  const std::string root = "entities." + entity.key + ".";
  std::vector<std::string> keys{root + "one", root + "many"};
  for (const auto& field : entity.fields) {
    if (field.system) continue;
    keys.push_back(root + "fields." + field.key);
    for (const auto& option : field.options) keys.push_back(root + "options." + field.key + "." + option.key);
    for (const auto& kind : field.kinds) keys.push_back(root + "kinds." + field.key + "." + kind);
  }
  for (const auto& rule : entity.rules) keys.push_back(root + "rules." + rule.key);
  if (const auto* views = entity.views.if_array()) {
    for (const auto& view : *views) keys.push_back(root + "views." + base::json_string(view.as_object(), "key"));
  }
  return keys;
}

TEST(RegistryBuilder, EveryShippedNameHasALabelInBothLanguages) {
  base::Localizer localizer;
  for (const auto& resource : base::resources_below("")) {
    for (const auto& language : base::Localizer::languages()) {
      if (resource.path.ends_with("locales/" + language + ".json")) localizer.add(language, resource.content);
    }
  }
  const auto registry = build_test_registry(shipped_entity_files());
  for (const auto& entity : registry->entities()) {
    for (const auto& key : label_keys(*entity)) {
      for (const auto& language : base::Localizer::languages()) EXPECT_TRUE(localizer.has(language, key)) << language << " " << key;
    }
  }
}

TEST(RegistryBuilder, AddsTheBuiltInFieldsWithTheirPermanentIds) {
  const auto registry = build_test_registry(test_entity_files());
  const auto& thing = registry->require("thing");
  int id = 1001;
  for (const auto* key : {"id", "uid", "version", "created_at", "updated_at", "created_by", "updated_by", "deleted_at"}) {
    ASSERT_TRUE(thing.field(key)) << key;
    EXPECT_EQ(thing.field(key)->id, id++) << key;
    EXPECT_TRUE(thing.field(key)->system);
  }
  EXPECT_EQ(thing.index_of("created_at") > thing.index_of("name"), true);
}

TEST(RegistryBuilder, FindsEntitiesByKeyPluralAndIdAndTheLinksThatPointToThem) {
  const auto registry = build_test_registry(test_entity_files());
  const auto& other = registry->require("other");
  EXPECT_EQ(registry->find_plural("others"), &other);
  EXPECT_EQ(registry->find_id(901), &other);
  std::vector<std::string> names;
  for (const auto& link : registry->backlinks(other))
    names.push_back(link.entity->key + "." + link.entity->fields[static_cast<std::size_t>(link.field)].key);
  EXPECT_EQ(names, (std::vector<std::string>{"thing.other", "thing.subject", "thing_other.other"}));
  EXPECT_THROW(registry->require("nothing"), base::Error);
}

TEST(RegistryBuilder, ResolvesLinksOfManyToManyAndResultsOfRollUps) {
  const auto registry = build_test_registry(test_entity_files());
  EXPECT_EQ(registry->require("thing").field("others")->to, std::vector<std::string>{"other"});
  EXPECT_EQ(registry->require("other").field("things")->to_ids, std::vector<int>{900});
  EXPECT_EQ(registry->require("other").field("total")->result, "money");
  EXPECT_TRUE(registry->require("other").field("amount")->computed_on_read);
  EXPECT_TRUE(registry->require("thing").field("title")->is_stored_column());
  EXPECT_FALSE(registry->require("thing").field("other_name")->is_stored_column());
}

TEST(RegistryBuilder, NamesTheFileAndThePlaceOfWhatIsWrong) {
  const std::string text = R"({"key": "t", "id": 1, "type": "text"})";
  const struct {
    std::string problem, expected;
  } cases[] = {
      {problems_of_entity(R"({"key": "T", "id": 1, "type": "text"})"), "a.json: fields[0].key: bad_form"},
      {problems_of_entity(R"({"key": "t", "id": 1, "type": "texd"})"), "a.json: fields[0].type: unknown_value (value=texd"},
      {problems_of_entity(R"({"key": "t", "type": "text"})"), "a.json: fields[0].id: required"},
      {problems_of_entity(R"({"key": "t", "id": 1, "type": "text", "colour": 1})"), "a.json: fields[0].colour: unknown_property"},
      {problems_of_entity(R"({"key": "t", "id": 1, "type": "choice"})"), "a.json: fields[0].options: required"},
      {problems_of_entity(R"({"key": "t", "id": 1, "type": "text", "options": [{"key": "a", "id": 1}]})"),
       "a.json: fields[0].type: unknown_value"},
      {problems_of_entity(R"({"key": "t", "id": 1, "type": "choice", "options": [{"key": "a", "id": 1}, {"key": "b", "id": 1}]})"),
       "a.json: fields.t.options[1]: repeated"},
      {problems_of_entity(R"({"key": "t", "id": 1, "type": "link", "to": ["nowhere"]})"),
       "a.json: fields[0].to: unknown_entity (value=nowhere)"},
      {problems_of_entity(R"({"key": "t", "id": 1, "type": "link", "to": ["a", "b"]})"), "a.json: fields[0].to: unknown_entity (value=b)"},
      {problems_of_entity(R"({"key": "t", "id": 1, "type": "many_to_many", "through": "a"})"),
       "a.json: fields[0].through: not_a_relation (value=a)"},
      {problems_of_entity(text + "," + text), "a.json: fields[1].key: repeated (value=t)"},
      {problems_of_entity(R"({"key": "marks", "id": 1, "type": "text"})"), "a.json: fields[0].key: reserved"},
      {problems_of_entity(R"({"key": "created_at", "id": 1, "type": "text"})"), "repeated (value=created_at)"},
      {problems_of_entity(R"({"key": "t", "id": 1005, "type": "text"})"), "repeated (value=1005)"},
      {problems_of_entity(R"({"key": "f", "id": 1, "type": "roll_up", "of": "a.t", "fn": "count"})"), "a.json: fields[0].eyes: required"},
      {problems_of_entity(text, R"(, "views": [{"key": "v", "type": "list", "filter": {"field": "u", "op": "eq", "value": 1}}])"),
       "a.json: views[0].filter: unknown_field"},
      {problems_of_entity(text, R"(, "title": "name")"), "a.json: title: unknown_field (value=name)"},
      {problems_of_entity(text, R"(, "indexes": [["t", "u"]])"), "a.json: indexes[0][1]: unknown_field (value=u)"},
      {problems_of_entity(text, R"(, "views": [{"key": "v", "type": "list", "columns": ["t.u"]}])"),
       "a.json: views[0].columns[0]: unknown_field"},
      {problems_of_entity(text, R"(, "rules": [{"key": "r", "check": "t >"}])"), "a.json: rules[0].check: formula"},
      {problems_of_entity(text, R"(, "rules": [{"key": "r", "check": "u > 1"}])"), "a.json: rules[0].check: formula"},
      {problems_of_entity(text, R"(, "visibility": {"t": "1 + 1"})"), "a.json: visibility.t: formula"},
      {problems_of_entity(R"({"key": "f", "id": 1, "type": "formula", "result": "integer", "expression": "g"},
                             {"key": "g", "id": 2, "type": "formula", "result": "integer", "expression": "f"})"),
       "formula_circle"},
      {problems_of_entity(R"({"key": "f", "id": 1, "type": "formula", "result": "integer", "expression": "\"text\""})"),
       "fields[0].expression: formula"},
      {problems_of_entity(R"({"key": "f", "id": 1, "type": "roll_up", "of": "a.t", "fn": "count", "eyes": "system"})"),
       "fields.f.of: not_a_link_here"},
      {problems_of_entity(R"({"key": "d", "id": 1, "type": "decimal", "scale": 12})"), "fields[0].scale: too_large"},
      {problems_of_entity(R"({"key": "d", "id": 1, "type": "date", "min": "soon"})"), "fields.d.min: bad_date"},
  };
  for (const auto& each : cases) {
    EXPECT_NE(each.problem.find(each.expected), std::string::npos) << "expected: " << each.expected << "\ngot: " << each.problem;
  }
}

TEST(RegistryBuilder, RefusesTwoEntitiesWithOneKeyPluralIdOrTable) {
  const auto file = [](std::string key, std::string plural, int id) {
    return EntityFile{"m", key + std::to_string(id) + ".json",
                      R"({"key": ")" + key + R"(", "id": )" + std::to_string(id) + R"(, "plural": ")" + plural + R"(", "fields": []})"};
  };
  EXPECT_NE(problems_of({file("a", "as", 1), file("a", "bs", 2)}).find("a2.json: key: repeated (value=a)"), std::string::npos);
  EXPECT_NE(problems_of({file("a", "as", 1), file("b", "as", 2)}).find("b2.json: plural: repeated (value=as)"), std::string::npos);
  EXPECT_NE(problems_of({file("a", "as", 1), file("b", "bs", 1)}).find("b1.json: id: repeated (value=1)"), std::string::npos);
}

TEST(RegistryBuilder, LinkToTimelineMeansEveryEntityThatHasOne) {
  auto files = test_entity_files();
  files.push_back({"test", "note.json", R"({"key": "a_note", "id": 903, "plural": "a-notes",
      "fields": [{"key": "subject", "id": 1, "type": "link_any", "to": ["@timeline"]}]})"});
  const auto registry = build_test_registry(std::move(files));
  EXPECT_EQ(registry->require("a_note").field("subject")->to, std::vector<std::string>{"thing"});
}

}  // namespace
}  // namespace entity
