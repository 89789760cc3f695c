#include "server/entity/match/word_match.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

#include "server/entity/match/similarity.hpp"

namespace match {

namespace {

constexpr std::size_t kMostWords = 24;
constexpr double kAlike = 0.7;        // word_similarity from which two words may be one
constexpr double kInitialBits = 3.0;  // of an initial that fits: about one in eight names
constexpr double kNotInitialBits = 2.0;

struct Side {
  const std::vector<std::string>& words;
  const std::vector<double>& bits;
  std::array<bool, kMostWords> used{};
  std::size_t size() const { return std::min(words.size(), kMostWords); }
};

class Matching {
 public:
  Matching(Side left, Side right) : left_(left), right_(right) {}

  WordMatch run() {
    match_equal();
    result_.is_exact = all_used(left_) && all_used(right_);
    match_joined(left_, right_);
    match_joined(right_, left_);
    match_acronym(left_, right_);
    match_acronym(right_, left_);
    match_alike();
    match_initials(left_, right_);
    match_initials(right_, left_);
    result_.left_only = rest(left_);
    result_.right_only = rest(right_);
    result_.matched = diminished();
    return result_;
  }

 private:
  static bool all_used(const Side& side) {
    return std::all_of(side.used.begin(), side.used.begin() + static_cast<std::ptrdiff_t>(side.size()), [](bool used) { return used; });
  }

  void add(double bits) {
    found_.push_back(bits);
    ++result_.pairs;
  }

  void match_equal() {
    for (std::size_t i = 0; i < left_.size(); ++i) {
      for (std::size_t j = 0; j < right_.size(); ++j) {
        if (right_.used[j] || left_.words[i] != right_.words[j]) continue;
        left_.used[i] = right_.used[j] = true;
        add(left_.bits[i]);
        break;
      }
    }
  }

  // «Металл Гарант» and «Металлгарант».
  void match_joined(Side& parts, Side& whole) {
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (parts.used[i] || parts.used[i + 1]) continue;
      const std::string joined = parts.words[i] + parts.words[i + 1];
      for (std::size_t j = 0; j < whole.size(); ++j) {
        if (whole.used[j] || whole.words[j].size() < 5 || word_similarity(joined, whole.words[j]) < 0.9) continue;
        parts.used[i] = parts.used[i + 1] = whole.used[j] = true;
        add(std::max(whole.bits[j] * 0.8, parts.bits[i]));
        break;
      }
    }
  }

  // «ТД» and «Торговый дом»: letters that begin a run of words of the other side.
  void match_acronym(Side& shorts, Side& longs) {
    for (std::size_t i = 0; i < shorts.size(); ++i) {
      const std::string& letters = shorts.words[i];
      if (shorts.used[i] || letters.size() < 2 || letters.size() > 4) continue;
      for (std::size_t j = 0; j + letters.size() <= longs.size(); ++j) {
        std::size_t k = 0;
        while (k < letters.size() && !longs.used[j + k] && longs.words[j + k][0] == letters[k]) ++k;
        if (k < letters.size()) continue;
        for (k = 0; k < letters.size(); ++k) longs.used[j + k] = true;
        shorts.used[i] = true;
        add(std::min(shorts.bits[i], 4.0));
        break;
      }
    }
  }

  void match_alike() {
    struct Candidate {
      double similarity;
      std::size_t i, j;
    };
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < left_.size(); ++i) {
      for (std::size_t j = 0; !left_.used[i] && j < right_.size(); ++j) {
        if (right_.used[j]) continue;
        const double similarity = likeness(left_.words[i], right_.words[j]);
        if (similarity >= kAlike) candidates.push_back({similarity, i, j});
      }
    }
    std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return a.similarity > b.similarity; });
    for (const auto& candidate : candidates) {
      if (left_.used[candidate.i] || right_.used[candidate.j]) continue;
      left_.used[candidate.i] = right_.used[candidate.j] = true;
      // The rarity of the word that was meant is that of the commoner of the two.
      const double bits = std::min(left_.bits[candidate.i], right_.bits[candidate.j]);
      add(std::max(0.0, bits * (2 * candidate.similarity - 1) - 0.5));
    }
  }

  // A long beginning is as good as a typing error: cells get cut off.
  static double likeness(const std::string& a, const std::string& b) {
    const double similarity = word_similarity(a, b);
    const auto& shorter = a.size() < b.size() ? a : b;
    const auto& longer = a.size() < b.size() ? b : a;
    if (shorter.size() >= 5 && longer.starts_with(shorter)) return std::max(similarity, 0.85);
    return similarity;
  }

  void match_initials(Side& initials, Side& names) {
    for (std::size_t i = 0; i < initials.size(); ++i) {
      if (initials.used[i] || initials.words[i].size() != 1) continue;
      for (std::size_t j = 0; j < names.size(); ++j) {
        if (names.used[j] || names.words[j].size() < 2 || names.words[j][0] != initials.words[i][0]) continue;
        initials.used[i] = names.used[j] = true;
        add(std::min(kInitialBits, names.bits[j]));
        break;
      }
    }
  }

  double rest(const Side& side) const {
    double bits = 0;
    for (std::size_t i = 0; i < side.size(); ++i) {
      if (!side.used[i]) bits += side.words[i].size() == 1 ? kNotInitialBits : side.bits[i];
    }
    return bits;
  }

  // Words of one name go together, so each further one says less.
  double diminished() {
    std::sort(found_.begin(), found_.end(), std::greater<>());
    double factor = 1.0, sum = 0;
    for (const double bits : found_) {
      sum += bits * factor;
      factor = std::max(0.4, factor - 0.15);
    }
    return sum;
  }

  Side left_, right_;
  WordMatch result_;
  std::vector<double> found_;
};

}  // namespace

WordMatch match_words(const std::vector<std::string>& left, const std::vector<double>& left_bits, const std::vector<std::string>& right,
                      const std::vector<double>& right_bits) {
  return Matching({left, left_bits}, {right, right_bits}).run();
}

}  // namespace match
