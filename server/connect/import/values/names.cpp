#include "server/connect/import/values/names.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/program/resources.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/import/values/text_repair.hpp"

namespace connect {

namespace {

std::string_view resource(std::string_view name) {
  const auto file = base::find_resource("server/connect/import/data/" + std::string(name));
  return file.value_or(std::string_view());
}

// Folded for comparison with forms: Latin look-alikes as Cyrillic letters, so that OOO and ООО are one.
std::string form_key(std::string_view folded) {
  static constexpr std::string_view kLatin = "aceopxykmthb";
  static constexpr std::array<std::string_view, 12> kCyrillic = {"а", "с", "е", "о", "р", "х", "у", "к", "м", "т", "н", "в"};
  std::string out;
  for (const char c : folded) {
    const auto at = kLatin.find(c);
    if (at != std::string_view::npos)
      out += kCyrillic[at];
    else
      out += c;
  }
  return out;
}

struct FormName {
  std::vector<std::string> words;  // as form_key
  std::string form;
};

// Longest first.
const std::vector<FormName>& form_names() {
  static const std::vector<FormName> names = [] {
    std::vector<FormName> all;
    const auto parsed = base::parse_json(resource("legal_forms.json"));
    for (const auto& entry : parsed.as_array()) {
      for (const auto& name : entry.at("names").as_array()) {
        FormName form;
        form.form = entry.at("form").as_string();
        for (const auto& word : words_in(std::string_view(name.as_string()))) form.words.push_back(form_key(word.text));
        all.push_back(std::move(form));
      }
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.words.size() > b.words.size(); });
    return all;
  }();
  return names;
}

bool matches(const std::vector<Word>& words, std::size_t at, const FormName& form) {
  if (at + form.words.size() > words.size()) return false;
  for (std::size_t i = 0; i < form.words.size(); ++i) {
    if (form_key(words[at + i].text) != form.words[i]) return false;
  }
  return true;
}

// A form of one or two letters must be written in capitals or stand apart by a bracket or comma: «ао», «ип» are words too.
struct FoundForm {
  std::string form;
  std::size_t begin = 0, end = 0;
};

std::optional<FoundForm> find_form(std::string_view text, const std::vector<Word>& words) {
  for (const auto& form : form_names()) {
    const std::size_t count = form.words.size();
    if (count >= words.size()) continue;
    if (matches(words, 0, form)) return FoundForm{form.form, words[0].begin, words[count - 1].end};
    const std::size_t last = words.size() - count;
    if (matches(words, last, form)) return FoundForm{form.form, words[last].begin, words.back().end};
  }
  // In the middle only inside brackets or between commas: «Якорь (ООО) Тверь».
  for (const auto& form : form_names()) {
    for (std::size_t at = 1; at + form.words.size() < words.size(); ++at) {
      if (!matches(words, at, form)) continue;
      const std::size_t begin = words[at].begin, end = words[at + form.words.size() - 1].end;
      if (begin > 0 && text[begin - 1] == '(' && end < text.size() && text[end] == ')') return FoundForm{form.form, begin, end};
      // «Ромашка ООО (бывш. Лютик)».
      const std::string_view slice = text.substr(begin, end - begin);
      if (text.substr(end).starts_with(" (") && base::to_upper(slice) == slice) return FoundForm{form.form, begin, end};
    }
  }
  return std::nullopt;
}

bool is_edge_sign(char32_t c) {
  return c == ' ' || c == ',' || c == ';' || c == '.' || c == '(' || c == ')' || c == '-' || c == U'–' || c == U'—' || c == '/' || c == ':';
}
bool is_quote(char32_t c) {
  return c == '"' || c == '\'' || c == U'«' || c == U'»' || c == U'„' || c == U'“' || c == U'”' || c == U'‟' || c == U'‘' || c == U'’' ||
         c == U'`' || c == U'‹' || c == U'›';
}

std::vector<std::pair<std::size_t, char32_t>> points_of(std::string_view text) {
  std::vector<std::pair<std::size_t, char32_t>> points;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    points.emplace_back(begin, c);
  }
  return points;
}

