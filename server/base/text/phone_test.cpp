#include "server/base/text/phone.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace base {
namespace {

std::string shown(std::string_view raw, std::string_view region = "RU", std::string_view area = {}) {
  const auto number = parse_phone(raw, region, area);
  if (!number) return "none";
  std::string out = number->valid ? number->e164 : "invalid " + number->e164;
  if (!number->ext.empty()) out += " x" + number->ext;
  return out;
}

TEST(ParsePhone, TakesWhatPeopleType) {
  for (const char* raw : {"8 (495) 123-45-67", "+7 495 123 45 67", "74951234567", "4951234567", "8-495-123-45-67", "8.495.123.45.67",
                          "+7(495)1234567", "＋７ ４９５ １２３ ４５ ６７", "8\u00A0(495)\u00A0123\u201345\u201367", "тел. 8 495 123-45-67",
                          "0074951234567", "8 10 7 495 123-45-67", "8 495 123/45/67"}) {
    EXPECT_EQ(shown(raw), "+74951234567") << raw;
  }
  EXPECT_EQ(shown("+8 916 123-45-67"), "+79161234567");
  EXPECT_EQ(shown("8-800-555-35-35"), "+78005553535");
  EXPECT_EQ(shown("810 375 17 123 45 67"), "+375171234567");
  EXPECT_EQ(shown("00 375 17 123 45 67"), "+375171234567");
  EXPECT_EQ(shown("+44 (0)20 7946 0958"), "+442079460958");
}

TEST(ParsePhone, FindsExtensions) {
  for (const char* raw : {"8 (495) 123-45-67 доб. 12", "84951234567,,12", "84951234567, 12", "8 495 123-45-67 (доб.12)",
                          "8 495 123-45-67 вн. 12", "84951234567 ext. 12", "84951234567x12", "84951234567#12", "84951234567;ext=12",
                          "8 495 123-45-67 (12)", "8 495 123-45-67 добавочный: 12", "84951234567 ДОБ 12"}) {
    EXPECT_EQ(shown(raw), "+74951234567 x12") << raw;
  }
}

TEST(ParsePhone, KnowsRegionsTypesAndFormats) {
  const PhoneNumber moscow = *parse_phone("84951234567");
  EXPECT_EQ(moscow.region, "RU");
  EXPECT_EQ(moscow.type, "fixed_line");
  EXPECT_EQ(national_format(moscow), "8 (495) 123-45-67");
  EXPECT_EQ(international_format(moscow), "+7 495 123-45-67");
  const PhoneNumber almaty = *parse_phone("+7 701 123 45 67");
  EXPECT_EQ(almaty.region, "KZ");
  EXPECT_EQ(almaty.type, "mobile");
  EXPECT_EQ(parse_phone("+1 650 253 0000")->region, "US");
  EXPECT_EQ(parse_phone("+1 650 253 0000")->type, "fixed_line_or_mobile");
  EXPECT_EQ(international_format(*parse_phone("+1 650 253 0000")), "+1 650-253-0000");
  EXPECT_EQ(parse_phone("+39 06 1234 5678")->e164, "+390612345678");
  EXPECT_EQ(parse_phone("+800 1234 5678")->region, "001");
}

TEST(ParsePhone, MarksWhatNoPlanHas) {
  EXPECT_EQ(shown("8 495 123-45-6"), "invalid +78495123456");
  EXPECT_EQ(shown("+7 000 123-45-67"), "invalid +70001234567");
  EXPECT_EQ(shown("123-45-67"), "invalid ");
  EXPECT_EQ(shown("99999999999999999999999999999999999999999999"), "invalid ");
  EXPECT_EQ(shown("нет"), "none");
  EXPECT_EQ(shown(""), "none");
  EXPECT_EQ(shown("4951234567", "XX"), "invalid ");
  EXPECT_EQ(shown("+74951234567", ""), "+74951234567");
}

TEST(ParsePhone, CompletesLocalNumbersByTheAreaCode) {
  EXPECT_EQ(shown("123-45-67", "RU", "495"), "+74951234567");
  EXPECT_EQ(shown("812-34-56", "RU", "(495)"), "+74958123456");
  EXPECT_EQ(shown("26-12-34", "RU", "8452"), "+78452261234");
  EXPECT_EQ(shown("8 812 123-45-67", "RU", "495"), "+78121234567");
}

struct Expected {
  std::string e164, ext, kind, note;
  friend bool operator==(const Expected&, const Expected&) = default;
};
void PrintTo(const Expected& value, std::ostream* out) {
  *out << value.e164 << " x" << value.ext << " [" << value.kind << "] " << value.note;
}

std::vector<Expected> split(std::string_view cell) {
  std::vector<Expected> found;
  for (const PhoneEntry& entry : split_phones(cell)) found.push_back({entry.number.e164, entry.number.ext, entry.kind, entry.note});
  return found;
}

TEST(SplitPhones, SeparatesNumbersKindsAndNotes) {
  const Expected office{"+74951234567", "", "", ""};
  const Expected mobile{"+79161234567", "", "", ""};
  EXPECT_EQ(split("8 (495) 123-45-67, 89161234567 доб. 12; +375171234567"),
            (std::vector<Expected>{office, {"+79161234567", "12", "", ""}, {"+375171234567", "", "", ""}}));
  EXPECT_EQ(split("8 (495) 123-45-67 / 8 916 123-45-67"), (std::vector<Expected>{office, mobile}));
  EXPECT_EQ(split("84951234567 89161234567"), (std::vector<Expected>{office, mobile}));
  EXPECT_EQ(split("8 495 123 45 67 8 916 123 45 67"), (std::vector<Expected>{office, mobile}));
  EXPECT_EQ(split("+74951234567+79161234567"), (std::vector<Expected>{office, mobile}));
  EXPECT_EQ(split("84951234567\n89161234567"), (std::vector<Expected>{office, mobile}));
  EXPECT_EQ(split("моб. 89161234567, раб. 84951234567 доб 5"),
            (std::vector<Expected>{{"+79161234567", "", "mobile", ""}, {"+74951234567", "5", "work", ""}}));
  EXPECT_EQ(split("89161234567 (моб), 84951234567 (офис)"),
            (std::vector<Expected>{{"+79161234567", "", "mobile", ""}, {"+74951234567", "", "work", ""}}));
  EXPECT_EQ(split("моб 89161234567 раб 84951234567"),
            (std::vector<Expected>{{"+79161234567", "", "mobile", ""}, {"+74951234567", "", "work", ""}}));
  EXPECT_EQ(split("89161234567 WhatsApp; 84951234567 факс"),
            (std::vector<Expected>{{"+79161234567", "", "whatsapp", ""}, {"+74951234567", "", "fax", ""}}));
  EXPECT_EQ(split("89161234567 Иван Петров, т. 84951234567"), (std::vector<Expected>{{"+79161234567", "", "", "Иван Петров"}, office}));
  EXPECT_EQ(split("84951234567 доб. 12 89161234567"), (std::vector<Expected>{{"+74951234567", "12", "", ""}, mobile}));
  EXPECT_EQ(split("моб. 8, б 8 495 123-45-67"), (std::vector<Expected>{{"+74951234567", "", "mobile", "б"}}));
  EXPECT_TRUE(split("нет телефона").empty());
}

TEST(SplitPhones, KeepsWhatStoodInTheCell) {
  const auto entries = split_phones(" тел: +7 (495) 123-45-67 доб. 12 , 8 916 123-45-67 8 916 123-45-68");
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].raw, "+7 (495) 123-45-67 доб. 12");
  EXPECT_EQ(entries[1].raw, "8 916 123-45-67");
  EXPECT_EQ(entries[2].raw, "8 916 123-45-68");
}

