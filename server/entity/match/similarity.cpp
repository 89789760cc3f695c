#include "server/entity/match/similarity.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace match {

namespace {

constexpr std::size_t kLongest = 64;

std::string_view shortened(std::string_view text) { return text.substr(0, kLongest); }

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b, int limit) {
  a = shortened(a);
  b = shortened(b);
  const int rows = static_cast<int>(a.size()), columns = static_cast<int>(b.size());
  if (std::abs(rows - columns) > limit) return limit + 1;
  std::array<std::array<std::int8_t, kLongest + 1>, 3> table{};
  auto* before_last = table[0].data();
  auto* last = table[1].data();
  auto* row = table[2].data();
  for (int j = 0; j <= columns; ++j) last[j] = static_cast<std::int8_t>(j);
  for (int i = 1; i <= rows; ++i) {
    row[0] = static_cast<std::int8_t>(i);
    int best = row[0];
    for (int j = 1; j <= columns; ++j) {
      const bool same = a[static_cast<std::size_t>(i - 1)] == b[static_cast<std::size_t>(j - 1)];
      int cost = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[static_cast<std::size_t>(i - 1)] == b[static_cast<std::size_t>(j - 2)] &&
                           a[static_cast<std::size_t>(i - 2)] == b[static_cast<std::size_t>(j - 1)];
      if (swapped) cost = std::min(cost, before_last[j - 2] + 1);
      row[j] = static_cast<std::int8_t>(cost);
      best = std::min(best, cost);
    }
    if (best > limit) return limit + 1;
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return std::min<int>(last[columns], limit + 1);
}

double jaro_winkler(std::string_view a, std::string_view b) {
  a = shortened(a);
  b = shortened(b);
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1.0 : 0.0;
  if (a == b) return 1.0;
  const auto window = static_cast<std::ptrdiff_t>(std::max<std::size_t>(std::max(a.size(), b.size()) / 2, 1) - 1);
  std::array<bool, kLongest> taken{};
  std::array<char, kLongest> in_order{};
  std::size_t matches = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at - window));
    const auto to = std::min(b.size(), static_cast<std::size_t>(at + window + 1));
    for (std::size_t j = from; j < to; ++j) {
      if (taken[j] || a[i] != b[j]) continue;
      taken[j] = true;
      in_order[matches++] = a[i];
      break;
    }
  }
  if (matches == 0) return 0.0;
  std::size_t transposed = 0, k = 0;
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (taken[j] && in_order[k++] != b[j]) ++transposed;
  }
  const auto m = static_cast<double>(matches);
  const double jaro =
      (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) + (m - static_cast<double>(transposed) / 2) / m) / 3;
  std::size_t prefix = 0;
  while (prefix < 4 && prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix]) ++prefix;
  return jaro + static_cast<double>(prefix) * 0.1 * (1 - jaro);
}

double word_similarity(std::string_view a, std::string_view b) {
  if (a == b) return 1.0;
  const std::size_t shorter = std::min(a.size(), b.size()), longer = std::max(a.size(), b.size());
  // Digits tell things apart: «2000» and «2001» are not a typing error.
  if (shorter < 4 || has_digit(a) || has_digit(b)) return 0.0;
  const int allowed = shorter < 5 ? 1 : shorter < 9 ? 2 : 3;
  const int edits = edit_distance(a, b, allowed);
  if (edits > allowed) return 0.0;
  double similarity = 1.0 - static_cast<double>(edits) / static_cast<double>(longer);
  if (a[0] != b[0]) similarity -= 0.05;
  if (edits > 1) similarity = std::min(similarity, jaro_winkler(a, b));
  return similarity;
}

}  // namespace match
