// Printing of documents; described in api.json. The pages are made by server/print, the data by form_data.hpp.
//
// GET /{plural}/{id}/print?form=KEY[,KEY…]&format=pdf|docx|xlsx: the file; several forms make one PDF. Without `form` the first one
// that fits the entity. GET /print-forms?entity= lists forms, GET /print-forms/{key} gives the source of one, POST /print-forms:preview
// shows a template that is being edited. GET /reconciliation/print: the statement of reconciliation, with the query of /reconciliation.
#pragma once

#include "server/api/context.hpp"

namespace documents {

void add_print_routes(http::Router& router, api::ApiContext& context);

}  // namespace documents