// National examples of the plans, typed in their region, have the E.164 form that the plans' publisher gives.
TEST(ParsePhone, AgreesWithTheExampleNumbers) {
  const char* shared = std::getenv("MATVEY_SHARED");
  const std::filesystem::path path = std::filesystem::path(shared ? shared : "../shared") / "ext/russia/phone-examples.csv";
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << "no shared test data at " << path;
  std::string line;
  std::getline(file, line);
  int count = 0;
  while (std::getline(file, line)) {
    const std::size_t first = line.find(',');
    const std::size_t second = line.find(',', first + 1);
    const std::size_t third = line.find(',', second + 1);
    EXPECT_EQ(shown(line.substr(second + 1, third - second - 1), line.substr(0, first)), line.substr(third + 1)) << line;
    ++count;
  }
  EXPECT_EQ(count, 51);
}

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> found(1);
  for (const char c : line) {
    if (c == '\t') {
      found.emplace_back();
    } else {
      found.back() += c;
    }
  }
  return found;
}

// tools/phone_metadata/oracle.mjs asks the plans' own library at build time.
TEST(ParsePhone, AgreesWithThePublishersLibraryOn12000Numbers) {
  static const char* const kTypes[] = {
      "fixed_line", "mobile",   "fixed_line_or_mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal", "pager",
      "uan",        "voicemail"};
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "generated/phone_oracle.tsv";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::string line;
  int compared = 0;
  while (std::getline(file, line)) {
    const std::vector<std::string> expected = columns(line);
    ASSERT_EQ(expected.size(), 8u) << line;
    // We take more than the library: 00 abroad from everywhere, and a plus typed before a national number.
    if (expected[1].starts_with("00") || (expected[1].starts_with("+") && expected[2] == "error")) continue;
    const auto number = parse_phone(expected[1], expected[0]);
    ++compared;
    const bool is_valid = expected[3] == "1";
    ASSERT_EQ(number && number->valid, is_valid) << line;
    if (!is_valid) continue;
    EXPECT_EQ(number->e164, expected[2]) << line;
    EXPECT_EQ(number->region, expected[4]) << line;
    EXPECT_EQ(national_format(*number), expected[5]) << line;
    EXPECT_EQ(international_format(*number), expected[6]) << line;
    EXPECT_EQ(number->type, kTypes[std::stoi(expected[7])]) << line;
  }
  EXPECT_GT(compared, 10000);
}

// Plans and patterns are read and compiled at their first use, whoever comes first.
TEST(ParsePhone, GivesEveryThreadTheSameAnswer) {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&right] {
      for (const char* raw : {"+4930123456", "+33 1 23 45 67 89", "+81 3-1234-5678", "+55 11 96123-4567", "+86 139 1234 5678"}) {
        const auto number = parse_phone(raw);
        right += number && number->valid;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 8 * 5);
}

TEST(Phone, TakesAPrefixThatStandsApartForNoDigitOfTheNumber) {
  // A digit was lost: with the prefix as its first digit the rest would be a number of another city.
  for (const auto* text : {"8 343 807 39 6", "8 (351) 591-56-4", "8(473)208547", "8.347.448.07.7", "8-342-992-10-9"}) {
    const auto number = parse_phone(text);
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(number->e164, "") << text;
    EXPECT_FALSE(number->valid) << text;
  }
  EXPECT_EQ(parse_phone("834 392-06-70")->e164, "+78343920670");
  EXPECT_EQ(parse_phone("8343920670")->e164, "+78343920670");
  EXPECT_EQ(parse_phone("8 (343) 807-39-61")->e164, "+73438073961");
  EXPECT_EQ(parse_phone("8 800 555 35 35")->e164, "+78005553535");
}

}  // namespace
}  // namespace base
