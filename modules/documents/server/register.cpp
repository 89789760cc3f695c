#include "server/entity/module_host.hpp"

namespace documents {

void register_documents(entity::ModuleHost&) {}

}  // namespace documents
