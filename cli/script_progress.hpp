#pragma once

#include <troupe/error.hpp>
#include <troupe/value.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace troupe::cli {

/// What has happened so far; told by the threads of the library.
class progress_of_script {
public:
  void set_value(value result) {
    change([&] { value_ = std::move(result); });
  }

  /// The first error counts.
  void set_error(error what) {
    change([&] {
      if (!error_)
        error_ = std::move(what);
    });
  }

  void set_idle() {
    change([&] { idle_ = true; });
  }

  /// Waits for an error or the end. @returns false when `until` comes first.
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> until) {
    std::unique_lock guard{mutex_};
    auto over = [this] { return error_ || idle_; };
    if (until)
      return changed_.wait_until(guard, *until, over);
    changed_.wait(guard, over);
    return true;
  }

  [[nodiscard]] std::optional<error> failure() {
    std::lock_guard guard{mutex_};
    return error_;
  }

  [[nodiscard]] std::optional<value> result() {
    std::lock_guard guard{mutex_};
    return value_;
  }

private:
  template <class F>
  void change(F how) {
    {
      std::lock_guard guard{mutex_};
      how();
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::optional<value> value_;
  std::optional<error> error_;
  bool idle_ = false;
};

} // namespace troupe::cli
