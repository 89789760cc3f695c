#include "server/entity/write/duplicates.hpp"

#include <algorithm>
#include <utility>

#include "server/entity/duplicates/match_index.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/entity/read/filter/folded_text.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

// One part of a key as a comparison with the record's own value; nullopt when the record has none.
std::optional<Filter> part_filter(const Record& record, std::string_view path) {
  const auto dot = path.find('.');
  const FieldIndex index = record.entity->index_of(path.substr(0, dot));
  if (index < 0 || is_empty(record.at(index))) return std::nullopt;
  Filter filter;
  filter.kind = Filter::Kind::kCompare;
  if (dot == std::string_view::npos) {
    filter.op = FilterOp::kEq;
    filter.path = {PathStep{record.entity, index, {}}};
    filter.values = {record.at(index)};
    return filter;
  }
  const std::string column(path.substr(dot + 1));
  const ItemTable* table = item_table(*record.entity, index);
  const auto* items = std::get_if<Items>(&record.at(index));
  if (table == nullptr || items == nullptr) return std::nullopt;
  const auto at = std::find_if(table->columns.begin(), table->columns.end(), [&](const Column& c) { return c.suffix == column; });
  if (at == table->columns.end()) return std::nullopt;
  const auto position = static_cast<std::size_t>(at - table->columns.begin());
  filter.op = FilterOp::kIn;
  filter.path = {PathStep{record.entity, index, column}};
  for (const auto& item : *items) {
    const auto& value = item.columns[position];
    if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !text->empty()) filter.values.emplace_back(*text);
    if (const auto* number = std::get_if<std::int64_t>(&value)) filter.values.emplace_back(*number);
  }
  if (filter.values.empty()) return std::nullopt;
  return filter;
}

std::optional<Filter> key_filter(const Record& record, const std::vector<std::string>& key) {
  Filter all;
  all.kind = Filter::Kind::kAnd;
  for (const auto& path : key) {
    auto part = part_filter(record, path);
    if (!part) return std::nullopt;
    all.children.push_back(std::move(*part));
  }
  if (all.children.size() == 1) return std::move(all.children[0]);
  return all;
}

// One question for all keys, for nearly every new record is like none: does anything hold one of these values at all? True also
// when the question cannot be put so simply.
class Holders {
 public:
  explicit Holders(const Record& record) : record_(record) {}

  // False: the key is not of one part that is a column.
  bool add(const std::vector<std::string>& key) {
    if (key.size() != 1) return false;
    const std::string_view path = key.front();
    const auto dot = path.find('.');
    const FieldIndex index = record_.entity->index_of(path.substr(0, dot));
    if (index < 0 || is_empty(record_.at(index))) return true;
    return dot == std::string_view::npos ? add_text(index) : add_items(index, path.substr(dot + 1));
  }
  bool exist(store::Connection& connection) const {
    if (values_.empty()) return false;
    auto statement = connection.prepare("duplicate_holders", "SELECT CASE WHEN " + sql_ + " THEN 1 ELSE 0 END");
    for (std::size_t i = 0; i < values_.size(); ++i) statement.bind_text(static_cast<int>(i) + 1, values_[i]);
    return statement.step() && statement.integer(0) != 0;
  }

 private:
  bool add_text(FieldIndex index) {
    const std::string column = column_of(*record_.entity, index, "__fold");
    const auto* text = std::get_if<std::string>(&record_.at(index));
    if (column.empty() || text == nullptr) return false;
    begin(table_of(*record_.entity) + " WHERE deleted_at IS NULL AND " + column);
    add_value(read::folded_text(*text), true);
    sql_ += "))";
    return true;
  }
  bool add_items(FieldIndex index, std::string_view column) {
    const ItemTable* table = item_table(*record_.entity, index);
    const auto* items = std::get_if<Items>(&record_.at(index));
    if (table == nullptr || table->relation != nullptr || items == nullptr) return false;
    const auto at = std::find_if(table->columns.begin(), table->columns.end(), [&](const Column& c) { return c.suffix == column; });
    if (at == table->columns.end()) return false;
    const auto position = static_cast<std::size_t>(at - table->columns.begin());
    bool is_first = true;
    for (const auto& item : *items) {
      const auto* text = std::get_if<std::string>(&item.columns[position]);
      if (text == nullptr && !std::holds_alternative<std::monostate>(item.columns[position])) return false;
      if (text == nullptr || text->empty()) continue;
      if (is_first) begin(table->quoted_table + " WHERE " + store::quote_identifier(at->suffix));
      add_value(*text, std::exchange(is_first, false));
    }
    if (!is_first) sql_ += "))";
    return true;
  }
  void begin(const std::string& from) {
    if (!sql_.empty()) sql_ += " OR ";
    sql_ += "EXISTS(SELECT 1 FROM " + from + " IN (";
  }
  void add_value(std::string value, bool is_first) {
    values_.push_back(std::move(value));
    sql_ += (is_first ? "$" : ",$") + std::to_string(values_.size());
  }

