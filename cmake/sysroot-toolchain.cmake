# Compiles with the host's g++ against the sysroot that scripts/setup fetches,
# and makes programs that run with the sysroot's libraries, C library included.
#
# The sysroot is, in this order: TROUPE_SYSROOT (cache variable, then
# environment), $TROUPE_SYSROOT_DIR/root, .sysroot/root of this repository.
# With TROUPE_SYSTEM_PACKAGES=1 in the environment this file does nothing: the
# presets then build with the system's own packages.

if("$ENV{TROUPE_SYSTEM_PACKAGES}" STREQUAL "1" AND NOT TROUPE_SYSROOT)
  return()
endif()

if(NOT TROUPE_SYSROOT)
  if(NOT "$ENV{TROUPE_SYSROOT}" STREQUAL "")
    set(_troupe_sysroot "$ENV{TROUPE_SYSROOT}")
  elseif(NOT "$ENV{TROUPE_SYSROOT_DIR}" STREQUAL "")
    set(_troupe_sysroot "$ENV{TROUPE_SYSROOT_DIR}/root")
  else()
    get_filename_component(_troupe_sysroot "${CMAKE_CURRENT_LIST_DIR}/../.sysroot/root" ABSOLUTE)
  endif()
  set(TROUPE_SYSROOT "${_troupe_sysroot}" CACHE PATH "Folder with the dependencies under usr/")
  unset(_troupe_sysroot)
endif()
if(NOT IS_DIRECTORY "${TROUPE_SYSROOT}/usr/include")
  message(FATAL_ERROR "There is no sysroot in ${TROUPE_SYSROOT}: run scripts/setup first "
    "(or use the preset `system` where the system has the packages itself).")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TROUPE_SYSROOT)

# What is in it: <triple>, the C++ library's folder, the loader.
file(GLOB _troupe_gcc LIST_DIRECTORIES true "${TROUPE_SYSROOT}/usr/lib/gcc/*/*")
list(FILTER _troupe_gcc INCLUDE REGEX "/[0-9]+$")
list(SORT _troupe_gcc COMPARE NATURAL ORDER DESCENDING)
if(NOT _troupe_gcc)
  message(FATAL_ERROR "The sysroot ${TROUPE_SYSROOT} has no usr/lib/gcc/<triple>/<version>.")
endif()
list(GET _troupe_gcc 0 TROUPE_SYSROOT_GCC_DIR)
get_filename_component(_troupe_triple "${TROUPE_SYSROOT_GCC_DIR}" DIRECTORY)
get_filename_component(_troupe_triple "${_troupe_triple}" NAME)
set(TROUPE_SYSROOT_LIB_DIR "${TROUPE_SYSROOT}/usr/lib/${_troupe_triple}")
file(GLOB _troupe_loader "${TROUPE_SYSROOT}/usr/lib64/ld-linux-*.so.*"
  "${TROUPE_SYSROOT}/usr/lib/ld-linux-*.so.*")
if(NOT _troupe_loader)
  message(FATAL_ERROR "The sysroot ${TROUPE_SYSROOT} has no dynamic loader.")
endif()
list(GET _troupe_loader 0 _troupe_loader)
get_filename_component(_troupe_loader_name "${_troupe_loader}" NAME)
if(_troupe_loader MATCHES "/lib64/")
  set(TROUPE_SYSROOT_LOADER "${TROUPE_SYSROOT}/lib64/${_troupe_loader_name}")
else()
  set(TROUPE_SYSROOT_LOADER "${TROUPE_SYSROOT}/lib/${_troupe_loader_name}")
endif()
set(CMAKE_LIBRARY_ARCHITECTURE "${_troupe_triple}")

if(NOT CMAKE_CXX_COMPILER)
  if(NOT "$ENV{CXX}" STREQUAL "")
    set(CMAKE_CXX_COMPILER "$ENV{CXX}")
  else()
    set(CMAKE_CXX_COMPILER g++)
  endif()
endif()

set(CMAKE_SYSROOT "${TROUPE_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Options for whatever links with libraries of the sysroot; also handed on to
# users of an installed Troupe.
#  -B, -L  the sysroot's start files, C++ library and sanitizers before those of
#          the host's compiler, which may be older than what the libraries need.
#          For linking only: under -B there are also headers of another compiler.
#  loader  C library and loader are one unit: the host's cannot load this one.
#  RPATH   the old tag rather than RUNPATH, because it has to hold for the
#          libraries' own libraries as well.
set(TROUPE_SYSROOT_LINK_OPTIONS
  "--sysroot=${TROUPE_SYSROOT}"
  "-B${TROUPE_SYSROOT_GCC_DIR}/"
  "-L${TROUPE_SYSROOT_GCC_DIR}"
  "-L${TROUPE_SYSROOT_LIB_DIR}"
  "-Wl,--dynamic-linker=${TROUPE_SYSROOT_LOADER}"
  "-Wl,--disable-new-dtags"
  "-Wl,-rpath,${TROUPE_SYSROOT_LIB_DIR}")
list(JOIN TROUPE_SYSROOT_LINK_OPTIONS " " _troupe_flags)
foreach(_troupe_kind EXE SHARED MODULE)
  set(CMAKE_${_troupe_kind}_LINKER_FLAGS_INIT "${_troupe_flags}")
endforeach()

unset(_troupe_gcc)
unset(_troupe_triple)
unset(_troupe_loader)
unset(_troupe_loader_name)
unset(_troupe_flags)
unset(_troupe_kind)
