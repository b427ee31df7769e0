# cmake --install: headers, libtroupe.so, the command, documents, examples, find_package(troupe),
# pkg-config.

include(CMakePackageConfigHelpers)

set(_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/troupe")

install(DIRECTORY runtime/include/troupe api/include/troupe
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp")
install(TARGETS troupe EXPORT troupeTargets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
if(TARGET troupe_cli)
  file(RELATIVE_PATH _to_lib "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
  set_target_properties(troupe_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${_to_lib}")
  install(TARGETS troupe_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
# As here, so that links between them hold.
install(FILES README.md LICENSE DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/troupe")
install(DIRECTORY docs examples DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/troupe")

# -- find_package(troupe) -----------------------------------------------------

install(EXPORT troupeTargets
  NAMESPACE troupe::
  DESTINATION "${_package_dir}")
configure_package_config_file(cmake/troupeConfig.cmake.in
  "${PROJECT_BINARY_DIR}/troupeConfig.cmake"
  INSTALL_DESTINATION "${_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/troupeConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/troupeConfig.cmake"
  "${PROJECT_BINARY_DIR}/troupeConfigVersion.cmake"
  DESTINATION "${_package_dir}")

# -- pkg-config ---------------------------------------------------------------

set(TROUPE_PC_LINK_OPTIONS "")
if(TROUPE_SYSROOT)
  list(JOIN TROUPE_SYSROOT_LINK_OPTIONS " " TROUPE_PC_LINK_OPTIONS)
endif()
# The file says where it is relative to the prefix, so that the tree can move.
file(RELATIVE_PATH TROUPE_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" TROUPE_PC_PREFIX "${TROUPE_PC_PREFIX}")
configure_file(cmake/troupe.pc.in "${PROJECT_BINARY_DIR}/troupe.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/troupe.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
