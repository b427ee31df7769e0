# cmake -DCOMPILER=… -DSYSROOT=… -DSOURCE_DIR=… -DOFFERED=… -DROOTS=… -P …
#
# Lists what each header under ROOTS includes, directly or not, and fails when a
# header of V8, CAF, libuv or fmt is among it. With ALL_MUST_FAIL it fails when
# one of the headers does *not* reach any of them.

cmake_policy(VERSION 3.25)

set(flags -std=c++20 -x c++ -M)
if(SYSROOT)
  list(APPEND flags "--sysroot=${SYSROOT}")
endif()
foreach(dir IN LISTS ROOTS)
  list(APPEND flags "-I${dir}")
endforeach()
foreach(dir IN LISTS OFFERED)
  list(APPEND flags -isystem "${dir}")
endforeach()

set(checked 0)
set(wrong 0)
foreach(root IN LISTS ROOTS)
  file(GLOB_RECURSE headers "${root}/*.hpp")
  foreach(header IN LISTS headers)
    math(EXPR checked "${checked} + 1")
    execute_process(COMMAND "${COMPILER}" ${flags} "${header}"
      OUTPUT_VARIABLE reached ERROR_VARIABLE errors RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "${header} does not compile:\n${errors}")
    endif()
    # Folders above ours or above the sysroot may be called anything.
    string(REPLACE "\\\n" " " reached "${reached}")
    string(REPLACE "${SOURCE_DIR}/" " " reached "${reached}")
    if(SYSROOT)
      string(REPLACE "${SYSROOT}/" " " reached "${reached}")
    endif()
    string(REGEX MATCHALL "[^ \n]*/(v8[a-z0-9-]*\\.h|node\\.h|cppgc/[^ ]*|caf/[^ ]*|uv\\.h|uv/[^ ]*|fmt/[^ ]*)"
      found "${reached}")
    if(found AND NOT ALL_MUST_FAIL)
      list(GET found 0 first)
      message(SEND_ERROR "${header} reaches ${first}")
      math(EXPR wrong "${wrong} + 1")
    elseif(ALL_MUST_FAIL AND NOT found)
      message(SEND_ERROR "${header} reaches one of them, and nobody noticed")
      math(EXPR wrong "${wrong} + 1")
    endif()
  endforeach()
endforeach()

if(checked EQUAL 0)
  message(FATAL_ERROR "no headers under ${ROOTS}")
endif()
message(STATUS "${checked} headers checked, ${wrong} wrong")
