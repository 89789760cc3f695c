// Taking in what a visitor sent.
//
// Invariants
// - A form that is sent twice (a double click, a repeated request) makes one lead: the token's nonce is unique.
// - Lead, submission and the choice of who gets the lead are one transaction.
// - What looks like spam is kept apart without a lead, and answered like the rest.
#pragma once

#include "modules/intake/server/forms/form.hpp"
#include "server/api/open_routes.hpp"
#include "server/connect/files/files.hpp"

namespace intake {

struct Sent {
  std::map<std::string, std::string> values;
  std::vector<api::SentFile> files;
  std::string address;
};

class FormIntake {
 public:
  // All outlive it.
  FormIntake(entity::Services& services, connect::Files& files) : services_(services), files_(files) {}
  // Throws field errors with the names of the form's fields ("consent" for the consent); failed_precondition "form_expired" and
  // "form_too_fast"; resource_exhausted "form_too_often".
  void take(const Form& form, const Token& token, const Sent& sent);

 private:
  void check(const Form& form, const Sent& sent) const;
  json::object lead_values(const Form& form, const Sent& sent, const entity::EntityDef& leads) const;
  json::array store_files(const Sent& sent);
  void write(store::Connection& connection, const Form& form, const Token& token, const Sent& sent, const json::object& lead);
  std::int64_t find_open_lead(const entity::QueryContext& context, const Form& form, const Sent& sent) const;

  entity::Services& services_;
  connect::Files& files_;
};

// The consents of submissions whose lead has a contact by now are written to the register, once each.
void write_consents(entity::Services& services, const std::vector<entity::OutboxEvent>& events);

}  // namespace intake
