#pragma once

#include <atomic>
#include <chrono>

namespace troupe::js {

/// Looks for something for a moment before a thread goes to sleep, as long as
/// that pays: waking an idle core takes about as long as the whole round trip.
/// On a machine with one core, or a busy one, it soon stops trying.
///
/// Threads: any; the record of success is shared and approximate.
class spinner {
public:
  explicit spinner(std::chrono::microseconds longest) noexcept : longest_(longest) {
  }

  /// Calls `found` until it returns true or the time is over.
  /// @returns whether it did.
  template <class F>
  bool look(F&& found) {
    if (!worth_trying())
      return found();
    auto until = std::chrono::steady_clock::now() + longest_;
    do {
      for (int i = 0; i < looks_per_clock; ++i) {
        if (found()) {
          record(true);
          return true;
        }
        relax();
      }
    } while (std::chrono::steady_clock::now() < until);
    record(false);
    return false;
  }

private:
  static constexpr int looks_per_clock = 32;

  [[nodiscard]] bool worth_trying() noexcept;
  void record(bool success) noexcept;
  static void relax() noexcept;

  const std::chrono::microseconds longest_;
  std::atomic<int> credit_{8};
  std::atomic<unsigned> passed_{0};
};

} // namespace troupe::js
