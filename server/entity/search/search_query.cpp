#include <algorithm>
#include <set>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/search/rare_tokens.hpp"
#include "server/entity/search/search.hpp"

namespace entity {

namespace {

constexpr int kBatch = 100;  // rows looked at at once where many of them may be others'
constexpr int kMostRanked = 40;
constexpr int kSpare = 10;  // rows beyond the wanted ones, for those that only hold the tokens
// A query that brings more matches than this that are others' is answered from the newest.
constexpr int kMaxScanned = 5000;
// So many that hold only the tokens are looked at: 10 ms. Both trigrams of "кате" are frequent in notes on calls without it.
constexpr int kMaxMisses = 2000;
// So many of the newest matches are looked at whoever owns them: all there are of a rare word, and enough of a frequent
// one for who sees much. Only then the index is asked for the caller's owners, which costs a list walked for each.
constexpr int kNewest = 400;
constexpr std::size_t kFewOwners = 4;
constexpr std::size_t kMaxOwnerTokens = 300;
constexpr std::int64_t kMaxSharedLookups = 2000;

struct Hit {
  std::int64_t id;
  int rank;
};

// What a caller may match in one entity.
struct Reach {
  bool groups[kSearchGroups] = {};
  // Lines of group 0 that are not his: their marks, '\n' between; empty: all are.
  std::string hidden_marks;
};

Reach reach_of(const EntityDef& entity, const Caller& caller) {
  Reach reach;
  bool denied[kSearchGroups] = {};
  for (const auto& field : entity.fields) {
    if (field.search == SearchKind::kNone) continue;
    const int group = search_group(entity, field);
    if (may_read_field(caller, entity, field)) {
      reach.groups[group] = true;
    } else if (group == 0) {
      reach.hidden_marks += (reach.hidden_marks.empty() ? "" : "\n") + search_mark(field);
    } else {
      denied[group] = true;
    }
  }
  for (int group = 1; group < kSearchGroups; ++group) {
    if (denied[group]) reach.groups[group] = false;  // a shared last group needs the right to all of its fields
  }
  return reach;
}

int rank_of(std::string_view text, const std::vector<SearchWord>& words) {
  int rank = 0;
  for (const auto& word : words) {
    const int one = match_rank(text, word);
    if (one == 0) return 0;
    rank += one;
  }
  return rank;
}

std::vector<std::string> tokens_of(const EntityDef& entity, const std::vector<SearchWord>& words) {
  std::set<std::string> tokens;
  for (const auto& word : words) {
    for (auto& token : query_tokens(word, number_parts(entity))) tokens.insert(std::move(token));
  }
  return {tokens.begin(), tokens.end()};
}

std::string owner_token(std::int64_t owner) { return "@o" + std::to_string(owner); }

// Index expression of both dialects: all of the tokens and, when given, one of the owners.
std::string match_text(store::Dialect dialect, const std::vector<std::string>& tokens, const std::vector<std::int64_t>& owners) {
  const bool sqlite = dialect == store::Dialect::kSqlite;
  const std::string quote = sqlite ? "\"" : "'";
  const std::string and_text = sqlite ? " AND " : " & ";
  std::string out;
  for (const auto& token : tokens) {
    if (!out.empty()) out += and_text;
    out += quote + token + quote;
  }
  if (!owners.empty()) {
    out += and_text + "(";
    for (std::size_t i = 0; i < owners.size(); ++i) {
      if (i > 0) out += sqlite ? " OR " : " | ";
      out += quote + owner_token(owners[i]) + quote;
    }
    out += ")";
  }
  return out;
}

// PostgreSQL would not take the order of ids for that of a sum.
enum class Way { kPlanner, kTokens };

std::string candidates_sql(store::Dialect dialect, const EntityDef& entity, Way way) {
  const std::string search = store::quote_identifier(entity.table + "__search");
  if (dialect == store::Dialect::kPostgres) {
    return "SELECT id, text FROM " + search + " WHERE tokens @@ $1::tsquery AND id < $2 ORDER BY id" + (way == Way::kTokens ? " + 0" : "") +
           " DESC LIMIT $3";
  }
  const std::string fts = store::quote_identifier(entity.table + "__fts");
  return "SELECT s.id, s.text FROM " + fts + " CROSS JOIN " + search + " s ON s.id = " + fts + ".rowid WHERE " + fts + " MATCH $1 AND " +
         fts + ".rowid < $2 ORDER BY " + fts + ".rowid DESC LIMIT $3";
}

// Those of `ids` that the caller may read.
std::set<std::int64_t> readable_ids(const QueryContext& context, const EntityDef& entity, const std::vector<std::int64_t>& ids) {
  Filter filter;
  filter.kind = Filter::Kind::kCompare;
  filter.op = FilterOp::kIn;
  filter.path = {PathStep{&entity, entity.index_of("id"), {}}};
  for (const std::int64_t id : ids) filter.values.emplace_back(id);
  const auto found = find_ids(context, entity, filter, Action::kRead, 0, static_cast<int>(ids.size()));
  return {found.begin(), found.end()};
}

class EntitySearch {
 public:
  // `limit`: hits that are shown.
  EntitySearch(const QueryContext& context, const EntityDef& entity, const std::vector<SearchWord>& words, int limit)
      : context_(context),
        entity_(entity),
        words_(words),
        wanted_(std::max(4 * limit, kMostRanked)),
        enough_(2 * limit),
        reach_(reach_of(entity, context.caller)) {}

