# ada, the URL parser, as target ada::ada (its own CMake files are not packaged everywhere).

find_path(ada_INCLUDE_DIR ada.h DOC "Folder with ada.h")
find_library(ada_LIBRARY NAMES ada-url0 ada DOC "The library ada")

if(ada_INCLUDE_DIR AND EXISTS "${ada_INCLUDE_DIR}/ada/ada_version.h")
  file(STRINGS "${ada_INCLUDE_DIR}/ada/ada_version.h" _ada_line REGEX "^#define ADA_VERSION ")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" ada_VERSION "${_ada_line}")
  unset(_ada_line)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ada
  REQUIRED_VARS ada_LIBRARY ada_INCLUDE_DIR
  VERSION_VAR ada_VERSION)
mark_as_advanced(ada_INCLUDE_DIR ada_LIBRARY)

if(ada_FOUND AND NOT TARGET ada::ada)
  add_library(ada::ada UNKNOWN IMPORTED)
  set_target_properties(ada::ada PROPERTIES
    IMPORTED_LOCATION "${ada_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ada_INCLUDE_DIR}")
endif()
