# V8, wherever it comes from:
#   - Debian's libnode-dev: headers in include/node, library libnode.so.<ABI>,
#     used for V8 alone;
#   - a V8 built elsewhere: V8_ROOT (cache or environment) with include/v8.h and
#     a library named v8, v8_monolith or node in lib/. Say V8_COMPILE_DEFINITIONS
#     for what it was built with (such as V8_COMPRESS_POINTERS).
#
# Defines V8_FOUND, V8_VERSION and the target V8::V8.

find_path(V8_INCLUDE_DIR v8.h
  PATH_SUFFIXES include/node node include
  DOC "Folder with v8.h")

if(V8_INCLUDE_DIR AND NOT V8_VERSION)
  file(STRINGS "${V8_INCLUDE_DIR}/v8-version.h" _v8_lines REGEX "^#define V8_(MAJOR|MINOR|BUILD|PATCH)")
  string(REGEX REPLACE
    ".*MAJOR_VERSION ([0-9]+).*MINOR_VERSION ([0-9]+).*BUILD_NUMBER ([0-9]+).*PATCH_LEVEL ([0-9]+).*"
    "\\1.\\2.\\3.\\4" V8_VERSION "${_v8_lines}")
  unset(_v8_lines)
endif()

# With Debian's package the name carries Node's ABI number, which the headers
# know; the plain libnode.so is taken where that file is missing.
set(_v8_names v8 v8_monolith node)
if(V8_INCLUDE_DIR AND EXISTS "${V8_INCLUDE_DIR}/node_version.h")
  file(STRINGS "${V8_INCLUDE_DIR}/node_version.h" _v8_abi REGEX "^#define NODE_MODULE_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+" _v8_abi "${_v8_abi}")
  set(_v8_names "libnode.so.${_v8_abi}" node)
  unset(_v8_abi)
endif()
find_library(V8_LIBRARY NAMES ${_v8_names} DOC "Library that has V8")
unset(_v8_names)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(V8
  REQUIRED_VARS V8_LIBRARY V8_INCLUDE_DIR
  VERSION_VAR V8_VERSION
  HANDLE_VERSION_RANGE
  REASON_FAILURE_MESSAGE "Run scripts/setup, install libnode-dev 24, or set V8_ROOT")
mark_as_advanced(V8_INCLUDE_DIR V8_LIBRARY)

if(V8_FOUND AND NOT TARGET V8::V8)
  add_library(V8::V8 UNKNOWN IMPORTED)
  set_target_properties(V8::V8 PROPERTIES
    IMPORTED_LOCATION "${V8_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${V8_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS "${V8_COMPILE_DEFINITIONS}")
endif()
