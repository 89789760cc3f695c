// Quality of duplicate search on labelled sets: precision, recall and F1 over pairs, a JSON line for each figure.
//
// usage: dedup_bench FOLDER   where FOLDER holds data/clients-dedup-20k*.csv and ext/dedup
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>

#include "server/entity/match/search.hpp"

namespace {

using Row = std::vector<std::string>;
using Table = std::vector<Row>;

// RFC 4180 with any one-byte delimiter; spaces after the delimiter belong to it when `trims`.
Table read_csv(const std::string& path, char delimiter) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(2);
  }
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  Table table;
  Row row;
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char c = all[i];
    if (quoted) {
      if (c != '"')
        cell += c;
      else if (i + 1 < all.size() && all[i + 1] == '"')
        cell += all[++i];
      else
        quoted = false;
    } else if (c == '"' && cell.empty()) {
      quoted = true;
    } else if (c == delimiter) {
      row.push_back(std::move(cell));
      cell.clear();
    } else if (c == '\n') {
      row.push_back(std::move(cell));
      cell.clear();
      table.push_back(std::move(row));
      row.clear();
    } else if (c != '\r') {
      cell += c;
    }
  }
  if (!cell.empty() || !row.empty()) {
    row.push_back(std::move(cell));
    table.push_back(std::move(row));
  }
  return table;
}

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t");
  return from == std::string::npos ? std::string() : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// One field of the schema and the columns of the table that fill it.
struct Column {
  match::FieldSpec spec;
  std::vector<std::size_t> columns;
  bool joined = false;  // one value of all the columns
};

match::Features features_of(const std::vector<Column>& columns, const Row& row, std::string_view region) {
  match::Features features;
  for (const auto& column : columns) {
    std::vector<std::string> raw;
    for (const std::size_t at : column.columns) {
      const std::string cell = at < row.size() ? trimmed(row[at]) : std::string();
      if (cell.empty()) continue;
      if (column.joined && !raw.empty())
        raw[0] += " " + cell;
      else
        raw.push_back(cell);
    }
    features.fields.push_back(match::make_features(column.spec.role, raw, region));
  }
  return features;
}

match::Schema schema_of(const std::vector<Column>& columns) {
  match::Schema schema;
  for (const auto& column : columns) schema.push_back(column.spec);
  return schema;
}

using Truth = std::set<std::pair<std::size_t, std::size_t>>;

struct Set {
  std::string name;
  std::vector<Column> columns;
  std::vector<Row> rows;
  Truth truth;
  std::size_t first_of_right = 0;
  std::string region = "RU";
  double gate_f1 = 0, gate_precision = 0;
};

void print(const std::string& name, double value, const char* unit, double limit) {
  std::printf("{\"name\":\"%s\",\"value\":%.4f,\"unit\":\"%s\",\"better\":\"%s\",\"limit\":%.3f,\"ok\":%s}\n", name.c_str(), value, unit,
              std::string_view(unit) == "s" ? "lower" : "higher", limit, limit == 0 || value >= limit ? "true" : "false");
}

void explain(const Set& set, const match::Found& found, const std::vector<match::Features>& records) {
  const char* wanted = std::getenv("DEDUP_EXPLAIN");
  if (wanted == nullptr || set.name != wanted) return;
  Truth reached;
  const auto schema = schema_of(set.columns);
  const auto show = [&](const char* what, std::size_t a, std::size_t b, const match::Score& score) {
    std::fprintf(stderr, "%s %.1f bits %d\n", what, score.bits, score.points);
    for (const std::size_t at : {a, b}) {
      for (const auto& cell : set.rows[at]) std::fprintf(stderr, " | %s", cell.c_str());
      std::fprintf(stderr, "\n");
    }
    for (const auto& reason : score.reasons)
      std::fprintf(stderr, "   %s %d %.1f\n", schema[static_cast<std::size_t>(reason.field)].key.c_str(),
                   static_cast<int>(reason.agreement), reason.bits);
  };
  for (const auto& pair : found.pairs) {
    reached.insert({pair.a, pair.b});
    if (!set.truth.contains({pair.a, pair.b})) show("WRONG", pair.a, pair.b, pair.score);
  }
  match::CountedTokens statistics;
  for (const auto& record : records) statistics.add(schema, record);
  const match::Scorer scorer(schema, match::default_model(schema, statistics));
  std::map<std::string, int> agreements;
  for (const auto& [a, b] : set.truth) {
    const auto score = scorer.compare(match::prepare(schema, records[a], statistics), match::prepare(schema, records[b], statistics));
    for (const auto& reason : score.reasons)
      ++agreements[schema[static_cast<std::size_t>(reason.field)].key + " " + std::to_string(static_cast<int>(reason.agreement)) +
                   (reason.bits < 0 ? "-" : "+")];
  }
  for (const auto& [what, count] : agreements) std::fprintf(stderr, "AGREE %s %d\n", what.c_str(), count);
  for (const auto& [a, b] : set.truth) {
    if (reached.contains({a, b})) continue;
    show("MISSED", a, b, scorer.compare(match::prepare(schema, records[a], statistics), match::prepare(schema, records[b], statistics)));
  }
}

