#pragma once

#include "tests/stress/task.hpp"
#include "troupe/result.hpp"

#include <atomic>
#include <future>
#include <string>

namespace troupe::testing {

/// An answer that must come exactly once, and what it may be.
///
/// Threads: `receive` from any; the rest on the thread that plays the round.
class kept_answer {
public:
  kept_answer(task what, bool cancelled) : task_(std::move(what)), cancelled_(cancelled) {
    if (cancelled)
      allow(errc::cancelled);
  }

  [[nodiscard]] const task& asked() const noexcept {
    return task_;
  }

  /// Is, or will be, its future cancelled?
  [[nodiscard]] bool cancelled() const noexcept {
    return cancelled_;
  }

  void allow(errc code) {
    task_.endings.insert(code);
  }

  void receive(const result<value>& outcome);

  /// Waits for the answer. @returns what is wrong with it; empty if nothing.
  [[nodiscard]] std::string fault();

private:
  task task_;
  bool cancelled_;
  std::atomic<int> times_{0};
  std::promise<result<value>> first_;
  std::future<result<value>> told_ = first_.get_future();
};

} // namespace troupe::testing