  std::vector<Hit> run() {
    find();
    std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) { return a.rank != b.rank ? a.rank > b.rank : a.id > b.id; });
    hits_.erase(std::unique(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) { return a.id == b.id; }), hits_.end());
    return std::move(hits_);
  }
  // After run(): false when older matches may be left that were not looked at, though fewer were found than wanted.
  bool is_complete() const { return is_complete_; }

 private:
  store::Dialect dialect() const { return context_.connection.dialect(); }

  void find() {
    const Caller& caller = context_.caller;
    const Scope scope = caller.is_admin || caller.is_system ? Scope::kAll : read_scope();
    if (scope == Scope::kAll || entity_.owner_index < 0) {
      is_complete_ = scan({}, kMaxScanned, wanted_ + kSpare);
      return;
    }
    static const std::vector<std::int64_t> kNobody;
    const auto& owners = scope == Scope::kNone ? kNobody : caller.owners(scope);
    const bool has_via = !entity_.access_via.empty();
    if (owners.size() > kMaxOwnerTokens) {
      is_complete_ = scan({}, kMaxScanned, kBatch);
      return;
    }
    if (has_via || owners.size() > kFewOwners) {
      // Asking for the owners costs more than looking further: not while the answer is full.
      if (scan({}, kNewest, kBatch)) return;
    }
    if (!owners.empty()) is_complete_ = scan(owners, kMaxScanned, wanted_ + kSpare);
    if (has_via) is_complete_ = false;
    scan_shared();
  }

  Scope read_scope() const {
    const auto it = context_.caller.entities.find(entity_.id);
    return it == context_.caller.entities.end() ? Scope::kNone : it->second.scopes[static_cast<int>(Action::kRead)];
  }

  // Looks at the newest rows that match; true when nothing more is to be found or wanted.
  bool scan(const std::vector<std::int64_t>& owners, int most, int batch_size) {
    const auto all = tokens_of(entity_, words_);
    auto tokens = all;
    // A few owners narrow as well as a second token does.
    const bool has_few_owners = !owners.empty() && owners.size() <= kFewOwners;
    if (dialect() == store::Dialect::kSqlite)
      tokens = rarest_tokens(context_.connection, entity_, std::move(tokens), has_few_owners ? 1 : 2);
    std::vector<std::string> owner_tokens;
    for (const auto owner : owners) owner_tokens.push_back(owner_token(owner));
    const bool is_rare = dialect() == store::Dialect::kPostgres && has_rare_token(context_.connection, entity_, all, owner_tokens);
    const Way way = is_rare ? Way::kTokens : Way::kPlanner;
    std::int64_t below = INT64_MAX;
    const int wanted = batch_size == kBatch ? enough_ : wanted_;
    for (int scanned = 0; scanned < most && static_cast<int>(hits_.size()) < wanted && misses_ < kMaxMisses;) {
      std::vector<Hit> batch;
      int rows = 0, batch_misses = 0;
      {
        auto statement = context_.connection.prepare("search_candidates", candidates_sql(dialect(), entity_, way));
        statement.bind_text(1, match_text(dialect(), tokens, owners)).bind(2, below).bind(3, batch_size);
        while (statement.step()) {
          ++rows;
          below = statement.integer(0);
          if (!consider(below, statement.text(1), batch)) ++batch_misses;
        }
      }
      keep_readable(batch);
      if (rows < batch_size) return true;
      scanned += rows - batch_misses;
      misses_ += batch_misses;
      // The rarest occur without the word: all of them then.
      if (2 * batch_misses > rows) tokens = all;
      batch_size = std::min(2 * batch_size, 1000);
    }
    return static_cast<int>(hits_.size()) >= wanted;
  }

  // Records shared with the caller lie outside his owners' tokens: few, so their text is read directly.
  void scan_shared() {
    std::vector<std::int64_t> ids;
    {
      auto statement = context_.connection.prepare(
          "search_shared", "SELECT record_id FROM sys_share WHERE entity_id = $1 AND (user_id = $2 OR department_id IN (" +
                               context_.connection.int_list_sql(3) + ")) ORDER BY record_id DESC LIMIT $4");
      statement.bind(1, entity_.id).bind(2, context_.caller.user_id).bind_int_list(3, context_.caller.department_ids);
      statement.bind(4, kMaxSharedLookups);
      while (statement.step()) {
        for (int group = 0; group < kSearchGroups; ++group) {
          if (reach_.groups[group]) ids.push_back(statement.integer(0) * kSearchGroups + group);
        }
      }
    }
    if (ids.empty()) return;
    std::vector<Hit> batch;
    {
      auto statement =
          context_.connection.prepare("search_shared_text", "SELECT id, text FROM " + store::quote_identifier(entity_.table + "__search") +
                                                                " WHERE id IN (" + context_.connection.int_list_sql(1) + ")");
      statement.bind_int_list(1, ids);
      while (statement.step()) consider(statement.integer(0), statement.text(1), batch);
    }
    keep_readable(batch);
  }

  // False: the text does not hold the words.
  bool consider(std::int64_t row, std::string_view text, std::vector<Hit>& batch) const {
    const auto group = row % kSearchGroups;
    if (!reach_.groups[group]) return true;
    const bool hides = group == 0 && !reach_.hidden_marks.empty();
    const int rank = hides ? rank_of(base::without_lines(text, reach_.hidden_marks), words_) : rank_of(text, words_);
    if (rank > 0) batch.push_back({row / kSearchGroups, rank});
    return rank > 0;
  }

  void keep_readable(std::vector<Hit>& batch) {
    if (batch.empty()) return;
    const bool all = context_.caller.is_admin || context_.caller.is_system;
    std::set<std::int64_t> readable;
    if (!all) {
      std::vector<std::int64_t> ids;
      ids.reserve(batch.size());
      for (const auto& hit : batch) ids.push_back(hit.id);
      readable = readable_ids(context_, entity_, ids);
    }
    for (const auto& hit : batch) {
      if (!all && readable.count(hit.id) == 0) continue;
      hits_.push_back(hit);
    }
  }

  const QueryContext& context_;
  const EntityDef& entity_;
  const std::vector<SearchWord>& words_;
  const int wanted_;  // are ranked
  const int enough_;  // where each costs a look at the caller's rights
  Reach reach_;
  std::vector<Hit> hits_;
  int misses_ = 0;  // rows that hold the tokens alone
  bool is_complete_ = true;
};

