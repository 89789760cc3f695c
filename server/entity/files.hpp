// Files that records hold: what is known of each (sys_file) and which records hold it (sys_file_reference). The bytes lie in
// server/connect/files.
//
// Invariants
// - `expires_at` is null exactly while some record holds the file, a record in the bin included; an upload that no record took and a
//   file that no record holds any more are removed when that time has passed.
// - References are written in the transaction that changes the record.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/base/time.hpp"
#include "server/entity/caller.hpp"
#include "server/entity/filter.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity {

// How long a file stays that no record took, and one that the last record let go (undo brings it back until then).
inline constexpr std::chrono::hours kNewFileKept{24};
inline constexpr std::chrono::hours kReleasedFileKept{24 * 30};

const std::vector<store::Migration>& file_migrations();  // number 45

struct FileRow {
  std::int64_t id = 0;
  std::string hash;  // SHA-256 of the content, lower-case hexadecimal
  std::string name, mime;
  std::int64_t size = 0;  // bytes
  std::int64_t created_by = 0;
  base::Instant created_at{};
};

std::optional<FileRow> find_file(store::Connection& connection, std::int64_t id);
// {"id","name","size","mime","url"}, the form of file fields in the API.
void write_file_json(const FileRow& file, base::JsonWriter& out);

// Administrators, whoever uploaded it, and those who may read some record and field that holds it.
bool may_read_file(store::Connection& connection, const FilterContext& context, const FileRow& file, RecordResolver& resolver);

// File ids in a file or image field, in order.
std::vector<std::int64_t> files_in(const Value& value);
bool is_file_field(const FieldDef& field);
// A file held by something that is no record (the company's logo): `after` is kept, `before` let go; 0: none. A reference of entity 0
// stands for it, readable by everybody who is signed in.
void hold_single_file(store::Connection& connection, std::int64_t before, std::int64_t after, base::Instant now);
// Brings the references in line with a saved record; `after` nullptr: the record is purged.
void update_file_references(store::Connection& connection, const Record* before, const Record* after, base::Instant now);

}  // namespace entity
