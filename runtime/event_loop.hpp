#pragma once

#include "runtime/spinner.hpp"

#include <uv.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace troupe::js {

/// Wakes one loop, from any thread, for as long as anybody likes: a no-op once
/// the loop is gone. Costs an atomic exchange while the loop is awake.
class loop_waker {
public:
  void wake();

private:
  friend class event_loop;

  void prepare_sleep();
  void woken();

  std::atomic<bool> asleep_{false};
  std::mutex mutex_;
  uv_async_t* async_ = nullptr; // guarded by mutex_
};

/// One thread's libuv loop: sleeps until woken or a timer is due.
///
/// Threads:  everything but the waker belongs to the thread that made it.
/// Lifetime: timers end with the loop.
class event_loop {
public:
  using timer_id = std::uint64_t;

  // -- construction -----------------------------------------------------------

  event_loop();
  ~event_loop();

  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// Did the system grant the descriptors? Else only the destructor may follow.
  [[nodiscard]] bool usable() const noexcept {
    return usable_;
  }

  [[nodiscard]] const std::shared_ptr<loop_waker>& waker() const noexcept {
    return waker_;
  }

  // -- running ----------------------------------------------------------------

  /// Calls `work` again and again; sleeps when it returns false (nothing done)
  /// until the waker or a timer calls. Returns after `stop`.
  void run(const std::function<bool()>& work);

  void stop() noexcept {
    stopped_ = true;
  }

  // -- timers -----------------------------------------------------------------

  /// Calls `action` after `delay`, then, if `interval` is set, at that interval.
  timer_id start_timer(std::chrono::milliseconds delay, std::chrono::milliseconds interval,
                       std::function<void()> action);

  /// Calls `action` once, when the loop has dealt with the timers that are due and with
  /// descriptors; those that it starts itself, a round later.
  timer_id start_immediate(std::function<void()> action);

  /// Also immediates. Unknown ids are ignored. A timer may cancel itself.
  void cancel_timer(timer_id id);

  [[nodiscard]] std::size_t timer_count() const noexcept {
    return timers_.size() + immediates_.size();
  }

  /// Forgets all timers and immediates.
  void clear_timers();

  // -- descriptors ------------------------------------------------------------

  /// Calls `action` whenever `descriptor` can be read. One per loop; until the
  /// loop ends. @returns false when the system refuses.
  [[nodiscard]] bool watch_readable(int descriptor, std::function<void()> action);

  /// For handles of others, who tell how many are open: while there are any, `run` looks
  /// after them between pieces of work. All must be closing when the loop ends.
  [[nodiscard]] uv_loop_t& uv() noexcept {
    return loop_;
  }

  void opened() noexcept {
    ++open_;
  }

  void closed() noexcept {
    --open_;
  }

  /// Also those that are closing.
  [[nodiscard]] std::size_t open() const noexcept {
    return open_;
  }

private:
  struct timer;

  [[nodiscard]] bool spin(const std::function<bool()>& work);
  void run_immediates();
  void close_timer(timer* which);

  uv_loop_t loop_{};
  uv_async_t async_{};
  uv_poll_t poll_{};
  std::function<void()> on_readable_; // set while poll_ is open
  bool usable_ = false;
  bool stopped_ = false;
  std::shared_ptr<loop_waker> waker_ = std::make_shared<loop_waker>();
  std::unordered_map<timer_id, timer*> timers_;
  /// Stopped. They are used again, for a handle that is closed keeps its memory until the loop
  /// gets its turn.
  std::vector<timer*> spare_timers_;
  std::map<timer_id, std::function<void()>> immediates_; // in their order
  timer_id last_timer_ = 0;
  std::size_t open_ = 0; // handles of others
  spinner spinner_;
};

} // namespace troupe::js
