// Bank statements out of hostile bytes: refused by base::Error alone, and what is read is sound.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "modules/money/server/bank_file.hpp"
#include "modules/money/server/matching.hpp"

namespace {

void check(bool is_sound) {
  if (!is_sound) std::abort();
}

void check_file(const money::BankFile& file) {
  check(!file.accounts.empty() && !file.balances.empty() && file.to >= file.from);
  for (const auto& document : file.documents) {
    check(document.units > 0 && document.line > 0);
    check(std::find(file.accounts.begin(), file.accounts.end(), document.own_account) != file.accounts.end());
    check(money::bank_key(document, 0).size() <= 100);
    money::match_payment({document.units, "RUB", document.purpose, {1}}, {{1, 1, document.number, "RUB", document.day, document.units}},
                         {});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size > 65536) return 0;
  try {
    check_file(money::parse_bank_file({reinterpret_cast<const char*>(bytes), size}));
  } catch (const base::Error& error) {
    check(error.code() != base::ErrorCode::kInternal);
  }
  return 0;
}
