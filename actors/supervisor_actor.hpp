#pragma once

#include "actors/context_roster.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>

namespace troupe::actors {

/// Sees every context of a runtime to its end: its thread is joined, or given up when V8
/// holds it for ever. Starts those that the roster does not let their owners start.
///
/// Threads: CAF's scheduler; runs no script code.
class supervisor_state {
public:
  static constexpr const char* name = "troupe.supervisor";

  supervisor_state(caf::event_based_actor* self, std::shared_ptr<context_roster> roster);
  ~supervisor_state();

  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;

  [[nodiscard]] caf::behavior make_behavior();

private:
  void spawn(const spawn_request& request);
  void shut_down(bool drain);
  void bury(const context_down& farewell);
  void quit_when_empty();

  caf::event_based_actor* self_;
  std::shared_ptr<context_roster> roster_;
  bool shutting_down_ = false;
};

using supervisor_actor = caf::stateful_actor<supervisor_state>;

} // namespace troupe::actors
