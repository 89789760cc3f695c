// Presets: what a trade starts with (pipelines, stages, reasons, fields, roles), files modules/<m>/presets/<key>.json:
// {"key","position","icon","name":T,"about":T,"fields":[{"entity","field":{…as POST …/fields}}],"records":[{"key","entity","values"}]}
// with T = {"ru","en"}. Records are keyed in sys_reference like those of modules/*/data: applying a preset again adds nothing twice.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/context.hpp"

namespace api {

// All presets, by position. The JSON lives as long as the result.
std::vector<json::object> presets();
// Texts {"ru","en"} of `value`, at any depth, in one language.
json::value preset_text(const json::value& value, const std::string& language);

struct PresetOutcome {
  std::map<std::string, int> added, removed;  // records by entity key
  std::vector<std::string> fields;            // "company.x_discount": made or shown again
};

// True while nothing goes through stages yet: then a preset takes the place of what came before, later it only adds.
bool may_replace_stages(store::Connection& connection, const entity::Registry& registry);
// Makes the fields, then the records; what came with the program or another preset goes to the bin while may_replace_stages().
// Errors of catalog and records; what was done before an error stays, and applying again goes on from there.
PresetOutcome apply_preset(ApiContext& context, const entity::Caller& caller, const json::object& preset, const std::string& language);

// Key of the preset applied last, empty when none was.
std::string applied_preset(store::Connection& connection);

}  // namespace api
