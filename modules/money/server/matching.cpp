#include "modules/money/server/matching.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "server/base/text/text.hpp"
#include "server/base/time.hpp"

namespace money {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Capital letters of both alphabets that look alike, Russian to Latin.
constexpr std::array<Pair, 12> kAlike{{{"А", "A"},
                                       {"В", "B"},
                                       {"Е", "E"},
                                       {"К", "K"},
                                       {"М", "M"},
                                       {"Н", "H"},
                                       {"О", "O"},
                                       {"Р", "P"},
                                       {"С", "C"},
                                       {"Т", "T"},
                                       {"У", "Y"},
                                       {"Х", "X"}}};
constexpr std::array<std::string_view, 12> kInvoiceWords{"счет", "счету", "счета", "счетам", "счетов",  "сч",
                                                         "сч.",  "сч-ту", "сч-та", "инвойс", "invoice", "invoices"};
constexpr std::array<std::string_view, 14> kBetween{"№", "n", "no", "nr", "и", "and", ",", ";", "от", "г", "года", "на", "оплату", "dated"};
constexpr std::size_t kMostCombined = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <typename List>
bool has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Words, and the separators that part numbers of a list.
std::vector<std::string> tokens_of(std::string_view text) {
  // Folding makes «No» of «№», which would grow together with the number behind it.
  std::string plain(text);
  for (std::size_t at = 0; (at = plain.find("№", at)) != std::string::npos;) plain.replace(at, std::string_view("№").size(), " # ");
  const std::string folded = base::fold(plain);
  std::vector<std::string> tokens;
  std::string word;
  const auto flush = [&] {
    while (!word.empty() && (word.back() == '.' || word.back() == ':' || word.back() == '-')) {
      if (word == "сч.") break;
      word.pop_back();
    }
    if (!word.empty()) tokens.push_back(std::exchange(word, {}));
  };
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const char c = folded[i];
    if (c == '#') {
      flush();
      tokens.emplace_back("№");
    } else if (c == ',' || c == ';') {
      const bool is_decimal = c == ',' && !word.empty() && is_digit(word.back()) && i + 1 < folded.size() && is_digit(folded[i + 1]);
      if (is_decimal && word.find_first_not_of("0123456789") == std::string::npos && i + 3 <= folded.size() && is_digit(folded[i + 2]) &&
          (i + 3 == folded.size() || !is_digit(folded[i + 3]))) {
        word += '.';  // «6864,00»
        continue;
      }
      flush();
      tokens.emplace_back(1, c == ';' ? ';' : ',');
    } else if (c == ' ' || c == '(' || c == ')' || c == '"' || c == '\'' || c == '=' || c == ':') {
      flush();
    } else {
      word += c;
    }
  }
  flush();
  return tokens;
}

// dd.mm.yyyy, dd.mm.yy
std::optional<std::int64_t> day_of(const std::string& token) {
  if ((token.size() != 10 && token.size() != 8) || token[2] != '.' || token[5] != '.') return std::nullopt;
  const std::string year = token.size() == 8 ? "20" + token.substr(6) : token.substr(6);
  const auto day = base::parse_date(year + "-" + token.substr(3, 2) + "-" + token.substr(0, 2));
  if (!day) return std::nullopt;
  return base::to_days(*day);
}

bool is_sum(const std::string& token) {
  const auto point = token.find('.');
  return token.back() == '%' || (point != std::string::npos && token.find_first_not_of("0123456789.") == std::string::npos);
}

std::string trailing_digits(const std::string& canonical) {
  std::size_t at = canonical.size();
  while (at > 0 && is_digit(canonical[at - 1])) --at;
  return canonical.substr(at);
}

std::string canonical_of(const OpenInvoice& invoice) {
  return invoice.canonical.empty() ? canonical_number(invoice.number) : invoice.canonical;
}

enum class Named { kNo, kShort, kFull };

Named how_named(const OpenInvoice& invoice, const Purpose& purpose) {
  const std::string number = canonical_of(invoice);
  if (number.empty()) return Named::kNo;
  const std::string digits = trailing_digits(number);
  const bool has_letters = digits.size() < number.size();
  if (has(purpose.numbers, number) || (has_letters && has(purpose.words, number))) return Named::kFull;
  return has_letters && !digits.empty() && has(purpose.numbers, digits) ? Named::kShort : Named::kNo;
}

class Matcher {
 public:
  Matcher(const Incoming& payment, const std::vector<OpenInvoice>& own, const std::vector<OpenInvoice>& other, const MatchRules& rules)
      : payment_(payment), other_(other), rules_(rules), purpose_(read_purpose(payment.purpose)) {
    for (const auto& invoice : own) {
      if (invoice.currency == payment.currency) own_.push_back(&invoice);
    }
    std::stable_sort(own_.begin(), own_.end(), [](const auto* a, const auto* b) { return a->date < b->date; });
  }

