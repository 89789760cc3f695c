#include "server/entity/match/score.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "server/entity/match/search.hpp"
#include "server/entity/match/similarity.hpp"

namespace match {
namespace {

const Schema kSchema = {{"name", Role::kName},    {"inn", Role::kInn},   {"kpp", Role::kBranch},       {"phones", Role::kPhone},
                        {"emails", Role::kEmail}, {"city", Role::kTown}, {"addresses", Role::kAddress}};

struct Client {
  std::string name, inn, kpp, phone, email, city, address;
};

Features features_of(const Client& client) {
  Features features;
  std::size_t field = 0;
  for (const auto* cell : {&client.name, &client.inn, &client.kpp, &client.phone, &client.email, &client.city, &client.address}) {
    features.fields.push_back(
        make_features(kSchema[field++].role, cell->empty() ? std::vector<std::string>{} : std::vector<std::string>{*cell}));
  }
  return features;
}

// A base of a thousand where nothing is known to be common.
class Thousand final : public Statistics {
 public:
  double records() const override { return 1000; }
  double count(std::uint64_t) const override { return 2; }
};

Score score_of(const Client& a, const Client& b) {
  const Thousand base;
  const Scorer scorer(kSchema, default_model(kSchema, base));
  return scorer.compare(prepare(kSchema, features_of(a), base), prepare(kSchema, features_of(b), base));
}

TEST(Similarity, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("vetrov", "vetrov", 2), 0);
  EXPECT_EQ(edit_distance("vetrov", "vterov", 2), 1);
  EXPECT_EQ(edit_distance("vetrov", "vetov", 2), 1);
  EXPECT_EQ(edit_distance("vetrov", "sinica", 2), 3);
  EXPECT_DOUBLE_EQ(jaro_winkler("martha", "martha"), 1.0);
  EXPECT_NEAR(jaro_winkler("martha", "marhta"), 0.961, 0.001);  // the example of Winkler's paper
  EXPECT_NEAR(jaro_winkler("dixon", "dicksonx"), 0.813, 0.001);
  EXPECT_EQ(word_similarity("2000", "2001"), 0.0);
}

TEST(Similarity, IsSymmetricForTenThousandPairs) {
  std::mt19937 random(7);
  const auto word = [&] {
    std::string text(random() % 12, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 4);
    return text;
  };
  for (int i = 0; i < 10000; ++i) {
    const std::string a = word(), b = word();
    EXPECT_EQ(edit_distance(a, b, 3), edit_distance(b, a, 3)) << a << " " << b;
    EXPECT_NEAR(jaro_winkler(a, b), jaro_winkler(b, a), 1e-9) << a << " " << b;
    EXPECT_GE(edit_distance(a, b, 20), static_cast<int>(a.size() > b.size() ? a.size() - b.size() : b.size() - a.size()));
  }
}

TEST(Scores, NamesWrittenInOtherWaysAreOneClient) {
  const Client client{"ООО «Северный ветер»", "", "", "", "", "Тула", ""};
  for (const char* name : {"Северный ветер", "СЕВЕРНЫЙ ВЕТЕР ООО", "Severnyy veter LLC", "ООО «Ветер Северный»", "ООО Северный ветр"}) {
    EXPECT_GE(score_of(client, {name, "", "", "", "", "Тула", ""}).points, kLikelyPoints) << name;
  }
  EXPECT_LT(score_of(client, {"ООО «Южный берег»", "", "", "", "", "Тула", ""}).points, 20);
}

TEST(Scores, InitialsStandForNames) {
  const Client full{"Ветров Игорь Павлович", "", "", "", "", "Тула", ""};
  EXPECT_GE(score_of(full, {"ИП Ветров И. П.", "", "", "", "", "Тула", ""}).points, kLikelyPoints);
  EXPECT_LT(score_of(full, {"ИП Ветров А. С.", "", "", "", "", "Тула", ""}).points,
            score_of(full, {"ИП Ветров И. П.", "", "", "", "", "Тула", ""}).points);
}

TEST(Scores, TwoRightTaxNumbersTellTwoClients) {
  const Client one{"ООО «Северный ветер»", "7707083893", "", "8 (495) 123-45-67", "", "Москва", ""};
  const Score other = score_of(one, {"ООО «Северный ветер»", "7736207543", "", "8 (495) 123-45-67", "", "Москва", ""});
  const Score same = score_of(one, {"ООО «Северный ветер»", "7707083893", "", "8 (495) 123-45-67", "", "Москва", ""});
  EXPECT_LT(other.points, kCertainPoints);
  EXPECT_GT(same.points, other.points + 20);
  EXPECT_GE(same.points, kCertainPoints);
}

TEST(Scores, BranchesShareTheTaxNumber) {
  const Client head{"ООО «Северный ветер»", "7707083893", "770701001", "", "", "Москва", ""};
  const Score branch = score_of(head, {"ООО «Северный ветер», филиал Тула", "7707083893", "710743001", "", "", "Тула", ""});
  const Score same = score_of(head, {"ООО «Северный ветер»", "7707083893", "770701001", "", "", "Москва", ""});
  EXPECT_GE(branch.points, kLikelyPoints);
  EXPECT_LT(branch.bits, same.bits);
}

TEST(Scores, AnAddressAloneMakesNobodyOne) {
  const Client one{"Ветер", "", "", "", "", "Тула", "ул. Садовая, д. 10"};
  EXPECT_LT(score_of(one, {"", "", "", "", "", "Тула", "Садовая 10"}).points, kLikelyPoints);
}

TEST(Scores, SayWhy) {
  const Score score =
      score_of({"ООО «Ветерок»", "", "", "8 (495) 123-45-67", "", "", ""}, {"Ветерк", "", "", "+7 495 123 45 67", "", "", ""});
  ASSERT_EQ(score.reasons.size(), 2u);
  EXPECT_EQ(kSchema[static_cast<std::size_t>(score.reasons[0].field)].key, "phones");
  EXPECT_EQ(score.reasons[0].agreement, Agreement::kEqual);
  EXPECT_EQ(score.reasons[1].agreement, Agreement::kSimilar);
}

TEST(StoredFeatures, ReadBackAsWritten) {
  const Features features = features_of(
      {"ООО «Северный ветер»", "7707083893", "770701001", "8 (495) 123-45-67; 123-45-67", "a@b.ru", "Москва", "ул. Садовая, 10"});
  EXPECT_EQ(decode(encode(features), kSchema.size()), features);
  EXPECT_EQ(decode("", kSchema.size()).fields.size(), kSchema.size());
  EXPECT_EQ(stable_hash("n", "veter"), stable_hash("n", "veter"));
  EXPECT_NE(stable_hash("n", "ab", "c"), stable_hash("n", "a", "bc"));
}

// Invented clients; some are written a second time with one to three kinds of dirt.
class Invented {
 public:
  Invented(int clients, unsigned seed) : random_(seed) {
    for (int i = 0; i < clients; ++i) {
      const Client client = invent();
      add(client, i);
      while (pick(10) < 4) add(soiled(client), i);
    }
  }
  std::vector<Features> records;
  std::vector<int> owner;

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  std::string syllables(int count) {
    static const char* const kSyllables[] = {"ба",  "ве",  "го",  "ди",  "жа", "за",  "ке",  "ло",  "мир", "нор",
                                             "пал", "рус", "сев", "тон", "ур", "фар", "хол", "чер", "шан", "юг"};
    std::string out;
    for (int i = 0; i < count; ++i) out += kSyllables[pick(20)];
    return out;
  }

