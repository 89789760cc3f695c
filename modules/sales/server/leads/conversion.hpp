// A lead becomes a company, a contact and a deal, or is joined to those that are known already.
//
// Invariants
// - Everything a conversion writes is one transaction, and its `lead_conversion` names it, so that it can be taken back.
// - A record the caller may not read is never linked: that it exists, and who answers for it, is all he is told.
#pragma once

#include <optional>

#include "modules/sales/server/leads/known_records.hpp"
#include "server/entity/module_host.hpp"

namespace sales {

// What becomes of one side.
struct Side {
  enum class Does { kNothing, kLink, kCreate } does = Does::kNothing;
  std::int64_t id = 0;  // of the record that is linked
  json::object values;  // of the record that is made
  std::vector<KnownRecord> known;
  bool is_chosen = false;  // the caller said so himself
};

struct ConversionPlan {
  json::object lead;
  Side company, contact, deal;
  bool moves_activities = true;
};

// `body`: {"company": null | {"id": N} | {"create": true, …values}, "contact": likewise, "deal": null | {…values}, "move_activities":
// bool}; a side that is absent is worked out: the only known record is linked, an unknown one made. Errors: conflict "lead_match_ambiguous"
// and "lead_known_elsewhere" (somebody else's record) with {"side", "candidates"}, failed_precondition "lead_converted". `strict` false (a
// dry run): these conflicts are left for the caller to see in `known`.
enum class PlanFor { kShow, kRun };
ConversionPlan plan_conversion(const entity::QueryContext& context, std::int64_t lead_id, const json::object& body, PlanFor purpose);
void write_plan(const ConversionPlan& plan, base::JsonWriter& out);

struct ConversionResult {
  std::int64_t conversion = 0, company = 0, contact = 0, deal = 0;
};
// In a transaction of the caller's own; his rights hold for everything that is made or changed.
ConversionResult run_conversion(entity::Services& services, store::Connection& connection, const entity::Caller& caller,
                                std::int64_t lead_id, const json::object& body);

// Takes the last conversion back: what it made goes to the bin unless other records have come to depend on it, what it filled in is
// emptied where it still stands so, activities return. Error failed_precondition "lead_not_converted"; permission_denied
// "conversion_of_another" for whoever neither converted nor administrates. Answers what was kept: {"kept": ["company"]}.
json::object undo_conversion(entity::Services& services, store::Connection& connection, const entity::Caller& caller, std::int64_t lead_id);

}  // namespace sales