  Match match() {
    if (payment_.companies.empty()) return unknown("company_unknown");
    result_.company = payment_.companies.size() == 1 ? payment_.companies.front() : 0;
    find_named();
    if (is_ambiguous_) return review("several_numbers");
    if (!named_.empty()) return by_number();
    if (!purpose_.numbers.empty() && !own_.empty()) return review("number_not_found");
    return by_sum();
  }

 private:
  // Whole numbers first; a number without its letters stands for one only where no invoice has it whole.
  void find_named() {
    for (const auto* invoice : own_) {
      if (how_named(*invoice, purpose_) == Named::kFull && !is_known(invoice))
        choose([&](const auto* each) { return canonical_of(*each) == canonical_of(*invoice); });
    }
    const auto whole = named_;
    for (const auto& number : purpose_.numbers) {
      const auto ends_so = [&](const auto* each) { return trailing_digits(canonical_of(*each)) == number; };
      if (std::none_of(whole.begin(), whole.end(), ends_so)) choose(ends_so);
    }
  }

  bool is_known(const OpenInvoice* invoice) const {
    return std::any_of(named_.begin(), named_.end(), [&](const auto* known) { return canonical_of(*known) == canonical_of(*invoice); });
  }

  // Of equal numbers (of several years, of several organisations) the one whose date is named too.
  template <typename Fits>
  void choose(const Fits& fits) {
    std::vector<const OpenInvoice*> all, dated;
    for (const auto* invoice : own_) {
      if (!fits(invoice)) continue;
      all.push_back(invoice);
      if (has(purpose_.dates, invoice->date)) dated.push_back(invoice);
    }
    if (all.size() > 1 && dated.size() == 1) all = dated;
    is_ambiguous_ = is_ambiguous_ || all.size() > 1;
    for (const auto* invoice : all) {
      if (std::find(named_.begin(), named_.end(), invoice) == named_.end()) named_.push_back(invoice);
    }
  }

  static bool has(const std::vector<std::int64_t>& list, std::int64_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  Match by_number() {
    std::int64_t total = 0;
    for (const auto* invoice : named_) total += invoice->open;
    const std::int64_t company = named_.front()->company;
    const bool is_one_company = std::all_of(named_.begin(), named_.end(), [&](const auto* each) { return each->company == company; });
    if (!is_one_company) return review("several_companies");
    if (payment_.units > total) return review("larger_than_invoice");
    if (payment_.units < total && named_.size() > 1) return review("several_numbers");
    result_.company = company;
    result_.verdict = Match::Verdict::kMatched;
    result_.reason = payment_.units == total ? "number_and_sum" : "number_partial";
    result_.parts = filled(named_);
    return std::move(result_);
  }

  Match by_sum() {
    if (own_.empty()) {
      if (!other_.empty()) return unknown("number_not_found");
      if (result_.company == 0) return review("several_companies");
      result_.verdict = Match::Verdict::kAdvance;
      result_.reason = "no_debts";
      return std::move(result_);
    }
    std::vector<const OpenInvoice*> equal;
    for (const auto* invoice : own_) {
      if (invoice->open == payment_.units) equal.push_back(invoice);
    }
    if (equal.size() > 1) return review("same_sum");
    if (equal.empty() || !rules_.by_sum) return review("sum_not_found");
    result_.company = equal.front()->company;
    result_.verdict = Match::Verdict::kMatched;
    result_.reason = "sum";
    result_.parts = {{equal.front()->id, payment_.units}};
    return std::move(result_);
  }

  // Shared out in this order until nothing is left.
  std::vector<Part> filled(const std::vector<const OpenInvoice*>& invoices) const {
    std::vector<Part> parts;
    std::int64_t left = payment_.units;
    for (const auto* invoice : invoices) {
      const std::int64_t units = std::min(left, invoice->open);
      if (units > 0) parts.push_back({invoice->id, units});
      left -= units;
    }
    return parts;
  }

  void propose(const std::vector<const OpenInvoice*>& invoices, std::vector<std::string> reasons) {
    if (invoices.empty() || result_.candidates.size() >= kMostCandidates) return;
    Candidate candidate{invoices.front()->company, filled(invoices), std::move(reasons)};
    for (const auto& known : result_.candidates) {
      const bool is_same =
          known.parts.size() == candidate.parts.size() && std::equal(known.parts.begin(), known.parts.end(), candidate.parts.begin(),
                                                                     [](const Part& a, const Part& b) { return a.invoice == b.invoice; });
      if (is_same) return;
    }
    result_.candidates.push_back(std::move(candidate));
  }

  // Two or three invoices of one company that make up the sum.
  void propose_combinations() {
    const std::size_t count = std::min(own_.size(), kMostCombined);
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = a + 1; b < count; ++b) {
        if (own_[a]->company != own_[b]->company) continue;
        const std::int64_t two = own_[a]->open + own_[b]->open;
        if (two == payment_.units) propose({own_[a], own_[b]}, {"combination", "sum"});
        for (std::size_t c = b + 1; two < payment_.units && c < count; ++c) {
          if (own_[c]->company == own_[a]->company && two + own_[c]->open == payment_.units)
            propose({own_[a], own_[b], own_[c]}, {"combination", "sum"});
        }
      }
    }
  }

  Match review(std::string reason) {
    result_.verdict = Match::Verdict::kReview;
    result_.reason = std::move(reason);
    if (!named_.empty()) propose(named_, {"number"});
    for (const auto* invoice : own_) {
      if (invoice->open == payment_.units) propose({invoice}, {"sum"});
    }
    propose_other();
    propose_combinations();
    std::vector<const OpenInvoice*> all;
    for (const auto* invoice : own_) {
      if (invoice->company == own_.front()->company) all.push_back(invoice);
    }
    propose(all, {"oldest"});
    return std::move(result_);
  }

  void propose_other() {
    for (const auto& invoice : other_) {
      const bool is_own = std::find(payment_.companies.begin(), payment_.companies.end(), invoice.company) != payment_.companies.end();
      if (is_own || invoice.currency != payment_.currency || how_named(invoice, purpose_) == Named::kNo) continue;
      std::vector<std::string> reasons{"number"};
      if (invoice.open == payment_.units) reasons.emplace_back("sum");
      if (!payment_.companies.empty()) reasons.emplace_back("other_company");
      propose({&invoice}, std::move(reasons));
    }
  }

  Match unknown(std::string reason) {
    result_.verdict = Match::Verdict::kReview;
    result_.reason = std::move(reason);
    propose_other();
    return std::move(result_);
  }

  const Incoming& payment_;
  const std::vector<OpenInvoice>& other_;
  const MatchRules rules_;
  const Purpose purpose_;
  std::vector<const OpenInvoice*> own_, named_;
  bool is_ambiguous_ = false;
  Match result_;
};

}  // namespace

