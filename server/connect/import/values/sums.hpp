// Sums of money as people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace connect {

struct ReadSum {
  std::string amount;    // plain decimal with at most `scale` digits behind the point: "-1234.50"
  std::string currency;  // ISO 4217; empty: none was named
  // A point or comma with three digits behind it could have meant either; taken as thousands.
  bool is_ambiguous = false;
  bool is_rounded = false;  // there were more digits than the scale, rounded half up
};

// «1 234,50 р.», «12,3 тыс», «1,5 млн», «47 181 руб. 37 коп.», «1,234.50», «46 004-50», «RUB 1234», «20.000 руб.». Exact: decimal digits
// all the way. nullopt: no sum, or more than one.
std::optional<ReadSum> read_sum(std::string_view text, int scale = 2);

}  // namespace connect