void run(const Set& set) {
  const auto schema = schema_of(set.columns);
  const auto start = std::chrono::steady_clock::now();
  std::vector<match::Features> records;
  for (const auto& row : set.rows) records.push_back(features_of(set.columns, row, set.region));
  match::SearchOptions options;
  options.first_of_right = set.first_of_right;
  const auto found = match::find_pairs(schema, records, options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  double right = 0;
  for (const auto& pair : found.pairs) right += set.truth.contains({pair.a, pair.b}) ? 1 : 0;
  const double precision = found.pairs.empty() ? 0 : right / static_cast<double>(found.pairs.size());
  const double recall = set.truth.empty() ? 0 : right / static_cast<double>(set.truth.size());
  print("dedup_" + set.name + "_precision", precision, "share", set.gate_precision);
  print("dedup_" + set.name + "_recall", recall, "share", 0);
  print("dedup_" + set.name + "_f1", precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall), "share", set.gate_f1);
  print("dedup_" + set.name + "_seconds", seconds, "s", 0);
  std::fprintf(stderr, "%s: %zu records, %zu true pairs, %zu compared\n", set.name.c_str(), set.rows.size(), set.truth.size(),
               found.compared);
  explain(set, found, records);
}

void add_pairs(const std::vector<std::size_t>& same, Truth& truth) {
  for (std::size_t i = 0; i < same.size(); ++i) {
    for (std::size_t j = i + 1; j < same.size(); ++j) truth.insert({same[i], same[j]});
  }
}

Set clients(const std::string& folder) {
  using match::Role;
  Set set{"clients_20k", {}, {}, {}, 0, "RU", .95, .99};
  set.columns = {{{"name", Role::kName}, {1}},     {{"inn", Role::kInn}, {2}},   {{"phones", Role::kPhone}, {3}},
                 {{"emails", Role::kEmail}, {4}},  {{"city", Role::kTown}, {5}}, {{"addresses", Role::kAddress}, {6}},
                 {{"contact", Role::kPerson}, {7}}};
  Table table = read_csv(folder + "/data/clients-dedup-20k.csv", ',');
  set.rows.assign(table.begin() + 1, table.end());
  std::unordered_map<std::string, std::string> entity;
  const Table truth = read_csv(folder + "/data/clients-dedup-20k-truth.csv", ',');
  for (std::size_t i = 1; i < truth.size(); ++i) entity[truth[i][0]] = truth[i][1];
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < set.rows.size(); ++i) groups[entity[set.rows[i][0]]].push_back(i);
  for (const auto& [key, same] : groups) add_pairs(same, set.truth);
  return set;
}

Set febrl(const std::string& folder, int number, double gate_f1, double gate_precision) {
  using match::Role;
  Set set{"febrl_" + std::to_string(number), {}, {}, {}, 0, "AU", gate_f1, gate_precision};
  set.columns = {{{"name", Role::kName}, {1, 2}, true}, {{"address", Role::kAddress}, {3, 4, 5, 6}, true},
                 {{"postcode", Role::kCategory}, {7}},  {{"state", Role::kCategory}, {8}},
                 {{"birthday", Role::kDate}, {9}},      {{"number", Role::kCode}, {10}}};
  Table table = read_csv(folder + "/ext/dedup/febrl/dataset" + std::to_string(number) + ".csv", ',');
  set.rows.assign(table.begin() + 1, table.end());
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < set.rows.size(); ++i) {
    const std::string& id = set.rows[i][0];
    groups[id.substr(4, id.find('-', 4) - 4)].push_back(i);
  }
  for (const auto& [key, same] : groups) add_pairs(same, set.truth);
  return set;
}

void add_two_tables(const std::string& left, const std::string& right, const std::string& truth, char delimiter, Set& set) {
  std::map<std::string, std::size_t> position[2];
  const std::string* paths[2] = {&left, &right};
  for (int side = 0; side < 2; ++side) {
    const Table table = read_csv(*paths[side], delimiter);
    for (std::size_t i = 1; i < table.size(); ++i) {
      position[side][table[i][0]] = set.rows.size();
      set.rows.push_back(table[i]);
    }
    if (side == 0) set.first_of_right = set.rows.size();
  }
  const Table pairs = read_csv(truth, delimiter);
  for (std::size_t i = 1; i < pairs.size(); ++i) set.truth.insert({position[0].at(pairs[i][0]), position[1].at(pairs[i][1])});
}

Set articles(const std::string& folder) {
  using match::Role;
  Set set{"dblp_acm", {}, {}, {}, 0, "US", .97, 0};
  set.columns = {{{"title", Role::kText}, {1}}, {{"authors", Role::kName}, {2}}, {{"year", Role::kCategory}, {4}}};
  const std::string base = folder + "/ext/dedup/dblp-acm/";
  add_two_tables(base + "dblpclean.csv", base + "acmclean.csv", base + "gtclean.csv", '%', set);
  for (auto& row : set.rows) row[4] = row[4].substr(0, 4);
  return set;
}

Set restaurants(const std::string& folder) {
  using match::Role;
  Set set{"restaurants", {}, {}, {}, 0, "US", .85, 0};
  set.columns = {{{"name", Role::kName}, {1}}, {{"phone", Role::kPhone}, {2}}, {{"street", Role::kAddress}, {3}}};
  const std::string base = folder + "/ext/dedup/restaurants/";
  add_two_tables(base + "rest1clean.csv", base + "rest2clean.csv", base + "gtclean.csv", '|', set);
  return set;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: dedup_bench FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  run(febrl(folder, 1, .97, 0));
  run(febrl(folder, 2, .96, .995));
  run(articles(folder));
  run(restaurants(folder));
  run(clients(folder));
  return 0;
}