std::string without_edges(std::string_view text) {
  const auto points = points_of(text);
  std::size_t first = 0, last = points.size();
  while (first < last && is_edge_sign(points[first].second)) ++first;
  while (last > first && is_edge_sign(points[last - 1].second)) {
    // A bracket that closes one inside the name belongs to it, and so does the point of an initial.
    if (points[last - 1].second == ')' &&
        text.substr(points[first].first, points[last - 1].first - points[first].first).find('(') != std::string_view::npos)
      break;
    if (points[last - 1].second == '.' && last >= 2 + first && !is_edge_sign(points[last - 2].second) && !is_quote(points[last - 2].second))
      break;
    --last;
  }
  const std::size_t begin = first < points.size() ? points[first].first : text.size();
  const std::size_t end = last < points.size() ? points[last].first : text.size();
  return begin < end ? std::string(text.substr(begin, end - begin)) : std::string();
}

// Takes off quotes that stand around the whole name or open and never close.
std::string without_quotes(std::string text) {
  for (int round = 0; round < 3; ++round) {
    const auto points = points_of(text);
    if (points.empty()) break;
    const bool opens = is_quote(points.front().second), closes = is_quote(points.back().second);
    const auto inner =
        std::count_if(points.begin(), points.end(), [](const auto& p) { return is_quote(p.second); }) - (opens ? 1 : 0) - (closes ? 1 : 0);
    const bool is_around = opens && closes && points.size() > 1 && inner % 2 == 0;
    const bool is_stray = opens != closes && inner % 2 == 0;
    // «Завод «Маяк»: one closing quote for two opening ones.
    const bool is_doubled = opens && closes && inner % 2 == 1;
    if (!is_around && !is_stray && !is_doubled) break;
    std::size_t begin = 0, end = text.size();
    if (opens) begin = points.size() > 1 ? points[1].first : text.size();
    if (closes && !is_doubled) end = points.back().first;
    text = begin < end ? tidy(text.substr(begin, end - begin)) : std::string();
  }
  return text;
}

// Persons

const std::unordered_set<std::string>& given_names() {
  static const std::unordered_set<std::string> names = [] {
    std::unordered_set<std::string> all;
    for (const auto& word : words_in(resource("given_names.txt"))) all.insert(word.text);
    return all;
  }();
  return names;
}

bool ends_with_any(std::string_view word, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return word.size() > ending.size() + 3 && word.ends_with(ending); });
}

bool is_patronymic(std::string_view folded) {
  return ends_with_any(folded, {"ович", "евич", "овна", "евна", "инична", "ична"}) || folded == "ильич" || folded == "кузьмич" ||
         folded == "фомич" || folded == "лукич" || folded == "никитич" || folded == "саввич" || folded == "оглы" || folded == "кызы" ||
         folded == "ильинична" || folded == "никитична" || folded == "кузьминична" || folded == "фоминична";
}

bool looks_like_surname(std::string_view folded) {
  return ends_with_any(folded, {"ов", "ова", "ев",    "ева", "ин", "ина", "ын", "ына", "ский", "ская", "цкий", "цкая", "ко", "ук", "юк",
                                "ян", "дзе", "швили", "их",  "ых", "ик",  "ак", "як",  "ер",   "ич",   "ой",   "ый",   "ая", "ец", "енок"});
}

bool is_given(std::string_view folded) {
  if (given_names().contains(std::string(folded))) return true;
  const auto hyphen = folded.find('-');
  return hyphen != std::string_view::npos && given_names().contains(std::string(folded.substr(0, hyphen)));
}

