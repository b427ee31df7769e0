#pragma once

#include <cstddef>

namespace troupe::testing {

/// Threads and open descriptors of this process.
struct process_use {
  std::size_t threads = 0;
  std::size_t descriptors = 0;

  /// The least within a tenth of a second: a thread that has been joined is seen
  /// for a moment more.
  [[nodiscard]] static process_use at_rest();

  /// Measures until it is `expected`, for as long as anything may take.
  [[nodiscard]] static process_use settled(const process_use& expected);

  [[nodiscard]] bool operator==(const process_use&) const = default;
};

/// Memory in use, in KiB, after what is free has been given back to the system.
[[nodiscard]] std::size_t resident_kib();

} // namespace troupe::testing
