#pragma once

#include "troupe/builtins.hpp"
#include "troupe/error.hpp"
#include "troupe/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

class module_loader;
struct process_options;

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

/// How a script's value is given to C++.
enum class take_as : std::uint8_t {
  /// As a structured clone.
  copy,
  /// As a structured clone, but the memory of its ArrayBuffers comes along instead
  /// of a copy; the script's own are detached (`value::take_buffer`). When something
  /// cannot be cloned, or one of them cannot be detached, all stay as they are.
  transfer,
  /// Objects and functions as a reference: `value::as<troupe::reference>()`,
  /// `value::as<troupe::function>()`. Primitives as they are.
  reference,
  /// Not at all: the future gives `undefined`. For scripts that end in a value
  /// that cannot be cloned.
  nothing,
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
  /// How the value is given.
  take_as take = take_as::copy;
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
  /// What `context::create_cached_data` has made of the same source, to compile
  /// faster. Data that is damaged, of another source or another build of V8 is
  /// rejected, and the source compiled; but data from somebody who means harm is
  /// code of his: take it only from where you would take scripts. (`cachedData`.)
  std::vector<std::byte> cached_data{};
};

/// What scripts may make code of.
struct code_generation_options {
  /// `eval`, `Function` and their like; else they throw an EvalError.
  bool strings = true;
  /// WebAssembly; else compiling it throws a WebAssembly.CompileError.
  bool wasm = true;
};

/// Where a context's promise callbacks (microtasks) wait. Either way they run at the
/// end of each turn (a script, a timer, access to a global), and its deadline covers
/// them: `node:vm`'s escape of promise callbacks from the timeout does not exist here.
enum class microtask_mode : std::uint8_t {
  /// In the queue of the isolate. (No `microtaskMode`.)
  shared,
  /// In a queue of the context's own. (`microtaskMode: 'afterEvaluate'`.)
  after_evaluate,
};

/// How to compile a function.
struct function_options {
  /// Names of the parameters: identifiers; at most 65,534.
  std::vector<std::string> parameters{};
  /// Objects whose properties the body sees as variables, the last one first; at most
  /// 256, and no proxies. A
  /// `reference` is that object itself, other values are copied.
  /// (`contextExtensions`.)
  std::vector<value> context_extensions{};
  script_options script{};
};

