#include "server/entity/read/page/page.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "server/base/error.hpp"
#include "server/entity/access.hpp"
#include "server/entity/read/access/fold_access.hpp"
#include "server/entity/read/filter/scalar_path.hpp"

namespace entity::read {

namespace {

// A walk from title to title gives up after so many titles at the latest.
constexpr std::int64_t kMostTitles = 64;
constexpr std::ptrdiff_t kListedAtOnce = 1000;

// The id itself needs no zones and no second key.
bool is_id(const Terminal& terminal) { return terminal.field->system && terminal.field->key == "id"; }

// Built-in columns that always have a value.
bool never_empty(const SortKey& key, const Terminal& terminal) {
  const auto& name = terminal.field->key;
  return key.path.size() == 1 && terminal.field->system &&
         (name == "id" || name == "created_at" || name == "updated_at" || name == "version");
}

const std::string& key_column(const Terminal& terminal) {
  return terminal.comparison == Comparison::kText ? terminal.sort_column : terminal.column;
}

}  // namespace

Selection make_selection(const QueryContext& context, const EntityDef& entity, const Filter& filter, Action action, bool in_bin) {
  Selection selection;
  selection.entity = &entity;
  selection.filter = filter;
  selection.in_bin = in_bin;
  selection.access = fold_access(access_filter(context.registry, entity, context.caller, action), filter, context, entity);
  return selection;
}

std::vector<const Filter*> conditions_of(const Selection& selection) {
  std::vector<const Filter*> parts;
  split_conditions(selection.filter, parts);
  split_conditions(selection.access, parts);
  return parts;
}

void write_where(SqlWriter& out, FilterSql& filters, const Selection& selection, std::string_view alias, const Drive& drive) {
  out << " WHERE " << alias << (selection.in_bin ? ".deleted_at IS NOT NULL" : ".deleted_at IS NULL");
  if (!selection.in_bin) filters.set_living();
  const auto parts = conditions_of(selection);
  using Membership = FilterSql::Membership;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i < drive.settled.size() && drive.settled[i]) continue;
    const bool is_held = i < drive.held.size() && drive.held[i];
    if (drive.kind != Drive::Kind::kFree) {
      // What drives brings its list; the others are asked for the few rows that come by.
      const bool drives = drive.kind == Drive::Kind::kFetch && !is_held;
      filters.set_membership(drives ? Membership::kLists : Membership::kCorrelated);
      filters.set_via_membership(drives ? Membership::kLists : Membership::kCorrelated);
    }
    out << (is_held ? " AND (" : " AND ");
    filters.write(*parts[i], *selection.entity, alias);
    if (is_held) out << " IS TRUE)";
  }
}

PageReader::PageReader(const QueryContext& context, const Query& query, WalkLimits limits)
    : context_(context),
      query_(query),
      selection_(make_selection(context, *query.entity, query.filter, Action::kRead, query.in_bin)),
      fingerprint_(fingerprint(query, context.registry)),
      limits_(limits) {
  for (const auto& key : query.sort) keys_.push_back(describe_terminal(context.registry, key.path.back()));
  if (limits.work == 0 && context.connection.dialect() == store::Dialect::kSqlite)
    drive_ = {Drive::Kind::kWalk, std::vector<bool>(conditions_of(selection_).size(), true)};
  else if (!query.in_bin)
    drive_ = choose_drive(context, *query.entity, conditions_of(selection_), query.sort);
  const bool may_walk = drive_.kind == Drive::Kind::kWalk || (query.sort.size() == 1 && walks_titles());
  if (may_walk && can_narrow(*query.entity, conditions_of(selection_))) work_left_ = drive_.is_narrowed ? 0 : limits.work;
  if (!query.cursor.empty()) after_ = read_cursor(query.cursor, fingerprint_, keys_.size());
}

void PageReader::write_key(SqlWriter& out, FilterSql& filters, std::size_t index) const {
  if (drive_.kind == Drive::Kind::kFetch) out << "+";
  write_scalar_path(out, filters, query_.sort[index].path, key_column(keys_[index]), "r");
}

