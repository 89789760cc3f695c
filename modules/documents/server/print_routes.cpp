#include "modules/documents/server/print_routes.hpp"

#include <algorithm>

#include "modules/documents/server/form_data.hpp"
#include "modules/documents/server/images.hpp"
#include "modules/documents/server/kinds.hpp"
#include "modules/documents/server/print_forms.hpp"
#include "modules/documents/server/reconciliation.hpp"
#include "modules/documents/server/routes.hpp"
#include "server/api/open_record.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/resources.hpp"
#include "server/entity/files.hpp"
#include "server/entity/lookup.hpp"
#include "server/print/print.hpp"

namespace documents {

namespace {

using entity::Action;
using entity::QueryContext;
using entity::Record;

std::string require_format(const std::string& format) {
  if (format != "pdf" && format != "docx" && format != "xlsx")
    throw base::Error::field("format", "unknown_option", {{"value", format}, {"valid", "pdf, docx, xlsx"}});
  return format;
}

// RFC 5987: letters that are no plain ones as %XX.
std::string encoded_name(std::string_view name) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '.' ||
                          byte == '-' || byte == '_';
    if (is_plain)
      out += c;
    else
      (out += '%', out += kHex[byte >> 4], out += kHex[byte & 15]);
  }
  return out;
}

void answer_file(http::Response& response, std::string body, const std::string& format, const std::string& title) {
  response.content_type = format == "pdf"    ? "application/pdf"
                          : format == "docx" ? "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
                                             : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  response.set_header("Content-Disposition", (format == "pdf" ? "inline; filename*=UTF-8''" : "attachment; filename*=UTF-8''") +
                                                 encoded_name(title + "." + format));
  response.set_header("Cache-Control", "no-store");
  response.body = std::move(body);
}

void print_document(api::Call& call, http::Response& response, std::string_view kind) {
  const std::string format = require_format(call.query("format", "pdf"));
  const auto forms = current_forms(call);
  std::vector<std::string> keys = listed(call.query("form"));
  if (keys.empty()) {
    const auto* usual = usual_form(forms, kind);
    if (usual == nullptr) throw base::Error::field("form", "required");
    keys.push_back(usual->key);
  }
  if (keys.size() > (format == "pdf" ? kMostForms : 1))
    throw base::Error::field("form", "too_many", {{"max", format == "pdf" ? std::to_string(kMostForms) : "1"}});
  std::vector<const CurrentForm*> chosen;
  for (const auto& key : keys) chosen.push_back(&require_form(forms, key, kind));
  const Record document = api::open_record(call, kind, Action::kRead);
  const json::object data = print_data(call, document);
  std::vector<std::string> htmls;
  for (const auto* form : chosen) htmls.push_back(print::render_html(print::Template::parse(form->body), data, call.caller().language));
  const std::string number = number_in(data);
  answer_file(response, file_of(htmls, format), format, chosen.front()->name + (number.empty() ? "" : " " + number));
}

void write_form(base::JsonWriter& out, const CurrentForm& form) {
  out.key("key").text(form.key).key("name").text(form.name).key("is_own").boolean(form.is_own).key("entities").begin_array();
  for (const auto& entity : form.entities) out.text(entity);
  out.end_array();
}

// GET /print-forms?entity=
void list_forms(api::Call& call, http::Response& response) {
  const std::string entity = call.query("entity");
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  for (const auto& form : current_forms(call)) {
    if (!entity.empty() && !form.fits(entity)) continue;
    out.begin_object();
    write_form(out, form);
    out.end_object();
  }
  out.end_array().end_object();
}

// GET /print-forms/{key}: with the source, and what a template may use, for the editor.
void read_form(api::Call& call, http::Response& response) {
  const auto forms = current_forms(call);
  const std::string key(call.parameter(0));
  const auto found = std::find_if(forms.begin(), forms.end(), [&](const auto& form) { return form.key == key; });
  if (found == forms.end()) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  base::JsonWriter out(response.body);
  out.begin_object();
  write_form(out, *found);
  out.key("body").text(found->body).key("pipes").begin_array();
  for (const auto& pipe : print::template_pipes()) out.text(pipe);
  out.end_array().key("roots").begin_array();
  for (const auto& root : print::template_roots()) out.text(root);
  out.end_array().end_object();
}

