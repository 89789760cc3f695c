#include "server/entity/duplicates/match_index.hpp"

#include <algorithm>

#include "server/base/json.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/match/keys.hpp"

namespace entity {

namespace {

constexpr std::size_t kMostCandidates = 400;
constexpr std::string_view kAgreements[] = {"equal", "similar", "differs"};

std::int64_t stored(std::uint64_t hash) { return static_cast<std::int64_t>(hash); }

std::vector<std::int64_t> stored(const std::vector<std::uint64_t>& hashes) {
  std::vector<std::int64_t> out;
  out.reserve(hashes.size());
  for (const auto hash : hashes) out.push_back(stored(hash));
  return out;
}

}  // namespace

StoredStatistics::StoredStatistics(store::Connection& connection, int entity_id) : connection_(connection), entity_id_(entity_id) {
  auto statement = connection.prepare("match_records", "SELECT records FROM sys_match_state WHERE entity_id = $1");
  if (statement.bind(1, entity_id).step()) records_ = static_cast<double>(statement.integer(0));
}

void StoredStatistics::prefetch(std::vector<std::uint64_t> tokens) {
  std::erase_if(tokens, [&](std::uint64_t token) { return counts_.contains(token); });
  if (tokens.empty()) return;
  for (const auto token : tokens) counts_.emplace(token, 0);
  auto statement = connection_.prepare(
      "match_counts", "SELECT token, records FROM sys_match_count WHERE entity_id = $1 AND token IN (" + connection_.int_list_sql(2) + ")");
  statement.bind(1, entity_id_).bind_int_list(2, stored(tokens));
  while (statement.step()) counts_[static_cast<std::uint64_t>(statement.integer(0))] = statement.integer(1);
}

double StoredStatistics::count(std::uint64_t token) const {
  const auto it = counts_.find(token);
  return it == counts_.end() ? 0.0 : static_cast<double>(it->second);
}

bool MatchIndex::store(std::int64_t record_id, const match::Features& features) {
  match::Features before;
  bool known = false;
  const std::string text = match::encode(features);
  {
    auto statement = connection_.prepare("match_features", "SELECT features FROM sys_match_record WHERE entity_id = $1 AND record_id = $2");
    if (statement.bind(1, entity_.id).bind(2, record_id).step()) {
      known = true;
      if (statement.text(0) == text) return false;
      before = match::decode(statement.text(0), plan_.schema.size());
    }
  }
  connection_
      .prepare("match_store",
               "INSERT INTO sys_match_record(entity_id, record_id, features) VALUES($1, $2, $3) ON CONFLICT(entity_id, record_id) DO "
               "UPDATE SET features = excluded.features")
      .bind(1, entity_.id)
      .bind(2, record_id)
      .bind_text(3, text)
      .run();
  if (known) add_to_counts(before, -1);
  add_to_counts(features, 1);
  if (!known) {
    connection_
        .prepare("match_state_add",
                 "INSERT INTO sys_match_state(entity_id, records) VALUES($1, 1) ON CONFLICT(entity_id) DO UPDATE SET records = "
                 "sys_match_state.records + 1")
        .bind(1, entity_.id)
        .run();
  }
  write_keys(record_id, before, features);
  return true;
}

void MatchIndex::forget(std::int64_t record_id) {
  match::Features before;
  {
    auto statement = connection_.prepare("match_features", "SELECT features FROM sys_match_record WHERE entity_id = $1 AND record_id = $2");
    if (!statement.bind(1, entity_.id).bind(2, record_id).step()) return;
    before = match::decode(statement.text(0), plan_.schema.size());
  }
  write_keys(record_id, before, {});
  add_to_counts(before, -1);
  connection_.prepare("match_forget", "DELETE FROM sys_match_record WHERE entity_id = $1 AND record_id = $2")
      .bind(1, entity_.id)
      .bind(2, record_id)
      .run();
  connection_.prepare("match_state_less", "UPDATE sys_match_state SET records = records - 1 WHERE entity_id = $1")
      .bind(1, entity_.id)
      .run();
  outdate_pairs(record_id, {});
}

// An OR over both sides, or a plain look at the state, makes SQLite walk the whole queue: 75 ms with 250 000 pairs.
void MatchIndex::outdate_pairs(std::int64_t record_id, const std::vector<std::int64_t>& but) {
  const std::string others = " NOT IN (" + connection_.int_list_sql(3) + ") AND NOT (state <> 'open')";
  for (const auto& [own, other] : {std::pair("first_id", "second_id"), std::pair("second_id", "first_id")}) {
    const std::string sql = std::string("DELETE FROM sys_duplicate WHERE entity_id = $1 AND ") + own + " = $2 AND " + other + others;
    connection_.prepare("duplicate_outdate", sql).bind(1, entity_.id).bind(2, record_id).bind_int_list(3, but).run();
  }
}

// A row (entity, value, last) for each value: on PostgreSQL in one statement, each of which is a way there and back.
void MatchIndex::insert_each(std::string_view name, const std::string& into, const std::vector<std::int64_t>& values, std::int64_t last,
                             const std::string& conflict) {
  if (values.empty()) return;
  if (connection_.dialect() == store::Dialect::kPostgres) {
    const std::string sql =
        "INSERT INTO " + into + " SELECT $1::bigint, v, $3::bigint FROM (" + connection_.int_list_sql(2) + ") l(v) " + conflict;
    connection_.prepare(name, sql).bind(1, entity_.id).bind_int_list(2, values).bind(3, last).run();
    return;
  }
  auto statement = connection_.prepare(name, "INSERT INTO " + into + " VALUES($1, $2, $3) " + conflict);
  for (const auto value : values) statement.bind(1, entity_.id).bind(2, value).bind(3, last).run();
}

void MatchIndex::add_to_counts(const match::Features& features, int by) {
  insert_each("match_count", "sys_match_count(entity_id, token, records)", stored(match::counted_tokens(plan_.schema, features)), by,
              "ON CONFLICT(entity_id, token) DO UPDATE SET records = sys_match_count.records + excluded.records");
}

void MatchIndex::write_keys(std::int64_t record_id, const match::Features& before, const match::Features& after) {
  StoredStatistics statistics(connection_, entity_.id);
  statistics.prefetch(match::counted_tokens(plan_.schema, after));
  const auto keys = match::blocking_keys(plan_.schema, after, statistics, match::KeyUse::kStore);
  if (!before.fields.empty()) {
    auto statement =
        connection_.prepare("match_key_remove", "DELETE FROM sys_match_key WHERE entity_id = $1 AND key = $2 AND record_id = $3");
    for (const auto key : match::blocking_keys(plan_.schema, before, statistics, match::KeyUse::kLookup)) {
      if (std::binary_search(keys.begin(), keys.end(), key)) continue;
      statement.bind(1, entity_.id).bind(2, stored(key)).bind(3, record_id).run();
    }
  }
  insert_each("match_key_add", "sys_match_key(entity_id, key, record_id)", stored(keys), record_id, "ON CONFLICT DO NOTHING");
}

// Members of the blocks, those of crowded ones left out; records that share most keys first.
std::vector<std::int64_t> MatchIndex::ids_by_keys(const std::vector<std::uint64_t>& keys) {
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> blocks;
  if (connection_.dialect() == store::Dialect::kSqlite) {
    auto statement = connection_.prepare("match_block", "SELECT record_id FROM sys_match_key WHERE entity_id = $1 AND key = $2 LIMIT $3");
    for (const auto key : keys) {
      statement.bind(1, entity_.id).bind(2, stored(key)).bind(3, match::kMostInBlock + 1);
      while (statement.step()) blocks[stored(key)].push_back(statement.integer(0));
    }
  } else {
    auto statement = connection_.prepare(
        "match_blocks", "SELECT k.key, r.record_id FROM (" + connection_.int_list_sql(2) +
                            ") k(key), LATERAL (SELECT record_id FROM sys_match_key WHERE entity_id = $1 AND key = k.key LIMIT $3) r");
    statement.bind(1, entity_.id).bind_int_list(2, stored(keys)).bind(3, match::kMostInBlock + 1);
    while (statement.step()) blocks[statement.integer(0)].push_back(statement.integer(1));
  }
  std::unordered_map<std::int64_t, int> shared;
  for (const auto& [key, members] : blocks) {
    if (members.size() > static_cast<std::size_t>(match::kMostInBlock)) continue;
    for (const auto id : members) ++shared[id];
  }
  std::vector<std::pair<int, std::int64_t>> ordered;
  for (const auto& [id, count] : shared) ordered.emplace_back(-count, id);
  std::sort(ordered.begin(), ordered.end());
  if (ordered.size() > kMostCandidates) ordered.resize(kMostCandidates);
  std::vector<std::int64_t> ids;
  for (const auto& [count, id] : ordered) ids.push_back(id);
  return ids;
}

std::vector<MatchCandidate> MatchIndex::find(const match::Features& features, std::int64_t except, int least_points, int limit) {
  StoredStatistics statistics(connection_, entity_.id);
  statistics.prefetch(match::counted_tokens(plan_.schema, features));
  auto ids = ids_by_keys(match::blocking_keys(plan_.schema, features, statistics, match::KeyUse::kLookup));
  std::erase(ids, except);
  std::vector<std::pair<std::int64_t, match::Features>> others;
  std::vector<std::uint64_t> tokens;
  auto statement =
      connection_.prepare("match_candidates", "SELECT record_id, features FROM sys_match_record WHERE entity_id = $1 AND record_id IN (" +
                                                  connection_.int_list_sql(2) + ")");
  statement.bind(1, entity_.id).bind_int_list(2, ids);
  while (statement.step()) {
    others.emplace_back(statement.integer(0), match::decode(statement.text(1), plan_.schema.size()));
    for (const auto token : match::counted_tokens(plan_.schema, others.back().second)) tokens.push_back(token);
  }
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  statistics.prefetch(std::move(tokens));
  const match::Scorer scorer(plan_.schema, model(statistics));
  const auto own = match::prepare(plan_.schema, features, statistics);
  std::vector<MatchCandidate> found;
  for (auto& [id, other] : others) {
    auto score = scorer.compare(own, match::prepare(plan_.schema, std::move(other), statistics));
    if (score.points >= least_points) found.push_back({id, std::move(score)});
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.score.bits != b.score.bits ? a.score.bits > b.score.bits : a.id < b.id; });
  if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
  return found;
}