void PageReader::write_after(SqlWriter& out, FilterSql& filters, Zone zone) const {
  const bool down = is_descending();
  const std::string_view sign = down ? " < " : " > ";
  if (keys_.size() > 1) {
    if (after_) write_after_general(out, filters);
    return;
  }
  if (zone == Zone::kWithoutValue) {
    out << " AND ";
    write_key(out, filters, 0);
    out << " IS NULL";
    if (after_ && std::holds_alternative<std::monostate>(after_->keys.front()))
      (out << " AND " << id_column() << sign).parameter(after_->id);
    return;
  }
  if (zone == Zone::kWithValue) {
    out << " AND ";
    write_key(out, filters, 0);
    out << " IS NOT NULL";
  }
  if (!after_) return;
  if (keys_.empty() || is_id(keys_.front())) {
    (out << " AND " << id_column() << sign).parameter(after_->id);
    return;
  }
  out << " AND (";
  write_key(out, filters, 0);
  (out << ", r.id)" << sign << "(").parameter(after_->keys.front()) << ", ";
  out.parameter(after_->id) << ")";
}

// (k1 after v1) OR (k1 = v1 AND k2 after v2) OR … OR (all equal AND id after); NULL stands after every value.
void PageReader::write_after_general(SqlWriter& out, FilterSql& filters) const {
  out << " AND (";
  for (std::size_t level = 0; level <= keys_.size(); ++level) {
    if (level != 0) out << " OR ";
    out << "(";
    for (std::size_t i = 0; i < level; ++i) {
      write_key(out, filters, i);
      if (std::holds_alternative<std::monostate>(after_->keys[i]))
        out << " IS NULL AND ";
      else
        (out << " = ").parameter(after_->keys[i]) << " AND ";
    }
    if (level == keys_.size()) {
      (out << "r.id" << (is_descending() ? " < " : " > ")).parameter(after_->id);
    } else if (std::holds_alternative<std::monostate>(after_->keys[level])) {
      out << "1=0";
    } else {
      out << "(";
      write_key(out, filters, level);
      (out << (query_.sort[level].descending ? " < " : " > ")).parameter(after_->keys[level]) << " OR ";
      write_key(out, filters, level);
      out << " IS NULL)";
    }
    out << ")";
  }
  out << ")";
}

void PageReader::write_order(SqlWriter& out, FilterSql& filters, Zone zone) const {
  out << " ORDER BY ";
  if (zone != Zone::kWithoutValue) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (is_id(keys_[i]) && query_.sort[i].path.size() == 1) break;
      write_key(out, filters, i);
      out << (query_.sort[i].descending ? " DESC" : "") << (keys_.size() > 1 ? " NULLS LAST, " : ", ");
    }
  }
  out << id_column() << (is_descending() ? " DESC" : "");
}

Bind PageReader::key_value(store::Statement& statement, int column, std::size_t index) const {
  if (statement.is_null(column)) return {};
  if (keys_[index].comparison == Comparison::kText) return Blob{std::string(statement.blob(column))};
  if (keys_[index].comparison == Comparison::kChoice) return std::string(statement.text(column));
  return statement.integer(column);
}

void PageReader::write_narrowing(SqlWriter& out) {
  within_parameter_ = without_parameter_ = 0;
  if (listed_) {
    out << " AND r.id";
    out.in_ints(*listed_);
    return;
  }
  if (narrowing_.within) {
    within_parameter_ = out.next_parameter();
    (out << " AND mv_in_set(").parameter({}) << ", r.id)";
  }
  if (narrowing_.without) {
    without_parameter_ = out.next_parameter();
    (out << " AND NOT mv_in_set(").parameter({}) << ", r.id)";
  }
}

void PageReader::bind(const SqlWriter& sql, store::Statement& statement) const {
  sql.bind_all(statement);
  if (within_parameter_ != 0) statement.bind_id_set(within_parameter_, *narrowing_.within);
  if (without_parameter_ != 0) statement.bind_id_set(without_parameter_, *narrowing_.without);
  if (work_left_ >= 0) statement.give_up_after(work_left_);
}

void PageReader::keep_position(store::Statement& statement, const OutputPlan& plan) {
  last_.id = statement.integer(0);
  last_.keys.clear();
  for (std::size_t i = 0; i < keys_.size(); ++i) last_.keys.push_back(key_value(statement, plan.column_count() + static_cast<int>(i), i));
}

