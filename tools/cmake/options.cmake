# How everything is compiled: standard, warnings, build types, sanitizers, compiler cache and linker.
option(MATVEY_FUZZ "Build the *_fuzz.cpp programs (clang only) instead of the tests" OFF)
option(MATVEY_CHECK_HEADERS "Compile every header alone" OFF)
option(MATVEY_PCH "Use precompiled headers" ON)
set(MATVEY_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")

add_compile_options(-Wall -Wextra -Werror -Wno-error=invalid-pch -Wno-missing-field-initializers -fstack-protector-strong
                    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees these in inlined std::string code where they are not (its bugs 105329 and 105651); AddressSanitizer does not err.
  add_compile_options(-Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-restrict -Wno-maybe-uninitialized
                      -Wno-dangling-pointer)
endif()
if(MATVEY_SANITIZE)
  add_compile_options(-fsanitize=${MATVEY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MATVEY_SANITIZE})
  if(MATVEY_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio's fences, which GCC does not follow; they stand beside locks and hide nothing
  endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  # What only assert() uses is unused here; the debug builds tell the truly unused.
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -Wno-unused-function -Wno-unused-variable
                      -Wno-unused-but-set-variable -Wno-unused-const-variable)
endif()
if(MATVEY_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "MATVEY_FUZZ needs clang++")
  endif()
  # Clang 14 cannot emit its function check for coroutines.
  add_compile_options(
    "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link,address,undefined;-fno-sanitize=function;-fno-sanitize-recover=all>")
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # The same source in another folder is the same source; precompiled headers need the two sloppiness words.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_package(GTest REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(pangocairo REQUIRED IMPORTED_TARGET pangocairo pangoft2 cairo-ft fontconfig)
# Its -pthread would make the precompiled headers of others useless; Threads::Threads says the same.
set_target_properties(PkgConfig::pangocairo PROPERTIES INTERFACE_COMPILE_OPTIONS "")
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
enable_testing()
