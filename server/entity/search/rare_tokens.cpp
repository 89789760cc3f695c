#include "server/entity/search/rare_tokens.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "server/entity/search/tokens.hpp"

namespace entity {

namespace {

constexpr std::int64_t kLooked = 100;

// Of the whole process.
class Memory {
 public:
  std::optional<std::int64_t> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = rows_.find(key);
    if (found == rows_.end() || Clock::now() > found->second.until) return std::nullopt;
    return found->second.row;
  }
  void keep(std::string key, std::int64_t row) {
    const std::lock_guard lock(mutex_);
    if (rows_.size() >= kMostEntries) rows_.clear();
    rows_[std::move(key)] = {row, Clock::now() + kLifetime};
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kLifetime = std::chrono::minutes(10);
  static constexpr std::size_t kMostEntries = 20'000;  // 2 MB
  struct Entry {
    std::int64_t row;
    Clock::time_point until;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> rows_;
};

// Parts of one word that lie beside each other occur together: the second says little.
bool overlap(std::string_view a, std::string_view b) {
  const auto first = code_points(a), second = code_points(b);
  return first.size() == 3 && second.size() == 3 &&
         (first[2] == second[0] || second[2] == first[0] || (first[1] == second[0] && first[2] == second[1]) ||
          (second[1] == first[0] && second[2] == first[1]));
}

}  // namespace

std::vector<std::string> rarest_tokens(store::Connection& connection, const EntityDef& entity, std::vector<std::string> tokens,
                                       std::size_t most) {
  if (tokens.size() <= most) return tokens;
  static Memory memory;
  const std::string fts = store::quote_identifier(entity.table + "__fts");
  std::vector<std::pair<std::int64_t, std::string>> ranked;
  for (auto& token : tokens) {
    auto key = fts + token;
    auto row = memory.find(key);
    if (!row) {
      auto statement = connection.prepare("search_token_rarity",
                                          "SELECT rowid FROM " + fts + " WHERE " + fts + " MATCH $1 ORDER BY rowid DESC LIMIT 1 OFFSET $2");
      statement.bind_text(1, "\"" + token + "\"").bind(2, kLooked);
      row = statement.step() ? statement.integer(0) : 0;
      memory.keep(std::move(key), *row);
    }
    ranked.emplace_back(*row, std::move(token));
  }
  std::sort(ranked.begin(), ranked.end());
  if (most == 1) return {ranked.front().second};
  const auto second =
      std::find_if(ranked.begin() + 1, ranked.end(), [&](const auto& each) { return !overlap(ranked.front().second, each.second); });
  return {ranked.front().second, second == ranked.end() ? ranked[1].second : second->second};
}

namespace {

using Frequent = std::shared_ptr<const std::set<std::string, std::less<>>>;

// By table; of the whole process.
class FrequentTokens {
 public:
  Frequent of(store::Connection& connection, const std::string& table) {
    const auto now = Clock::now();
    {
      const std::lock_guard lock(mutex_);
      const auto found = tables_.find(table);
      if (found != tables_.end() && now < found->second.until) return found->second.tokens;
    }
    auto tokens = std::make_shared<std::set<std::string, std::less<>>>();
    auto statement =
        connection.prepare("search_frequent_tokens",
                           "SELECT unnest(most_common_elems::text::text[]) FROM pg_stats WHERE tablename = $1 AND attname = 'tokens'");
    statement.bind_text(1, table);
    while (statement.step()) tokens->emplace(statement.text(0));
    const std::lock_guard lock(mutex_);
    tables_[table] = {tokens, now + kLifetime};
    return tokens;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kLifetime = std::chrono::minutes(10);
  struct Entry {
    Frequent tokens;
    Clock::time_point until;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> tables_;
};

}  // namespace

bool has_rare_token(store::Connection& connection, const EntityDef& entity, const std::vector<std::string>& tokens,
                    const std::vector<std::string>& owner_tokens) {
  static FrequentTokens memory;
  const auto frequent = memory.of(connection, entity.table + "__search");
  if (frequent->empty()) return false;
  const auto is_rare = [&](const std::string& token) { return !frequent->contains(token); };
  return std::any_of(tokens.begin(), tokens.end(), is_rare) ||
         (!owner_tokens.empty() && std::all_of(owner_tokens.begin(), owner_tokens.end(), is_rare));
}

}  // namespace entity
