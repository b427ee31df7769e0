# How our own code is compiled: warnings, sanitizers, output folders.

# -- warnings -----------------------------------------------------------------

add_library(troupe_warnings INTERFACE)
add_library(troupe::warnings ALIAS troupe_warnings)
target_compile_options(troupe_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-qual
  -Wextra-semi -Wimplicit-fallthrough -Wundef -Wvla
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op>
  # Options and errors are aggregates whose members have defaults; naming only
  # some of them is how they are meant to be used.
  -Wno-missing-field-initializers
  # Sees std::string's own code as overlapping: GCC bug 105651.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # What flow analysis guesses differs from compiler to compiler: no errors.
  $<$<BOOL:${TROUPE_WERROR}>:-Werror -Wno-error=array-bounds -Wno-error=maybe-uninitialized>
  $<$<AND:$<BOOL:${TROUPE_WERROR}>,$<CXX_COMPILER_ID:GNU>>:-Wno-error=stringop-overflow>)

# -- sanitizers ---------------------------------------------------------------

# "address,undefined" or "thread": for everything, libraries included.
if(TROUPE_SANITIZERS)
  add_compile_options(-fsanitize=${TROUPE_SANITIZERS} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TROUPE_SANITIZERS})
  if(TROUPE_SANITIZERS MATCHES "undefined")
    # libnode has no type information for its classes, which vptr asks for.
    add_compile_options(-fno-sanitize=vptr -fno-sanitize-recover=undefined)
    add_link_options(-fno-sanitize=vptr)
  endif()
  if(TROUPE_SANITIZERS MATCHES "thread")
    # GCC: atomic_thread_fence is not understood by TSan; used in no code of ours,
    # in some of the libraries' headers.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
  # GCC's flow analysis sees ghosts in instrumented code.
  target_compile_options(troupe_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

# -- output -------------------------------------------------------------------

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
  set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
endif()

# troupe_layer(NAME): a static library for one layer, part of the shared one.
function(troupe_layer name)
  add_library(troupe_${name} STATIC)
  if(NOT TARGET troupe::${name})
    add_library(troupe::${name} ALIAS troupe_${name})
  endif()
  set_target_properties(troupe_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_features(troupe_${name} PUBLIC cxx_std_20)
  target_include_directories(troupe_${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")
  target_link_libraries(troupe_${name} PRIVATE $<BUILD_INTERFACE:troupe_warnings>)
endfunction()
