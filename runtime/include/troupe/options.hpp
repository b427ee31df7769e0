#pragma once

#include "troupe/error.hpp"
#include "troupe/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
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
  /// SIGINT ends the run, and no other handler of the process sees that signal
  /// while the run lasts. (`breakOnSigint`.)
  bool break_on_sigint = false;
  /// Do not convert the script's value; the future gives `undefined`. For
  /// scripts that end in a function or another value that cannot be cloned.
  bool discard_result = false;
  /// The memory of the ArrayBuffers in the result comes along instead of a copy;
  /// the script's own are detached (`value::take_buffer`). When the result cannot
  /// be cloned, or one of them cannot be detached, all stay as they are.
  bool transfer_result = false;
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
  /// Bytes in ArrayBuffers, which V8 keeps outside its heap. Beyond it, scripts
  /// see a RangeError.
  std::size_t array_buffer_limit_mib = 128;
  /// Stack for script code; deeper recursion is a RangeError in the script.
  std::size_t stack_kib = 984;
  /// Limit for callbacks of the event loop that belong to no run with a timeout
  /// (a timer set by a run without one); 0 = none.
  std::chrono::milliseconds turn_timeout{0};
  /// Install `console`, whose lines go to `runtime_options::on_console`.
  bool console = false;
  /// Install `setTimeout`, `setInterval`, `clearTimeout`, `clearInterval`.
  bool timers = false;
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
  std::function<void(const std::string&, const error&)> on_uncaught_error{};
};

/// Why a context is no more, and what it did.
struct exit_report {
  std::string name{};
  /// `context_closed`, `heap_limit_exceeded`, `context_lost`, `runtime_closed`.
  errc reason{};
  std::string message{};
  /// Requests answered with an error because the context ended.
  std::uint64_t unanswered = 0;
  /// Runs that it started.
  std::uint64_t runs = 0;
};

} // namespace troupe
