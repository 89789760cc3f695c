// Blocking keys: records that share none are never compared, so that search does work in proportion to what is alike.
#pragma once

#include <cstdint>
#include <vector>

#include "server/entity/match/score.hpp"

namespace match {

// A value that more records share than this makes no key of its own, only together with another one.
inline constexpr int kMostInBlock = 60;

// kStore: the keys to index a record by. kLookup: every key under which it may have been or may be indexed while its values
// were or will be rarer or commoner. Sorted, without repeats.
enum class KeyUse { kStore, kLookup };
std::vector<std::uint64_t> blocking_keys(const Schema& schema, const Features& features, const Statistics& statistics, KeyUse use);

}  // namespace match
