// Who gets a new lead.
//
// Invariants
// - The choice is made in the transaction that creates the lead, with the rule's row locked: two leads at once do not go to the same
//   person by a round robin.
// - A lead that nobody can take now is `waiting`; a schedule asks again. What was decided, and why, stands in `distribution_reason`.
#pragma once

#include <string>
#include <vector>

#include "modules/intake/server/working_time.hpp"
#include "server/entity/module_host.hpp"

namespace intake {

// One who may be given a lead. Reasons are locale-free words: absent, off_hours, full, other_city.
struct Candidate {
  std::int64_t member = 0, user = 0;
  std::string name;
  std::int64_t open_leads = 0, capacity = 0, weight = 1;  // capacity 0: no limit
  std::int64_t last_given_at = 0;                         // µs; 0: never
  std::vector<std::string> cities;                        // folded; empty: everywhere
  bool is_absent = false, is_working = true;
};

enum class Method { kRoundRobin, kLoad };
struct Choice {
  int index = -1;                                                // in the candidates; -1: nobody
  std::vector<std::pair<std::string, std::string>> passed_over;  // name, reason
};
// Those of the lead's own city come before those of everywhere; others are passed over. Round robin: whoever was given one longest ago.
// Load: the fewest open leads for his weight, then round robin.
Choice choose(Method method, const std::vector<Candidate>& candidates, const std::string& city);

// Gives new leads without an owner to somebody by the first rule whose condition they meet, and every lead that has a rule with
// `answer_within` its `answer_due_at`, in working time. A rule of the method `keep` does the latter alone.
class LeadDistribution final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;

 private:
  void distribute(entity::SaveContext& save, const entity::Record& rule);
};

// What only administrators set up, whatever roles say of "*": rules decide over everybody's leads.
class AdministratorsOnlyBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
};

// Clock times in order, condition a filter over leads.
class DistributionRuleBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
};

WorkingHours hours_of(const entity::Record& rule);
// Leads that wait for somebody's working time are asked about again.
void distribute_waiting(entity::Services& services);

}  // namespace intake
