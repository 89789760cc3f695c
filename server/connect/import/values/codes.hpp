// Registration codes (ИНН, КПП, ОГРН …) as spreadsheets and people leave them.
#pragma once

#include <string>
#include <string_view>

#include "server/base/text/codes.hpp"

namespace connect {

struct ReadCode {
  std::string value;              // the code; the tidied text when none could be read
  bool is_right = false;          // form and check digit are right
  bool is_zero_restored = false;  // a leading zero that a spreadsheet dropped was put back
  bool is_lost = false;           // «1,0277E+12»: digits are gone, there is no value
  std::string kpp;                // a right КПП that stood beside an ИНН
  // Words or numbers stood there besides: «7707083893 (старый 7736050003)».
  bool has_more = false;
};

// One code of a cell: a number cell with decimals («7707083893.0»), in scientific form as far as it holds every digit, labels
// («ИНН 77…»), two codes side by side. `text` is tidied.
ReadCode read_code(base::CodeKind kind, std::string_view text);

}  // namespace connect
