#include "server/flow/erasure.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/log.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/files.hpp"
#include "server/entity/query.hpp"
#include "server/entity/search/search.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/outbox.hpp"

namespace flow {

namespace {

constexpr std::string_view kSqlite = R"sql(
CREATE TABLE sys_erasure(
  id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL, at INTEGER NOT NULL,
  erased_by INTEGER NOT NULL, reason TEXT NOT NULL, scope TEXT NOT NULL);
)sql";
constexpr std::string_view kPostgres = R"sql(
CREATE TABLE sys_erasure(
  id BIGSERIAL PRIMARY KEY, uid TEXT NOT NULL UNIQUE, entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL, at BIGINT NOT NULL,
  erased_by BIGINT NOT NULL, reason TEXT NOT NULL, scope TEXT NOT NULL);
)sql";

struct Order {
  const entity::EntityDef* entity = nullptr;
  std::int64_t id = 0, by = 0;
  std::string reason;
  base::Instant at{};
};

bool has_flag(const entity::FieldDef& field, std::string_view key) {
  const auto* declared = field.declaration.is_object() ? field.declaration.as_object().if_contains(key) : nullptr;
  return declared != nullptr && declared->is_bool() && declared->get_bool();
}

// Everything people write; links, owners, states and what the program keeps itself stay, so that what points here still stands.
bool is_personal(const entity::FieldDef& field) {
  if (field.system || !field.through.empty() || !field.expression.empty()) return false;
  static constexpr std::string_view kKept[] = {"link", "link_any", "user", "bool", "roll_up", "auto_number", "instant"};
  const auto type = field.type->name();
  if (field.type->name() == "choice") return field.custom || field.key == "gender" || field.key == "kind";
  return std::find(std::begin(kKept), std::end(kKept), type) == std::end(kKept);
}

std::vector<entity::FieldIndex> personal_fields(const entity::Record& record) {
  std::vector<entity::FieldIndex> fields;
  for (std::size_t i = 0; i < record.entity->fields.size(); ++i) {
    if (is_personal(record.entity->fields[i]) && !is_empty(record.values[i])) fields.push_back(static_cast<entity::FieldIndex>(i));
  }
  return fields;
}

// Records of other entities that go with this one, those in the bin included.
std::map<const entity::EntityDef*, std::vector<std::int64_t>> erased_with(store::Connection& connection, const entity::Registry& registry,
                                                                          const entity::EntityDef& entity, std::int64_t id) {
  std::map<const entity::EntityDef*, std::vector<std::int64_t>> found;
  for (const auto& backlink : registry.backlinks(entity)) {
    const auto& field = backlink.entity->fields[static_cast<std::size_t>(backlink.field)];
    if (!has_flag(field, "erase_with")) continue;
    std::string sql =
        "SELECT id FROM " + entity::table_of(*backlink.entity) + " WHERE " + entity::column_of(*backlink.entity, backlink.field) + " = $1";
    const std::string which = entity::column_of(*backlink.entity, backlink.field, "__entity");
    if (!which.empty()) sql += " AND " + which + " = $2";
    auto statement = connection.prepare("erased_with", sql);
    statement.bind(1, id);
    if (!which.empty()) statement.bind(2, entity.id);
    while (statement.step()) found[backlink.entity].push_back(statement.integer(0));
  }
  return found;
}

bool holds_addresses(const entity::FieldDef& field) { return field.type->name() == "email"; }

// What the items of a telephone or e-mail field are compared by.
std::string main_column(const entity::FieldDef& field) { return std::string(field.type->main_item_column(field)); }

std::vector<std::string> main_values(const entity::Record& record, std::size_t index) {
  std::vector<std::string> values;
  const auto& field = record.entity->fields[index];
  const auto* items = std::get_if<entity::Items>(&record.values[index]);
  if (items == nullptr) return values;
  const auto columns = field.type->item_columns(field);
  const auto main = std::find_if(columns.begin(), columns.end(), [&](const auto& column) { return column.suffix == main_column(field); });
  if (main == columns.end()) return values;
  for (const auto& item : *items) {
    const auto* text = std::get_if<std::string>(&item.columns.at(static_cast<std::size_t>(main - columns.begin())));
    if (text != nullptr && !text->empty()) values.push_back(*text);
  }
  return values;
}

