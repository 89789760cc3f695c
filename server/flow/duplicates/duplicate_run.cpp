// The search over a whole entity. Four phases, each repeatable from its checkpoint: features of every record; frequencies of
// their tokens; blocking keys; comparison block by block. Each list that must be sorted is made in parts that fit the
// memory budget and merged with what is stored, so that the second run writes only what changed.
#include <algorithm>
#include <functional>
#include <unordered_set>

#include "server/base/error.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/duplicates/match_index.hpp"
#include "server/entity/match/keys.hpp"
#include "server/entity/query.hpp"
#include "server/entity/storage.hpp"
#include "server/flow/duplicates/duplicate_search.hpp"

namespace flow {

namespace {

constexpr int kPage = 500;
constexpr std::size_t kWritesInSlice = 400;
constexpr std::int64_t kTokensInMemory = 6'000'000;  // 48 MB
constexpr std::int64_t kKeysInMemory = 5'000'000;    // 80 MB
constexpr int kBlockPage = 20'000;
constexpr std::size_t kObservations = 60'000;
constexpr auto kReadDeadline = std::chrono::seconds(60);

const std::vector<std::string> kPhases = {"features", "counts", "keys", "compare", "end"};

struct StoredFeatures {
  std::int64_t id;
  match::Features features;
};

// Frequencies of the whole entity, those of rare tokens left out.
class LoadedStatistics final : public match::Statistics {
 public:
  double records() const override { return records_; }
  double count(std::uint64_t token) const override {
    const auto at = std::lower_bound(counts_.begin(), counts_.end(), std::pair(token, std::int32_t{}));
    return at != counts_.end() && at->first == token ? at->second : 0.0;
  }
  void set_records(std::int64_t records) { records_ = static_cast<double>(records); }
  void add(std::uint64_t token, std::int64_t count) {
    counts_.emplace_back(token, static_cast<std::int32_t>(std::min<std::int64_t>(count, INT32_MAX)));
  }
  void sort() { std::sort(counts_.begin(), counts_.end()); }

 private:
  double records_ = 0;
  std::vector<std::pair<std::uint64_t, std::int32_t>> counts_;
};

std::int64_t stored(std::uint64_t hash) { return static_cast<std::int64_t>(hash); }

class DuplicateRun {
 public:
  DuplicateRun(entity::Services& services, JobRun& run)
      : services_(services),
        run_(run),
        registry_(services.catalog.current()),
        entity_(registry_->require(base::json_string(run.row().parameters, "entity"))),
        plan_(entity::match_plan(entity_)) {
    if (plan_.is_empty()) throw base::Error(base::ErrorCode::kFailedPrecondition, "no_duplicate_rules", {{"entity", entity_.key}});
    phase_ = base::json_string(run.row().checkpoint, "phase");
    after_ = base::json_int(run.row().checkpoint, "after", INT64_MIN);
    started_ = base::json_int(run.row().checkpoint, "started");
    compared_ = base::json_int(run.row().checkpoint, "compared");
    if (phase_.empty()) {
      phase_ = kPhases.front();
      started_ = base::to_micros(services.clock.now());
    }
  }

  void run() {
    count_records();
    while (phase_ != "end") {
      if (phase_ == "features")
        store_features();
      else if (phase_ == "counts")
        store_counts();
      else if (phase_ == "keys")
        store_keys();
      else
        compare();
      next_phase();
    }
    clear_outdated();
    look_at_changed();
    run_.set_result({{"compared", compared_}, {"found", count_open()}});
  }

 private:
  using Body = std::function<void(store::Connection&)>;
  void read(std::string_view name, const Body& body) { services_.database.read({.name = name, .deadline = kReadDeadline}, body); }
  void write(std::string_view name, const Body& body) { services_.database.write({.name = name, .lane = store::Lane::kBulk}, body); }

  json::object checkpoint() const { return {{"phase", phase_}, {"after", after_}, {"started", started_}, {"compared", compared_}}; }

  // Progress over all phases: each counts for as many steps as there are records.
  void keep_place(store::Connection& connection, double share) {
    const auto phase = std::find(kPhases.begin(), kPhases.end(), phase_) - kPhases.begin();
    run_.checkpoint_in(
        connection, checkpoint(),
        static_cast<std::int64_t>((static_cast<double>(phase) + std::clamp(share, 0.0, 1.0)) * static_cast<double>(records_)),
        records_ * 4);
  }

