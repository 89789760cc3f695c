// What a head gets that does not say it: parties, currency and its rate, the mode of VAT.
#pragma once

#include "server/entity/questions.hpp"
#include "server/entity/record_service.hpp"

namespace documents {

// Of a draft. Errors: "no_currency_rate" at `rate`, "unknown_currency" at `currency`.
void fill_terms(entity::SaveContext& save, const entity::Questions& questions);

}  // namespace documents