// Records whose e-mail field holds the address; only living ones, or all.
std::vector<std::int64_t> holders(store::Connection& connection, const entity::EntityDef& entity, const entity::ItemTable& table,
                                  const std::string& address, bool is_living) {
  auto statement =
      connection.prepare("erase_address", "SELECT r.id FROM " + table.quoted_table + " i JOIN " + entity::table_of(entity) +
                                              " r ON r.id = i.record_id WHERE i." +
                                              store::quote_identifier(main_column(entity.fields[static_cast<std::size_t>(table.field)])) +
                                              " = $1" + (is_living ? " AND r.deleted_at IS NULL" : ""));
  statement.bind_text(1, address);
  std::vector<std::int64_t> ids;
  while (statement.step()) ids.push_back(statement.integer(0));
  return ids;
}

// Records that are written to the address alone of these persons: what a living card of somebody else has too is not theirs.
void add_addressed(store::Connection& connection, const entity::Registry& registry, const entity::EntityDef& entity,
                   const std::vector<std::int64_t>& persons, const std::string& address,
                   std::map<const entity::EntityDef*, std::vector<std::int64_t>>& found) {
  std::map<const entity::EntityDef*, std::vector<std::int64_t>> addressed;
  for (const auto& each : registry.entities()) {
    for (const auto& table : entity::storage_of(*each).items) {
      const auto& field = each->fields[static_cast<std::size_t>(table.field)];
      if (!holds_addresses(field)) continue;
      const bool goes = has_flag(field, "erase_with");
      const auto ids = holders(connection, *each, table, address, !goes);
      if (goes) addressed[each.get()].insert(addressed[each.get()].end(), ids.begin(), ids.end());
      const auto is_other = [&](std::int64_t id) {
        return each.get() != &entity || std::find(persons.begin(), persons.end(), id) == persons.end();
      };
      if (!goes && std::any_of(ids.begin(), ids.end(), is_other)) return;
    }
  }
  for (const auto& [other, ids] : addressed) found[other].insert(found[other].end(), ids.begin(), ids.end());
}

// Records that gave way to this one in merges, and to those.
std::vector<std::int64_t> merged_into(store::Connection& connection, const entity::EntityDef& entity, std::int64_t id) {
  std::vector<std::int64_t> all;
  for (std::size_t next = 0; next <= all.size(); ++next) {
    auto statement = connection.prepare("erase_merged", "SELECT record_id FROM sys_merged WHERE entity_id = $1 AND survivor_id = $2");
    statement.bind(1, entity.id).bind(2, next == 0 ? id : all[next - 1]);
    while (statement.step()) {
      const std::int64_t other = statement.integer(0);
      if (other != id && std::find(all.begin(), all.end(), other) == all.end()) all.push_back(other);
    }
  }
  return all;
}

constexpr std::size_t kShortestTrace = 6;  // bytes: shorter words are anybody's

// Telephones and addresses as they were written, surname with first name, the whole name.
std::vector<std::vector<std::string>> traces_of(const entity::Record& record) {
  std::vector<std::vector<std::string>> texts;
  for (std::size_t i = 0; i < record.entity->fields.size(); ++i) {
    const auto& field = record.entity->fields[i];
    const auto* items = std::get_if<entity::Items>(&record.values[i]);
    if (items == nullptr || (field.type->name() != "phone" && field.type->name() != "email")) continue;
    for (const auto& item : *items) {
      for (const auto& column : item.columns) {
        const auto* text = std::get_if<std::string>(&column);
        if (text != nullptr && text->size() > kShortestTrace && text->find_first_of("0123456789@") != std::string::npos)
          texts.push_back({*text});
      }
    }
  }
  const auto text_of = [&](std::string_view key) {
    return record.entity->index_of(key) < 0 ? std::string() : std::string(record.text(key));
  };
  const std::string last = text_of("last_name"), first = text_of("first_name"),
                    name = record.entity->title_index < 0
                               ? std::string()
                               : text_of(record.entity->fields[static_cast<std::size_t>(record.entity->title_index)].key);
  if (last.size() > kShortestTrace && first.size() > kShortestTrace) texts.push_back({last, first});
  if (name.size() > 2 * kShortestTrace) texts.push_back({name});
  return texts;
}

