// Names of firms and persons: legal form and name, surname, first name and patronymic, position.
#pragma once

#include <string>
#include <string_view>

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

// «гл. бух» → «Главный бухгалтер»; what is unknown comes back tidied.
std::string full_position(std::string_view text);

// «Соколова М.», «М. Соколова» and «Соколова Мария Сергеевна» may be one person; different surnames never.
bool may_be_same_person(const PersonName& a, const PersonName& b);

}  // namespace connect
