// What of a record is written and how: select list → JSON without objects per row. Titles of links and multi-values are
// left open
// ("holes") while rows stream and are filled by one statement per target entity or field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/entity/files.hpp"
#include "server/entity/query.hpp"
#include "server/entity/read/filter/filter_sql.hpp"
#include "server/entity/read/filter/terminal.hpp"
#include "server/entity/read/page/computed.hpp"
#include "server/entity/read/page/item_fetch.hpp"
#include "server/entity/read/page/titles.hpp"

namespace entity::read {

enum class Form {
  kText,
  kInteger,
  kBool,
  kDate,
  kInstant,
  kDecimal,
  kMoney,
  kLink,
  kLinkAny,
  kUid,
  kGeneric,
  kMarks,
  kItems,
  kTargets,
  kFile,
  kComputed  // no column: worked out for the whole page
};

struct OutputField {
  std::string key;  // "\"city\":"
  Form form = Form::kGeneric;
  int column = -1;        // first position in the select list, counted from the plan's first column; -1: none
  int title_column = -1;  // kLink: the title comes with the row
  int scale = 0;
  const FieldDef* field = nullptr;
  const EntityDef* target = nullptr;  // kLink, kTargets
  const ItemTable* items = nullptr;   // kItems, kTargets
  std::size_t item_index = 0;         // its place in OutputPlan::item_tables
  std::vector<PathStep> path;
};

// Immutable once made; valid as long as the registry lives.
class OutputPlan {
 public:
  // Only fields the caller may read; computed-on-read fields behind a link are left out.
  OutputPlan(const Registry& registry, const EntityDef& entity, const std::vector<std::vector<PathStep>>& fields, bool with_marks,
             const Caller& caller);

  // "r.id,r.\"name\",…"; the id is always the first column.
  void write_select(SqlWriter& out, FilterSql& filters, std::string_view alias) const;
  int column_count() const { return column_count_; }
  const std::vector<OutputField>& fields() const { return fields_; }
  // Tables of the fields with items, in the order of these fields.
  const std::vector<const ItemTable*>& item_tables() const { return item_tables_; }
  // items_sql for one record; empty until prepare_single is called (plans that are kept).
  const std::string& single_items_sql() const { return single_items_sql_; }
  void prepare_single(store::Dialect dialect);
  // Titles of users, who are shown to everybody, become columns of the row: saves a round trip.
  void inline_user_titles();

 private:
  void add(const Registry& registry, const std::vector<PathStep>& path);
  std::vector<OutputField> fields_;
  int column_count_ = 1;
  std::vector<const ItemTable*> item_tables_;
  std::string single_items_sql_;
};

// Streams rows of one page.
class RowWriter {
 public:
  RowWriter(const QueryContext& context, const OutputPlan& plan) : context_(context), plan_(plan), json_(buffer_) {}

  // Columns of the plan start at `first`.
  void row(store::Statement& statement, int first);
  // Items that came with the rows, and titles of what they link; otherwise finish() fetches them.
  void set_items(FetchedItems items, TitleMap titles);
  // Fills the holes and appends the rows, separated by commas, to `out` as values.
  void finish(std::string& out);

 private:
  static constexpr int kFileHole = -1;
  static constexpr int kComputedHole = -2;
  struct Hole {
    std::size_t offset;
    const OutputField* field;
    int entity_id;  // titles; 0: items; kFileHole: a file; kComputedHole
    std::int64_t id;
  };
  void field(const OutputField& field, store::Statement& statement, int first);
  void link(const OutputField& field, int entity_id, std::int64_t id);
  void titled_link(std::int64_t id, store::Statement& statement, int title_column);
  void generic(const OutputField& field, store::Statement& statement, int column);
  void marks(std::string_view text);
  void fetch_items();
  void fetch_titles();
  void fetch_files();
  void compute();
  void write_file(std::int64_t id, base::JsonWriter& json) const;
  std::string items_json(const OutputField& field, const Items& items) const;
  const std::string& title(int entity_id, std::int64_t id) const;

  const QueryContext& context_;
  const OutputPlan& plan_;
  std::string buffer_;
  base::JsonWriter json_;
  std::vector<Hole> holes_;
  std::vector<std::int64_t> ids_;
  TitleMap titles_;
  TitleMap known_titles_;  // came with the items
  std::unordered_map<std::int64_t, std::optional<FileRow>> files_;
  std::unordered_map<const OutputField*, ComputedValues> computed_;
  bool has_items_ = false;
  FetchedItems items_;  // in the order of the plan's item tables
};

}  // namespace entity::read