// The record, those merged into it and all that go with them.
std::vector<ErasedRecord> erased_records(store::Connection& connection, const entity::Registry& registry, const entity::EntityDef& entity,
                                         std::int64_t id) {
  std::vector<ErasedRecord> all;
  std::vector<std::int64_t> persons = merged_into(connection, entity, id);
  persons.push_back(id);
  std::map<const entity::EntityDef*, std::vector<std::int64_t>> others;
  for (const std::int64_t person : persons) {
    for (auto& [other, ids] : erased_with(connection, registry, entity, person))
      others[other].insert(others[other].end(), ids.begin(), ids.end());
    const auto record = entity::load_record(connection, registry, entity, person);
    if (!record) continue;
    all.push_back({&entity, person, traces_of(*record)});
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
      if (!holds_addresses(entity.fields[i])) continue;
      for (const auto& address : main_values(*record, i)) add_addressed(connection, registry, entity, persons, address, others);
    }
  }
  for (auto& [other, ids] : others) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const std::int64_t each : ids) all.push_back({other, each, {}});
  }
  return all;
}

class Eraser {
 public:
  Eraser(entity::Services& services, store::Connection& connection, entity::RegistryPtr registry)
      : services_(services), connection_(connection), registry_(std::move(registry)), now_(services.clock.now()) {}

  void erase(const Order& order) {
    const auto record = entity::load_record(connection_, *registry_, *order.entity, order.id, true);
    if (!record) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    suppress(*record);
    json::array fields;
    for (const auto index : personal_fields(*record)) fields.emplace_back(order.entity->fields[static_cast<std::size_t>(index)].key);
    json::object related;
    for (const auto& each : erased_records(connection_, *registry_, *order.entity, order.id)) {
      const bool is_person = each.entity == order.entity;
      if (!is_person) {
        auto& count = related[each.entity->key];
        count = count.is_int64() ? count.get_int64() + 1 : 1;
      }
      const auto stored = entity::load_record(connection_, *registry_, *each.entity, each.id, true);
      if (!stored) continue;
      if (is_person && each.id != order.id) suppress(*stored);
      empty(*stored, order.by);
      if (is_person) forget_merges(*each.entity, each.id);
    }
    const json::object scope = {{"fields", std::move(fields)}, {"related", std::move(related)}};
    auto statement = connection_.prepare("erasure_add",
                                         "INSERT INTO sys_erasure(uid, entity_id, record_id, at, erased_by, reason, scope) VALUES($1, $2, "
                                         "$3, $4, $5, $6, $7) ON CONFLICT DO NOTHING");
    statement.bind_text(1, base::to_string(record->uid))
        .bind(2, order.entity->id)
        .bind(3, order.id)
        .bind(4, base::to_micros(order.at == base::Instant{} ? now_ : order.at));
    statement.bind(5, order.by).bind_text(6, order.reason).bind_text(7, json::serialize(scope)).run();
  }

 private:
  // What a merge kept for its undo are values of the person; there is nothing left to undo.
  void forget_merges(const entity::EntityDef& entity, std::int64_t survivor) {
    connection_
        .prepare("erase_merge",
                 "UPDATE sys_merge SET state = 'erased', before = '{}', after = '{}' WHERE entity_id = $1 AND survivor_id = $2")
        .bind(1, entity.id)
        .bind(2, survivor)
        .run();
  }

  void empty(const entity::Record& before, std::int64_t by) {
    const auto& entity = *before.entity;
    entity::Record after = before;
    const auto fields = personal_fields(before);
    for (const auto index : fields) {
      const auto& field = entity.fields[static_cast<std::size_t>(index)];
      const bool is_title = index == entity.title_index || field.required;
      after.at(index) = is_title && field.type->name() == "text" ? entity::Value{"№ " + std::to_string(before.id)} : entity::Value{};
    }
    after.marks.clear();
    after.deleted = true;
    if (!before.deleted) after.deleted_at = now_;
    ++after.version;
    after.updated_at = now_;
    entity::copy_built_in(after);
    entity::update_record(connection_, before, after);
    const entity::WriteStamp stamp{now_, by, &services_.random};
    for (const auto& table : entity::storage_of(entity).items) {
      const auto* old_items = std::get_if<entity::Items>(&before.at(table.field));
      entity::Items none;
      if (old_items != nullptr && !old_items->empty() && is_empty(after.at(table.field)))
        entity::write_items(connection_, table, before.id, *old_items, none, stamp);
    }
    connection_
        .prepare("erase_history", "UPDATE sys_audit SET changes = NULL, remote_address = NULL WHERE entity_id = $1 AND record_id = $2")
        .bind(1, entity.id)
        .bind(2, before.id)
        .run();
    entity::update_search_index(connection_, &before, &after);
    entity::update_file_references(connection_, &before, &after, now_);
    for (const auto index : fields) {
      if (!entity::is_file_field(entity.fields[static_cast<std::size_t>(index)])) continue;
      for (const std::int64_t file : entity::files_in(before.at(index))) {
        connection_
            .prepare("erase_file",
                     "UPDATE sys_file SET expires_at = $2, name = '' WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM sys_file_reference r "
                     "WHERE r.file_id = $1)")
            .bind(1, file)
            .bind(2, base::to_micros(now_))
            .run();
      }
    }
    if (entity.kind != entity::EntityKind::kLog)
      entity::write_outbox(connection_, after, before.deleted ? "purged" : "deleted", {}, by, now_);
  }

