# Files inside the program: entity files, locales, modules' data, schemas and the built web interface (build/web).
# tools/embed_resources writes one assembly file; server/base/resources.hpp reads the table.
set(MATVEY_WEB_DIR ${CMAKE_SOURCE_DIR}/build/web CACHE PATH "The built web interface to put into the program")
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(resources_file ${CMAKE_BINARY_DIR}/generated/resources.S)
add_custom_target(write_resources
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_resources ${CMAKE_SOURCE_DIR} ${MATVEY_WEB_DIR} ${resources_file}
  BYPRODUCTS ${resources_file} COMMENT "" VERBATIM)
add_library(resources STATIC ${resources_file})
add_dependencies(resources write_resources)
