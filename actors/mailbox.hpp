#pragma once

#include "runtime/event_loop.hpp"

#include <caf/actor_companion.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/scoped_execution_unit.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe::actors {

/// The mailbox of an actor that lives on an event loop of ours instead of CAF's
/// scheduler: whoever sends pushes and wakes, the loop takes out in batches.
///
/// Threads:  `push` from any; the rest on the loop's thread.
/// Lifetime: shared with the companion, which may be sent to for ever. After
///           `close`, requests are bounced and messages dropped.
class mailbox {
public:
  explicit mailbox(std::shared_ptr<js::loop_waker> waker) : waker_(std::move(waker)) {
  }

  /// Called by CAF on the sender's thread, under a spinlock of the companion:
  /// must not block, nor send to the same companion.
  void push(caf::mailbox_element_ptr element);

  /// Swaps the waiting elements into `batch`, which must be empty.
  /// @returns whether there were any. Cheap when there are none.
  bool take(std::vector<caf::mailbox_element_ptr>& batch);

  /// From now on the actor is gone. Waiting requests are bounced.
  void close(const caf::error& reason);

private:
  static void bounce(const caf::mailbox_element& element, const caf::error& reason);

  std::shared_ptr<js::loop_waker> waker_;
  std::atomic<bool> filled_{false};
  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<caf::mailbox_element_ptr> elements_;
  bool closed_ = false;
  caf::error reason_;
};

/// An actor whose messages go to `box`; `on_send`, if any, sees each on the
/// sender's thread first. Its behaviour is set by the caller and run with
/// `activate` on the loop's thread.
[[nodiscard]] caf::actor make_companion(
  caf::actor_system& system, std::shared_ptr<mailbox> box,
  std::function<void(const caf::mailbox_element&)> on_send = {});

/// The actor behind a handle that `make_companion` returned.
[[nodiscard]] inline caf::actor_companion& companion_of(const caf::actor& handle) {
  return *caf::actor_cast<caf::actor_companion*>(handle);
}

/// Ends a companion on the thread that runs it: monitors and links are told, its
/// mailbox bounces from now on.
void end_companion(const caf::actor& self, mailbox& box, caf::scoped_execution_unit& unit,
                   const caf::error& reason);

} // namespace troupe::actors
