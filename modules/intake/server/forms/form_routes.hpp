#pragma once

#include "server/api/context.hpp"

namespace intake {

// Open to everybody, outside the API: GET /forms/{key} (a page), GET /forms/{key}/embed.js, POST /forms/{key}/submit (multipart or
// urlencoded; answers JSON to whoever asks for it, else a page), OPTIONS for scripts of the allowed origins.
void add_form_routes(http::Router& router, api::ApiContext& context);
// POST /leads/{id}:distribute.
void add_intake_routes(http::Router& router, api::ApiContext& context);

}  // namespace intake
