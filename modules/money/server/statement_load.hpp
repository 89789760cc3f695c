// A bank file becomes payments: checked whole before anything is written, then written by a job.
//
// Invariants
// - Each payment stands with what it pays or not at all. One that is there already (bank_key) is left alone, one that a person entered
//   before (entered.hpp) gets the bank's details: the job goes on after an interruption and a second load adds nothing. Jobs of this kind
//   run one at a time.
// - A statement is made together with its job. Where the job cannot go on, the payments it made go to the bin, those of people are theirs
//   again, and the statement is `failed`, with the reason.
#pragma once

#include <string>
#include <vector>

#include "modules/money/server/statement_prepare.hpp"
#include "server/base/program/localizer.hpp"
#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace connect {
class Files;
}

namespace money {

inline constexpr std::string_view kLoadJob = "bank_statement";

class StatementLoader {
 public:
  // All outlive it. The other two are set when the routes are added, before any job runs.
  explicit StatementLoader(entity::Services& services) : services_(services) {}
  void set_services(const connect::Files& files, const base::Localizer& localizer) {
    files_ = &files;
    localizer_ = &localizer;
  }
  // Job: {"statement": id}.
  void run(flow::JobRun& run);
  // Gives up statements whose job ended before it could: cancelled while it waited, or lost with the database.
  void settle();

 private:
  struct Work;
  Work work_of(std::int64_t statement, std::int64_t user_id) const;
  void load(flow::JobRun& run, Work& work);
  void write_some(const Work& work, std::size_t from, std::size_t end);
  void give_up(const Work& work, std::string_view problem);
  void finish(const Work& work, const json::object& values);

  entity::Services& services_;
  const connect::Files* files_ = nullptr;
  const base::Localizer* localizer_ = nullptr;
};

}  // namespace money
