# JavaScript that is part of the runtime: runtime/builtins/**/*.js become part of
# troupe_runtime, with the code caches that V8 makes of them while Troupe is built.

file(GLOB_RECURSE TROUPE_BUILTIN_FILES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/runtime/builtins/*.js")
set(_sources "${PROJECT_BINARY_DIR}/builtins/builtin_sources.cpp")
set(_caches "${PROJECT_BINARY_DIR}/builtins/builtin_caches.cpp")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/builtins")

string(REPLACE ";" "$<SEMICOLON>" _files "${TROUPE_BUILTIN_FILES}")
add_custom_command(OUTPUT "${_sources}"
  COMMAND "${CMAKE_COMMAND}" -D "FOLDER=${PROJECT_SOURCE_DIR}/runtime/builtins"
    -D "FILES=${_files}" -D "OUTPUT=${_sources}"
    -P "${PROJECT_SOURCE_DIR}/cmake/embed_builtins.cmake"
  DEPENDS ${TROUPE_BUILTIN_FILES} "${PROJECT_SOURCE_DIR}/cmake/embed_builtins.cmake"
  COMMENT "Embedding runtime/builtins"
  VERBATIM)
target_sources(troupe_runtime PRIVATE "${_sources}")

# The tool is the runtime without caches, and makes them.
add_executable(troupe_builtin_caches_tool "${PROJECT_SOURCE_DIR}/runtime/builtin_caches_tool.cpp"
  $<TARGET_OBJECTS:troupe_runtime>)
set_target_properties(troupe_builtin_caches_tool PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/builtins")
target_compile_features(troupe_builtin_caches_tool PRIVATE cxx_std_20)
target_compile_options(troupe_builtin_caches_tool PRIVATE -fno-rtti)
target_include_directories(troupe_builtin_caches_tool PRIVATE
  "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/runtime/include")
target_link_libraries(troupe_builtin_caches_tool PRIVATE ${TROUPE_RUNTIME_LIBRARIES}
  troupe_warnings)
add_custom_command(OUTPUT "${_caches}"
  COMMAND "${CMAKE_COMMAND}" -E env
    "ASAN_OPTIONS=detect_leaks=0" "TSAN_OPTIONS=report_bugs=0:ignore_noninstrumented_modules=1"
    $<TARGET_FILE:troupe_builtin_caches_tool> "${_caches}"
  DEPENDS troupe_builtin_caches_tool
  COMMENT "Compiling runtime/builtins"
  VERBATIM)

add_library(troupe_builtin_caches STATIC "${_caches}")
set_target_properties(troupe_builtin_caches PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_compile_features(troupe_builtin_caches PUBLIC cxx_std_20)
target_include_directories(troupe_builtin_caches PRIVATE "${PROJECT_SOURCE_DIR}")
target_link_libraries(troupe_whole_runtime INTERFACE troupe_runtime troupe_builtin_caches)
