#pragma once

#include "actors/context_gauges.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages.hpp"
#include "actors/watch_list.hpp"
#include "runtime/engine.hpp"
#include "runtime/environment.hpp"
#include "runtime/event_loop.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// Functions of the host that contexts call, on their own threads. Immutable;
/// shared by all contexts of a runtime.
struct host_hooks {
  std::function<void(const console_line&)> on_console;
  /// An error that belongs to no request of the named context.
  std::function<void(const std::string&, const uncaught_error&)> on_uncaught_error;
  /// Not on the context's thread alone, and must not block.
  std::function<void(const stop_report&)> on_unresponsive;
};

/// Runs that have arrived, in order.
class run_queue {
public:
  void add(std::vector<run_request> requests) {
    if (empty()) {
      requests_ = std::move(requests);
      next_ = 0;
    } else {
      std::ranges::move(requests, std::back_inserter(requests_));
    }
  }

  [[nodiscard]] bool empty() const noexcept {
    return next_ == requests_.size();
  }

  /// Requires that there is one.
  [[nodiscard]] run_request take() {
    return std::move(requests_[next_++]);
  }

private:
  std::vector<run_request> requests_;
  std::size_t next_ = 0; ///< Those before are done.
};

class context_roster;

/// What a context needs to know of its surroundings.
struct context_surroundings {
  caf::actor_system& system;
  js::engine& engine;
  caf::actor supervisor;
  caf::actor watchdog;
  std::shared_ptr<watch_list> watched;
  std::shared_ptr<const host_hooks> hooks;
  std::chrono::milliseconds stop_grace;
  std::chrono::milliseconds unresponsive_after;
  std::shared_ptr<context_roster> roster{}; ///< It started the context.
};

/// A context: an isolate, its event loop and its mailbox, on one thread.
///
/// Its behaviour is that of the messages "client → context" in messages.hpp. It
/// sends `spawn_reply` when it is ready, one `reply` per request, and, as its
/// last act, `context_down` to its owner and the supervisor.
///
/// Threads: lives on the thread that calls `main`, which returns when the
///          context has ended (or never, when V8 is lost).
class context_actor {
public:
  static void main(context_surroundings around, spawn_request spawned);

private:
  context_actor(context_surroundings around, spawn_request spawned);
  ~context_actor();

  struct linker_entry {
    caf::actor actor;
    js::event_loop::timer_id timer = 0; ///< Of `module_limits::load_time`; 0: no limit.
  };

  [[nodiscard]] result<void> start();
  void run();
  void finish();

  [[nodiscard]] js::environment_events make_events();
  [[nodiscard]] std::function<void()> make_close() const;
  void become();
  bool process();
  [[nodiscard]] bool next();
  void handle(caf::mailbox_element& element);
  void look_after_idle();
  [[nodiscard]] bool has_done_all() const;

  /// Called by whoever sends, on their thread.
  static void intercept(const caf::mailbox_element& element, js::run_ledger& ledger,
                        const std::function<void()>& close,
                        const std::function<void(js::steady_time)>& look);

  void run_script(run_request request);
  [[nodiscard]] bool refuses(request_id request);
  void do_property(const property_request& asked);
  void do_module(const module_operation_request& asked);
  void fetch(js::load_id load, std::uint64_t port, std::vector<js::module_fetch> fetches);
  void answer(request_id request, result<value> outcome);
  void end(errc reason, std::string message);
  void lost(const char* why);

  // Constant after construction.
  context_surroundings around_;
  spawn_request spawned_;

  // The context's thread only.
  js::event_loop loop_;
  std::optional<js::environment> environment_;
  std::shared_ptr<mailbox> box_;
  std::shared_ptr<context_gauges> gauges_ = std::make_shared<context_gauges>();
  caf::actor self_;
  caf::scoped_execution_unit unit_;
  std::vector<caf::mailbox_element_ptr> batch_;
  std::size_t next_in_batch_ = 0;
  run_queue runs_; // of an opened batch; before the rest of the mailbox
  struct {
    request_id request = 0;
    std::shared_ptr<reply_receiver> receiver;
  } answering_; // the run that was begun last
  std::vector<request_id> idle_requests_;
  std::unordered_map<js::load_id, linker_entry> linkers_;
  bool known_to_watchdog_ = false;
  bool started_ = false; ///< Its owner has been told.
  bool draining_ = false;
  bool ended_ = false;
  bool ending_ = false; ///< All that is left is to take the environment down.
  exit_report report_;
};

} // namespace troupe::actors