void write_hit(const QueryContext& context, const EntityDef& entity, const Record& record, const std::vector<SearchWord>& words,
               base::JsonWriter& out) {
  out.begin_object().key("id").integer(record.id);
  const bool has_title =
      entity.title_index >= 0 && may_read_field(context.caller, entity, entity.fields[static_cast<std::size_t>(entity.title_index)]);
  out.key("title").text(!has_title ? std::string("#") + std::to_string(record.id)
                                   : entity.fields[static_cast<std::size_t>(entity.title_index)].type->display(
                                         entity.fields[static_cast<std::size_t>(entity.title_index)], record.at(entity.title_index)));
  std::string subtitle;
  std::vector<std::pair<std::string, std::string>> matched;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const FieldDef& field = entity.fields[i];
    if (field.search == SearchKind::kNone || is_empty(record.values[i])) continue;
    if (!may_read_field(context.caller, entity, field) || static_cast<FieldIndex>(i) == entity.title_index) continue;
    std::string raw;
    field.type->append_search_text(field, record.values[i], raw);
    std::string text;
    const std::string folded = base::fold(raw);
    for (std::string_view word : base::words(folded)) (text.empty() ? text : text += ' ') += word;
    const bool hit = std::any_of(words.begin(), words.end(), [&](const SearchWord& w) { return text_has_word(text, w); });
    std::string shown = field.type->display(field, record.values[i]);
    if (base::length(shown) > 120) shown = std::string(base::prefix(shown, 119)) + "…";
    if (hit) matched.emplace_back(field.key, shown);
    if (subtitle.empty()) subtitle = shown;
  }
  out.key("subtitle").text(matched.empty() ? subtitle : matched.front().second);
  out.key("matched").begin_array();
  for (const auto& [key, text] : matched) out.begin_object().key("field").text(key).key("text").text(text).end_object();
  out.end_array().end_object();
}

