// DMN 1.5 §10.3.4.3. Regular expressions are ICU's; XPath's differences that matter are in regex_*.
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <memory>

#include "server/base/text/text.hpp"
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

using Arguments = std::span<Value>;

std::int64_t code_points(const std::string& s) {
  std::int64_t n = 0;
  for (const char c : s) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

// Byte offset of code point `index`, the size when beyond.
std::size_t byte_of(const std::string& s, std::int64_t index) {
  std::size_t at = 0;
  while (index > 0 && at < s.size()) {
    ++at;
    while (at < s.size() && (static_cast<unsigned char>(s[at]) & 0xC0) == 0x80) ++at;
    --index;
  }
  return at;
}

Value substring(Evaluator& evaluator, Arguments a) {
  const std::string& text = *a[0].string();
  const auto whole = Number::round(*a[1].number(), 0, Rounding::kDown);
  const auto start = whole ? whole->to_integer() : std::nullopt;
  const std::int64_t size = code_points(text);
  if (!start || *start == 0 || *start > size || *start < -size) return evaluator.warn("bad_position");
  const std::int64_t first = *start > 0 ? *start - 1 : size + *start;
  std::int64_t count = size - first;
  if (a[2].number()) {
    const auto wanted = Number::round(*a[2].number(), 0, Rounding::kDown);
    const auto n = wanted ? wanted->to_integer() : std::nullopt;
    if (wanted && *wanted < Number(1)) return evaluator.warn("bad_length");
    if (n) count = std::min(count, *n);
  }
  const std::size_t begin = byte_of(text, first);
  const std::string rest = text.substr(begin);
  return rest.substr(0, byte_of(rest, count));
}

Value string_length(Evaluator&, Arguments a) { return code_points(*a[0].string()); }
Value upper_case(Evaluator&, Arguments a) { return base::to_upper(*a[0].string()); }
Value lower_case(Evaluator&, Arguments a) { return base::to_lower(*a[0].string()); }

Value substring_before(Evaluator&, Arguments a) {
  const auto at = a[0].string()->find(*a[1].string());
  return at == std::string::npos ? Value("") : Value(a[0].string()->substr(0, at));
}

Value substring_after(Evaluator&, Arguments a) {
  const auto at = a[0].string()->find(*a[1].string());
  return at == std::string::npos ? Value("") : Value(a[0].string()->substr(at + a[1].string()->size()));
}

Value contains(Evaluator&, Arguments a) { return a[0].string()->find(*a[1].string()) != std::string::npos; }
Value starts_with(Evaluator&, Arguments a) { return a[0].string()->starts_with(*a[1].string()); }
Value ends_with(Evaluator&, Arguments a) { return a[0].string()->ends_with(*a[1].string()); }

// Steps of ICU's matcher (thousands), so that a hostile pattern cannot run on.
constexpr std::int32_t kRegexTicks = 200;

struct Regex {
  icu::UnicodeString input;  // the matcher keeps a reference to it
  std::unique_ptr<icu::RegexMatcher> matcher;
};

// XPath's ways that ICU spells otherwise: "[A-Z-[OI]]" is a difference, \p{IsBasicLatin} a block, and the flag x drops
// white space everywhere but in classes.
std::string icu_pattern(const std::string& pattern, bool drop_space) {
  std::string out;
  int classes = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (drop_space && classes == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    if (c == '\\') {
      std::size_t next = i + 1;
      while (drop_space && classes == 0 && next < pattern.size() && pattern[next] == ' ') ++next;
      if (next >= pattern.size()) return pattern;
      out += c;
      out += pattern[next];
      i = next;
      if ((pattern[next] == 'p' || pattern[next] == 'P') && pattern.substr(next + 1, 1) == "{") {
        const std::size_t end = pattern.find('}', next);
        std::string name = pattern.substr(next + 2, end == std::string::npos ? end : end - next - 2);
        if (drop_space) std::erase(name, ' ');
        if (end == std::string::npos) return pattern;
        out += name.starts_with("Is") ? "{blk=" + name.substr(2) + "}" : "{" + name + "}";
        i = end;
      }
      continue;
    }
    if (c == '[') {
      if (classes > 0 && i > 0 && pattern[i - 1] == '-') out += '-';
      ++classes;
    } else if (c == ']' && classes > 0) {
      --classes;
    }
    out += c;
  }
  return out;
}

std::unique_ptr<Regex> compile_regex(const std::string& pattern, const Value& flags, const std::string& input) {
  std::uint32_t options = 0;
  bool drop_space = false;
  if (flags.string()) {
    for (const char c : *flags.string()) {
      switch (c) {
        case 's': options |= UREGEX_DOTALL; break;
        case 'm': options |= UREGEX_MULTILINE; break;
        case 'i': options |= UREGEX_CASE_INSENSITIVE; break;
        case 'x': drop_space = true; break;
        case 'q': options |= UREGEX_LITERAL; break;
        default: return nullptr;
      }
    }
  }
  UErrorCode status = U_ZERO_ERROR;
  auto out = std::make_unique<Regex>();
  out->input = icu::UnicodeString::fromUTF8(input);
  const std::string written = options & UREGEX_LITERAL ? pattern : icu_pattern(pattern, drop_space);
  out->matcher = std::make_unique<icu::RegexMatcher>(icu::UnicodeString::fromUTF8(written), options, status);
  if (U_FAILURE(status)) return nullptr;
  out->matcher->setTimeLimit(kRegexTicks, status);
  out->matcher->setStackLimit(1 << 20, status);
  out->matcher->reset(out->input);
  return U_FAILURE(status) ? nullptr : std::move(out);
}

Value matches(Evaluator& evaluator, Arguments a) {
  const auto regex = compile_regex(*a[1].string(), a[2], *a[0].string());
  if (!regex) return evaluator.warn("bad_pattern");
  evaluator.charge(static_cast<std::int64_t>(a[0].string()->size() / 16));
  UErrorCode status = U_ZERO_ERROR;
  const bool found = regex->matcher->find(0, status);
  if (U_FAILURE(status)) return evaluator.warn("bad_pattern");
  return found;
}

// XPath 3.1 fn:replace: $N takes as many digits as there are groups for, "\\" and "\$" are escapes, anything else after
// a backslash is an error.
bool append_replacement(icu::UnicodeString& out, const icu::UnicodeString& replacement, icu::RegexMatcher& matcher) {
  for (std::int32_t i = 0; i < replacement.length(); ++i) {
    const char16_t c = replacement[i];
    if (c == u'\\') {
      const char16_t next = i + 1 < replacement.length() ? replacement[i + 1] : u'\0';
      if (next != u'\\' && next != u'$') return false;
      out.append(next);
      ++i;
    } else if (c == u'$') {
      std::int32_t group = -1;
      while (i + 1 < replacement.length() && replacement[i + 1] >= u'0' && replacement[i + 1] <= u'9') {
        const std::int32_t longer = (group < 0 ? 0 : group * 10) + (replacement[i + 1] - u'0');
        if (group >= 0 && longer > matcher.groupCount()) break;
        group = longer;
        ++i;
      }
      if (group < 0) return false;
      if (group > matcher.groupCount()) continue;
      UErrorCode status = U_ZERO_ERROR;
      out.append(matcher.group(group, status));
    } else {
      out.append(c);
    }
  }
  return true;
}

bool matches_empty(const std::string& pattern, const Value& flags) {
  const auto regex = compile_regex(pattern, flags, "");
  UErrorCode status = U_ZERO_ERROR;
  return regex && regex->matcher->find(0, status) && U_SUCCESS(status);
}

Value replace(Evaluator& evaluator, Arguments a) {
  const auto regex = compile_regex(*a[1].string(), a[3], *a[0].string());
  if (!regex || matches_empty(*a[1].string(), a[3])) return evaluator.warn("bad_pattern");
  evaluator.charge(static_cast<std::int64_t>(a[0].string()->size() / 16));
  const bool plain = a[3].string() && a[3].string()->find('q') != std::string::npos;
  const icu::UnicodeString replacement = icu::UnicodeString::fromUTF8(*a[2].string());
  icu::UnicodeString out;
  std::int32_t last = 0;
  UErrorCode status = U_ZERO_ERROR;
  while (regex->matcher->find(status) && U_SUCCESS(status)) {
    out.append(regex->input, last, regex->matcher->start(status) - last);
    if (plain)
      out.append(replacement);
    else if (!append_replacement(out, replacement, *regex->matcher))
      return evaluator.warn("bad_replacement");
    last = regex->matcher->end(status);
    evaluator.check_string(static_cast<std::size_t>(out.length()));
  }
  if (U_FAILURE(status)) return evaluator.warn("bad_pattern");
  out.append(regex->input, last, regex->input.length() - last);
  std::string text;
  out.toUTF8String(text);
  return text;
}

Value split(Evaluator& evaluator, Arguments a) {
  const auto regex = compile_regex(*a[1].string(), {}, *a[0].string());
  if (!regex) return evaluator.warn("bad_pattern");
  evaluator.charge(static_cast<std::int64_t>(a[0].string()->size() / 16));
  List out;
  const auto add = [&](std::int32_t from, std::int32_t to) {
    std::string part;
    regex->input.tempSubStringBetween(from, to).toUTF8String(part);
    out.emplace_back(std::move(part));
    evaluator.check_list(out.size());
    evaluator.charge(1);
  };
  std::int32_t last = 0;
  UErrorCode status = U_ZERO_ERROR;
  while (regex->matcher->find(status) && U_SUCCESS(status)) {
    const std::int32_t from = regex->matcher->start(status), to = regex->matcher->end(status);
    if (to == from && (from == 0 || from == regex->input.length())) continue;  // "" splits into characters
    add(last, from);
    last = to;
  }
  if (U_FAILURE(status)) return evaluator.warn("bad_pattern");
  add(last, regex->input.length());
  return out;
}

Value string_join(Evaluator& evaluator, Arguments a) {
  const std::string delimiter = a[1].string() ? *a[1].string() : "";
  std::string out;
  bool first = true;
  for (const auto& item : *a[0].list()) {
    if (item.is_null()) continue;
    if (!item.string()) return evaluator.warn("wrong_argument_type");
    if (!first) out += delimiter;
    first = false;
    out += *item.string();
    evaluator.check_string(out.size());
  }
  return out;
}

}  // namespace