/// How large the module graphs of a context may become.
struct module_limits {
  /// Modules that a realm knows, those being loaded, and imports under way. Beyond it,
  /// imports fail with `module_limit_exceeded`, as with all of these.
  std::size_t modules_max = 20'000;
  /// All their sources together.
  std::size_t source_mib_max = 256;
  /// The longest chain of imports, a cycle counted whole. The stack allows less when it is
  /// small: a module for each 480 bytes of `stack_kib`.
  std::size_t depth_max = 2'000;
  /// Requests that the linker of a graph has open with the loader at a time; 1 or more.
  std::size_t concurrency_max = 256;
  /// For a graph to be loaded, from when its loader is first asked; 0 = no limit.
  std::chrono::milliseconds load_time{0};
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
  /// Where its scripts come from, for tools: `scheme://host:port`. Shown, not checked.
  /// (`contextOrigin`.)
  std::string origin{};
  /// Properties of the global object before the first script runs.
  std::vector<value::member> globals{};
  /// JavaScript heap; the run that exceeds it ends with `heap_limit_exceeded`.
  std::size_t heap_limit_mib = 128;
  /// Bytes in ArrayBuffers, WebAssembly memories and WebAssembly modules, which V8 keeps
  /// outside its heap. Beyond it, scripts see a RangeError. A WebAssembly memory or resizable
  /// buffer counts 128 KiB or 1/4096 of what it may grow to, if it has less; a module its
  /// bytes and 90 for each function.
  std::size_t array_buffer_limit_mib = 128;
  /// Stack for script code; deeper recursion is a RangeError in the script.
  std::size_t stack_kib = 984;
  /// Limit for callbacks of the event loop that belong to no run with a timeout
  /// (a timer set by a run without one); 0 = none.
  std::chrono::milliseconds turn_timeout{0};
  /// Asynchronous host functions that have not answered. Beyond it, a call gives a
  /// rejected promise: an Error with `code` ERR_TROUPE_TOO_MANY_HOST_CALLS.
  std::size_t pending_host_calls_max = 1024;
  /// CPU time of the context's thread from when it is ready; 0 = no limit. Then
  /// what runs ends with `cpu_budget_exceeded`, and the context is closed with
  /// that reason.
  std::chrono::milliseconds cpu_budget{0};
  /// Requests that wait for the context to begin with them, cancelled ones too; more are refused
  /// at once with `too_many_requests`. 0 = no limit.
  std::size_t pending_requests_max = 0;
  /// Bytes that a run may write with `console`, and the same for each callback
  /// that it leaves behind; 0 = no limit. Beyond it, the run ends with
  /// `output_limit_exceeded`.
  std::size_t output_limit = 0;
  /// Install `console`, whose lines go to `runtime_options::on_console`.
  bool console = false;
  /// Install `setTimeout`, `setInterval`, `clearTimeout`, `clearInterval`.
  bool timers = false;
  /// What the context has besides: `{builtin::require, builtin::node_util}`.
  builtin_set builtins{};
  /// What `process` is (troupe/process.hpp); null: an empty one. Within a process: not
  /// serialised.
  std::shared_ptr<const process_options> process{};
  /// May scripts use the file system, with all rights of the host: `builtin::node_fs`,
  /// and modules from files (`builtin::node_module`)?
  bool allow_files = false;
  /// May scripts use the network, with all rights of the host: listen and connect, on TCP and
  /// on local sockets (`builtin::node_http`, `builtin::node_net`)?
  bool allow_network = false;
  /// May scripts start programs, with all rights of the host (`builtin::node_child_process`)?
  /// Whoever may has files and network too, and can end the host.
  bool allow_processes = false;
  /// (`contextCodeGeneration`.)
  code_generation_options code_generation{};
  /// Finds what scripts and modules import, `context::import` too; null: nothing is found.
  /// Within a process: not serialised.
  std::shared_ptr<module_loader> loader{};
  module_limits modules{};
  microtask_mode microtasks = microtask_mode::shared;
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
  /// Folder where code caches of scripts from `runtime::compile` are kept for the next
  /// process; it may be shared by processes. Empty: none. It is made if it is not there,
  /// and not used when other users own it or may write to it (`code_cache_statistics`).
  std::string code_cache_dir{};
  /// What the folder may take up; what was not used for longest goes first. 1 … 1,048,576.
  std::size_t code_cache_limit_mib = 256;
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

/// What `runtime_options::code_cache_dir` has done for this runtime.
struct code_cache_statistics {
  /// Why the folder is not used; empty when it is, or none was given.
  std::string problem{};
  std::uint64_t found = 0;       ///< Scripts compiled from a cache of the folder.
  std::uint64_t missing = 0;     ///< Scripts that had none.
  std::uint64_t refused = 0;     ///< Files that were damaged or not ours; removed.
  std::uint64_t written = 0;     ///< Caches written.
  std::uint64_t not_written = 0; ///< Too large, too many at once, or the disk refused.
  std::uint64_t removed = 0;     ///< Caches that had to make room.
};

/// How much is told about memory.
enum class memory_mode : std::uint8_t {
  summary, ///< The total.
  detailed ///< Also each realm.
};

/// When memory is measured: garbage must be collected for it.
enum class memory_execution : std::uint8_t {
  /// With V8's next collection, within ten seconds or so.
  with_next_gc,
  /// At once. (`execution: 'eager'`.)
  eager,
};

/// What to measure. (`vm.measureMemory`.)
struct memory_options {
  memory_mode mode = memory_mode::summary;
  memory_execution execution = memory_execution::with_next_gc;
};

/// What a realm, or all of them, hold in V8's heap: at least and at most, as some
/// objects cannot be told whose they are.
struct memory_estimate {
  std::uint64_t bytes = 0;
  std::uint64_t bytes_max = 0;
};

/// What a context uses.
struct memory_report {
  memory_estimate total{};
  /// With `memory_mode::detailed`: the global environment that scripts run in, and
  /// others that are still alive (those before a `reset`).
  memory_estimate current{};
  std::vector<memory_estimate> others{};

  std::uint64_t heap_used = 0;          ///< Bytes in V8's heap, garbage included.
  std::uint64_t heap_committed = 0;     ///< Bytes that the heap has from the system.
  std::uint64_t heap_limit = 0;         ///< `context_options::heap_limit_mib`, as V8 sees it.
  std::uint64_t malloced = 0;           ///< Bytes V8 has besides its heap.
  std::uint64_t external = 0;           ///< Bytes that objects hold outside of it, as V8 knows.
  std::uint64_t array_buffers = 0;      ///< Bytes in ArrayBuffers.
  std::uint64_t wasm_code = 0;          ///< Bytes of WebAssembly's machine code.
  std::uint64_t native_contexts = 0;    ///< Global environments that are alive.
  std::chrono::nanoseconds cpu_time{0}; ///< Of the context's thread, since it began.
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
