#include "server/entity/read/page/narrow.hpp"

#include <algorithm>
#include <map>

#include "server/entity/read/filter/filter_sql.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

namespace {

// Few enough to look at each record.
constexpr std::int64_t kFewLeft = 3'000;
// So many are asked one by one for what only long lists of other records would tell: whose the clients of a call are.
constexpr std::int64_t kFewToAsk = 8'000;
// Instructions of SQLite for a whole index of some two million entries, and for some 50 000.
constexpr std::int64_t kWholeIndex = 16'000'000;
constexpr std::int64_t kSmallPart = 400'000;

// An own column, with an index that begins with what the comparison asks.
bool is_indexed_column(const EntityDef& entity, const Filter& part) {
  if (part.kind != Filter::Kind::kCompare || part.path.size() != 1 || !part.path.front().item_column.empty()) return false;
  const auto index = part.path.front().field;
  if (item_table(entity, index) != nullptr || storage_of(entity).first_column[static_cast<std::size_t>(index)] < 0) return false;
  const auto& field = entity.fields[static_cast<std::size_t>(index)];
  const bool begins_declared = std::any_of(entity.indexes.begin(), entity.indexes.end(),
                                           [&](const auto& names) { return names.size() > 1 && entity.index_of(names.front()) == index; });
  switch (field.type->comparison(field)) {
    case Comparison::kBool: return begins_declared;
    case Comparison::kText: {
      const bool by_key = part.op == FilterOp::kLt || part.op == FilterOp::kLte || part.op == FilterOp::kGt || part.op == FilterOp::kGte ||
                          part.op == FilterOp::kBetween;
      return by_key ? field.sortable : field.filterable;
    }
    case Comparison::kLink: return true;
    // An amount may be there without one in the base currency, which is what the index holds.
    case Comparison::kNumber:
      if (part.op == FilterOp::kNotEmpty && field.type->name() == "money") return false;
      return field.filterable || field.sortable || begins_declared;
    default: return field.filterable || field.sortable || begins_declared || field.key == "created_at" || field.key == "updated_at";
  }
}

bool is_member_test(const Filter& part) {
  if (part.kind == Filter::Kind::kExists || part.kind == Filter::Kind::kLinked) return true;
  return part.kind == Filter::Kind::kCompare && part.op != FilterOp::kContains &&
         (part.path.size() > 1 || item_table(*part.path.front().entity, part.path.front().field) != nullptr);
}

// Whether set_of may find a set.
bool has_set(const EntityDef& entity, const Filter& part) {
  const auto one = [&](const Filter& child) { return has_set(entity, child); };
  switch (part.kind) {
    case Filter::Kind::kOr: return std::all_of(part.children.begin(), part.children.end(), one);
    case Filter::Kind::kAnd: return !part.as_system && std::any_of(part.children.begin(), part.children.end(), one);
    case Filter::Kind::kNot: return is_indexed_column(entity, part.children.front());
    case Filter::Kind::kScope:
    case Filter::Kind::kShared: return true;
    default: return is_member_test(part) || is_indexed_column(entity, part);
  }
}

// Whether a set of the condition holds nothing else. Items may belong to records in the bin, so their lists do not count.
bool is_exact(const EntityDef& entity, const Filter& part) {
  const auto one = [&](const Filter& child) { return is_exact(entity, child); };
  switch (part.kind) {
    case Filter::Kind::kOr: return std::all_of(part.children.begin(), part.children.end(), one);
    case Filter::Kind::kNot: return is_indexed_column(entity, part.children.front());
    case Filter::Kind::kLinked: return is_exact(*part.other, part.children.front());
    case Filter::Kind::kScope:
    case Filter::Kind::kShared: return true;
    default: return is_indexed_column(entity, part);
  }
}

class Narrower {
 public:
  Narrower(const QueryContext& context, const EntityDef& entity, std::int64_t few_targets)
      : context_(context), entity_(entity), few_targets_(few_targets) {}

  Narrowing run(const std::vector<const Filter*>& parts) {
    result_.settled.assign(parts.size(), false);
    std::vector<std::size_t> frequent;
    // What a small part of an index answers comes first: it may be enough.
    for (std::size_t i = 0; i < parts.size() && !is_enough(); ++i) {
      if (!has_set(entity_, *parts[i])) continue;
      if (auto set = set_of(*parts[i], kSmallPart)) {
        keep(std::move(*set));
        result_.settled[i] = is_exact(entity_, *parts[i]);
      } else {
        frequent.push_back(i);
      }
    }
    for (const auto i : frequent) {
      if (is_enough()) break;
      result_.settled[i] = take_frequent(*parts[i]) && is_exact(entity_, *parts[i]);
    }
    if (result_.within && result_.without) {
      result_.within->subtract(*result_.without);
      result_.without.reset();
    }
    return std::move(result_);
  }

