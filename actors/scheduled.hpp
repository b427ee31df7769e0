#pragma once

#include "runtime/thread_role.hpp"
#include "runtime/tsan.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/message.hpp>
#include <caf/send.hpp>

#include <utility>

namespace troupe::actors {

/// Sends to an actor on CAF's scheduler: what was done before comes before the
/// message is handled.
template <class Message>
void send_to_scheduled(const caf::actor& to, Message&& message) {
  auto content = caf::make_message(std::forward<Message>(message));
  js::tsan_give(caf::actor_cast<caf::abstract_actor*>(to));
  caf::anon_send(to, std::move(content));
}

/// Stands in each handler of such an actor: handlers of one actor run one after
/// the other, on whichever of CAF's threads.
class scheduled_turn {
public:
  explicit scheduled_turn(const caf::abstract_actor* self) : self_(self) {
    js::tsan_take(self_);
    js::current_thread_role() = js::thread_role::actors;
  }

  ~scheduled_turn() {
    js::tsan_give(self_);
  }

  scheduled_turn(const scheduled_turn&) = delete;
  scheduled_turn& operator=(const scheduled_turn&) = delete;

private:
  const caf::abstract_actor* self_;
};

} // namespace troupe::actors
