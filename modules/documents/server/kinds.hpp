// The kinds of documents and what is made from what.
#pragma once

#include <array>
#include <string_view>

#include "server/entity/def.hpp"

namespace documents {

inline constexpr std::array<std::string_view, 7> kKinds{"quote", "sales_order", "invoice", "contract", "act", "waybill", "tax_invoice"};

bool is_document(std::string_view entity);
inline bool is_document(const entity::EntityDef& entity) { return is_document(entity.key); }

// May `to` be made from `from`? A quote from a quote is its next version, a tax invoice from a tax invoice its correction.
bool makes(std::string_view from, std::string_view to);

// States. A draft may be changed and deleted; all others are kept as they are.
bool is_draft(std::string_view state);
// Has a number and counts: posted; of quotes sent, accepted and rejected.
bool is_posted(std::string_view state);
bool may_follow(std::string_view before, std::string_view after);

}  // namespace documents