 private:
  bool is_enough() const { return result_.within && result_.within->size() <= kFewLeft; }

  // Whether a set was found.
  bool take_frequent(const Filter& part) {
    if (part.kind == Filter::Kind::kOr && result_.within && result_.within->size() <= kFewToAsk) return false;
    // "Is not" what nearly all are is found above; of anything else few are not.
    if (part.kind == Filter::Kind::kNot && part.children.front().op != FilterOp::kNotEmpty) {
      auto set = statement_set(part.children.front(), kWholeIndex);
      if (set) leave_out(std::move(*set));
      return set.has_value();
    }
    if (auto empty = empty_set(part)) {
      leave_out(std::move(*empty));
      return true;
    }
    auto set = set_of(part, kWholeIndex);
    if (set) keep(std::move(*set));
    return set.has_value();
  }

  void keep(store::IdSet set) {
    if (result_.within)
      result_.within->intersect(set);
    else
      result_.within = std::move(set);
  }

  void leave_out(store::IdSet set) {
    if (result_.within)
      result_.within->subtract(set);
    else if (result_.without)
      result_.without->unite(set);
    else
      result_.without = std::move(set);
  }

  // nullopt: no index serves the condition, or reading it costs more than `work`.
  std::optional<store::IdSet> set_of(const Filter& part, std::int64_t work) {
    switch (part.kind) {
      case Filter::Kind::kOr: return any_set(part, work);
      case Filter::Kind::kAnd: {
        std::optional<store::IdSet> both;
        for (const auto& child : part.children) {
          auto set = has_set(entity_, child) ? set_of(child, work) : std::nullopt;
          if (set && both)
            both->intersect(*set);
          else if (set)
            both = std::move(set);
        }
        return both;
      }
      case Filter::Kind::kNot: return complement_set(part, work);
      default: return has_set(entity_, part) ? statement_set(part, work) : std::nullopt;
    }
  }

  std::optional<store::IdSet> any_set(const Filter& part, std::int64_t work) {
    store::IdSet all;
    std::map<FieldIndex, std::vector<const Filter*>> linked;
    for (const auto& child : part.children) {
      if (child.kind == Filter::Kind::kLinked && child.as_system) {
        linked[child.path.front().field].push_back(&child);
        continue;
      }
      const auto set = set_of(child, work);
      if (!set) return std::nullopt;
      all.unite(*set);
    }
    for (const auto& [field, ways] : linked) {
      if (!unite_linked(ways, work, all)) return std::nullopt;
    }
    return all;
  }

  // The records whose link leads to what the conditions of `ways` let pass, all of one field.
  bool unite_linked(const std::vector<const Filter*>& ways, std::int64_t work, store::IdSet& all) {
    std::vector<store::IdSet> targets;
    std::int64_t count = 0;
    for (const auto* way : ways) {
      auto set = Narrower(context_, *way->other, few_targets_).set_of(way->children.front(), work);
      if (!set) break;
      count += set->size();
      targets.push_back(std::move(*set));
    }
    if (targets.size() == ways.size() && count > few_targets_) return read_links(ways, targets, work, all);
    for (const auto* way : ways) {
      const auto set = statement_set(*way, work);
      if (!set) return false;
      all.unite(*set);
    }
    return true;
  }

  bool read_links(const std::vector<const Filter*>& ways, const std::vector<store::IdSet>& targets, std::int64_t work, store::IdSet& all) {
    const auto terminal = describe_terminal(context_.registry, ways.front()->path.front());
    SqlWriter sql(context_.connection);
    std::vector<int> parameters;
    sql << "SELECT r.id FROM " << table_of(entity_) << " r WHERE r.deleted_at IS NULL AND r." << terminal.column << " IS NOT NULL AND (";
    for (std::size_t i = 0; i < ways.size(); ++i) {
      sql << (i == 0 ? "(" : " OR (");
      if (!terminal.entity_column.empty()) (sql << "r." << terminal.entity_column << " = ").number(ways[i]->other->id) << " AND ";
      parameters.push_back(sql.next_parameter());
      (sql << "mv_in_set(").parameter({}) << ", r." << terminal.column << "))";
    }
    sql << ") ORDER BY r." << terminal.column;
    if (!terminal.entity_column.empty()) sql << ", r." << terminal.entity_column;
    sql << ", r.id";
    auto statement = context_.connection.prepare("query_narrow_links", sql.text());
    sql.bind_all(statement);
    for (std::size_t i = 0; i < ways.size(); ++i) statement.bind_id_set(parameters[i], targets[i]);
    return take(statement, work, all);
  }

