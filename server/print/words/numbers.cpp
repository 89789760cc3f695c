#include "server/print/words/numbers.hpp"

#include <array>
#include <vector>

#include "server/base/error.hpp"
#include "server/print/words/letters.hpp"

namespace print {

namespace {

constexpr std::string_view kUnits[20] = {"",           "один",        "два",        "три",          "четыре",
                                         "пять",       "шесть",       "семь",       "восемь",       "девять",
                                         "десять",     "одиннадцать", "двенадцать", "тринадцать",   "четырнадцать",
                                         "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать"};
constexpr std::string_view kTens[10] = {"",          "",           "двадцать",  "тридцать",    "сорок",
                                        "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"};
constexpr std::string_view kHundreds[10] = {"",        "сто",      "двести",  "триста",    "четыреста",
                                            "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"};
constexpr CountForms kPowers[7] = {{"", "", ""},
                                   {"тысяча", "тысячи", "тысяч"},
                                   {"миллион", "миллиона", "миллионов"},
                                   {"миллиард", "миллиарда", "миллиардов"},
                                   {"триллион", "триллиона", "триллионов"},
                                   {"квадриллион", "квадриллиона", "квадриллионов"},
                                   {"квинтиллион", "квинтиллиона", "квинтиллионов"}};

struct Currency {
  std::string_view code;
  Gender gender;
  CountForms whole;
  CountForms hundredth;
};

constexpr CountForms kCent = {"цент", "цента", "центов"};
constexpr CountForms kKopeck = {"копейка", "копейки", "копеек"};
constexpr CountForms kTiyn = {"тиын", "тиына", "тиынов"};
constexpr Currency kCurrencies[] = {
    {"RUB", Gender::kMasculine, {"рубль", "рубля", "рублей"}, kKopeck},
    {"USD", Gender::kMasculine, {"доллар США", "доллара США", "долларов США"}, kCent},
    {"EUR", Gender::kMasculine, {"евро", "евро", "евро"}, kCent},
    {"CNY", Gender::kMasculine, {"юань", "юаня", "юаней"}, {"фэнь", "фэня", "фэней"}},
    {"KZT", Gender::kMasculine, {"тенге", "тенге", "тенге"}, kTiyn},
    {"BYN", Gender::kMasculine, {"белорусский рубль", "белорусских рубля", "белорусских рублей"}, kKopeck},
    {"UAH", Gender::kFeminine, {"гривна", "гривны", "гривен"}, kKopeck},
    {"AMD", Gender::kMasculine, {"драм", "драма", "драмов"}, {"лума", "лумы", "лум"}},
    {"KGS", Gender::kMasculine, {"сом", "сома", "сомов"}, {"тыйын", "тыйына", "тыйынов"}},
    {"UZS", Gender::kMasculine, {"сум", "сума", "сумов"}, {"тийин", "тийина", "тийинов"}},
    {"GEL", Gender::kMasculine, {"лари", "лари", "лари"}, {"тетри", "тетри", "тетри"}},
    {"AZN", Gender::kMasculine, {"манат", "маната", "манатов"}, {"гяпик", "гяпика", "гяпиков"}},
    {"TJS", Gender::kMasculine, {"сомони", "сомони", "сомони"}, {"дирам", "дирама", "дирамов"}},
    {"MDL", Gender::kMasculine, {"лей", "лея", "леев"}, {"бан", "бана", "банов"}},
    {"TRY", Gender::kFeminine, {"турецкая лира", "турецкие лиры", "турецких лир"}, {"куруш", "куруша", "курушей"}},
    {"GBP", Gender::kMasculine, {"фунт стерлингов", "фунта стерлингов", "фунтов стерлингов"}, {"пенс", "пенса", "пенсов"}},
    {"CHF", Gender::kMasculine, {"швейцарский франк", "швейцарских франка", "швейцарских франков"}, {"сантим", "сантима", "сантимов"}},
    {"AED", Gender::kMasculine, {"дирхам ОАЭ", "дирхама ОАЭ", "дирхамов ОАЭ"}, {"филс", "филса", "филсов"}},
    {"INR", Gender::kFeminine, {"индийская рупия", "индийские рупии", "индийских рупий"}, {"пайса", "пайсы", "пайс"}},
};

const Currency* find_currency(std::string_view code) {
  for (const auto& currency : kCurrencies) {
    if (currency.code == code) return &currency;
  }
  return nullptr;
}

std::string_view unit_word(unsigned digit, Gender gender) {
  if (digit == 1 && gender == Gender::kFeminine) return "одна";
  if (digit == 1 && gender == Gender::kNeuter) return "одно";
  if (digit == 2 && gender == Gender::kFeminine) return "две";
  return kUnits[digit];
}

void add_word(std::string& out, std::string_view word) {
  if (word.empty()) return;
  if (!out.empty()) out += ' ';
  out += word;
}

void add_triad(std::string& out, unsigned triad, Gender gender) {
  add_word(out, kHundreds[triad / 100]);
  const unsigned rest = triad % 100;
  if (rest < 20) {
    add_word(out, unit_word(rest, gender));
    return;
  }
  add_word(out, kTens[rest / 10]);
  add_word(out, unit_word(rest % 10, gender));
}

std::uint64_t magnitude(std::int64_t number) {
  return number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
}

std::string_view form_of(std::uint64_t number, const CountForms& forms) {
  const unsigned tail = number % 100;
  if (tail >= 11 && tail <= 14) return forms.many;
  if (tail % 10 == 1) return forms.one;
  return tail % 10 >= 2 && tail % 10 <= 4 ? forms.few : forms.many;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_iso_date(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!is_digit(text[i])) return false;
  }
  const int month = (text[5] - '0') * 10 + (text[6] - '0');
  return month >= 1 && month <= 12;
}

}  // namespace

