#include "server/entity/read/filter/filter_sql.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "server/base/error.hpp"
#include "server/entity/access.hpp"
#include "server/entity/read/filter/formula_scope.hpp"
#include "server/entity/search/search.hpp"

namespace entity::read {

namespace {

// Text operands come in padded lists, so that there are few statement texts.
std::size_t padded_size(std::size_t count) {
  std::size_t size = 2;
  while (size < count) size *= 2;
  return size;
}

// Operators that order text compare sort keys, all others the folded or plain text.
bool is_ordering(FilterOp op) {
  return op == FilterOp::kLt || op == FilterOp::kLte || op == FilterOp::kGt || op == FilterOp::kGte || op == FilterOp::kBetween;
}

std::string_view comparison_sign(FilterOp op) {
  switch (op) {
    case FilterOp::kLt: return " < ";
    case FilterOp::kLte: return " <= ";
    case FilterOp::kGt: return " > ";
    case FilterOp::kGte: return " >= ";
    default: return " = ";
  }
}

std::int64_t link_id(const Value& value) {
  const auto* link = std::get_if<Link>(&value);
  return link != nullptr ? link->record_id : 0;
}

}  // namespace

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty()) {
    std::size_t start = end.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(end[start]) & 0xC0) == 0x80) --start;
    char32_t code = 0;
    const auto lead = static_cast<unsigned char>(end[start]);
    code = lead < 0x80 ? lead : lead < 0xE0 ? lead & 0x1Fu : lead < 0xF0 ? lead & 0x0Fu : lead & 0x07u;
    for (std::size_t i = start + 1; i < end.size(); ++i) code = code << 6 | (static_cast<unsigned char>(end[i]) & 0x3Fu);
    end.resize(start);
    if (code >= 0x10FFFF) continue;
    code = code == 0xD7FF ? 0xE000 : code + 1;
    if (code < 0x80) {
      end += static_cast<char>(code);
    } else if (code < 0x800) {
      end += static_cast<char>(0xC0 | code >> 6);
      end += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      end += static_cast<char>(0xE0 | code >> 12);
      end += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      end += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      end += static_cast<char>(0xF0 | code >> 18);
      end += static_cast<char>(0x80 | (code >> 12 & 0x3F));
      end += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      end += static_cast<char>(0x80 | (code & 0x3F));
    }
    return end;
  }
  return end;
}

void FilterSql::write(const Filter& filter, const EntityDef& entity, std::string_view alias) {
  const bool outer = as_system_;
  as_system_ = as_system_ || filter.as_system;
  switch (filter.kind) {
    case Filter::Kind::kAlways: out_ << "(1=1)"; break;
    case Filter::Kind::kNever: out_ << "(1=0)"; break;
    case Filter::Kind::kAnd: group(filter, entity, alias, " AND "); break;
    case Filter::Kind::kOr: group(filter, entity, alias, " OR "); break;
    case Filter::Kind::kNot: negation(filter, entity, alias); break;
    case Filter::Kind::kCompare: walk(filter, 0, alias); break;
    case Filter::Kind::kExists: exists(filter, alias); break;
    case Filter::Kind::kLinked: linked(filter, alias); break;
    case Filter::Kind::kFormula: formula(filter, entity, alias); break;
    case Filter::Kind::kText: text(filter, entity, alias); break;
    case Filter::Kind::kScope: scope(filter, alias); break;
    case Filter::Kind::kShared: shared(filter, entity, alias); break;
  }
  as_system_ = outer;
}

void FilterSql::group(const Filter& filter, const EntityDef& entity, std::string_view alias, std::string_view word) {
  const bool says_living = filter.kind == Filter::Kind::kOr && is_living_ && !out_.is_postgres();
  out_ << "(";
  for (std::size_t i = 0; i < filter.children.size(); ++i) {
    if (i != 0) out_ << word;
    if (says_living) out_ << "(" << alias << ".deleted_at IS NULL AND ";
    write(filter.children[i], entity, alias);
    if (says_living) out_ << ")";
  }
  out_ << ")";
}

void FilterSql::negation(const Filter& filter, const EntityDef& entity, std::string_view alias) {
  const auto& child = filter.children.front();
  // "is empty" of an own column is written so that an index may serve it.
  if (child.kind == Filter::Kind::kCompare && child.op == FilterOp::kNotEmpty && child.path.size() == 1) {
    const auto terminal = describe_terminal(registry_, child.path.front());
    if (!terminal.is_many() && (terminal.comparison != Comparison::kText || terminal.is_folded)) {
      // The index of money holds the amount in the base currency: there is none where there is no amount.
      const bool has_two = terminal.is_money && !terminal.is_rolled_up_money;
      if (has_two) out_ << "(" << alias << "." << terminal.column << " IS NULL AND ";
      out_ << "(" << alias << "." << terminal.presence_column() << " IS NULL)";
      if (has_two) out_ << ")";
      return;
    }
  }
  out_ << "(";
  write(child, entity, alias);
  out_ << " IS NOT TRUE)";
}

