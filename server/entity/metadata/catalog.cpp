#include "server/entity/catalog.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "server/base/program/log.hpp"
#include "server/base/program/resources.hpp"
#include "server/entity/metadata/layer_changes.hpp"
#include "server/entity/metadata/registry_builder.hpp"
#include "server/entity/metadata/system_behaviours.hpp"
#include "server/entity/schema/schema_work.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/save.hpp"

namespace entity {

namespace {

constexpr std::string_view kChannel = "metadata";

std::int64_t now_us() { return base::to_micros(base::SystemClock().now()); }

// FNV-1a over paths and texts: a new program with other files makes a new metadata version.
std::string digest_of(const std::vector<EntityFile>& files) {
  std::uint64_t hash = 14695981039346656037ull;
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    hash = (hash ^ 0xFF) * 1099511628211ull;
  };
  for (const auto& file : files) {
    add(file.path);
    add(file.text);
  }
  return std::to_string(hash);
}

ShippedEntity parse_file(const EntityFile& file) {
  try {
    return {EntityFile{file.module, file.path, {}}, base::parse_json(file.text)};
  } catch (const base::Error& error) {
    std::string reason = error.key();
    for (const auto& [name, value] : error.args()) reason += " " + name + "=" + value;
    throw base::Error::internal(file.path + ": " + reason);
  }
}

// Not std::atomic<std::shared_ptr>: its load lets go of the pointer with relaxed order (GCC 12, shared_ptr_atomic.h), a race with the next
// store.
class CurrentRegistry {
 public:
  RegistryPtr load() const {
    const std::lock_guard lock(mutex_);
    return registry_;
  }
  void store(RegistryPtr next) {
    const std::lock_guard lock(mutex_);
    registry_.swap(next);  // the old one ends after the lock: parameters outlive locals
  }

 private:
  mutable std::mutex mutex_;
  RegistryPtr registry_;
};

}  // namespace

std::vector<EntityFile> shipped_entity_files() {
  std::vector<EntityFile> files;
  for (const auto& resource : base::resources_below("server/entity/entities/")) {
    files.push_back({"", std::string(resource.path), std::string(resource.content)});
  }
  // modules/<module>/entities/<entity>.json
  constexpr std::string_view kModules = "modules/";
  for (const auto& resource : base::resources_below(kModules)) {
    const auto rest = resource.path.substr(kModules.size());
    const auto module = rest.substr(0, rest.find('/'));
    if (rest.substr(module.size()).rfind("/entities/", 0) != 0 || !rest.ends_with(".json")) continue;
    files.push_back({std::string(module), std::string(resource.path), std::string(resource.content)});
  }
  return files;
}

struct Catalog::Impl {
  Impl(Catalog& catalog, store::Database& db, std::vector<EntityFile> files) : owner(catalog), database(db), digest(digest_of(files)) {
    for (const auto& file : files) shipped.push_back(parse_file(file));
  }

  Catalog& owner;
  store::Database& database;  // outlives the catalog
  const base::SystemClock clock;
  base::SystemRandom random;
  std::string digest;
  std::vector<ShippedEntity> shipped;
  CurrentRegistry current;
  std::mutex change_mutex;  // one change or refresh at a time on this node; the metadata row locks out the others
  std::mutex listener_mutex;
  std::vector<std::function<void(const Registry&)>> listeners;
  std::vector<std::unique_ptr<Behaviour>> owned_behaviours;
  std::unordered_map<std::string, std::vector<Behaviour*>> behaviours;

  // Follows changes of other nodes: store threads only wake it.
  std::mutex wake_mutex;
  std::condition_variable wake;
  bool is_woken = false, is_stopping = false;
  std::thread follower;
  store::Database::Subscription subscription;

  RegistryPtr build(const LocalLayer& layer, std::int64_t version, std::vector<EntityProblem>& problems) const {
    RegistryBuilder builder;
    builder.set_company(layer.company);
    for (auto& each : apply_layer(shipped, layer)) builder.add(each.file, std::move(each.document), each.is_custom);
    auto registry = builder.build(version);
    problems = builder.problems();
    return registry;
  }

