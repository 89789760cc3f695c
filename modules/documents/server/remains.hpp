// What is left of a line to be made into other documents.
//
// A line knows the line it was made from (`basis_line`) and the first of its chain (`root_line`). Of a line remains, for documents of
// one purpose, the smaller of: its quantity less that of lines made from it directly, and the quantity of the first line less that of all
// lines of the chain with this purpose. Acts and waybills have one purpose: shipment. Cancelled and deleted documents do not count;
// contracts and quotes as a basis are frames and have no remains to speak of: contracts may be used again and again, so may quotes for a
// new version.
#pragma once

#include <optional>

#include "server/entity/query.hpp"

namespace documents {

// Units of scale 6; nullopt: without limit. `but` is a document (by entity id and id) whose own lines do not count.
std::optional<std::int64_t> remaining(const entity::QueryContext& context, const entity::Record& line, std::string_view target_kind,
                                      entity::Link but = {});

}  // namespace documents
