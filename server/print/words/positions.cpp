// Positions: adjectives and participles before the main noun agree with it, the noun changes, what follows stays.
#include <algorithm>
#include <string>
#include <vector>

#include "server/base/text/text.hpp"
#include "server/print/words/letters.hpp"
#include "server/print/words/names.hpp"

namespace print {

namespace {

// Endings in the order genitive, dative, accusative, instrumental, prepositional.
struct Endings {
  std::u32string_view ending;  // what the word ends in
  std::u32string_view forms[5];
  bool ends_phrase;  // a noun: the words after it stay
};

// Words that keep their own way, whole; tried before the endings.
struct Special {
  std::u32string_view word;
  std::u32string_view forms[5];
  bool ends_phrase;
};

constexpr Special kSpecial[] = {
    {U"временно", {U"временно", U"временно", U"временно", U"временно", U"временно"}, false},
    {U"и.о.", {U"и.о.", U"и.о.", U"и.о.", U"и.о.", U"и.о."}, true},
    {U"и.", {U"и.", U"и.", U"и.", U"и.", U"и."}, true},
    {U"врио", {U"врио", U"врио", U"врио", U"врио", U"врио"}, true},
    {U"ио", {U"ио", U"ио", U"ио", U"ио", U"ио"}, true},
    {U"зам.", {U"зам.", U"зам.", U"зам.", U"зам.", U"зам."}, true},
    {U"исполняющий", {U"исполняющего", U"исполняющему", U"исполняющего", U"исполняющим", U"исполняющем"}, true},
    {U"исполняющая", {U"исполняющей", U"исполняющей", U"исполняющую", U"исполняющей", U"исполняющей"}, true},
    {U"заведующий", {U"заведующего", U"заведующему", U"заведующего", U"заведующим", U"заведующем"}, true},
    {U"заведующая", {U"заведующей", U"заведующей", U"заведующую", U"заведующей", U"заведующей"}, true},
    {U"отец", {U"отца", U"отцу", U"отца", U"отцом", U"отце"}, true},
    {U"боец", {U"бойца", U"бойцу", U"бойца", U"бойцом", U"бойце"}, true},
    {U"судья", {U"судьи", U"судье", U"судью", U"судьей", U"судье"}, true},
    {U"кузнец", {U"кузнеца", U"кузнецу", U"кузнеца", U"кузнецом", U"кузнеце"}, true},
    {U"секретарь", {U"секретаря", U"секретарю", U"секретаря", U"секретарем", U"секретаре"}, true},
};

// Adjectives and participles. The genitive of those in -ий after a sibilant or н is soft.
constexpr Endings kAdjectives[] = {
    {U"ший", {U"шего", U"шему", U"шего", U"шим", U"шем"}, false}, {U"щий", {U"щего", U"щему", U"щего", U"щим", U"щем"}, false},
    {U"чий", {U"чего", U"чему", U"чего", U"чим", U"чем"}, false}, {U"жий", {U"жего", U"жему", U"жего", U"жим", U"жем"}, false},
    {U"ний", {U"него", U"нему", U"него", U"ним", U"нем"}, false}, {U"кий", {U"кого", U"кому", U"кого", U"ким", U"ком"}, false},
    {U"гий", {U"гого", U"гому", U"гого", U"гим", U"гом"}, false}, {U"хий", {U"хого", U"хому", U"хого", U"хим", U"хом"}, false},
    {U"ый", {U"ого", U"ому", U"ого", U"ым", U"ом"}, false},       {U"ой", {U"ого", U"ому", U"ого", U"ым", U"ом"}, false},
    {U"щая", {U"щей", U"щей", U"щую", U"щей", U"щей"}, false},    {U"шая", {U"шей", U"шей", U"шую", U"шей", U"шей"}, false},
    {U"ая", {U"ой", U"ой", U"ую", U"ой", U"ой"}, false},          {U"яя", {U"ей", U"ей", U"юю", U"ей", U"ей"}, false},
};

constexpr Endings kNouns[] = {
    {U"лец", {U"льца", U"льцу", U"льца", U"льцом", U"льце"}, true},  // владелец
    {U"аец", {U"айца", U"айцу", U"айца", U"айцем", U"айце"}, true},
    {U"ец", {U"ца", U"цу", U"ца", U"цом", U"це"}, true},  // продавец
    {U"ай", {U"ая", U"аю", U"ая", U"аем", U"ае"}, true},
    {U"ей", {U"ея", U"ею", U"ея", U"еем", U"ее"}, true},
    {U"ь", {U"я", U"ю", U"я", U"ем", U"е"}, true},
    {U"ж", {U"жа", U"жу", U"жа", U"жем", U"же"}, true},
    {U"ш", {U"ша", U"шу", U"ша", U"шем", U"ше"}, true},
    {U"щ", {U"ща", U"щу", U"ща", U"щем", U"ще"}, true},
    {U"ач", {U"ача", U"ачу", U"ача", U"ачом", U"аче"}, true},  // врач
    {U"ч", {U"ча", U"чу", U"ча", U"чем", U"че"}, true},
    {U"ка", {U"ки", U"ке", U"ку", U"кой", U"ке"}, true},
    {U"га", {U"ги", U"ге", U"гу", U"гой", U"ге"}, true},
    {U"ха", {U"хи", U"хе", U"ху", U"хой", U"хе"}, true},
    {U"ша", {U"ши", U"ше", U"шу", U"шей", U"ше"}, true},
    {U"ца", {U"цы", U"це", U"цу", U"цей", U"це"}, true},
    {U"ия", {U"ии", U"ии", U"ию", U"ией", U"ии"}, true},
    {U"а", {U"ы", U"е", U"у", U"ой", U"е"}, true},
    {U"я", {U"и", U"е", U"ю", U"ей", U"е"}, true},
};

constexpr std::u32string_view kConsonantForms[5] = {U"а", U"у", U"а", U"ом", U"е"};
constexpr std::u32string_view kConsonants = U"бвгджзклмнпрстфхцчшщ";

std::u32string with_case_of(std::u32string_view model, std::u32string text) {
  const std::string shown = to_text(model);
  if (model.size() > 1 && shown == base::to_upper(shown)) return to_letters(base::to_upper(to_text(text)));
  for (std::size_t i = 0; i < text.size() && i < model.size(); ++i)
    text[i] = to_letters(base::to_lower(to_text(model.substr(i, 1)))) == text.substr(i, 1) ? model[i] : text[i];
  return text;
}

struct Word {
  std::u32string text;
  bool ends_phrase = true;
};

Word decline_one(const std::u32string& word, Case target) {
  const auto form = static_cast<std::size_t>(target) - 1;
  const std::u32string lower = to_letters(base::to_lower(to_text(word)));
  for (const auto& special : kSpecial) {
    if (lower == special.word) return {with_case_of(word, std::u32string(special.forms[form])), special.ends_phrase};
  }
  const auto by_ending = [&](const Endings& rule) {
    return Word{with_case_of(word, lower.substr(0, lower.size() - rule.ending.size()) + std::u32string(rule.forms[form])),
                rule.ends_phrase};
  };
  for (const auto& rule : kAdjectives) {
    if (lower.size() > rule.ending.size() + 1 && lower.ends_with(rule.ending)) return by_ending(rule);
  }
  for (const auto& rule : kNouns) {
    if (lower.size() > rule.ending.size() && lower.ends_with(rule.ending)) return by_ending(rule);
  }
  if (lower.size() > 1 && kConsonants.find(lower.back()) != std::u32string_view::npos) {
    // Abbreviations ("CEO", "ГИП") and Latin words stay.
    if (word.size() <= 4 && to_text(word) == base::to_upper(to_text(word))) return {word, true};
    return {with_case_of(word, lower + std::u32string(kConsonantForms[form])), true};
  }
  return {word, true};
}

// "директор-распорядитель": both parts; "вице-президент": the first stays.
Word decline_compound(const std::u32string& word, Case target) {
  static const std::u32string_view kPrefixes[] = {U"вице", U"экс",   U"бизнес", U"пресс", U"медиа", U"веб", U"топ",
                                                  U"арт",  U"контр", U"обер",   U"штаб",  U"бренд", U"фин", U"ит"};
  std::u32string out;
  bool ends_phrase = false;
  std::size_t begin = 0;
  while (begin <= word.size()) {
    const std::size_t end = std::min(word.find(U'-', begin), word.size());
    const std::u32string part = word.substr(begin, end - begin);
    const std::u32string lower = to_letters(base::to_lower(to_text(part)));
    const bool stays = end < word.size() && std::find(std::begin(kPrefixes), std::end(kPrefixes), lower) != std::end(kPrefixes);
    const Word done = stays ? Word{part, false} : decline_one(part, target);
    out += done.text;
    ends_phrase = done.ends_phrase;
    if (end == word.size()) break;
    out += U'-';
    begin = end + 1;
  }
  return {out, ends_phrase};
}

}  // namespace

std::string decline_position(std::string_view position, Case target) {
  if (target == Case::kNominative) return std::string(position);
  std::string out;
  bool changing = true;
  std::size_t begin = 0;
  const std::u32string letters = to_letters(position);
  const std::u32string_view text = letters;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(U' ', begin), text.size());
    const std::u32string word(text.substr(begin, end - begin));
    if (changing && !word.empty()) {
      const Word done = decline_compound(word, target);
      out += to_text(done.text);
      changing = !done.ends_phrase;
    } else {
      out += to_text(word);
    }
    if (end < text.size()) out += ' ';
    begin = end + 1;
  }
  return out;
}

}  // namespace print
