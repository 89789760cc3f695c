#include "server/entity/match/keys.hpp"

#include <algorithm>

#include "server/entity/match/normalize.hpp"

namespace match {

namespace {

class KeyMaker {
 public:
  KeyMaker(const Schema& schema, const Features& features, const Statistics& statistics, KeyUse use)
      : schema_(schema), features_(features), statistics_(statistics), use_(use) {}

  std::vector<std::uint64_t> run() {
    find_place();
    for (std::size_t i = 0; i < schema_.size() && i < features_.fields.size(); ++i) add_field(schema_[i].role, features_.fields[i]);
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    return std::move(keys_);
  }

 private:
  void add(std::string_view kind, std::string_view a, std::string_view b = {}, std::string_view c = {}) {
    keys_.push_back(stable_hash(kind, a, b, c));
  }

  bool is_common(Role role, std::string_view value) const { return statistics_.count(token_hash(role, value)) > kMostInBlock; }

  bool is_wanted(Role role, std::string_view value) const { return use_ == KeyUse::kLookup || !is_common(role, value); }

  // Where the record is: the town, else nothing. Common words are parted by it.
  void find_place() {
    for (std::size_t i = 0; i < schema_.size() && i < features_.fields.size(); ++i) {
      const auto& values = features_.fields[i].values;
      if (values.empty()) continue;
      if (schema_[i].role == Role::kTown) town_ = values.front();
    }
  }

  void add_field(Role role, const FieldFeatures& field) {
    switch (role) {
      case Role::kName:
      case Role::kText: return add_words("n", role, field.values);
      case Role::kPerson: return add_person(field.values);
      case Role::kAddress: return add_address(field.values);
      case Role::kPhone:
        for (const auto& value : field.values) {
          const std::string_view digits = std::string_view(value).substr(value.starts_with('?') ? 1 : 0);
          if (is_wanted(role, value)) add("p", digits.substr(digits.size() - std::min<std::size_t>(digits.size(), 7)));
        }
        return;
      case Role::kEmail:
        for (const auto& value : field.values) {
          if (is_wanted(role, value)) add("e", value);
          if (is_wanted(role, email_domain(value))) add("ed", email_domain(value));
          if (email_local(value).size() > 5 && is_wanted(role, email_local(value))) add("el", email_local(value));
        }
        return;
      case Role::kInn:
      case Role::kCode:
      case Role::kSite:
      case Role::kDate:
        for (const auto& value : field.values) {
          if (is_wanted(role, value)) add("v", std::to_string(static_cast<int>(role)), value.starts_with('?') ? value.substr(1) : value);
        }
        return;
      case Role::kBranch:
      case Role::kTown:
      case Role::kCategory: return;
    }
  }

  void add_words(std::string_view kind, Role role, const std::vector<std::string>& words) {
    std::vector<std::string> ordered = words;
    std::sort(ordered.begin(), ordered.end());
    ordered.erase(std::unique(ordered.begin(), ordered.end()), ordered.end());
    std::stable_sort(ordered.begin(), ordered.end(), [&](const auto& a, const auto& b) {
      return statistics_.count(token_hash(role, a)) < statistics_.count(token_hash(role, b));
    });
    if (ordered.size() > 6) ordered.resize(6);
    for (std::size_t i = 0; i < ordered.size(); ++i) {
      const std::string& word = ordered[i];
      const bool common = is_common(role, word);
      const bool all = use_ == KeyUse::kLookup;
      if (word.size() >= 3 && (!common || all)) add(kind, word);
      if (word.size() >= 4) add_inexact(kind, word);
      for (std::size_t j = i + 1; j < ordered.size() && (common || all || role == Role::kName); ++j) {
        add("n2", std::min(word, ordered[j]), std::max(word, ordered[j]));
      }
      if (word.size() < 3) continue;
      if ((common || all) && !town_.empty()) add("nt", word, town_);
      if (words.size() > 3) continue;
      // Persons: «Иванов И. П.» and «Иванов Иван Петрович» share the surname and a letter.
      for (const auto& other : ordered) {
        if (&other != &word) add("ni", word, other.substr(0, 1), town_);
      }
    }
  }

  // One edit leaves the beginning, the end or the consonants as they are.
  void add_inexact(std::string_view kind, const std::string& word) {
    const std::string frame = consonants(word);
    if (frame.size() >= 3) add("c", kind, frame, town_);
    if (word.size() < 6) return;
    const std::size_t half = std::min<std::size_t>(word.size() / 2, 5);
    add("h", word.substr(0, half + 1), town_);
    add("t", word.substr(word.size() - half), town_);
  }

  void add_person(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      for (std::size_t j = i + 1; j < words.size(); ++j) {
        if (words[i].size() > 1 || words[j].size() > 1) add("q", std::min(words[i], words[j]), std::max(words[i], words[j]), town_);
      }
    }
  }

  // A street and a house.
  void add_address(const std::vector<std::string>& words) {
    int numbers = 0;
    for (const auto& number : words) {
      if (!(number[0] >= '0' && number[0] <= '9') || ++numbers > 2) continue;
      for (const auto& word : words) {
        const bool is_word = !(word[0] >= '0' && word[0] <= '9');
        if (is_word && word != town_) add("a", word, number, town_);
      }
    }
  }

  const Schema& schema_;
  const Features& features_;
  const Statistics& statistics_;
  const KeyUse use_;
  std::string town_;
  std::vector<std::uint64_t> keys_;
};

}  // namespace

std::vector<std::uint64_t> blocking_keys(const Schema& schema, const Features& features, const Statistics& statistics, KeyUse use) {
  return KeyMaker(schema, features, statistics, use).run();
}

}  // namespace match
