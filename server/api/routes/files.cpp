// Uploads and downloads.
#include "server/connect/files/files.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/write/save.hpp"
#include "server/http/syntax/multipart.hpp"
#include "server/http/syntax/range.hpp"
#include "server/http/syntax/sniff.hpp"
#include "server/http/syntax/url.hpp"

namespace api {

namespace {

constexpr std::size_t kChunkBytes = 256 << 10;

void check_may_upload(const entity::Caller& caller) {
  if (caller.key_scopes.empty()) return;
  for (const auto& scope : caller.key_scopes) {
    if (scope.ends_with(":write") || scope.ends_with(":*")) return;
  }
  throw base::Error(base::ErrorCode::kPermissionDenied, "upload_not_allowed");
}

// X-File-Name (percent-encoded UTF-8), else filename* or filename of Content-Disposition (RFC 6266, section 4).
std::string raw_name(const http::Request& request) {
  if (const auto given = request.header("X-File-Name"); !given.empty()) return http::percent_decode(given).value_or(std::string(given));
  const std::string_view header = request.header("Content-Disposition");
  if (const auto extended = header.find("filename*="); extended != std::string_view::npos) {
    std::string_view value = header.substr(extended + 10);
    value = value.substr(0, value.find(';'));
    const auto quote = value.rfind('\'');
    if (quote != std::string_view::npos) return http::percent_decode(http::trim_blanks(value.substr(quote + 1))).value_or("");
  }
  if (const auto plain = header.find("filename="); plain != std::string_view::npos) {
    std::string_view value = http::trim_blanks(header.substr(plain + 9));
    if (value.starts_with('"')) return std::string(value.substr(1, value.find('"', 1) - 1));
    return std::string(value.substr(0, value.find(';')));
  }
  return {};
}

entity::FileRow add(Call& call, std::string name, connect::ContentReader content) {
  return call.context.files.add({std::move(name), std::move(content), call.caller().user_id});
}

std::vector<entity::FileRow> add_parts(Call& call) {
  http::MultipartLimits limits;
  limits.max_file_bytes = call.context.files.max_bytes();
  std::vector<entity::FileRow> files;
  for (const auto& part : http::parse_multipart(call.request, limits)) {
    if (!part.file) continue;
    files.push_back(add(call, part.file_name.value_or(""),
                        [&part](std::int64_t offset, std::size_t max_bytes) { return part.file->read(offset, max_bytes); }));
  }
  if (files.empty()) throw base::Error::field("file", "required");
  return files;
}

entity::FileRow add_raw(Call& call) {
  const std::string_view body = call.request.body;
  return add(call, raw_name(call.request), [body](std::int64_t offset, std::size_t max_bytes) {
    const auto from = std::min(static_cast<std::size_t>(offset), body.size());
    return std::string(body.substr(from, max_bytes));
  });
}

void upload(Call& call, http::Response& response) {
  check_may_upload(call.caller());
  const bool is_form = call.request.header("Content-Type").starts_with("multipart/form-data");
  const auto files = is_form ? add_parts(call) : std::vector<entity::FileRow>{add_raw(call)};
  response.status = 201;
  response.set_header("Location", "/api/v1/files/" + std::to_string(files.front().id));
  base::JsonWriter out(response.body);
  if (files.size() == 1) {
    entity::write_file_json(files.front(), out);
    return;
  }
  out.begin_object().key("items").begin_array();
  for (const auto& file : files) entity::write_file_json(file, out);
  out.end_array().end_object();
}

// Not found for a file the caller may not read, as for records.
entity::FileRow readable_file(Call& call) {
  std::optional<entity::FileRow> file;
  call.read("file_read", [&](const entity::QueryContext& context) {
    file = entity::find_file(context.connection, call.id(0));
    if (!file) return;
    entity::ConnectionResolver resolver(context.connection, context.registry, context.now);
    const entity::FilterContext filters{context.registry, *context.registry.entities().front(), context.caller, context.now};
    if (!entity::may_read_file(context.connection, filters, *file, resolver)) file.reset();
  });
  if (!file) throw base::Error(base::ErrorCode::kNotFound, "file_not_found");
  return *file;
}

void stream(std::shared_ptr<const connect::StoredContent> content, const http::ByteRange& range, http::Response& response) {
  response.source_size = range.size();
  response.source = [content = std::move(content), at = range.first, end = range.last + 1](std::string& chunk) mutable {
    if (at >= end) return false;
    chunk = content->read(at, static_cast<std::size_t>(std::min<std::int64_t>(end - at, kChunkBytes)));
    if (chunk.empty()) throw base::Error(base::ErrorCode::kDataLoss, "file_content_lost");
    at += static_cast<std::int64_t>(chunk.size());
    return true;
  };
}

void download(Call& call, http::Response& response) {
  const auto file = readable_file(call);
  const std::string etag = http::make_etag(file.hash.substr(0, 32));
  response.set_header("ETag", etag);
  response.set_header("Cache-Control", "private, no-cache");
  if (http::matches_any_etag(call.request.header("If-None-Match"), etag)) {
    response.status = 304;
    return;
  }
  std::shared_ptr<const connect::StoredContent> content = call.context.files.open(file);
  if (!content) throw base::Error(base::ErrorCode::kDataLoss, "file_content_lost");
  const bool is_shown = http::sniff(content->read(0, http::kSniffBytes), file.name).is_safe_inline && !call.query_flag("download");
  response.content_type = file.mime;
  response.set_header("Content-Disposition",
                      http::content_disposition(is_shown ? http::Disposition::kInline : http::Disposition::kAttachment, file.name));
  response.set_header("Content-Security-Policy", "default-src 'none'; sandbox");
  response.set_header("Accept-Ranges", "bytes");
  const std::int64_t size = content->size();
  http::RangeRequest range;
  if (http::allows_range(call.request.header("If-Range"), etag, std::nullopt))
    range = http::parse_range(call.request.header("Range"), size);
  if (range.kind == http::RangeKind::kUnsatisfiable) {
    response.set_header("Content-Range", http::content_range_unsatisfiable(size));
    response.status = 416;
    return;
  }
  // Several ranges at once are answered with the whole (RFC 9110, section 14.2 allows it).
  if (range.kind == http::RangeKind::kPart && range.ranges.size() == 1) {
    response.status = 206;
    response.set_header("Content-Range", http::content_range(range.ranges.front(), size));
    stream(std::move(content), range.ranges.front(), response);
    return;
  }
  stream(std::move(content), {0, size - 1}, response);
}

}  // namespace

void add_file_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  // The form around the file takes some room of its own.
  const std::int64_t max_body = context.files.max_bytes() + (64 << 10);
  add_route(router, context, {Method::kPost, "/files", upload, RunsOn::kWritePool, SignIn::kRequired, max_body, BodyLimit::kOwn});
  add_route(router, context, {Method::kGet, "/files/{id}", download});
}

}  // namespace api