  void next_phase() {
    phase_ = *(std::find(kPhases.begin(), kPhases.end(), phase_) + 1);
    after_ = INT64_MIN;
    write("duplicate_run_phase", [&](store::Connection& connection) { keep_place(connection, 0); });
    run_.check_cancelled();
  }

  void count_records() {
    read("duplicate_run_count", [&](store::Connection& connection) {
      auto statement =
          connection.prepare("duplicate_run_count", "SELECT count(*) FROM " + entity::table_of(entity_) + " WHERE deleted_at IS NULL");
      if (statement.step()) records_ = std::max<std::int64_t>(1, statement.integer(0));
    });
  }

  // features

  struct Page {
    std::vector<std::pair<std::int64_t, std::string>> changed;
    std::vector<std::int64_t> gone;
    std::int64_t last = 0;
    bool is_last = false;
  };

  Page read_page(store::Connection& connection) {
    Page page;
    std::vector<entity::Record> records;
    std::vector<std::int64_t> ids;
    {
      auto statement = connection.prepare("duplicate_run_page", "SELECT " + entity::storage_of(entity_).select_list + " FROM " +
                                                                    entity::table_of(entity_) +
                                                                    " WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2");
      statement.bind(1, std::max<std::int64_t>(after_, 0)).bind(2, kPage);
      while (statement.step()) {
        records.push_back(entity::make_record(entity_));
        entity::read_record_row(entity_, statement, 0, records.back());
        ids.push_back(records.back().id);
      }
    }
    page.is_last = records.size() < kPage;
    page.last = page.is_last ? INT64_MAX : ids.back();
    for (const auto field : plan_.fields) {
      const auto* table = entity::item_table(entity_, field);
      if (table == nullptr || ids.empty()) continue;
      auto items = entity::read_items(connection, *table, ids);
      for (auto& record : records) {
        if (const auto it = items.find(record.id); it != items.end()) record.at(field) = std::move(it->second);
      }
    }
    std::unordered_map<std::int64_t, std::string> known;
    auto statement =
        connection.prepare("duplicate_run_known",
                           "SELECT record_id, features FROM sys_match_record WHERE entity_id = $1 AND record_id > $2 AND record_id <= $3");
    statement.bind(1, entity_.id).bind(2, std::max<std::int64_t>(after_, 0)).bind(3, page.last);
    while (statement.step()) known.emplace(statement.integer(0), statement.text(1));
    for (const auto& record : records) {
      std::string text = match::encode(entity::match_features(plan_, record));
      const auto it = known.find(record.id);
      if (it == known.end() || it->second != text) page.changed.emplace_back(record.id, std::move(text));
      if (it != known.end()) known.erase(it);
    }
    for (const auto& [id, text] : known) page.gone.push_back(id);
    return page;
  }

  void store_features() {
    std::int64_t done = 0;
    for (bool last = false; !last;) {
      Page page;
      read("duplicate_run_features", [&](store::Connection& connection) { page = read_page(connection); });
      last = page.is_last;
      after_ = page.last;
      done += kPage;
      write("duplicate_run_features", [&](store::Connection& connection) {
        auto put = connection.prepare("match_store",
                                      "INSERT INTO sys_match_record(entity_id, record_id, features) VALUES($1, $2, $3) ON "
                                      "CONFLICT(entity_id, record_id) DO UPDATE SET features = excluded.features");
        for (const auto& [id, text] : page.changed) put.bind(1, entity_.id).bind(2, id).bind_text(3, text).run();
        auto remove = connection.prepare("match_forget", "DELETE FROM sys_match_record WHERE entity_id = $1 AND record_id = $2");
        for (const auto id : page.gone) remove.bind(1, entity_.id).bind(2, id).run();
        keep_place(connection, static_cast<double>(done) / static_cast<double>(records_));
      });
      run_.check_cancelled();
    }
  }