  // As build, but rows of the layer that no longer fit (a module is gone, a new version took a name) are left out and
  // told in the log: they stay in the database, and the program starts.
  RegistryPtr build_usable(const LocalLayer& layer, std::int64_t version, std::size_t* left_out = nullptr) const {
    std::vector<EntityProblem> problems;
    if (left_out) *left_out = 0;
    auto registry = build(layer, version, problems);
    if (registry) return registry;
    LocalLayer usable;
    usable.company = layer.company;
    registry = build(usable, version, problems);
    if (!registry) throw base::Error::internal("entity files:\n" + to_text(problems));
    for (const auto& row : layer.rows) {
      usable.rows.push_back(row);
      if (auto next = build(usable, version, problems)) {
        registry = std::move(next);
        continue;
      }
      usable.rows.pop_back();
      if (left_out) ++*left_out;
      const std::string reason = to_text(problems);
      base::log(base::LogLevel::kWarning, "local_layer_row_left_out",
                {{"entity", std::string_view(row.entity)}, {"field", std::string_view(row.field)}, {"reason", std::string_view(reason)}});
    }
    return registry;
  }

  // After a change: everything must fit, except what did not fit before.
  RegistryPtr build_changed(const LocalLayer& layer, const LocalLayer& before) const {
    std::vector<EntityProblem> problems;
    if (auto registry = build(layer, layer.version, problems)) return registry;
    std::vector<EntityProblem> old_problems;
    if (!build(before, layer.version, old_problems)) {
      std::size_t left_out = 0;
      std::size_t left_out_before = 0;
      build_usable(before, layer.version, &left_out_before);
      auto registry = build_usable(layer, layer.version, &left_out);
      if (left_out <= left_out_before) return registry;
    }
    std::vector<base::FieldError> errors;
    for (auto& problem : problems) errors.push_back(std::move(problem.error));
    throw base::Error(std::move(errors));
  }

  void publish(RegistryPtr registry) {
    current.store(registry);
    const std::lock_guard lock(listener_mutex);
    for (const auto& listener : listeners) listener(*registry);
  }

  void change(const Caller& caller, const std::function<void(LayerChanges&)>& apply) {
    if (!caller.is_admin && !caller.is_system) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
    const std::lock_guard lock(change_mutex);
    RegistryPtr next;
    database.change_schema([&](store::Connection& connection) {
      auto layer = load_layer(connection, true);
      const LocalLayer before = layer;
      LayerChanges changes(connection, layer, shipped);
      apply(changes);
      ++layer.version;
      next = build_changed(layer, before);
      synchronise_unique(connection, next);
      layer.shipped = digest;
      save_layer(connection, layer, now_us(), caller.user_id);
      database.notify_on_commit(connection, kChannel, std::to_string(layer.version));
    });
    publish(next);
  }

  // A new key that values break fails with the index; the caller learns which field it was.
  void synchronise_unique(store::Connection& connection, const RegistryPtr& next) {
    change_unique_fields(connection, *current.load(), *next);
    try {
      synchronise(connection, next);
    } catch (const base::Error& error) {
      if (error.key() != "unique_violation") throw;
      throw base::Error::field("unique", "values_repeat");
    }
  }

  // Tables, columns and what small tables lack; the rest is noted.
  void synchronise(store::Connection& connection, const RegistryPtr& registry) {
    const WriteParts parts{database, owner, clock, random};
    auto pending = create_tables_and_columns(connection, *registry);
    add_changed_formulas(connection, *registry, pending);
    note_schema_work(connection, *registry, do_small_work(parts, connection, registry, std::move(pending)));
  }

  void follow() {
    std::unique_lock lock(wake_mutex);
    while (true) {
      wake.wait(lock, [this] { return is_woken || is_stopping; });
      if (is_stopping) return;
      is_woken = false;
      lock.unlock();
      try {
        refresh();
      } catch (const std::exception& error) {
        base::log(base::LogLevel::kWarning, "metadata_refresh_failed", {{"reason", std::string_view(error.what())}});
      }
      lock.lock();
    }
  }

  void refresh() {
    const std::lock_guard lock(change_mutex);
    LocalLayer layer;
    bool is_newer = false;
    store::ReadOptions options;
    options.name = "metadata_refresh";
    database.read(options, [&](store::Connection& connection) {
      layer = load_layer(connection, false);
      is_newer = layer.version > current.load()->version();
    });
    if (is_newer) publish(build_usable(layer, layer.version));
  }

  void stop() {
    subscription.reset();
    {
      const std::lock_guard lock(wake_mutex);
      is_stopping = true;
    }
    wake.notify_all();
    if (follower.joinable()) follower.join();
  }
};

Catalog::Catalog(store::Database& database, std::vector<EntityFile> files)
    : impl_(std::make_unique<Impl>(*this, database, std::move(files))) {
  std::vector<EntityProblem> problems;
  auto registry = impl_->build({}, 0, problems);
  if (!registry) throw base::Error::internal("entity files:\n" + to_text(problems));
  impl_->current.store(std::move(registry));
  add_system_behaviours(*this, database);
}

