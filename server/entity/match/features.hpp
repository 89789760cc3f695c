// What duplicate search keeps of a record: per field the comparison forms of its values, small enough to store for each
// record and to compare millions of pairs by.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace match {

// What a field says of who the record is.
enum class Role {
  kName,    // organisation, sole trader or person: words, any order
  kPerson,  // a person beside the name (who answers the telephone); may change, so weighs less
  kText,    // a title of many words
  kPhone,
  kEmail,
  kSite,
  kInn,     // tax number: two right ones that differ mean two clients
  kBranch,  // КПП: tells branches of one ИНН apart
  kCode,    // another number that is one client's own (ОГРН, a card)
  kAddress,
  kTown,
  kDate,      // of birth
  kCategory,  // one of few values (region, year)
};

struct FieldSpec {
  std::string key;  // named in the reasons
  Role role = Role::kText;
};
using Schema = std::vector<FieldSpec>;

struct FieldFeatures {
  std::vector<std::string> values;  // by role; doubtful ones (a wrong check digit, a local number) begin with '?'
  std::string form;                 // kName: legal form
  friend bool operator==(const FieldFeatures&, const FieldFeatures&) = default;
};
struct Features {
  std::vector<FieldFeatures> fields;  // parallel to the schema
  friend bool operator==(const Features&, const Features&) = default;
};

// `region` (ISO 3166) tells how telephone numbers without a country code are dialled.
FieldFeatures make_features(Role role, const std::vector<std::string>& raw, std::string_view region = "RU");

// Text for a column, and back. decode of a text made under another schema gives what fits.
std::string encode(const Features& features);
Features decode(std::string_view text, std::size_t field_count);

// Stable over builds and machines: stored in indexes.
std::uint64_t stable_hash(std::string_view kind, std::string_view a, std::string_view b = {}, std::string_view c = {});

// What the frequency of values is counted by: one hash per word, number, address.
std::vector<std::uint64_t> counted_tokens(const Schema& schema, const Features& features);
std::uint64_t token_hash(Role role, std::string_view value);
// Of all the words together, in any order: «Сибирский двор» may be common where each word is rare.
std::uint64_t whole_hash(Role role, std::vector<std::string> words);
std::string_view email_domain(std::string_view email);
std::string_view email_local(std::string_view email);

}  // namespace match