void FilterSql::readable(const EntityDef& entity, std::string_view alias) {
  if (as_system_) return;
  const auto access = access_filter(registry_, entity, caller_, Action::kRead);
  if (access.kind == Filter::Kind::kAlways) return;
  out_ << " AND ";
  as_system_ = true;
  write(access, entity, alias);
  as_system_ = false;
}

// "(outer IN (SELECT inner FROM from WHERE " or its correlated twin, behind the test of the link's entity where it has
// one; the condition and leave_membership follow.
void FilterSql::enter_membership(const MembershipParts& parts) {
  if (members_only_ && depth_++ == 0) {
    out_ << "SELECT " << parts.inner << " FROM " << parts.from << " WHERE ";
    return;
  }
  out_ << "(";
  if (!parts.entity_column.empty()) {
    out_ << parts.entity_column << " = ";
    out_.number(parts.entity_id) << " AND ";
  }
  if (parts.membership == Membership::kLists) {
    out_ << parts.outer << " IN (SELECT " << parts.inner << " FROM " << parts.from << " WHERE ";
  } else {
    out_ << "EXISTS (SELECT 1 FROM " << parts.from << " WHERE " << parts.inner << " = " << parts.outer << " AND ";
  }
}

void FilterSql::leave_membership() {
  if (members_only_ && --depth_ == 0) return;
  out_ << "))";
}

bool FilterSql::write_members(const Filter& filter, const EntityDef& entity) {
  const bool is_exists = filter.kind == Filter::Kind::kExists || filter.kind == Filter::Kind::kLinked;
  const bool is_path =
      filter.kind == Filter::Kind::kCompare && (filter.path.size() > 1 || describe_terminal(registry_, filter.path.front()).is_many());
  if (!is_exists && !is_path) return false;
  members_only_ = true;
  depth_ = 0;
  write(filter, entity, "r");
  members_only_ = false;
  return true;
}

// True: the rows around were said to be living.
bool FilterSql::enter_living(std::string_view alias) {
  out_ << alias << ".deleted_at IS NULL AND ";
  return std::exchange(is_living_, true);
}

// Follows the path from `step` on; the last step is the comparison itself. Only living records are passed through.
void FilterSql::walk(const Filter& filter, std::size_t step, std::string_view alias) {
  if (step + 1 == filter.path.size()) return leaf(filter, alias);
  const auto terminal = describe_terminal(registry_, filter.path[step]);
  const auto& target = *filter.path[step + 1].entity;
  const auto name = out_.new_alias();
  const auto table = table_of(target) + " " + name;
  const std::string outer(alias);
  if (terminal.source == TerminalSource::kTargets) {
    const auto link = out_.new_alias();
    const auto from = terminal.items->quoted_table + " " + link + " JOIN " + table + " ON " + name + ".id = " + link + "." +
                      terminal.items->target_column;
    enter_membership({membership_, outer + ".id", link + "." + terminal.items->own_column, from, {}, 0});
    out_ << link << ".deleted_at IS NULL AND ";
  } else {
    enter_membership({membership_, outer + "." + terminal.column, name + ".id", table,
                      terminal.entity_column.empty() ? std::string() : outer + "." + terminal.entity_column, target.id});
  }
  const bool was_living = enter_living(name);
  walk(filter, step + 1, name);
  readable(target, name);
  is_living_ = was_living;
  leave_membership();
}

void FilterSql::leaf(const Filter& filter, std::string_view alias) {
  const auto terminal = describe_terminal(registry_, filter.path.back());
  if (!terminal.is_many()) return column_condition(filter, terminal, alias);
  const auto name = out_.new_alias();
  const bool is_relation = terminal.items->relation != nullptr;
  const auto inner = name + "." + (is_relation ? terminal.items->own_column : "record_id");
  enter_membership({membership_, std::string(alias) + ".id", inner, terminal.items->quoted_table + " " + name, {}, 0});
  if (is_relation) out_ << name << ".deleted_at IS NULL AND ";
  if (filter.op == FilterOp::kNotEmpty && filter.path.back().item_column.empty()) {
    out_ << "(1=1)";
  } else {
    column_condition(filter, terminal, name);
  }
  leave_membership();
}

Bind FilterSql::operand(const Value& value, const Terminal& terminal) const {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (terminal.is_uid) return Blob{*text};
    return *text;
  }
  return link_id(value);
}