void MatchIndex::put_pairs(std::int64_t record_id, const std::vector<MatchCandidate>& found, base::Instant now) {
  std::vector<std::int64_t> ids;
  for (const auto& candidate : found) ids.push_back(candidate.id);
  outdate_pairs(record_id, ids);
  for (const auto& candidate : found)
    put_pair(connection_, {entity_.id, record_id, candidate.id, candidate.score.points, reasons_json(plan_.schema, candidate.score), 0},
             now);
}

void put_pair(store::Connection& connection, const FoundPair& pair, base::Instant now) {
  auto statement = connection.prepare("duplicate_put",
                                      "INSERT INTO sys_duplicate(entity_id, first_id, second_id, score, reasons, state, run, found_at) "
                                      "VALUES($1, $2, $3, $4, $5, 'open', $6, $7) "
                                      "ON CONFLICT(entity_id, first_id, second_id) DO UPDATE SET score = excluded.score, reasons = "
                                      "excluded.reasons, run = excluded.run, found_at = excluded.found_at");
  statement.bind(1, pair.entity_id)
      .bind(2, std::min(pair.a, pair.b))
      .bind(3, std::max(pair.a, pair.b))
      .bind(4, pair.points)
      .bind_text(5, pair.reasons);
  statement.bind(6, pair.run).bind(7, base::to_micros(now)).run();
}

