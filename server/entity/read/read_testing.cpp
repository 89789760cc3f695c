#include "server/entity/read/read_testing.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/entity/metadata/registry_builder.hpp"
#include "server/entity/search/search.hpp"

namespace entity {

namespace {

constexpr std::string_view kEntities[] = {
    R"json({"key": "user", "id": 1, "plural": "users", "kind": "system", "table": "sys_user", "title": "name", "fields": [
      {"key": "name", "id": 1, "type": "text", "filterable": true, "sortable": true},
      {"key": "department", "id": 2, "type": "link", "to": ["department"], "filterable": true}]})json",
    R"json({"key": "department", "id": 2, "plural": "departments", "kind": "system", "table": "sys_department", "title": "name", "fields": [
      {"key": "name", "id": 1, "type": "text", "filterable": true, "sortable": true},
      {"key": "parent", "id": 2, "type": "link", "to": ["department"]}]})json",
    R"json({"key": "company", "id": 110, "plural": "companies", "title": "name", "owner": "owner", "fields": [
      {"key": "name", "id": 1, "type": "text", "filterable": true, "sortable": true, "search": "words"},
      {"key": "city", "id": 2, "type": "text", "filterable": true, "sortable": true},
      {"key": "notes", "id": 3, "type": "long_text"},
      {"key": "code", "id": 4, "type": "text", "search": "words"},
      {"key": "owner", "id": 5, "type": "user", "filterable": true, "sortable": true},
      {"key": "industry", "id": 6, "type": "choice", "filterable": true, "options": [{"key": "retail", "id": 1}, {"key": "food", "id": 2}, {"key": "it", "id": 3}]},
      {"key": "relations", "id": 7, "type": "multi_choice", "options": [{"key": "client", "id": 1}, {"key": "supplier", "id": 2}]},
      {"key": "phones", "id": 8, "type": "phone", "search": "digits"},
      {"key": "tags", "id": 9, "type": "tags"},
      {"key": "budget", "id": 10, "type": "money", "scale": 2, "filterable": true, "sortable": true},
      {"key": "rate", "id": 11, "type": "decimal", "scale": 3, "sortable": true},
      {"key": "employees", "id": 12, "type": "integer", "filterable": true, "sortable": true},
      {"key": "founded", "id": 13, "type": "date", "filterable": true, "sortable": true},
      {"key": "seen_at", "id": 14, "type": "instant", "filterable": true, "sortable": true},
      {"key": "is_vip", "id": 15, "type": "bool"},
      {"key": "response", "id": 16, "type": "duration", "sortable": true},
      {"key": "parent", "id": 17, "type": "link", "to": ["company"]},
      {"key": "contacts", "id": 18, "type": "many_to_many", "through": "company_contact"},
      {"key": "secret", "id": 19, "type": "text", "filterable": true, "sortable": true, "search": "words"}],
      "indexes": [["owner", "name"], ["city", "name"]]})json",
    R"json({"key": "contact", "id": 111, "plural": "contacts", "title": "name", "owner": "owner", "fields": [
      {"key": "name", "id": 1, "type": "text", "filterable": true, "sortable": true},
      {"key": "birthday", "id": 2, "type": "date"},
      {"key": "owner", "id": 3, "type": "user"},
      {"key": "emails", "id": 4, "type": "email"}]})json",
    R"json({"key": "company_contact", "id": 112, "plural": "company-contacts", "kind": "relation", "title": "role", "fields": [
      {"key": "company", "id": 1, "type": "link", "to": ["company"]},
      {"key": "contact", "id": 2, "type": "link", "to": ["contact"]},
      {"key": "role", "id": 3, "type": "text"}]})json",
    R"json({"key": "stage", "id": 143, "plural": "stages", "title": "name", "access": {"everyone": {"read": "all"}}, "fields": [
      {"key": "name", "id": 1, "type": "text", "filterable": true, "sortable": true},
      {"key": "kind", "id": 2, "type": "choice", "options": [{"key": "open", "id": 1}, {"key": "won", "id": 2}, {"key": "lost", "id": 3}]}]})json",
    R"json({"key": "deal", "id": 140, "plural": "deals", "title": "name", "owner": "owner", "fields": [
      {"key": "name", "id": 1, "type": "text", "filterable": true, "sortable": true},
      {"key": "amount", "id": 2, "type": "money", "scale": 2},
      {"key": "company", "id": 3, "type": "link", "to": ["company"], "filterable": true},
      {"key": "stage", "id": 4, "type": "link", "to": ["stage"], "filterable": true},
      {"key": "owner", "id": 5, "type": "user", "filterable": true},
      {"key": "source", "id": 6, "type": "link_any", "to": ["company", "contact"]},
      {"key": "closes_on", "id": 7, "type": "date"}]})json",
    R"json({"key": "note", "id": 200, "plural": "notes", "title": "text", "access": {"via": ["subject"]}, "fields": [
      {"key": "text", "id": 1, "type": "text", "filterable": true, "sortable": true},
      {"key": "subject", "id": 2, "type": "link_any", "to": ["company", "contact", "deal"]}]})json",
};