// Beginnings of words that stand in names of positions.
bool is_position_word(std::string_view folded) {
  static constexpr std::array kStarts = {
      std::string_view("директор"),    std::string_view("бухгалтер"),   std::string_view("бух"),        std::string_view("менеджер"),
      std::string_view("мен-р"),       std::string_view("начальник"),   std::string_view("нач"),        std::string_view("зам"),
      std::string_view("замест"),      std::string_view("секретар"),    std::string_view("инженер"),    std::string_view("руковод"),
      std::string_view("снабж"),       std::string_view("закуп"),       std::string_view("отдел"),      std::string_view("специалист"),
      std::string_view("помощник"),    std::string_view("ассистент"),   std::string_view("приемн"),     std::string_view("гендир"),
      std::string_view("владелец"),    std::string_view("собственник"), std::string_view("учредит"),    std::string_view("президент"),
      std::string_view("логист"),      std::string_view("юрист"),       std::string_view("кассир"),     std::string_view("администратор"),
      std::string_view("комдир"),      std::string_view("генеральн"),   std::string_view("коммерческ"), std::string_view("исполнит"),
      std::string_view("финансов"),    std::string_view("техническ"),   std::string_view("главн"),      std::string_view("главбух"),
      std::string_view("председател"), std::string_view("управляющ"),   std::string_view("заведующ"),   std::string_view("мастер"),
      std::string_view("оператор"),    std::string_view("консультант"), std::string_view("эксперт"),    std::string_view("маркетолог"),
      std::string_view("продавец"),    std::string_view("прораб"),      std::string_view("механик"),    std::string_view("кладовщик"),
      std::string_view("manager"),     std::string_view("director"),    std::string_view("ceo"),        std::string_view("cfo"),
      std::string_view("cto"),         std::string_view("accountant"),  std::string_view("buyer")};
  static const std::unordered_set<std::string_view> kWhole = {"ген", "гл",  "дир",  "ком", "мен", "исп", "фин", "тех",  "вед",  "ст", "по",
                                                              "ио",  "и.о", "врио", "рук", "ред", "пр",  "оп",  "спец", "секр", "сн", "ит"};
  if (kWhole.contains(folded)) return true;
  return std::any_of(kStarts.begin(), kStarts.end(), [&](std::string_view start) { return folded.starts_with(start); });
}

struct NamePart {
  std::string text, folded;
  bool is_initial = false;
};

