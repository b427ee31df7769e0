# llhttp, the HTTP parser, as target llhttp::llhttp (its own CMake files name a static library
# that is not packaged everywhere).

find_path(llhttp_INCLUDE_DIR llhttp.h DOC "Folder with llhttp.h")
find_library(llhttp_LIBRARY NAMES llhttp DOC "The library llhttp")

if(llhttp_INCLUDE_DIR AND EXISTS "${llhttp_INCLUDE_DIR}/llhttp.h")
  set(_llhttp_parts)
  foreach(_part MAJOR MINOR PATCH)
    file(STRINGS "${llhttp_INCLUDE_DIR}/llhttp.h" _llhttp_line REGEX "^#define LLHTTP_VERSION_${_part} ")
    string(REGEX MATCH "[0-9]+" _llhttp_number "${_llhttp_line}")
    list(APPEND _llhttp_parts "${_llhttp_number}")
  endforeach()
  list(JOIN _llhttp_parts "." llhttp_VERSION)
  unset(_llhttp_parts)
  unset(_llhttp_line)
  unset(_llhttp_number)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(llhttp
  REQUIRED_VARS llhttp_LIBRARY llhttp_INCLUDE_DIR
  VERSION_VAR llhttp_VERSION)
mark_as_advanced(llhttp_INCLUDE_DIR llhttp_LIBRARY)

if(llhttp_FOUND AND NOT TARGET llhttp::llhttp)
  add_library(llhttp::llhttp UNKNOWN IMPORTED)
  set_target_properties(llhttp::llhttp PROPERTIES
    IMPORTED_LOCATION "${llhttp_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${llhttp_INCLUDE_DIR}")
endif()
