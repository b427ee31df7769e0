#pragma once

#include "troupe/error.hpp"
#include "troupe/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// Which part of a run its timeout covers.
enum class timeout_scope : std::uint8_t {
  /// The script and the microtasks that run right after it: `node:vm`'s
  /// meaning with `microtaskMode: 'afterEvaluate'`. Callbacks that it leaves
  /// behind (timers) get the same time each.
  turn,
  /// Everything until the value is there: when the script's value is a promise,
  /// until that settles.
  evaluation,
};

/// How to run a script. `{.timeout = 50ms}` is usually all there is to say.
struct run_options {
  /// Wall clock from the moment the script starts on its isolate thread; 0 = no
  /// limit. (`timeout` in the documentation of `node:vm`.)
  std::chrono::milliseconds timeout{0};
  timeout_scope timeout_covers = timeout_scope::turn;
  /// CPU time of the isolate's thread, for the script, the microtasks right after
  /// it and the timers that it sets until its promise settles, together; 0 = no
  /// limit. Waiting costs nothing. Callbacks left behind after that get the same
  /// time each. The run ends with `cpu_time_exceeded`, a millisecond late at most
  /// when the script looks up.
  std::chrono::milliseconds cpu_time{0};
  /// SIGINT ends the run, and no other handler of the process sees that signal
  /// while the run lasts. (`breakOnSigint`.)
  bool break_on_sigint = false;
  /// Do not convert the script's value; the future gives `undefined`. For
  /// scripts that end in a function or another value that cannot be cloned.
  bool discard_result = false;
};

/// How to compile a script.
struct script_options {
  /// Shown in stacks. (`filename`.)
  std::string filename = "evalmachine.<anonymous>";
  /// Added to line numbers. (`lineOffset`.)
  int line_offset = 0;
  /// Added to the column numbers of the first line. (`columnOffset`.)
  int column_offset = 0;
  /// Put the offending line and a caret above the stack of errors.
  /// (`displayErrors`.)
  bool display_errors = true;
};

/// A line that a script wrote with `console`.
struct console_line {
  enum class stream : std::uint8_t { out, err };

  std::string context{}; ///< Name of the context.
  stream to = stream::out;
  std::string text{}; ///< UTF-8, without a newline at its end.
};

/// What a script finds besides ECMAScript, and what it may use up.
struct context_options {
  /// For logs, errors and tools. Empty: `VM Context i`, ascending.
  std::string name{};
  /// Properties of the global object before the first script runs.
  std::vector<value::member> globals{};
  /// JavaScript heap; the run that exceeds it ends with `heap_limit_exceeded`.
  std::size_t heap_limit_mib = 128;
  /// Bytes in ArrayBuffers and WebAssembly memories, which V8 keeps outside its
  /// heap. Beyond it, scripts see a RangeError. A WebAssembly memory or resizable
  /// buffer counts 128 KiB or 1/4096 of what it may grow to, if it has less.
  std::size_t array_buffer_limit_mib = 128;
  /// Stack for script code; deeper recursion is a RangeError in the script.
  std::size_t stack_kib = 984;
  /// Limit for callbacks of the event loop that belong to no run with a timeout
  /// (a timer set by a run without one); 0 = none.
  std::chrono::milliseconds turn_timeout{0};
  /// CPU time of the context's thread from when it is ready; 0 = no limit. Then
  /// what runs ends with `cpu_budget_exceeded`, and the context is closed with
  /// that reason.
  std::chrono::milliseconds cpu_budget{0};
  /// Requests that wait for the context to begin with them; more are refused at
  /// once with `too_many_requests`. 0 = no limit.
  std::size_t pending_requests_max = 0;
  /// Bytes that a run may write with `console`, and the same for each callback
  /// that it leaves behind; 0 = no limit. Beyond it, the run ends with
  /// `output_limit_exceeded`.
  std::size_t output_limit = 0;
  /// Install `console`, whose lines go to `runtime_options::on_console`.
  bool console = false;
  /// Install `setTimeout`, `setInterval`, `clearTimeout`, `clearInterval`.
  bool timers = false;
};

