#include <array>
#include <cstdint>
#include <string>

#include <arpa/inet.h>

#include "server/http/client.hpp"

namespace http {
namespace {

struct Block {
  std::uint32_t base;
  int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) { return a << 24 | b << 16 | c << 8 | d; }

// IANA IPv4 Special-Purpose Address Registry, multicast and the reserved rest.
constexpr std::array<Block, 15> kBlocks = {{{v4(0, 0, 0, 0), 8},
                                            {v4(10, 0, 0, 0), 8},
                                            {v4(100, 64, 0, 0), 10},
                                            {v4(127, 0, 0, 0), 8},
                                            {v4(169, 254, 0, 0), 16},
                                            {v4(172, 16, 0, 0), 12},
                                            {v4(192, 0, 0, 0), 24},
                                            {v4(192, 0, 2, 0), 24},
                                            {v4(192, 88, 99, 0), 24},
                                            {v4(192, 168, 0, 0), 16},
                                            {v4(198, 18, 0, 0), 15},
                                            {v4(198, 51, 100, 0), 24},
                                            {v4(203, 0, 113, 0), 24},
                                            {v4(224, 0, 0, 0), 4},
                                            {v4(240, 0, 0, 0), 4}}};

bool is_private_v4(std::uint32_t address) {
  for (const Block& block : kBlocks) {
    if ((address ^ block.base) >> (32 - block.bits) == 0) return true;
  }
  return false;
}

using V6 = std::array<std::uint8_t, 16>;

std::uint32_t v4_at(const V6& a, std::size_t i) { return v4(a[i], a[i + 1], a[i + 2], a[i + 3]); }

// IANA IPv6 Special-Purpose Address Registry: only 2000::/3 is global unicast, some of it special again.
bool is_private_v6(const V6& a) {
  bool has_zero_prefix = true;
  for (std::size_t i = 0; i < 10; ++i) has_zero_prefix = has_zero_prefix && a[i] == 0;
  if (has_zero_prefix && a[10] == 0xff && a[11] == 0xff) return is_private_v4(v4_at(a, 12));
  const bool is_nat64 = a[0] == 0x00 && a[1] == 0x64 && a[2] == 0xff && a[3] == 0x9b && a[4] == 0 && a[5] == 0;
  if (is_nat64) return is_private_v4(v4_at(a, 12));
  if ((a[0] & 0xe0) != 0x20) return true;
  if (a[0] == 0x20 && a[1] == 0x02) return is_private_v4(v4_at(a, 2));            // 6to4
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) return true;                   // 2001::/23, Teredo among them
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8) return true;  // documentation
  return a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10;                             // documentation, RFC 9637
}

}  // namespace

bool is_private_address(std::string_view address) {
  const std::string text(address);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return is_private_v4(ntohl(four.s_addr));
  V6 six{};
  if (inet_pton(AF_INET6, text.c_str(), six.data()) == 1) return is_private_v6(six);
  return true;
}

}  // namespace http
