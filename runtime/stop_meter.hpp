#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace troupe::js {

using steady_time = std::chrono::steady_clock::time_point;

/// `after` from `now`, but not beyond the clock's range.
[[nodiscard]] inline steady_time later(steady_time now, std::chrono::nanoseconds after) {
  return after < steady_time::max() - now ? now + after : steady_time::max();
}

/// How long an isolate takes to let go after it was told to stop.
///
/// Threads:  `ask`, `overdue` and `stop` one after the other (`run_ledger` has a
///           mutex); the rest from any.
/// Lifetime: shared with whoever wants to look.
class stop_meter {
public:
  using nanoseconds = std::chrono::nanoseconds;

  struct figures {
    std::uint64_t stops = 0;
    nanoseconds last{0};
    nanoseconds longest{0};
    bool unresponsive = false;
  };

  /// `patience`: after this an isolate is unresponsive; zero: never.
  explicit stop_meter(nanoseconds patience = nanoseconds{0}) : patience_(patience) {
  }

  /// The isolate is told to stop. While it has not, further orders count no more.
  void ask(steady_time now) {
    if (!asked_)
      asked_ = now;
  }

  [[nodiscard]] std::optional<steady_time> asked() const {
    return asked_;
  }

  /// When to call `overdue`, unless the isolate stops before.
  [[nodiscard]] std::optional<steady_time> patient_until() const {
    if (!asked_ || patience_.count() == 0 || unresponsive_.load(std::memory_order_relaxed))
      return std::nullopt;
    return later(*asked_, patience_);
  }

  /// Has it become unresponsive just now? @returns how long it has been told to
  /// stop, once.
  [[nodiscard]] std::optional<nanoseconds> overdue(steady_time now) {
    auto until = patient_until();
    if (!until || now < *until)
      return std::nullopt;
    unresponsive_.store(true, std::memory_order_relaxed);
    return now - *asked_;
  }

  /// It has let go. @returns how long that took if it was unresponsive.
  std::optional<nanoseconds> stop(steady_time now) {
    if (!asked_)
      return std::nullopt;
    // The order may have come after the caller has looked at the clock.
    auto took = now > *asked_ ? nanoseconds{now - *asked_} : nanoseconds{0};
    asked_.reset();
    last_.store(took.count(), std::memory_order_relaxed);
    if (took.count() > longest_.load(std::memory_order_relaxed))
      longest_.store(took.count(), std::memory_order_relaxed);
    stops_.fetch_add(1, std::memory_order_relaxed);
    if (!unresponsive_.exchange(false, std::memory_order_relaxed))
      return std::nullopt;
    return took;
  }

  [[nodiscard]] figures read() const {
    return {.stops = stops_.load(std::memory_order_relaxed),
            .last = nanoseconds{last_.load(std::memory_order_relaxed)},
            .longest = nanoseconds{longest_.load(std::memory_order_relaxed)},
            .unresponsive = unresponsive_.load(std::memory_order_relaxed)};
  }

private:
  const nanoseconds patience_;
  std::optional<steady_time> asked_; // set while it is told to stop and has not
  std::atomic<std::uint64_t> stops_{0};
  std::atomic<nanoseconds::rep> last_{0};
  std::atomic<nanoseconds::rep> longest_{0};
  std::atomic<bool> unresponsive_{false};
};

} // namespace troupe::js
