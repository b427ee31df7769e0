# Writes OUTPUT, a header that names the commit of SOURCE_DIR; leaves it alone
# when it says so already.
execute_process(
  COMMAND git -C "${SOURCE_DIR}" describe --always --dirty --abbrev=10
  OUTPUT_VARIABLE commit
  OUTPUT_STRIP_TRAILING_WHITESPACE
  ERROR_QUIET
  RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "#define TROUPE_COMMIT \"${commit}\"\n" @ONLY)
