// The whole program without its HTTP door: store, metadata, record service, sign-in, modules, background work.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/api/context.hpp"
#include "server/base/program/config.hpp"

namespace app {

// Every option of the program; docs/reference/settings.md is made of them.
void declare_options(base::Config& config);

// Texts of the program and its modules, from the embedded locale files.
const base::Localizer& texts();

// The data folder's lock: one process at a time opens the store of a folder for writing.
class DataFolder {
 public:
  // Creates the folder (mode 0700) when `create` is set. Error failed_precondition "data_folder_missing" {path}.
  DataFolder(std::string path, bool create);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  // Error failed_precondition "data_folder_busy" when another process holds it.
  void lock();
  const std::string& path() const { return path_; }
  std::string settings_file() const { return path_ + "/matvey.toml"; }
  std::string socket_file() const { return path_ + "/matvey.sock"; }
  std::string database_file() const { return path_ + "/matvey.db"; }
  std::string files_folder() const { return path_ + "/files"; }
  // The name of whoever serves from this folder among those that share a base; made at the first call and kept in the folder.
  std::string node() const;

 private:
  std::string path_;
  int lock_ = -1;
};

// Which base the settings name, for whoever opens it himself.
store::DatabaseOptions database_options(const DataFolder& folder, const base::Config& config);

enum class Background { kRuns, kStays };

// Opened in order, closed in reverse. Not copyable; one per process.
class Application {
 public:
  // Migrates and synchronises the schema. `folder` outlives the application and is locked.
  Application(const DataFolder& folder, const base::Config& config, Background background);
  ~Application();

  api::ApiContext& api();
  store::Database& database();
  entity::Catalog& catalog();
  entity::RecordService& records();
  entity::CallerDirectory& callers();
  api::Authenticator& authenticator();
  const DataFolder& folder() const;
  const base::Config& config() const;
  // Waits for background work and writes, then closes the store.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace app
