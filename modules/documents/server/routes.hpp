// Actions on documents and what is read of them beside records; described in api.json.
#pragma once

#include "modules/documents/server/reconciliation.hpp"
#include "server/api/context.hpp"
#include "server/entity/questions.hpp"

namespace documents {

// `questions` and `notices` are the host's and outlive the routes.
void add_document_routes(http::Router& router, api::ApiContext& context, const entity::Questions& questions, entity::NoticeBox& notices);

// Posts a draft: its number is given; a quote whose discounts are beyond the caller's limit waits for approval instead, and who may
// approve is told.
void post_document(api::Call& call, const entity::Record& document, const entity::Questions& questions, entity::NoticeBox& notices);

// The query company, from, to, own_company, currency; Error field when one is missing or wrong.
ReconciliationRequest reconciliation_request(api::Call& call);

}  // namespace documents
