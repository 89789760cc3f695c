// A web form as visitors see it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/json.hpp"
#include "server/entity/module_host.hpp"
#include "server/entity/query.hpp"

namespace intake {

// What a form may ask for. "file" takes several files up to the form's limits.
struct FormField {
  std::string key;  // person_name, company_name, phone, email, city, inn, comment, file or a custom field of leads (x_…)
  std::string label;
  bool is_required = false;
};

struct Form {
  std::int64_t id = 0;
  std::string key, name, title, intro, button, thanks, thanks_url, consent_text, consent_version, privacy_url, source, lead_name, language;
  std::int64_t responsible = 0;
  std::vector<FormField> fields;
  std::vector<std::string> origins;  // allowed to embed it, "https://example.ru"
  std::int64_t max_files = 3, max_file_mb = 5, min_seconds = 3, per_hour = 20, join_minutes = 60;
};

// nullopt: unknown or switched off.
std::optional<Form> find_form(const entity::QueryContext& context, std::string_view key);
// `form_fields` as declared, or name, telephone, e-mail and comment. Errors: unknown keys, repeated ones.
std::vector<FormField> parse_form_fields(const json::value& declared, const entity::EntityDef& leads,
                                         std::vector<base::FieldError>& errors);
bool allows_origin(const Form& form, std::string_view origin, std::string_view host);

// Proof of when a form was opened: "<µs>.<random>.<HMAC>", under a secret of this base.
std::string make_token(const std::string& secret, std::string_view form_key, base::Instant now, base::Random& random);
struct Token {
  base::Instant issued{};
  std::string nonce;
};
std::optional<Token> read_token(const std::string& secret, std::string_view form_key, std::string_view text);
// Made at first use, the same on every node.
std::string form_secret(entity::Services& services);

class WebFormBehaviour final : public entity::Behaviour {
 public:
  explicit WebFormBehaviour(base::Random& random) : random_(random) {}  // outlives it
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;

 private:
  base::Random& random_;
};

}  // namespace intake
