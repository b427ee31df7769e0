#pragma once

#include "runtime/sigint_hold.hpp"
#include "runtime/stop_meter.hpp"

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
  cpu_time,
  cpu_budget,
  output_limit,
};

/// How to make an isolate drop the script it runs, and how to take that back.
/// All are called with the ledger's mutex held and must not call back into it.
struct isolate_brake {
  std::function<void()> stop;
  std::function<void()> release;
  /// Stops without further ado; called when `stop` has had no effect for a while.
  std::function<void()> insist{};
};

/// What a ledger does beyond stopping runs at their deadlines.
struct ledger_options {
  /// The CPU time that the isolate's thread has used; asked with the ledger's
  /// mutex held, and only when a limit on it could be due.
  std::function<std::chrono::nanoseconds()> cpu_used{};
  /// After this an isolate that does not stop is unresponsive; 0 = never.
  std::chrono::milliseconds unresponsive_after{0};
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
/// only later. `expire` and `interrupt` return the requests to answer; so does
/// `expire` for those that the isolate's own thread has stopped, if it has not
/// left them soon. A request that is stopped, or waits no more, has no hold on
/// SIGINT any longer.
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
    std::chrono::milliseconds cpu_time{0}; ///< What it may use of the CPU; 0 = no limit.
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
    /// The isolate has used up its CPU budget: it runs nothing any more, and
    /// somebody must end it. Told once.
    bool spent = false;
    /// Set when it has become unresponsive: how long it has been told to stop.
    std::optional<std::chrono::nanoseconds> unresponsive{};
  };

  /// How long a turn without a deadline may go on with microtasks that may be
  /// those of an evaluation whose time is over. Nearly always they are not, and
  /// end at once.
  static constexpr std::chrono::milliseconds neighbour_grace{100};

  /// When a run that its own isolate has stopped is answered, though it has not
  /// left.
  static constexpr std::chrono::milliseconds answer_after{10};
  /// When a stop that the isolate has not noticed is insisted on.
  static constexpr std::chrono::milliseconds insist_after{1000};

  explicit run_ledger(isolate_brake brake, ledger_options options = {});

  // -- isolate thread ---------------------------------------------------------

  /// `now` matters when there is a limit on CPU time.
  [[nodiscard]] entered enter(const turn& begun, steady_time now = {});

  /// From now on the isolate's thread may use so much of the CPU, all in all.
  void limit_cpu(std::chrono::milliseconds budget);

  /// Is any turn on the stack to stop? Costs nothing; `leave` tells which.
  [[nodiscard]] bool stopping() const noexcept {
    return stopping_.load(std::memory_order_acquire);
  }

  /// The turn runs microtasks, which may be anybody's.
  void draining(bool on) noexcept {
    draining_.store(on, std::memory_order_relaxed);
  }

  struct departure {
    std::optional<stop_reason> stopped{}; ///< Why it was stopped, if it was.
    /// Set when the isolate was unresponsive and no longer is: for how long it did
    /// not stop.
    std::optional<std::chrono::nanoseconds> responsive_after{};
  };

  /// Ends the innermost turn. `now` matters when it was stopped.
  departure leave(turn_id id, steady_time now);

  /// The same where time does not matter.
  std::optional<stop_reason> leave(turn_id id) {
    return leave(id, steady_time{}).stopped;
  }

  /// Gives SIGINT to a turn on the stack, or, with null, takes it from that turn: a
  /// turn inside it has it meanwhile.
  void hold(turn_id id, std::shared_ptr<sigint_hold> sigint);

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
  [[nodiscard]] std::vector<request_id> interrupt(
    steady_time now = std::chrono::steady_clock::now());

  /// Stops one request wherever it is. One that has not begun is refused by
  /// `enter`, unless `withdraw` comes first.
  /// @returns when to call `expire`, as in `entered::arm`.
  std::optional<steady_time> cancel(request_id request,
                                    steady_time now = std::chrono::steady_clock::now());

  /// Forgets a cancellation that found no request to refuse.
  void withdraw(request_id request);

  /// Stops all turns on the stack.
  /// @returns when to call `expire`, as in `entered::arm`.
  std::optional<steady_time> stop_all(stop_reason reason,
                                      steady_time now = std::chrono::steady_clock::now());

  /// Stops all turns on the stack and refuses new ones. If a turn is still there
  /// at `give_up_at`, somebody should call `expire`, which gives the isolate up.
  /// @returns when to call `expire` at the latest.
  std::optional<steady_time> close(steady_time give_up_at = never,
                                   steady_time now = std::chrono::steady_clock::now());

  /// When `expire` has something to do next; `never` if nothing is known.
  [[nodiscard]] steady_time next_look() const;

  [[nodiscard]] const stop_meter& stops() const noexcept {
    return stops_;
  }

  /// The isolate is about to go: nothing can be stopped any more.
  void retire();

private:
  using nanoseconds = std::chrono::nanoseconds;

  struct open_turn {
    turn_id id;
    turn run;
    std::optional<stop_reason> stopped{};
    bool answered = false;                      ///< By whoever has stopped it.
    bool in_grace = false;                      ///< Its deadline is the end of `neighbour_grace`.
    nanoseconds cpu_until = nanoseconds::max(); ///< By the thread's CPU clock.
    steady_time cpu_look = never;               ///< Not used up before this.
  };

  using due_queue = std::multimap<steady_time, request_id>;

  struct evaluation {
    turn run;
    due_queue::iterator due;
    nanoseconds cpu_left; // of run.cpu_time
  };

  [[nodiscard]] bool may_run_others(const open_turn& which) const;
  void end_holds();
  void stop_stack(stop_reason reason, steady_time now);
  bool stop(open_turn& target, stop_reason reason, steady_time now);
  void start_cpu_clock(open_turn& begun, steady_time now);
  void stop_cpu_clock(const open_turn& ended);
  void look_at_cpu(steady_time now, expiry& result);
  void look_at_stops(steady_time now, expiry& result);
  bool stop_and_answer(open_turn& target, stop_reason reason, steady_time now);
  [[nodiscard]] static bool waits_for_answer(const open_turn& frame);
  bool forget(request_id request);
  [[nodiscard]] steady_time next_deadline() const;
  [[nodiscard]] std::optional<steady_time> arm(steady_time deadline);

  const std::function<nanoseconds()> cpu_used_;
  stop_meter stops_; // written under mutex_
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
  bool insisted_ = false;                       // on the stop that stops_ waits for
  nanoseconds budget_end_ = nanoseconds::max(); // by the thread's CPU clock
  nanoseconds budget_left_{0};                  // at most
  steady_time budget_look_ = never;
  bool spent_ = false;
  std::atomic<bool> stopping_{false}; // written under mutex_
  std::atomic<bool> given_up_{false}; // written under mutex_
  std::atomic<bool> in_host_{false};  // written by the isolate's thread
  int host_depth_ = 0;                // the isolate's thread only
  std::atomic<bool> draining_{false}; // written by the isolate's thread
};

} // namespace troupe::js