  const Record& record_;
  std::string sql_;
  std::vector<std::string> values_;
};

bool may_have_candidates(WriteTransaction& transaction, const Record& record) {
  Holders holders(record);
  for (const auto& key : record.entity->duplicate_keys) {
    if (!holders.add(key)) return true;
  }
  return holders.exist(transaction.connection);
}

}  // namespace

std::vector<DuplicateCandidate> find_duplicate_candidates(WriteTransaction& transaction, const Record& record) {
  std::vector<DuplicateCandidate> found;
  if (!may_have_candidates(transaction, record)) return found;
  const auto system = Caller::system();
  const QueryContext context{transaction.connection, *transaction.registry, *system, transaction.now};
  for (const auto& key : record.entity->duplicate_keys) {
    const auto filter = key_filter(record, key);
    if (!filter) continue;
    std::string reason;
    for (const auto& part : key) (reason.empty() ? reason : reason += "+") += part;
    for (const std::int64_t id : find_ids(context, *record.entity, *filter, Action::kRead, 0, kMaxCandidates + 1)) {
      if (id == record.id) continue;
      auto at = std::find_if(found.begin(), found.end(), [&](const auto& c) { return c.id == id; });
      if (at == found.end()) at = found.insert(found.end(), DuplicateCandidate{id, {}});
      at->reasons.push_back(reason);
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.reasons.size() > b.reasons.size(); });
  if (found.size() > kMaxCandidates) found.resize(kMaxCandidates);
  return found;
}

void add_scores(WriteTransaction& transaction, const Record& record, std::vector<DuplicateCandidate>& candidates) {
  const EntityDef& entity = *record.entity;
  const MatchPlan plan = match_plan(entity);
  if (plan.is_empty()) return;
  const auto features = match_features(plan, record);
  for (const auto& alike :
       MatchIndex(transaction.connection, entity, plan).find(features, record.id, match::kLikelyPoints, kMaxCandidates)) {
    auto at = std::find_if(candidates.begin(), candidates.end(), [&](const auto& c) { return c.id == alike.id; });
    if (at != candidates.end()) {
      at->score = alike.score.points;
      continue;
    }
    DuplicateCandidate found{alike.id, {}, alike.score.points};
    const json::value reasons = base::parse_json(reasons_json(plan.schema, alike.score));
    for (const auto& reason : reasons.as_array()) {
      if (base::json_string(reason.as_object(), "agreement") != "differs")
        found.reasons.push_back(base::json_string(reason.as_object(), "field"));
    }
    candidates.push_back(std::move(found));
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
}

std::string write_candidates(WriteTransaction& transaction, const EntityDef& entity, const Caller& caller,
                             const std::vector<DuplicateCandidate>& candidates) {
  std::string text;
  base::JsonWriter out(text);
  const FilterContext context{*transaction.registry, entity, caller, transaction.now};
  const Filter readable = access_filter(*transaction.registry, entity, caller, Action::kRead);
  out.begin_object().key("candidates").begin_array();
  for (const auto& candidate : candidates) {
    const auto record = transaction.resolver.find(entity, candidate.id);
    if (!record) continue;
    out.begin_object();
    if (matches(readable, *record, context, &transaction.resolver)) {
      out.key("id").integer(candidate.id).key("title");
      if (entity.title_index >= 0 && may_read_field(caller, entity, entity.fields[static_cast<std::size_t>(entity.title_index)])) {
        const FieldDef& title = entity.fields[static_cast<std::size_t>(entity.title_index)];
        out.text(title.type->display(title, record->at(entity.title_index)));
      } else {
        out.null();
      }
      out.key("score").integer(candidate.score).key("reasons").begin_array();
      for (const auto& reason : candidate.reasons) {
        const auto* field = entity.field(std::string_view(reason).substr(0, reason.find_first_of(".+")));
        if (field == nullptr || may_read_field(caller, entity, *field)) out.text(reason);
      }
      out.end_array();
    } else {
      out.key("hidden").boolean(true);
    }
    if (entity.owner_index >= 0 && !is_empty(record->at(entity.owner_index))) {
      const std::int64_t owner_id = std::get<Link>(record->at(entity.owner_index)).record_id;
      const auto owner = transaction.resolver.find(transaction.registry->require("user"), owner_id);
      out.key("owner").begin_object().key("id").integer(owner_id).key("title");
      if (owner)
        out.text(owner->text("name"));
      else
        out.null();
      out.end_object();
    }
    out.end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace entity
