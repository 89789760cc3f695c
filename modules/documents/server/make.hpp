// A document out of another one, or out of a deal: the values it is created with. Creating it checks them again under locks.
#pragma once

#include "server/base/json_writer.hpp"
#include "server/entity/questions.hpp"
#include "server/entity/record_service.hpp"

namespace documents {

struct MakeRequest {
  const entity::EntityDef* target = nullptr;
  base::Date day;                      // of the new document
  const json::array* lines = nullptr;  // [{"line": id, "quantity"?, "price"?}]: only these; nullptr: all that remains
  std::string only;                    // "goods" or "services": only these lines
  std::string kind;                    // of a tax invoice: sale, advance, correction; "": sale, of a tax invoice its correction
  std::string sum;                     // of an advance: what was paid, VAT included
  std::string advance_name;            // text of the line of an advance
  std::string variant;                 // of a quote: a variant of this name instead of the next version
};

struct MadeValues {
  json::object values;  // for RecordService::create
  json::array notes;    // what is not as it was: {"line": position, "code", "from", "to"}
};

// `context` is the system's. Errors: "nothing_remains" and "document_is_cancelled" (failed_precondition); "more_than_remains" {left} at
// "lines[i].quantity", "unknown_record" at "lines[i].line"; of an advance "required" or "not_positive" at `sum`; "basis_not_allowed" at
// `to`.
MadeValues make_values(const entity::QueryContext& context, const entity::Questions& questions, const entity::Record& source,
                       const MakeRequest& request);

// {"items":[{"line","position","name","quantity","left","is_service"}]}: what remains of each line for documents of the kind.
void write_remains(const entity::QueryContext& context, const entity::Record& source, std::string_view target_kind, base::JsonWriter& out);

// The lines of a document in their order.
std::vector<entity::Record> stored_lines(const entity::QueryContext& context, const entity::Record& document);

}  // namespace documents
