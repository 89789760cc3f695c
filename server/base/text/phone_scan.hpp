// From text to runs of digits. Used by phone.cpp and phone_scan.cpp alone.
#pragma once

#include <string>
#include <string_view>

#include "server/base/text/phone.hpp"

namespace base {

struct PhonePlan;

struct PhoneContext {
  const PhonePlan* home = nullptr;  // plan of the default region; nullptr: numbers need a country code
  std::string area_code;            // digits
};

// One number already reduced to ASCII digits; without an extension.
PhoneNumber parse_scanned(std::string_view digits, bool has_plus, const PhoneContext& context);

}  // namespace base
