#include "server/connect/import/values/places.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/base/program/resources.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/import/values/text_repair.hpp"

namespace connect {

namespace {

// Letters and digits alone: «С.-Петербург» and «С-Петербург» are one.
std::string place_key(std::string_view text) {
  std::string key;
  for (const auto& word : words_in(text)) {
    if (!key.empty()) key += ' ';
    key += word.text;
  }
  return key;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    parts.push_back(trimmed(text.substr(at, end - at)));
    at = end + 1;
  }
  return parts;
}

const std::unordered_map<std::string, const City*>& cities() {
  static std::deque<City> cities;  // the table points into it
  static const auto table = [] {
    std::unordered_map<std::string, const City*> names;
    const auto resource = base::find_resource("server/connect/import/data/cities.txt").value_or(std::string_view());
    for (const auto& line : split(resource, '\n')) {
      if (line.empty() || line[0] == '#') continue;
      auto parts = split(line, ';');
      parts.resize(4);
      cities.push_back({parts[0], parts[1], parts[2]});
      names.emplace(place_key(parts[0]), &cities.back());
      for (const auto& other : split(parts[3], ',')) {
        if (!other.empty()) names.emplace(place_key(other), &cities.back());
      }
    }
    return names;
  }();
  return table;
}

bool is_city_word(std::string_view word) { return word == "г" || word == "гор" || word == "город" || word == "city"; }
bool is_region_short(std::string_view word) { return word == "мо" || word == "моск обл" || word == "ло"; }

const City* city_of_key(const std::string& key) {
  const auto found = cities().find(key);
  return found == cities().end() ? nullptr : found->second;
}

struct StreetWord {
  std::string_view full;
  std::array<std::string_view, 4> names;
};
constexpr std::array<StreetWord, 16> kStreets = {{{"ул.", {"ул", "улица", "", ""}},
                                                  {"пр-т", {"просп", "проспект", "пр-т", "пр-кт"}},
                                                  {"пер.", {"пер", "переулок", "", ""}},
                                                  {"ш.", {"ш", "шоссе", "", ""}},
                                                  {"наб.", {"наб", "набережная", "", ""}},
                                                  {"пл.", {"пл", "площадь", "", ""}},
                                                  {"б-р", {"бул", "бульвар", "б-р", ""}},
                                                  {"проезд", {"проезд", "пр-д", "пр", ""}},
                                                  {"тупик", {"туп", "тупик", "", ""}},
                                                  {"мкр.", {"мкр", "микрорайон", "м-н", "мкрн"}},
                                                  {"кв-л", {"кв-л", "квартал", "", ""}},
                                                  {"аллея", {"аллея", "", "", ""}},
                                                  {"тракт", {"тракт", "", "", ""}},
                                                  {"линия", {"линия", "", "", ""}},
                                                  {"промзона", {"промзона", "", "", ""}},
                                                  {"тер.", {"тер", "территория", "", ""}}}};

// «ул», «ул.», «улица» → its short form; empty: no word of a street. «набережная» alone may be the street's own name.
std::string_view street_word(std::string_view folded) {
  while (folded.ends_with('.')) folded.remove_suffix(1);
  for (const auto& street : kStreets) {
    for (const auto name : street.names) {
      if (!name.empty() && folded == name) return street.full;
    }
  }
  return {};
}

bool is_region_word(std::string_view folded) {
  while (folded.ends_with('.')) folded.remove_suffix(1);
  static const std::unordered_set<std::string_view> words = {"обл",   "область", "край", "респ", "республика", "ао",
                                                             "округ", "хмао",    "янао", "р-н",  "район",      "аобл"};
  return words.contains(folded) || folded.starts_with("хмао") || folded.starts_with("янао");
}

bool is_district_word(std::string_view folded) {
  while (folded.ends_with('.')) folded.remove_suffix(1);
  return folded == "р-н" || folded == "район";
}

const std::unordered_set<std::string>& republics() {
  static const std::unordered_set<std::string> names = [] {
    std::unordered_set<std::string> all;
    for (const auto& [key, city] : cities()) {
      const auto words = words_in(city->region);
      const bool is_plain = words.size() <= 2 && city->region.find("область") == std::string::npos &&
                            city->region.find("край") == std::string::npos && city->region != city->name;
      if (is_plain) all.insert(place_key(city->region));
    }
    return all;
  }();
  return names;
}

// A word with the signs around it: house numbers keep slashes and hyphens.
struct AddressToken {
  std::string text, folded;
  bool has_comma_before = false;
};

std::vector<AddressToken> tokens_of(std::string_view text) {
  std::vector<AddressToken> tokens;
  std::string word;
  bool comma = false;
  const auto close = [&] {
    if (word.empty()) return;
    tokens.push_back({word, base::fold(word), comma});
    comma = false;
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',' || c == ';') {
      close();
      comma = true;
    } else if (c == ' ') {
      close();
    } else if (c == '.') {
      // «ул.Свободы»: the point ends a short word; «9к.3» goes on.
      const bool is_number_next = i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9' && !word.empty() &&
                                  word.find_first_of("0123456789") != std::string::npos;
      word += c;
      if (!is_number_next) close();
    } else {
      word += c;
    }
  }
  close();
  return tokens;
}

bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != std::string_view::npos; }
bool is_index(std::string_view text) {
  return text.size() == 6 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view bare(std::string_view folded) {
  while (folded.ends_with('.')) folded.remove_suffix(1);
  return folded;
}

bool is_house_word(std::string_view folded) {
  return bare(folded) == "д" || bare(folded) == "дом" || bare(folded) == "вл" || bare(folded) == "владение" || bare(folded) == "двлд" ||
         bare(folded) == "зд" || bare(folded) == "здание";
}
bool is_office_word(std::string_view folded) {
  const auto word = bare(folded);
  return word == "оф" || word == "офис" || word == "кв" || word == "квартира" || word == "пом" || word == "помещение" || word == "ком" ||
         word == "комн" || word == "каб" || word == "кабинет";
}
bool is_block_word(std::string_view folded) {
  const auto word = bare(folded);
  return word == "к" || word == "корп" || word == "корпус" || word == "стр" || word == "строение" || word == "лит" || word == "литера";
}
bool is_place_word(std::string_view folded) {
  const auto word = bare(folded);
  return is_city_word(word) || word == "пгт" || word == "пос" || word == "поселок" || word == "п" || word == "с" || word == "село" ||
         word == "дер" || word == "деревня" || word == "ст-ца" || word == "станица" || word == "х" || word == "хутор" || word == "рп" ||
         word == "снт" || word == "аул";
}
bool is_country(std::string_view folded) {
  return bare(folded) == "россия" || bare(folded) == "рф" || bare(folded) == "беларусь" || bare(folded) == "казахстан" ||
         bare(folded) == "russia";
}

std::string clean_word(std::string_view text) {
  while (text.ends_with('.') && text.size() > 3) text.remove_suffix(1);
  return std::string(text);
}

// Reads the address from left to right.
class AddressReader {
 public:
  explicit AddressReader(std::vector<AddressToken> tokens) : tokens_(std::move(tokens)) {}

  AddressParts read() {
    while (at_ < tokens_.size()) step();
    if (parts_.region.empty()) {
      if (const City* city = find_city(parts_.city)) parts_.region = city->region;
    }
    return std::move(parts_);
  }

 private:
  const AddressToken& now() const { return tokens_[at_]; }
  const AddressToken* ahead(std::size_t by) const { return at_ + by < tokens_.size() ? &tokens_[at_ + by] : nullptr; }

  void step() {
    const std::string folded = now().folded;
    if (is_index(folded) && parts_.postal_code.empty()) return take_into(parts_.postal_code);
    if (is_country(folded)) return take_into(parts_.country);
    if (take_region()) return;
    if (is_urban_settlement()) return;
    if (is_place_word(folded) && !is_house_ahead() && parts_.city.empty() && ahead(1) != nullptr) {
      ++at_;
      return take_name(parts_.city);
    }
    if (is_house_word(folded) || (has_digit(folded) && (!parts_.street.empty() || parts_.house.empty()) && !is_numbered_street()))
      return take_house();
    if (is_office_word(folded)) return take_office();
    if (is_block_word(folded) && !parts_.house.empty()) return take_block();
    if (!street_word(folded).empty() && !(bare(folded) == "набережная" && ahead(1) != nullptr && has_digit(ahead(1)->text)))
      return take_street(street_word(folded));
    if (parts_.city.empty() && take_known_city()) return;
    take_plain();
  }

  void take_into(std::string& part) {
    part = clean_word(now().text);
    ++at_;
  }

  // «Самарская область», «обл. Самарская», «Республика Карелия», «Татарстан»; districts are passed over.
  bool take_region() {
    const std::string folded = now().folded;
    if (is_region_word(folded) && ahead(1) != nullptr && (bare(folded) == "республика" || bare(folded) == "респ")) {
      parts_.region = title_case(clean_word(ahead(1)->text));
      at_ += 2;
      return true;
    }
    if (folded.starts_with("хмао") || folded.starts_with("янао")) {
      take_into(parts_.region);
      return true;
    }
    const AddressToken* next = ahead(1);
    if (next != nullptr && !next->has_comma_before && is_region_word(next->folded) && !is_index(folded)) {
      const bool is_district = is_district_word(next->folded);
      if (!is_district) {
        const std::string_view word = bare(next->folded);
        parts_.region = title_case(now().text) + (word == "обл" ? " область" : " " + std::string(word));
      }
      at_ += 2;
      return true;
    }
    if (parts_.region.empty() && republics().contains(place_key(folded)) && city_of_key(place_key(folded)) == nullptr) {
      parts_.region = title_case(clean_word(now().text));
      ++at_;
      return true;
    }
    return false;
  }

  // «п.г.т. Алексеевка», «поселок городского типа Молочный».
  bool is_urban_settlement() {
    const bool is_dotted =
        now().folded == "п." && ahead(1) != nullptr && ahead(1)->folded == "г." && ahead(2) != nullptr && ahead(2)->folded == "т.";
    const bool is_spelled = now().folded.starts_with("посел") && ahead(1) != nullptr && ahead(1)->folded == "городского";
    if (!is_dotted && !is_spelled) return false;
    at_ += 3;
    if (at_ < tokens_.size()) take_name(parts_.city);
    return true;
  }

  bool is_house_ahead() const { return ahead(1) != nullptr && has_digit(ahead(1)->text); }

  // «8 Марта», «50 лет Октября», «1-я Тверская»: a number that belongs to a street's name.
  bool is_numbered_street() const {
    if (!parts_.street.empty()) return false;
    const AddressToken* next = ahead(1);
    if (next == nullptr || next->has_comma_before || has_digit(next->text) || is_office_word(next->folded) || is_block_word(next->folded))
      return false;
    return base::length(next->text) > 2;
  }

  // A name of one or more words up to the next sign or known word.
  void take_name(std::string& part) {
    std::string name = title_case(clean_word(tokens_[at_++].text));
    while (at_ < tokens_.size() && !now().has_comma_before && !has_digit(now().text) && street_word(now().folded).empty() &&
           !is_place_word(now().folded) && !is_house_word(now().folded) && !is_region_word(now().folded)) {
      const std::string longer = name + " " + title_case(clean_word(now().text));
      // Where no sign divides city and street, the longest known city wins.
      if (city_of_key(place_key(name)) != nullptr && city_of_key(place_key(longer)) == nullptr) break;
      name = longer;
      ++at_;
    }
    const City* known = city_of_key(place_key(name));
    part = known != nullptr ? known->name : name;
  }

  bool take_known_city() {
    for (std::size_t count = std::min<std::size_t>(3, tokens_.size() - at_); count > 0; --count) {
      std::string name;
      for (std::size_t i = 0; i < count; ++i) name += (i == 0 ? "" : " ") + tokens_[at_ + i].text;
      const City* known = city_of_key(place_key(name));
      if (known == nullptr) continue;
      parts_.city = known->name;
      at_ += count;
      return true;
    }
    return false;
  }

  void take_street(std::string_view kind) {
    ++at_;
    // «Олимпийский проспект»: the name stood before the word.
    if (!plain_.empty() && parts_.street.empty() &&
        (at_ >= tokens_.size() || now().has_comma_before || has_digit(now().text) || is_house_word(now().folded))) {
      parts_.street = std::string(kind) + " " + plain_;
      plain_.clear();
      return;
    }
    std::string name;
    while (at_ < tokens_.size() && !now().has_comma_before && !is_house_word(now().folded) && !is_office_word(now().folded) &&
           (!has_digit(now().text) || name.empty()) && !is_place_name_word()) {
      if (has_digit(now().text) && !name.empty()) break;
      if (has_digit(now().text) && !is_name_after_number()) break;
      name += (name.empty() ? "" : " ") + now().text;
      ++at_;
    }
    if (!name.empty()) parts_.street = std::string(kind) + " " + title_words(name);
  }

  bool is_name_after_number() const {
    return ahead(1) != nullptr && !ahead(1)->has_comma_before && !has_digit(ahead(1)->text) && base::length(ahead(1)->text) > 2;
  }
  bool is_place_name_word() const { return is_city_word(bare(now().folded)); }

  static std::string title_words(const std::string& text) {
    std::string out;
    for (const auto& word : split(text, ' ')) out += (out.empty() ? "" : " ") + title_case(word);
    return out;
  }

  void take_house() {
    if (is_house_word(now().folded)) ++at_;
    if (at_ >= tokens_.size()) return;
    std::string house = clean_word(now().text);
    ++at_;
    // «93 б»: a letter alone belongs to the number.
    if (at_ < tokens_.size() && !now().has_comma_before && base::length(now().text) == 1 && !has_digit(now().text) &&
        !is_block_word(now().folded))
      house += tokens_[at_++].text;
    const auto hyphen = house.find('-');
    if (hyphen != std::string::npos && hyphen > 0 && has_digit(house.substr(hyphen))) {
      parts_.office = house.substr(hyphen + 1);
      house.resize(hyphen);
    }
    if (!parts_.house.empty()) return;
    parts_.house = house;
    if (parts_.street.empty() && !plain_.empty()) {
      parts_.street = plain_;
      plain_.clear();
    }
  }

  void take_block() {
    const std::string word(bare(now().folded));
    ++at_;
    if (at_ >= tokens_.size()) return;
    parts_.house += (word.starts_with("стр") ? "с" : word.starts_with("л") ? "лит" : "к") + now().text;
    ++at_;
  }

  void take_office() {
    ++at_;
    if (at_ < tokens_.size()) take_into(parts_.office);
  }

  void take_plain() {
    if (now().has_comma_before) plain_.clear();
    plain_ += (plain_.empty() ? "" : " ") + title_case(clean_word(now().text));
    ++at_;
  }

  std::vector<AddressToken> tokens_;
  std::size_t at_ = 0;
  AddressParts parts_;
  std::string plain_;  // words not yet understood
};

}  // namespace

