// Reminders of debts by rules: so many days before or after the due date a task, a notice or a letter.
//
// Invariants
// - An entry (rule, invoice, due date) is written in the transaction that does what the rule says, so that nothing is done twice, on
//   whatever nodes and however often the schedule runs; a notice is told with the entry's own key.
// - A rule looks back kLateDays at most: days when the program stood still are made up, old debts are not all dunned at once by a new rule.
#pragma once

#include <string>
#include <vector>

#include "server/entity/module_host.hpp"

namespace money {

inline constexpr int kLateDays = 7;

class Dunning {
 public:
  // Both outlive it.
  Dunning(entity::Services& services, entity::NoticeBox& notices) : services_(services), notices_(notices) {}
  // Everything that is due on the company's day.
  void run();

 private:
  struct Work;
  void run_rule(const entity::Record& rule, Work& work);
  void remind(const entity::Record& rule, const entity::Record& invoice, Work& work);
  // What is done; the outcome of the entry.
  std::string act(store::Connection& connection, const entity::Record& rule, const entity::Record& invoice, Work& work);

  entity::Services& services_;
  entity::NoticeBox& notices_;
};

// Written by the program alone: permission_denied "written_by_program".
class DunningEntryBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
};

// {name} in a text; names without a value stay as they are.
std::string fill_template(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace money
