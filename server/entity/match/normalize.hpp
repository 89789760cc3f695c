// Comparison forms of names, persons, addresses and towns: what stays when spelling, script, order and decoration go.
// Pure functions; nothing here knows a customer, only how people write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace match {

// Consonant-exact Latin form of one folded word in either script, so that «Щукин», «Schukin» and «Shchukin» agree: one
// letter per Russian sound (w = ш щ sh sch, x = ч ch, c = ц ts, q = ж zh), soft signs dropped, doubled letters single,
// ё = е, й = и. Other scripts go through base::to_latin. ASCII letters and digits only.
std::string skeleton(std::string_view folded_word);
// The first letter and the consonants of a skeleton, doubled ones single: groups words that differ by vowels.
std::string consonants(std::string_view skeleton);

// Latin letters that only look Cyrillic put back in words that mix both («Cтpой» → «Строй»), a word typed on the other
// keyboard layout read as meant («Zrjhm» → «Якорь») where its own letters make no word.
std::string mend_script(std::string_view text);

struct Name {
  std::vector<std::string> words;  // skeletons in order of appearance, without legal forms and branches
  std::string form;                // "ooo", "ao", "ip", "llc" …; empty when the text names none
};
// The name of an organisation, a sole trader or a person.
Name normalize_name(std::string_view text);

// Words and numbers of an address without the words of its kinds (street, house, office, region), numbers without leading
// zeros, «10к1» as "10" and "1". Postcodes (six digits) are left out.
std::vector<std::string> normalize_address(std::string_view text);

// A town by its common short names («СПб», «Екб», «Н.Новгород», "Moscow") as one skeleton.
std::string normalize_town(std::string_view text);

}  // namespace match