const City* find_city(std::string_view text) {
  const std::string mended = mend_lookalikes(tidy(text)).text;
  if (const City* city = city_of_key(place_key(mended))) return city;
  // Without «г.», a region in brackets, «МО» on either side.
  auto words = words_in(mended);
  const auto drop = [&](auto&& is_noise) {
    while (words.size() > 1 && is_noise(words.front().text)) words.erase(words.begin());
    while (words.size() > 1 && is_noise(words.back().text)) words.pop_back();
  };
  drop([](std::string_view word) { return is_city_word(word) || is_region_short(word) || word == "рф" || word == "россия"; });
  std::string key;
  for (const auto& word : words) key += (key.empty() ? "" : " ") + word.text;
  if (const City* city = city_of_key(key)) return city;
  for (const char separator : {',', '('}) {
    const auto at = mended.find(separator);
    if (at == std::string::npos) continue;
    const std::string before = mended.substr(0, at), behind = mended.substr(at + 1);
    if (const City* city = before.empty() ? nullptr : find_city(before)) return city;
    if (separator == ',') {
      if (const City* city = find_city(behind)) return city;
    }
  }
  return nullptr;
}

std::string city_name(std::string_view text) {
  if (const City* city = find_city(text)) return city->name;
  std::string name = mend_lookalikes(tidy(text)).text;
  const auto words = words_in(name);
  if (words.size() > 1 && is_city_word(words.front().text)) name = tidy(name.substr(words[1].begin));
  return title_case(name);
}

std::string AddressParts::street_line() const {
  std::string line = street;
  if (!house.empty()) line += (line.empty() ? "д. " : ", д. ") + house;
  if (!office.empty()) line += (line.empty() ? "оф. " : ", оф. ") + office;
  return line;
}

AddressParts split_address(std::string_view text) { return AddressReader(tokens_of(mend_lookalikes(tidy(text)).text)).read(); }

}  // namespace connect