  // Every stored record in the order of its id; `use` may not write.
  void for_each_record(const std::function<void(const StoredFeatures&)>& use) {
    for (std::int64_t after = 0, rows = kPage * 4; rows == kPage * 4;) {
      rows = 0;
      read("duplicate_run_scan", [&](store::Connection& connection) {
        auto statement = connection.prepare(
            "match_scan",
            "SELECT record_id, features FROM sys_match_record WHERE entity_id = $1 AND record_id > $2 ORDER BY record_id LIMIT $3");
        statement.bind(1, entity_.id).bind(2, after).bind(3, kPage * 4);
        while (statement.step()) {
          use({statement.integer(0), match::decode(statement.text(1), plan_.schema.size())});
          after = statement.integer(0);
          ++rows;
        }
      });
      run_.progress(run_.row().done, run_.row().total);
    }
  }

  // Parts of the range of signed numbers, so that each holds about `most` of `all` hashes.
  struct Part {
    std::int64_t first, last;
  };
  static std::vector<Part> parts(std::int64_t all, std::int64_t most) {
    const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(1, (all + most - 1) / most));
    const std::uint64_t width = UINT64_MAX / count;
    std::vector<Part> out;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto shifted = [](std::uint64_t value) { return static_cast<std::int64_t>(value ^ (1ull << 63)); };
      out.push_back({shifted(i * width), i + 1 == count ? INT64_MAX : shifted((i + 1) * width - 1)});
    }
    return out;
  }

  // A sorted list brought into a table whose rows are (entity, key, value): only what differs is written, in slices.
  struct Table {
    std::string_view scan, put, remove;  // names of the statements below
    std::string scan_sql, put_sql, remove_sql;
  };
  using Rows = std::vector<std::pair<std::int64_t, std::int64_t>>;

  void bring_in(const Table& table, const Part& part, const Rows& wanted, double share) {
    Rows put, remove;
    auto next = wanted.begin();
    std::pair<std::int64_t, std::int64_t> after{part.first, INT64_MIN};
    for (bool last = false; !last;) {
      Rows page;
      read(table.scan, [&](store::Connection& connection) {
        page.clear();
        auto statement = connection.prepare(table.scan, table.scan_sql);
        statement.bind(1, entity_.id).bind(2, after.first).bind(3, after.second).bind(4, part.last).bind(5, kBlockPage);
        while (statement.step()) page.emplace_back(statement.integer(0), statement.integer(1));
      });
      last = page.size() < kBlockPage;
      if (!page.empty()) after = page.back();
      for (const auto& row : page) {
        while (next != wanted.end() && *next < row) put.push_back(*next++);
        if (next != wanted.end() && *next == row)
          ++next;
        else
          remove.push_back(row);
      }
      if (last) put.insert(put.end(), next, wanted.end());
      apply(table, put, remove, share);
      put.clear();
      remove.clear();
    }
  }

  void apply(const Table& table, const Rows& put, const Rows& remove, double share) {
    // Removals first: a changed count is one row removed and one put.
    for (const bool removing : {true, false}) {
      const Rows& rows = removing ? remove : put;
      for (std::size_t from = 0; from < rows.size(); from += kWritesInSlice) {
        write(table.put, [&](store::Connection& connection) {
          auto statement = removing ? connection.prepare(table.remove, table.remove_sql) : connection.prepare(table.put, table.put_sql);
          for (std::size_t i = from; i < std::min(rows.size(), from + kWritesInSlice); ++i)
            statement.bind(1, entity_.id).bind(2, rows[i].first).bind(3, rows[i].second).run();
          keep_place(connection, share);
        });
        if (from / kWritesInSlice % 50 == 0) run_.check_cancelled();
      }
    }
  }

