#pragma once

#include "runtime/sigint_hold.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace troupe::js {

using steady_time = std::chrono::steady_clock::time_point;

/// "No deadline".
inline constexpr steady_time never = steady_time::max();

/// Names one request to a context; unique within its runtime, 0 = none.
using request_id = std::uint64_t;

/// Names one entry into script code; unique within its context.
using turn_id = std::uint64_t;

enum class stop_reason : std::uint8_t {
  timeout,
  interrupt,
  cancel,
  heap_limit,
  close,
  /// The deadline of another request, whose continuations it may have run.
  neighbour,
};

/// How to make an isolate drop the script it runs, and how to take that back.
/// Both are called with the ledger's mutex held and must not call back into it.
struct isolate_brake {
  std::function<void()> stop;
  std::function<void()> release;
};

/// Who runs in one isolate, until when, and who wins when a run ends while a
/// deadline, a SIGINT or a cancellation hits it.
///
/// A *turn* is one entry into script code on the isolate's thread; turns nest.
/// An *evaluation* is a request that waits, between turns, for its promise. The
/// brake is pulled only while a turn that is to stop is on the stack, and let
/// go when that turn leaves: so a late deadline never hits the next turn.
///
/// Whoever stops a request answers it, at once: the script's thread may notice
/// only later. `expire` and `interrupt` return the requests to answer. A request
/// that is stopped, or waits no more, has no hold on SIGINT any longer.
///
/// Threads:  any; one mutex. `enter`, `leave`, `await` and `settle` are called
///           on the isolate's thread.
/// Lifetime: may outlive the isolate; `retire` takes the brake away.
class run_ledger {
public:
  struct turn {
    request_id request = 0; ///< Whose code runs; 0 for nobody's.
    steady_time deadline = never;
    std::chrono::milliseconds timeout{0};  ///< The duration behind the deadline, for messages.
    std::shared_ptr<sigint_hold> sigint{}; ///< Set when SIGINT is to end it.
  };

  /// A request whose deadline has passed, or that of its neighbour.
  struct overdue {
    request_id request = 0;
    std::chrono::milliseconds timeout{0};
    stop_reason why = stop_reason::timeout;
  };

  struct entered {
    turn_id id = 0;
    /// Set when somebody must call `expire` at this time; unset when an earlier
    /// call is already due.
    std::optional<steady_time> arm{};
    /// Set when there is no turn: the request was cancelled before it began, or
    /// the ledger was closed.
    std::optional<stop_reason> refused{};
  };

  /// What became due: whom to answer, and when to look again.
  struct expiry {
    std::vector<overdue> answer;
    steady_time next = never;
    /// The isolate was closed and has not let go in time: its thread is inside
    /// one long call of V8's. From now on the ledger is `given_up`.
    bool give_up = false;
  };

  /// How long a turn without a deadline may go on with microtasks that may be
  /// those of an evaluation whose time is over. Nearly always they are not, and
  /// end at once.
  static constexpr std::chrono::milliseconds neighbour_grace{100};

  explicit run_ledger(isolate_brake brake);

  // -- isolate thread ---------------------------------------------------------

  [[nodiscard]] entered enter(const turn& begun);

  /// Is any turn on the stack to stop? Costs nothing; `leave` tells which.
  [[nodiscard]] bool stopping() const noexcept {
    return stopping_.load(std::memory_order_acquire);
  }

  /// The turn runs microtasks, which may be anybody's.
  void draining(bool on) noexcept {
    draining_.store(on, std::memory_order_relaxed);
  }

  /// Ends the innermost turn.
  /// @returns why it was stopped, if it was.
  std::optional<stop_reason> leave(turn_id id);

  /// Lets a request wait for its promise.
  /// @returns when to call `expire`, as in `entered::arm`.
  [[nodiscard]] std::optional<steady_time> await(const turn& waiting);

  /// The promise of a waiting request has settled.
  /// @returns whether it was still waited for.
  bool settle(request_id request);

  /// Before and after a function of the host is called: nobody gives the isolate
  /// up meanwhile.
  /// @returns false when that has happened: the host may be gone.
  [[nodiscard]] bool enter_host() {
    if (host_depth_++ == 0)
      in_host_.store(true);
    return !given_up();
  }

  void leave_host() {
    if (--host_depth_ == 0)
      in_host_.store(false, std::memory_order_release);
  }

  /// Has the isolate been given up? Its thread must touch nothing any more.
  [[nodiscard]] bool given_up() const {
    if (!given_up_.load())
      return false;
    std::lock_guard guard{mutex_}; // `expire` may take it back
    return given_up_.load();
  }

  // -- any thread -------------------------------------------------------------

  /// Stops whatever is due at `now`.
  [[nodiscard]] expiry expire(steady_time now);

  /// Stops every turn and evaluation whose hold on SIGINT has fired.
  [[nodiscard]] std::vector<request_id> interrupt();

  /// Stops one request wherever it is. One that has not begun is refused by
  /// `enter`, unless `withdraw` comes first.
  void cancel(request_id request);

  /// Forgets a cancellation that found no request to refuse.
  void withdraw(request_id request);

  /// Stops all turns on the stack.
  void stop_all(stop_reason reason);

  /// Stops all turns on the stack and refuses new ones. If a turn is still there
  /// at `give_up_at`, somebody should call `expire`, which gives the isolate up.
  void close(steady_time give_up_at = never);

  /// The isolate is about to go: nothing can be stopped any more.
  void retire();

private:
  struct open_turn {
    turn_id id;
    turn run;
    std::optional<stop_reason> stopped{};
    bool in_grace = false; ///< Its deadline is the end of `neighbour_grace`.
  };

  using due_queue = std::multimap<steady_time, request_id>;

  struct evaluation {
    turn run;
    due_queue::iterator due;
  };

  [[nodiscard]] bool may_run_others(const open_turn& which) const;
  void end_holds();
  void stop_stack(stop_reason reason);
  bool stop(open_turn& target, stop_reason reason);
  bool forget(request_id request);
  [[nodiscard]] steady_time next_deadline() const;
  [[nodiscard]] std::optional<steady_time> arm(steady_time deadline);

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  isolate_brake brake_;
  std::vector<open_turn> frames_; // outermost first
  std::unordered_map<request_id, evaluation> waiting_;
  due_queue due_; // of those waiting with a deadline
  std::unordered_set<request_id> cancelled_;
  steady_time armed_for_ = never;
  turn_id last_turn_ = 0;
  bool closed_ = false;
  steady_time give_up_at_ = never;
  std::atomic<bool> stopping_{false}; // written under mutex_
  std::atomic<bool> given_up_{false}; // written under mutex_
  std::atomic<bool> in_host_{false};  // written by the isolate's thread
  int host_depth_ = 0;                // the isolate's thread only
  std::atomic<bool> draining_{false}; // written by the isolate's thread
};

} // namespace troupe::js
