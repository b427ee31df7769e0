# HdrHistogram_c as target hdr_histogram::hdr_histogram.

find_path(hdr_histogram_INCLUDE_DIR hdr/hdr_histogram.h DOC "Folder with hdr/hdr_histogram.h")
find_library(hdr_histogram_LIBRARY NAMES hdr_histogram DOC "The library hdr_histogram")

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(hdr_histogram
  REQUIRED_VARS hdr_histogram_LIBRARY hdr_histogram_INCLUDE_DIR)
mark_as_advanced(hdr_histogram_INCLUDE_DIR hdr_histogram_LIBRARY)

if(hdr_histogram_FOUND AND NOT TARGET hdr_histogram::hdr_histogram)
  add_library(hdr_histogram::hdr_histogram UNKNOWN IMPORTED)
  set_target_properties(hdr_histogram::hdr_histogram PROPERTIES
    IMPORTED_LOCATION "${hdr_histogram_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${hdr_histogram_INCLUDE_DIR}")
endif()
