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

# Rules of Russian names, and sums in words by another library for the tests; the same way.
set(names_source ${CMAKE_SOURCE_DIR}/tools/name_rules)
set(names_build ${CMAKE_BINARY_DIR}/name_rules)
set(names_file ${CMAKE_BINARY_DIR}/generated/resources/names.json)
set(sums_oracle ${CMAKE_BINARY_DIR}/generated/sums_oracle.tsv)
add_custom_command(OUTPUT ${names_file} ${sums_oracle}
  COMMAND ${CMAKE_COMMAND} -E copy ${names_source}/package.json ${names_source}/package-lock.json ${names_build}/
  COMMAND npm ci --prefix ${names_build} --no-audit --no-fund --loglevel=error --prefer-offline
  COMMAND node ${names_source}/convert.mjs ${names_build} ${names_file}
  COMMAND node ${names_source}/oracle.mjs ${names_build} ${sums_oracle}
  DEPENDS ${names_source}/convert.mjs ${names_source}/oracle.mjs ${names_source}/package.json ${names_source}/package-lock.json
  COMMENT "Converting the rules of names" VERBATIM)
file(MAKE_DIRECTORY ${names_build})

# Fonts of printed forms, out of the Debian packages fonts-liberation2 and fonts-dejavu-core.
set(font_files "")
foreach(font liberation2/LiberationSans-Regular liberation2/LiberationSans-Bold liberation2/LiberationSans-Italic
             liberation2/LiberationSans-BoldItalic liberation2/LiberationSerif-Regular liberation2/LiberationSerif-Bold
             liberation2/LiberationSerif-Italic liberation2/LiberationSerif-BoldItalic dejavu/DejaVuSans)
  get_filename_component(font_name ${font} NAME)
  set(font_file ${CMAKE_BINARY_DIR}/generated/resources/fonts/${font_name}.ttf)
  add_custom_command(OUTPUT ${font_file}
    COMMAND ${CMAKE_COMMAND} -E copy /usr/share/fonts/truetype/${font}.ttf ${font_file} COMMENT "" VERBATIM)
  list(APPEND font_files ${font_file})
endforeach()
add_custom_target(print_resources DEPENDS ${names_file} ${font_files})

add_custom_target(write_resources
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_resources ${CMAKE_SOURCE_DIR} ${MATVEY_WEB_DIR}
          ${CMAKE_BINARY_DIR}/generated/resources ${resources_file}
  BYPRODUCTS ${resources_file} COMMENT "" VERBATIM)
add_dependencies(write_resources phones print_resources)
add_library(resources STATIC ${resources_file})
add_dependencies(resources write_resources)
