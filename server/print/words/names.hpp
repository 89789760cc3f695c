// Cases of Russian names and positions, gender, short forms. The rules of names are data (tools/name_rules), those of
// positions are here: endings and a few words that keep their own way.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace print {

enum class Case { kNominative, kGenitive, kDative, kAccusative, kInstrumental, kPrepositional };
enum class Sex { kUnknown, kMale, kFemale };

// "genitive", "dative", …; nullopt: no such case.
std::optional<Case> parse_case(std::string_view name);

// Parts of a name; those that are not there are empty.
struct PersonName {
  std::string last, first, middle;
};

// "Иванов Иван Иванович" and "Иван Иванович Иванов": the patronymic, found by its ending, tells which word is which; of two
// words the first is the last name. Initials ("Иванов И. И.") become first and middle. Further words belong to the patronymic ("оглы").
PersonName parse_name(std::string_view full_name);

// By the patronymic, else by the first name, else by the last name.
Sex sex_of(const PersonName& name);

// Each part in the case. An unknown sex is read as male. Initials and words in Latin letters stay.
PersonName decline(const PersonName& name, Case target, Sex sex);
// "Иванова Ивана Ивановича" in the order of the text given.
std::string decline_name(std::string_view full_name, Case target);
// "Иванов И. И."
std::string short_name(std::string_view full_name);
// "И. И. Иванов"
std::string short_name_first(std::string_view full_name);

// "генеральный директор" → "генерального директора". What follows the main noun stays ("директор по продажам").
std::string decline_position(std::string_view position, Case target);

}  // namespace print
