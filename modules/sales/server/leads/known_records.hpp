// Companies and contacts that a lead may be about, found by ИНН, telephone and e-mail.
#pragma once

#include <string>
#include <vector>

#include "server/entity/query.hpp"

namespace sales {

struct KnownRecord {
  std::int64_t id = 0;
  std::string by;  // "linked", "inn", "phone", "email", "contact" (the company of the contact that was found); the strongest reason
  bool is_readable = false;
  std::string title;
  std::int64_t owner = 0;
};

// What the lead says of itself, as the API shows it (telephones and e-mails with their normalised forms).
json::object lead_values(const entity::QueryContext& context, std::int64_t lead_id);

// Living records, strongest reason first, at most 20. Looked for over the whole base; the caller of `context` decides `is_readable`. Those
// he may not read have neither title nor reason.
std::vector<KnownRecord> known_companies(const entity::QueryContext& context, const json::object& lead);
std::vector<KnownRecord> known_contacts(const entity::QueryContext& context, const json::object& lead);
KnownRecord known_record(const entity::QueryContext& context, std::string_view entity_key, std::int64_t id, std::string by);

}  // namespace sales
