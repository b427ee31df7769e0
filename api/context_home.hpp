#pragma once

#include "actors/client.hpp"
#include "api/callback_queue.hpp"
#include "troupe/options.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace troupe::detail {

/// What every handle to a context and to its objects shares.
///
/// Threads:  immutable once the context has started, before which no script runs.
/// Lifetime: shared by the handles and the context itself.
struct context_home {
  std::shared_ptr<callback_queue> callbacks;
  std::shared_ptr<actors::client> client;
  /// What it was made with, until it has ended: its `link` keeps them.
  std::weak_ptr<const context_options> options{};
  std::shared_ptr<actors::context_link> link{};
};

/// What a handle to a context refers to: one context, until another takes its place
/// (`context::reload`).
///
/// Threads: any; one mutex.
class context_seat {
public:
  explicit context_seat(std::shared_ptr<const context_home> home)
    : name_(home->link->name()), origin_(home->link->origin()), home_(std::move(home)) {
  }

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  [[nodiscard]] const std::string& origin() const noexcept {
    return origin_;
  }

  [[nodiscard]] std::shared_ptr<const context_home> home() const {
    std::lock_guard guard{mutex_};
    return home_;
  }

  /// It is to end: nobody takes its place from now on. @returns who has it.
  [[nodiscard]] std::shared_ptr<const context_home> end() {
    std::lock_guard guard{mutex_};
    ending_ = true;
    return home_;
  }

  /// @returns false, and does nothing, when it is to end, or another one has taken its
  /// place meanwhile.
  [[nodiscard]] bool replace(const std::shared_ptr<const context_home>& from,
                             std::shared_ptr<const context_home> by) {
    std::lock_guard guard{mutex_};
    if (ending_ || home_ != from)
      return false;
    home_ = std::move(by);
    return true;
  }

private:
  const std::string name_;
  const std::string origin_;
  mutable std::mutex mutex_;
  std::shared_ptr<const context_home> home_; // guarded by mutex_
  bool ending_ = false;                      // the same
};

} // namespace troupe::detail
