#pragma once

#include "runtime/cpu_clock.hpp"
#include "runtime/event_loop.hpp"
#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/isolate_thread.hpp"
#include "runtime/module_port.hpp"
#include "runtime/realm.hpp"
#include "runtime/run_ledger.hpp"
#include "runtime/run_names.hpp"
#include "runtime/turn.hpp"
#include "runtime/value_exchange.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"
#include "troupe/value.hpp"

#include <v8-exception.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::js {

class builtin_modules;
class console;
class file_calls;
class host_calls;
class memory_measurements;
class module_graphs;
class module_requests;
class object_requests;
class rejection_log;
class script_modules;
class script_process;
class script_requests;
class script_timers;

namespace child_process {
class child_processes;
} // namespace child_process

namespace net {
class sockets;
} // namespace net

namespace node_vm {
class machine;
} // namespace node_vm

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
  std::function<void(const char* why)> lost;
  /// Modules that a loader must find; they come with `module_requests::fetched`.
  std::function<void(load_id, std::uint64_t port, std::vector<module_fetch>)> fetch;
  /// Nobody waits for the modules of that graph any more.
  std::function<void(load_id)> fetch_over;
  /// The script has ended its context (`process.exit`).
  std::function<void(int)> exit{};
  /// What the owner knows this context by: references to its objects carry it.
  std::shared_ptr<const void> identity{};
};

/// The script side of one context: isolate, realm, timers and the promises that
/// requests wait for. Every entry into script code is a turn in the ledger and
/// ends with a microtask checkpoint, which the turn's deadline covers.
///
/// Threads:  the one that made it, except `ledger()`.
/// Lifetime: before it ends, `fail_waiting` answers the requests that still wait.
class environment final {
public:
  // -- construction -----------------------------------------------------------

  /// Makes the isolate. `prepare` must follow.
  environment(engine& engine, event_loop& loop, const context_options& options,
              environment_events events, std::chrono::milliseconds unresponsive_after = {},
              module_port modules = {});
  ~environment();

  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  /// The one whose isolate that is.
  [[nodiscard]] static environment& of(v8::Isolate* isolate);

  /// Makes the realm and sets the initial globals.
  [[nodiscard]] result<void> prepare(const context_options& options);

  // -- requests ---------------------------------------------------------------

  /// What is asked about scripts.
  [[nodiscard]] script_requests& scripts() noexcept {
    return *script_requests_;
  }

  /// What is asked about objects.
  [[nodiscard]] object_requests& objects() noexcept {
    return *object_requests_;
  }

  /// What is asked about modules.
  [[nodiscard]] module_requests& modules() noexcept {
    return *module_requests_;
  }

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

