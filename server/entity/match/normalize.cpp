#include "server/entity/match/normalize.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "server/base/text/text.hpp"

namespace match {

namespace {

using Words = std::vector<std::string>;

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  std::size_t i = 0;
  for (auto at = text.find(from); at != std::string_view::npos; at = text.find(from, i)) {
    out.append(text, i, at - i);
    out += to;
    i = at + from.size();
  }
  return out.append(text, i);
}

// Folded words of a text; apostrophes inside words (soft signs of transliteration) do not part them, typographic quotes do.
Words folded_words(std::string_view text) {
  std::string clean = replaced(base::clean_text(text), "’", "'");
  for (const auto mark : {"''", "«", "»", "„", "“", "”"}) clean = replaced(clean, mark, "\"");
  clean = base::fold(mend_script(clean));
  clean = replaced(clean, "'", "");
  Words words;
  for (const auto word : base::words(clean)) words.emplace_back(word);
  return words;
}

struct Form {
  std::string_view key;
  std::array<std::string_view, 4> words;  // beginnings of the words that spell it
};

constexpr std::array<Form, 30> kSpelledForms = {{
    {"ooo", {"общество", "с", "ограниченн", "ответственн"}},
    {"ooo", {"общество", "с", "огр", "отв"}},
    {"ooo", {"общество", "ограниченн", "ответственн"}},
    {"ooo", {"общ", "с", "огр", "отв"}},
    {"ooo", {"limited", "liability", "company"}},
    {"pao", {"публичн", "акционерн", "общ"}},
    {"nao", {"непубличн", "акционерн", "общ"}},
    {"zao", {"закрыт", "акционерн", "общ"}},
    {"oao", {"открыт", "акционерн", "общ"}},
    {"ao", {"акционерн", "общ"}},
    {"ip", {"индивидуальн", "предпринимател"}},
    {"ip", {"индивид", "предпр"}},
    {"ip", {"инд", "предпр"}},
    {"ip", {"частн", "предпринимател"}},
    {"ano", {"автономн", "некоммерч", "организац"}},
    {"nko", {"некоммерч", "организац"}},
    {"fgup", {"федеральн", "государственн", "унитарн", "предприят"}},
    {"gup", {"государственн", "унитарн", "предприят"}},
    {"mup", {"муниципальн", "унитарн", "предприят"}},
    {"fgbu", {"федеральн", "государственн", "бюджетн", "учрежд"}},
    {"gbu", {"государственн", "бюджетн", "учрежд"}},
    {"mbu", {"муниципальн", "бюджетн", "учрежд"}},
    {"mku", {"муниципальн", "казен", "учрежд"}},
    {"mau", {"муниципальн", "автономн", "учрежд"}},
    {"tszh", {"товарищ", "собственник", "жиль"}},
    {"tsn", {"товарищ", "собственник", "недвиж"}},
    {"snt", {"садов", "некоммерч", "товарищ"}},
    {"kfh", {"крестьянск", "фермерск", "хозяйств"}},
    {"pk", {"производственн", "кооператив"}},
    {"ooo", {"товарищ", "с", "огр", "отв"}},
}};

struct ShortForm {
  std::string_view word, key;
};
constexpr std::array<ShortForm, 60> kShortForms = {{
    {"ооо", "ooo"}, {"ooo", "ooo"},   {"000", "ooo"},     {"ооо", "ooo"},  {"тоо", "ooo"},  {"ао", "ao"},           {"ao", "ao"},
    {"пао", "pao"}, {"pao", "pao"},   {"оао", "oao"},     {"oao", "oao"},  {"зао", "zao"},  {"zao", "zao"},         {"нао", "nao"},
    {"nao", "nao"}, {"ип", "ip"},     {"ip", "ip"},       {"чп", "ip"},    {"пбоюл", "ip"}, {"ано", "ano"},         {"ano", "ano"},
    {"нко", "nko"}, {"чоу", "ano"},   {"фгуп", "fgup"},   {"гуп", "gup"},  {"муп", "mup"},  {"фгбу", "fgbu"},       {"гбу", "gbu"},
    {"мбу", "mbu"}, {"мку", "mku"},   {"мау", "mau"},     {"тсж", "tszh"}, {"тсн", "tsn"},  {"снт", "snt"},         {"кфх", "kfh"},
    {"llc", "ooo"}, {"ltd", "ltd"},   {"limited", "ltd"}, {"inc", "inc"},  {"corp", "inc"}, {"corporation", "inc"}, {"gmbh", "gmbh"},
    {"jsc", "ao"},  {"ojsc", "oao"},  {"pjsc", "pao"},    {"cjsc", "zao"}, {"plc", "plc"},  {"sarl", "sarl"},       {"srl", "srl"},
    {"bv", "bv"},   {"oy", "oy"},     {"ag", "ag"},       {"mbu", "mbu"},  {"mup", "mup"},  {"gup", "gup"},         {"fgup", "fgup"},
    {"gbu", "gbu"}, {"fgbu", "fgbu"}, {"tsj", "tszh"},    {"sole", ""},
}};

// «О.О.О.»: letters one by one that together are a form. Only three letters and more: «А. О.» are initials.
constexpr std::array<std::string_view, 8> kDottedForms = {"ооо", "оао", "зао", "пао", "ooo", "oao", "zao", "pao"};

bool spells(const Words& words, std::size_t at, const Form& form, std::size_t& length) {
  length = 0;
  for (const auto part : form.words) {
    if (part.empty()) break;
    if (at + length >= words.size() || !words[at + length].starts_with(part)) return false;
    if (part.size() <= 2 && words[at + length] != part) return false;
    ++length;
  }
  return true;
}

std::size_t form_at(const Words& words, std::size_t at, std::string_view& key) {
  std::size_t length = 0;
  for (const auto& form : kSpelledForms) {
    if (!spells(words, at, form, length)) continue;
    key = form.key;
    return length;
  }
  if (at + 2 < words.size()) {
    const std::string joined = words[at] + words[at + 1] + words[at + 2];
    const bool is_spelled_out = base::length(joined) == 3;
    if (is_spelled_out && std::find(kDottedForms.begin(), kDottedForms.end(), joined) != kDottedForms.end()) {
      key = form_at({joined}, 0, key) == 1 ? key : "ooo";
      return 3;
    }
  }
  for (const auto& form : kShortForms) {
    if (words[at] != form.word || form.key.empty()) continue;
    key = form.key;
    return 1;
  }
  return 0;
}

bool is_branch_word(std::string_view word) {
  return word.starts_with("филиал") || word.starts_with("представительств") || word.starts_with("обособленн") || word == "branch";
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// «10к1» → "10", "1"; «106б» stays: digits and a letter are one house.
void append_number_parts(std::string_view word, Words& out) {
  std::string digits;
  for (const char c : word) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (!digits.empty()) {
      out.push_back(digits);
      digits.clear();
    }
  }
  if (!digits.empty()) out.push_back(digits);
}

constexpr std::array<std::string_view, 62> kAddressWords = {
    "г",        "гор",     "город",   "ул",     "улица",    "д",    "дом",        "оф",         "офис",       "кв",      "квартира",
    "к",        "корп",    "корпус",  "стр",    "строение", "пр",   "просп",      "проспект",   "пр-т",       "т",       "пер",
    "переулок", "пл",      "площадь", "ш",      "шоссе",    "наб",  "набережная", "б",          "бул",        "бульвар", "р",
    "тупик",    "туп",     "проезд",  "обл",    "область",  "край", "респ",       "республика", "район",      "рн",      "н",
    "пос",      "поселок", "п",       "с",      "село",     "дер",  "деревня",    "мкр",        "микрорайон", "пом",     "помещение",
    "этаж",     "эт",      "лит",     "литера", "россия",   "рф",   "street"};

struct Town {
  std::string_view written, name;
};
constexpr std::array<Town, 30> kTowns = {{
    {"мск", "москва"},
    {"moscow", "москва"},
    {"moskva", "москва"},
    {"спб", "санкт петербург"},
    {"с пб", "санкт петербург"},
    {"с петербург", "санкт петербург"},
    {"питер", "санкт петербург"},
    {"петербург", "санкт петербург"},
    {"saint petersburg", "санкт петербург"},
    {"st petersburg", "санкт петербург"},
    {"екб", "екатеринбург"},
    {"екат", "екатеринбург"},
    {"ebg", "екатеринбург"},
    {"н новгород", "нижний новгород"},
    {"нн", "нижний новгород"},
    {"нижний", "нижний новгород"},
    {"нск", "новосибирск"},
    {"новосиб", "новосибирск"},
    {"ростов", "ростов на дону"},
    {"ростов н д", "ростов на дону"},
    {"рнд", "ростов на дону"},
    {"р на д", "ростов на дону"},
    {"чел", "челябинск"},
    {"красноярск г", "красноярск"},
    {"крск", "красноярск"},
    {"влад", "владивосток"},
    {"наб челны", "набережные челны"},
    {"н челны", "набережные челны"},
    {"челны", "набережные челны"},
    {"ростов дон", "ростов на дону"},
}};

}  // namespace

