#include "server/base/uid.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

namespace base {
namespace {

class FixedRandom final : public Random {
 public:
  void fill(void* bytes, std::size_t size) override { std::memset(bytes, 0xFF, size); }
};

TEST(Uid, FollowsRfc9562Version7) {
  FixedRandom random;
  // The timestamp of RFC 9562, A.6.
  const Uid uid = make_uid(*parse_instant("2022-02-22T19:22:22.000Z"), random);
  EXPECT_EQ(to_string(uid), "017f22e2-79b0-7000-bfff-ffffffffffff");
}

TEST(Uid, GrowsWithTime) {
  SystemRandom random;
  Uid previous{};
  for (std::int64_t us = 1'700'000'000'000'000; us < 1'700'000'000'002'000; us += 10) {
    const Uid uid = make_uid(from_micros(us), random);
    ASSERT_LT(previous, uid);
    previous = uid;
  }
}

TEST(Uid, IsReadInCanonicalFormOnly) {
  EXPECT_EQ(to_string(*parse_uid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  for (const char* text : {"", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398}",
                           "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f"}) {
    EXPECT_FALSE(parse_uid(text)) << text;
  }
}

TEST(RandomToken, IsUrlSafeAndNeverTheSame) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = random_token(random);
    EXPECT_EQ(token.size(), 43u);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), std::string::npos);
    seen.insert(token);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace base
