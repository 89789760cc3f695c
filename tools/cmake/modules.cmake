# Modules are the folders modules/*/ with a module.json. The generated modules.cpp calls register_<module> of each that
# has a server/ folder; modules/module_list.hpp in the build folder declares what the program calls.
file(GLOB module_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/modules/*/module.json)
set(declarations "")
set(calls "")
set(module_libraries "")
foreach(file ${module_files})
  get_filename_component(folder ${file} DIRECTORY)
  get_filename_component(module ${folder} NAME)
  if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/${folder}/server)
    if(NOT TARGET modules_${module}_server)
      message(FATAL_ERROR "${folder}/server has no DEPS file")
    endif()
    string(APPEND declarations "namespace ${module} {\nvoid register_${module}(entity::ModuleHost& host);\n}\n")
    string(APPEND calls "  ${module}::register_${module}(host);\n")
    list(APPEND module_libraries modules_${module}_server)
  endif()
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/module_list.hpp CONTENT
"// Generated from modules/*/module.json.
#pragma once

namespace entity {
class ModuleHost;
}

namespace modules {
// Calls register_<module>(host) of every module that has behaviour, in the order of their names.
void register_all(entity::ModuleHost& host);
}
")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/modules.cpp CONTENT
"// Generated from modules/*/module.json.
#include \"module_list.hpp\"

${declarations}
namespace modules {
void register_all([[maybe_unused]] entity::ModuleHost& host) {
${calls}}
}
")
add_library(modules STATIC ${CMAKE_BINARY_DIR}/generated/modules.cpp)
target_link_libraries(modules PUBLIC ${module_libraries})
