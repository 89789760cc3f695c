// Reference data every installation starts with, and the demo company.
#pragma once

#include <cstdint>
#include <string>

#include "server/app/application.hpp"
#include "server/app/command.hpp"

namespace app {

// Records of modules/*/data/*.json, keyed: running it again changes nothing that people changed.
void load_reference_data(Application& application, const std::string& language);

struct DemoOptions {
  std::int64_t clients = 3000, deals = 4000, activities = 20000;
  std::uint64_t seed = 1;
  std::string as_of;  // date; empty: today
};
// A B2B wholesale company with two years of history before `as_of`. The same options give the same records.
void load_demo(Application& application, const DemoOptions& options, Output& output, const std::string& language);

}  // namespace app
