// What a visitor's browser is given: the form as a page of its own, and the script that puts it into another site.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "modules/intake/server/forms/form.hpp"
#include "server/base/program/localizer.hpp"

namespace intake {

std::string escape_html(std::string_view text);

// What is shown again after a mistake.
struct FormState {
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> errors;  // by field; "" for the whole form
};
// `hidden`: utm_… and page_url carried along.
std::string form_page(const Form& form, const base::Localizer& localizer, const std::string& token, const FormState& state,
                      const std::map<std::string, std::string>& hidden);
std::string thanks_page(const Form& form, const base::Localizer& localizer);
// Plain JavaScript without dependencies: draws the form in a shadow root behind its own script element and sends it by fetch.
std::string embed_script(const Form& form, const base::Localizer& localizer, const std::string& token);

}  // namespace intake
