// Actions on documents and what is read of them beside records; described in api.json.
#pragma once

#include "modules/documents/server/reconciliation.hpp"
#include "server/api/context.hpp"
#include "server/entity/questions.hpp"

namespace documents {

// `questions` and `notices` are the host's and outlive the routes.
void add_document_routes(http::Router& router, api::ApiContext& context, const entity::Questions& questions, entity::NoticeBox& notices);

// What posting makes of a draft: "posted"; of a quote "sent", or "approval" where its discounts are beyond the caller's limit.
std::string_view state_when_posted(api::Call& call, const entity::Record& document, const entity::Questions& questions);
// Lets an offer wait for approval; who may approve is told.
void ask_approval(api::Call& call, const entity::Record& document, entity::NoticeBox& notices);

// The query company, from, to, own_company, currency; Error field when one is missing or wrong.
ReconciliationRequest reconciliation_request(api::Call& call);

}  // namespace documents