std::string_view plural_form(std::int64_t number, const CountForms& forms) { return form_of(magnitude(number), forms); }

std::string number_in_words(std::int64_t number, Gender gender) {
  if (number == 0) return "ноль";
  std::string out = number < 0 ? "минус" : "";
  const std::uint64_t value = magnitude(number);
  std::uint64_t divisor = 1;
  int power = 0;
  while (value / divisor >= 1000) {
    divisor *= 1000;
    ++power;
  }
  for (; power >= 0; --power, divisor /= 1000) {
    const auto triad = static_cast<unsigned>(value / divisor % 1000);
    if (triad == 0) continue;
    add_triad(out, triad, power == 0 ? gender : power == 1 ? Gender::kFeminine : Gender::kMasculine);
    add_word(out, form_of(triad, kPowers[power]));
  }
  return out;
}

bool has_sum_words(std::string_view currency) { return find_currency(currency) != nullptr; }

std::string sum_in_words(const base::Decimal& amount, std::string_view currency) {
  const auto rounded = base::rescale(amount, 2);
  if (!rounded) throw base::Error::field("amount", "out_of_range");
  const std::int64_t whole = rounded->units / 100;
  const auto hundredths = static_cast<unsigned>(magnitude(rounded->units % 100));
  const Currency* words = find_currency(currency);
  std::string out = rounded->units < 0 && whole == 0 ? "минус " : "";
  out += number_in_words(whole, words ? words->gender : Gender::kMasculine);
  add_word(out, words ? form_of(magnitude(whole), words->whole) : currency);
  out += ' ';
  out += static_cast<char>('0' + hundredths / 10);
  out += static_cast<char>('0' + hundredths % 10);
  if (words) add_word(out, form_of(hundredths, words->hundredth));
  return first_upper(out);
}

std::string date_in_words(std::string_view iso_date) {
  static constexpr std::string_view kMonths[12] = {"января", "февраля", "марта",    "апреля",  "мая",    "июня",
                                                   "июля",   "августа", "сентября", "октября", "ноября", "декабря"};
  if (!is_iso_date(iso_date)) return {};
  const int month = (iso_date[5] - '0') * 10 + (iso_date[6] - '0');
  const std::string_view day = iso_date.substr(iso_date[8] == '0' ? 9 : 8, iso_date[8] == '0' ? 1 : 2);
  return std::string(day) + " " + std::string(kMonths[month - 1]) + " " + std::string(iso_date.substr(0, 4)) + " г.";
}

std::string date_in_digits(std::string_view iso_date) {
  if (!is_iso_date(iso_date)) return {};
  return std::string(iso_date.substr(8, 2)) + "." + std::string(iso_date.substr(5, 2)) + "." + std::string(iso_date.substr(0, 4));
}

std::string decimal_text(const base::Decimal& value, int least, int most) {
  base::Decimal shown = value;
  if (shown.scale > most) shown = base::rescale(value, most).value_or(value);
  std::string digits = std::to_string(magnitude(shown.units));
  const auto scale = static_cast<std::size_t>(shown.scale);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - scale);
  digits.resize(digits.size() - scale);
  while (fraction.size() > static_cast<std::size_t>(least) && fraction.back() == '0') fraction.pop_back();
  if (fraction.size() < static_cast<std::size_t>(least)) fraction.resize(static_cast<std::size_t>(least), '0');
  std::string out = shown.units < 0 ? "-" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += "\u00a0";
    out += digits[i];
  }
  return fraction.empty() ? out : out + "," + fraction;
}

}  // namespace print