  // The few records without a value, where the condition wants one.
  std::optional<store::IdSet> empty_set(const Filter& part) {
    if (part.kind != Filter::Kind::kCompare || part.op != FilterOp::kNotEmpty || !is_indexed_column(entity_, part)) return std::nullopt;
    return statement_set(Filter::negation(part), kSmallPart);
  }

  // What an index holds before, behind and beside one value.
  std::optional<store::IdSet> complement_set(const Filter& part, std::int64_t work) {
    const auto& child = part.children.front();
    if (child.op == FilterOp::kNotEmpty) return statement_set(part, work);
    if (child.op != FilterOp::kEq || child.values.size() != 1) return std::nullopt;
    const auto terminal = describe_terminal(context_.registry, child.path.front());
    if (!terminal.entity_column.empty() || terminal.is_uid) return std::nullopt;
    store::IdSet all;
    for (const std::string_view sign : {" IS NULL", " < ", " > "}) {
      SqlWriter sql(context_.connection);
      sql << "SELECT r.id FROM " << table_of(entity_) << " r WHERE r.deleted_at IS NULL AND r." << terminal.column << sign;
      if (sign != " IS NULL") sql.parameter(operand(child.values.front()));
      if (!collect(sql, work, all)) return std::nullopt;
    }
    return all;
  }

  static Bind operand(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    const auto* link = std::get_if<Link>(&value);
    return link != nullptr ? link->record_id : std::int64_t{0};
  }

  std::optional<store::IdSet> statement_set(const Filter& part, std::int64_t work) {
    SqlWriter sql(context_.connection);
    FilterSql filters(sql, context_.registry, context_.caller, context_.now);
    filters.set_via_membership(FilterSql::Membership::kLists);
    filters.set_living();
    const bool is_items = part.kind == Filter::Kind::kExists || (part.kind == Filter::Kind::kCompare && part.path.size() == 1);
    if (!(is_items && filters.write_members(part, entity_))) {
      sql << "SELECT r.id FROM " << table_of(entity_) << " r WHERE r.deleted_at IS NULL AND ";
      filters.write(part, entity_, "r");
      write_order(sql, part);
    }
    store::IdSet set;
    return collect(sql, work, set) ? std::optional(std::move(set)) : std::nullopt;
  }

  // Where SQLite would rather read the table it is asked for the order of the index.
  void write_order(SqlWriter& sql, const Filter& part) const {
    if (part.kind != Filter::Kind::kCompare || part.path.size() != 1) return;
    const auto terminal = describe_terminal(context_.registry, part.path.front());
    if (part.op == FilterOp::kContains) sql << " AND r." << terminal.column << " IS NOT NULL";
    if (part.op == FilterOp::kContains || part.op == FilterOp::kNotEmpty) sql << " ORDER BY r." << terminal.column << ", r.id";
  }

  bool collect(const SqlWriter& sql, std::int64_t work, store::IdSet& set) const {
    auto statement = context_.connection.prepare("query_narrow", sql.text());
    sql.bind_all(statement);
    return take(statement, work, set);
  }

  static bool take(store::Statement& statement, std::int64_t work, store::IdSet& set) {
    statement.give_up_after(work);
    while (statement.step()) {
      if (!set.add(statement.integer(0))) return false;
    }
    return !statement.has_given_up();
  }

  const QueryContext& context_;
  const EntityDef& entity_;
  const std::int64_t few_targets_;
  Narrowing result_;
};

}  // namespace

bool can_narrow(const EntityDef& entity, const std::vector<const Filter*>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const Filter* part) { return has_set(entity, *part); });
}

Narrowing narrow(const QueryContext& context, const EntityDef& entity, const std::vector<const Filter*>& parts, std::int64_t few_targets) {
  return Narrower(context, entity, few_targets).run(parts);
}

}  // namespace entity::read
