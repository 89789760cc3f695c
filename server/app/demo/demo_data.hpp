// Reference data every installation starts with, and the demo company.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "server/app/application.hpp"
#include "server/app/command.hpp"

namespace app {

// Records of modules/*/data/*.json, keyed: running it again changes nothing that people changed.
void load_reference_data(Application& application, const std::string& language);

// Demo data go into a base once: error failed_precondition "demo_loaded" the second time.
void claim_demo(entity::Services& services);

struct DemoOptions {
  std::int64_t clients = 3000, deals = 4000, activities = 20000;
  std::uint64_t seed = 1;
  std::string as_of;  // date; empty: today
};
using DemoProgress = std::function<void(int done, int total)>;
// A B2B wholesale company with two years of history before `as_of`. The same options give the same records. `progress` is called after
// each step; what it throws ends the loading, and what was loaded stays.
void load_demo(entity::Services& services, const DemoOptions& options, const std::string& language, const DemoProgress& progress = {});
// What was loaded, as a line for people.
std::string demo_summary(const DemoOptions& options, const std::string& language);
// Kind "demo" {language}: loads it into a base that holds no business records but reference data, else the job fails with
// "base_not_empty". Once a base: a job that died halfway is not begun again.
void add_demo_job(flow::Jobs& jobs, entity::Services& services);

}  // namespace app