  Client invent() {
    static const char* const kTowns[] = {"Москва", "Тула", "Казань", "Пермь", "Омск"};
    Client client;
    client.name = "ООО «" + syllables(2 + pick(3)) + (pick(3) == 0 ? " " + syllables(2) : "") + "»";
    client.phone = "8 (9" + std::to_string(10 + pick(70)) + ") " + std::to_string(100 + pick(900)) + "-" + std::to_string(10 + pick(90)) +
                   "-" + std::to_string(10 + pick(90));
    if (pick(3) != 0) client.email = "info@d" + std::to_string(pick(1000000)) + ".ru";
    client.city = kTowns[pick(5)];
    if (pick(2) == 0) client.address = "ул. " + syllables(3) + ", д. " + std::to_string(1 + pick(150));
    return client;
  }

  Client soiled(Client client) {
    for (int i = 0; i <= pick(3); ++i) {
      switch (pick(5)) {
        case 0: client.phone.clear(); break;
        case 1: client.email.clear(); break;
        case 2: client.address.clear(); break;
        case 3: client.name = client.name.substr(client.name.find("«")); break;
        default: client.name.replace(client.name.find("»") - 2, 2, "ы"); break;
      }
    }
    return client;
  }

  void add(const Client& client, int number) {
    records.push_back(features_of(client));
    owner.push_back(number);
  }

  std::mt19937 random_;
};

TEST(Quality, OfInventedClientsStaysAboveItsFloor) {
  const Invented base(1500, 11);
  const Found found = find_pairs(kSchema, base.records);
  double truth = 0, right = 0;
  for (std::size_t i = 0; i < base.owner.size(); ++i) {
    for (std::size_t j = i + 1; j < base.owner.size() && base.owner[j] == base.owner[i]; ++j) ++truth;
  }
  for (const auto& pair : found.pairs) right += base.owner[pair.a] == base.owner[pair.b] ? 1 : 0;
  ASSERT_GT(truth, 500);
  const double precision = right / static_cast<double>(found.pairs.size()), recall = right / truth;
  EXPECT_GE(precision, 0.98);
  EXPECT_GE(recall, 0.93);
  // Work follows what is alike, not the square of the base.
  EXPECT_LT(found.compared, base.records.size() * 100);
}

}  // namespace
}  // namespace match
