// Normal forms of phones and e-mail addresses as the contact types store them.
#pragma once

#include <string>
#include <string_view>

namespace entity {

struct NormalPhone {
  std::string e164;    // "+74951234567"; empty when no number could be made of the text
  std::string ext;     // digits
  bool is_valid = false;
};
// `region`: ISO 3166 country of numbers without a country code.
NormalPhone normalise_phone(std::string_view raw, std::string_view region);

struct NormalEmail {
  std::string value;  // lower case, domain in its readable form; empty when it is no address
  bool is_valid = false;
};
NormalEmail normalise_email(std::string_view raw);

}  // namespace entity
