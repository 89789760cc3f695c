#include "server/print/words/names.hpp"

#include <algorithm>
#include <vector>

#include "server/base/text/text.hpp"
#include "server/print/words/letters.hpp"
#include "server/print/words/name_rules.hpp"

namespace print {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text) {
    if (c != separator) {
      word += c;
    } else if (!word.empty() || separator != ' ') {
      out.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty() || separator != ' ') out.push_back(std::move(word));
  return out;
}

// No-break spaces are spaces here.
std::vector<std::string> words_of(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\u00a0") {
      plain += ' ';
      ++i;
    } else {
      plain += text[i] == '\t' || text[i] == '\n' ? ' ' : text[i];
    }
  }
  return split(plain, ' ');
}

bool is_cyrillic(char32_t letter) { return letter >= 0x400 && letter < 0x530; }

bool is_initial(std::string_view word) {
  const std::u32string letters = to_letters(word);
  return letters.size() == 1 || (letters.size() >= 2 && letters[1] == U'.');
}

bool has_ending(std::u32string_view word, std::u32string_view ending) { return word.ends_with(ending); }

const EndingRule* find_rule(const std::vector<EndingRule>& rules, std::u32string_view word, Sex sex, bool first_of_several, bool whole) {
  for (const auto& rule : rules) {
    if (rule.first_word_only && !first_of_several) continue;
    if (rule.sex != Sex::kUnknown && rule.sex != sex) continue;
    for (const auto& test : rule.tests) {
      if (whole ? word == test : has_ending(word, test)) return &rule;
    }
  }
  return nullptr;
}

std::u32string changed(std::u32string word, std::u32string_view change, bool upper) {
  for (const char32_t c : change) {
    if (c == U'.') continue;
    if (c == U'-') {
      if (!word.empty()) word.pop_back();
    } else {
      word += upper && c >= U'а' && c <= U'я' ? c - 32 : c;
    }
  }
  return word;
}

std::string decline_word(const std::string& word, Case target, Sex sex, const EndingRules& rules) {
  if (target == Case::kNominative || word.empty() || is_initial(word)) return word;
  const auto parts = split(word, '-');
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += '-';
    const std::u32string letters = to_letters(parts[i]);
    const std::u32string lower = to_letters(base::to_lower(parts[i]));
    if (letters.empty() || !is_cyrillic(letters.back())) {
      out += parts[i];
      continue;
    }
    const bool first_of_several = i == 0 && parts.size() > 1;
    const EndingRule* rule = find_rule(rules.exceptions, lower, sex, first_of_several, true);
    if (rule == nullptr) rule = find_rule(rules.endings, lower, sex, first_of_several, false);
    const bool upper = letters.size() > 1 && letters == to_letters(base::to_upper(parts[i]));
    out += rule == nullptr ? parts[i] : to_text(changed(letters, rule->changes[static_cast<std::size_t>(target) - 1], upper));
  }
  return out;
}

Sex sex_by(const std::string& word, const SexRules& rules) {
  const std::u32string lower = to_letters(base::to_lower(word));
  for (const auto* lists : {&rules.exceptions, &rules.endings}) {
    const bool whole = lists == &rules.exceptions;
    int found = 0;
    Sex sex = Sex::kUnknown;
    for (const auto& list : *lists) {
      const bool fits = std::any_of(list.tests.begin(), list.tests.end(), [&](const std::u32string& test) {
        if (whole && test.starts_with(U'-')) return has_ending(lower, std::u32string_view(test).substr(1));
        return whole ? lower == test : has_ending(lower, test);
      });
      if (!fits) continue;
      ++found;
      sex = list.sex;
    }
    if (found == 1) return sex;
    if (found > 1) return Sex::kUnknown;
  }
  return Sex::kUnknown;
}

bool is_patronymic(const std::string& word) {
  static const std::u32string kEndings[] = {U"ович", U"евич", U"ич", U"овна", U"евна", U"ична", U"инична"};
  const std::u32string lower = to_letters(base::to_lower(word));
  return lower.size() > 4 &&
         std::any_of(std::begin(kEndings), std::end(kEndings), [&](const auto& ending) { return has_ending(lower, ending); });
}

