# Installs into the build folder and builds a project of its own against that,
# by find_package and by pkg-config, as a user would: without knowing of the
# sysroot.

set(_consumer_source "${PROJECT_SOURCE_DIR}/tests/consumer")
set(_consumer_build "${PROJECT_BINARY_DIR}/consumer")
set(_prefix "${_consumer_build}/prefix")

# What is sanitized can only be linked into what is sanitized as well.
set(_consumer_flags "")
if(TROUPE_SANITIZERS)
  set(_consumer_flags "-fsanitize=${TROUPE_SANITIZERS}")
endif()

function(_consumer_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "COMMAND;SETUP;REQUIRED;ENVIRONMENT")
  add_test(NAME "consumer: ${name}" COMMAND ${arg_COMMAND})
  set_tests_properties("consumer: ${name}" PROPERTIES
    TIMEOUT 300
    FIXTURES_SETUP "${arg_SETUP}"
    FIXTURES_REQUIRED "${arg_REQUIRED}"
    ENVIRONMENT "${TROUPE_TEST_ENVIRONMENT};${arg_ENVIRONMENT}")
endfunction()

_consumer_test("install"
  COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}" --prefix "${_prefix}"
  SETUP consumer_installed)

# -- find_package(troupe) -----------------------------------------------------

_consumer_test("configure with find_package"
  COMMAND "${CMAKE_COMMAND}" --fresh -S "${_consumer_source}" -B "${_consumer_build}/cmake" -G Ninja
    "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" "-DCMAKE_CXX_FLAGS=${_consumer_flags}"
    "-DCMAKE_PREFIX_PATH=${_prefix}"
  REQUIRED consumer_installed SETUP consumer_configured)
_consumer_test("build with find_package"
  COMMAND "${CMAKE_COMMAND}" --build "${_consumer_build}/cmake"
  REQUIRED consumer_configured SETUP consumer_built)
_consumer_test("run, built with find_package"
  COMMAND "${_consumer_build}/cmake/consumer"
  REQUIRED consumer_built)

# -- pkg-config ---------------------------------------------------------------

find_program(PKG_CONFIG_EXECUTABLE NAMES pkg-config pkgconf)
if(PKG_CONFIG_EXECUTABLE)
  _consumer_test("build with pkg-config"
    COMMAND "${_consumer_source}/build_with_pkg_config.sh" "${_consumer_source}/main.cpp"
      "${_consumer_build}/consumer_pkg_config"
    REQUIRED consumer_installed SETUP consumer_built_by_pkg_config
    ENVIRONMENT
      "CXX=${CMAKE_CXX_COMPILER}"
      "CXXFLAGS=${_consumer_flags}"
      "PKG_CONFIG=${PKG_CONFIG_EXECUTABLE}"
      "PKG_CONFIG_PATH=${_prefix}/${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  _consumer_test("run, built with pkg-config"
    COMMAND "${_consumer_build}/consumer_pkg_config"
    REQUIRED consumer_built_by_pkg_config)
endif()