void add_string_builtins(BuiltinTable& t) {
  constexpr KindMask kText = kStringMask;
  t.push_back(
      {"substring", {{"string", kText}, {"start position", kNumberMask}, {"length", kNumberMask, true}}, Type::string(), substring});
  t.push_back({"string length", {{"string", kText}}, Type::number(), string_length});
  t.push_back({"upper case", {{"string", kText}}, Type::string(), upper_case});
  t.push_back({"lower case", {{"string", kText}}, Type::string(), lower_case});
  t.push_back({"substring before", {{"string", kText}, {"match", kText}}, Type::string(), substring_before});
  t.push_back({"substring after", {{"string", kText}, {"match", kText}}, Type::string(), substring_after});
  t.push_back({"contains", {{"string", kText}, {"match", kText}}, Type::boolean(), contains});
  t.push_back({"starts with", {{"string", kText}, {"match", kText}}, Type::boolean(), starts_with});
  t.push_back({"ends with", {{"string", kText}, {"match", kText}}, Type::boolean(), ends_with});
  t.push_back({"matches", {{"input", kText}, {"pattern", kText}, {"flags", kText, true}}, Type::boolean(), matches});
  t.push_back({"replace", {{"input", kText}, {"pattern", kText}, {"replacement", kText}, {"flags", kText, true}}, Type::string(), replace});
  t.push_back({"split", {{"string", kText}, {"delimiter", kText}}, Type::list(Type::string()), split});
  t.push_back({"string join", {{"list", kListMask}, {"delimiter", kText, true}}, Type::string(), string_join});
}

}  // namespace formula
