#include "actors/supervisor_actor.hpp"

#include "actors/scheduled.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

namespace troupe::actors {

supervisor_state::supervisor_state(caf::event_based_actor* self, js::engine& engine,
                                   caf::actor watchdog, std::shared_ptr<watch_list> watched,
                                   std::shared_ptr<const host_hooks> hooks, capacity places,
                                   std::chrono::milliseconds stop_grace,
                                   std::chrono::milliseconds unresponsive_after)
  : self_(self), engine_(engine), watchdog_(std::move(watchdog)), watched_(std::move(watched)),
    hooks_(std::move(hooks)), capacity_(std::move(places)), stop_grace_(stop_grace),
    unresponsive_after_(unresponsive_after) {
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
    [this](const spawn_reply& started) {
      scheduled_turn here{self_};
      welcome(started);
    },
    [this](const shutdown_request& request) {
      scheduled_turn here{self_};
      shut_down(request.drain);
    },
  };
}

void supervisor_state::spawn(const spawn_request& request) {
  if (shutdown_) {
    refuse(request, {.code = errc::runtime_closed, .message = "the runtime is shutting down"});
    return;
  }
  if (!request.internal) {
    if (auto place = capacity_.take(); !place) {
      refuse(request, std::move(place).error());
      return;
    }
  }
  context_surroundings around{self_->system(), engine_, caf::actor{self_}, watchdog_,
                              watched_,        hooks_,  stop_grace_,       unresponsive_after_};
  auto thread = js::isolate_thread::start(
    request.options.name, request.options.stack_kib * 1024,
    [around = std::move(around), request] { context_actor::main(around, request); });
  if (!thread) {
    if (!request.internal)
      capacity_.give_back();
    refuse(request, std::move(thread).error());
    return;
  }
  members_.emplace(request.context, member{*std::move(thread), request.owner, !request.internal});
}

void supervisor_state::welcome(const spawn_reply& started) {
  auto found = members_.find(started.context);
  if (found == members_.end())
    return;
  found->second.handle = started.handle;
  if (shutdown_)
    self_->send(started.handle, close_request{shutdown_->drain});
}

void supervisor_state::refuse(const spawn_request& request, error why) {
  self_->send(request.owner, spawn_reply{request.request, request.context, {}, {std::move(why)}});
}

void supervisor_state::bury(const context_down& farewell) {
  auto found = members_.find(farewell.context);
  if (found == members_.end())
    return;
  if (farewell.thread_lost) {
    // Its isolate is still there, so its place is not given back.
    found->second.thread.give_up();
  } else {
    found->second.thread.join();
    if (found->second.counted)
      capacity_.give_back();
  }
  // Only now: whoever hears of the end may use the place.
  self_->send(found->second.owner, farewell);
  members_.erase(found);
  quit_when_empty();
}

void supervisor_state::shut_down(bool drain) {
  shutdown_ = shutdown_request{drain};
  for (const auto& [id, context] : members_)
    if (context.handle) // the others are told when they have started
      self_->send(context.handle, close_request{drain});
  quit_when_empty();
}

void supervisor_state::quit_when_empty() {
  if (shutdown_ && members_.empty())
    self_->quit();
}

} // namespace troupe::actors