bool is_patronymic_tail(const std::string& word) {
  static const std::string_view kTails[] = {"оглы", "оглу", "углы", "угли", "улы", "уулу", "кызы", "кизи", "гызы", "кзы"};
  const std::string lower = base::to_lower(word);
  return std::find(std::begin(kTails), std::end(kTails), lower) != std::end(kTails);
}

// "И.И." as two initials.
std::vector<std::string> with_split_initials(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const auto& word : words) {
    const std::u32string letters = to_letters(word);
    if (letters.size() == 4 && letters[1] == U'.' && letters[3] == U'.') {
      out.push_back(to_text(letters.substr(0, 2)));
      out.push_back(to_text(letters.substr(2)));
    } else {
      out.push_back(word);
    }
  }
  return out;
}

std::string initial(const std::string& word) {
  const std::u32string letters = to_letters(word);
  if (letters.empty()) return {};
  std::string out;
  for (const auto& part : split(word, '-')) {
    if (!out.empty()) out += '-';
    out += first_upper(to_text(to_letters(part).substr(0, 1))) + ".";
  }
  return out;
}

std::string joined(const std::string& a, const std::string& b) { return a.empty() ? b : b.empty() ? a : a + " " + b; }

bool first_name_comes_first(std::string_view full_name, const PersonName& name) {
  const auto words = with_split_initials(words_of(full_name));
  return !words.empty() && !name.last.empty() && words.front() != name.last;
}

}  // namespace

std::optional<Case> parse_case(std::string_view name) {
  static constexpr std::string_view kNames[] = {"nominative", "genitive", "dative", "accusative", "instrumental", "prepositional"};
  const auto found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Case>(found - std::begin(kNames));
}

PersonName parse_name(std::string_view full_name) {
  auto words = with_split_initials(words_of(full_name));
  PersonName name;
  if (words.empty()) return name;
  if (words.size() > 2 && is_patronymic_tail(words.back())) {
    const std::string tail = words.back();
    words.pop_back();
    words.back() += " " + tail;
    if (words.size() == 3) return {words[0], words[1], words[2]};
  }
  if (words.size() == 1) {
    name.last = words[0];
  } else if (words.size() == 2) {
    if (is_initial(words[0]) || is_patronymic(words[1])) {
      name.first = words[0];
      (is_initial(words[0]) && !is_patronymic(words[1]) ? name.last : name.middle) = words[1];
    } else {
      name = {words[0], words[1], ""};
    }
  } else if (is_initial(words[0]) || (is_patronymic(words[1]) && !is_patronymic(words[2]))) {
    name = {words[2], words[0], words[1]};
  } else {
    name = {words[0], words[1], words[2]};
    for (std::size_t i = 3; i < words.size(); ++i) name.middle += " " + words[i];
  }
  return name;
}

Sex sex_of(const PersonName& name) {
  const NameRules& rules = name_rules();
  const std::pair<const std::string*, const SexRules*> parts[] = {
      {&name.middle, &rules.middle_sex}, {&name.first, &rules.first_sex}, {&name.last, &rules.last_sex}};
  for (const auto& [word, rule] : parts) {
    if (word->empty() || is_initial(*word)) continue;
    const Sex sex = sex_by(*word, *rule);
    if (sex != Sex::kUnknown) return sex;
  }
  return Sex::kUnknown;
}

PersonName decline(const PersonName& name, Case target, Sex sex) {
  const NameRules& rules = name_rules();
  const Sex read = sex == Sex::kUnknown ? Sex::kMale : sex;
  return {decline_word(name.last, target, read, rules.last), decline_word(name.first, target, read, rules.first),
          decline_word(name.middle, target, read, rules.middle)};
}

std::string decline_name(std::string_view full_name, Case target) {
  const PersonName name = parse_name(full_name);
  const PersonName out = decline(name, target, sex_of(name));
  if (first_name_comes_first(full_name, name)) return joined(joined(out.first, out.middle), out.last);
  return joined(joined(out.last, out.first), out.middle);
}

std::string short_name(std::string_view full_name) {
  const PersonName name = parse_name(full_name);
  if (name.last.empty()) return joined(name.first, name.middle);
  return joined(joined(name.last, initial(name.first)), initial(name.middle));
}

std::string short_name_first(std::string_view full_name) {
  const PersonName name = parse_name(full_name);
  if (name.last.empty()) return joined(name.first, name.middle);
  return joined(joined(initial(name.first), initial(name.middle)), name.last);
}

}  // namespace print
