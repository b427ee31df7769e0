# libuv as target uv::uv (its own CMake files are not packaged everywhere).

find_path(libuv_INCLUDE_DIR uv.h DOC "Folder with uv.h")
find_library(libuv_LIBRARY NAMES uv DOC "The library libuv")

if(libuv_INCLUDE_DIR AND EXISTS "${libuv_INCLUDE_DIR}/uv/version.h")
  file(STRINGS "${libuv_INCLUDE_DIR}/uv/version.h" _libuv_lines REGEX "^#define UV_VERSION_(MAJOR|MINOR|PATCH)")
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*" "\\1.\\2.\\3" libuv_VERSION
    "${_libuv_lines}")
  unset(_libuv_lines)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(libuv
  REQUIRED_VARS libuv_LIBRARY libuv_INCLUDE_DIR
  VERSION_VAR libuv_VERSION)
mark_as_advanced(libuv_INCLUDE_DIR libuv_LIBRARY)

if(libuv_FOUND AND NOT TARGET uv::uv)
  add_library(uv::uv UNKNOWN IMPORTED)
  set_target_properties(uv::uv PROPERTIES
    IMPORTED_LOCATION "${libuv_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${libuv_INCLUDE_DIR}")
endif()
