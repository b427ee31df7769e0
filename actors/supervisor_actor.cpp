#include "actors/supervisor_actor.hpp"

#include "actors/scheduled.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

namespace troupe::actors {

supervisor_state::supervisor_state(caf::event_based_actor* self,
                                   std::shared_ptr<context_roster> roster)
  : self_(self), roster_(std::move(roster)) {
  js::tsan_give(self_);
}

supervisor_state::~supervisor_state() {
  js::tsan_take(self_); // on whichever thread drops the last handle
}

caf::behavior supervisor_state::make_behavior() {
  return {
    [this](const spawn_request& request) {
      scheduled_turn here{self_};
      spawn(request);
    },
    [this](const context_down& farewell) {
      scheduled_turn here{self_};
      bury(farewell);
    },
    [this](const shutdown_request& request) {
      scheduled_turn here{self_};
      shut_down(request.drain);
    },
  };
}

void supervisor_state::spawn(const spawn_request& request) {
  if (auto started = roster_->start(request, caf::actor{self_}); !started)
    self_->send(request.owner,
                spawn_reply{request.request, request.context, {}, {std::move(started).error()}});
}

void supervisor_state::bury(const context_down& farewell) {
  // Only now: whoever hears of the end may use the place.
  if (auto owner = roster_->bury(farewell))
    self_->send(owner, farewell);
  quit_when_empty();
}

void supervisor_state::shut_down(bool drain) {
  shutting_down_ = true;
  close_request how{drain};
  for (const auto& context : roster_->close(how))
    self_->send(context, how);
  quit_when_empty();
}

void supervisor_state::quit_when_empty() {
  if (shutting_down_ && roster_->empty())
    self_->quit();
}

} // namespace troupe::actors
