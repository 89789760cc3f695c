#include "modules/documents/server/document_behaviour.hpp"
#include "modules/documents/server/kinds.hpp"
#include "modules/documents/server/numbering.hpp"
#include "modules/documents/server/print_routes.hpp"
#include "modules/documents/server/routes.hpp"
#include "modules/documents/server/scan.hpp"
#include "modules/documents/server/send.hpp"
#include "modules/documents/server/share.hpp"

namespace documents {

void register_documents(entity::ModuleHost& host) {
  for (const auto kind : kKinds) host.add_behaviour(kind, std::make_unique<DocumentBehaviour>(host.questions()));
  host.add_behaviour("document_line", std::make_unique<DocumentLineBehaviour>(host.questions()));
  host.add_routes([&host](http::Router& router, api::ApiContext& context) {
    add_document_routes(router, context, host.questions(), host.notices());
    add_print_routes(router, context);
    add_send_routes(router, context, host.questions(), host.notices());
    add_share_routes(router, context, host.notices());
  });
  host.add_behaviour("document_scan", std::make_unique<ScanBehaviour>());
  host.add_behaviour("share_link", std::make_unique<ShareLinkBehaviour>(host.services().random));
  host.add_behaviour("number_series", std::make_unique<NumberSeriesBehaviour>());
}

}  // namespace documents
