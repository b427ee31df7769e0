#pragma once

#include "runtime/cpu_clock.hpp"
#include "runtime/event_loop.hpp"
#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/run_ledger.hpp"
#include "runtime/run_names.hpp"
#include "runtime/script.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"

#include <v8-persistent-handle.h>
#include <v8-promise.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::js {

class console;
class rejection_log;
class script_timers;

/// What a request is told that was stopped by its deadline, or by SIGINT.
[[nodiscard]] error timed_out_error(std::chrono::milliseconds timeout);
[[nodiscard]] error interrupted_error();

/// What a request is told that was stopped, in one context. Any thread.
struct stop_texts {
  std::string context;
  std::size_t heap_limit_mib = 0;
  std::size_t output_limit = 0;

  [[nodiscard]] error operator()(const run_ledger::overdue& stopped) const;
};

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
  std::function<void(uncaught_error)> uncaught;
  /// It was unresponsive for so long, and is well again.
  std::function<void(std::chrono::nanoseconds)> responsive;
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
              environment_events events, std::chrono::milliseconds unresponsive_after = {});
  ~environment();

  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  /// Makes the realm and sets the initial globals.
  [[nodiscard]] result<void> prepare(const context_options& options);

  // -- requests ---------------------------------------------------------------

  /// Compiles and runs a script; answers now, or when its promise settles.
  void run(request_id request, const script_source& source, const run_options& options);

  /// Compiles without running, to find syntax errors.
  void compile(request_id request, const script_source& source);

  void get_global(request_id request, const std::string& key);
  void set_global(request_id request, const std::string& key, const value& item);
  void has_global(request_id request, const std::string& key);
  void delete_global(request_id request, const std::string& key);
  /// Names of the own enumerable properties of the global object.
  void global_keys(request_id request);

  /// The request has been answered elsewhere: drops its promise and timers.
  void abandon(request_id request);

  // -- the loop ---------------------------------------------------------------

  /// Runs V8's own foreground tasks that are due. @returns whether any was.
  bool poll();

  /// Is nothing left that could run script by itself: no timer, no task of V8?
  [[nodiscard]] bool idle() const;

  /// Does any request wait for its promise?
  [[nodiscard]] bool has_waiting() const noexcept {
    return !waiting_.empty();
  }

  /// False once the heap limit was reached and garbage collection did not help:
  /// the context must end.
  [[nodiscard]] bool healthy() const noexcept {
    return healthy_;
  }

  /// Script runs begun so far.
  [[nodiscard]] std::uint64_t runs() const noexcept {
    return names_.last();
  }

  /// Fills in what a context leaves behind: figures of its heap, what was stopped
  /// last. Also inside V8's out-of-memory handler.
  void describe(exit_report& report) const;

  /// Answers every waiting request with `why`.
  void fail_waiting(const error& why);

  [[nodiscard]] const std::shared_ptr<run_ledger>& ledger() const noexcept {
    return ledger_;
  }

  [[nodiscard]] const stop_texts& texts() const noexcept {
    return texts_;
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
    std::chrono::milliseconds cpu_time{0};
    std::uint64_t run = 0; ///< Whose errors are its; 0 for nobody's.
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

  [[nodiscard]] bool drain(isolate_scope& here, v8::Local<v8::Context> context);
  void after_turn(request_id request, std::optional<stop_reason> stopped, bool drain_cut);
  [[nodiscard]] result<void> wait_for_promise(isolate_scope& here, v8::Local<v8::Context> context,
                                              v8::Local<v8::Promise> promise, request_id request,
                                              const run_options& options,
                                              const script_options& script);
  [[nodiscard]] v8::Maybe<bool> assign_global(v8::Local<v8::Context> context,
                                              v8::Local<v8::String> key,
                                              v8::Local<v8::Value> item);
  [[nodiscard]] result<value> take(isolate_scope& here, v8::Local<v8::Context> context,
                                   v8::Local<v8::Value> from, bool display_errors);
  void settle(isolate_scope& here, v8::Local<v8::Context> context, request_id request,
              bool fulfilled, v8::Local<v8::Value> outcome);
  static void on_settled(const v8::FunctionCallbackInfo<v8::Value>& info);

  [[nodiscard]] error stopped_error(stop_reason reason, const turn_spec& limits) const;

  /// Stops what is on the stack, from the isolate's thread.
  void stop_here(stop_reason reason);
  /// V8 calls it when the script next looks up: notes where it is and stops it.
  static void on_stop(v8::Isolate* isolate, void* self);
  void note_position();

  /// The run that the code on the stack belongs to, across `await`.
  [[nodiscard]] std::uint64_t current_run() const;
  void report_uncaught(error what, std::uint64_t run, std::uint64_t count = 1);
  /// Gives SIGINT back before an answer goes out: whoever has it has his handler
  /// back. A signal that has come meanwhile was for the request: the answer tells.
  void answer_and_release(request_id request, const std::shared_ptr<sigint_hold>& sigint,
                          result<value> outcome);
  [[nodiscard]] static steady_time deadline_after(steady_time now,
                                                  std::chrono::milliseconds timeout);
  [[nodiscard]] static environment& of(v8::Isolate* isolate);

  // Constant after construction.
  event_loop& loop_;
  environment_events events_;
  std::shared_ptr<run_ledger> ledger_;
  std::chrono::milliseconds turn_timeout_;
  stop_texts texts_;
  cpu_clock cpu_;

  // Isolate thread only. The isolate outlives every handle below.
  isolate isolate_;
  v8::Global<v8::Context> realm_;
  v8::Global<v8::Function> reflect_set_; // as it was before any script ran
  script_cache scripts_;
  std::unique_ptr<console> console_;
  std::unique_ptr<rejection_log> rejections_;
  std::unique_ptr<script_timers> timers_;
  std::unordered_map<request_id, waiting> waiting_;
  /// Limits that callbacks inherit from the turn that creates them.
  turn_spec current_;
  steady_time deadline_of_turn_ = never;
  event_loop::timer_id task_timer_ = 0;
  bool healthy_ = true;
  bool has_cpu_budget_ = false;
  run_names names_;
  std::uint64_t uncaught_ = 0;
  std::size_t output_left_ = 0;              // of the turn
  const std::string* running_ = nullptr;     // the file of the script on the stack
  std::optional<source_position> last_stop_; // what ran then
  std::chrono::nanoseconds cpu_at_start_{0};
};

} // namespace troupe::js