void FilterSql::column_condition(const Filter& filter, const Terminal& terminal, std::string_view alias) {
  const auto column = [&]() -> SqlWriter& { return out_ << alias << "." << terminal.column; };
  switch (filter.op) {
    case FilterOp::kNotEmpty:
      // Folded text is NULL where there is no text: an index serves it.
      if (terminal.is_folded || terminal.is_rolled_up_money) {
        column() << " IS NOT NULL";
        return;
      }
      out_ << "(" << alias << "." << terminal.value_column
           << (terminal.comparison == Comparison::kText && !terminal.is_uid ? " <> '')" : " IS NOT NULL)");
      return;
    case FilterOp::kEq:
    case FilterOp::kIn:
      return terminal.comparison == Comparison::kLink ? one_of_links(filter, terminal, alias) : one_of(filter, terminal, alias);
    case FilterOp::kWithin: return within(filter, terminal, alias);
    case FilterOp::kContains:
      out_ << (out_.is_postgres() ? "(strpos(" : "(instr(");
      (column() << ", ").parameter(operand(filter.values.front(), terminal)) << ") > 0)";
      return;
    case FilterOp::kStartsWith: {
      const auto& prefix = std::get<std::string>(filter.values.front());
      out_ << "(";
      (column() << " >= ").parameter(prefix);
      if (auto end = prefix_end(prefix); !end.empty()) (out_ << " AND ", column() << " < ").parameter(std::move(end));
      out_ << ")";
      return;
    }
    default:
      // Filters made in C++ write "not" as Filter::negation, as the parser does.
      if (!is_ordering(filter.op)) throw base::Error::internal("a filter is not in normal form");
      return ordered(filter, terminal, alias);
  }
}

void FilterSql::ordered(const Filter& filter, const Terminal& terminal, std::string_view alias) {
  const bool by_key = terminal.comparison == Comparison::kText && is_ordering(filter.op);
  const auto& column = by_key ? terminal.sort_column : terminal.column;
  const auto bound = [&](const Value& value) -> Bind {
    if (by_key) return Blob{std::get<std::string>(value)};
    return operand(value, terminal);
  };
  out_ << "(" << alias << "." << column;
  if (filter.op == FilterOp::kBetween) {
    (out_ << " BETWEEN ").parameter(bound(filter.values[0])) << " AND ";
    out_.parameter(bound(filter.values[1]));
  } else {
    (out_ << comparison_sign(filter.op)).parameter(bound(filter.values.front()));
  }
  out_ << ")";
}

void FilterSql::one_of(const Filter& filter, const Terminal& terminal, std::string_view alias) {
  out_ << "(" << alias << "." << terminal.column;
  if (filter.values.size() == 1) {
    (out_ << " = ").parameter(operand(filter.values.front(), terminal)) << ")";
    return;
  }
  if (std::holds_alternative<std::int64_t>(filter.values.front())) {
    std::vector<std::int64_t> numbers;
    for (const auto& value : filter.values) numbers.push_back(std::get<std::int64_t>(value));
    out_.in_ints(std::move(numbers)) << ")";
    return;
  }
  out_ << " IN (";
  for (std::size_t i = 0; i < padded_size(filter.values.size()); ++i) {
    if (i != 0) out_ << ",";
    out_.parameter(operand(filter.values[std::min(i, filter.values.size() - 1)], terminal));
  }
  out_ << "))";
}

void FilterSql::one_of_links(const Filter& filter, const Terminal& terminal, std::string_view alias) {
  std::map<int, std::vector<std::int64_t>> ids;
  for (const auto& value : filter.values) {
    const auto& link = std::get<Link>(value);
    ids[terminal.entity_column.empty() ? 0 : link.entity_id].push_back(link.record_id);
  }
  out_ << "(";
  bool first = true;
  for (auto& [entity_id, list] : ids) {
    if (!first) out_ << " OR ";
    first = false;
    (out_ << "(" << alias << "." << terminal.column).in_ints(std::move(list));
    if (!terminal.entity_column.empty()) {
      out_ << " AND " << alias << "." << terminal.entity_column << " = ";
      out_.number(entity_id);
    }
    out_ << ")";
  }
  out_ << ")";
}

