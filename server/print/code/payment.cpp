#include "server/print/code/payment.hpp"

#include <algorithm>
#include <vector>

#include "server/base/text/text.hpp"

namespace print {

namespace {

bool is_digits(std::string_view text, std::size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// One line, at most `limit` characters.
std::string cut(std::string_view text, std::size_t limit) {
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  line = std::string(base::prefix(line, limit));
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace

std::optional<std::string> payment_text(const Payment& payment) {
  const std::string corr = payment.corr_account.empty() ? "0" : payment.corr_account;
  if (!is_digits(payment.account, 20) || !is_digits(payment.bic, 9) || (corr != "0" && !is_digits(corr, 20))) return std::nullopt;
  std::vector<std::pair<std::string_view, std::string>> values = {{"Name", cut(payment.name, 160)},
                                                                  {"PersonalAcc", payment.account},
                                                                  {"BankName", cut(payment.bank_name, 45)},
                                                                  {"BIC", payment.bic},
                                                                  {"CorrespAcc", corr}};
  if (values[0].second.empty() || values[2].second.empty()) return std::nullopt;
  // "ST00012", five names with "=" and separators and the numbers take at most 102 bytes; 160 and 45 letters stay within 300 − 7.
  if (!payment.inn.empty() && payment.inn.size() <= 12) values.emplace_back("PayeeINN", payment.inn);
  if (is_digits(payment.kpp, 9)) values.emplace_back("KPP", payment.kpp);
  if (payment.kopecks > 0) values.emplace_back("Sum", std::to_string(payment.kopecks));
  if (std::string purpose = cut(payment.purpose, 210); !purpose.empty()) values.emplace_back("Purpose", std::move(purpose));
  char separator = 0;
  for (const char candidate : std::string_view("|~^;#*\x1d")) {
    const bool taken =
        std::any_of(values.begin(), values.end(), [&](const auto& value) { return value.second.find(candidate) != std::string::npos; });
    if (!taken) {
      separator = candidate;
      break;
    }
  }
  if (separator == 0) return std::nullopt;
  std::string out = "ST00012";
  for (const auto& [key, value] : values) {
    out += separator;
    out += key;
    out += '=';
    out += value;
  }
  return out;
}

}  // namespace print
