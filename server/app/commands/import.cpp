// matvey import FILE: a table into records, as the browser's import does it, in one go.
#include <fstream>
#include <thread>

#include "server/app/application.hpp"
#include "server/app/command_line.hpp"
#include "server/app/commands/all.hpp"
#include "server/app/commands/user_lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/connect/files/files.hpp"
#include "server/connect/import/imports.hpp"

namespace app {

namespace {

struct ImportArguments {
  std::string file, entity = "company", mapping = "auto", duplicates = "skip", report, failed, sheet, encoding, delimiter, key, user,
                    save_mapping;
  bool is_dry_run = false, as_json = false;
};

ImportArguments parse(const CommandCall& call, Output& output) {
  ImportArguments given;
  CommandLine line("import", call, output);
  line.data_folder()
      .positional("file", given.file)
      .text("--entity", given.entity)
      .text("--mapping", given.mapping)
      .text("--duplicates", given.duplicates);
  line.flag("--dry-run", given.is_dry_run)
      .text("--report", given.report)
      .text("--failed", given.failed)
      .text("--sheet", given.sheet)
      .text("--encoding", given.encoding);
  line.text("--delimiter", given.delimiter)
      .text("--key", given.key)
      .text("--user", given.user)
      .text("--save-mapping", given.save_mapping)
      .flag("--json", given.as_json)
      .parse();
  given.file = call.path(given.file);
  return given;
}

entity::CallerPtr caller_of(Application& application, const ImportArguments& given) {
  if (!given.user.empty()) return application.callers().find(find_user(application, given.user));
  auto caller = std::make_shared<entity::Caller>(*entity::Caller::system());
  caller->via = "cli";
  return caller;
}

// The job runs on this thread unless a worker of a running program takes it first.
void wait_for(flow::Jobs& jobs, std::int64_t job) {
  while (true) {
    const auto row = jobs.find(job);
    if (!row) throw base::Error(base::ErrorCode::kNotFound, "job_not_found");
    if (row->state == "done") return;
    if (row->state == "failed") throw base::Error(base::ErrorCode::kFailedPrecondition, row->problem);
    if (row->state == "cancelled") throw base::Error(base::ErrorCode::kCancelled, "job_cancelled");
    if (row->state == "paused") throw base::Error(base::ErrorCode::kCancelled, "job_paused");
    if (row->state == "queued" && jobs.run_one()) continue;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// An import of the same file with the same options that a killed process left half done goes on instead of beginning anew.
std::int64_t unfinished(Application& application, const entity::Caller& caller, const connect::ImportRequest& request,
                        const std::string& hash) {
  for (const auto& import : application.api().imports.list(caller, true, 20)) {
    if (import.job_id == 0 || import.is_purged || import.entity != request.entity) continue;
    const auto job = application.api().jobs.find(import.job_id);
    if (!job || (job->state != "queued" && job->state != "running")) continue;
    std::optional<entity::FileRow> file;
    application.database().read({.name = "import_file"},
                                [&](store::Connection& connection) { file = entity::find_file(connection, import.file_id); });
    const std::string duplicates = request.duplicates.empty() ? "skip" : request.duplicates;
    if (file && file->hash == hash && base::json_string(import.plan, "duplicates") == duplicates) return import.id;
  }
  return 0;
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw base::Error(base::ErrorCode::kUnavailable, "disk_error");
}

std::int64_t start(Application& application, const entity::Caller& caller, const ImportArguments& given) {
  auto& imports = application.api().imports;
  const auto content = connect::open_local_file(given.file);
  const connect::ContentReader reader = [&content](std::int64_t offset, std::size_t max_bytes) { return content->read(offset, max_bytes); };
  connect::ImportRequest request;
  request.entity = given.entity;
  request.mapping = given.mapping;
  request.duplicates = given.duplicates;
  request.key_field = given.key;
  request.sheet = given.sheet;
  request.encoding = given.encoding;
  request.delimiter = given.delimiter;
  request.save_mapping_as = given.save_mapping;
  if (!given.is_dry_run) {
    if (const std::int64_t id = unfinished(application, caller, request, connect::hash_of(reader)); id != 0) return id;
  }
  request.file_id = application.api().files.add({given.file.substr(given.file.rfind('/') + 1), reader, caller.user_id}).id;
  const auto import = imports.create(caller, request);
  imports.run(caller, import.id, given.is_dry_run);
  return import.id;
}

std::string summary(const CommandCall& call, const json::object& report) {
  const auto count = [&](std::string_view key) { return std::to_string(base::json_int(report, key)); };
  return texts().text(call.language, "cli.import.done",
                      {{"rows", count("rows")},
                       {"created", count("created")},
                       {"updated", count("updated")},
                       {"skipped", count("skipped")},
                       {"failed", count("failed")}}) +
         "\n";
}

}  // namespace

int import_command(Application& application, const CommandCall& call, Output& output) {
  const ImportArguments given = parse(call, output);
  const auto caller = caller_of(application, given);
  auto& imports = application.api().imports;
  const std::int64_t id = start(application, *caller, given);
  const auto import = imports.find(*caller, id);
  wait_for(application.api().jobs, given.is_dry_run ? import.dry_run_job_id : import.job_id);
  const json::object report = imports.report(*caller, id);
  const std::string text = json::serialize(report) + "\n";
  if (!given.report.empty()) write_file(call.path(given.report), text);
  if (!given.failed.empty()) write_file(call.path(given.failed), imports.failed_rows(*caller, id, call.language));
  // What a dry run looked at is not kept.
  if (given.is_dry_run) imports.purge(*caller, id);
  output.out(given.as_json ? text : summary(call, report));
  return base::json_int(report, "failed") > 0 ? 3 : 0;
}

}  // namespace app
