#include "server/app/application.hpp"

#include <algorithm>

#include "module_list.hpp"
#include "server/api/authenticator.hpp"
#include "server/api/password_links.hpp"
#include "server/app/demo/demo_data.hpp"
#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/base/program/resources.hpp"
#include "server/connect/enrichment/enrichment.hpp"
#include "server/connect/erased_traces.hpp"
#include "server/connect/files/files.hpp"
#include "server/connect/import/imports.hpp"
#include "server/connect/mail/mailer.hpp"
#include "server/connect/mail/notice_mail.hpp"
#include "server/connect/notices/notices.hpp"
#include "server/connect/web_hooks/web_hooks.hpp"
#include "server/entity/caller_directory.hpp"
#include "server/entity/duplicates/match_index.hpp"
#include "server/entity/files.hpp"
#include "server/entity/metadata/migrations.hpp"
#include "server/entity/write/migrations.hpp"
#include "server/entity/write/record_service_impl.hpp"
#include "server/flow/duplicates/duplicate_search.hpp"
#include "server/flow/duplicates/merge_job.hpp"
#include "server/flow/erasure.hpp"
#include "server/flow/mass_change.hpp"
#include "server/flow/outbox_dispatcher.hpp"
#include "server/flow/retention.hpp"
#include "server/flow/scheduler.hpp"
#include "server/flow/schema_job.hpp"

