// Office Open XML workbooks (ECMA-376): .xlsx and .xlsm, row by row.
#pragma once

#include <memory>
#include <string>

#include "server/connect/tables/table.hpp"

namespace connect {

// `content` outlives the reader. Formulas give their stored values; styles tell dates from numbers.
std::unique_ptr<TableReader> open_xlsx(const StoredContent& content);

// A serial number of a date as text, "2024-03-17" or "2024-03-17 10:11:00"; empty when it is out of range. The 1900 system counts a
// 29 February 1900 that never was (ECMA-376 part 1, 18.17.4.1).
std::string date_of_serial(double serial, bool is_1904);

}  // namespace connect
