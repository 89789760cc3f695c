#include "server/entity/metadata/catalog_testing.hpp"

#include "server/base/json.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/metadata/migrations.hpp"
#include "server/entity/metadata/registry_builder.hpp"

namespace entity {

namespace {

constexpr std::string_view kThing = R"json({
  "key": "thing", "id": 900, "plural": "things", "title": "name", "owner": "owner", "timeline": true,
  "fields": [
    {"key": "name", "id": 1, "type": "text", "max_length": 500, "filterable": true, "sortable": true, "search": "words"},
    {"key": "inn", "id": 2, "type": "text", "format": "inn", "filterable": true, "search": "digits"},
    {"key": "story", "id": 3, "type": "long_text", "filterable": true},
    {"key": "page", "id": 4, "type": "rich_text"},
    {"key": "count", "id": 5, "type": "integer", "filterable": true, "sortable": true, "min": "-1000000"},
    {"key": "weight", "id": 6, "type": "decimal", "scale": 3, "min": "0", "sortable": true},
    {"key": "price", "id": 7, "type": "money", "scale": 2, "sortable": true},
    {"key": "share", "id": 8, "type": "percent", "scale": 1, "max": "100"},
    {"key": "is_good", "id": 9, "type": "bool", "filterable": true},
    {"key": "day", "id": 10, "type": "date", "sortable": true, "min": "1900-01-01"},
    {"key": "moment", "id": 11, "type": "instant", "sortable": true},
    {"key": "span", "id": 12, "type": "duration"},
    {"key": "state", "id": 13, "type": "choice", "filterable": true, "options": [{"key": "new", "id": 1}, {"key": "old", "id": 2, "hidden": true}]},
    {"key": "kinds", "id": 14, "type": "multi_choice", "options": [{"key": "red", "id": 1}, {"key": "blue", "id": 2}]},
    {"key": "other", "id": 15, "type": "link", "to": ["other"], "filterable": true},
    {"key": "subject", "id": 16, "type": "link_any", "to": ["other", "thing"]},
    {"key": "owner", "id": 17, "type": "user", "filterable": true},
    {"key": "others", "id": 18, "type": "many_to_many", "through": "thing_other"},
    {"key": "phones", "id": 19, "type": "phone", "kinds": ["work", "mobile"]},
    {"key": "emails", "id": 20, "type": "email"},
    {"key": "messengers", "id": 21, "type": "messenger"},
    {"key": "site", "id": 22, "type": "url", "filterable": true},
    {"key": "sites", "id": 23, "type": "url", "multiple": true},
    {"key": "addresses", "id": 24, "type": "address"},
    {"key": "paper", "id": 25, "type": "file"},
    {"key": "papers", "id": 26, "type": "file", "multiple": true},
    {"key": "picture", "id": 27, "type": "image"},
    {"key": "tags", "id": 28, "type": "tags"},
    {"key": "settings", "id": 29, "type": "json"},
    {"key": "number", "id": 30, "type": "auto_number", "prefix": "T-", "digits": 4},
    {"key": "title", "id": 31, "type": "formula", "result": "text", "expression": "if name = null then \"?\" else name + \"!\""},
    {"key": "other_name", "id": 32, "type": "formula", "result": "text", "expression": "other.name"},
    {"key": "double_price", "id": 33, "type": "formula", "result": "decimal", "scale": 2, "expression": "price * 2", "sortable": true},
    {"key": "late", "id": 34, "type": "bool", "default": {"formula": "count > 5"}}
  ],
  "indexes": [["owner", "name"], ["owner", "name", "price"]],
  "rules": [
    {"key": "story_needed", "when": "state = \"old\"", "require": ["story"]},
    {"key": "other_is_named", "check": "other.name != \"bad\"", "path": "other"}
  ],
  "visibility": {"story": "state = \"old\""},
  "duplicates": [["inn"], ["phones.e164"]]
})json";

constexpr std::string_view kOther = R"json({
  "key": "other", "id": 901, "plural": "others", "title": "name",
  "fields": [
    {"key": "name", "id": 1, "type": "text", "filterable": true, "sortable": true},
    {"key": "things", "id": 2, "type": "many_to_many", "through": "thing_other"},
    {"key": "total", "id": 3, "type": "roll_up", "of": "thing.other", "fn": "sum", "field": "price", "eyes": "system"},
    {"key": "amount", "id": 4, "type": "roll_up", "of": "thing.other", "fn": "count", "eyes": "viewer"}
  ]
})json";

