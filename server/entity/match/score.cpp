#include "server/entity/match/score.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "server/entity/match/similarity.hpp"
#include "server/entity/match/word_match.hpp"

namespace match {

namespace {

constexpr double kLeastIdentityBits = 3;
// A telephone that two records share says the same in a base of ten as in one of a thousand.
constexpr double kLeastRecords = 1000;
constexpr double kMostValueBits = 20;  // of one value, however large the base

// What the fields of a role may add and take. Sources of the defaults: the share of true pairs that agree (m) in public
// labelled sets is 0.5–0.95 for names and numbers; log2((1 - m) / (1 - u)) gives what a difference takes.
struct Weights {
  double most;     // bits, of agreement
  double differs;  // bits, negative: both have values and none agrees
};

Weights weights_of(Role role) {
  switch (role) {
    case Role::kName: return {18, -6};
    case Role::kPerson: return {9, -2};
    case Role::kText: return {24, -9};
    case Role::kPhone: return {18, -2.5};
    case Role::kEmail: return {18, -2.5};
    case Role::kSite: return {14, -1};
    case Role::kInn: return {20, -12};
    case Role::kBranch: return {3, -1};
    case Role::kCode: return {20, -5};
    case Role::kAddress: return {12, -3};
    case Role::kTown: return {5, -4};
    case Role::kDate: return {14, -5};
    case Role::kCategory: return {5, -3};
  }
  return {0, 0};
}

struct Part {
  double bits = 0;
  Agreement agreement = Agreement::kDiffers;
};

bool is_doubtful(const std::string& value) { return value.starts_with('?'); }

std::string_view sure_digits(const std::string& value) { return std::string_view(value).substr(is_doubtful(value) ? 1 : 0); }

bool ends_with_other(std::string_view a, std::string_view b) {
  const auto& shorter = a.size() < b.size() ? a : b;
  const auto& longer = a.size() < b.size() ? b : a;
  return shorter.size() >= 5 && longer.ends_with(shorter);
}

// The best pair of values decides; a second equal one adds a little.
class FieldComparison {
 public:
  FieldComparison(Role role, const Prepared& a, const Prepared& b, std::size_t field)
      : role_(role),
        a_(a.features.fields[field]),
        b_(b.features.fields[field]),
        a_bits_(a.bits[field]),
        b_bits_(b.bits[field]),
        a_domains_(a.domain_bits[field]),
        b_domains_(b.domain_bits[field]),
        whole_bits_(std::min(a.whole_bits[field], b.whole_bits[field])) {}

  std::optional<Part> run() const {
    if (a_.values.empty() || b_.values.empty()) return std::nullopt;
    switch (role_) {
      case Role::kName:
      case Role::kPerson:
      case Role::kText:
      case Role::kAddress: return words();
      case Role::kInn: return tax_number();
      default: return values();
    }
  }

 private:
  // Differences are limited by the model.
  Part limited(double bits, Agreement agreement) const {
    return {std::min(bits, weights_of(role_).most), bits < 0 ? Agreement::kDiffers : agreement};
  }
  Part differs() const { return {-kMostValueBits, Agreement::kDiffers}; }

  Part words() const {
    const WordMatch match = match_words(a_.values, a_bits_, b_.values, b_bits_);
    const double both = std::min(match.left_only, match.right_only);
    const double one = std::max(match.left_only, match.right_only) - both;
    double matched = match.matched;
    if (match.is_exact && whole_bits_ > 0) matched = std::min(matched, whole_bits_) + 1;
    double bits = matched - 1.0 * both - 0.65 * std::min(one, 12.0);
    if (role_ == Role::kName && !a_.form.empty() && !b_.form.empty()) bits += a_.form == b_.form ? 0.5 : -2;
    const auto agreement = match.is_exact ? Agreement::kEqual : match.pairs > 0 && bits > 0 ? Agreement::kSimilar : Agreement::kDiffers;
    return limited(bits, agreement);
  }

  Part tax_number() const {
    bool doubtful = false;
    for (std::size_t i = 0; i < a_.values.size(); ++i) {
      for (const auto& other : b_.values) {
        if (a_.values[i] == other && !is_doubtful(other)) return limited(a_bits_[i], Agreement::kEqual);
        if (!is_doubtful(a_.values[i]) && !is_doubtful(other)) continue;
        doubtful = true;
        if (edit_distance(sure_digits(a_.values[i]), sure_digits(other), 1) <= 1) return limited(8, Agreement::kSimilar);
      }
    }
    return doubtful ? limited(-3, Agreement::kDiffers) : differs();
  }