Catalog::~Catalog() { impl_->stop(); }

RegistryPtr Catalog::current() const { return impl_->current.load(); }

void Catalog::synchronise_schema() {
  {
    const std::lock_guard lock(impl_->change_mutex);
    RegistryPtr next;
    impl_->database.change_schema([&](store::Connection& connection) {
      auto layer = load_layer(connection, true);
      if (layer.shipped != impl_->digest) {
        layer.shipped = impl_->digest;
        ++layer.version;
        auto statement = connection.prepare("save_metadata_version", "UPDATE sys_metadata SET version=$1, shipped=$2 WHERE id=1");
        statement.bind(1, layer.version).bind_text(2, layer.shipped).run();
      }
      next = impl_->build_usable(layer, layer.version);
      impl_->synchronise(connection, next);
    });
    impl_->publish(next);
  }
  if (impl_->follower.joinable()) return;
  impl_->follower = std::thread([impl = impl_.get()] { impl->follow(); });
  impl_->subscription = impl_->database.subscribe(kChannel, [impl = impl_.get()](std::string_view) {
    {
      const std::lock_guard lock(impl->wake_mutex);
      impl->is_woken = true;
    }
    impl->wake.notify_one();
  });
}

void Catalog::refresh() { impl_->refresh(); }

void Catalog::add_entity(const Caller& caller, const json::object& body) {
  impl_->change(caller, [&](LayerChanges& changes) { changes.add_entity(body); });
}

void Catalog::add_field(const Caller& caller, std::string_view entity, const json::object& body) {
  impl_->change(caller, [&](LayerChanges& changes) { changes.add_field(entity, body); });
}

void Catalog::change_field(const Caller& caller, std::string_view entity, std::string_view field, const json::object& patch) {
  impl_->change(caller, [&](LayerChanges& changes) { changes.change_field(entity, field, patch); });
}

void Catalog::hide_field(const Caller& caller, std::string_view entity, std::string_view field) {
  impl_->change(caller, [&](LayerChanges& changes) { changes.hide_field(entity, field); });
}

void Catalog::change_entity(const Caller& caller, std::string_view entity, const json::object& patch) {
  impl_->change(caller, [&](LayerChanges& changes) { changes.change_entity(entity, patch); });
}

void Catalog::change_texts(const Caller& caller, std::string_view entity, const json::object& patch) {
  impl_->change(caller, [&](LayerChanges& changes) { changes.change_texts(entity, patch); });
}

void Catalog::change_company(const Caller& caller, const json::object& patch) {
  const auto before = current();
  impl_->change(caller, [&](LayerChanges& changes) { changes.change_company(*before, patch, now_us(), caller.user_id); });
}

void Catalog::purge_field(const Caller& caller, std::string_view entity, std::string_view field) {
  const auto before = current();
  impl_->change(caller, [&](LayerChanges& changes) { changes.purge_field(entity, field); });
  // The registry without the field is out: nothing writes the columns any more.
  const auto& old = before->require(entity);
  impl_->database.change_schema([&](store::Connection& connection) { drop_field(connection, old, old.index_of(field)); });
}

json::value Catalog::export_local_layer() {
  LocalLayer layer;
  store::ReadOptions options;
  options.name = "export_local_layer";
  impl_->database.read(options, [&](store::Connection& connection) { layer = load_layer(connection, false); });
  json::array rows;
  for (auto& row : layer.rows) {
    rows.push_back(
        json::object{{"kind", layer_kind_name(row.kind)}, {"entity", row.entity}, {"field", row.field}, {"body", std::move(row.body)}});
  }
  return json::object{{"version", layer.version}, {"rows", std::move(rows)}};
}

void Catalog::import_local_layer(const Caller& caller, const json::value& layer) {
  impl_->change(caller, [&](LayerChanges& changes) { changes.import(layer); });
}

void Catalog::add_behaviour(std::string_view entity, std::unique_ptr<Behaviour> behaviour) {
  current()->require(entity);
  impl_->behaviours[std::string(entity)].push_back(behaviour.get());
  impl_->owned_behaviours.push_back(std::move(behaviour));
}

const std::vector<Behaviour*>& Catalog::behaviours(const EntityDef& entity) const {
  static const std::vector<Behaviour*> kNone;
  const auto found = impl_->behaviours.find(entity.key);
  return found == impl_->behaviours.end() ? kNone : found->second;
}

void Catalog::on_change(std::function<void(const Registry&)> listener) {
  const std::lock_guard lock(impl_->listener_mutex);
  impl_->listeners.push_back(std::move(listener));
}

}  // namespace entity