std::string canonical_number(std::string_view number) {
  std::string upper = base::to_upper(base::fold(number)), result;
  for (std::size_t i = 0; i < upper.size();) {
    const auto alike =
        std::find_if(kAlike.begin(), kAlike.end(), [&](const Pair& pair) { return upper.compare(i, pair.first.size(), pair.first) == 0; });
    if (alike != kAlike.end()) {
      result += alike->second;
      i += alike->first.size();
      continue;
    }
    const char c = upper[i++];
    const bool is_separator = c == '-' || c == '/' || c == ' ' || c == '_' || c == '.' || c == '\\';
    if (is_separator) {
      // Between digits it parts two numbers: 12/2 is not 122.
      if (!result.empty() && is_digit(result.back()) && i < upper.size() && is_digit(upper[i])) result += '/';
      continue;
    }
    const bool is_leading_zero = c == '0' && (result.empty() || !is_digit(result.back())) && i < upper.size() && is_digit(upper[i]);
    if (!is_leading_zero) result += c;
  }
  return result;
}

Purpose read_purpose(std::string_view text) {
  Purpose purpose;
  bool is_list = false, is_date = false;
  for (const auto& token : tokens_of(text)) {
    if (has(kInvoiceWords, token)) {
      is_list = true;
      is_date = false;
      continue;
    }
    if (const auto day = day_of(token)) {
      purpose.dates.push_back(*day);
      is_date = false;
      continue;
    }
    const bool has_digit = std::any_of(token.begin(), token.end(), is_digit);
    if (!has_digit) {
      is_date = token == "от" || (is_date && token != "№" && token != "," && token != ";");
      is_list = is_list && (is_date || has(kBetween, token));
      continue;
    }
    if (is_sum(token)) continue;
    std::string canonical = canonical_number(token);
    if (is_list && !is_date) purpose.numbers.push_back(canonical);
    purpose.words.push_back(std::move(canonical));
  }
  return purpose;
}

Match match_payment(const Incoming& payment, const std::vector<OpenInvoice>& own, const std::vector<OpenInvoice>& named,
                    const MatchRules& rules) {
  return Matcher(payment, own, named, rules).match();
}

void Match::doubt(const std::vector<std::int64_t>& alike) {
  std::vector<Candidate> all;
  for (const auto payment : alike) all.push_back({0, {}, {"entered"}, payment});
  if (verdict == Verdict::kMatched) all.push_back({company, std::move(parts), {reason == "sum" ? "sum" : "number"}});
  all.insert(all.end(), std::make_move_iterator(candidates.begin()), std::make_move_iterator(candidates.end()));
  if (all.size() > kMostCandidates) all.resize(kMostCandidates);
  *this = {Verdict::kReview, company, {}, "maybe_entered", std::move(all)};
}

json::object Match::to_json() const {
  json::array list;
  for (const auto& candidate : candidates) {
    json::array parts, why;
    for (const auto& part : candidate.parts) parts.push_back(json::object{{"invoice", part.invoice}, {"units", part.units}});
    for (const auto& each : candidate.reasons) why.emplace_back(each);
    json::object one{{"company", candidate.company}, {"parts", std::move(parts)}, {"reasons", std::move(why)}};
    if (candidate.payment != 0) one["payment"] = candidate.payment;
    list.push_back(std::move(one));
  }
  return {{"reason", reason}, {"candidates", std::move(list)}};
}

}  // namespace money
