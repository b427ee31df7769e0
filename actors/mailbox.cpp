#include "actors/mailbox.hpp"

#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/exit_reason.hpp>
#include <caf/logger.hpp>

namespace troupe::actors {

void mailbox::push(caf::mailbox_element_ptr element) {
  {
    std::unique_lock guard{mutex_};
    if (closed_) {
      auto reason = reason_;
      guard.unlock();
      bounce(*element, reason);
      return;
    }
    elements_.push_back(std::move(element));
    filled_.store(true, std::memory_order_release);
  }
  waker_->wake();
}

bool mailbox::take(std::vector<caf::mailbox_element_ptr>& batch) {
  if (!filled_.load(std::memory_order_acquire))
    return false;
  std::lock_guard guard{mutex_};
  batch.swap(elements_);
  filled_.store(false, std::memory_order_release);
  return !batch.empty();
}

void mailbox::close(const caf::error& reason) {
  std::vector<caf::mailbox_element_ptr> left;
  {
    std::lock_guard guard{mutex_};
    closed_ = true;
    reason_ = reason;
    left.swap(elements_);
  }
  for (const auto& element : left)
    bounce(*element, reason);
}

// CAF drops requests to a companion that has ended, silently.
void mailbox::bounce(const caf::mailbox_element& element, const caf::error& reason) {
  if (element.mid.is_request())
    caf::detail::sync_request_bouncer{reason}(element.sender, element.mid);
}

caf::actor make_companion(caf::actor_system& system, std::shared_ptr<mailbox> box,
                          std::function<void(const caf::mailbox_element&)> on_send) {
  auto handle = system.spawn<caf::actor_companion>();
  // CAF leaves a reference to its logger with the thread that makes an actor, and
  // the system's destructor waits for that logger: for ever, if V8 keeps the
  // thread.
  caf::logger::set_current_actor_system(nullptr);
  companion_of(handle).on_enqueue(
    [box = std::move(box), on_send = std::move(on_send)](caf::mailbox_element_ptr element) {
      if (on_send)
        on_send(*element);
      box->push(std::move(element));
    });
  return handle;
}

void end_companion(const caf::actor& self, mailbox& box, caf::scoped_execution_unit& unit,
                   const caf::error& reason) {
  box.close(reason ? reason : caf::make_error(caf::exit_reason::user_shutdown));
  // Not on_exit: that takes the handler away, and with it the bouncing.
  companion_of(self).cleanup(caf::error{reason}, &unit);
}

} // namespace troupe::actors
