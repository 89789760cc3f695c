// A bank file becomes payments: checked whole before anything is written, then written by a job in slices.
//
// Invariants
// - Each payment stands with what it pays or not at all; a payment that is there already (bank_key) is counted and left alone, so that
//   the job goes on after an interruption and a second load adds nothing. Jobs of this kind run one at a time.
// - Where the job cannot go on, the payments it made go to the bin and the statement is `failed`, with the reason.
#pragma once

#include "modules/money/server/bank_file.hpp"
#include "modules/money/server/matching.hpp"
#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace connect {
class Files;
}

namespace money {

inline constexpr std::string_view kLoadJob = "bank_statement";

// Accounts of a file in the order of BankFile::accounts. Error field "file": bank_account_unknown {account}.
struct OwnAccount {
  std::int64_t id = 0, own_company = 0;
  std::string account, currency;
};
std::vector<OwnAccount> own_accounts(const entity::QueryContext& context, const BankFile& file);

// What a file holds before it is loaded: counts and proposals, for the preview.
struct Prepared {
  const BankDocument* document = nullptr;
  std::string key;
  const OwnAccount* account = nullptr;
  bool is_known = false, is_own_transfer = false;
  Match match;  // of incoming ones
};
std::vector<Prepared> prepare(const entity::QueryContext& context, const BankFile& file, const std::vector<OwnAccount>& accounts,
                              const MatchRules& rules);
// The values of a new payment.
json::object payment_values(const Prepared& prepared, std::int64_t statement);

class StatementLoader {
 public:
  // All outlive it. `files` is set when the routes are added, before any job runs.
  explicit StatementLoader(entity::Services& services) : services_(services) {}
  void set_files(const connect::Files& files) { files_ = &files; }
  // Job: {"statement": id}.
  void run(flow::JobRun& run);

 private:
  struct Work;
  void write_all(flow::JobRun& run, Work& work);
  void write_one(store::Connection& connection, const Work& work, const Prepared& payment, bool& is_doubtful);
  void take_back(const Work& work);
  void finish(const Work& work, const json::object& values);

  entity::Services& services_;
  const connect::Files* files_ = nullptr;
};

}  // namespace money
