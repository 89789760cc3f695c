// vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350) as a table: a row for each card, a column for each property.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/connect/tables/table.hpp"

namespace connect {

// Columns of every vCard file, in this order.
enum class VcardColumn {
  kFullName,
  kLastName,
  kFirstName,
  kMiddleName,
  kPrefix,
  kSuffix,
  kNickname,
  kOrganisation,
  kDepartment,
  kTitle,
  kRole,
  kPhones,
  kEmails,
  kAddress,
  kCity,
  kRegion,
  kPostalCode,
  kCountry,
  kStreet,
  kSites,
  kMessengers,
  kBirthday,
  kGender,
  kNote,
  kCategories,
  kUid,
  kOther,  // every property without a column of its own, a line each: «ANNIVERSARY: 2010-01-01»
};
inline constexpr int kVcardColumns = 27;
const std::vector<std::string>& vcard_column_names();

// One property line: "item1.TEL;TYPE=CELL:+7…", its value decoded (quoted-printable, character set) but not unescaped.
struct VcardProperty {
  std::string name;                // upper case, without the group
  std::vector<std::string> types;  // lower case
  std::string value;
};

// Unfolds and decodes one card from after BEGIN:VCARD to before END:VCARD.
std::vector<VcardProperty> parse_vcard_properties(std::string_view card);
// Cuts at unescaped `separator` and unescapes the parts.
std::vector<std::string> split_vcard_value(std::string_view value, char separator);

std::unique_ptr<TableReader> open_vcard(const StoredContent& content, const TableOptions& options);

}  // namespace connect
