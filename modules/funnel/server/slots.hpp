// From record ids to places in a vector: pages of ids, so that a look-up is two loads and gaps cost little.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace funnel {

class Slots {
 public:
  static constexpr std::uint32_t kNone = 0;

  // `slot` is 1 or more.
  void set(std::int64_t id, std::uint32_t slot) {
    if (id < 0 || id >= kPaged) {
      far_[id] = slot;
      return;
    }
    const auto page = static_cast<std::size_t>(id) / kPage;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (!pages_[page]) pages_[page] = std::make_unique<std::array<std::uint32_t, kPage>>();
    (*pages_[page])[static_cast<std::size_t>(id) % kPage] = slot;
  }
  // Asks for the memory of find(id) ahead.
  void prefetch(std::int64_t id) const {
    const auto page = static_cast<std::size_t>(id) / kPage;
    if (id >= 0 && page < pages_.size() && pages_[page]) __builtin_prefetch(&(*pages_[page])[static_cast<std::size_t>(id) % kPage]);
  }
  std::uint32_t find(std::int64_t id) const {
    if (id < 0 || id >= kPaged) {
      const auto found = far_.find(id);
      return found == far_.end() ? kNone : found->second;
    }
    const auto page = static_cast<std::size_t>(id) / kPage;
    if (page >= pages_.size() || !pages_[page]) return kNone;
    return (*pages_[page])[static_cast<std::size_t>(id) % kPage];
  }

 private:
  static constexpr std::size_t kPage = 4096;
  static constexpr std::int64_t kPaged = std::int64_t{1} << 32;
  std::vector<std::unique_ptr<std::array<std::uint32_t, kPage>>> pages_;
  std::unordered_map<std::int64_t, std::uint32_t> far_;
};

}  // namespace funnel
