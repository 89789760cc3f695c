# The program: server/app/main.cpp, linked with everything, at build/matvey.
if(EXISTS ${CMAKE_SOURCE_DIR}/server/app/main.cpp AND NOT MATVEY_FUZZ)
  add_executable(matvey server/app/main.cpp)
  target_link_libraries(matvey server_app modules)
  set_target_properties(matvey PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
else()
  add_custom_target(matvey)
endif()

# Which folder may include which: part of every build.
add_custom_target(include_check ALL
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/check_includes ${CMAKE_SOURCE_DIR}
  COMMENT "" VERBATIM)
