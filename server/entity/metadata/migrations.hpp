// Engine tables of the metadata: version, local layer, counters, passwords, the company.
#pragma once

#include <vector>

#include "server/store/database.hpp"

namespace entity {

// Numbers 1–19, 50 and 51.
//   sys_metadata     one row: version of the metadata, grows with every run-time change and with new shipped files
//   (their digest) sys_local_layer  rows over the shipped files: kind "entity" (custom entity), "field" (custom field),
//   "entity_patch",
//                    "field_patch" (overrides of listed properties); body as in entity files
//   sys_counter      series: record ids on SQLite ("id:<table>"), ids of custom entities and fields, auto numbers
//   sys_credential   argon2id hashes apart from sys_user, so that no record, search, audit or export ever meets them
//   sys_company      one row of the company's settings (company.hpp), absent until somebody set them
//   sys_schema_work  what large tables still lack (schema_work.hpp); sys_formula: expressions that stored values were computed with
const std::vector<store::Migration>& metadata_migrations();

}  // namespace entity