// Words of a name: «А.Г.» gives two initials, hyphens stay inside.
std::vector<NamePart> name_parts(std::string_view text) {
  std::vector<NamePart> parts;
  std::string word;
  bool had_point = false;
  const auto close = [&] {
    if (word.empty()) return;
    const bool is_single = base::length(word) == 1;
    const bool is_short = had_point && base::length(word) <= 2 && word == title_case(word);
    parts.push_back({word, base::fold(word), is_single || is_short});
    word.clear();
    had_point = false;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    const bool is_letter = (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z') || c >= 0x80;
    if (is_letter || ((c == '-' || c == '\'') && !word.empty())) {
      word += text.substr(begin, at - begin);
    } else {
      had_point = c == '.';
      close();
    }
  }
  close();
  // «А.Г» and «АГ» without points: the last letter is an initial as well when one letter stands alone.
  for (auto& part : parts) {
    while (part.text.ends_with('-')) part.text.pop_back();
  }
  std::erase_if(parts, [](const NamePart& part) { return part.text.empty(); });
  return parts;
}

std::string initial_of(const NamePart& part) { return title_case(base::to_upper(part.text)) + "."; }

void set_from_initials(const std::vector<NamePart>& parts, PersonName& name) {
  std::vector<const NamePart*> words, initials;
  for (const auto& part : parts) (part.is_initial ? initials : words).push_back(&part);
  if (words.size() == 1) {
    name.last = title_case(words[0]->text);
    name.first = initial_of(*initials[0]);
    if (initials.size() > 1) name.middle = initial_of(*initials[1]);
    return;
  }
  if (words.empty()) {
    name.first = initial_of(*initials[0]);
    if (initials.size() > 1) name.middle = initial_of(*initials[1]);
    return;
  }
  // «Иванова Мария П.» and «Мария П. Иванова».
  const bool is_first_given = is_given(words[0]->folded) && !is_given(words[1]->folded);
  name.last = title_case(words[is_first_given ? 1 : 0]->text);
  name.first = title_case(words[is_first_given ? 0 : 1]->text);
  name.middle = initial_of(*initials[0]);
}

void set_three(const std::vector<NamePart>& parts, PersonName& name) {
  const bool second = is_patronymic(parts[1].folded), third = is_patronymic(parts[2].folded);
  const bool is_first_last = (third && !(second && is_given(parts[0].folded))) || !second;
  std::array<std::size_t, 3> order = {2, 0, 1};  // places of surname, first name, patronymic
  if (is_first_last) order = {0, 1, 2};
  // «Мария Сидорова Ли» has no patronymic at the end: a known first name comes first.
  if (!second && !third && is_given(parts[0].folded) && !is_given(parts[1].folded)) order = {2, 0, 1};
  name.last = title_case(parts[order[0]].text);
  name.first = title_case(parts[order[1]].text);
  name.middle = title_case(parts[order[2]].text);
}

void set_two(const std::vector<NamePart>& parts, PersonName& name) {
  const bool given0 = is_given(parts[0].folded), given1 = is_given(parts[1].folded);
  const std::string first = title_case(parts[0].text), second = title_case(parts[1].text);
  if (is_patronymic(parts[1].folded) && (given0 || !looks_like_surname(parts[0].folded))) {
    name.first = first;
    name.middle = second;
    return;
  }
  bool is_surname_first = true;
  if (given0 != given1)
    is_surname_first = given1;
  else if (looks_like_surname(parts[0].folded) != looks_like_surname(parts[1].folded))
    is_surname_first = looks_like_surname(parts[0].folded);
  name.last = is_surname_first ? first : second;
  name.first = is_surname_first ? second : first;
}

void set_one(const NamePart& part, PersonName& name) {
  const std::string text = title_case(part.text);
  if (is_given(part.folded) || (!looks_like_surname(part.folded) && !is_patronymic(part.folded)))
    name.first = text;
  else
    name.last = text;
}

// «John F. Kennedy», «Kennedy, John»: the surname stands last unless a comma says otherwise.
void set_foreign(const std::vector<NamePart>& parts, bool has_comma, PersonName& name) {
  name.last = title_case(has_comma ? parts.front().text : parts.back().text);
  name.first = title_case(has_comma ? parts[1].text : parts.front().text);
  for (std::size_t i = has_comma ? 2 : 1; i + (has_comma ? 0 : 1) < parts.size(); ++i)
    name.middle += (name.middle.empty() ? "" : " ") + parts[i].text;
}

// Splits off «директор», «(гл. бухгалтер)», «— менеджер по закупкам».
std::string take_position(std::string& text) {
  std::string position;
  const auto is_position = [](std::string_view part) {
    const auto words = words_in(part);
    return !words.empty() && is_position_word(words[0].text) && !is_given(words[0].text);
  };
  for (const std::string_view separator : {"(", ",", ";", " - ", " – ", " — ", "/", ":"}) {
    const auto at = text.find(separator);
    if (at == std::string::npos) continue;
    std::string before = text.substr(0, at), behind = text.substr(at + separator.size());
    if (separator == "(" && behind.find(')') != std::string::npos) {
      const auto close = behind.find(')');
      before += " " + behind.substr(close + 1);
      behind.resize(close);
    }
    if (is_position(behind)) {
      position = behind;
      text = before;
    } else if (is_position(before)) {
      position = before;
      text = behind;
    } else {
      continue;
    }
    return tidy(position);
  }
  // Words of a position at the beginning or the end, without any sign between.
  const auto words = words_in(text);
  std::size_t lead = 0;
  while (lead < words.size() && is_position_word(words[lead].text) && !is_given(words[lead].text)) ++lead;
  if (lead > 0 && lead < words.size()) {
    position = text.substr(0, words[lead].begin);
    text.erase(0, words[lead].begin);
    return tidy(position);
  }
  std::size_t tail = words.size();
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (is_position_word(words[i].text) && base::length(words[i].text) > 2 && !is_given(words[i].text)) {
      tail = i;
      break;
    }
  }
  if (tail < words.size()) {
    position = text.substr(words[tail].begin);
    text.resize(words[tail].begin);
  }
  return tidy(position);
}

