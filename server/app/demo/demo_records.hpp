// Records of modules/*/demo/*.json, loaded after the demo company: what a feature looks like when it is in use.
//
// A file is an array of {"key","entity","values","then"?}, in the order of the names of modules and files. In values {"ru","en"} is a text
// of the language, {"ref": key} an earlier record, {"days": -10} the day so many days from the load day, {"any": "company", "at": 3} a
// record of the demo company (counted from its first, round and round); what is in lists and objects is looked through as well. `then` is a
// list of changes made one after another, each as the system: [{"state": "posted"}].
#pragma once

#include <string>

#include "server/base/time.hpp"
#include "server/entity/module_host.hpp"

namespace app {

// As the system, through all stages of a save. Records of absent entities are passed over, and so is what refers to them.
void load_demo_records(entity::Services& services, base::Date today, const std::string& language);

}  // namespace app
