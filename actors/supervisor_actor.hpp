#pragma once

#include "actors/capacity.hpp"
#include "actors/context_actor.hpp"
#include "actors/messages.hpp"
#include "runtime/isolate_thread.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <optional>
#include <unordered_map>

namespace troupe::actors {

/// Starts contexts, counts them against the capacity, and sees every one of them
/// to its end: its thread is joined, or given up when V8 holds it for ever.
///
/// Threads: CAF's scheduler; runs no script code. Joining a thread that has said
///          farewell takes microseconds.
class supervisor_state {
public:
  static constexpr const char* name = "troupe.supervisor";

  supervisor_state(caf::event_based_actor* self, js::engine& engine, caf::actor watchdog,
                   std::shared_ptr<watch_list> watched, std::shared_ptr<const host_hooks> hooks,
                   capacity places, std::chrono::milliseconds stop_grace,
                   std::chrono::milliseconds unresponsive_after);
  ~supervisor_state();

  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;

  [[nodiscard]] caf::behavior make_behavior();

private:
  struct member {
    js::isolate_thread thread;
    caf::actor owner;
    bool counted = true;
    caf::actor handle{}; ///< Invalid until the context has started.
  };

  void spawn(const spawn_request& request);
  void welcome(const spawn_reply& started);
  void shut_down(bool drain);
  void refuse(const spawn_request& request, error why);
  void bury(const context_down& farewell);
  void quit_when_empty();

  caf::event_based_actor* self_;
  js::engine& engine_;
  caf::actor watchdog_;
  std::shared_ptr<watch_list> watched_;
  std::shared_ptr<const host_hooks> hooks_;
  capacity capacity_;
  std::chrono::milliseconds stop_grace_;
  std::chrono::milliseconds unresponsive_after_;
  std::unordered_map<context_id, member> members_;
  std::optional<shutdown_request> shutdown_;
};

using supervisor_actor = caf::stateful_actor<supervisor_state>;

} // namespace troupe::actors