constexpr std::string_view kThingOther = R"json({
  "key": "thing_other", "id": 902, "plural": "thing-others", "kind": "relation",
  "fields": [
    {"key": "thing", "id": 1, "type": "link", "to": ["thing"], "required": true},
    {"key": "other", "id": 2, "type": "link", "to": ["other"], "required": true},
    {"key": "role", "id": 3, "type": "text"}
  ],
  "unique": [["thing", "other"]]
})json";

std::vector<EntityFile> system_files() {
  std::vector<EntityFile> files;
  for (auto& file : shipped_entity_files()) {
    if (file.module.empty()) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

std::vector<EntityFile> test_entity_files() {
  auto files = system_files();
  files.push_back({"test", "thing.json", std::string(kThing)});
  files.push_back({"test", "other.json", std::string(kOther)});
  files.push_back({"test", "thing_other.json", std::string(kThingOther)});
  return files;
}

RegistryPtr build_test_registry(std::vector<EntityFile> files) {
  RegistryBuilder builder;
  for (const auto& file : files) builder.add(file, base::parse_json(file.text));
  auto registry = builder.build(1);
  if (!registry) throw base::Error::internal(to_text(builder.problems()));
  return registry;
}

void CatalogTest::start(std::vector<EntityFile> files) {
  scratch_ = std::make_unique<store::ScratchDatabase>(GetParam());
  database_ = scratch_->open();
  store::migrate(*database_, metadata_migrations());
  catalog_ = std::make_unique<Catalog>(*database_, std::move(files));
  catalog_->synchronise_schema();
}

void CatalogTest::TearDown() {
  catalog_.reset();
  if (database_) database_->close();
  database_.reset();
}

std::int64_t CatalogTest::insert(std::string_view key, const json::object& values) {
  const auto registry = catalog_->current();
  auto record = make_record(registry->require(key));
  std::vector<base::FieldError> errors;
  for (const auto& member : values) {
    const auto index = record.entity->index_of(member.key());
    EXPECT_GE(index, 0) << member.key();
    ParseContext context{record.entity->fields[static_cast<std::size_t>(index)], *registry, std::string(member.key()), &errors,
                         &record.marks};
    record.at(index) = context.field.type->parse(member.value(), context);
  }
  EXPECT_TRUE(errors.empty()) << errors.front().path << " " << errors.front().code;
  const auto now = base::SystemClock().now();
  record.version = 1;
  record.created_at = record.updated_at = now;
  record.uid = base::make_uid(now, random_);
  database_->write({}, [&](store::Connection& connection) {
    auto copy = record;
    copy.id = next_id(connection, *copy.entity);
    insert_record(connection, copy);
    for (const auto& table : storage_of(*copy.entity).items) {
      if (auto* items = std::get_if<Items>(&copy.at(table.field))) write_items(connection, table, copy.id, {}, *items, {now, 0, &random_});
    }
    record.id = copy.id;
  });
  return record.id;
}

Record CatalogTest::load(std::string_view key, std::int64_t id) {
  const auto registry = catalog_->current();
  const auto& entity = registry->require(key);
  Record record;
  database_->read({}, [&](store::Connection& connection) {
    auto statement = connection.prepare("load", "SELECT " + storage_of(entity).select_list + " FROM " + table_of(entity) + " WHERE id=$1");
    statement.bind(1, id);
    ASSERT_TRUE(statement.step());
    read_record_row(entity, statement, 0, record);
    read_all_items(connection, record);
  });
  return record;
}

std::string CatalogTest::json_of(const Record& record, std::string_view field) {
  return write_value(*record.entity->field(field), record.get(field));
}

std::string write_value(const FieldDef& field, const Value& value) {
  std::string text;
  base::JsonWriter out(text);
  field.type->write(field, value, out);
  return text;
}

Parsed parse_value(const Registry& registry, const FieldDef& field, std::string_view input, const Value* before) {
  Parsed result;
  ParseContext context{field, registry, field.key, &result.errors, &result.marks};
  context.before = before;
  result.value = field.type->parse(base::parse_json(input), context);
  result.json = write_value(field, result.value);
  return result;
}

}  // namespace entity
