# A folder with a DEPS file is a static library of its sources and a test program of its *_test.cpp.
#
#   include FOLDER...       folders of ours whose headers it may use; it links their libraries
#   test-include FOLDER...  the same for its tests alone
#   link LIBRARY...         system libraries it links
#
# A source belongs to the nearest folder above it that has a DEPS file. By name:
#   *_test.cpp tests   *_testing.cpp helpers of tests (library FOLDER_testing, linked to the tests of every folder that
#   includes this one)   *_fuzz.cpp fuzzers   *_bench.cpp programs of ./dev bench   main.cpp the program itself

file(GLOB_RECURSE deps_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/server/DEPS
     ${CMAKE_SOURCE_DIR}/modules/DEPS ${CMAKE_SOURCE_DIR}/tests/DEPS ${CMAKE_SOURCE_DIR}/bench/DEPS)
set(folders "")
foreach(file ${deps_files})
  get_filename_component(folder ${file} DIRECTORY)
  list(APPEND folders ${folder})
endforeach()
set(test_programs "")

# read_deps(FOLDER): sets <folder>_include, <folder>_test_include and <folder>_link in the caller.
function(read_deps folder)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/DEPS)
  file(STRINGS ${CMAKE_SOURCE_DIR}/${folder}/DEPS lines REGEX "^[^#]")
  set(include "")
  set(test_include "")
  set(link "")
  foreach(line ${lines})
    string(REGEX REPLACE "[ \t]+" ";" words "${line}")
    list(POP_FRONT words verb)
    string(REPLACE "-" "_" verb "${verb}")
    if(NOT verb MATCHES "^(include|test_include|link)$")
      message(FATAL_ERROR "${folder}/DEPS: unknown word '${verb}'")
    endif()
    list(APPEND ${verb} ${words})
  endforeach()
  foreach(verb include test_include link)
    set(${folder}_${verb} "${${verb}}" PARENT_SCOPE)
  endforeach()
endfunction()

# owned_sources(FOLDER OUT): the sources below FOLDER that no deeper DEPS folder owns.
function(owned_sources folder out)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  foreach(other ${folders})
    if(other MATCHES "^${folder}/")
      list(FILTER sources EXCLUDE REGEX "^${other}/")
    endif()
  endforeach()
  set(${out} "${sources}" PARENT_SCOPE)
endfunction()


# Sources of tests spend their time in what they test: half the compiler's work goes with less optimization and without UBSan's checks
# of the test itself.
function(quick_to_compile target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(MATVEY_SANITIZE MATCHES "undefined")
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()

# The headers that most sources use, compiled once for libraries and once for tests. In angle brackets: the generated file then
# names no folder of this machine, and the compiler cache finds it again in another clone.
if(MATVEY_PCH)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/empty.cpp CONTENT "")
  add_library(pch_library OBJECT ${CMAKE_BINARY_DIR}/generated/empty.cpp)
  target_precompile_headers(pch_library PRIVATE <tools/cmake/pch.hpp>)
  add_library(pch_test OBJECT ${CMAKE_BINARY_DIR}/generated/empty.cpp)
  target_precompile_headers(pch_test PRIVATE <tools/cmake/pch.hpp> <gtest/gtest.h>)
  target_link_libraries(pch_test PRIVATE GTest::gtest)
  quick_to_compile(pch_test)
endif()

function(use_pch target from)
  if(MATVEY_PCH)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()

function(target_names out)
  set(names "")
  foreach(folder ${ARGN})
    string(REPLACE "/" "_" name ${folder})
    list(APPEND names ${name})
  endforeach()
  set(${out} "${names}" PARENT_SCOPE)
endfunction()

foreach(folder ${folders})
  read_deps(${folder})
endforeach()

foreach(folder ${folders})
  target_names(name ${folder})
  target_names(needs ${${folder}_include})
  target_names(test_needs ${${folder}_test_include})
  owned_sources(${folder} all)
  foreach(kind test testing fuzz bench)
    set(${kind}_sources ${all})
    list(FILTER ${kind}_sources INCLUDE REGEX "_${kind}\\.cpp$")
  endforeach()
  set(sources ${all})
  list(FILTER sources EXCLUDE REGEX "(_(test|testing|fuzz|bench)|/main)\\.cpp$")

  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${needs} ${${folder}_link} Threads::Threads)
    use_pch(${name} pch_library)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${needs} ${${folder}_link} Threads::Threads)
  endif()

  # What tests of this folder and of those above it share.
  set(testing_needs "")
  foreach(need ${needs} ${test_needs})
    list(APPEND testing_needs $<TARGET_NAME_IF_EXISTS:${need}_testing>)
  endforeach()
  if(testing_sources)
    add_library(${name}_testing STATIC ${testing_sources})
    quick_to_compile(${name}_testing)
    target_link_libraries(${name}_testing PUBLIC ${name} ${testing_needs} GTest::gtest GTest::gmock)
    use_pch(${name}_testing pch_test)
  else()
    add_library(${name}_testing INTERFACE)
    target_link_libraries(${name}_testing INTERFACE ${name} ${testing_needs})
  endif()

  if(test_sources AND NOT MATVEY_FUZZ)
    add_executable(${name}_test ${test_sources})
    quick_to_compile(${name}_test)
    target_link_libraries(${name}_test ${name}_testing ${test_needs} GTest::gtest_main GTest::gmock)
    use_pch(${name}_test pch_test)
    add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    list(APPEND test_programs ${name}_test)
  endif()
  foreach(source ${bench_sources})
    get_filename_component(bench ${source} NAME_WE)
    add_executable(${bench} EXCLUDE_FROM_ALL ${source})
    target_link_libraries(${bench} ${name}_testing ${test_needs} benchmark::benchmark)
  endforeach()
  if(MATVEY_FUZZ)
    foreach(source ${fuzz_sources})
      get_filename_component(fuzzer ${source} NAME_WE)
      add_executable(${fuzzer} ${source})
      target_link_libraries(${fuzzer} ${name}_testing)
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endforeach()
find_package(benchmark QUIET)

list(TRANSFORM test_programs APPEND "\n" OUTPUT_VARIABLE test_lines)
string(JOIN "" test_lines ${test_lines})
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/test_programs.txt CONTENT "${test_lines}")

# Every header compiles alone: a source of one line for each.
if(MATVEY_CHECK_HEADERS)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/server/*.hpp
       ${CMAKE_SOURCE_DIR}/modules/*.hpp)
  set(header_sources "")
  foreach(header ${headers})
    string(REPLACE "/" "_" name ${header})
    set(source ${CMAKE_BINARY_DIR}/generated/headers/${name}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n")
    list(APPEND header_sources ${source})
  endforeach()
  add_library(headers_alone OBJECT ${header_sources})
  target_compile_options(headers_alone PRIVATE -O0 -g0 -U_FORTIFY_SOURCE)
  # Libraries whose headers stand in folders of their own.
  foreach(folder ${folders})
    foreach(library ${${folder}_link})
      if(library MATCHES "::")
        target_link_libraries(headers_alone PRIVATE ${library})
      endif()
    endforeach()
  endforeach()
endif()