// The data of a record, or those of an invented document where none is named.
json::object preview_data(api::Call& call, const json::object& body) {
  const std::string entity = base::json_string(body, "entity");
  const std::int64_t id = base::json_int(body, "id");
  if (id == 0) return base::parse_json(*base::find_resource("modules/documents/print/sample.json")).as_object();
  if (!is_document(entity)) throw base::Error::field("entity", "unknown_entity", {{"entity", entity}});
  const auto& def = call.registry->require(entity);
  std::optional<Record> document;
  call.read("print_preview", [&](const QueryContext& context) {
    auto found = entity::find_records(context, def, entity::where(def, "id", id), 1);
    document.reset();
    if (!found.empty()) document = std::move(found.front());
  });
  if (!document) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  return print_data(call, *document);
}

// POST /print-forms:preview {"body" or "form", "entity"?, "id"?, "format"?: html|pdf|docx|xlsx}: {"html"}, or the file.
void preview(api::Call& call, http::Response& response) {
  const json::object body = call.body();
  std::string source = base::json_string(body, "body");
  const std::string key = base::json_string(body, "form");
  if (source.empty() && key.empty()) throw base::Error::field("body", "required");
  const auto& templates = call.registry->require("print_template");
  if (!source.empty() && !entity::may(call.caller(), templates, Action::kUpdate)) {
    throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", templates.key}});
  }
  if (source.empty()) source = require_form(current_forms(call), key, {}).body;
  const std::string format = base::json_string(body, "format", "html");
  const print::Template parsed = print::Template::parse(source);
  const std::string html = print::render_html(parsed, preview_data(call, body), call.caller().language);
  if (format == "html") {
    base::JsonWriter out(response.body);
    out.begin_object().key("html").text(html).end_object();
  } else {
    answer_file(response, file_of({html}, require_format(format)), format, "preview");
  }
}

// The organisation asked for, else the default one.
std::int64_t own_company(const QueryContext& context, std::int64_t asked) {
  if (asked != 0) return asked;
  const auto& own = context.registry.require("own_company");
  const auto system = entity::Caller::system();
  const QueryContext all{context.connection, context.registry, *system, context.now};
  const auto found = entity::find_records(all, own, entity::where(own, "is_default", std::int64_t{1}), 1);
  if (found.empty()) throw base::Error::field("own_company", "required");
  return found.front().id;
}

void print_reconciliation(api::Call& call, http::Response& response) {
  const std::string format = require_format(call.query("format", "pdf"));
  const auto forms = current_forms(call);
  const auto& form = require_form(forms, call.query("form", "reconciliation"), "company");
  const ReconciliationRequest request = reconciliation_request(call);
  json::object data;
  call.read("reconciliation_print", [&](const QueryContext& context) {
    data = {{"statement", reconciliation(context, request)}};
    const std::int64_t own = own_company(context, request.own_company);
    const auto system = entity::Caller::system();
    data["seller"] = party_data({context.connection, context.registry, *system, context.now}, context.registry.require("own_company"), own);
    data["buyer"] = party_data(context, context.registry.require("company"), request.company);
    data["images"] = images_of_own(context, own, image_reader(call.context.files));
  });
  const std::string html = print::render_html(print::Template::parse(form.body), data, call.caller().language);
  answer_file(response, file_of({html}, format), format, form.name);
}

}  // namespace

void add_print_routes(http::Router& router, api::ApiContext& context) {
  using http::Method;
  const auto registry = context.catalog.current();
  for (const auto kind : kKinds) {
    const std::string path = "/" + registry->require(kind).plural + "/{id}/print";
    api::add_route(router, context,
                   {Method::kGet, path, [kind](api::Call& call, http::Response& response) { print_document(call, response, kind); }});
  }
  api::add_route(router, context, {Method::kGet, "/print-forms", list_forms});
  api::add_route(router, context, {Method::kGet, "/print-forms/{key}", read_form});
  api::add_route(router, context, {Method::kPost, "/print-forms:preview", preview});
  api::add_route(router, context, {Method::kGet, "/reconciliation/print", print_reconciliation});
}

}  // namespace documents
