// Erasing a person's data for ever (152-ФЗ, art. 21): what the record and those that are about it say, their history, search text and
// files.
//
// Invariants
// - A record that points to the person by a link declared with "erase_with": true is erased with him, and one that holds, in an e-mail
//   field so declared (letters), an address which no other living card has; any other keeps standing, its link leads to a nameless
//   record in the bin. What the law wants kept (consents, requests, documents) declares nothing.
// - The log of erasures holds no personal data. Beside the table sys_erasure it is a file of the data folder, written before the data go:
//   a restored backup knows less than the file, and start-up erases again what the file names and the base does not.
// - Records that were merged into the person go with him, and what would undo the merge.
// - Erasure has no undo: history keeps who and when, no values.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/entity/module_host.hpp"
#include "server/entity/query.hpp"
#include "server/flow/jobs.hpp"

namespace flow {

const std::vector<store::Migration>& erasure_migrations();  // number 70

// A record that is being erased, and what tells who he was where only his words are kept: each inner list is found only together
// (surname and first name), a telephone or an address alone.
struct ErasedRecord {
  const entity::EntityDef* entity = nullptr;
  std::int64_t id = 0;
  std::vector<std::vector<std::string>> texts;
};
using WipeTraces = std::function<void(store::Connection&)>;
// Traces that a layer above keeps (imports, web hooks, notices): looked up on a snapshot, wiped by what it returns inside the erasing
// transaction.
using FindTraces = std::function<WipeTraces(store::Connection&, const std::vector<ErasedRecord>&)>;

struct ErasureOptions {
  std::string log_file;  // path of the file of erasures
  FindTraces traces = {};
};

// Job "erase_person" {entity, id, reason}.
void add_erasure(Jobs& jobs, entity::Services& services, ErasureOptions options);
// Erases again what the file names and the base does not know; at start, before anybody is served. Returns how many.
int replay_erasures(entity::Services& services, const ErasureOptions& options);
// Adds to the file what other nodes erased: at start and at the end, so that each node's file knows them all. Returns how many.
int mirror_erasures(entity::Services& services, const std::string& log_file);

struct ErasureScope {
  std::vector<std::string> fields;                            // of the record itself that hold something and would be emptied
  std::vector<std::pair<std::string, std::int64_t>> related;  // entity → records erased with it
};
// What the job would erase. Error not_found "record_not_found".
ErasureScope erasure_scope(entity::Services& services, const entity::EntityDef& entity, std::int64_t id);

// {"items": [{"id", "entity", "record_id", "at", "by", "reason", "fields", "related"}]}, newest first: the extract of the log.
void write_erasures(entity::Services& services, int limit, base::JsonWriter& out);

// Everything kept about a person: the record, all records that point to it, its history and files; system's eyes.
void write_person(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id, base::JsonWriter& out);

}  // namespace flow