  Part values() const {
    double best = 0, others = 0;
    auto agreement = Agreement::kDiffers;
    for (std::size_t i = 0; i < a_.values.size(); ++i) {
      for (std::size_t j = 0; j < b_.values.size(); ++j) {
        const Part part = one_value(i, j);
        if (part.agreement == Agreement::kDiffers) continue;
        if (part.bits > best) {
          others += best;
          best = part.bits;
          agreement = part.agreement;
        } else {
          others += part.bits;
        }
      }
    }
    if (agreement == Agreement::kDiffers) return differs();
    return limited(best + 0.25 * others, agreement);
  }

  Part one_value(std::size_t i, std::size_t j) const {
    const std::string &a = a_.values[i], &b = b_.values[j];
    if (a == b) return {a_bits_[i], Agreement::kEqual};
    if (role_ == Role::kPhone) {
      if ((is_doubtful(a) || is_doubtful(b)) && ends_with_other(sure_digits(a), sure_digits(b))) return {8, Agreement::kSimilar};
      if ((is_doubtful(a) || is_doubtful(b)) && std::min(a.size(), b.size()) >= 10 && edit_distance(sure_digits(a), sure_digits(b), 2) <= 2)
        return {6, Agreement::kSimilar};
    }
    if (role_ == Role::kEmail) return email(i, j);
    if (role_ == Role::kDate || role_ == Role::kCode) {
      if (a.size() >= 6 && edit_distance(a, b, 1) <= 1) return {0.45 * std::min(a_bits_[i], b_bits_[j]), Agreement::kSimilar};
      if (role_ == Role::kDate && a.size() == 8 && b.size() == 8 && a.substr(0, 4) == b.substr(0, 4) && a.substr(4, 2) == b.substr(6, 2) &&
          a.substr(6, 2) == b.substr(4, 2))
        return {5, Agreement::kSimilar};
    }
    if (role_ == Role::kTown && word_similarity(a, b) >= 0.75) return {0.6 * std::min(a_bits_[i], b_bits_[j]), Agreement::kSimilar};
    return {};
  }

  // A firm's own domain, or one person's name at two providers.
  Part email(std::size_t i, std::size_t j) const {
    const std::string &a = a_.values[i], &b = b_.values[j];
    if (email_domain(a) == email_domain(b)) {
      const double bits = 0.8 * std::min(a_domains_[2 * i], b_domains_[2 * j]);
      if (bits >= 5) return {bits, Agreement::kSimilar};
      if (edit_distance(email_local(a), email_local(b), 1) <= 1 && email_local(a).size() > 5) return {7, Agreement::kSimilar};
      return {};
    }
    if (email_local(a) == email_local(b)) {
      const double bits = 0.7 * std::min(a_domains_[2 * i + 1], b_domains_[2 * j + 1]);
      if (bits >= 4) return {bits, Agreement::kSimilar};
    }
    return {};
  }

  Role role_;
  const FieldFeatures &a_, &b_;
  const std::vector<double>&a_bits_, &b_bits_, &a_domains_, &b_domains_;
  const double whole_bits_;
};

// Says who the record is, not only where or when: without it nothing else makes two records one.
bool identifies(Role role) {
  return role != Role::kAddress && role != Role::kTown && role != Role::kCategory && role != Role::kDate && role != Role::kBranch;
}

// The contact of a sole trader is the trader: the same words say nothing twice.
void discount_repeated(const Schema& schema, Prepared& prepared) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].role != Role::kPerson) continue;
    for (std::size_t j = 0; j < schema.size(); ++j) {
      if (schema[j].role != Role::kName) continue;
      const auto& names = prepared.features.fields[j].values;
      auto& words = prepared.features.fields[i].values;
      for (std::size_t k = 0; k < words.size(); ++k) {
        const bool repeats = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
          return name == words[k] || (std::min(name.size(), words[k].size()) == 1 && name[0] == words[k][0]) ||
                 word_similarity(name, words[k]) > 0.8;
        });
        if (repeats) prepared.bits[i][k] *= 0.2;
      }
    }
  }
}