// The subtree below the given records: climbs down by the target's `parent`.
void FilterSql::within(const Filter& filter, const Terminal& terminal, std::string_view alias) {
  std::map<int, std::vector<std::int64_t>> ids;
  for (const auto& value : filter.values) ids[std::get<Link>(value).entity_id].push_back(link_id(value));
  out_ << "(";
  bool first = true;
  for (auto& [entity_id, list] : ids) {
    const auto* target = registry_.find_id(entity_id);
    if (!first) out_ << " OR ";
    first = false;
    out_ << "(" << alias << "." << terminal.column << " IN (WITH RECURSIVE tree(id) AS (SELECT b.id FROM " << table_of(*target)
         << " b WHERE b.id";
    out_.in_ints(std::move(list));
    if (const auto parent = parent_index(*target); parent >= 0) {
      out_ << " UNION SELECT c.id FROM " << table_of(*target) << " c JOIN tree ON c." << column_of(*target, parent) << " = tree.id";
    }
    out_ << ") SELECT id FROM tree)";
    if (!terminal.entity_column.empty()) {
      out_ << " AND " << alias << "." << terminal.entity_column << " = ";
      out_.number(entity_id);
    }
    out_ << ")";
  }
  out_ << ")";
}

void FilterSql::exists(const Filter& filter, std::string_view alias) {
  const auto& other = *filter.other;
  const auto terminal = describe_terminal(registry_, filter.path.front());
  const auto name = out_.new_alias();
  const auto table = table_of(other) + " " + name;
  const auto id = std::string(alias) + ".id";
  if (terminal.source == TerminalSource::kTargets) {
    const auto link = out_.new_alias();
    const auto from =
        terminal.items->quoted_table + " " + link + " JOIN " + table + " ON " + name + ".id = " + link + "." + terminal.items->own_column;
    enter_membership({membership_, id, link + "." + terminal.items->target_column, from, {}, 0});
    out_ << link << ".deleted_at IS NULL AND ";
  } else {
    enter_membership({membership_, id, name + "." + terminal.column, table, {}, 0});
    out_ << name << "." << terminal.column << " IS NOT NULL AND ";
    if (!terminal.entity_column.empty()) {
      out_ << name << "." << terminal.entity_column << " = ";
      out_.number(std::get<std::int64_t>(filter.values.front())) << " AND ";
    }
  }
  const bool was_living = enter_living(name);
  write(filter.children.front(), other, name);
  readable(other, name);
  is_living_ = was_living;
  leave_membership();
}

void FilterSql::linked(const Filter& filter, std::string_view alias) {
  const auto& other = *filter.other;
  const auto terminal = describe_terminal(registry_, filter.path.front());
  const auto name = out_.new_alias();
  const std::string outer(alias);
  enter_membership({via_membership_, outer + "." + terminal.column, name + ".id", table_of(other) + " " + name,
                    terminal.entity_column.empty() ? std::string() : outer + "." + terminal.entity_column, other.id});
  const bool was_living = enter_living(name);
  write(filter.children.front(), other, name);
  readable(other, name);
  is_living_ = was_living;
  leave_membership();
}

void FilterSql::scope(const Filter& filter, std::string_view alias) {
  const auto terminal = describe_terminal(registry_, filter.path.front());
  const auto& owners = caller_.owners(static_cast<Scope>(std::get<std::int64_t>(filter.values.front())));
  if (owners.empty()) {
    out_ << "(1=0)";
    return;
  }
  (out_ << "(" << alias << "." << terminal.column).in_ints(owners) << ")";
}

void FilterSql::shared(const Filter& filter, const EntityDef& entity, std::string_view alias) {
  const auto level = std::get<std::int64_t>(filter.values.front());
  const bool as_list = membership_ == Membership::kLists;
  const auto part = [&](std::string_view column, std::vector<std::int64_t> ids) {
    out_ << (as_list ? "SELECT s.record_id FROM sys_share s WHERE s." : "SELECT 1 FROM sys_share s WHERE s.") << column;
    out_.in_ints(std::move(ids)) << " AND s.entity_id = ";
    out_.number(entity.id) << " AND s.level >= ";
    out_.number(level);
    if (!as_list) out_ << " AND s.record_id = " << alias << ".id";
  };
  out_ << "(";
  if (as_list)
    out_ << alias << ".id IN (";
  else
    out_ << "EXISTS (";
  part("user_id", caller_.own_owners.empty() ? std::vector<std::int64_t>{caller_.user_id} : caller_.own_owners);
  if (!caller_.department_ids.empty()) {
    out_ << " UNION ALL ";
    part("department_id", caller_.department_ids);
  }
  out_ << "))";
}

void FilterSql::text(const Filter& filter, const EntityDef& entity, std::string_view alias) {
  const Caller& eyes = as_system_ ? *Caller::system() : caller_;
  auto predicate = text_predicate(out_.dialect(), entity, eyes, filter.text, std::string(alias) + ".id", out_.next_parameter());
  for (auto& bind : predicate.binds) out_.add_bind(std::move(bind));
  out_ << "(" << predicate.sql << ")";
}

void FilterSql::formula(const Filter& filter, const EntityDef& entity, std::string_view alias) {
  write_formula(out_, *this, filter, entity, alias);
}

}  // namespace entity::read
