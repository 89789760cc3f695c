// Share links: a document shown to whoever has its token, and that it was seen.
//
// POST /{plural}/{id}/share-links {"recipient"?, "expires_at"?} makes one; GET /shared/{token} is what the page shows, as JSON, and
// /shared/{token} outside the API is the page itself. Each look is counted; the first tells the owner. Drafts and cancelled documents are
// not shown. An offer may be accepted on its page.
#pragma once

#include "server/api/context.hpp"

namespace documents {

// A link is made by whoever may change the document; its token comes by itself.
class ShareLinkBehaviour final : public entity::Behaviour {
 public:
  explicit ShareLinkBehaviour(base::Random& random) : random_(random) {}  // the program's
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;

 private:
  base::Random& random_;
};

// The token of a link to the document that is open and has no end, made when there is none yet. Inside a transaction.
std::string share_token(api::Call& call, store::Connection& connection, const entity::Record& document, const std::string& recipient);

void add_share_routes(http::Router& router, api::ApiContext& context, entity::NoticeBox& notices);

// The page of a document in the language: `data` is what GET /shared/{token} answers.
std::string share_page(const json::object& data, const base::Localizer& texts, std::string_view language, std::string_view token);

}  // namespace documents
