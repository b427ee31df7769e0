// Used by the self-test of cmake/check_header_reach.cmake.
#pragma once

#include <fmt/core.h>
