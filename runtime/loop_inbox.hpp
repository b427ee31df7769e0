#pragma once

#include "runtime/event_loop.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace troupe::js {

/// What other threads give to the one thread of a loop.
///
/// Threads:  `post` from any; the rest from the loop's.
/// Lifetime: shared; may outlive the loop.
template <class T>
class loop_inbox {
public:
  explicit loop_inbox(std::shared_ptr<loop_waker> waker) : waker_(std::move(waker)) {
  }

  /// Drops the item when nobody takes any more.
  void post(T item) {
    {
      std::lock_guard guard{mutex_};
      if (closed_)
        return;
      items_.push_back(std::move(item));
      if (filled_.exchange(true, std::memory_order_release))
        return; // whoever came first wakes
    }
    waker_->wake();
  }

  /// All that has come so far.
  [[nodiscard]] std::vector<T> take() {
    if (!filled_.load(std::memory_order_acquire))
      return {};
    std::lock_guard guard{mutex_};
    filled_.store(false, std::memory_order_relaxed);
    return std::exchange(items_, {});
  }

  void close() {
    std::vector<T> dropped; // outlives the lock
    std::lock_guard guard{mutex_};
    closed_ = true;
    dropped.swap(items_);
  }

private:
  const std::shared_ptr<loop_waker> waker_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<T> items_;
  bool closed_ = false;
  std::atomic<bool> filled_{false}; // written under mutex_
};

} // namespace troupe::js