std::string reasons_json(const match::Schema& schema, const match::Score& score) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_array();
  for (const auto& reason : score.reasons) {
    out.begin_object().key("field").text(schema[static_cast<std::size_t>(reason.field)].key);
    out.key("agreement")
        .text(kAgreements[static_cast<int>(reason.agreement)])
        .key("bits")
        .integer(static_cast<std::int64_t>(reason.bits < 0 ? reason.bits - 0.5 : reason.bits + 0.5))
        .end_object();
  }
  out.end_array();
  return text;
}

match::Model MatchIndex::model(const match::Statistics& statistics) {
  match::Model model = match::default_model(plan_.schema, statistics);
  auto statement = connection_.prepare("match_model", "SELECT model FROM sys_match_state WHERE entity_id = $1 AND model IS NOT NULL");
  if (!statement.bind(1, entity_.id).step()) return model;
  const json::value kept = base::parse_json(statement.text(0));
  for (std::size_t i = 0; i < plan_.schema.size(); ++i) {
    const auto* bits = kept.as_object().if_contains(plan_.schema[i].key);
    if (bits != nullptr && bits->is_int64()) model.differs_bits[i] = static_cast<double>(bits->as_int64()) / 1000;
  }
  return model;
}

void MatchIndex::keep_model(const match::Model& model, base::Instant now) {
  json::object kept;
  for (std::size_t i = 0; i < plan_.schema.size(); ++i) kept[plan_.schema[i].key] = static_cast<std::int64_t>(model.differs_bits[i] * 1000);
  auto statement = connection_.prepare("match_model_keep",
                                       "INSERT INTO sys_match_state(entity_id, records, model, built_at) VALUES($1, 0, $2, $3) ON "
                                       "CONFLICT(entity_id) DO UPDATE SET model = excluded.model, built_at = excluded.built_at");
  statement.bind(1, entity_.id).bind_text(2, json::serialize(kept)).bind(3, base::to_micros(now)).run();
}

}  // namespace entity
