// Shared by the sources of Imports.
#pragma once

#include <memory>
#include <vector>

#include "server/connect/import/imports.hpp"

namespace connect {

// A file ready to be read as its import's plan says.
struct Imports::Opened {
  std::unique_ptr<StoredContent> content;
  std::unique_ptr<TableReader> reader;
  std::vector<SheetPlan> sheets;
};

json::object plan_to_json(const Analysis& analysis, const ImportRequest& request);
std::vector<SheetPlan> sheets_of_plan(const json::object& plan);
SaverOptions saver_options(const json::object& plan);

// Text of a reason code for people.
std::string reason_text(const base::Localizer& localizer, std::string_view language, std::string_view reason);

}  // namespace connect
