// Telephone numbers: E.164 forms of what people type, by the numbering plans of Google's libphonenumber (a build-time
// dependency, tools/phone_metadata) and its documented algorithm. No rule of any country is written here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

struct PhoneNumber {
  // "+74951234567"; empty when the digits cannot be a whole number of any country (a local number, a wrong length).
  std::string e164;
  std::string ext;     // ASCII digits, at most 7; empty when there is none
  bool valid = false;  // the numbering plan has such a number
  std::string region;  // "RU", "KZ"; "001" for codes without a country; empty when unknown
  // "mobile", "fixed_line", "fixed_line_or_mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal",
  // "pager", "uan", "voicemail"; empty when not valid.
  std::string type;
};

// "8 (495) 123-45-67" and "+7 495 123-45-67", without the extension; empty when e164 is.
std::string national_format(const PhoneNumber& number);
std::string international_format(const PhoneNumber& number);

// The first number in `raw`: an optional '+', digits in any script with the usual punctuation, then perhaps an extension
// («доб.», «вн.», ext, x, #, two commas). `default_region` (ISO 3166) tells how a number without a country code is
// dialled; `area_code_hint` ("495") completes a local one. nullopt: fewer than two digits. Thread-safe; about 2 us a Russian
// number (phone_bench.cpp, 2026-11).
std::optional<PhoneNumber> parse_phone(std::string_view raw, std::string_view default_region = "RU", std::string_view area_code_hint = {});

// One number of a cell that holds several.
struct PhoneEntry {
  std::string raw;  // as it stood, extension included
  // What a word beside it said: "mobile", "work", "home", "fax", "whatsapp", "telegram", "viber"; empty when nothing did.
  std::string kind;
  std::string note;  // other words beside it («Иван, склад»)
  PhoneNumber number;
};

// «8 (495) 123-45-67, 89161234567 доб. 12; моб. +375…» in the order of the cell. Text without digits gives nothing.
std::vector<PhoneEntry> split_phones(std::string_view cell, std::string_view default_region = "RU", std::string_view area_code_hint = {});

}  // namespace base