bool initial_matches(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return true;
  const std::string x = base::fold(a), y = base::fold(b);
  if (x.ends_with('.') || y.ends_with('.')) {
    const std::string first = x.substr(0, x.find('.')), second = y.substr(0, y.find('.'));
    return first.starts_with(base::prefix(second, 1));
  }
  return x == y;
}

}  // namespace

LegalName split_legal_name(std::string_view text) {
  LegalName result;
  const std::string tidied = tidy(text);
  const auto words = words_in(tidied);
  std::string rest = tidied;
  if (const auto found = find_form(tidied, words)) {
    result.form = found->form;
    const std::string before = tidied.substr(0, found->begin), behind = tidied.substr(found->end);
    rest = without_edges(before).empty() ? behind : without_edges(behind).empty() ? before : before + " " + behind;
    // A bracket that held the form is empty now.
    if (const auto empty = rest.find("( )"); empty != std::string::npos) rest.erase(empty, 3);
  }
  std::string name = without_quotes(without_edges(tidy(rest)));
  name = without_edges(name);
  if (name.empty()) {
    name = tidied;
    result.form.clear();
  }
  auto mended = mend_lookalikes(name);
  result.name = std::move(mended.text);
  result.is_mended = mended.is_changed;
  return result;
}

std::string PersonName::full() const {
  std::string text;
  for (const auto* part : {&last, &first, &middle}) {
    if (part->empty()) continue;
    if (!text.empty()) text += text.ends_with('.') && part->ends_with('.') ? "" : " ";
    text += *part;
  }
  return text;
}

PersonName split_person(std::string_view text) {
  PersonName name;
  auto mended = mend_lookalikes(tidy(text));
  name.is_mended = mended.is_changed;
  std::string rest = mended.text;
  name.position = take_position(rest);
  auto parts = name_parts(rest);
  static const std::unordered_set<std::string> kTitles = {"mr", "mrs", "ms",  "dr",   "господин", "госпожа",
                                                          "гн", "гжа", "г-н", "г-жа", "тов"};
  std::erase_if(parts, [](const NamePart& part) { return kTitles.contains(part.folded); });
  if (parts.empty()) return name;
  const bool has_initials = std::any_of(parts.begin(), parts.end(), [](const NamePart& part) { return part.is_initial; });
  // «оглы» and «кызы» belong to the patronymic.
  if (parts.size() >= 4 && (parts.back().folded == "оглы" || parts.back().folded == "кызы")) {
    parts[parts.size() - 2].text += " " + parts.back().text;
    parts.pop_back();
  }
  if (has_initials)
    set_from_initials(parts, name);
  else if (parts.size() == 1)
    set_one(parts[0], name);
  else if (!has_cyrillic(rest))
    set_foreign(parts, rest.find(',') != std::string::npos, name);
  else if (parts.size() == 2)
    set_two(parts, name);
  else
    set_three(parts, name);
  return name;
}

std::vector<std::string> persons_in(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',' || c == ';' || c == '/' || c == '\n' || c == '&')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (auto& part : parts) part = tidy(part);
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  const bool is_list = parts.size() > 1 && std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
                         const auto person = split_person(part);
                         return !person.last.empty() && !person.first.empty();
                       });
  return is_list ? parts : std::vector<std::string>{std::string(text)};
}

bool is_organisation(std::string_view text) {
  const auto words = words_in(text);
  // Names of persons are the rule: without a word in capitals there is no form to look for.
  const auto is_capital = [&](const Word& word) {
    const std::string_view slice = text.substr(word.begin, word.end - word.begin);
    return base::length(word.text) > 1 && slice != word.text && base::to_upper(slice) == slice;
  };
  const bool is_spelled_out = base::fold(text).starts_with("общество с ");
  if (!is_spelled_out && std::none_of(words.begin(), words.end(), is_capital)) return false;
  const std::string form = split_legal_name(text).form;
  if (form.empty() || form == "ИП" || form == "ЧП" || form == "ПБОЮЛ") return false;
  const std::string key = form_key(base::fold(form));
  return is_spelled_out ||
         std::any_of(words.begin(), words.end(), [&](const Word& word) { return is_capital(word) && form_key(word.text) == key; });
}

