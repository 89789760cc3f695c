// What the catalogue answers other modules (server/entity/questions.hpp).
#pragma once

#include "server/entity/questions.hpp"

namespace catalog {

// catalog.lines {"company","own_company","date","currency","vat_mode","lines":[{"product"|null,"quantity","vat_rate"|absent}]}
//   → {"lines":[{"name","article","unit","vat_rate","price","cost","is_service","discount_percent","price_reason","country"}]}: what a line
//   without these values gets; a line that cannot be told has {"error":{"path","code","args":{…}}} as well.
// catalog.currency_rate {"currency","date"} → {"rate": "92.123400" | null}
// catalog.vat_rates {"ids":[…],"date"} → {"rates":[{"id","rate","code","is_exempt","is_over","is_not_yet"}]} in the order asked, null for
// unknown catalog.vat_rate {"code","date"} → {"id": N | null} catalog.discount_limit {"user"} is not asked here: see prices.hpp, route GET
// /discount-limit.
void add_questions(entity::Questions& questions);

}  // namespace catalog