double value_bits(const Statistics& statistics, std::uint64_t token) {
  // Other holders of the value than the record itself. In a small base shares count, as in a larger one of its kind.
  const double records = std::max(1.0, statistics.records());
  double others = std::max(1.0, statistics.count(token) - 1);
  if (records < kLeastRecords && others > 1) others *= kLeastRecords / records;
  return std::clamp(std::log2(std::max(kLeastRecords, records) / others), 0.0, kMostValueBits);
}

}  // namespace

Prepared prepare(const Schema& schema, Features features, const Statistics& statistics) {
  Prepared out{std::move(features), {}, {}};
  out.features.fields.resize(schema.size());
  out.bits.resize(schema.size());
  out.domain_bits.resize(schema.size());
  out.whole_bits.resize(schema.size());
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const Role role = schema[i].role;
    const auto& values = out.features.fields[i].values;
    for (const auto& value : values) {
      out.bits[i].push_back(value_bits(statistics, token_hash(role, value)));
      if (role != Role::kEmail) continue;
      out.domain_bits[i].push_back(value_bits(statistics, token_hash(role, email_domain(value))));
      out.domain_bits[i].push_back(value_bits(statistics, token_hash(role, email_local(value))));
    }
    if (values.size() > 1 && (role == Role::kName || role == Role::kText))
      out.whole_bits[i] = value_bits(statistics, whole_hash(role, values));
  }
  discount_repeated(schema, out);
  return out;
}

Model default_model(const Schema& schema, const Statistics& statistics) {
  Model model;
  model.prior_bits = -std::log2(std::max(kLeastRecords, statistics.records()));
  for (const auto& field : schema) model.differs_bits.push_back(weights_of(field.role).differs);
  return model;
}

Model learn(const Schema& schema, const Statistics& statistics, const std::vector<Observation>& observations) {
  constexpr int kRounds = 8;
  constexpr double kDefaultWeight = 20;  // pairs that the default counts for
  const Model first = default_model(schema, statistics);
  Model model = first;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> differ(schema.size()), present(schema.size());
    for (const auto& seen : observations) {
      double bits = model.prior_bits + seen.agrees_bits;
      for (std::size_t i = 0; i < schema.size(); ++i) {
        if ((seen.differs >> i & 1u) != 0) bits += model.differs_bits[i];
      }
      const double share = 1 / (1 + std::exp2(-bits));
      if (share < 1e-4) continue;
      for (std::size_t i = 0; i < schema.size(); ++i) {
        if ((seen.present >> i & 1u) != 0) present[i] += share;
        if ((seen.differs >> i & 1u) != 0) differ[i] += share;
      }
    }
    for (std::size_t i = 0; i < schema.size(); ++i) {
      // Two right tax numbers tell two clients by law, whatever the base seems to say.
      if (schema[i].role == Role::kInn) continue;
      const double known = std::exp2(first.differs_bits[i]);
      const double share = (differ[i] + kDefaultWeight * known) / (present[i] + kDefaultWeight);
      model.differs_bits[i] = std::clamp(std::log2(share), 2.0 * first.differs_bits[i], -0.3);
    }
  }
  return model;
}

Observation Scorer::observe(const Prepared& a, const Prepared& b) const {
  Observation seen;
  for (std::size_t i = 0; i < schema_.size() && i < 32; ++i) {
    const auto part = FieldComparison(schema_[i].role, a, b, i).run();
    if (!part) continue;
    seen.present |= 1u << i;
    if (part->agreement == Agreement::kDiffers)
      seen.differs |= 1u << i;
    else
      seen.agrees_bits += static_cast<float>(part->bits);
  }
  return seen;
}

Score Scorer::compare(const Prepared& a, const Prepared& b) const {
  Score score;
  score.bits = model_.prior_bits;
  double identity = 0;
  for (std::size_t i = 0; i < schema_.size(); ++i) {
    auto part = FieldComparison(schema_[i].role, a, b, i).run();
    if (!part) continue;
    part->bits = std::max(part->bits, model_.differs_bits[i]);
    score.bits += part->bits;
    if (identifies(schema_[i].role)) identity += std::max(0.0, part->bits);
    if (std::abs(part->bits) >= 0.5) score.reasons.push_back({static_cast<int>(i), part->agreement, part->bits});
  }
  if (identity < kLeastIdentityBits) score.bits = std::min(score.bits, -1.0);
  std::sort(score.reasons.begin(), score.reasons.end(), [](const Reason& x, const Reason& y) { return x.bits > y.bits; });
  score.points = static_cast<int>(std::lround(100.0 / (1.0 + std::exp2(-score.bits / 3.0))));
  return score;
}

}  // namespace match
