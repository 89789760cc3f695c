// Which invoices a payment is for: by the numbers in its purpose, the company's open invoices and sums. Pure logic; what is not sure goes
// to a person with candidates and reasons.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json.hpp"

namespace money {

struct OpenInvoice {
  std::int64_t id = 0, company = 0;
  std::string number, currency;
  std::int64_t date = 0;  // days
  std::int64_t open = 0;  // hundredths still to be paid, above zero
  std::string canonical;  // canonical_number(number); empty: worked out when it is looked at
};

struct Incoming {
  std::int64_t units = 0;
  std::string currency, purpose;
  std::vector<std::int64_t> companies;  // with the payer's ИНН or account; empty: unknown
};

struct Part {
  std::int64_t invoice = 0, units = 0;
};

// A proposal for a person: what would be paid, and why it is thought of. Reasons: number, sum, date, combination, oldest, other_company;
// entered: it is `payment`, which somebody entered by hand, and pays nothing of its own.
struct Candidate {
  std::int64_t company = 0;
  std::vector<Part> parts;
  std::vector<std::string> reasons;
  std::int64_t payment = 0;
};

struct Match {
  enum class Verdict { kMatched, kAdvance, kReview } verdict = Verdict::kReview;
  std::int64_t company = 0;
  std::vector<Part> parts;  // kMatched
  // kMatched: number_and_sum, number_partial, sum. kAdvance: no_debts. kReview: company_unknown, several_companies, larger_than_invoice,
  // number_not_found, same_sum, several_numbers, sum_not_found, maybe_entered.
  std::string reason;
  std::vector<Candidate> candidates;  // kReview, best first, at most kMostCandidates

  // A person is asked whether it is one of the payments `alike` before what it would pay itself.
  void doubt(const std::vector<std::int64_t>& alike);
  json::object to_json() const;  // {"reason","candidates":[{"company","parts":[{"invoice","units"}],"reasons","payment"?}]}
};
inline constexpr std::size_t kMostCandidates = 5;

// What a purpose says of documents.
struct Purpose {
  std::vector<std::string> words;    // canonical, everything with a digit in it but dates and sums
  std::vector<std::string> numbers;  // canonical, of what stands behind «счёт», «сч.», invoice
  std::vector<std::int64_t> dates;   // days
};
Purpose read_purpose(std::string_view text);

// "СЧ-00012" → "CЧ12": letters that look alike are one, separators and leading zeros of each run of digits are dropped.
std::string canonical_number(std::string_view number);

struct MatchRules {
  bool by_sum = true;  // a sum that fits exactly one open invoice is enough where no number is named
};

// `own` are open invoices of the companies, `named` of any company whose number is among the words of the purpose.
Match match_payment(const Incoming& payment, const std::vector<OpenInvoice>& own, const std::vector<OpenInvoice>& named,
                    const MatchRules& rules = {});

}  // namespace money
