#include "server/base/text/codes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace base {
namespace {

std::string_view fault(CodeKind kind, std::string_view text) { return check_code(kind, text).fault; }

TEST(Codes, AcceptRealNumbers) {
  EXPECT_EQ(fault(CodeKind::kInn, "7707083893"), "");
  EXPECT_EQ(fault(CodeKind::kInn, "7736207543"), "");
  EXPECT_EQ(fault(CodeKind::kInn, "500100732259"), "");
  EXPECT_EQ(fault(CodeKind::kKpp, "773601001"), "");
  EXPECT_EQ(check_code(CodeKind::kKpp, "7736ab001").value, "7736AB001");
  EXPECT_EQ(fault(CodeKind::kOgrn, "1027700132195"), "");
  EXPECT_EQ(fault(CodeKind::kOgrn, "304500116000157"), "");
  EXPECT_EQ(fault(CodeKind::kOgrnip, "304500116000157"), "");
  EXPECT_EQ(fault(CodeKind::kBik, "044525225"), "");
  EXPECT_EQ(fault(CodeKind::kSnils, "112-233-445 95"), "");
  EXPECT_EQ(fault(CodeKind::kOkpo, "00032537"), "");
  EXPECT_EQ(check_code(CodeKind::kInn, " 77 0708\u00A03893").value, "7707083893");
}

TEST(Codes, TellWhatIsWrong) {
  EXPECT_EQ(fault(CodeKind::kInn, "7707083894"), "check_digit");
  EXPECT_EQ(fault(CodeKind::kInn, "500100732258"), "check_digit");
  EXPECT_EQ(fault(CodeKind::kInn, "0000000000"), "check_digit");
  EXPECT_EQ(fault(CodeKind::kInn, "770708389"), "length");
  EXPECT_EQ(fault(CodeKind::kInn, "77070A3893"), "not_digits");
  EXPECT_EQ(fault(CodeKind::kInn, ""), "not_digits");
  EXPECT_EQ(fault(CodeKind::kKpp, "7736#1001"), "format");
  EXPECT_EQ(fault(CodeKind::kOgrnip, "1027700132195"), "length");
  EXPECT_EQ(fault(CodeKind::kOgrn, "2027700132195"), "check_digit");
  EXPECT_EQ(fault(CodeKind::kBik, "054525225"), "format");
}

TEST(Codes, FindEveryChangedDigitOfACompanyNumber) {
  const std::string right = "7707083893";
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (char c = '0'; c <= '9'; ++c) {
      std::string changed = right;
      changed[at] = c;
      EXPECT_EQ(check_code(CodeKind::kInn, changed).valid(), changed == right) << changed;
    }
  }
}

TEST(Accounts, AreCheckedWithTheBank) {
  const std::pair<const char*, const char*> right[] = {{"049805746", "40602810700000000025"}, {"044525225", "40702810200000000001"},
                                                       {"044525974", "40802810400000012345"}, {"044525225", "30101810400000000225"},
                                                       {"044525974", "30101810145250000974"}, {"044525593", "30101810200000000593"},
                                                       {"044030653", "30101810500000000653"}, {"049805000", "30101810800000000746"},
                                                       {"017003983", "40102810445370000059"}, {"017003983", "03100643000000018500"}};
  for (const auto& [bik, account] : right) {
    EXPECT_EQ(check_account(account, bik).fault, "") << account;
  }
  EXPECT_EQ(check_account("40702810300000000001", "044525225").fault, "check_digit");
  EXPECT_EQ(check_account("30101810400000000225", "044525974").fault, "check_digit");
  EXPECT_EQ(check_account("4070281020000000000", "044525225").fault, "length");
  EXPECT_EQ(check_account("40702810200000000001", "").fault, "");
}

TEST(Codes, GetLostZerosBack) {
  EXPECT_EQ(restore_leading_zeros(CodeKind::kBik, "44525225"), "044525225");
  EXPECT_EQ(restore_leading_zeros(CodeKind::kOkpo, "32537"), std::nullopt);
  EXPECT_EQ(restore_leading_zeros(CodeKind::kInn, "770708389"), std::nullopt);
}

TEST(Codes, AgreeWithThePublicVerdicts) {
  const char* shared = std::getenv("MATVEY_SHARED");
  const std::filesystem::path path = std::filesystem::path(shared ? shared : "../shared") / "ext/russia/codes.csv";
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << "no shared test data at " << path;
  std::string line;
  std::getline(file, line);
  int count = 0;
  while (std::getline(file, line)) {
    const std::size_t first = line.find(',');
    const std::size_t last = line.rfind(',');
    const auto kind = find_code_kind(line.substr(0, first));
    ASSERT_TRUE(kind) << line;
    EXPECT_EQ(check_code(*kind, line.substr(first + 1, last - first - 1)).valid(), line[last + 1] == '1') << line;
    ++count;
  }
  EXPECT_EQ(count, 49);
}

}  // namespace
}  // namespace base