  /// Why the context must end: the heap limit was reached and garbage collection did not
  /// help, or there is no realm after a reset.
  [[nodiscard]] const std::optional<error>& broken() const noexcept {
    return broken_;
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

  /// A line of the script's output, with the limits on it. @returns false when the
  /// script is to stop.
  [[nodiscard]] bool write_line(console_line::stream to, std::string text);

  /// What its timers are; made when first asked for.
  [[nodiscard]] script_timers& timers();

  /// Of the current realm; null when the context was given none.
  [[nodiscard]] builtin_modules* builtins() noexcept {
    return builtins_.get();
  }

  // -- of the realm's own JavaScript ---------------------------------------------

  [[nodiscard]] module_graphs& graphs() noexcept {
    return *modules_;
  }

  /// Who finds modules in place of the loader; null: nobody.
  [[nodiscard]] script_modules* file_modules() noexcept;

  [[nodiscard]] event_loop& loop() noexcept {
    return loop_;
  }

  /// Null without `context_options::allow_files`.
  [[nodiscard]] file_calls* files() noexcept {
    return files_.get();
  }

  /// Null without `context_options::allow_processes`.
  [[nodiscard]] child_process::child_processes* child_processes() noexcept {
    return children_.get();
  }

  /// Null without `context_options::allow_network` and `allow_processes`.
  [[nodiscard]] net::sockets* sockets() noexcept {
    return sockets_.get();
  }

  [[nodiscard]] script_process* process() noexcept {
    return process_.get();
  }

  /// The same before it finds any.
  [[nodiscard]] script_modules* all_file_modules() noexcept {
    return file_modules_.get();
  }

  /// In a turn: an exception that nobody caught. The script's `process` may deal with it,
  /// else it is reported. `message` may be empty.
  void uncaught(isolate_scope& here, v8::Local<v8::Context> context, v8::Local<v8::Value> thrown,
                v8::Local<v8::Message> message);

  /// What runs callbacks later, each in a turn with the limits of the one at hand, and tells
  /// whether that came to its end: was not stopped.
  [[nodiscard]] std::function<bool(function_ref<void(isolate_scope&, v8::Local<v8::Context>)>)>
  callbacks_of_turn();

  /// The request that the turn at hand belongs to; 0: none.
  [[nodiscard]] request_id request_of_turn() const {
    return limits_of_turn().request;
  }

  /// A turn that belongs to no request.
  void run_callback(function_ref<void(isolate_scope&, v8::Local<v8::Context>)> body);

  /// What `process` writes, with the limit on output; lines for `console` without `host`.
  /// @returns false when the script is to stop.
  [[nodiscard]] bool write_output(
    console_line::stream to, std::string_view text,
    const std::function<void(console_line::stream, std::string_view)>& host);

  /// The script ends its context. `host` may not return.
  void exit(int status, const std::function<void(int)>& host);

  /// Nothing is left to do, and somebody waits for that: the script may find something.
  /// @returns whether it has.
  bool found_more();

  /// In the middle of a turn: what is queued runs before the script goes on. Ticks wait.
  void run_microtasks(isolate_scope& here);

  /// The native half of `node:vm`; null when the context was not given it.
  [[nodiscard]] node_vm::machine* vm_machine() noexcept {
    return vm_machine_.get();
  }

private:
  friend class script_timers;
  friend class host_calls;
  friend class node_vm::machine;
  friend class module_graphs;
  friend class module_requests;
  friend class object_requests;
  friend class script_requests;

  /// A request whose promise has not settled.
  struct waiting {
    take_as how = take_as::copy;
    bool display_errors = true;
    std::shared_ptr<sigint_hold> sigint;
    bool boxed = false;
  };

  /// While the host is called. Does not begin when the isolate has been given up
  /// meanwhile: what the host had may be gone.
  class host_section {
  public:
    explicit host_section(run_ledger& ledger) : ledger_(ledger) {
      if (!ledger_.enter_host())
        park_for_ever();
    }

    ~host_section() {
      ledger_.leave_host();
    }

    host_section(const host_section&) = delete;
    host_section& operator=(const host_section&) = delete;

  private:
    run_ledger& ledger_;
  };

  /// Calls a function of the host from inside a turn. V8's frames are below, through
  /// which nothing may be thrown.
  /// @returns what it threw.
  std::optional<error> call_host(function_ref<void()> call);

  using script_body = function_ref<void(isolate_scope&, v8::Local<v8::Context>)>;
  using answer_body = function_ref<result<value>(isolate_scope&, v8::Local<v8::Context>)>;
  /// Gives the value that a request is about; empty with an exception in the
  /// TryCatch; or an error.
  using evaluation_body = function_ref<result<v8::MaybeLocal<v8::Value>>(
    isolate_scope&, v8::Local<v8::Context>, const v8::TryCatch&)>;

  /// Of what the turn at hand leaves behind.
  [[nodiscard]] turn_spec limits_of_turn() const;

  /// Enters the isolate, runs `script`, then the microtasks, then `conclude`
  /// (which is skipped when the turn was stopped), and leaves.
  /// @returns why the turn was stopped; `cancel` if it never began.
  std::optional<stop_reason> in_turn(const turn_spec& spec, script_body script,
                                     std::optional<script_body> conclude = {});

  /// A turn for a callback that a request has left behind. When it is stopped, the
  /// request is told, or, when it waits no more, whoever hears of uncaught errors.
  /// `spec` is a copy: what `body` does may end what it came from.
  std::optional<stop_reason> callback_turn(turn_spec spec, script_body body);

  /// A request that may wait: for the promise that `body` gives. `name` is the file
  /// of the script that runs, if any. @returns false when it was stopped.
  /// `boxed`: what the promise gives is `module_graphs::unbox`ed.
  bool evaluate(request_id request, const std::string& name, const run_options& options,
                bool display_errors, evaluation_body body, bool boxed = false);

  /// Answers one request that waits for its promise. @returns false when it does not.
  bool fail_one(request_id request, const error& why);

  /// One request that does not wait: `body` gives its answer.
  void answer_in_turn(request_id request, answer_body body);

  void fail_promises(const error& why);
  [[nodiscard]] result<void> make_realm(const context_options& options);
  [[nodiscard]] bool drain(isolate_scope& here);
  void after_turn(request_id request, std::optional<stop_reason> stopped, bool drain_cut);
  [[nodiscard]] result<void> wait_for_promise(isolate_scope& here, v8::Local<v8::Context> context,
                                              v8::Local<v8::Promise> promise, request_id request,
                                              const run_options& options, bool display_errors,
                                              bool boxed);
  /// Sets a property; a host function without a name takes the key's.
  [[nodiscard]] v8::Maybe<bool> assign(isolate_scope& here, v8::Local<v8::Object> to,
                                       v8::Local<v8::String> key,
                                       v8::Local<v8::Value> item) const;
  void settle(isolate_scope& here, v8::Local<v8::Context> context, request_id request,
              bool fulfilled, v8::Local<v8::Value> outcome);
  static void on_settled(const v8::FunctionCallbackInfo<v8::Value>& info);

  /// Counts what the script writes. @returns false when it is to stop.
  [[nodiscard]] bool spend_output(std::size_t bytes);

  /// What a request has opened does not outlive it when it is stopped before it is answered.
  /// (A callback that it left behind, and that is stopped, closes no server.)
  void close_opened_by(request_id request);

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

  // Constant after construction.
  event_loop& loop_;
  environment_events events_;
  std::shared_ptr<run_ledger> ledger_;
  std::chrono::milliseconds turn_timeout_;
  stop_texts texts_;
  cpu_clock cpu_;

  // Isolate thread only. The isolate outlives every handle below.
  isolate isolate_;
  realm realm_;
  std::unique_ptr<memory_measurements> measurements_;
  std::unique_ptr<console> console_;
  std::unique_ptr<rejection_log> rejections_;
  std::unique_ptr<script_timers> timers_;
  std::unique_ptr<script_process> process_; // of the realm, as the next three
  std::unique_ptr<script_modules> file_modules_;
  std::shared_ptr<file_calls> files_;
  std::unique_ptr<net::sockets> sockets_;
  std::unique_ptr<child_process::child_processes> children_;
  std::unique_ptr<builtin_modules> builtins_;
  std::unique_ptr<node_vm::machine> vm_machine_;
  std::unique_ptr<host_calls> host_calls_;
  value_exchange exchange_;
  std::unique_ptr<module_graphs> modules_;
  std::unique_ptr<module_requests> module_requests_;
  std::unique_ptr<script_requests> script_requests_;
  std::unique_ptr<object_requests> object_requests_;
  std::unordered_map<request_id, waiting> waiting_;
  /// Limits that callbacks inherit from the turn that creates them.
  turn_spec current_;
  steady_time deadline_of_turn_ = never;
  std::chrono::milliseconds longest_timeout_{0}; // of all runs so far
  event_loop::timer_id task_timer_ = 0;
  std::optional<error> broken_;
  bool has_cpu_budget_ = false;
  run_names names_;
  std::uint64_t uncaught_ = 0;
  std::size_t output_left_ = 0;              // of the turn
  const std::string* running_ = nullptr;     // the file of the script on the stack
  std::optional<source_position> last_stop_; // what ran then
  std::chrono::nanoseconds cpu_at_start_{0};
};

} // namespace troupe::js
