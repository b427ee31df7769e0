#pragma once

#include "runtime/event_loop.hpp"
#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/realm.hpp"
#include "runtime/run_ledger.hpp"
#include "runtime/script.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"

#include <v8-persistent-handle.h>
#include <v8-promise.h>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::js {

class console;
class memory_measurements;
class rejection_log;
class script_timers;

/// What a request is told that was stopped by its deadline, or by SIGINT.
[[nodiscard]] error timed_out_error(std::chrono::milliseconds timeout);
[[nodiscard]] error interrupted_error();

/// What a request is told that `run_ledger::expire` has stopped.
[[nodiscard]] error overdue_error(const run_ledger::overdue& late);

/// What an environment tells its owner, on the isolate's thread unless said
/// otherwise.
struct environment_events {
  /// The one answer to a request. It may come after the
  /// watchdog has answered; whoever listens takes the first.
  std::function<void(request_id, result<value>)> answer;
  /// `run_ledger::expire` must be called then.
  std::function<void(steady_time)> arm;
  /// SIGINT belongs to a run from now on.
  std::function<std::shared_ptr<sigint_hold>()> hold_sigint;
  /// A line written with `console`.
  std::function<void(const console_line&)> write;
  /// An error that belongs to no request: from a timer, or a rejection that
  /// nobody handled.
  std::function<void(error)> uncaught;
  /// The isolate is lost inside V8; its thread never returns from this call.
  std::function<void()> lost;
};

/// The script side of one context: isolate, realm, timers and the promises that
/// requests wait for. Every entry into script code is a turn in the ledger and
/// ends with a microtask checkpoint, which the turn's deadline covers.
///
/// Threads:  the one that made it, except `ledger()`.
/// Lifetime: before it ends, `fail_waiting` answers the requests that still wait.
class environment {
public:
  // -- construction -----------------------------------------------------------

  /// Makes the isolate. `prepare` must follow.
  environment(engine& engine, event_loop& loop, const context_options& options,
              environment_events events);
  ~environment();

  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  /// Makes the realm and sets the initial globals.
  [[nodiscard]] result<void> prepare(const context_options& options);

  // -- requests ---------------------------------------------------------------

  /// Compiles and runs a script; answers now, or when its promise settles.
  void run(request_id request, const script_source& source, const run_options& options);

  /// Compiles without running, to find syntax errors. The answer is a `compile_facts`.
  void compile(request_id request, const script_source& source);

  /// Answers with a sealed code cache of the script, which is compiled if it was
  /// not; functions that have run in this context are in it.
  void create_cached_data(request_id request, const script_source& source);

  void get_global(request_id request, const std::string& key);
  void set_global(request_id request, const std::string& key, const value& item);
  void has_global(request_id request, const std::string& key);
  void delete_global(request_id request, const std::string& key);
  /// Names of the own enumerable properties of the global object.
  void global_keys(request_id request);

  /// Answers with a `memory_report` when V8 has measured.
  void measure_memory(request_id request, const memory_options& what);

  /// Replaces the realm by a fresh one with the same options: what waits for
  /// promises of the old one is told `context_reset`, its timers are gone, and none
  /// of its code runs any more. Not from inside a turn.
  void reset(request_id request, const context_options& options);

  /// The request has been answered elsewhere: drops its promise and timers.
  void abandon(request_id request);

  // -- the loop ---------------------------------------------------------------

  /// Runs V8's own foreground tasks that are due. @returns whether any was.
  bool poll();

  /// Is nothing left that could run script by itself: no timer, no task of V8?
  [[nodiscard]] bool idle() const;

  /// Does any request wait for its promise, or for V8?
  [[nodiscard]] bool has_waiting() const noexcept;

  /// False once the heap limit was reached and garbage collection did not help:
  /// the context must end.
  [[nodiscard]] bool healthy() const noexcept {
    return healthy_;
  }

  /// Script runs begun so far.
  [[nodiscard]] std::uint64_t runs() const noexcept {
    return runs_;
  }

