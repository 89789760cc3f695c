#include <sodium.h>

#include <array>
#include <condition_variable>
#include <mutex>

#include "server/api/authenticator.hpp"
#include "server/base/error.hpp"
#include "server/base/text/text.hpp"

namespace api {

namespace {

// OWASP password storage cheat sheet: argon2id, m=19 MiB, t=2, p=1 (measured 23 ms, docs/internals/stack.md).
constexpr unsigned long long kOperations = 2;
constexpr std::size_t kMemoryBytes = 19u << 20;

class HashSlot {
 public:
  HashSlot() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [] { return busy_ < 2; });
    ++busy_;
  }
  ~HashSlot() {
    {
      const std::lock_guard lock(mutex_);
      --busy_;
    }
    changed_.notify_one();
  }

 private:
  static inline std::mutex mutex_;
  static inline std::condition_variable changed_;
  static inline int busy_ = 0;
};

constexpr std::array<std::string_view, 12> kCommon = {"password", "12345678", "123456789", "1234567890", "qwertyui",  "qwerty123",
                                                      "йцукенгш", "11111111", "00000000",  "password1",  "пароль123", "passw0rd"};

}  // namespace

std::string hash_password(std::string_view password) {
  const HashSlot slot;
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), kOperations, kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw base::Error(base::ErrorCode::kUnavailable, "out_of_memory");
  }
  hash.resize(hash.find('\0'));
  return hash;
}

bool verify_password(std::string_view hash, std::string_view password) {
  const HashSlot slot;
  return crypto_pwhash_str_verify(std::string(hash).c_str(), password.data(), password.size()) == 0;
}

void check_password_strength(std::string_view password, std::string_view path) {
  const std::string field(path);
  if (base::length(password) < 8) throw base::Error::field(field, "too_short", {{"min", "8"}});
  if (password.size() > 256) throw base::Error::field(field, "too_long", {{"max", "256"}});
  const std::string folded = base::fold(password);
  for (std::string_view common : kCommon) {
    if (folded == common) throw base::Error::field(field, "too_common");
  }
}

}  // namespace api