bool leaves_words_out(std::string_view text, const PersonName& name) {
  if (name.is_mended) return false;
  static const std::unordered_set<std::string> kTitles = {"mr", "mrs", "ms", "dr", "господин", "госпожа", "гн", "гжа", "тов"};
  std::unordered_set<std::string> kept;
  for (const auto& word : words_in(name.full())) kept.insert(word.text);
  for (const auto& word : words_in(name.position)) kept.insert(word.text);
  const auto words = words_in(text);
  return std::any_of(words.begin(), words.end(), [&](const Word& word) {
    return base::length(word.text) > 1 && !kept.contains(word.text) && !kTitles.contains(word.text);
  });
}

std::string full_position(std::string_view text) {
  struct Known {
    std::string_view full;
    std::array<std::string_view, 7> short_forms;
  };
  static constexpr std::array<Known, 9> kKnown = {
      {{"Генеральный директор", {"ген дир", "гендир", "ген директор", "гендиректор", "гд", "генеральный", "ceo"}},
       {"Главный бухгалтер", {"гл бух", "главбух", "гл бухгалтер", "глав бух", "глав бухгалтер", "главный бух", ""}},
       {"Заместитель директора", {"зам директора", "зам дир", "замдиректора", "замдир", "зам", "", ""}},
       {"Коммерческий директор", {"ком дир", "комдир", "комм директор", "комм дир", "ком директор", "коммерч директор", ""}},
       {"Финансовый директор", {"фин дир", "финдир", "фин директор", "финдиректор", "cfo", "", ""}},
       {"Технический директор", {"тех дир", "техдир", "тех директор", "техдиректор", "cto", "", ""}},
       {"Исполнительный директор", {"исп дир", "исп директор", "исполн директор", "", "", "", ""}},
       {"Менеджер по закупкам",
        {"мен р по закупкам", "менеджер закупок", "мен по закупкам", "закупщик", "менеджер по закупке", "м р по закупкам",
         "менедж по закупкам"}},
       {"Директор", {"дир", "дир р", "директор", "", "", "", ""}}}};
  std::string key;
  for (const auto& word : words_in(text)) {
    if (!key.empty()) key += ' ';
    key += word.text;
  }
  for (const auto& known : kKnown) {
    for (const auto form : known.short_forms) {
      if (!form.empty() && key == form) return std::string(known.full);
    }
  }
  // Short words one by one: «нач. отд. снабжения».
  static const std::unordered_map<std::string, std::string> kWords = {
      {"нач", "начальник"},    {"отд", "отдела"},      {"зам", "заместитель"}, {"гл", "главный"},
      {"бух", "бухгалтер"},    {"ген", "генеральный"}, {"дир", "директор"},    {"спец", "специалист"},
      {"рук", "руководитель"}, {"снаб", "снабжения"},  {"вед", "ведущий"},     {"менедж", "менеджер"}};
  const std::string tidied = tidy(text);
  std::string out;
  std::size_t at = 0;
  for (const auto& word : words_in(tidied)) {
    out += tidied.substr(at, word.begin - at);
    at = word.end;
    const auto known = kWords.find(word.text);
    out += known == kWords.end() ? tidied.substr(word.begin, word.end - word.begin) : known->second;
    if (known != kWords.end() && at < tidied.size() && tidied[at] == '.') ++at;
  }
  out += tidied.substr(at);
  if (out == base::to_lower(out)) out = base::to_upper(base::prefix(out, 1)) + out.substr(base::prefix(out, 1).size());
  return out;
}

bool may_be_same_person(const PersonName& a, const PersonName& b) {
  if (a.last.empty() || b.last.empty()) return false;
  if (base::fold(a.last) != base::fold(b.last)) return false;
  return initial_matches(a.first, b.first) && initial_matches(a.middle, b.middle);
}

}  // namespace connect
