#include "server/print/words/names.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

namespace print {

namespace {

using Row = std::vector<std::string>;

std::string shared_folder() {
  const char* set = std::getenv("MATVEY_SHARED");
  return std::string(set ? set : "../shared") + "/ext/russia/petrovich-eval/";
}

// Rows of a table of the evaluation set without its head; empty where the set is not there.
std::vector<Row> rows_of(const std::string& name) {
  std::ifstream file(shared_folder() + name);
  std::vector<Row> out;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    Row row;
    std::stringstream columns(line);
    for (std::string column; std::getline(columns, column, '\t');) row.push_back(column);
    out.push_back(std::move(row));
  }
  return out;
}

Case case_of(const std::string& grammemes) {
  const std::pair<const char*, Case> kCases[] = {
      {"рд", Case::kGenitive}, {"дт", Case::kDative}, {"вн", Case::kAccusative}, {"тв", Case::kInstrumental}, {"пр", Case::kPrepositional}};
  for (const auto& [mark, target] : kCases) {
    if (grammemes.find(mark) != std::string::npos) return target;
  }
  return Case::kNominative;
}

Sex sex_named(const std::string& grammemes) { return grammemes.find("жр") != std::string::npos ? Sex::kFemale : Sex::kMale; }

struct Score {
  int right = 0, all = 0;
  std::string wrong;
  double share() const { return all == 0 ? 0 : static_cast<double>(right) / all; }
};

Score score_of(const std::string& file, std::string PersonName::*part) {
  Score score;
  for (const auto& row : rows_of(file)) {
    PersonName name;
    name.*part = row[0];
    const std::string got = decline(name, case_of(row[2]), sex_named(row[2])).*part;
    ++score.all;
    if (got == row[1]) {
      ++score.right;
    } else {
      score.wrong += row[0] + " " + row[2] + ": " + got + ", not " + row[1] + "\n";
    }
  }
  std::cout << file << ": " << score.right << " of " << score.all << "\n" << score.wrong;
  return score;
}

class Evaluation : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::ifstream(shared_folder() + "people.tsv")) GTEST_SKIP() << "no evaluation set of names (MATVEY_SHARED)";
  }
};

TEST_F(Evaluation, last_names_take_their_cases) { EXPECT_GE(score_of("surnames.misc.tsv", &PersonName::last).share(), 0.93); }
TEST_F(Evaluation, first_names_take_their_cases) { EXPECT_GE(score_of("firstnames.misc.tsv", &PersonName::first).share(), 0.96); }
TEST_F(Evaluation, patronymics_take_their_cases) { EXPECT_EQ(score_of("midnames.misc.tsv", &PersonName::middle).share(), 1.0); }

TEST_F(Evaluation, whole_people_take_their_cases) {
  int right = 0, all = 0;
  for (const auto& row : rows_of("people.tsv")) {
    const PersonName name{row[0], row[1], row[2]};
    const PersonName got = decline(name, case_of(row[6]), sex_named(row[6]));
    ++all;
    if (got.last == row[3] && got.first == row[4] && got.middle == row[5]) {
      ++right;
    } else {
      std::cout << row[0] << " " << row[1] << " " << row[2] << " " << row[6] << ": " << got.last << " " << got.first << " " << got.middle
                << "\n";
    }
  }
  std::cout << "people.tsv: " << right << " of " << all << "\n";
  EXPECT_GE(right, all - 1);
}

TEST_F(Evaluation, sex_is_told_from_names) {
  int right = 0, wrong = 0, unknown = 0;
  const auto count = [&](const PersonName& name, const std::string& mark) {
    const Sex sex = sex_of(name);
    if (sex == Sex::kUnknown)
      ++unknown;
    else if (sex == sex_named(mark))
      ++right;
    else {
      ++wrong;
      std::cout << name.last << " " << name.first << " " << name.middle << " is not " << mark << "\n";
    }
  };
  for (const auto& row : rows_of("firstnames.popular.gender.tsv")) count({"", row[0], ""}, row[1]);
  for (const auto& row : rows_of("people.gender.tsv")) {
    if (row.size() > 3 && row[3] != "мж") count({row[0], row[1], row[2]}, row[3]);
  }
  std::cout << "sex: " << right << " right, " << wrong << " wrong, " << unknown << " unknown\n";
  EXPECT_GE(right, (right + wrong + unknown) * 95 / 100);
}