  void store_counts() {
    const Table table{"match_counts_scan",
                      "match_counts_put",
                      "match_counts_remove",
                      "SELECT token, records FROM sys_match_count WHERE entity_id = $1 AND (token, records) > ($2, $3) AND token <= $4 "
                      "ORDER BY token LIMIT $5",
                      "INSERT INTO sys_match_count(entity_id, token, records) VALUES($1, $2, $3) ON CONFLICT(entity_id, token) DO UPDATE "
                      "SET records = excluded.records",
                      "DELETE FROM sys_match_count WHERE entity_id = $1 AND token = $2 AND records = $3"};
    std::int64_t records = 0;
    const auto all = parts(records_ * 14, kTokensInMemory);
    for (std::size_t p = 0; p < all.size(); ++p) {
      std::vector<std::int64_t> tokens;
      records = 0;
      for_each_record([&](const StoredFeatures& record) {
        ++records;
        for (const auto token : match::counted_tokens(plan_.schema, record.features)) {
          if (stored(token) >= all[p].first && stored(token) <= all[p].last) tokens.push_back(stored(token));
        }
      });
      std::sort(tokens.begin(), tokens.end());
      Rows counts;
      for (std::size_t from = 0, to = 0; from < tokens.size(); from = to) {
        while (to < tokens.size() && tokens[to] == tokens[from]) ++to;
        // A token of one record is as good as unknown.
        if (to - from > 1) counts.emplace_back(tokens[from], static_cast<std::int64_t>(to - from));
      }
      bring_in(table, all[p], counts, static_cast<double>(p + 1) / static_cast<double>(all.size()));
    }
    write("duplicate_run_records", [&](store::Connection& connection) {
      connection
          .prepare("match_state_records",
                   "INSERT INTO sys_match_state(entity_id, records) VALUES($1, $2) ON CONFLICT(entity_id) DO UPDATE SET records = "
                   "excluded.records")
          .bind(1, entity_.id)
          .bind(2, records)
          .run();
    });
  }

  void load_statistics() {
    statistics_ = {};
    std::int64_t after = INT64_MIN;
    for (bool last = false; !last;) {
      int rows = 0;
      read("match_counts_load", [&](store::Connection& connection) {
        auto statement = connection.prepare(
            "match_counts_load", "SELECT token, records FROM sys_match_count WHERE entity_id = $1 AND token > $2 ORDER BY token LIMIT $3");
        statement.bind(1, entity_.id).bind(2, after).bind(3, kBlockPage);
        while (statement.step()) {
          after = statement.integer(0);
          if (statement.integer(1) > 1) statistics_.add(static_cast<std::uint64_t>(after), statement.integer(1));
          ++rows;
        }
      });
      last = rows < kBlockPage;
    }
    statistics_.sort();
    read("match_records", [&](store::Connection& connection) {
      auto statement = connection.prepare("match_records", "SELECT records FROM sys_match_state WHERE entity_id = $1");
      if (statement.bind(1, entity_.id).step()) statistics_.set_records(statement.integer(0));
    });
  }

  void store_keys() {
    load_statistics();
    const Table table{"match_keys_scan",
                      "match_keys_put",
                      "match_key_remove",
                      "SELECT key, record_id FROM sys_match_key WHERE entity_id = $1 AND (key, record_id) > ($2, $3) AND key <= $4 ORDER "
                      "BY key, record_id LIMIT $5",
                      "INSERT INTO sys_match_key(entity_id, key, record_id) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
                      "DELETE FROM sys_match_key WHERE entity_id = $1 AND key = $2 AND record_id = $3"};
    const auto all = parts(records_ * 24, kKeysInMemory);
    for (std::size_t p = 0; p < all.size(); ++p) {
      Rows keys;
      for_each_record([&](const StoredFeatures& record) {
        for (const auto key : match::blocking_keys(plan_.schema, record.features, statistics_, match::KeyUse::kStore)) {
          if (stored(key) >= all[p].first && stored(key) <= all[p].last) keys.emplace_back(stored(key), record.id);
        }
      });
      std::sort(keys.begin(), keys.end());
      bring_in(table, all[p], keys, static_cast<double>(p + 1) / static_cast<double>(all.size()));
    }
  }

  // compare

  struct Block {
    std::vector<std::int64_t> members;
  };

