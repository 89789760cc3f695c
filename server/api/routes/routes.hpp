// The route groups of the API; each adds its own to the router.
#pragma once

#include "server/api/context.hpp"

namespace api {

void add_record_routes(http::Router& router, ApiContext& context);
void add_query_routes(http::Router& router, ApiContext& context);
void add_history_routes(http::Router& router, ApiContext& context);
void add_timeline_routes(http::Router& router, ApiContext& context);
void add_share_routes(http::Router& router, ApiContext& context);
void add_search_routes(http::Router& router, ApiContext& context);
// Invitations and new passwords by links from letters.
void add_password_link_routes(http::Router& router, ApiContext& context);
void add_session_routes(http::Router& router, ApiContext& context);
void add_job_routes(http::Router& router, ApiContext& context);
// Duplicates and merging.
void add_duplicate_routes(http::Router& router, ApiContext& context);
void add_setting_routes(http::Router& router, ApiContext& context);
void add_openapi_routes(http::Router& router, ApiContext& context);
void add_notice_routes(http::Router& router, ApiContext& context);
void add_web_hook_routes(http::Router& router, ApiContext& context);
void add_audit_routes(http::Router& router, ApiContext& context);
void add_status_routes(http::Router& router, ApiContext& context);
// Settings of outgoing mail; the letters themselves are records.
void add_mail_routes(http::Router& router, ApiContext& context);
void add_preset_routes(http::Router& router, ApiContext& context);
void add_file_routes(http::Router& router, ApiContext& context);
void add_import_routes(http::Router& router, ApiContext& context);
void add_metadata_routes(http::Router& router, ApiContext& context);
void add_metadata_formula_routes(http::Router& router, ApiContext& context);
void add_metadata_text_routes(http::Router& router, ApiContext& context);
void add_company_routes(http::Router& router, ApiContext& context);
// POST /multi: several reads in one request.
void add_multi_routes(http::Router& router, ApiContext& context);

inline constexpr std::string_view kProgramVersion = "0.1.0";
// A job as the API shows it.
void write_job(const flow::JobRow& row, base::JsonWriter& out);
std::int64_t private_memory_bytes();  // RssAnon
// Answers with the body's hash as ETag; 304 without a body when the client has it.
void answer_by_etag(const http::Request& request, http::Response& response);
// Writes "changes": [{"field","old","new"}] of an audit row (AuditRow::changes), fields that the caller may read.
void write_changes(const entity::QueryContext& context, const entity::EntityDef& entity, const std::string& changes, base::JsonWriter& out);
// Writes {"id","title"} of a record, title null when the record is gone or the caller may not read it.
void write_reference(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id, base::JsonWriter& out);

}  // namespace api
