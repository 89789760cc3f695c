// The search index: one inverted index of tokens per searchable entity, written in the same transaction as the record.
//
// Invariants
// - `<entity>__search(id, text)` holds the folded searchable text, id = record id * 8 + group. Group 0 is the text of the
//   unrestricted fields; each `restricted` searchable field has a group of its own (1..7), so that a caller only ever
//   matches text he may read. A line is the text of one field and ends in the mark of the field (control characters, no
//   part of any word): what a role hides from group 0 is left out line by line.
// - The index proper holds tokens, which both databases store alike: SQLite in a contentless FTS5 table
//   (`<entity>__fts`, ascii tokenizer, detail=none), PostgreSQL as a tsvector with a GIN index. Tokens are a pure
//   function of (stored text, owner), so that an old row can be deleted exactly.
// - Tokens only narrow; every hit is verified against the text and the caller's rights before it is shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/search/tokens.hpp"
#include "server/store/database.hpp"

namespace entity {

inline constexpr int kSearchGroups = 8;

// Searchable text of one group of a record: folded words, numbers as digits, the mark of the field, fields separated by
// '\n'.
std::string search_text(const Record& record, int group);
// The mark at the end of a field's lines.
std::string search_mark(const FieldDef& field);
// Says what the index of the entity holds: an index made under another one must be rebuilt.
std::string search_layout(const EntityDef& entity);
// Group of a searchable field: 0, or 1..7 for restricted ones in order of field id.
int search_group(const EntityDef& entity, const FieldDef& field);
bool is_searchable(const EntityDef& entity);

// Tokens of a document: trigrams of each word, its first two letters marked '^', whole words of one or two letters,
// trigrams and fives of digit runs; '@o<owner>' for narrowing by owner. Each once, separated by spaces.
std::string document_tokens(std::string_view text, std::int64_t owner_id, NumberParts parts);
// kThreesAndFives where a field is searched by its digits.
NumberParts number_parts(const EntityDef& entity);

// DDL of the index tables of one entity; idempotent.
std::vector<std::string> search_schema(store::Dialect dialect, const EntityDef& entity);

// Text and tokens of a record, made on a thread that has time for it.
struct SearchAhead {
  std::vector<std::pair<FieldIndex, Value>> values;  // of the searchable fields that are not empty: what the texts were made of
  struct Group {
    std::string text, tokens;  // tokens without the owner's
  };
  std::vector<Group> groups;
};
SearchAhead search_ahead(const Record& record);

// Keeps the index of one record. `before` and `after` may be nullptr (created, deleted). `ahead` (of `after`) is taken when the
// record still holds the values it was made of.
void update_search_index(store::Connection& connection, const Record* before, const Record* after, const SearchAhead* ahead = nullptr);
// Drops the index when `after_id` is 0, then indexes records with ids in (after_id, …], at most `limit`; returns the last
// id or 0 at the end. Records that were saved meanwhile are indexed already and passed over.
std::int64_t rebuild_search_index(store::Connection& connection, const Registry& registry, const EntityDef& entity, std::int64_t after_id,
                                  int limit);

struct SearchRequest {
  std::string text;
  int limit = 5;                      // per entity
  std::vector<std::string> entities;  // keys; empty: all searchable ones
};
// Writes {"groups":[{"entity","items":[{"id","title","subtitle","matched":[…]}],"more":bool}]} and "incomplete": true when
// so many of the newest records hold the parts of the words without the words that older ones were not looked at.
// Shorter than two characters: Error::field("q", "too_short").
void run_search(const QueryContext& context, const SearchRequest& request, base::JsonWriter& out);

// For `{"text": …}` inside a filter: a predicate "id IN (…)" over the ids matched in `entity`, its token text bound by
// the caller at `parameter`. The verification against the text is part of the predicate.
struct TextPredicate {
  std::string sql;
  std::vector<std::string> binds;  // bound as text from `parameter` on
};
TextPredicate text_predicate(store::Dialect dialect, const EntityDef& entity, const Caller& caller, std::string_view text,
                             std::string_view id_expression, int parameter);
// The same test in memory.
bool text_matches(const Record& record, const Caller& caller, std::string_view text);

}  // namespace entity
