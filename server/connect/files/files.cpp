#include "server/connect/files/files.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/http/syntax/sniff.hpp"

namespace connect {

namespace {

constexpr int kSlice = 200;
constexpr std::size_t kMaxNameLength = 255;

std::int64_t size_of(const ContentReader& content, std::int64_t limit) {
  std::int64_t size = 0;
  while (true) {
    const auto piece = content(size, 1 << 20);
    if (piece.empty()) break;
    size += static_cast<std::int64_t>(piece.size());
    if (size > limit) throw base::Error::field("file", "file_too_large", {{"limit", std::to_string(limit)}});
  }
  if (size == 0) throw base::Error::field("file", "file_empty");
  return size;
}

}  // namespace

std::string clean_file_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string clean = base::clean_text(name);
  std::replace(clean.begin(), clean.end(), '\n', ' ');
  std::replace(clean.begin(), clean.end(), '\t', ' ');
  clean = std::string(base::prefix(clean, kMaxNameLength));
  return clean.empty() || clean == "." || clean == ".." ? "file" : clean;
}

entity::FileRow Files::add(const Upload& upload) {
  entity::FileRow row;
  row.size = size_of(upload.content, max_bytes_);
  row.name = clean_file_name(upload.name);
  row.mime = std::string(http::sniff(upload.content(0, http::kSniffBytes), row.name).content_type);
  row.hash = hash_of(upload.content);
  row.created_by = upload.user_id;
  row.created_at = clock_.now();
  store_->put(row.hash, upload.content);
  database_.write({.name = "file_add"}, [&](store::Connection& connection) {
    auto statement = connection.prepare(
        "file_add",
        "INSERT INTO sys_file(hash, name, mime, size, created_by, created_at, expires_at) VALUES($1, $2, $3, $4, $5, $6, $7) RETURNING id");
    statement.bind_text(1, row.hash).bind_text(2, row.name).bind_text(3, row.mime).bind(4, row.size).bind(5, row.created_by);
    statement.bind(6, base::to_micros(row.created_at)).bind(7, base::to_micros(row.created_at + entity::kNewFileKept)).step();
    row.id = statement.integer(0);
  });
  // The same content may have been on its way out between put and the row.
  if (!store_->has(row.hash)) store_->put(row.hash, upload.content);
  return row;
}

void Files::hold(std::int64_t id) {
  database_.write({.name = "file_hold"}, [&](store::Connection& connection) {
    connection.prepare("file_hold", "UPDATE sys_file SET expires_at = NULL WHERE id = $1").bind(1, id).run();
  });
}

void Files::release(std::int64_t id) {
  database_.write({.name = "file_release"}, [&](store::Connection& connection) {
    auto statement = connection.prepare("file_release",
                                        "UPDATE sys_file SET expires_at = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM "
                                        "sys_file_reference r WHERE r.file_id = sys_file.id)");
    statement.bind(1, base::to_micros(clock_.now())).bind(2, id).run();
  });
}

// One slice; hashes whose last row went.
std::vector<std::string> Files::take_expired(base::Instant now, std::int64_t& removed) {
  std::vector<std::string> hashes;
  database_.write({.name = "file_expire", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
    hashes.clear();
    std::vector<std::pair<std::int64_t, std::string>> rows;
    {
      auto statement = connection.prepare(
          "file_expired", "SELECT id, hash FROM sys_file WHERE expires_at IS NOT NULL AND expires_at < $1 ORDER BY expires_at LIMIT $2" +
                              std::string(connection.row_lock_sql()));
      statement.bind(1, base::to_micros(now)).bind(2, kSlice);
      while (statement.step()) rows.emplace_back(statement.integer(0), std::string(statement.text(1)));
    }
    for (const auto& [id, hash] : rows) {
      connection.prepare("file_delete", "DELETE FROM sys_file WHERE id = $1").bind(1, id).run();
      auto other = connection.prepare("file_same_content", "SELECT 1 FROM sys_file WHERE hash = $1 LIMIT 1");
      if (!other.bind_text(1, hash).step()) hashes.push_back(hash);
    }
    removed = static_cast<std::int64_t>(rows.size());
  });
  return hashes;
}

std::int64_t Files::remove_expired() {
  std::int64_t total = 0;
  while (true) {
    std::int64_t removed = 0;
    for (const auto& hash : take_expired(clock_.now(), removed)) store_->remove_older(hash, std::chrono::hours(1));
    total += removed;
    if (removed < kSlice) return total;
  }
}

}  // namespace connect
