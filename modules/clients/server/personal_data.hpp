// Consents and the requests of people about their data (152-ФЗ, 38-ФЗ).
#pragma once

#include "server/entity/module_host.hpp"

namespace clients {

// Invariants of a consent
// - What was agreed to does not change: purpose, channel, basis, person, time and text stand as they were given; it is withdrawn, never
//   deleted by people.
// - `is_active`: not withdrawn and not run out when last looked at; `text_hash` is the SHA-256 of the text.
// - A withdrawn marketing consent puts the person's numbers and addresses on the do-not-contact list, as hashes that outlive the card.
class ConsentBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
};

// The day by which the law wants an answer: 10 working days for access and for stopping, 7 for correction, 30 days for erasure.
class PersonRequestBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
};

// SHA-256 in hexadecimal of a normalised number or address: the form in which the do-not-contact list holds it.
std::string contact_hash(std::string_view normalised);
// Hashes of all phones and e-mails of a record that has them: {channel, hash}.
std::vector<std::pair<std::string, std::string>> contact_hashes(const entity::Record& record);

// Consents whose last day has passed are no longer active. Called about once an hour.
void expire_consents(entity::Services& services);

}  // namespace clients
