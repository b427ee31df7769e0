# Writes runtime/builtins/**/*.js as one C++ file:
#
#   cmake -D FOLDER=<runtime/builtins> -D "FILES=<a.js;b.js>" -D OUTPUT=<file.cpp> -P embed_builtins.cmake

set(_arrays "")
set(_table "")
set(_number 0)
set(_ids "")
foreach(_file IN LISTS FILES)
  file(RELATIVE_PATH _id "${FOLDER}" "${_file}")
  string(REGEX REPLACE "\\.js$" "" _id "${_id}")
  list(APPEND _ids "${_id}")
endforeach()
# By bytes, as std::string_view compares.
list(SORT _ids COMPARE STRING CASE SENSITIVE)
foreach(_id IN LISTS _ids)
  # As hexadecimal digits: nothing in the text means anything to CMake.
  file(READ "${FOLDER}/${_id}.js" _hex HEX)
  string(REGEX REPLACE "(..)" "\\1 " _bytes "${_hex}")
  if(" ${_bytes}" MATCHES " [89a-f]")
    message(FATAL_ERROR "runtime/builtins/${_id}.js is not ASCII")
  endif()
  string(REGEX REPLACE "(..)" "\\\\x\\1" _text "${_hex}")
  # A line of the literal per 8 bytes.
  string(REGEX REPLACE "((\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..))"
    "\\1\"\n    \"" _text "${_text}")
  string(APPEND _arrays "constexpr char text_${_number}[] =\n    \"${_text}\";\n")
  string(APPEND _table "  {\"${_id}\", {text_${_number}, sizeof text_${_number} - 1}},\n")
  math(EXPR _number "${_number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Made by cmake/embed_builtins.cmake.
#include \"runtime/builtin_sources.hpp\"

namespace troupe::js {

namespace {

${_arrays}
constexpr builtin_source sources[]{
${_table}};

} // namespace

std::span<const builtin_source> builtin_sources() noexcept {
  return sources;
}

} // namespace troupe::js
")
