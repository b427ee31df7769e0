#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace troupe::cli {

/// Continuations of futures on their way to the thread that handles them:
///
///     std::move(future).on(executor_of(box)).then([&](auto result) { … });
///
/// Threads: `post` any, the rest one.
class inbox {
public:
  using clock = std::chrono::steady_clock;

  void post(std::function<void()> work) {
    {
      std::lock_guard guard{mutex_};
      arrivals_.push_back({clock::now(), std::move(work)});
    }
    arrived_.notify_one();
  }

  /// Does the next piece of work here. @returns false when none came in time.
  bool handle_next(clock::time_point until) {
    std::unique_lock guard{mutex_};
    if (!arrived_.wait_until(guard, until, [this] { return !arrivals_.empty(); }))
      return false;
    auto next = std::move(arrivals_.front());
    arrivals_.pop_front();
    guard.unlock();
    last_arrival_ = next.at;
    next.work();
    return true;
  }

  /// When the work that is being handled was posted: the moment of the answer,
  /// however long it lay here.
  [[nodiscard]] clock::time_point last_arrival() const noexcept {
    return last_arrival_;
  }

private:
  struct arrival {
    clock::time_point at;
    std::function<void()> work;
  };

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<arrival> arrivals_; // guarded by mutex_
  clock::time_point last_arrival_ = clock::now();
};

/// Drops what arrives after the inbox is gone. Holds it weakly: work that waits in
/// it holds the future, which holds this.
[[nodiscard]] inline std::function<void(std::function<void()>)> executor_of(
  std::weak_ptr<inbox> box) {
  return [box = std::move(box)](std::function<void()> work) {
    if (auto open = box.lock())
      open->post(std::move(work));
  };
}

} // namespace troupe::cli