  // Numbers and addresses stay on the do-not-contact list, as hashes that outlive the card.
  void suppress(const entity::Record& record) {
    const auto* list = registry_->find("suppression");
    if (list == nullptr) return;
    const auto system = entity::Caller::system();
    for (std::size_t i = 0; i < record.entity->fields.size(); ++i) {
      const auto& field = record.entity->fields[i];
      const std::string type(field.type->name());
      if (type != "phone" && type != "email") continue;
      for (const auto& text : main_values(record, i)) {
        unsigned char digest[crypto_hash_sha256_BYTES];
        crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(text.data()), text.size());
        char hex[2 * sizeof digest + 1];
        sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
        try {
          connection_.savepoint([&] {
            services_.records.create_in(connection_, *system, *list, {{"channel", type}, {"hash", std::string(hex)}, {"reason", "erased"}});
          });
        } catch (const base::Error& error) {
          if (error.code() != base::ErrorCode::kInvalidArgument) throw;  // it is on the list already
        }
      }
    }
  }

  entity::Services& services_;
  store::Connection& connection_;
  const entity::RegistryPtr registry_;
  const base::Instant now_;
};

// Appended and synced before the data go: an erasure that was begun is finished at the next start.
void append_to_file(const std::string& path, const json::object& line) {
  const std::string text = json::serialize(line) + "\n";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw base::Error(base::ErrorCode::kUnavailable, "disk_error");
  const bool is_written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!is_written) throw base::Error(base::ErrorCode::kUnavailable, "disk_error");
}

// Lines of the file by uid.
std::map<std::string, json::object> read_file(const std::string& path) {
  std::map<std::string, json::object> entries;
  std::ifstream stream(path);
  std::string line;
  while (std::getline(stream, line)) {
    try {
      const json::value entry = base::parse_json(line);
      entries.emplace(base::json_string(entry.as_object(), "uid"), entry.as_object());
    } catch (const base::Error&) {
      base::log(base::LogLevel::kWarning, "erasure_line_unreadable", {});
    }
  }
  return entries;
}

WipeTraces find_traces(entity::Services& services, const ErasureOptions& options, const Order& order) {
  WipeTraces wipe;
  if (!options.traces) return wipe;
  services.database.read({.name = "erase_traces", .deadline = std::chrono::minutes(10)}, [&](store::Connection& connection) {
    const auto registry = services.catalog.current();
    wipe = options.traces(connection, erased_records(connection, *registry, *order.entity, order.id));
  });
  return wipe;
}

void erase_person(entity::Services& services, JobRun& run, const ErasureOptions& options) {
  const auto caller = services.callers.find(run.row().created_by);
  if (!caller->is_admin) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const auto registry = services.catalog.current();
  Order order;
  order.entity = &registry->require(base::json_string(run.row().parameters, "entity"));
  order.id = base::json_int(run.row().parameters, "id");
  order.reason = base::json_string(run.row().parameters, "reason");
  order.by = run.row().created_by;
  std::string uid;
  services.database.read({.name = "erase_find"}, [&](store::Connection& connection) {
    const auto record = entity::load_record(connection, *registry, *order.entity, order.id);
    if (record) uid = base::to_string(record->uid);
  });
  if (uid.empty()) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  const WipeTraces wipe = find_traces(services, options, order);
  append_to_file(options.log_file, {{"entity", order.entity->key},
                                    {"id", order.id},
                                    {"uid", uid},
                                    {"at", base::to_string(services.clock.now())},
                                    {"by", order.by},
                                    {"reason", order.reason}});
  services.database.write({.name = "erase_person"}, [&](store::Connection& connection) {
    Eraser(services, connection, registry).erase(order);
    if (wipe) wipe(connection);
    run.checkpoint_in(connection, {{"erased", true}}, 1, 1);
  });
  run.set_result({{"erased", 1}});
}

}  // namespace

const std::vector<store::Migration>& erasure_migrations() {
  static const std::vector<store::Migration> migrations = {{70, "erasures", kSqlite, kPostgres}};
  return migrations;
}