// The same words as typed on the other layout or alphabet; tried when the direct query finds little.
std::vector<std::vector<SearchWord>> variants_of(std::string_view text) {
  std::vector<std::vector<SearchWord>> variants;
  const auto direct = parse_search_text(text);
  variants.push_back(direct);
  const auto add = [&](const std::string& other) {
    auto words = parse_search_text(other);
    for (const auto& known : variants) {
      if (known.size() == words.size() && std::equal(known.begin(), known.end(), words.begin(),
                                                     [](const SearchWord& a, const SearchWord& b) { return a.text == b.text; })) {
        return;
      }
    }
    if (!words.empty()) variants.push_back(std::move(words));
  };
  if (const auto swapped = base::swap_keyboard_layout(text)) add(*swapped);
  add(base::to_cyrillic(text));
  add(base::to_latin(text));
  if (direct.size() == 1 && direct[0].is_digits && direct[0].text.size() > 3 && direct[0].text[0] == '8') {
    add(direct[0].text.substr(1));
  }
  return variants;
}

}  // namespace

void run_search(const QueryContext& context, const SearchRequest& request, base::JsonWriter& out) {
  const auto variants = variants_of(request.text);
  const bool long_enough =
      std::any_of(variants[0].begin(), variants[0].end(), [](const SearchWord& word) { return code_points(word.text).size() >= 2; });
  if (!long_enough) throw base::Error::field("q", "too_short", {{"min", "2"}});
  std::vector<const EntityDef*> entities;
  for (const auto& entity : context.registry.entities()) {
    if (!is_searchable(*entity) || !may(context.caller, *entity, Action::kRead)) continue;
    if (!request.entities.empty() && std::find(request.entities.begin(), request.entities.end(), entity->key) == request.entities.end()) {
      continue;
    }
    entities.push_back(entity.get());
  }
  out.begin_object().key("groups").begin_array();
  std::set<const EntityDef*> answered;
  int found = 0;
  bool is_complete = true;
  for (const auto& variant : variants) {
    std::vector<SearchWord> words = variant;
    std::erase_if(words, [](const SearchWord& word) { return code_points(word.text).size() < 2; });
    if (words.empty()) continue;
    for (const EntityDef* entity : entities) {
      if (answered.count(entity) != 0) continue;
      EntitySearch search(context, *entity, words, request.limit);
      auto hits = search.run();
      if (!search.is_complete() && hits.size() <= static_cast<std::size_t>(request.limit)) is_complete = false;
      if (hits.empty()) continue;
      answered.insert(entity);
      const bool more = hits.size() > static_cast<std::size_t>(request.limit);
      if (more) hits.resize(static_cast<std::size_t>(request.limit));
      found += static_cast<int>(hits.size());
      out.begin_object().key("entity").text(entity->key).key("more").boolean(more).key("items").begin_array();
      for (const auto& hit : hits) {
        const auto record = load_record(context.connection, context.registry, *entity, hit.id);
        if (record) write_hit(context, *entity, *record, words, out);
      }
      out.end_array().end_object();
    }
    if (found >= 3) break;
  }
  out.end_array();
  if (!is_complete) out.key("incomplete").boolean(true);
  out.end_object();
}

