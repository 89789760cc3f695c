// A catalog over a scratch database, with a small entity that has a field of every type.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/base/time.hpp"
#include "server/base/uid.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/storage.hpp"
#include "server/store/database_testing.hpp"

namespace entity {

// "thing" (fields of every type), "other" (a link target), "thing_other" (a relation): ids 900–902.
std::vector<EntityFile> test_entity_files();
// Only the registry, without a database.
RegistryPtr build_test_registry(std::vector<EntityFile> files);

// Tests of a fixture derived from this run on both databases.
class CatalogTest : public testing::TestWithParam<store::Dialect> {
 protected:
  // System entities and the test entities.
  void SetUp() override { start(test_entity_files()); }
  void start(std::vector<EntityFile> files);
  void TearDown() override;

  store::Database& database() { return *database_; }
  Catalog& catalog() { return *catalog_; }
  const EntityDef& entity(std::string_view key) { return catalog_->current()->require(key); }
  // Writes a row with values given as JSON, past all stages of a save; returns its id.
  std::int64_t insert(std::string_view entity, const json::object& values);
  Record load(std::string_view entity, std::int64_t id);
  // The record's field as the API writes it.
  static std::string json_of(const Record& record, std::string_view field);

  std::unique_ptr<store::ScratchDatabase> scratch_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Catalog> catalog_;
  base::SystemRandom random_;
};

struct Parsed {
  Value value;
  std::vector<base::FieldError> errors;
  std::vector<Mark> marks;
  std::string json;  // the value as the API writes it
};
// Parses `input` (JSON text) as a value of the field.
Parsed parse_value(const Registry& registry, const FieldDef& field, std::string_view input, const Value* before = nullptr);
std::string write_value(const FieldDef& field, const Value& value);

}  // namespace entity
