// JSON, decimals, times, ids, text forms and settings out of hostile input; the first byte chooses one.
#include <cstdint>
#include <cstdlib>

#include "server/base/decimal.hpp"
#include "server/base/json.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/config.hpp"
#include "server/base/text/text.hpp"
#include "server/base/time.hpp"
#include "server/base/uid.hpp"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_json(std::string_view text) {
  try {
    const json::value value = base::parse_json(text, {.max_bytes = 1 << 16});
    std::string out;
    base::JsonWriter(out).value(value);
    base::parse_json(out);
  } catch (const base::Error& error) {
    check(error.code() != base::ErrorCode::kInternal);
  }
}

void check_scalars(std::string_view text) {
  if (const auto value = base::parse_decimal(text, 4)) check(base::parse_decimal(base::to_string(*value), 4) == value);
  if (const auto value = base::parse_instant(text)) check(base::parse_instant(base::to_string(*value)) == value);
  if (const auto value = base::parse_date(text)) check(base::to_string(*value) == text);
  if (const auto value = base::parse_uid(text)) check(base::parse_uid(base::to_string(*value)) == value);
  if (const auto value = base::parse_duration(text)) check(value->count() >= 0);
  if (const auto value = base::parse_size(text)) check(*value >= 0);
}

void check_text(std::string_view text) {
  const std::string clean = base::clean_text(text);
  check(base::is_valid_utf8(clean) && base::clean_text(clean) == clean);
  const std::string folded = base::fold(text);
  check(base::is_valid_utf8(folded) && base::fold(folded) == folded);
  check(base::sort_key(text, 16) == base::sort_key(text, 1 << 16).substr(0, 16));
  for (const std::string_view word : base::words(folded)) check(!word.empty());
  base::swap_keyboard_layout(clean);
  base::to_cyrillic(clean);
  base::to_latin(base::prefix(clean, 200));
}

void check_config(std::string_view text) {
  base::Config config;
  config.declare({{.name = "a.b", .default_value = ""}, {.name = "list", .type = base::OptionType::kList, .default_value = ""}});
  try {
    config.load_file_text(text, "f");
    config.list("list");
  } catch (const base::Error& error) {
    check(error.code() != base::ErrorCode::kInternal);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: check_json(text); break;
    case 1: check_scalars(text); break;
    case 2: check_text(text); break;
    case 3: check_config(text); break;
  }
  return 0;
}
