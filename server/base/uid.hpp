// Record uids and random tokens.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/time.hpp"

namespace base {

using Uid = std::array<std::uint8_t, 16>;

// Seam for randomness; thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(void* bytes, std::size_t size) = 0;
};
// libsodium's generator.
class SystemRandom final : public Random {
 public:
  void fill(void* bytes, std::size_t size) override;
};

// RFC 9562 version 7: time-ordered, so that the index on uid grows at its end.
Uid make_uid(Instant now, Random& random);
std::optional<Uid> parse_uid(std::string_view text);  // canonical 36-character form, any case
std::string to_string(const Uid& uid);
// URL-safe base64 of `bytes` random bytes; keys, session ids, share links.
std::string random_token(Random& random, std::size_t bytes = 32);

}  // namespace base