constexpr std::string_view kShareTable =
    "CREATE TABLE sys_share(entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL, user_id BIGINT, department_id "
    "BIGINT, level SMALLINT NOT NULL, "
    "created_at BIGINT NOT NULL, created_by BIGINT NOT NULL)";

std::string column_type(ColumnKind kind, store::Dialect dialect) {
  const bool is_postgres = dialect == store::Dialect::kPostgres;
  switch (kind) {
    case ColumnKind::kInteger: return is_postgres ? "BIGINT" : "INTEGER";
    case ColumnKind::kText: return is_postgres ? "TEXT COLLATE \"C\"" : "TEXT";
    case ColumnKind::kBlob: return is_postgres ? "BYTEA" : "BLOB";
  }
  return {};
}

}  // namespace

RegistryPtr make_read_registry() {
  RegistryBuilder builder;
  for (const auto text : kEntities) builder.add({"", "test.json", std::string(text)}, base::parse_json(text));
  auto registry = builder.build(1);
  if (!registry) throw base::Error::internal(to_text(builder.problems()));
  return registry;
}

namespace {

void insert_items(store::Connection& connection, const Record& record, const ItemTable& table, std::int64_t& relation_id) {
  const auto* items = std::get_if<Items>(&record.at(table.field));
  if (items == nullptr) return;
  std::int64_t position = 0;
  for (const auto& item : *items) {
    if (table.relation != nullptr) {
      auto relation = make_record(*table.relation);
      relation.id = ++relation_id;
      relation.version = 1;
      relation.uid[0] = 7;
      for (std::size_t i = 0; i < sizeof relation.id; ++i) relation.uid[8 + i] = static_cast<std::uint8_t>(relation.id >> (8 * i));
      relation.set("company", Link{record.entity->id, record.id});
      relation.set("contact", Link{table.target_entity_id, std::get<std::int64_t>(item.columns.front())});
      insert_record(connection, relation);
      continue;
    }
    std::string names = "record_id, position", marks = "$1, $2";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      names += ", " + store::quote_identifier(table.columns[i].suffix);
      marks += ", $" + std::to_string(i + 3);
    }
    auto insert = connection.prepare("test_item", "INSERT INTO " + table.quoted_table + " (" + names + ") VALUES (" + marks + ")");
    insert.bind(1, record.id).bind(2, position++);
    for (std::size_t i = 0; i < item.columns.size(); ++i) {
      const auto at = static_cast<int>(i) + 3;
      if (const auto* number = std::get_if<std::int64_t>(&item.columns[i]))
        insert.bind(at, *number);
      else if (const auto* text = std::get_if<std::string>(&item.columns[i]))
        insert.bind_text(at, *text);
      else
        insert.bind_null(at);
    }
    insert.run();
  }
}

}  // namespace

ReadWorld::ReadWorld(store::Dialect dialect)
    : scratch_(std::make_unique<store::ScratchDatabase>(dialect)), now_(*base::parse_instant("2026-11-18T09:30:00Z")) {
  database_ = scratch_->open();
  registry_ = make_read_registry();
  create_tables();
  for (const auto text : {R"({"name": "Head office"})", R"({"name": "Sales", "parent": 1})", R"({"name": "North", "parent": 2})",
                          R"({"name": "Logistics", "parent": 1})"}) {
    add("department", text);
  }
  for (const auto text :
       {R"({"name": "Anna", "department": 1})", R"({"name": "Boris", "department": 2})", R"({"name": "Vera", "department": 2})",
        R"({"name": "Gleb", "department": 3})", R"({"name": "Dina", "department": 4})"}) {
    add("user", text);
  }
}