Name normalize_name(std::string_view text) {
  const Words words = folded_words(text);
  Name name;
  for (std::size_t i = 0; i < words.size();) {
    if (is_branch_word(words[i]) && !name.words.empty()) break;
    std::string_view form;
    if (const std::size_t length = form_at(words, i, form); length > 0) {
      if (name.form.empty()) name.form = form;
      i += length;
      continue;
    }
    if (auto word = skeleton(words[i]); !word.empty()) name.words.push_back(std::move(word));
    ++i;
  }
  // A name that is nothing but a form («АО») keeps it as its word.
  if (name.words.empty()) {
    for (const auto& word : words) name.words.push_back(skeleton(word));
    std::erase(name.words, std::string());
  }
  return name;
}

std::vector<std::string> normalize_address(std::string_view text) {
  Words out;
  for (const auto& word : folded_words(text)) {
    if (std::find(kAddressWords.begin(), kAddressWords.end(), word) != kAddressWords.end()) continue;
    const bool has_digit = std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (has_digit) {
      if (!(is_number(word) && word.size() == 6)) append_number_parts(word, out);
      continue;
    }
    if (auto part = skeleton(word); part.size() > 1) out.push_back(std::move(part));
  }
  return out;
}

std::string normalize_town(std::string_view text) {
  std::string joined;
  for (const auto& word : folded_words(text)) {
    if (word == "г" || word == "гор" || word == "город") continue;
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  for (const auto& town : kTowns) {
    if (joined == town.written) joined = town.name;
  }
  std::string out;
  for (const auto word : base::words(joined)) out += skeleton(word);
  return out;
}

}  // namespace match
