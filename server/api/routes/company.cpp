// The company's own settings, the modules there are, the demo company.
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/resources.hpp"
#include "server/entity/files.hpp"

namespace api {

namespace {

void require_administrator(const Call& call) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
}

// As the schemas of modules, so that one form shows both.
json::object company_schema() {
  const auto text = [](std::string_view format) { return json::object{{"type", "string"}, {"format", format}}; };
  return {{"type", "object"},
          {"properties", json::object{{"name", json::object{{"type", "string"}, {"maxLength", 300}}},
                                      {"logo", json::object{{"type", json::array{"object", "null"}}, {"format", "image"}}},
                                      {"base_currency", text("currency")},
                                      {"time_zone", text("time-zone")},
                                      {"language", json::object{{"type", "string"}, {"enum", json::array{"ru", "en"}}}}}},
          {"additionalProperties", false}};
}

void answer_company(Call& call, const entity::Company& company, http::Response& response) {
  std::optional<entity::FileRow> logo;
  if (company.logo != 0) {
    call.read("company_logo", [&](const entity::QueryContext& context) { logo = entity::find_file(context.connection, company.logo); });
  }
  base::JsonWriter out(response.body);
  out.begin_object().key("schema").value(company_schema()).key("values").begin_object().key("name").text(company.name).key("logo");
  if (logo)
    entity::write_file_json(*logo, out);
  else
    out.null();
  out.key("base_currency").text(company.base_currency).key("time_zone").text(company.time_zone).key("language").text(company.language);
  out.end_object().end_object();
}

void read_company(Call& call, http::Response& response) { answer_company(call, call.registry->company(), response); }

void write_company(Call& call, http::Response& response) {
  require_administrator(call);
  call.context.catalog.change_company(call.writer(), call.body());
  call.context.callers.invalidate();
  answer_company(call, call.context.catalog.current()->company(), response);
}

void modules(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  for (const auto& resource : base::resources_below("modules/")) {
    if (!resource.path.ends_with("/module.json")) continue;
    const json::value file = base::parse_json(resource.content);
    const auto& module = file.as_object();
    const std::string key = base::json_string(module, "id");
    const std::string label_key = "modules." + key + ".title";
    const bool is_named = call.context.localizer.has(call.caller().language, label_key);
    out.begin_object()
        .key("key")
        .text(key)
        .key("version")
        .text(base::json_string(module, "version"))
        .key("label")
        .text(is_named ? call.text(label_key) : key);
    out.key("depends").begin_array();
    if (const auto* depends = base::json_array(module, "depends")) {
      for (const auto& each : *depends) out.text(each.as_string());
    }
    out.end_array().key("settings");
    if (const auto* settings = base::json_object(module, "settings"))
      out.value(*settings);
    else
      out.null();
    out.end_object();
  }
  out.end_array().end_object();
}

void load_demo(Call& call, http::Response& response) {
  require_administrator(call);
  const std::int64_t id = call.context.jobs.submit("demo", {{"language", call.caller().language}}, call.caller().user_id, false);
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(id));
  base::JsonWriter out(response.body);
  write_job(*call.context.jobs.find(id), out);
}

}  // namespace

void add_company_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/settings/company", read_company});
  add_route(router, context, {Method::kPut, "/settings/company", write_company, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/modules", modules});
  add_route(router, context, {Method::kPost, "/setup/demo", load_demo, RunsOn::kWritePool});
}

}  // namespace api