TEST(Names, are_declined_whole) {
  EXPECT_EQ(decline_name("Иванов Иван Иванович", Case::kGenitive), "Иванова Ивана Ивановича");
  EXPECT_EQ(decline_name("Иван Иванович Иванов", Case::kDative), "Ивану Ивановичу Иванову");
  EXPECT_EQ(decline_name("Кузнецова Анна Петровна", Case::kGenitive), "Кузнецовой Анны Петровны");
  EXPECT_EQ(decline_name("Ткач Анна Петровна", Case::kDative), "Ткач Анне Петровне");
  EXPECT_EQ(decline_name("Ткач Иван Петрович", Case::kDative), "Ткачу Ивану Петровичу");
  EXPECT_EQ(decline_name("Шевченко Тарас Григорьевич", Case::kGenitive), "Шевченко Тараса Григорьевича");
  EXPECT_EQ(decline_name("Мамедов Ильхам Гейдар оглы", Case::kGenitive).substr(0, std::string("Мамедова Ильхама").size()),
            "Мамедова Ильхама");
  EXPECT_EQ(decline_name("ИВАНОВ ИВАН ИВАНОВИЧ", Case::kInstrumental), "ИВАНОВЫМ ИВАНОМ ИВАНОВИЧЕМ");
  EXPECT_EQ(decline_name("Иванов И. И.", Case::kGenitive), "Иванова И. И.");
  EXPECT_EQ(decline_name("John Smith", Case::kGenitive), "John Smith");
  EXPECT_EQ(decline_name("", Case::kGenitive), "");
}

TEST(Names, are_shortened_to_initials) {
  EXPECT_EQ(short_name("Иванов Иван Иванович"), "Иванов И. И.");
  EXPECT_EQ(short_name("Иван Иванович Иванов"), "Иванов И. И.");
  EXPECT_EQ(short_name("Иванов И.И."), "Иванов И. И.");
  EXPECT_EQ(short_name("Бонч-Бруевич Виктор Леопольдович"), "Бонч-Бруевич В. Л.");
  EXPECT_EQ(short_name("Ли Анна"), "Ли А.");
  EXPECT_EQ(short_name("Шер"), "Шер");
  EXPECT_EQ(short_name_first("Иванов Иван Иванович"), "И. И. Иванов");
}

TEST(Positions, are_declined_up_to_the_main_noun) {
  const std::pair<const char*, const char*> kGenitive[] = {
      {"генеральный директор", "генерального директора"},
      {"Генеральный директор", "Генерального директора"},
      {"директор по продажам", "директора по продажам"},
      {"заместитель генерального директора", "заместителя генерального директора"},
      {"исполняющий обязанности директора", "исполняющего обязанности директора"},
      {"и.о. директора", "и.о. директора"},
      {"временно исполняющий обязанности генерального директора", "временно исполняющего обязанности генерального директора"},
      {"главный бухгалтер", "главного бухгалтера"},
      {"управляющий", "управляющего"},
      {"заведующая складом", "заведующей складом"},
      {"председатель правления", "председателя правления"},
      {"индивидуальный предприниматель", "индивидуального предпринимателя"},
      {"коммерческий директор", "коммерческого директора"},
      {"технический директор", "технического директора"},
      {"исполнительный директор", "исполнительного директора"},
      {"ведущий специалист", "ведущего специалиста"},
      {"старший менеджер по работе с клиентами", "старшего менеджера по работе с клиентами"},
      {"вице-президент", "вице-президента"},
      {"директор-распорядитель", "директора-распорядителя"},
      {"продавец-консультант", "продавца-консультанта"},
      {"владелец", "владельца"},
      {"глава администрации", "главы администрации"},
      {"врач", "врача"},
      {"секретарь", "секретаря"},
      {"начальник отдела", "начальника отдела"},
      {"юрист", "юриста"},
      {"финансовый директор", "финансового директора"},
      {"арбитражный управляющий", "арбитражного управляющего"},
      {"ректор", "ректора"},
      {"член совета директоров", "члена совета директоров"},
      {"кладовщик", "кладовщика"},
      {"президент", "президента"},
      {"руководитель проекта", "руководителя проекта"},
      {"мастер участка", "мастера участка"},
      {"ГИП", "ГИП"},
      {"CEO", "CEO"},
  };
  for (const auto& [from, to] : kGenitive) EXPECT_EQ(decline_position(from, Case::kGenitive), to);
  EXPECT_EQ(decline_position("генеральный директор", Case::kDative), "генеральному директору");
  EXPECT_EQ(decline_position("генеральный директор", Case::kInstrumental), "генеральным директором");
  EXPECT_EQ(decline_position("коммерческий директор", Case::kPrepositional), "коммерческом директоре");
  EXPECT_EQ(decline_position("ГЕНЕРАЛЬНЫЙ ДИРЕКТОР", Case::kGenitive), "ГЕНЕРАЛЬНОГО ДИРЕКТОРА");
}

}  // namespace

}  // namespace print
