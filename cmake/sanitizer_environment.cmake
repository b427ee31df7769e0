# What programs need in their environment when they run with sanitizers: for
# add_test and catch_discover_tests. One variable, not a list: the latter would
# pass on the first entry only.
if(TROUPE_SANITIZERS MATCHES "thread")
  set(TROUPE_TEST_ENVIRONMENT
    "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp:ignore_noninstrumented_modules=1:second_deadlock_stack=1")
else()
  set(TROUPE_TEST_ENVIRONMENT
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1")
endif()
