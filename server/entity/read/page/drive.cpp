#include "server/entity/read/page/drive.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

namespace {

// Fetching so many rows costs about what walking to fifty matches among a million does (2 ms, SQLite 3.40, 2026-11).
constexpr std::int64_t kFewRecords = 2000;

// Instructions of SQLite for some 50 000 entries of an index: what takes longer to count is many, or no index serves it.
constexpr std::int64_t kProbeWork = 800'000;

// Counts are kept for a moment: they choose a plan, never an answer.
class ProbeMemory {
 public:
  std::optional<std::int64_t> find(const std::string& key) {
    const auto found = counts_.find(key);
    if (found == counts_.end() || Clock::now() > found->second.until) return std::nullopt;
    return found->second.count;
  }
  void keep(const std::string& key, std::int64_t count) {
    if (counts_.size() >= kMaxEntries) counts_.clear();
    counts_[key] = {count, Clock::now() + kLifetime};
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kLifetime = std::chrono::seconds(5);
  static constexpr std::size_t kMaxEntries = 500;
  struct Entry {
    std::int64_t count;
    Clock::time_point until;
  };
  std::unordered_map<std::string, Entry> counts_;
};

void append_bind(std::string& key, const Bind& bind) {
  key += '\x1f';
  if (const auto* number = std::get_if<std::int64_t>(&bind)) key += std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&bind)) key += *text;
  if (const auto* blob = std::get_if<Blob>(&bind)) key += blob->bytes;
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&bind)) {
    for (const auto value : *list) key.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
}

class Chooser {
 public:
  Chooser(const QueryContext& context, const EntityDef& entity, const std::vector<const Filter*>& parts, const std::vector<SortKey>& sort)
      : context_(context), entity_(entity), parts_(parts), sort_(sort) {}