  // Blocks after `after_`; moves it past the last whole one. False at the end.
  bool read_blocks(std::vector<Block>& blocks, std::unordered_map<std::int64_t, match::Prepared>& records) {
    Rows rows;
    std::unordered_map<std::int64_t, match::Features> features;
    bool more = false;
    read("duplicate_run_blocks", [&](store::Connection& connection) {
      rows.clear();
      features.clear();
      blocks.clear();
      {
        auto statement = connection.prepare(
            "match_blocks_scan",
            "SELECT key, record_id FROM sys_match_key WHERE entity_id = $1 AND key > $2 ORDER BY key, record_id LIMIT $3");
        statement.bind(1, entity_.id).bind(2, after_).bind(3, kBlockPage);
        while (statement.step()) rows.emplace_back(statement.integer(0), statement.integer(1));
      }
      more = rows.size() == kBlockPage;
      // The last block may go on in the next page, unless it fills this one.
      if (more && rows.front().first != rows.back().first) {
        const auto key = rows.back().first;
        while (rows.back().first == key) rows.pop_back();
      }
      std::vector<std::int64_t> wanted;
      for (std::size_t from = 0, to = 0; from < rows.size(); from = to) {
        while (to < rows.size() && rows[to].first == rows[from].first) ++to;
        if (to - from < 2 || to - from > static_cast<std::size_t>(match::kMostInBlock)) continue;
        Block block;
        for (std::size_t i = from; i < to; ++i) block.members.push_back(rows[i].second);
        wanted.insert(wanted.end(), block.members.begin(), block.members.end());
        blocks.push_back(std::move(block));
      }
      std::sort(wanted.begin(), wanted.end());
      wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
      auto statement = connection.prepare(
          "match_candidates",
          "SELECT record_id, features FROM sys_match_record WHERE entity_id = $1 AND record_id IN (" + connection.int_list_sql(2) + ")");
      statement.bind(1, entity_.id).bind_int_list(2, wanted);
      while (statement.step()) features.emplace(statement.integer(0), match::decode(statement.text(1), plan_.schema.size()));
    });
    records.clear();
    for (auto& [id, own] : features) records.emplace(id, match::prepare(plan_.schema, std::move(own), statistics_));
    if (!rows.empty()) after_ = rows.back().first;
    return more;
  }

  using Compare = std::function<void(std::int64_t, const match::Prepared&, std::int64_t, const match::Prepared&)>;
  static void for_each_pair(const std::vector<Block>& blocks, const std::unordered_map<std::int64_t, match::Prepared>& records,
                            const Compare& compare) {
    for (const auto& block : blocks) {
      for (std::size_t i = 0; i < block.members.size(); ++i) {
        const auto a = records.find(block.members[i]);
        for (std::size_t j = i + 1; a != records.end() && j < block.members.size(); ++j) {
          const auto b = records.find(block.members[j]);
          if (b != records.end()) compare(a->first, a->second, b->first, b->second);
        }
      }
    }
  }

  // Keys are hashes: the first blocks are as good as any others.
  void learn() {
    const match::Scorer untaught(plan_.schema, match::default_model(plan_.schema, statistics_));
    std::vector<match::Observation> seen;
    std::vector<Block> blocks;
    std::unordered_map<std::int64_t, match::Prepared> records;
    std::unordered_set<std::uint64_t> pairs;
    for (bool more = true; more && seen.size() < kObservations;) {
      more = read_blocks(blocks, records);
      for_each_pair(blocks, records, [&](std::int64_t a, const match::Prepared& left, std::int64_t b, const match::Prepared& right) {
        if (pairs.insert(match::stable_hash({}, std::to_string(a), std::to_string(b))).second)
          seen.push_back(untaught.observe(left, right));
      });
    }
    after_ = INT64_MIN;
    const match::Model model = match::learn(plan_.schema, statistics_, seen);
    write("match_model_keep",
          [&](store::Connection& connection) { entity::MatchIndex(connection, entity_, plan_).keep_model(model, services_.clock.now()); });
  }

  void compare() {
    load_statistics();
    if (after_ == INT64_MIN) learn();
    match::Model model;
    read("match_model", [&](store::Connection& connection) { model = entity::MatchIndex(connection, entity_, plan_).model(statistics_); });
    const match::Scorer scorer(plan_.schema, model);
    std::vector<Block> blocks;
    std::unordered_map<std::int64_t, match::Prepared> records;
    std::unordered_set<std::uint64_t> known;
    for (bool more = true; more;) {
      more = read_blocks(blocks, records);
      std::vector<entity::FoundPair> found;
      for_each_pair(blocks, records, [&](std::int64_t a, const match::Prepared& left, std::int64_t b, const match::Prepared& right) {
        ++compared_;
        const auto score = scorer.compare(left, right);
        if (score.points < match::kLikelyPoints) return;
        if (known.insert(match::stable_hash({}, std::to_string(a), std::to_string(b))).second)
          found.push_back({entity_.id, a, b, score.points, entity::reasons_json(plan_.schema, score), run_.row().id});
      });
      put(found);
      run_.check_cancelled();
    }
  }

