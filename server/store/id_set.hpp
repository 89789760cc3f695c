// A set of record ids, one bit each: a million take 125 KB.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace store {

class IdSet {
 public:
  // add() refuses what is not below it: a set takes 128 MB at most.
  static constexpr std::int64_t kLimit = std::int64_t{1} << 30;

  bool add(std::int64_t id) {
    if (id < 0 || id >= kLimit) return false;
    const auto word = static_cast<std::size_t>(id / 64);
    if (word >= words_.size()) words_.resize(word + word / 2 + 1);
    words_[word] |= std::uint64_t{1} << (id % 64);
    return true;
  }
  bool contains(std::int64_t id) const {
    const auto word = static_cast<std::size_t>(id / 64);
    return id >= 0 && word < words_.size() && (words_[word] >> (id % 64) & 1) != 0;
  }
  std::int64_t size() const {
    std::int64_t count = 0;
    for (const auto word : words_) count += std::popcount(word);
    return count;
  }
  // Keeps what both hold.
  void intersect(const IdSet& other) {
    if (words_.size() > other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }
  void unite(const IdSet& other) {
    if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }
  // Takes out what the other holds.
  void subtract(const IdSet& other) {
    for (std::size_t i = 0; i < words_.size() && i < other.words_.size(); ++i) words_[i] &= ~other.words_[i];
  }
  std::vector<std::int64_t> ids() const {
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (auto word = words_[i]; word != 0; word &= word - 1) out.push_back(static_cast<std::int64_t>(i) * 64 + std::countr_zero(word));
    }
    return out;
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace store
