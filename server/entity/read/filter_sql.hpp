// Filter → SQL condition. Each leaf is TRUE exactly where matches() is true, else FALSE or NULL; complements are written as
// `IS NOT TRUE`, so that NULL never leaks into an answer.
#pragma once

#include <string_view>

#include "server/entity/filter.hpp"
#include "server/entity/read/sql_writer.hpp"
#include "server/entity/read/terminal.hpp"

namespace entity::read {

class FilterSql {
 public:
  // Paths through links follow only records that `caller` may read, unless the node is the engine's own (as_system).
  FilterSql(SqlWriter& out, const Registry& registry, const Caller& caller, base::Instant now) : out_(out), registry_(registry), caller_(caller), now_(now) {}

  // Condition over a row of `entity` named `alias`.
  void write(const Filter& filter, const EntityDef& entity, std::string_view alias);
  // `linked` (access.via) as a correlated EXISTS (default) or as `id IN (…)`, which is better when few records pass.
  void set_linked_as_list(bool value) { linked_as_list_ = value; }
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
  bool linked_as_list_ = false;
};

// Smallest text above every text that starts with `prefix`, by code points; empty: there is none.
std::string prefix_end(std::string_view prefix);

}  // namespace entity::read
