# cmake -DCOMPILER=… -DSYSROOT=… -DROOTS=… -DSYSTEM_ROOTS=… -DFILE=… -P …
#
# Compiles FILE, which must work, and again with MISUSE defined, which must fail
# with a message that matches the expression in the first line of FILE.

cmake_policy(VERSION 3.25)

set(ENV{LC_ALL} C)
set(flags -std=c++20 -fsyntax-only -Werror=unused-result)
if(SYSROOT)
  list(APPEND flags "--sysroot=${SYSROOT}")
endif()
foreach(dir IN LISTS ROOTS)
  list(APPEND flags "-I${dir}")
endforeach()
foreach(dir IN LISTS SYSTEM_ROOTS)
  list(APPEND flags -isystem "${dir}")
endforeach()

file(READ "${FILE}" text)
if(NOT text MATCHES "^// expected: ([^\n]+)")
  message(FATAL_ERROR "${FILE} does not say what is expected")
endif()
set(expected "${CMAKE_MATCH_1}")
# CMake knows no \n in expressions.
string(REPLACE "\\n" "\n" expected "${expected}")

execute_process(COMMAND "${COMPILER}" ${flags} "${FILE}"
  ERROR_VARIABLE messages RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "does not even compile without the misuse:\n${messages}")
endif()

execute_process(COMMAND "${COMPILER}" ${flags} -DMISUSE "${FILE}"
  ERROR_VARIABLE messages RESULT_VARIABLE status)
if(status EQUAL 0)
  message(FATAL_ERROR "the misuse compiles")
endif()
if(NOT messages MATCHES "${expected}")
  message(FATAL_ERROR "the misuse fails for another reason than '${expected}':\n${messages}")
endif()