bool PageReader::read_zone(Zone zone, const OutputPlan& plan, RowWriter& rows) {
  SqlWriter sql(context_.connection);
  FilterSql filters(sql, context_.registry, context_.caller, context_.now);
  sql << "SELECT ";
  plan.write_select(sql, filters, "r");
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    sql << ",";
    write_key(sql, filters, i);
  }
  sql << " FROM " << table_of(*query_.entity) << " r";
  write_where(sql, filters, selection_, "r", drive_);
  write_narrowing(sql);
  write_after(sql, filters, zone);
  write_order(sql, filters, zone);
  (sql << " LIMIT ").parameter(std::int64_t{query_.limit + 1 - count_});
  auto statement = context_.connection.prepare(query_name(), sql.text());
  bind(sql, statement);
  take_rows(statement, plan, rows);
  return has_more_ || !statement.has_given_up();
}

void PageReader::take_rows(store::Statement& statement, const OutputPlan& plan, RowWriter& rows) {
  while (statement.step()) {
    if (count_ == query_.limit) {
      has_more_ = true;
      return;
    }
    rows.row(statement, 0);
    ++count_;
    if (work_left_ >= 0 || count_ == query_.limit) keep_position(statement, plan);
  }
}

// In the order of ids the sets are the order: the next of them are looked at, however many records lie between.
void PageReader::read_listed(const OutputPlan& plan, RowWriter& rows) {
  auto ids = narrowing_.within->ids();
  if (is_descending()) std::reverse(ids.begin(), ids.end());
  auto next = ids.begin();
  if (after_) {
    next = is_descending() ? std::upper_bound(ids.begin(), ids.end(), after_->id, std::greater<>())
                           : std::upper_bound(ids.begin(), ids.end(), after_->id);
  }
  while (next != ids.end() && !has_more_) {
    const auto end = next + std::min<std::ptrdiff_t>(kListedAtOnce, ids.end() - next);
    listed_.emplace(next, end);
    read_zone(Zone::kAny, plan, rows);
    next = end;
  }
}

void PageReader::narrow_down() {
  work_left_ = -1;
  if (count_ > 0) after_ = last_;
  narrowing_ = narrow(context_, *query_.entity, conditions_of(selection_), limits_.targets);
  drive_.settled = narrowing_.settled;
  if (!narrowing_.within) return;
  drive_.held.assign(conditions_of(selection_).size(), true);
  is_narrowed_by_id_ = keys_.empty() || is_id(keys_.front());
  if (!is_narrowed_by_id_ && narrowing_.within->size() > limits_.few) return;
  drive_.kind = Drive::Kind::kFetch;
  if (!is_narrowed_by_id_) listed_ = narrowing_.within->ids();
}

bool PageReader::walks_titles() const {
  return context_.connection.dialect() == store::Dialect::kSqlite && drive_.kind != Drive::Kind::kFetch && has_titles_in_order();
}

// False when so few records match that they are better sorted.
bool PageReader::joins_titles() const {
  if (context_.connection.dialect() != store::Dialect::kPostgres || !has_titles_in_order()) return false;
  SqlWriter sql(context_.connection);
  FilterSql filters(sql, context_.registry, context_.caller, context_.now);
  sql << "SELECT count(*) FROM (SELECT 1 FROM " << table_of(*query_.entity) << " r";
  write_where(sql, filters, selection_, "r", drive_);
  (sql << " LIMIT ").parameter(limits_.few + 1) << ") matches";
  auto statement = context_.connection.prepare("probe", sql.text());
  sql.bind_all(statement);
  return statement.step() && statement.integer(0) > limits_.few;
}