  Drive choose() {
    Drive drive;
    if (context_.connection.dialect() == store::Dialect::kPostgres || parts_.empty()) return drive;
    const auto prefix = index_prefix();
    if (prefix.size() == parts_.size()) return drive;
    std::optional<std::size_t> driver;
    std::int64_t fewest = kFewRecords + 1;
    // Conditions on other tables may be dear to count: only when no own column will do.
    for (const bool wants_members : {false, true}) {
      for (std::size_t i = 0; i < parts_.size() && fewest > kFewRecords / 10; ++i) {
        if (has_members(*parts_[i]) != wants_members || (wants_members && driver)) continue;
        const auto count = records(*parts_[i]);
        if (count && *count < fewest) {
          fewest = *count;
          driver = i;
        }
      }
    }
    if (driver) {
      drive.kind = Drive::Kind::kFetch;
      drive.held.assign(parts_.size(), true);
      drive.held[*driver] = false;
    } else if (has_walk()) {
      drive.kind = Drive::Kind::kWalk;
      drive.held.assign(parts_.size(), true);
      for (const auto at : prefix) drive.held[at] = false;
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (is_range_of_sort(*parts_[i])) drive.held[i] = false;
      }
      drive.is_narrowed = has_condition_on_sort_field();
    }
    return drive;
  }

 private:
  // The field that an index would have to go on with; -1: none can.
  FieldIndex sort_field() const {
    if (sort_.empty()) return entity_.index_of("id");
    if (sort_.size() > 1 || sort_.front().path.size() > 1) return -1;
    return sort_.front().path.front().field;
  }

  bool has_walk() const {
    const auto index = sort_field();
    if (index < 0) return false;
    const auto& field = entity_.fields[static_cast<std::size_t>(index)];
    return field.sortable && (!field.system || field.key == "id" || field.key == "created_at" || field.key == "updated_at");
  }

  // A condition on the very text that sorts, which is compared by another column: what meets it lies together, anywhere in
  // the order, and a walk would come past everything before it.
  bool has_condition_on_sort_field() const {
    const auto sort = sort_field();
    const auto& field = entity_.fields[static_cast<std::size_t>(sort)];
    return field.type->comparison(field) == Comparison::kText && std::any_of(parts_.begin(), parts_.end(), [&](const Filter* part) {
             return part->kind == Filter::Kind::kCompare && part->path.size() == 1 && part->path.front().field == sort &&
                    part->op != FilterOp::kNotEmpty && is_indexed(*part);
           });
  }

  // A stretch of the index that sorts: the walk begins and ends there.
  bool is_range_of_sort(const Filter& part) const {
    if (part.kind != Filter::Kind::kCompare || part.path.size() != 1 || part.path.front().field != sort_field()) return false;
    const auto& step = part.path.front();
    const auto& field = entity_.fields[static_cast<std::size_t>(step.field)];
    const auto comparison = field.type->comparison(field);
    const bool is_range = part.op == FilterOp::kLt || part.op == FilterOp::kLte || part.op == FilterOp::kGt || part.op == FilterOp::kGte ||
                          part.op == FilterOp::kBetween || part.op == FilterOp::kEq;
    return is_range && step.item_column.empty() &&
           (comparison == Comparison::kNumber || comparison == Comparison::kDate || comparison == Comparison::kInstant ||
            comparison == Comparison::kDuration);
  }

  // Field of a condition "own column = one value"; -1: it is none.
  FieldIndex equal_field(const Filter& part) const {
    if (part.kind == Filter::Kind::kScope) {
      return context_.caller.owners(static_cast<Scope>(std::get<std::int64_t>(part.values.front()))).size() == 1 ? part.path.front().field
                                                                                                                 : -1;
    }
    if (part.kind != Filter::Kind::kCompare || part.op != FilterOp::kEq || part.path.size() != 1) return -1;
    return item_table(entity_, part.path.front().field) == nullptr ? part.path.front().field : -1;
  }

  // Parts that are the beginning of a declared index which goes on with the sort key (or of any index, for the order of
  // ids).
  std::vector<std::size_t> index_prefix() const {
    std::vector<std::size_t> best;
    const auto sort = sort_field();
    if (sort < 0) return best;
    const bool by_id = entity_.fields[static_cast<std::size_t>(sort)].key == "id";
    for (const auto& names : entity_.indexes) {
      std::vector<std::size_t> used;
      std::size_t at = 0;
      for (; at < names.size(); ++at) {
        const auto field = entity_.index_of(names[at]);
        const auto part = std::find_if(parts_.begin(), parts_.end(), [&](const Filter* each) { return equal_field(*each) == field; });
        if (part == parts_.end()) break;
        used.push_back(static_cast<std::size_t>(part - parts_.begin()));
      }
      const bool goes_on = by_id ? at == names.size() : at < names.size() && entity_.index_of(names[at]) == sort;
      if (goes_on && used.size() > best.size()) best = std::move(used);
    }
    return best;
  }

  // Records that meet the condition when they are at most kFewRecords and an index finds them; nullopt otherwise.
  std::optional<std::int64_t> records(const Filter& part, std::int64_t most = kFewRecords) {
    if (!is_indexed(part)) return std::nullopt;
    if (!has_few_members(part)) return std::nullopt;
    SqlWriter sql(context_.connection);
    FilterSql filters(sql, context_.registry, context_.caller, context_.now);
    filters.set_via_membership(FilterSql::Membership::kLists);
    filters.set_living();
    sql << "SELECT count(*) FROM (SELECT 1 FROM " << table_of(entity_) << " r WHERE r.deleted_at IS NULL AND ";
    filters.write(part, entity_, "r");
    (sql << " LIMIT ").parameter(most + 1) << ")";
    const auto found = count(sql);
    return found > most ? std::nullopt : std::optional(found);
  }

  static bool has_members(const Filter& part) {
    if (part.kind == Filter::Kind::kOr || part.kind == Filter::Kind::kAnd) {
      return std::any_of(part.children.begin(), part.children.end(), has_members);
    }
    if (part.kind == Filter::Kind::kExists || part.kind == Filter::Kind::kLinked) return true;
    return part.kind == Filter::Kind::kCompare &&
           (part.path.size() > 1 || item_table(*part.path.front().entity, part.path.front().field) != nullptr);
  }

  // The lists that memberships inside the condition would make stay short.
  bool has_few_members(const Filter& part) {
    if (part.kind == Filter::Kind::kOr || part.kind == Filter::Kind::kAnd) {
      return std::all_of(part.children.begin(), part.children.end(), [this](const Filter& child) { return has_few_members(child); });
    }
    SqlWriter sql(context_.connection);
    FilterSql filters(sql, context_.registry, context_.caller, context_.now);
    filters.set_via_membership(FilterSql::Membership::kLists);
    sql << "SELECT count(*) FROM (";
    if (!filters.write_members(part, entity_)) return true;
    (sql << " LIMIT ").parameter(kFewRecords + 1) << ")";
    return count(sql) <= kFewRecords;
  }

  std::int64_t count(const SqlWriter& sql) {
    thread_local ProbeMemory memory;
    std::string key = sql.text();
    for (const auto& bind : sql.binds()) append_bind(key, bind);
    if (const auto known = memory.find(key)) return *known;
    auto statement = context_.connection.prepare("probe", sql.text());
    sql.bind_all(statement);
    statement.give_up_after(kProbeWork);
    const auto value = statement.step() ? statement.integer(0) : kFewRecords + 1;
    memory.keep(key, value);
    return value;
  }

  bool is_indexed(const Filter& part) const {
    switch (part.kind) {
      case Filter::Kind::kOr:
        return std::all_of(part.children.begin(), part.children.end(), [this](const Filter& child) { return is_indexed(child); });
      case Filter::Kind::kAnd:
        return std::any_of(part.children.begin(), part.children.end(), [this](const Filter& child) { return is_indexed(child); });
      case Filter::Kind::kScope:
      case Filter::Kind::kShared:
      case Filter::Kind::kLinked:
      case Filter::Kind::kExists: return true;
      case Filter::Kind::kCompare: return is_indexed_compare(part);
      case Filter::Kind::kNot: return is_indexed_emptiness(part.children.front(), true);
      default: return false;
    }
  }

  // "Is empty" and "is not empty" of an own column with an index.
  static bool is_indexed_emptiness(const Filter& part, bool is_empty) {
    if (part.kind != Filter::Kind::kCompare || part.op != FilterOp::kNotEmpty || part.path.size() != 1) return false;
    const auto& step = part.path.front();
    const auto& field = step.entity->fields[static_cast<std::size_t>(step.field)];
    if (item_table(*step.entity, step.field) != nullptr || field.system) return false;
    const auto comparison = field.type->comparison(field);
    // An amount may be there without one in the base currency, which is what the index holds.
    if (!is_empty && field.type->name() == "money") return false;
    return comparison != Comparison::kBool && (field.filterable || comparison == Comparison::kLink);
  }

  static bool is_indexed_compare(const Filter& part) {
    if (part.op == FilterOp::kNotEmpty) return is_indexed_emptiness(part, false);
    if (part.op == FilterOp::kContains) return false;
    const auto& step = part.path.front();
    const auto& field = step.entity->fields[static_cast<std::size_t>(step.field)];
    if (part.path.size() > 1) return field.filterable || field.type->comparison(field) == Comparison::kLink;
    if (field.type->comparison(field) == Comparison::kBool) return false;
    if (item_table(*step.entity, step.field) != nullptr) return true;
    return field.filterable || field.key == "id" || field.key == "created_at" || field.key == "updated_at" ||
           field.type->comparison(field) == Comparison::kLink;
  }

  const QueryContext& context_;
  const EntityDef& entity_;
  const std::vector<const Filter*>& parts_;
  const std::vector<SortKey>& sort_;
};

}  // namespace

void split_conditions(const Filter& filter, std::vector<const Filter*>& parts) {
  if (filter.kind == Filter::Kind::kAlways) return;
  if (filter.kind != Filter::Kind::kAnd || filter.as_system) {
    parts.push_back(&filter);
    return;
  }
  for (const auto& child : filter.children) split_conditions(child, parts);
}

Drive choose_drive(const QueryContext& context, const EntityDef& entity, const std::vector<const Filter*>& parts,
                   const std::vector<SortKey>& sort) {
  return Chooser(context, entity, parts, sort).choose();
}

}  // namespace entity::read
