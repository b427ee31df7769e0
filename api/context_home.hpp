#pragma once

#include "actors/client.hpp"
#include "api/callback_queue.hpp"
#include "troupe/options.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

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

  /// It is to end: nobody takes its place from now on, and whoever was to is stopped. `at_once`:
  /// so are those who had it and still answer. @returns who has it.
  [[nodiscard]] std::shared_ptr<const context_home> end(bool at_once) {
    std::unique_lock guard{mutex_};
    ending_ = true;
    auto stopped = std::exchange(coming_, {});
    if (at_once)
      stopped.insert(stopped.end(), former_.begin(), former_.end());
    auto home = home_;
    guard.unlock();
    for (const auto& each : stopped)
      if (auto link = each.lock())
        link->ask_to_close(false);
    return home;
  }

  /// Somebody is to take its place. @returns false when it is to end.
  [[nodiscard]] bool expect(const std::shared_ptr<actors::context_link>& coming) {
    std::lock_guard guard{mutex_};
    if (ending_)
      return false;
    forget_ended(coming_);
    coming_.push_back(coming);
    return true;
  }

  /// @returns false, and does nothing, when it is to end, or another one has taken its
  /// place meanwhile.
  [[nodiscard]] bool replace(const std::shared_ptr<const context_home>& from,
                             std::shared_ptr<const context_home> by) {
    std::lock_guard guard{mutex_};
    if (ending_ || home_ != from)
      return false;
    forget_ended(former_);
    former_.push_back(from->link);
    std::erase_if(coming_, [&](const auto& each) { return each.lock() == by->link; });
    home_ = std::move(by);
    return true;
  }

private:
  using links = std::vector<std::weak_ptr<actors::context_link>>;

  static void forget_ended(links& from) {
    std::erase_if(from, [](const auto& each) {
      auto link = each.lock();
      return !link || link->closed();
    });
  }

  const std::string name_;
  const std::string origin_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<const context_home> home_;
  links coming_;
  links former_;
  bool ending_ = false;
};

} // namespace troupe::detail
