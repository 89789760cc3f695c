// Names of firms and persons: legal form and name, surname, first name and patronymic, position.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace connect {

struct LegalName {
  std::string form;        // «ООО»; empty: none stood there
  std::string name;        // without form and the quotes around it
  bool is_mended = false;  // letters of another script were put right
};
// The form may stand before, behind or in brackets, short, spelled out, in Latin letters or as zeros. A text that is nothing but a
// form keeps it as the name. Forms: data/legal_forms.json.
LegalName split_legal_name(std::string_view text);

struct PersonName {
  std::string last, first, middle;  // initials with a point: «И.»
  std::string position;             // when it stood in the same cell
  bool is_mended = false;
  std::string full() const;  // «Иванов Иван Иванович»
  bool empty() const { return last.empty() && first.empty() && middle.empty(); }
};
// Any order, initials on either side, without patronymic, without surname. First names: data/given_names.txt.
PersonName split_person(std::string_view text);

// «Иванов И.И., Петров П.П.»: the persons of a cell that names several, each with surname and first name; else the text alone.
std::vector<std::string> persons_in(std::string_view text);
// «ООО «Ромашка»» in a column of persons: the form stands there in capitals. «ИП» is a person.
bool is_organisation(std::string_view text);
// Words of the text that the name does not hold, initials and titles apart: «Мария 8916…» of Мария.
bool leaves_words_out(std::string_view text, const PersonName& name);

// «гл. бух» → «Главный бухгалтер»; what is unknown comes back tidied.
std::string full_position(std::string_view text);

// «Соколова М.», «М. Соколова» and «Соколова Мария Сергеевна» may be one person; different surnames never.
bool may_be_same_person(const PersonName& a, const PersonName& b);

}  // namespace connect
