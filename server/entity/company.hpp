// The company whose program this is: one row, set at the first run and changed by administrators. Part of the metadata, so that
// every node follows a change as it follows a new field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/json.hpp"
#include "server/store/database.hpp"

namespace entity {

class Registry;

struct Company {
  std::string name;
  std::int64_t logo = 0;                    // file id, an image; 0: none
  std::string base_currency = "RUB";        // ISO 4217; amounts of every money field are also kept in it
  std::string time_zone = "Europe/Moscow";  // IANA name; of new users, who may choose another
  std::string language = "ru";              // "ru" or "en"; of new users likewise
};

// The defaults above when nothing was set.
Company load_company(store::Connection& connection);
// Applies {"name","logo","base_currency","time_zone","language"}, members that are absent stay, and writes the row. `logo` is a
// file id, {"id": N} or null. Field errors: unknown_field, wrong_type, too_long, unknown_currency, unknown_time_zone, unknown_option,
// file_not_found, not_an_image. A base currency other than the present one is failed_precondition "base_currency_in_use" {entity,
// field} as soon as any record, the bin included, holds money or a rate: those amounts were reckoned in it.
Company change_company(store::Connection& connection, const Registry& registry, const json::object& patch, std::int64_t now_us,
                       std::int64_t user_id);

}  // namespace entity
