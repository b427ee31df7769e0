#pragma once

#include <chrono>
#include <ctime>
#include <optional>

namespace troupe::js {

/// The CPU time that one thread has used since it was started.
///
/// Threads:  made by the thread that it measures; read from any.
/// Lifetime: may outlive the thread; reading gives nothing then.
class cpu_clock {
public:
  /// Of the calling thread.
  cpu_clock();

  /// Costs a system call.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> read() const;

private:
  std::optional<clockid_t> clock_;
};

} // namespace troupe::js
