#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::detail {

/// The thread that continuations run on, so that none of them holds up an
/// isolate, the watchdog or a supervisor. Starts with the first one.
///
/// Threads:  any.
/// Lifetime: shared with its thread until `stop`; after that, work runs where it
///           is posted.
class callback_queue : public std::enable_shared_from_this<callback_queue> {
public:
  callback_queue() = default;

  callback_queue(const callback_queue&) = delete;
  callback_queue& operator=(const callback_queue&) = delete;

  void post(std::function<void()> work);

  /// Runs what is queued, then ends the thread. May be called from a
  /// continuation.
  void stop();

private:
  void start();
  void main();

  std::mutex mutex_;
  std::condition_variable filled_;
  // Guarded by mutex_.
  std::vector<std::function<void()>> queue_;
  bool waiting_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace troupe::detail