namespace app {

namespace {

std::vector<entity::EntityFile> entity_files() {
  std::vector<entity::EntityFile> files;
  for (const auto& resource : base::resources_below("")) {
    if (!resource.path.ends_with(".json") || resource.path.find("/entities/") == std::string_view::npos) continue;
    std::string module;
    if (resource.path.starts_with("modules/")) {
      const std::string_view rest = resource.path.substr(8);
      module = rest.substr(0, rest.find('/'));
    }
    files.push_back({std::move(module), std::string(resource.path), std::string(resource.content)});
  }
  return files;
}

std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> all;
  for (const auto* some :
       {&entity::metadata_migrations(), &entity::write_migrations(), &entity::match_migrations(), &entity::file_migrations(),
        &connect::notice_migrations(), &connect::web_hook_migrations(), &connect::import_migrations(), &flow::flow_migrations(),
        &flow::erasure_migrations(), &api::authenticator_migrations()}) {
    all.insert(all.end(), some->begin(), some->end());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return all;
}

// A command that works alone, mostly an import: the pages it changes shall find room, and its memory goes with it.
constexpr std::int64_t kCacheAlone = 256 << 20;

store::DatabaseOptions store_options(const DataFolder& folder, const base::Config& config, Background background) {
  store::DatabaseOptions options = database_options(folder, config);
  if (background == Background::kStays) options.cache_bytes = std::max(options.cache_bytes, kCacheAlone);
  return options;
}

flow::RetentionPeriods retention_periods(const base::Config& config) {
  const auto seconds = [&](std::string_view name) { return std::chrono::duration_cast<std::chrono::seconds>(config.duration(name)); };
  return {seconds("retention.bin"), seconds("retention.audit"), seconds("retention.jobs"), seconds("retention.idempotency"),
          seconds("retention.events")};
}

http::CurlClientOptions client_options(const base::Config& config) {
  http::CurlClientOptions options;
  options.allowed_hosts = config.list("web_hooks.allowed_hosts");
  return options;
}

connect::MailerOptions mailer_options(const base::Config& config, const std::string& node) {
  return {config.text("mail.ca_file"), config.size_bytes("mail.max_size"), node};
}

std::string files_folder(const DataFolder& folder, const base::Config& config) {
  const std::string& given = config.text("files.folder");
  return given.empty() ? folder.files_folder() : given;
}

std::unique_ptr<store::Database> open_migrated(const store::DatabaseOptions& options) {
  auto database = store::Database::open(options);
  store::migrate(*database, all_migrations());
  return database;
}

}  // namespace

// Members are built in this order and destroyed in reverse: each uses those above it.
struct Application::Impl final : public entity::ModuleHost {
  Impl(const DataFolder& folder, const base::Config& config, Background background)
      : folder(folder),
        config(config),
        database(open_migrated(store_options(folder, config, background))),
        catalog(*database, entity_files()),
        records(entity::make_record_service(*database, catalog, clock, random)),
        callers(entity::make_caller_directory(*database, catalog, clock)),
        authenticator(*database, *callers, clock, random),
        module_services{*database, catalog, *records, *callers, clock, random},
        node(folder.node() + "." + base::random_token(random, 9)),
        job_runner(*database, clock, node),
        dispatcher(*database, clock, node),
        scheduler(*database, clock, node),
        retention(module_services, retention_periods(config)),
        files(*database, clock, connect::make_folder_store(files_folder(folder, config)), config.size_bytes("files.max_size")),
        notice_box(*database, clock),
        hook_client(client_options(config)),
        web_hooks(module_services, hook_client),
        imports(module_services, job_runner, files, texts()),
        enrichment_client({.allows_private_addresses = true}),
        enrichment(*database, enrichment_client),
        mailer(module_services, files, notice_box, texts(), mailer_options(config, node)),
        notice_mail(module_services, texts()),
        password_links(module_services, authenticator, mailer),
        duplicate_watch(module_services),
        api{*database, catalog,        *records,      *callers,   texts(),
            clock,     random,         authenticator, job_runner, module_services,
            files,     notice_box,     web_hooks,     imports,    enrichment,
            mailer,    password_links, dispatcher,    scheduler,  config.size_bytes("http.max_body")} {
    flow::add_schema_job(job_runner, module_services);
    catalog.synchronise_schema();
    // The data folder is locked: whatever ran on its SQLite base before died, and so did the node of this folder on a shared one.
    job_runner.take_over(database->dialect() == store::Dialect::kSqlite ? std::string() : folder.node() + ".");
    flow::add_mass_change(job_runner, module_services);
    flow::add_erasure(job_runner, module_services, erasure_options());
    flow::add_duplicate_search(job_runner, module_services);
    flow::add_record_merge(job_runner, module_services);
    scheduler.add("duplicate_indexes", std::chrono::hours(1), [this] { flow::build_missing_indexes(job_runner, module_services); });
    scheduler.add("planner_statistics", std::chrono::hours(24), [this] { database->optimize(); });
    dispatcher.add(
        "duplicates", [this](const std::vector<entity::OutboxEvent>& events) { duplicate_watch.consume(events); }, flow::Pace::kBackground);
    add_demo_job(job_runner, module_services);
    catalog.add_behaviour("user", api::make_sign_in_behaviour(*database));
    if (catalog.current()->find(connect::kMailEntity) != nullptr)
      catalog.add_behaviour(connect::kMailEntity, connect::make_mail_behaviour(random, mailer.options()));
    dispatcher.add("mail", [this](const std::vector<entity::OutboxEvent>& events) {
      const auto registry = catalog.current();
      const auto* letters = registry->find(connect::kMailEntity);
      const auto is_letter = [&](const auto& event) { return letters != nullptr && event.entity_id == letters->id; };
      if (std::any_of(events.begin(), events.end(), is_letter)) mailer.wake();
    });
    scheduler.add("notice_mail", std::chrono::seconds(30), [this] { notice_mail.queue_due(); });
    retention.add("mail", [this] { return mailer.remove_old(); });
    dispatcher.add("web_hooks", [this](const std::vector<entity::OutboxEvent>& events) { web_hooks.consume(events); });
    retention.add("files", [this] { return files.remove_expired(); });
    retention.add("sign_in", [this] { return authenticator.remove_expired(); });
    retention.add("notices", [this] { return notice_box.remove_old(); });
    retention.add("web_hooks", [this] { return web_hooks.remove_old(); });
    scheduler.add("retention", std::chrono::hours(1), [this] { retention.run(); });
    modules::register_all(*this);
    flow::replay_erasures(module_services, erasure_options());
    flow::mirror_erasures(module_services, erasure_options().log_file);
  }

