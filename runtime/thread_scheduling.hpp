#pragma once

#include <sched.h>

namespace troupe::js {

/// Where and how a thread runs: what threads that it makes inherit.
class thread_scheduling {
public:
  /// Of the calling thread.
  [[nodiscard]] static thread_scheduling here();

  friend bool operator==(const thread_scheduling& one, const thread_scheduling& other);

private:
  cpu_set_t cores_{};
  int policy_ = 0;
  int priority_ = 0; ///< Of a policy for real time.
  int nice_ = 0;
};

} // namespace troupe::js
