#pragma once

#include <functional>

namespace troupe::cli {

/// Has `deliver` called, on a thread of its own, whenever the process gets the signal;
/// empty: gives it back to who had it before.
///
/// Threads: any. @returns false when the system refuses (SIGKILL, SIGSTOP).
[[nodiscard]] bool relay_signal(int number, std::function<void()> deliver);

} // namespace troupe::cli
