// matvey export FILE: records of an entity as CSV, XLSX or vCard.
#include <fstream>

#include "server/app/application.hpp"
#include "server/app/command_line.hpp"
#include "server/app/commands/all.hpp"
#include "server/app/commands/user_lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/connect/export/record_export.hpp"

namespace app {

namespace {

std::string format_of(const std::string& given, const std::string& path) {
  if (!given.empty()) return given;
  if (path.ends_with(".xlsx")) return "xlsx";
  return path.ends_with(".vcf") ? "vcard" : "csv";
}

json::object query_of(const std::string& filter, const std::string& fields) {
  json::object query;
  if (!filter.empty()) query["filter"] = base::parse_json(filter);
  if (fields.empty()) return query;
  json::array names;
  for (std::size_t at = 0; at <= fields.size();) {
    const auto end = std::min(fields.find(',', at), fields.size());
    names.emplace_back(fields.substr(at, end - at));
    at = end + 1;
  }
  query["fields"] = std::move(names);
  return query;
}

}  // namespace

int export_command(Application& application, const CommandCall& call, Output& output) {
  std::string out, entity = "company", format, filter, fields, user;
  bool as_json = false;
  CommandLine line("export", call, output);
  line.data_folder()
      .positional("out", out)
      .text("--entity", entity)
      .text("--format", format)
      .text("--filter", filter)
      .text("--fields", fields)
      .text("--user", user)
      .flag("--json", as_json)
      .parse();
  const std::string path = call.path(out);
  connect::ExportRequest request;
  request.format = format_of(format, path);
  request.query = query_of(filter, fields);
  request.with_labels = true;
  request.for_editing = true;
  entity::Caller caller = user.empty() ? *entity::Caller::system() : *application.callers().find(find_user(application, user));
  caller.via = "cli";
  caller.language = call.language;
  const auto registry = application.catalog().current();
  connect::RecordExport records(application.api().services, texts(), registry->require(entity), registry, caller, request);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::string chunk;
  while (records.next(chunk)) {
    file << chunk;
    chunk.clear();
  }
  file << chunk;
  file.close();
  if (!file) throw base::Error(base::ErrorCode::kUnavailable, "disk_error");
  std::string text;
  if (as_json)
    base::JsonWriter(text).begin_object().key("count").integer(records.count()).key("path").text(path).end_object();
  else
    text = texts().text(call.language, "cli.export.done", {{"count", std::to_string(records.count())}, {"path", path}});
  output.out(text + "\n");
  return 0;
}

}  // namespace app