  flow::ErasureOptions erasure_options() const { return {folder.path() + "/erasures.log", connect::erased_traces(clock)}; }

  void start() {
    job_runner.start();
    dispatcher.start();
    scheduler.start();
    web_hooks.start();
    mailer.start();
  }

  void stop() {
    scheduler.stop();
    dispatcher.stop();
    web_hooks.stop();
    mailer.stop();
    job_runner.stop();
    // What other nodes erased meanwhile, for the day when a backup is restored.
    try {
      flow::mirror_erasures(module_services, erasure_options().log_file);
    } catch (const base::Error& error) {
      base::log(base::LogLevel::kWarning, "erasures_not_mirrored", {{"what", std::string_view(error.what())}});
    }
  }

  entity::Services& services() override { return module_services; }
  entity::Questions& questions() override { return module_questions; }
  entity::NoticeBox& notices() override { return notice_box; }
  void add_behaviour(std::string_view entity, std::unique_ptr<entity::Behaviour> behaviour) override {
    catalog.add_behaviour(entity, std::move(behaviour));
  }
  void add_consumer(std::string_view name, std::function<void(const std::vector<entity::OutboxEvent>&)> consume) override {
    dispatcher.add(std::string(name), std::move(consume));
  }
  void add_schedule(std::string_view name, std::chrono::seconds period, std::function<void()> run) override {
    scheduler.add(std::string(name), period, std::move(run));
  }
  flow::Jobs& jobs() override { return job_runner; }
  void add_routes(std::function<void(http::Router&, api::ApiContext&)> add) override { api.module_routes.push_back(std::move(add)); }

  const DataFolder& folder;
  const base::Config& config;
  base::SystemClock clock;
  base::SystemRandom random;
  std::unique_ptr<store::Database> database;
  entity::Catalog catalog;
  std::unique_ptr<entity::RecordService> records;
  std::unique_ptr<entity::CallerDirectory> callers;
  api::Authenticator authenticator;
  entity::Services module_services;
  entity::Questions module_questions;
  const std::string node;  // name of this process among those that share the base
  flow::Jobs job_runner;
  flow::OutboxDispatcher dispatcher;
  flow::Scheduler scheduler;
  flow::Retention retention;
  connect::Files files;
  connect::Notices notice_box;
  http::CurlClient hook_client;
  connect::WebHooks web_hooks;
  connect::Imports imports;
  http::CurlClient enrichment_client;  // its address comes from an administrator
  connect::Enrichment enrichment;
  connect::Mailer mailer;
  connect::NoticeMail notice_mail;
  api::PasswordLinks password_links;
  flow::DuplicateWatch duplicate_watch;
  api::ApiContext api;
};

Application::Application(const DataFolder& folder, const base::Config& config, Background background)
    : impl_(std::make_unique<Impl>(folder, config, background)) {
  if (background == Background::kRuns)
    impl_->start();
  else if (impl_->database->dialect() == store::Dialect::kSqlite)
    impl_->imports.work_alone();
}
Application::~Application() = default;

api::ApiContext& Application::api() { return impl_->api; }
store::Database& Application::database() { return *impl_->database; }
entity::Catalog& Application::catalog() { return impl_->catalog; }
entity::RecordService& Application::records() { return *impl_->records; }
entity::CallerDirectory& Application::callers() { return *impl_->callers; }
api::Authenticator& Application::authenticator() { return impl_->authenticator; }
const DataFolder& Application::folder() const { return impl_->folder; }
const base::Config& Application::config() const { return impl_->config; }

void Application::close() {
  impl_->stop();
  impl_->database->close();
}

}  // namespace app
