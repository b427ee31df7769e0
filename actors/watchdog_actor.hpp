#pragma once

#include "actors/deadline_queue.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages.hpp"
#include "actors/watch_list.hpp"
#include "runtime/event_loop.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <thread>
#include <vector>

namespace troupe::actors {

/// Stops runs whose time is over or that SIGINT hits, and answers for them at
/// once, whether or not their thread has noticed. Reports contexts as lost that
/// were told to end and do not. One for all contexts of a process: one thread,
/// one timer.
///
/// Threads:  made and destroyed by one; everything else happens on its own.
/// Lifetime: must outlive the contexts that it watches.
class watchdog_actor {
public:
  watchdog_actor(caf::actor_system& system, std::shared_ptr<watch_list> contexts);
  ~watchdog_actor();

  watchdog_actor(const watchdog_actor&) = delete;
  watchdog_actor& operator=(const watchdog_actor&) = delete;

  /// Where `deadline_request`s go.
  [[nodiscard]] const caf::actor& handle() const noexcept {
    return self_;
  }

private:
  void main(caf::actor_system& system);
  bool process(caf::scoped_execution_unit& unit);
  void look(context_id id, caf::scoped_execution_unit& unit);
  void give_up(const watched_context& context, caf::scoped_execution_unit& unit);
  void interrupt();
  static void answer(const watched_context& context, request_id request, error why);

  std::shared_ptr<watch_list> contexts_;
  std::shared_ptr<mailbox> box_;
  caf::actor self_;

  // The watchdog's thread only.
  std::unique_ptr<js::event_loop> loop_;
  deadline_queue deadlines_;
  js::event_loop::timer_id timer_ = 0;
  js::steady_time timer_at_ = js::never;
  std::vector<caf::mailbox_element_ptr> batch_;

  std::thread thread_;
};

} // namespace troupe::actors
