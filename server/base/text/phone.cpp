// The algorithm follows the documentation of libphonenumber (PhoneNumberUtil: parse, isValidNumber, format) step by step.
#include "server/base/text/phone.hpp"

#include "server/base/text/phone_plan.hpp"
#include "server/base/text/phone_scan.hpp"

namespace base {

namespace {

// ITU-T E.164: 15 digits; libphonenumber allows 17 for Germany. Two is its shortest national number.
constexpr std::size_t kMinNationalDigits = 2;
constexpr std::size_t kMaxNationalDigits = 17;

enum class LengthVerdict { kPossible, kLocalOnly, kTooShort, kTooLong, kInvalid };

LengthVerdict judge_length(std::string_view national, const PhonePlan& plan) {
  const Lengths& lengths = plan.general.lengths;
  const std::size_t size = national.size();
  if (size < lengths.size() && plan.general.local.test(size)) return LengthVerdict::kLocalOnly;
  if (size < lengths.size() && lengths.test(size)) return LengthVerdict::kPossible;
  if (lengths.none()) return LengthVerdict::kInvalid;
  if (size >= lengths.size() || (lengths >> size).none()) return LengthVerdict::kTooLong;
  if ((lengths << (lengths.size() - size)).none()) return LengthVerdict::kTooShort;
  return LengthVerdict::kInvalid;
}

// "$1 $2" with the groups put in.
std::string fill_groups(std::string_view rule, const boost::cmatch& groups) {
  std::string out;
  for (std::size_t i = 0; i < rule.size(); ++i) {
    if (rule[i] == '$' && i + 1 < rule.size() && rule[i + 1] >= '1' && rule[i + 1] <= '9') {
      const auto& group = groups[rule[++i] - '0'];
      out.append(group.first, group.second);
    } else {
      out += rule[i];
    }
  }
  return out;
}

// Takes a national prefix off, unless the number is right with it and wrong without.
std::string without_national_prefix(std::string_view digits, const PhonePlan& plan) {
  boost::cmatch groups;
  if (plan.prefix.empty() || digits.empty() || !plan.prefix.match_start(digits, groups)) return std::string(digits);
  const auto length = static_cast<std::size_t>(groups[0].length());
  std::string rest(digits.substr(length));
  if (!plan.transform.empty() && groups.size() > 1 && groups[static_cast<int>(groups.size()) - 1].length() > 0) {
    rest = fill_groups(plan.transform, groups) + rest;
  }
  if (plan.general.pattern.matches(digits) && !plan.general.pattern.matches(rest)) return std::string(digits);
  return rest;
}

struct Parsed {
  const PhonePlan* plan;  // of the main region of the code, or the default one
  std::string national;   // national significant number
};

// Digits after a '+' or an international prefix begin with a country calling code of one to three digits.
const PhonePlan* take_country_code(std::string_view& digits) {
  if (digits.empty() || digits[0] == '0') return nullptr;
  for (std::size_t size = 1; size <= 3 && size < digits.size(); ++size) {
    if (const PhonePlan* plan = phone_plans().main_plan(digits.substr(0, size))) {
      digits.remove_prefix(size);
      return plan;
    }
  }
  return nullptr;
}

// The plan that the digits themselves name, cut off; nullptr when they are national. `is_wrong` when they name none.
const PhonePlan* find_country(std::string_view& digits, const PhonePlan* home, bool has_plus, bool& is_wrong) {
  if (!has_plus && home && !home->idd.empty()) {
    boost::cmatch groups;
    if (home->idd.match_start(digits, groups)) {
      const std::string_view rest = digits.substr(static_cast<std::size_t>(groups[0].length()));
      if (!rest.empty() && rest[0] != '0') {
        has_plus = true;
        digits = rest;
      }
    }
  }
  if (has_plus) {
    const PhonePlan* plan = take_country_code(digits);
    is_wrong = plan == nullptr;
    return plan;
  }
  if (!home || !digits.starts_with(home->code)) return nullptr;
  const std::string_view rest = digits.substr(home->code.size());
  const DigitPattern& general = home->general.pattern;
  if (judge_length(digits, *home) == LengthVerdict::kTooLong ||
      (!general.matches(digits) && general.matches(without_national_prefix(rest, *home)))) {
    digits = rest;
    return phone_plans().main_plan(home->code);
  }
  return nullptr;
}

std::optional<Parsed> parse_digits(std::string_view digits, bool has_plus, const PhonePlan* home) {
  bool is_wrong = false;
  const std::string_view all = digits;
  const PhonePlan* plan = find_country(digits, home, has_plus, is_wrong);
  if (is_wrong && has_plus) {
    // "+8 916 …": a plus typed before a national number.
    is_wrong = false;
    digits = all;
    plan = find_country(digits, home, false, is_wrong);
  }
  if (is_wrong) return std::nullopt;
  if (!plan) plan = home;
  if (!plan || digits.size() < kMinNationalDigits) return std::nullopt;
  std::string national = without_national_prefix(digits, *plan);
  const LengthVerdict verdict = judge_length(national, *plan);
  if (verdict == LengthVerdict::kTooShort || verdict == LengthVerdict::kLocalOnly || verdict == LengthVerdict::kInvalid) national = digits;
  if (national.size() < kMinNationalDigits || national.size() > kMaxNationalDigits) return std::nullopt;
  return Parsed{plan, std::move(national)};
}

// Name of the kind; empty when the plan has no such number.
std::string_view kind_of(std::string_view national, const PhonePlan& plan) {
  if (!plan.general.has_number(national)) return {};
  std::string_view found;
  for (const PhoneKind& kind : plan.kinds) {
    // Fixed lines and mobiles stand last and may overlap.
    if (found.empty() ? kind.has_number(national) : kind.name == "mobile" && kind.has_number(national)) {
      if (!found.empty()) return "fixed_line_or_mobile";
      found = kind.name;
      if (found != "fixed_line") return found;
    }
  }
  return found;
}

// The plan of the region that the number belongs to; nullptr when it is not valid anywhere under this code.
const PhonePlan* owner_of(const Parsed& parsed, std::string_view& kind) {
  const std::vector<std::string>* regions = phone_plans().regions(parsed.plan->code);
  if (!regions || regions->front() == "001" || regions->size() == 1) {
    kind = kind_of(parsed.national, *parsed.plan);
    return kind.empty() ? nullptr : parsed.plan;
  }
  for (const std::string& region : *regions) {
    const PhonePlan* plan = phone_plans().find(region);
    if (!plan) continue;
    if (!plan->leading.empty()) {
      if (!plan->leading.matches_start(parsed.national)) continue;
      kind = kind_of(parsed.national, *plan);
      return kind.empty() ? nullptr : plan;
    }
    kind = kind_of(parsed.national, *plan);
    if (!kind.empty()) return plan;
  }
  return nullptr;
}

const PhoneFormat* choose_format(std::string_view national, const std::vector<PhoneFormat>& formats, boost::cmatch& groups) {
  for (const PhoneFormat& format : formats) {
    if (!format.leading.empty() && !format.leading.matches_start(national)) continue;
    if (boost::regex_match(national.data(), national.data() + national.size(), groups, format.pattern.regex())) return &format;
  }
  return nullptr;
}

std::string format_national(std::string_view national, const PhonePlan& plan) {
  boost::cmatch groups;
  const PhoneFormat* format = choose_format(national, plan.formats, groups);
  if (!format) return std::string(national);
  if (format->national.empty()) return fill_groups(format->format, groups);
  // $1 of the national rule stands for the first group that the format names, which need not be the first of the pattern.
  std::string rule = format->format;
  const std::size_t first = rule.find('$');
  if (first == std::string::npos) return fill_groups(rule, groups);
  std::string national_rule = format->national;
  const std::size_t place = national_rule.find("$1");
  if (place != std::string::npos) national_rule.replace(place, 2, rule, first, 2);
  rule.replace(first, 2, national_rule);
  return fill_groups(rule, groups);
}

std::string format_international(std::string_view national, const PhonePlan& plan) {
  boost::cmatch groups;
  const PhoneFormat* format = choose_format(national, plan.international.empty() ? plan.formats : plan.international, groups);
  std::string out = "+" + plan.code + ' ';
  // "NA": not dialled from abroad.
  return out += !format || format->format == "NA" ? std::string(national) : fill_groups(format->format, groups);
}

// Only the main region of a code has all formats.
std::string formatted(const PhoneNumber& number, std::string (*format)(std::string_view, const PhonePlan&)) {
  if (number.e164.empty()) return {};
  std::string_view digits = std::string_view(number.e164).substr(1);
  const PhonePlan* plan = take_country_code(digits);
  return plan ? format(digits, *plan) : std::string();
}

PhoneNumber finish(const Parsed& parsed) {
  PhoneNumber number;
  std::string_view kind;
  const PhonePlan* owner = owner_of(parsed, kind);
  number.valid = owner != nullptr;
  if (!owner && judge_length(parsed.national, *parsed.plan) != LengthVerdict::kPossible) return number;
  number.type = kind;
  number.region = owner ? owner->region : std::string();
  number.e164.reserve(16);
  number.e164 += '+';
  number.e164 += parsed.plan->code;
  number.e164 += parsed.national;
  return number;
}

}  // namespace

std::string national_format(const PhoneNumber& number) { return formatted(number, format_national); }

std::string international_format(const PhoneNumber& number) { return formatted(number, format_international); }

PhoneNumber parse_scanned(std::string_view digits, bool has_plus, const PhoneContext& context) {
  const PhonePlan* home = context.home;
  PhoneNumber best;
  if (const auto parsed = parse_digits(digits, has_plus, home)) best = finish(*parsed);
  if (best.valid) return best;
  if (!has_plus && digits.starts_with("00")) {
    // ITU-T E.164 recommends 00 as the international prefix; it is typed also where the country has another.
    if (const auto parsed = parse_digits(digits.substr(2), true, nullptr)) {
      PhoneNumber abroad = finish(*parsed);
      if (abroad.valid) return abroad;
    }
  }
  if (!has_plus && home && !context.area_code.empty()) {
    const std::string whole = context.area_code + std::string(digits);
    if (const auto parsed = parse_digits(whole, false, home)) {
      PhoneNumber completed = finish(*parsed);
      if (completed.valid) return completed;
    }
  }
  return best;
}

}  // namespace base