ReadWorld::~ReadWorld() { database_->close(); }

void ReadWorld::create_tables() {
  const auto dialect = database_->dialect();
  database_->change_schema([&](store::Connection& connection) {
    for (const auto& entity : registry_->entities()) {
      const auto& storage = storage_of(*entity);
      std::string columns;
      for (const auto& column : storage.columns) {
        if (!columns.empty()) columns += ", ";
        columns += column.quoted + " " + (column.name == "id" ? "BIGINT PRIMARY KEY" : column_type(column.kind, dialect));
      }
      connection.execute("CREATE TABLE " + storage.quoted_table + " (" + columns + ")");
      for (const auto& items : storage.items) {
        if (items.relation != nullptr) continue;
        const bool is_postgres = dialect == store::Dialect::kPostgres;
        std::string item_columns = is_postgres ? "id BIGSERIAL PRIMARY KEY" : "id INTEGER PRIMARY KEY";
        item_columns += ", record_id BIGINT NOT NULL, position BIGINT NOT NULL";
        for (const auto& column : items.columns)
          item_columns += ", " + store::quote_identifier(column.suffix) + " " + column_type(column.kind, dialect);
        connection.execute("CREATE TABLE " + items.quoted_table + " (" + item_columns + ")");
      }
      for (const auto& statement : search_schema(dialect, *entity)) connection.execute(statement);
    }
    connection.execute(kShareTable);
  });
}

std::int64_t ReadWorld::add(std::string_view entity_key, std::string_view json_values) {
  const auto& definition = entity(entity_key);
  auto record = make_record(definition);
  record.id = ++last_id_[std::string(entity_key)];
  record.version = 1;
  record.uid[0] = static_cast<std::uint8_t>(definition.id);
  record.uid[15] = static_cast<std::uint8_t>(record.id);
  record.uid[14] = static_cast<std::uint8_t>(record.id >> 8);
  record.created_at = record.updated_at = now_ - std::chrono::hours(1000) + std::chrono::hours(record.id);
  record.created_by = 1;
  std::vector<base::FieldError> errors;
  const auto values = base::parse_json(json_values);
  for (const auto& member : values.as_object()) {
    const auto index = definition.index_of(member.key());
    const auto& field = definition.fields.at(static_cast<std::size_t>(index));
    ParseContext context{field, registry(), field.key, &errors, &record.marks};
    record.at(index) = field.type->parse(member.value(), context);
  }
  if (!errors.empty()) throw base::Error(errors);
  database_->write({}, [&](store::Connection& connection) {
    insert_record(connection, record);
    for (const auto& items : storage_of(definition).items) insert_items(connection, record, items, last_id_["company_contact"]);
    update_search_index(connection, nullptr, &record);
  });
  return record.id;
}

void ReadWorld::run(const std::string& sql) {
  database_->write({}, [&](store::Connection& connection) { connection.execute(sql); });
}

void ReadWorld::remove(std::string_view entity_key, std::int64_t id) {
  run("UPDATE " + table_of(entity(entity_key)) + " SET deleted_at = 1 WHERE id = " + std::to_string(id));
}

void ReadWorld::share(std::string_view entity_key, std::int64_t id, std::int64_t user_id, std::int64_t department_id, int level) {
  const auto number_or_null = [](std::int64_t value) { return value == 0 ? std::string("NULL") : std::to_string(value); };
  run("INSERT INTO sys_share VALUES (" + std::to_string(entity(entity_key).id) + ", " + std::to_string(id) + ", " +
      number_or_null(user_id) + ", " + number_or_null(department_id) + ", " + std::to_string(level) + ", 0, 1)");
}

void ReadWorld::read(const std::function<void(store::Connection&)>& body) {
  // Sanitizers and busy machines are slow: these tests ask what is answered, not how fast.
  database_->read({.deadline = std::chrono::minutes(2)}, body);
}