namespace {

// PostgreSQL's regular expression (ARE) of whole lines that end in one of the marks, which are control characters.
std::string lines_pattern(const std::string& marks) {
  std::string pattern = "(?:^|\\n)[^\\n]*(?:";
  for (const char c : marks) pattern += c == '\n' ? '|' : c;
  return pattern + ")(?=\\n|$)";
}

}  // namespace

TextPredicate text_predicate(store::Dialect dialect, const EntityDef& entity, const Caller& caller, std::string_view text,
                             std::string_view id_expression, int parameter) {
  TextPredicate result;
  const Reach reach = reach_of(entity, caller);
  auto words = parse_search_text(text);
  std::erase_if(words, [](const SearchWord& word) { return code_points(word.text).size() < 2; });
  std::string groups;
  for (int group = 0; group < kSearchGroups; ++group) {
    if (!reach.groups[group]) continue;
    if (!groups.empty()) groups += ",";
    groups += std::to_string(group);
  }
  if (words.empty() || groups.empty() || !is_searchable(entity)) {
    result.sql = "1 = 0";
    return result;
  }
  const bool sqlite = dialect == store::Dialect::kSqlite;
  const std::string search = store::quote_identifier(entity.table + "__search");
  const std::string fts = store::quote_identifier(entity.table + "__fts");
  const std::string find = sqlite ? "instr" : "strpos";
  result.binds.push_back(match_text(dialect, tokens_of(entity, words), {}));
  std::string sql = std::string(id_expression) + " IN (SELECT s.id / 8 FROM ";
  if (sqlite)
    sql += fts + " CROSS JOIN " + search + " s ON s.id = " + fts + ".rowid WHERE " + fts + " MATCH $" + std::to_string(parameter);
  else
    sql += search + " s WHERE s.tokens @@ $" + std::to_string(parameter) + "::tsquery";
  sql += " AND s.id % 8 IN (" + groups + ")";
  std::string readable = "s.text";
  if (!reach.hidden_marks.empty()) {
    result.binds.push_back(sqlite ? reach.hidden_marks : lines_pattern(reach.hidden_marks));
    const std::string number = "$" + std::to_string(parameter + 1);
    readable = sqlite ? "mv_without_lines(s.text, " + number + ")" : "regexp_replace(s.text, " + number + ", '', 'g')";
    readable = "CASE WHEN s.id % 8 = 0 THEN " + readable + " ELSE s.text END";
  }
  for (const auto& word : words) {
    const bool start_only = code_points(word.text).size() < 3;
    result.binds.push_back(start_only ? " " + word.text : word.text);
    const std::string number = "$" + std::to_string(parameter + static_cast<int>(result.binds.size()) - 1);
    const std::string newline = sqlite ? "char(10)" : "chr(10)";
    const std::string haystack = start_only ? "' ' || replace(" + readable + ", " + newline + ", ' ')" : readable;
    sql += " AND " + find + "(" + haystack + ", " + number + ") > 0";
  }
  result.sql = sql + ")";
  return result;
}

bool text_matches(const Record& record, const Caller& caller, std::string_view text) {
  const Reach reach = reach_of(*record.entity, caller);
  auto words = parse_search_text(text);
  std::erase_if(words, [](const SearchWord& word) { return code_points(word.text).size() < 2; });
  if (words.empty()) return false;
  for (int group = 0; group < kSearchGroups; ++group) {
    if (!reach.groups[group]) continue;
    const std::string whole = search_text(record, group);
    const std::string one = group == 0 && !reach.hidden_marks.empty() ? base::without_lines(whole, reach.hidden_marks) : whole;
    if (!one.empty() && rank_of(one, words) > 0) return true;
  }
  return false;
}

}  // namespace entity
