# Misuse that must not compile: one file each, which compiles without MISUSE.

get_target_property(_v8_include V8::V8 INTERFACE_INCLUDE_DIRECTORIES)
file(GLOB _misuses CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
foreach(_misuse IN LISTS _misuses)
  get_filename_component(_name "${_misuse}" NAME_WE)
  string(REPLACE "_" " " _name "${_name}")
  add_test(NAME "compile_fail: ${_name}"
    COMMAND "${CMAKE_COMMAND}"
      "-DCOMPILER=${CMAKE_CXX_COMPILER}"
      "-DSYSROOT=${CMAKE_SYSROOT}"
      "-DROOTS=${PROJECT_SOURCE_DIR};${PROJECT_SOURCE_DIR}/runtime/include;${PROJECT_SOURCE_DIR}/api/include"
      "-DSYSTEM_ROOTS=${_v8_include}"
      "-DFILE=${_misuse}"
      -P "${CMAKE_CURRENT_LIST_DIR}/check_misuse.cmake")
endforeach()
