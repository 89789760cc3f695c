// What a printed form sees of a document: one JSON object, the names of which templates use. Described in README.md of the module.
//
// Money is decimal text in `document.currency`; quantities and percentages have no trailing zeros, prices two to four decimals; dates
// are "2026-11-22"; what is not there is null. Of the document itself the caller sees what he may read; of the parties their
// requisites and, of cards that he sees, the rest; fields that his role hides – of the document,
// its lines and their products as well – are null, and so are sums of what is hidden.
#pragma once

#include <functional>

#include "server/entity/query.hpp"

namespace documents {

// An image as "data:image/png;base64,…" by the id of its file; "" when there is none.
using ImageReader = std::function<std::string(store::Connection&, std::int64_t file_id)>;

// {"document","lines","before_lines","changes","changes_total","seller","seller_account","buyer","buyer_account","consignee","contact","contract","basis","manager",
//  "vat_totals","totals","payments","today","images"}. `context.caller` is whoever asks; the document is readable to him. `today` is his.
json::object form_data(const entity::QueryContext& context, const entity::Record& document, const ImageReader& images);

// A record that the form names: on it even for who does not see its card, with its requisites and nothing else; a field that the
// caller's role hides is null everywhere. null: there is none.
json::value party_data(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id);
// {"logo","stamp","director_signature","accountant_signature"} of an organisation.
json::object images_of_own(const entity::QueryContext& context, std::int64_t own_company, const ImageReader& read);

}  // namespace documents