/// An error that belongs to no request: an exception in a timer, a rejection that
/// nobody handled.
struct uncaught_error : error {
  /// The run that set the timer or rejected the promise: the context's first is
  /// 1. 0 when it was none.
  std::uint64_t run = 0;
  /// `script_options::filename` of that run, if the context still knows it.
  std::string script{};
  /// How many errors this stands for: of a flood, the first are told one by one,
  /// the rest together.
  std::uint64_t count = 1;
};

/// A context that was told to stop what it runs and has not, or has at last.
struct stop_report {
  std::string context{}; ///< Its name.
  /// False when the context has become unresponsive, true when it is well again.
  bool stopped = false;
  /// From the order to stop until now.
  std::chrono::microseconds waited{0};
};

/// Process-wide and per-runtime settings.
struct runtime_options {
  /// Live contexts; 0 = as many as the process can safely hold (descriptors,
  /// memory maps, memory, V8's own table). More are refused with
  /// `capacity_exceeded`.
  std::size_t max_contexts = 0;
  /// How long a script may take to let go when its context is closed at once or
  /// the runtime ends: almost all do within microseconds, but some calls into V8
  /// never look up. Then the context is reported as `context_lost`. Its thread
  /// runs on at idle priority until the call returns, and keeps its memory and its
  /// place. At least 10 ms.
  std::chrono::milliseconds stop_grace{5000};
  /// Further V8 flags, e.g. `--max-lazy`. They count for the whole process and
  /// only in the first runtime, before V8 starts.
  std::vector<std::string> v8_flags{};
  /// Receives what scripts write with `console`, on the isolate's thread: must
  /// not block. Default: the process's own stdout and stderr.
  std::function<void(const console_line&)> on_console{};
  /// Receives errors that belong to no request, with the name of their context:
  /// an exception in a timer, a rejection that nobody handled. On the isolate's
  /// thread: must not block. Default: printed to stderr.
  std::function<void(const std::string&, const uncaught_error&)> on_uncaught_error{};
  /// A script that was told to stop and has not after this time makes its context
  /// unresponsive: it is inside one long call of V8. At least 10 ms.
  std::chrono::milliseconds unresponsive_after{100};
  /// Told when a context becomes unresponsive, and when it is well again. On the
  /// callback thread, as `future::then`. Default: nobody is told.
  std::function<void(const stop_report&)> on_unresponsive{};
};

/// Why a context is no more, and what it did.
struct exit_report {
  std::string name{};
  /// `context_closed`, `heap_limit_exceeded`, `cpu_budget_exceeded`,
  /// `context_lost`, `runtime_closed`.
  errc reason{};
  std::string message{};
  /// Requests answered with an error because the context ended.
  std::uint64_t unanswered = 0;
  /// Runs that it started.
  std::uint64_t runs = 0;
  /// Errors that belonged to no request.
  std::uint64_t uncaught = 0;
  /// What ran when a script was last stopped, if any was and V8 could tell. The
  /// line is 0 when only the file is known.
  std::optional<source_position> last_position{};
  /// At the end, garbage included. All zero when the context did not let go.
  std::size_t heap_used_bytes = 0;
  std::size_t heap_limit_bytes = 0;
  std::size_t array_buffer_bytes = 0;
  /// Of its thread, from when it was ready.
  std::chrono::microseconds cpu_time{0};
  /// How often a script was stopped, and how long it took from the order until it
  /// let go.
  std::uint64_t stops = 0;
  std::chrono::microseconds stop_latency_last{0};
  std::chrono::microseconds stop_latency_max{0};
};

/// What a context shows of itself while it lives.
struct context_stats {
  /// Requests that it has not begun with.
  std::size_t pending_requests = 0;
  /// It was told to stop what it runs and has not for
  /// `runtime_options::unresponsive_after`.
  bool unresponsive = false;
  /// As in `exit_report`.
  std::chrono::microseconds cpu_time{0};
  std::uint64_t stops = 0;
  std::chrono::microseconds stop_latency_last{0};
  std::chrono::microseconds stop_latency_max{0};
};

} // namespace troupe