  /// Answers every waiting request with `why`.
  void fail_waiting(const error& why);

  [[nodiscard]] const std::shared_ptr<run_ledger>& ledger() const noexcept {
    return ledger_;
  }

  [[nodiscard]] isolate& owner() noexcept {
    return isolate_;
  }

private:
  friend class script_timers;

  /// A request whose promise has not settled.
  struct waiting {
    bool discard_result = false;
    bool display_errors = true;
    std::shared_ptr<sigint_hold> sigint;
  };

  /// What a turn is for, and with what limits.
  struct turn_spec {
    request_id request = 0;
    std::chrono::milliseconds timeout{0};
    std::shared_ptr<sigint_hold> sigint{};
  };

  /// Calls a function of the host from inside a turn. Does not return when the
  /// isolate has been given up meanwhile: what the host had may be gone. V8's frames
  /// are below, through which nothing may be thrown.
  /// @returns what it threw.
  std::optional<error> call_host(function_ref<void()> call);

  using script_body = function_ref<void(isolate_scope&, v8::Local<v8::Context>)>;
  using answer_body = function_ref<result<value>(isolate_scope&, v8::Local<v8::Context>)>;

  /// Enters the isolate, runs `script`, then the microtasks, then `conclude`
  /// (which is skipped when the turn was stopped), and leaves.
  /// @returns why the turn was stopped; `cancel` if it never began.
  std::optional<stop_reason> in_turn(const turn_spec& spec, script_body script,
                                     std::optional<script_body> conclude = {});

  /// One request that does not wait: `body` gives its answer.
  void answer_in_turn(request_id request, answer_body body);

  void fail_promises(const error& why);
  [[nodiscard]] result<void> make_realm(const context_options& options);
  [[nodiscard]] bool drain(isolate_scope& here);
  void share(const script_source& source);
  void after_turn(request_id request, std::optional<stop_reason> stopped, bool drain_cut);
  [[nodiscard]] result<void> wait_for_promise(isolate_scope& here, v8::Local<v8::Context> context,
                                              v8::Local<v8::Promise> promise, request_id request,
                                              const run_options& options,
                                              const script_options& script);
  [[nodiscard]] result<value> take(isolate_scope& here, v8::Local<v8::Context> context,
                                   v8::Local<v8::Value> from, bool display_errors);
  void settle(isolate_scope& here, v8::Local<v8::Context> context, request_id request,
              bool fulfilled, v8::Local<v8::Value> outcome);
  static void on_settled(const v8::FunctionCallbackInfo<v8::Value>& info);

  [[nodiscard]] error stopped_error(stop_reason reason, std::chrono::milliseconds timeout) const;
  /// Gives SIGINT back before an answer goes out: whoever has it has his handler
  /// back. A signal that has come meanwhile was for the request: the answer tells.
  void answer_and_release(request_id request, const std::shared_ptr<sigint_hold>& sigint,
                          result<value> outcome);
  [[nodiscard]] static steady_time deadline_after(std::chrono::milliseconds timeout);
  [[nodiscard]] static environment& of(v8::Isolate* isolate);

  // Constant after construction.
  event_loop& loop_;
  environment_events events_;
  std::shared_ptr<run_ledger> ledger_;
  std::string name_;
  std::chrono::milliseconds turn_timeout_;
  std::size_t heap_limit_mib_;

  // Isolate thread only. The isolate outlives every handle below.
  isolate isolate_;
  realm realm_;
  script_cache scripts_;
  std::unique_ptr<memory_measurements> measurements_;
  std::unique_ptr<console> console_;
  std::unique_ptr<rejection_log> rejections_;
  std::unique_ptr<script_timers> timers_;
  std::unordered_map<request_id, waiting> waiting_;
  /// Limits that callbacks inherit from the turn that creates them.
  turn_spec current_;
  steady_time deadline_of_turn_ = never;
  event_loop::timer_id task_timer_ = 0;
  bool healthy_ = true;
  std::uint64_t runs_ = 0;
};

} // namespace troupe::js
