#include "server/base/uid.hpp"

#include <sodium.h>

#include "server/base/error.hpp"

namespace base {

void SystemRandom::fill(void* bytes, std::size_t size) {
  static const bool is_ready = sodium_init() >= 0;
  if (!is_ready) throw Error(ErrorCode::kUnavailable, "no_randomness");
  randombytes_buf(bytes, size);
}

Uid make_uid(Instant now, Random& random) {
  Uid uid;
  random.fill(uid.data() + 8, 8);
  const std::int64_t micros = to_micros(now);
  const auto millis = static_cast<std::uint64_t>(micros / 1000);
  for (int i = 0; i < 6; ++i) uid[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  // RFC 9562, 6.2, method 3: the fraction of the millisecond instead of random bits keeps ids made within it in order.
  const auto fraction = static_cast<std::uint32_t>(micros % 1000 * 4096 / 1000);
  uid[6] = static_cast<std::uint8_t>(0x70 | (fraction >> 8));
  uid[7] = static_cast<std::uint8_t>(fraction);
  uid[8] = static_cast<std::uint8_t>(0x80 | (uid[8] & 0x3f));
  return uid;
}

std::optional<Uid> parse_uid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  const auto nibble = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  Uid uid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    const int high = nibble(text[i]);
    const int low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uid[at++] = static_cast<std::uint8_t>(high << 4 | low);
    i += 2;
  }
  return uid;
}

std::string to_string(const Uid& uid) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < uid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[uid[i] >> 4];
    out += kHex[uid[i] & 15];
  }
  return out;
}

std::string random_token(Random& random, std::size_t bytes) {
  std::string secret(bytes, '\0');
  random.fill(secret.data(), secret.size());
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string token(sodium_base64_encoded_len(bytes, kVariant), '\0');
  sodium_bin2base64(token.data(), token.size(), reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), kVariant);
  token.pop_back();  // the terminating zero
  sodium_memzero(secret.data(), secret.size());
  return token;
}

}  // namespace base
