#pragma once

#include "runtime/run_ledger.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace troupe::js {

class nested_run;

/// What nested runs need of the environment whose turns they are in.
struct run_surroundings {
  std::shared_ptr<run_ledger> ledger;
  /// `run_ledger::expire` must be called then.
  std::function<void(steady_time)> arm;
  /// SIGINT belongs to a run from now on.
  std::function<std::shared_ptr<sigint_hold>()> hold_sigint;
  nested_run* innermost = nullptr;
};

/// A run that a script starts inside its own turn, with limits of its own: the
/// `timeout` and `breakOnSigint` of `node:vm`. Its limits are stopped by whoever stops
/// turns (watchdog, ledger), and cost no thread and, nearly always, no message.
///
/// Whoever was stopped reports: when a run around this one is to stop too, for
/// whatever reason, this one tells nothing and the stack unwinds further. Of nested
/// runs that break on SIGINT only the innermost is interrupted; a request that does
/// so itself is, too.
///
/// Threads:  the isolate's.
/// Lifetime: on the stack, like the run.
class nested_run {
public:
  struct limits {
    std::chrono::milliseconds timeout{0}; ///< 0 = none
    bool break_on_sigint = false;
  };

  enum class ending : std::uint8_t {
    /// Nobody stopped it, or what follows it.
    normal,
    timeout,
    interrupt,
    /// A run around it is to stop: the script must unwind.
    unwinding,
  };

  /// Begins the run, unless it has no limits: then it does nothing at all.
  nested_run(run_surroundings& around, const limits& wanted);

  /// Leaves, if `leave` was not called.
  ~nested_run();

  nested_run(const nested_run&) = delete;
  nested_run& operator=(const nested_run&) = delete;

  /// Ends the run: afterwards nobody stops the isolate because of it.
  [[nodiscard]] ending leave();

private:
  /// Takes SIGINT from the run around this one that has it.
  void suspend_outer();
  void resume_outer();

  run_surroundings& around_;
  nested_run* outer_;
  nested_run* suspended_ = nullptr;
  std::shared_ptr<sigint_hold> sigint_;
  turn_id id_ = 0;
  bool refused_ = false;
};

} // namespace troupe::js
