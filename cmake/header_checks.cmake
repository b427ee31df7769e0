# Checks of the public headers:
#   - each compiles alone (target troupe_header_checks, part of `all`);
#   - none reaches a header of V8, CAF, libuv or fmt (a test), and that test is
#     able to fail (another test).

set(_header_roots "${PROJECT_SOURCE_DIR}/runtime/include" "${PROJECT_SOURCE_DIR}/api/include")

set(_units)
foreach(_root IN LISTS _header_roots)
  file(GLOB_RECURSE _headers CONFIGURE_DEPENDS RELATIVE "${_root}" "${_root}/*.hpp")
  foreach(_header IN LISTS _headers)
    string(MAKE_C_IDENTIFIER "${_header}" _unit)
    set(_unit "${CMAKE_CURRENT_BINARY_DIR}/header_checks/${_unit}.cpp")
    # Twice: the second time must be empty.
    file(CONFIGURE OUTPUT "${_unit}" CONTENT "#include <@_header@>\n#include <@_header@>\n" @ONLY)
    list(APPEND _units "${_unit}")
  endforeach()
endforeach()

if(_units)
  add_library(troupe_header_checks OBJECT ${_units})
  target_compile_features(troupe_header_checks PRIVATE cxx_std_20)
  target_include_directories(troupe_header_checks PRIVATE ${_header_roots})
  target_link_libraries(troupe_header_checks PRIVATE troupe_warnings)
endif()

# The folders of V8 are offered to the compiler, so that an include of it is
# found out as such and not as a missing file.
get_target_property(_v8_include V8::V8 INTERFACE_INCLUDE_DIRECTORIES)
set(_reach_arguments
  "-DCOMPILER=${CMAKE_CXX_COMPILER}"
  "-DSYSROOT=${CMAKE_SYSROOT}"
  "-DSOURCE_DIR=${PROJECT_SOURCE_DIR}"
  "-DOFFERED=${_v8_include}")
add_test(NAME "headers: none reaches V8, CAF, libuv or fmt"
  COMMAND "${CMAKE_COMMAND}" ${_reach_arguments}
    "-DROOTS=${_header_roots}"
    -P "${PROJECT_SOURCE_DIR}/cmake/check_header_reach.cmake")
add_test(NAME "headers: the check notices each of them"
  COMMAND "${CMAKE_COMMAND}" ${_reach_arguments}
    "-DROOTS=${PROJECT_SOURCE_DIR}/tests/header_checks"
    -DALL_MUST_FAIL=ON
    -P "${PROJECT_SOURCE_DIR}/cmake/check_header_reach.cmake")
