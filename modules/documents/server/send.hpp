// Documents by mail.
//
// GET /{plural}/{id}/send-draft?form=KEY: {"to","cc","subject","text","forms","is_on"}, what a letter with it would say. In subject and
// text {number} stands for the number that a draft does not have yet, {link} for the address of a share link. POST /{plural}/{id}:send
// {"to":[…],"cc":[…],"subject","text","forms":[…]}: 201 {"state","letter":{"id","state"},"link"}. The forms go as PDF, the letter waits in
// the queue of outgoing_mail. An offer that is a draft is posted first; when its discounts want an approval nothing is sent: 202
// {"state":"approval","letter":null}.
#pragma once

#include "server/api/context.hpp"
#include "server/entity/questions.hpp"

namespace documents {

void add_send_routes(http::Router& router, api::ApiContext& context, const entity::Questions& questions, entity::NoticeBox& notices);

}  // namespace documents
