#include "server/entity/field_types/contact_normaliser.hpp"

#include <algorithm>

#include "server/base/text.hpp"

namespace entity {

namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

// FIXME: gives way to base::parse_phone (numbering plans of every country) as soon as it is there.
NormalPhone normalise_phone(std::string_view raw, std::string_view region) {
  NormalPhone result;
  auto number = trim(raw);
  for (const std::string_view word : {";ext=", "ext.", "ext", "доб.", "доб", "вн.", "#"}) {
    const auto at = number.find(word);
    if (at == std::string_view::npos) continue;
    result.ext = base::digits(number.substr(at + word.size()));
    number = number.substr(0, at);
    break;
  }
  std::string digits = base::digits(number);
  const bool is_international = !number.empty() && number.front() == '+';
  if (!is_international && region == "RU" && digits.size() == 11 && digits.front() == '8') digits.front() = '7';
  if (!is_international && region == "RU" && digits.size() == 10) digits.insert(digits.begin(), '7');
  if (!is_international && digits.size() != 11) return result;
  result.is_valid = digits.size() >= 8 && digits.size() <= 15;
  if (result.is_valid) result.e164 = "+" + digits;
  return result;
}

// FIXME: gives way to base::parse_email as soon as it is there.
NormalEmail normalise_email(std::string_view raw) {
  NormalEmail result;
  const auto text = trim(raw);
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.size() > 254) return result;
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  if (local.size() > 64 || local.find_first_of(" \t\r\n@,;:<>()[]\\\"") != std::string_view::npos || local.back() == '.' || local.front() == '.') return result;
  if (domain.find('.') == std::string_view::npos || domain.front() == '.' || domain.back() == '.' || domain.find("..") != std::string_view::npos) return result;
  if (domain.find_first_of(" \t\r\n,;:<>()[]\\\"_/?#%&=+") != std::string_view::npos) return result;
  result.value = base::fold(text);
  result.is_valid = true;
  return result;
}

}  // namespace entity