  void put(const std::vector<entity::FoundPair>& found) {
    const double share = (static_cast<double>(after_) + 9.3e18) / 18.6e18;
    std::size_t from = 0;
    do {
      const std::size_t to = std::min(found.size(), from + kWritesInSlice / 2);
      write("duplicate_run_pairs", [&](store::Connection& connection) {
        for (std::size_t i = from; i < to; ++i) entity::put_pair(connection, found[i], services_.clock.now());
        if (to == found.size()) keep_place(connection, share);
      });
      from = to;
    } while (from < found.size());
  }

  // Open pairs that this run did not see any more.
  void clear_outdated() {
    for (std::int64_t removed = 1; removed > 0;) {
      write("duplicate_run_clear", [&](store::Connection& connection) {
        removed = connection
                      .prepare("duplicate_clear",
                               "DELETE FROM sys_duplicate WHERE id IN (SELECT id FROM sys_duplicate WHERE entity_id = $1 AND state = "
                               "'open' AND run <> $2 AND found_at < $3 LIMIT 500)")
                      .bind(1, entity_.id)
                      .bind(2, run_.row().id)
                      .bind(3, started_)
                      .run();
      });
    }
  }

  // What was written meanwhile may have been overwritten by an older reading.
  void look_at_changed() {
    DuplicateWatch watch(services_);
    for (std::int64_t after = 0;;) {
      std::vector<std::int64_t> ids;
      read("duplicate_run_changed", [&](store::Connection& connection) {
        ids.clear();
        auto statement = connection.prepare("duplicate_run_changed", "SELECT id FROM " + entity::table_of(entity_) +
                                                                         " WHERE updated_at >= $1 AND id > $2 ORDER BY id LIMIT $3");
        statement.bind(1, started_).bind(2, after).bind(3, kPage);
        while (statement.step()) ids.push_back(statement.integer(0));
      });
      if (ids.empty()) return;
      after = ids.back();
      watch.look_at(*registry_, entity_, ids);
      run_.check_cancelled();
    }
  }

  std::int64_t count_open() {
    std::int64_t count = 0;
    read("duplicate_run_open", [&](store::Connection& connection) {
      auto statement = connection.prepare("duplicate_open", "SELECT count(*) FROM sys_duplicate WHERE entity_id = $1 AND state = 'open'");
      if (statement.bind(1, entity_.id).step()) count = statement.integer(0);
    });
    return count;
  }

  entity::Services& services_;
  JobRun& run_;
  const entity::RegistryPtr registry_;
  const entity::EntityDef& entity_;
  const entity::MatchPlan plan_;
  std::string phase_;
  std::int64_t after_ = INT64_MIN, started_ = 0, compared_ = 0, records_ = 1;
  LoadedStatistics statistics_;
};

}  // namespace

void add_duplicate_search(Jobs& jobs, entity::Services& services) {
  jobs.add_kind(std::string(kDuplicateSearch), [&services](JobRun& run) { DuplicateRun(services, run).run(); });
}

void build_missing_indexes(Jobs& jobs, entity::Services& services) {
  constexpr std::int64_t kWorthAJob = 100;
  const auto registry = services.catalog.current();
  for (const auto& row : jobs.list(0, true, 50)) {
    if (row.kind == kDuplicateSearch && (row.state == "queued" || row.state == "running")) return;
  }
  for (const auto& entity : registry->entities()) {
    if (entity::match_plan(*entity).is_empty()) continue;
    std::int64_t indexed = 0, living = 0;
    services.database.read({.name = "duplicate_index_check"}, [&](store::Connection& connection) {
      auto known = connection.prepare("match_records", "SELECT records FROM sys_match_state WHERE entity_id = $1");
      if (known.bind(1, entity->id).step()) indexed = known.integer(0);
      // No further than tells: half again as many as are known.
      auto statement = connection.prepare("duplicate_index_living", "SELECT count(*) FROM (SELECT 1 FROM " + entity::table_of(*entity) +
                                                                        " WHERE deleted_at IS NULL LIMIT $1) r");
      if (statement.bind(1, 2 * indexed + kWorthAJob).step()) living = statement.integer(0);
    });
    if (living >= 2 * indexed + kWorthAJob) jobs.submit(kDuplicateSearch, {{"entity", entity->key}}, 0, false);
  }
}

}  // namespace flow
