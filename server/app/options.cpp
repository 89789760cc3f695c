#include "server/app/application.hpp"
#include "server/base/program/resources.hpp"

namespace app {

void declare_options(base::Config& config) {
  using base::OptionType;
  config.declare({
      {.name = "database.address", .default_value = "", .is_secret = true},
      {.name = "database.direct_address", .default_value = "", .is_secret = true},
      {.name = "database.connections", .type = OptionType::kInteger, .default_value = "0", .min = 0, .max = 256},
      {.name = "database.cache", .type = OptionType::kSize, .default_value = "64MB"},
      {.name = "database.prepared_statements", .type = OptionType::kBoolean, .default_value = "true"},
      {.name = "http.listen", .default_value = "127.0.0.1:8080"},
      {.name = "http.io_threads", .type = OptionType::kInteger, .default_value = "2", .min = 1, .max = 64},
      {.name = "http.read_threads", .type = OptionType::kInteger, .default_value = "4", .min = 1, .max = 256},
      {.name = "http.write_threads", .type = OptionType::kInteger, .default_value = "64", .min = 1, .max = 1024},
      {.name = "http.max_connections", .type = OptionType::kInteger, .default_value = "10000", .min = 1, .max = 1000000},
      {.name = "http.max_body", .type = OptionType::kSize, .default_value = "64MB"},
      {.name = "http.header_timeout", .type = OptionType::kDuration, .default_value = "10s"},
      {.name = "http.body_timeout", .type = OptionType::kDuration, .default_value = "30s"},
      {.name = "http.drain_timeout", .type = OptionType::kDuration, .default_value = "10s"},
      {.name = "http.tls_certificate", .default_value = ""},
      {.name = "http.tls_key", .default_value = ""},
      {.name = "files.folder", .default_value = ""},
      {.name = "files.max_size", .type = OptionType::kSize, .default_value = "100MB"},
      {.name = "retention.bin", .type = OptionType::kDuration, .default_value = "30d"},
      {.name = "retention.audit", .type = OptionType::kDuration, .default_value = "1825d"},
      {.name = "retention.jobs", .type = OptionType::kDuration, .default_value = "90d"},
      {.name = "retention.idempotency", .type = OptionType::kDuration, .default_value = "24h"},
      {.name = "retention.events", .type = OptionType::kDuration, .default_value = "7d"},
      {.name = "mail.ca_file", .default_value = ""},
      {.name = "mail.max_size", .type = OptionType::kSize, .default_value = "20MB"},
      {.name = "web_hooks.allowed_hosts", .type = OptionType::kList, .default_value = ""},
      {.name = "log.level", .default_value = "info", .choices = {"debug", "info", "warning", "error"}},
      {.name = "log.format", .default_value = "json", .choices = {"json", "text"}},
  });
}

store::DatabaseOptions database_options(const DataFolder& folder, const base::Config& config) {
  // A connection of PostgreSQL is taken for as long as its write waits for the disk; SQLite's writer has its own.
  constexpr int kSqliteReaders = 4, kPostgresConnections = 16;
  store::DatabaseOptions options;
  const std::string& address = config.text("database.address");
  options.address = address.empty() ? "sqlite:" + folder.database_file() : address;
  options.direct_address = config.text("database.direct_address");
  options.readers = static_cast<int>(config.integer("database.connections"));
  if (options.readers == 0) options.readers = address.starts_with("postgres") ? kPostgresConnections : kSqliteReaders;
  options.cache_bytes = config.size_bytes("database.cache");
  options.prepared_statements = config.boolean("database.prepared_statements");
  return options;
}

const base::Localizer& texts() {
  static const base::Localizer localizer = [] {
    base::Localizer result;
    for (const auto& resource : base::resources_below("")) {
      const bool is_locale = resource.path.find("/locales/") != std::string_view::npos && !resource.path.starts_with("web/");
      if (!is_locale || !resource.path.ends_with(".json")) continue;
      result.add(resource.path.ends_with("/ru.json") ? "ru" : "en", resource.content);
    }
    return result;
  }();
  return localizer;
}

}  // namespace app