std::string ReadWorld::list(const Caller& caller, std::string_view entity_key, std::string_view query_json) {
  const auto query = parse_query(base::parse_json(query_json).as_object(), context(caller, entity_key));
  std::string text;
  read([&](store::Connection& connection) {
    text.clear();
    base::JsonWriter out(text);
    run_query({connection, registry(), caller, now_}, query, out);
  });
  return text;
}

std::string ReadWorld::record(const Caller& caller, std::string_view entity_key, std::int64_t id) {
  std::string text;
  read([&](store::Connection& connection) {
    text.clear();
    base::JsonWriter out(text);
    write_record({connection, registry(), caller, now_}, entity(entity_key), id, out);
  });
  return text;
}

std::string ReadWorld::aggregate(const Caller& caller, std::string_view entity_key, std::string_view json) {
  const auto aggregate = parse_aggregate(base::parse_json(json).as_object(), context(caller, entity_key));
  std::string text;
  read([&](store::Connection& connection) {
    text.clear();
    base::JsonWriter out(text);
    run_aggregate({connection, registry(), caller, now_}, aggregate, out);
  });
  return text;
}

Filter ReadWorld::filter(const Caller& caller, std::string_view entity_key, std::string_view filter_json) {
  return parse_filter(base::parse_json(filter_json), context(caller, entity_key));
}

std::vector<std::int64_t> ReadWorld::ids(const Caller& caller, const EntityDef& definition, const Filter& filter) {
  std::vector<std::int64_t> found;
  read([&](store::Connection& connection) {
    found = find_ids({connection, registry(), caller, now_}, definition, filter, Action::kRead, 0, 100'000);
  });
  return found;
}

std::vector<std::int64_t> ReadWorld::ids(const Caller& caller, std::string_view entity_key, std::string_view filter_json) {
  return ids(caller, entity(entity_key), filter(caller, entity_key, filter_json));
}

std::vector<std::int64_t> ReadWorld::ids_in_memory(const Caller& caller, const EntityDef& definition, const Filter& filter) {
  std::vector<std::int64_t> found;
  const FilterContext here{registry(), definition, caller, now_};
  const auto access = access_filter(registry(), definition, caller, Action::kRead);
  read([&](store::Connection& connection) {
    found.clear();
    DatabaseResolver resolver(connection, registry(), caller, now_);
    for (std::int64_t id = 1; id <= last_id_[definition.key]; ++id) {
      const auto record = resolver.find(definition, id);
      if (record == nullptr || record->deleted) continue;
      if (matches(filter, *record, here, &resolver) && matches(access, *record, here, &resolver)) found.push_back(id);
    }
  });
  return found;
}

Caller make_caller(const Registry& registry, std::int64_t user_id, Scope scope) {
  Caller caller;
  caller.user_id = user_id;
  caller.title = "caller";
  caller.own_owners = {user_id};
  caller.department_id = user_id == 1 ? 1 : user_id <= 3 ? 2 : user_id == 4 ? 3 : 4;
  switch (caller.department_id) {
    case 1: caller.department_owners = {1}, caller.tree_owners = {1, 2, 3, 4, 5}, caller.department_ids = {1}; break;
    case 2: caller.department_owners = {2, 3}, caller.tree_owners = {2, 3, 4}, caller.department_ids = {1, 2}; break;
    case 3: caller.department_owners = caller.tree_owners = {4}, caller.department_ids = {1, 2, 3}; break;
    default: caller.department_owners = caller.tree_owners = {5}, caller.department_ids = {1, 4};
  }
  for (const auto& entity : registry.entities()) {
    EntityRights rights;
    std::fill(std::begin(rights.scopes), std::end(rights.scopes), scope);
    caller.entities[entity->id] = rights;
  }
  return caller;
}

Caller make_admin() {
  Caller caller;
  caller.user_id = 1;
  caller.is_admin = true;
  caller.department_id = 1;
  caller.own_owners = {1};
  caller.department_ids = {1};
  return caller;
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    if (error.fields().empty()) return error.key();
    return error.fields().front().code + "@" + error.fields().front().path;
  }
  return {};
}

std::string extra_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.extra_json();
  }
  return {};
}

}  // namespace entity
