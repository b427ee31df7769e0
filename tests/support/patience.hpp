#pragma once

#include <chrono>

namespace troupe::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// How long anything may take that must happen: a bound against hanging for
/// ever, no measurement.
inline constexpr std::chrono::seconds patience{sanitized ? 100 : 60};

} // namespace troupe::testing
