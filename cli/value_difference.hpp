#pragma once

#include <troupe/value.hpp>

#include <string>

namespace troupe::cli {

/// Where two values differ first and how: `.status.2xx is 978, not 979`. Empty
/// when they are equal.
[[nodiscard]] std::string difference(const value& is, const value& should_be);

} // namespace troupe::cli