void add_erasure(Jobs& jobs, entity::Services& services, ErasureOptions options) {
  jobs.add_kind("erase_person", [&services, options = std::move(options)](JobRun& run) { erase_person(services, run, options); });
}

int mirror_erasures(entity::Services& services, const std::string& log_file) {
  const auto known = read_file(log_file);
  const auto registry = services.catalog.current();
  std::vector<json::object> missing;
  services.database.read({.name = "erasure_mirror"}, [&](store::Connection& connection) {
    missing.clear();
    auto statement =
        connection.prepare("erasure_mirror", "SELECT uid, entity_id, record_id, at, erased_by, reason FROM sys_erasure ORDER BY id");
    while (statement.step()) {
      const std::string uid(statement.text(0));
      const auto* entity = registry->find_id(static_cast<int>(statement.integer(1)));
      if (known.contains(uid) || entity == nullptr) continue;
      missing.push_back({{"entity", entity->key},
                         {"id", statement.integer(2)},
                         {"uid", uid},
                         {"at", base::to_string(base::from_micros(statement.integer(3)))},
                         {"by", statement.integer(4)},
                         {"reason", statement.text(5)}});
    }
  });
  for (const auto& line : missing) append_to_file(log_file, line);
  return static_cast<int>(missing.size());
}

int replay_erasures(entity::Services& services, const ErasureOptions& options) {
  int count = 0;
  for (const auto& [uid, values] : read_file(options.log_file)) {
    const auto registry = services.catalog.current();
    Order order;
    order.entity = registry->find(base::json_string(values, "entity"));
    order.id = base::json_int(values, "id");
    order.by = base::json_int(values, "by");
    order.reason = base::json_string(values, "reason");
    order.at = base::parse_instant(base::json_string(values, "at")).value_or(base::Instant{});
    if (order.entity == nullptr) continue;
    bool is_wanted = false;
    services.database.read({.name = "erasure_replay"}, [&](store::Connection& connection) {
      auto known = connection.prepare("erasure_known", "SELECT 1 FROM sys_erasure WHERE uid = $1");
      is_wanted = !known.bind_text(1, uid).step();
      if (!is_wanted) return;
      const auto record = entity::load_record(connection, *registry, *order.entity, order.id);
      is_wanted = record && base::to_string(record->uid) == uid;
    });
    if (!is_wanted) continue;
    const WipeTraces wipe = find_traces(services, options, order);
    services.database.write({.name = "erasure_replay"}, [&](store::Connection& connection) {
      Eraser(services, connection, registry).erase(order);
      if (wipe) wipe(connection);
    });
    ++count;
  }
  if (count > 0) base::log(base::LogLevel::kInfo, "erasures_replayed", {{"count", std::int64_t{count}}});
  return count;
}

ErasureScope erasure_scope(entity::Services& services, const entity::EntityDef& entity, std::int64_t id) {
  ErasureScope scope;
  const auto registry = services.catalog.current();
  services.database.read({.name = "erasure_scope", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    scope = {};
    const auto record = entity::load_record(connection, *registry, entity, id);
    if (!record) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    for (const auto index : personal_fields(*record)) scope.fields.push_back(entity.fields[static_cast<std::size_t>(index)].key);
    for (const auto& [other, ids] : erased_with(connection, *registry, entity, id))
      scope.related.emplace_back(other->key, static_cast<std::int64_t>(ids.size()));
  });
  return scope;
}

void write_erasures(entity::Services& services, int limit, base::JsonWriter& out) {
  const auto registry = services.catalog.current();
  out.begin_object().key("items").begin_array();
  services.database.read({.name = "erasures"}, [&](store::Connection& connection) {
    auto statement = connection.prepare(
        "erasures", "SELECT id, entity_id, record_id, at, erased_by, reason, scope FROM sys_erasure ORDER BY id DESC LIMIT $1");
    statement.bind(1, limit);
    while (statement.step()) {
      const auto* entity = registry->find_id(static_cast<int>(statement.integer(1)));
      out.begin_object()
          .key("id")
          .integer(statement.integer(0))
          .key("entity")
          .text(entity == nullptr ? "" : entity->key)
          .key("record_id")
          .integer(statement.integer(2));
      out.key("at")
          .text(base::to_string(base::from_micros(statement.integer(3))))
          .key("by")
          .integer(statement.integer(4))
          .key("reason")
          .text(statement.text(5));
      const json::value scope = base::parse_json(statement.text(6));
      out.key("fields").value(scope.at("fields")).key("related").value(scope.at("related")).end_object();
    }
  });
  out.end_array().end_object();
}

}  // namespace flow