void PageReader::read_joined_titles(const OutputPlan& plan, RowWriter& rows) {
  const auto& link = query_.sort.front().path.front();
  const auto& key = keys_.front().sort_column;
  const std::string_view down = is_descending() ? " DESC" : "", sign = is_descending() ? " <" : " >";
  const auto limit = std::int64_t{query_.limit + 1 - count_};
  SqlWriter sql(context_.connection);
  FilterSql filters(sql, context_.registry, context_.caller, context_.now);
  sql << "SELECT ";
  plan.write_select(sql, filters, "r");
  sql << ",titled." << key << " FROM (SELECT u.id, u." << key << " FROM " << table_of(*query_.sort.front().path.back().entity)
      << " u WHERE u.deleted_at IS NULL AND u." << key << " IS NOT NULL";
  if (after_) (sql << " AND u." << key << sign << "= ").parameter(after_->keys.front());
  sql << ") titled CROSS JOIN LATERAL (SELECT r.* FROM " << table_of(*query_.entity) << " r";
  write_where(sql, filters, selection_, "r", drive_);
  sql << " AND r." << column_of(*link.entity, link.field) << " = titled.id";
  if (after_) {
    (sql << " AND r.id" << sign << " CASE WHEN titled." << key << " = ").parameter(after_->keys.front()) << " THEN ";
    sql.parameter(after_->id) << " ELSE ";
    sql.parameter(is_descending() ? std::numeric_limits<std::int64_t>::max() : std::int64_t{0}) << " END";
  }
  (sql << " ORDER BY r.id" << down << " LIMIT ").parameter(limit);
  sql << ") r ORDER BY titled." << key << down << ", r.id" << down;
  (sql << " LIMIT ").parameter(limit);
  auto statement = context_.connection.prepare("query_page_of_titles", sql.text());
  sql.bind_all(statement);
  take_rows(statement, plan, rows);
}

bool PageReader::has_titles_in_order() const {
  const auto& path = query_.sort.front().path;
  if (path.size() != 2 || path.front().entity != query_.entity || query_.in_bin) return false;
  const auto& target = *path.back().entity;
  // Every living target counts: one whom the caller may not read has no title for him.
  return keys_.front().comparison == Comparison::kText && !keys_.front().sort_column.empty() &&
         item_table(*query_.entity, path.front().field) == nullptr && keys_.front().field->sortable &&
         access_filter(context_.registry, target, context_.caller, Action::kRead).kind == Filter::Kind::kAlways;
}

// The targets of the title behind `title` (of `title` itself when `is_first` and it is set), which it becomes; empty at
// the end.
std::vector<std::int64_t> PageReader::next_title(std::optional<Blob>& title, bool is_first) const {
  const auto& target = *query_.sort.front().path.back().entity;
  const auto& key = keys_.front().sort_column;
  const bool down = is_descending();
  SqlWriter sql(context_.connection);
  sql << "SELECT t.id, t." << key << " FROM " << table_of(target) << " t WHERE t.deleted_at IS NULL AND t." << key;
  if (!title) {
    sql << " IS NOT NULL";
  } else {
    (sql << (down ? " <" : " >") << (is_first ? "= " : " ")).parameter(*title);
  }
  sql << " ORDER BY t." << key << (down ? " DESC" : "") << ", t.id" << (down ? " DESC" : "");
  auto statement = context_.connection.prepare("titles_in_order", sql.text());
  sql.bind_all(statement);
  std::vector<std::int64_t> targets;
  std::optional<Blob> found;
  while (statement.step()) {
    if (found && found->bytes != statement.blob(1)) break;
    if (!found) found = Blob{std::string(statement.blob(1))};
    targets.push_back(statement.integer(0));
  }
  title = std::move(found);
  return targets;
}

bool PageReader::read_by_titles(const OutputPlan& plan, RowWriter& rows) {
  std::optional<Blob> title;
  std::int64_t after_id = 0;
  if (after_) {
    title = std::get<Blob>(after_->keys.front());
    after_id = after_->id;
  }
  bool is_first = true;
  while (!has_more_) {
    const auto before = title;
    const auto targets = next_title(title, is_first);
    if (targets.empty()) return true;
    const bool goes_on = is_first && after_ && before && before->bytes == title->bytes;
    if (!read_of_targets(targets, *title, goes_on ? after_id : 0, plan, rows)) return false;
    is_first = false;
  }
  return true;
}

