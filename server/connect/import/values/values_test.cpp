#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "server/base/json.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/import/values/codes.hpp"
#include "server/connect/import/values/contacts.hpp"
#include "server/connect/import/values/dates.hpp"
#include "server/connect/import/values/names.hpp"
#include "server/connect/import/values/places.hpp"
#include "server/connect/import/values/sums.hpp"
#include "server/connect/import/values/text_repair.hpp"
#include "server/connect/tables/tables_testing.hpp"

namespace connect {

namespace {

const base::Date kToday = *base::parse_date("2026-11-21");

std::string date_text(std::string_view text) {
  const auto date = read_date(text, kToday);
  if (!date) return "";
  const std::string day = base::to_string(date->date);
  return date->precision == DatePrecision::kDay ? day : day.substr(0, date->precision == DatePrecision::kMonth ? 7 : 4);
}

TEST(ImportValues, ReadsDatesAsPeopleWriteThem) {
  const std::map<std::string, std::string> cases = {{"24.01.2017", "2017-01-24"},
                                                    {"27. 05.99", "1999-05-27"},
                                                    {"5 марта 2024 г.", "2024-03-05"},
                                                    {"4 июл 2016", "2016-07-04"},
                                                    {"4 октября 2019г", "2019-10-04"},
                                                    {"2018-09-16", "2018-09-16"},
                                                    {"05.02.2020 16:55", "2020-02-05"},
                                                    {"44156", "2020-11-21"},
                                                    {"февраль 2017 г.", "2017-02"},
                                                    {"07.2015", "2015-07"},
                                                    {"2015 год", "2015"},
                                                    {"March 5, 2024", "2024-03-05"},
                                                    {"2024/3/5", "2024-03-05"},
                                                    {"3/25/2024", "2024-03-25"},
                                                    {"20240305", "2024-03-05"},
                                                    {"00.00.0000", ""},
                                                    {"31.02.2024", ""},
                                                    {"весна", ""},
                                                    {"1 апреля", ""},
                                                    {"29.02.2023", ""},
                                                    {"12.05", ""},
                                                    {"около 2020", ""},
                                                    {"2024-03-05T10:00:00Z", "2024-03-05"},
                                                    {"44156.5", "2020-11-21"},
                                                    {"05-мар-24", "2024-03-05"}};
  for (const auto& [text, wanted] : cases) EXPECT_EQ(date_text(text), wanted) << text;
}

TEST(ImportValues, ReadsSumsToTheKopeck) {
  const std::map<std::string, std::string> cases = {
      {"1 234,50 р.", "1234.5"},
      {"12,3 тыс", "12300"},
      {"1,5 млн", "1500000"},
      {"47\u00A0181 руб. 37 коп.", "47181.37"},
      {"1,234.50", "1234.5"},
      {"46 004-50", "46004.5"},
      {"RUB 38247.00", "38247"},
      {"20.000 руб.", "20000"},
      {"20,00 руб", "20"},
      {"1 599 059, 38 Евро", "1599059.38"},
      {"881 913 (Восемьсот восемьдесят одна тысяча девятьсот тринадцать) руб. 98 коп.", "881913.98"},
      {"20 т. р.", "20000"},
      {"-500", "-500"},
      {"договорная", ""},
      {"от 5000", ""},
      {"5000-7000", ""},
      {"б/н", ""},
      {"1234.565", "1234.57"},
      {"0,005", "0.01"},
      {"12 34", ""},
      {"1234,5678", "1234.57"},
      {"99999999999999,99", "99999999999999.99"}};
  for (const auto& [text, wanted] : cases) {
    const auto sum = read_sum(text);
    EXPECT_EQ(sum ? sum->amount : "", wanted) << text;
  }
  EXPECT_EQ(read_sum("20 000 долларов")->currency, "USD");
  EXPECT_TRUE(read_sum("1234,5678")->is_rounded);
}

TEST(ImportValues, SplitsFirmsIntoFormAndName) {
  const std::map<std::string, std::pair<std::string, std::string>> cases = {
      {"О.О.О. «Якорь»", {"ООО", "Якорь"}},
      {"  Химгрупп, ООО", {"ООО", "Химгрупп"}},
      {"«ФОРТУНА»,ООО", {"ООО", "ФОРТУНА"}},
      {"общество с огр. отв. \"  Росстрой\"", {"ООО", "Росстрой"}},
      {"OOO \"Русский двор\"", {"ООО", "Русский двор"}},
      {"000 Ромашка", {"ООО", "Ромашка"}},
      {"\"Нева \" (Общество с ограниченной ответственностью)", {"ООО", "Нева"}},
      {"ИП Иванов И.И.", {"ИП", "Иванов И.И."}},
      {"ООО Полюc-Сервис", {"ООО", "Полюс-Сервис"}},
      {"Apple Inc", {"Inc", "Apple"}},
      {"ООО", {"", "ООО"}},
      {"ООО ТД \"Маяк\"", {"ООО", "ТД \"Маяк\""}},
      {"АО «Завод «Маяк»", {"АО", "Завод «Маяк»"}},
      {"Городской квартал (МБУ)", {"МБУ", "Городской квартал"}}};
  for (const auto& [text, wanted] : cases) {
    const auto name = split_legal_name(text);
    EXPECT_EQ(name.form, wanted.first) << text;
    EXPECT_EQ(name.name, wanted.second) << text;
  }
}

TEST(ImportValues, SplitsPersonsInAnyOrder) {
  const std::map<std::string, std::string> cases = {{"Е.Д. Назарова", "Назарова|Е.|Д."},
                                                    {"Сорокин А. М.", "Сорокин|А.|М."},
                                                    {"Любовь Фёдоровна", "|Любовь|Фёдоровна"},
                                                    {"Тамара Антоновна Федорова", "Федорова|Тамара|Антоновна"},
                                                    {"Ким Ольга", "Ким|Ольга|"},
                                                    {"АЛЕКСАНДР", "|Александр|"},
                                                    {"Янукович", "Янукович||"},
                                                    {"Ceргей Bаcильевич Давыдов", "Давыдов|Сергей|Васильевич"},
                                                    {"Гл. бухгалтер Иванова Мария", "Иванова|Мария|"},
                                                    {"Петров Пётр (директор)", "Петров|Пётр|"},
                                                    {"Мустафа Джемилев", "Джемилев|Мустафа|"}};
  for (const auto& [text, wanted] : cases) {
    const auto name = split_person(text);
    EXPECT_EQ(name.last + "|" + name.first + "|" + name.middle, wanted) << text;
  }
  EXPECT_EQ(split_person("Гл. бухгалтер Иванова Мария").position, "Гл. бухгалтер");
  EXPECT_TRUE(may_be_same_person(split_person("Соколова М."), split_person("Соколова Мария Сергеевна")));
  EXPECT_FALSE(may_be_same_person(split_person("Соколов П."), split_person("Соколова Мария Сергеевна")));
}

TEST(ImportValues, ReadsSeveralTelephonesOfACell) {
  const auto numbers = [](std::string_view text) {
    std::string all;
    for (const auto& entry : read_phones(text, "RU", ""))
      all += (all.empty() ? "" : " ") + entry.number.e164 + (entry.number.ext.empty() ? "" : "#" + entry.number.ext);
    return all;
  };
  EXPECT_EQ(numbers("8(908)277-40-99/05"), "+79082774099 +79082774005");
  EXPECT_EQ(numbers("+7-843-747-70-05; тел. 8(843)9065283; 8 /843/ 747-70-06"), "+78437477005 +78439065283 +78437477006");
  EXPECT_EQ(numbers("8 (495) 123-45-67 доб. 12, 89161234567"), "+74951234567#12 +79161234567");
}

TEST(ImportValues, KnowsCitiesByTheirOtherNames) {
  for (const auto& [text, wanted] : std::map<std::string, std::string>{{"МСК", "Москва"},
                                                                       {"г.Уфа", "Уфа"},
                                                                       {"Химки МО", "Химки"},
                                                                       {"МО, Химки", "Химки"},
                                                                       {"Подольск (МО)", "Подольск"},
                                                                       {"С.-Петербург", "Санкт-Петербург"},
                                                                       {"Королев", "Королёв"},
                                                                       {"Орел", "Орёл"},
                                                                       {"город Урюпинск", "Урюпинск"}}) {
    EXPECT_EQ(city_name(text), wanted);
  }
}

TEST(ImportValues, KnowsWaysToSayNothing) {
  for (const auto* text : {"нет", "-", " — ", "0", "N/A", "", "NULL"}) EXPECT_TRUE(says_nothing(text)) << text;
  for (const auto* text : {"нетто", "00", "Без названия"}) EXPECT_FALSE(says_nothing(text)) << text;
}

// github.com/natasha: dates, sums and addresses of news texts.
TEST(ImportValues, ReadsTheSamplesOfNatasha) {
  const auto path = shared_folder() / "ext/russia/natasha.json";
  if (shared_folder().empty() || !std::filesystem::exists(path)) GTEST_SKIP() << "no outside test data";
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  const auto samples = base::parse_json(text.str());
  for (const auto& sample : samples.at("money").as_array()) {
    const auto sum = read_sum(std::string_view(sample.at("text").as_string()));
    ASSERT_TRUE(sum) << sample.at("text");
    std::string wanted(sample.at("amount").as_string());
    while (wanted.ends_with('0')) wanted.pop_back();
    if (wanted.ends_with('.')) wanted.pop_back();
    EXPECT_EQ(sum->amount, wanted);
    EXPECT_EQ(sum->currency, std::string_view(sample.at("currency").as_string()));
  }
  const auto same = [](const std::string& part, const json::value& wanted) {
    std::string text = part;
    std::erase(text, '.');
    return text == (wanted.is_null() ? std::string() : std::string(wanted.as_string()));
  };
  for (const auto& sample : samples.at("name").as_array()) {
    const auto name = split_person(std::string_view(sample.at("text").as_string()));
    EXPECT_TRUE(same(name.first, sample.at("first")) && same(name.last, sample.at("last")) && same(name.middle, sample.at("middle")))
        << sample.at("text") << " → " << name.last << "|" << name.first << "|" << name.middle;
  }
  int good = 0;
  for (const auto& sample : samples.at("address").as_array()) {
    const auto address = split_address(std::string_view(sample.at("text").as_string()));
    const std::string all = "|" + address.postal_code + "|" + address.country + "|" + address.region + "|" + address.city + "|" +
                            address.street + "|" + address.house + "|" + address.office + "|";
    bool is_good = true;
    for (const auto& part : sample.at("parts").as_array()) {
      const std::string value(part.at("value").as_string());
      if (part.at("type").is_string() && part.at("type").as_string() == "район") continue;
      is_good = is_good && all.find(value) != std::string::npos;
    }
    good += is_good;
    if (!is_good) std::cout << "  " << sample.at("text") << " → " << all << "\n";
  }
  EXPECT_GE(good, 10);
}

// Right answers out of all, by kind; what is wrong is shown.
struct Marks {
  std::map<std::string, std::pair<int, int>> counts;
  std::map<std::string, int> shown;
  void add(const std::string& kind, bool is_right, const std::string& text, const std::string& got, const std::string& wanted) {
    auto& [right, all] = counts[kind];
    ++all;
    right += is_right;
    if (!is_right && shown[kind]++ < 6) std::cout << "  " << kind << ": «" << text << "» → " << got << " for " << wanted << "\n";
  }
  double share(const std::string& kind) {
    return counts[kind].second == 0 ? 0 : static_cast<double>(counts[kind].first) / counts[kind].second;
  }
};

struct ClientFile {
  std::string name;
  std::vector<std::string> header;
  std::vector<Row> rows;
  const std::string& cell(std::size_t row, std::initializer_list<std::string_view> names) const {
    static const std::string none;
    for (std::size_t column = 0; column < header.size(); ++column) {
      for (const auto name : names) {
        if (header[column] == name && column < rows[row].cells.size()) return rows[row].cells[column].text;
      }
    }
    return none;
  }
};

ClientFile load_clients(const std::string& name) {
  const auto content = open_local_file((shared_folder() / "data" / name).string());
  const auto reader = open_table(*content);
  ClientFile file{name, {}, rows_of(*reader)};
  file.header = texts_of(file.rows[0]);
  file.rows.erase(file.rows.begin());
  return file;
}

// The valid numbers of a cell, as the truth writes them.
std::string phone_list(const std::string& cell, const std::string& city) {
  const City* known = find_city(city);
  std::string out;
  for (const auto& entry : read_phones(cell, "RU", known ? known->phone_code : "")) {
    if (entry.number.e164.empty()) continue;
    out += (out.empty() ? "" : " ") + entry.number.e164 + (entry.number.ext.empty() ? "" : ";ext=" + entry.number.ext);
  }
  return out;
}

// «12.5» → «1250».
std::string kopecks_of(const std::string& amount) {
  const auto point = amount.find('.');
  std::string fraction = point == std::string::npos ? "" : amount.substr(point + 1);
  fraction.resize(2, '0');
  return amount.substr(0, point) + fraction;
}

TEST(ImportValues, ReadsTheDirtyClientBases) {
  if (shared_folder().empty() || !std::filesystem::exists(shared_folder() / "data/clients-truth.csv"))
    GTEST_SKIP() << "no outside test data";
  const auto truth = load_clients("clients-truth.csv");
  std::map<std::string, ClientFile> files;
  for (const std::string name : {"clients-cp1251.csv", "clients-utf8.csv"}) files.emplace(name, load_clients(name));
  Marks marks;
  for (std::size_t i = 0; i < truth.rows.size(); ++i) {
    const auto of = [&](std::string_view column) { return truth.cell(i, {column}); };
    const auto found = files.find(of("file"));
    if (found == files.end()) continue;
    const auto& file = found->second;
    const auto row = static_cast<std::size_t>(std::stoll(of("row"))) - 1;
    const auto cell = [&](std::initializer_list<std::string_view> names) { return file.cell(row, names); };
    const std::string name = cell({"Наименование", "Компания"});
    if (of("name_status") == "exact") {
      const auto split = split_legal_name(name);
      std::string got = base::fold(split.form + "|" + split.name), wanted = base::fold(of("legal_form") + "|" + of("name"));
      marks.add("name exact", got == wanted, name, got, wanted);
    }
    const std::string date = cell({"Дата первого обращения", "Создан"});
    if (of("date_status") == "ok" || of("date_status") == "month")
      marks.add("date", date_text(date) == of("date"), date, date_text(date), of("date"));
    if (of("date_status") == "bad") marks.add("date bad", date_text(date).empty(), date, date_text(date), "");
    const std::string sum = cell({"Сумма сделок", "Оборот"});
    const auto read = read_sum(sum);
    if (of("sum_status") == "ok") {
      const std::string kopecks = read ? kopecks_of(read->amount) : std::string();
      marks.add("sum", kopecks == of("sum_kopecks"), sum, kopecks, of("sum_kopecks"));
    }
    if (of("sum_status") == "text") marks.add("sum text", !read, sum, read ? read->amount : "", "");
    const std::string contact = cell({"Контактное лицо", "ФИО контакта"});
    if (of("contact_status") != "missing") {
      const auto person = split_person(contact);
      const std::string got = base::fold(person.last + "|" + person.first + "|" + person.middle),
                        wanted = base::fold(of("contact_last") + "|" + of("contact_first") + "|" + of("contact_middle"));
      marks.add("contact", got == wanted, contact, got, wanted);
    }
    const std::string city = cell({"Город"});
    if (!of("city").empty() && !city.empty()) marks.add("city", city_name(city) == of("city"), city, city_name(city), of("city"));
    const std::string address = cell({"Адрес", "Юр. адрес"});
    if (!of("street").empty()) {
      const auto parts = split_address(address);
      const std::string got = parts.postal_code + "|" + parts.city + "|" + parts.house + "|" + parts.office,
                        wanted = of("postcode") + "|" + of("city") + "|" + of("house") + "|" + of("office");
      marks.add("address", base::fold(got) == base::fold(wanted), address, got, wanted);
    }
    const std::string phones = cell({"Телефон", "Телефоны"});
    if (of("phones_status") == "ok" || of("phones_status") == "local") {
      const std::string got = phone_list(phones, city.empty() ? split_address(address).city : city);
      marks.add("phones " + of("phones_status"), got == of("phones"), phones, got, of("phones"));
    }
    const std::string emails = cell({"E-mail", "Почта"});
    if (of("emails_status") == "ok") {
      std::string got;
      for (const auto& email : read_emails(emails)) {
        if (email.valid) got += (got.empty() ? "" : " ") + email.value;
      }
      marks.add("emails", got == base::to_lower(of("emails")), emails, got, of("emails"));
    }
  }
  for (const auto& [kind, count] : marks.counts) std::cout << "  " << kind << ": " << count.first << " of " << count.second << "\n";
  EXPECT_GE(marks.share("name exact"), .98);
  EXPECT_GE(marks.share("date"), .999);
  EXPECT_EQ(marks.share("date bad"), 1);
  EXPECT_GE(marks.share("sum"), .999);
  EXPECT_EQ(marks.share("sum text"), 1);
  EXPECT_GE(marks.share("contact"), .95);
  EXPECT_GE(marks.share("city"), .99);
  EXPECT_GE(marks.share("phones ok"), .99);
  EXPECT_GE(marks.share("phones local"), .99);
  EXPECT_GE(marks.share("emails"), .99);
}

TEST(ImportNames, TellSeveralPersonsAndFirmsFromOnePerson) {
  EXPECT_EQ(persons_in("Иванов И.И., Петров П.П."), (std::vector<std::string>{"Иванов И.И.", "Петров П.П."}));
  EXPECT_EQ(persons_in("Иванов, Иван").size(), 1u);
  EXPECT_TRUE(is_organisation("ООО «Ромашка»"));
  EXPECT_TRUE(is_organisation("Ромашка OOO"));
  for (const auto* person : {"ИП Иванов", "Петров А.О.", "Ким И.П.", "Иванов Иван"}) EXPECT_FALSE(is_organisation(person)) << person;
  EXPECT_TRUE(leaves_words_out("Мария 89161234567", split_person("Мария 89161234567")));
  EXPECT_FALSE(leaves_words_out("Иванова Мария (гл. бухгалтер)", split_person("Иванова Мария (гл. бухгалтер)")));
}

TEST(ImportCodes, KeepEveryDigitOrSayThatTheyAreLost) {
  EXPECT_EQ(read_code(base::CodeKind::kInn, "7.7070838930E9").value, "7707083893");
  EXPECT_TRUE(read_code(base::CodeKind::kInn, "7,8020100E8").is_lost);
  EXPECT_TRUE(read_code(base::CodeKind::kOgrn, "1,02770E+12").is_lost);
  EXPECT_EQ(read_code(base::CodeKind::kInn, "7 707 083 893,00").value, "7707083893");
  const ReadCode pair = read_code(base::CodeKind::kInn, "ИНН/КПП 7707083893/770701001");
  EXPECT_EQ(pair.value + " " + pair.kpp, "7707083893 770701001");
  EXPECT_FALSE(pair.has_more);
  EXPECT_TRUE(read_code(base::CodeKind::kInn, "7707083893 (был 7736050003)").has_more);
}

}  // namespace

}  // namespace connect
