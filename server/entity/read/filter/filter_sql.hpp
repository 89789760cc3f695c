// Filter → SQL condition. Each leaf is TRUE exactly where matches() is true, else FALSE or NULL; complements are
// written as `IS NOT TRUE`, so that NULL never leaks into an answer.
#pragma once

#include <string_view>

#include "server/entity/filter.hpp"
#include "server/entity/read/filter/sql_writer.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

class FilterSql {
 public:
  // Paths through links follow only records that `caller` may read, unless the node is the engine's own (as_system).
  FilterSql(SqlWriter& out, const Registry& registry, const Caller& caller, base::Instant now)
      : out_(out), registry_(registry), caller_(caller), now_(now) {}

  // Condition over a row of `entity` named `alias`.
  void write(const Filter& filter, const EntityDef& entity, std::string_view alias);
  // How membership in another table is asked: as lists (`id IN (SELECT …)`: an index of the other table may drive the
  // query; right for pages and counts) or correlated (`EXISTS (…)`: right for a single record).
  enum class Membership { kLists, kCorrelated };
  void set_membership(Membership value) { membership_ = value; }
  Membership membership() const { return membership_; }
  // The same for access.via, whose target predicate often passes many records: correlated unless said otherwise.
  void set_via_membership(Membership value) { via_membership_ = value; }
  // The caller asks for records outside the bin alone and says so himself. On SQLite each branch of an "or" repeats it: it
  // chooses the index of a branch by what the branch says, and the indexes hold the living only (3.40, whereLoopAddOr).
  void set_living() { is_living_ = true; }
  // The inner "SELECT …" of a condition that is a membership test: whose rows are ids of records (exists, items) or of
  // link targets. False: it is none, nothing was written.
  bool write_members(const Filter& filter, const EntityDef& entity);
  // Appends " AND …" so that only records of `entity` pass that the caller may read; nothing where he may read all.
  void readable(const EntityDef& entity, std::string_view alias);
  const Registry& registry() const { return registry_; }
  const Caller& caller() const { return caller_; }
  base::Instant now() const { return now_; }

 private:
  void group(const Filter& filter, const EntityDef& entity, std::string_view alias, std::string_view word);
  void negation(const Filter& filter, const EntityDef& entity, std::string_view alias);
  void walk(const Filter& filter, std::size_t step, std::string_view alias);
  void leaf(const Filter& filter, std::string_view alias);
  void column_condition(const Filter& filter, const Terminal& terminal, std::string_view alias);
  void ordered(const Filter& filter, const Terminal& terminal, std::string_view alias);
  void one_of(const Filter& filter, const Terminal& terminal, std::string_view alias);
  void one_of_links(const Filter& filter, const Terminal& terminal, std::string_view alias);
  void within(const Filter& filter, const Terminal& terminal, std::string_view alias);
  // Text of one membership test. `entity_column` (with alias) is tested first where a link may point to several
  // entities.
  struct MembershipParts {
    Membership membership;
    std::string outer, inner, from, entity_column;
    int entity_id;
  };
  void enter_membership(const MembershipParts& parts);
  void leave_membership();
  bool enter_living(std::string_view alias);
  void exists(const Filter& filter, std::string_view alias);
  void linked(const Filter& filter, std::string_view alias);
  void scope(const Filter& filter, std::string_view alias);
  void shared(const Filter& filter, const EntityDef& entity, std::string_view alias);
  void text(const Filter& filter, const EntityDef& entity, std::string_view alias);
  void formula(const Filter& filter, const EntityDef& entity, std::string_view alias);
  Bind operand(const Value& value, const Terminal& terminal) const;

  SqlWriter& out_;
  const Registry& registry_;
  const Caller& caller_;
  base::Instant now_;
  bool as_system_ = false;
  bool is_living_ = false;
  Membership membership_ = Membership::kLists;
  bool members_only_ = false;
  int depth_ = 0;  // of memberships, while members_only_
  Membership via_membership_ = Membership::kCorrelated;
};

// Smallest text above every text that starts with `prefix`, by code points; empty: there is none.
std::string prefix_end(std::string_view prefix);

}  // namespace entity::read