bool PageReader::read_of_targets(const std::vector<std::int64_t>& targets, const Blob& title, std::int64_t after_id, const OutputPlan& plan,
                                 RowWriter& rows) {
  SqlWriter sql(context_.connection);
  FilterSql filters(sql, context_.registry, context_.caller, context_.now);
  Drive drive{Drive::Kind::kWalk, std::vector<bool>(conditions_of(selection_).size(), true)};
  drive.settled = drive_.settled;
  sql << "SELECT ";
  plan.write_select(sql, filters, "r");
  sql << " FROM " << table_of(*query_.entity) << " r";
  write_where(sql, filters, selection_, "r", drive);
  write_narrowing(sql);
  const auto& link = query_.sort.front().path.front();
  sql << " AND r." << column_of(*link.entity, link.field);
  sql.in_ints(targets);
  if (after_id != 0) (sql << " AND r.id" << (is_descending() ? " < " : " > ")).parameter(after_id);
  sql << " ORDER BY r.id" << (is_descending() ? " DESC" : "");
  (sql << " LIMIT ").parameter(std::int64_t{query_.limit + 1 - count_});
  auto statement = context_.connection.prepare(narrowing_.is_empty() ? "query_page_of_title" : "query_page_of_title_narrowed", sql.text());
  bind(sql, statement);
  while (statement.step()) {
    if (count_ == query_.limit) {
      has_more_ = true;
      return true;
    }
    rows.row(statement, 0);
    ++count_;
    if (work_left_ < 0 && count_ < query_.limit) continue;
    last_.id = statement.integer(0);
    last_.keys = {title};
  }
  if (work_left_ < 0) return true;
  work_left_ -= std::max<std::int64_t>(1, limits_.work / kMostTitles);
  return !statement.has_given_up() && work_left_ > 0;
}

bool PageReader::read_zones(const OutputPlan& plan, RowWriter& rows) {
  if (is_narrowed_by_id_) {
    read_listed(plan, rows);
    return true;
  }
  const bool has_zones = keys_.size() == 1 && !never_empty(query_.sort.front(), keys_.front());
  if (!has_zones) return read_zone(Zone::kAny, plan, rows);
  const bool past_values = wants_no_value() || (after_ && std::holds_alternative<std::monostate>(after_->keys.front()));
  if (!past_values && joins_titles()) {
    read_joined_titles(plan, rows);
  } else if (!past_values && !(walks_titles() ? read_by_titles(plan, rows) : read_zone(Zone::kWithValue, plan, rows))) {
    return false;
  }
  return has_more_ || wants_value() || read_zone(Zone::kWithoutValue, plan, rows);
}

bool PageReader::has_condition_on_key(const std::function<bool(const Filter&)>& test) const {
  const auto& path = query_.sort.front().path;
  // Text is compared, sorted and missed by three columns.
  if (path.size() != 1 || keys_.front().comparison == Comparison::kText) return false;
  const auto parts = conditions_of(selection_);
  return std::any_of(parts.begin(), parts.end(), [&](const Filter* part) {
    const auto& leaf = part->kind == Filter::Kind::kNot ? part->children.front() : *part;
    return leaf.kind == Filter::Kind::kCompare && leaf.path.size() == 1 && leaf.path.front().field == path.front().field &&
           leaf.path.front().item_column == path.front().item_column && test(*part);
  });
}

bool PageReader::wants_value() const {
  return has_condition_on_key([&](const Filter& part) {
    return part.kind == Filter::Kind::kCompare && (part.op != FilterOp::kNotEmpty || !keys_.front().is_money);
  });
}

bool PageReader::wants_no_value() const {
  return has_condition_on_key(
      [](const Filter& part) { return part.kind == Filter::Kind::kNot && part.children.front().op == FilterOp::kNotEmpty; });
}

std::string PageReader::read(const OutputPlan& plan, std::string& items) {
  RowWriter rows(context_, plan);
  const bool is_never = selection_.filter.kind == Filter::Kind::kNever || selection_.access.kind == Filter::Kind::kNever;
  if (!is_never && (work_left_ == 0 || !read_zones(plan, rows))) {
    narrow_down();
    read_zones(plan, rows);
  }
  rows.finish(items);
  return has_more_ ? write_cursor(fingerprint_, last_) : std::string();
}

}  // namespace entity::read
