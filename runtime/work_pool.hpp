#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace troupe::js {

/// A few threads of the process for what blocks: files. Nobody waits for them, so work that
/// never ends keeps a thread, and nothing else.
///
/// Threads:  any.
/// Lifetime: the process's; threads are started when they are needed.
class work_pool {
public:
  [[nodiscard]] static work_pool& instance();

  /// Has `work` run on one of the threads. It must not throw.
  void run(std::function<void()> work);

private:
  work_pool() = default;

  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<std::function<void()>> waiting_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
};

} // namespace troupe::js
