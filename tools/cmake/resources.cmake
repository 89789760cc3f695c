# Files inside the program: entity files, locales, modules' data, schemas, what the build makes in generated/resources and the
# built web interface (web/dist).
# tools/embed_resources writes one assembly file; server/base/program/resources.hpp reads the table.
set(MATVEY_WEB_DIR ${CMAKE_SOURCE_DIR}/web/dist CACHE PATH "The built web interface to put into the program")
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(resources_file ${CMAKE_BINARY_DIR}/generated/resources.S)

# Telephone numbering plans: the package is installed in the build folder, as its lock file says.
set(phones_source ${CMAKE_SOURCE_DIR}/tools/phone_metadata)
set(phones_build ${CMAKE_BINARY_DIR}/phone_metadata)
set(phones_file ${CMAKE_BINARY_DIR}/generated/resources/phones.txt)
set(phones_oracle ${CMAKE_BINARY_DIR}/generated/phone_oracle.tsv)
add_custom_command(OUTPUT ${phones_file} ${phones_oracle}
  COMMAND ${CMAKE_COMMAND} -E copy ${phones_source}/package.json ${phones_source}/package-lock.json ${phones_build}/
  COMMAND npm ci --prefix ${phones_build} --no-audit --no-fund --loglevel=error --prefer-offline
  COMMAND node ${phones_source}/convert.mjs ${phones_build} ${phones_file}
  COMMAND node ${phones_source}/oracle.mjs ${phones_build} ${phones_oracle}
  DEPENDS ${phones_source}/convert.mjs ${phones_source}/oracle.mjs ${phones_source}/package.json ${phones_source}/package-lock.json
  COMMENT "Converting telephone numbering plans" VERBATIM)
add_custom_target(phones DEPENDS ${phones_file})
file(MAKE_DIRECTORY ${phones_build})

add_custom_target(write_resources
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_resources ${CMAKE_SOURCE_DIR} ${MATVEY_WEB_DIR}
          ${CMAKE_BINARY_DIR}/generated/resources ${resources_file}
  BYPRODUCTS ${resources_file} COMMENT "" VERBATIM)
add_dependencies(write_resources phones)
add_library(resources STATIC ${resources_file})
add_dependencies(resources write_resources)
