// Templates and HTML with CSS out of hostile input; the first byte chooses one. Nothing but base::Error may come out, and no page
// writer may fall over what it is given.
#include <cstdint>
#include <cstdlib>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/print/print.hpp"

namespace {

const json::object& data() {
  static const json::value value = base::parse_json(
      R"({"document": {"number": "5", "date": "2026-01-15", "amount": "12345.67", "currency": "RUB", "comment": null}, "lines": [{"name": "a", "quantity": "2", "price": "1.5"}],
      "seller": {"name": "Иванов Иван Иванович"}, "today": "2026-02-01"})");
  return value.as_object();
}

void check_template(std::string_view text) {
  try {
    print::render_html(print::Template::parse(text), data(), "ru");
  } catch (const base::Error& error) {
    if (error.code() == base::ErrorCode::kInternal) std::abort();
  }
}

void check_page(std::string_view text, std::uint8_t writer) {
  try {
    if (writer == 1) print::to_pdf(text);
    if (writer == 2) print::to_docx(text);
    if (writer == 3) print::to_xlsx(text);
  } catch (const base::Error& error) {
    if (error.code() == base::ErrorCode::kInternal) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0 || size > 8192) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  if (bytes[0] % 4 == 0)
    check_template(text);
  else
    check_page(text, bytes[0] % 4);
  return 0;
}
