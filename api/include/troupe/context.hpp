#pragma once

#include "troupe/future.hpp"
#include "troupe/module.hpp"
#include "troupe/module_graph.hpp"
#include "troupe/options.hpp"
#include "troupe/reference.hpp"
#include "troupe/script.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

namespace detail {
struct context_access;
class context_seat;
} // namespace detail

/// How a context ends.
enum class close_mode : std::uint8_t {
  /// After the requests made before, and the promises that they wait for.
  drain,
  /// At once: the current run is stopped, open requests get `context_closed`.
  now,
};

/// A JavaScript context in an isolate and thread of its own.
///
/// Threads:  one handle may be used from any thread, also at once. Requests from
///           one thread are carried out in order.
/// Lifetime: move-only. Dropping the handle ends the context at once; `close`
///           lets it finish.
/// Errors:   every call answers through its future, also when the context has
///           ended (`context_closed`, `context_lost`) or the handle is empty
///           (`no_such_context`).
class context {
public:
  context() = default;
  ~context();
  context(context&&) noexcept = default;
  context& operator=(context&&) noexcept;

  // -- scripts ------------------------------------------------------------------
  // Overloads rather than default arguments: GCC 12 destroys a temporary of an
  // aggregate type twice when it stands in a co_await expression (docs/guide.md,
  // Coroutines).

  /// Runs a script in this context's global scope and gives the value of its
  /// last statement; when that is a promise, what it settles to.
  [[nodiscard]] future<value> run(std::string source, run_options how = {});
  [[nodiscard]] future<value> run(std::string source, run_options how, script_options what);
  [[nodiscard]] future<value> run(const script& compiled, run_options how = {});

  /// Compiles without running: finds syntax errors, and spares the first run the
  /// work.
  [[nodiscard]] future<script> compile(std::string source);
  [[nodiscard]] future<script> compile(std::string source, script_options what);

  /// Compiles a function in the global scope.
  [[nodiscard]] future<function> compile_function(std::string body);
  [[nodiscard]] future<function> compile_function(std::string body, function_options how);
  /// What this context has compiled a script to, for `script_options::cached_data`:
  /// larger, and better, once its functions have run here. (`createCachedData`.)
  [[nodiscard]] future<std::vector<std::byte>> create_cached_data(const script& compiled);

  // -- modules --------------------------------------------------------------------

  /// Imports a module as a script would, with `context_options::loader`: loads its graph,
  /// links and evaluates it. The answer is an object of its exports: copies, and references
  /// to functions and to what cannot be copied. A timeout covers all of it.
  [[nodiscard]] future<value> import(std::string specifier, run_options how = {});
  /// With attributes, phase and referrer.
  [[nodiscard]] future<value> import(module_request what, run_options how = {});

  /// Imports a module, each module of its graph by itself, and tells what the graph is and
  /// how long its modules took. Those that were imported before are told without their
  /// imports.
  [[nodiscard]] future<module_graph> inspect_graph(std::string specifier, run_options how = {});

  /// Hot replacement: starts the context anew with the same options beside the one that
  /// serves, and imports the module there. Once that is evaluated, the handle refers to the
  /// new one: what is asked from then on goes there, the old one answers what it was asked
  /// before and ends, and with it references to its objects. When something fails, nothing
  /// has changed. Needs a place and memory for both meanwhile. The answer is that of `import`.
  [[nodiscard]] future<value> reload(std::string specifier, run_options how = {});

  /// Compiles a module that C++ links and evaluates.
  [[nodiscard]] future<source_text_module> compile_module(std::string code);
  [[nodiscard]] future<source_text_module> compile_module(std::string code, module_options how);

  /// Makes a module of values. An empty identifier: `vm:module(i)`.
  [[nodiscard]] future<synthetic_module> make_module(std::vector<value::member> exports,
                                                     std::string identifier = {});

  // -- the global object ----------------------------------------------------------

  /// As a script reads and writes `globalThis[key]`: accessors run, within
  /// `context_options::turn_timeout`.
  [[nodiscard]] future<value> get(std::string key, take_as how = take_as::copy);
  [[nodiscard]] future<void> set(std::string key, value item);
  [[nodiscard]] future<bool> has(std::string key);
  /// @returns false when the property cannot be deleted.
  [[nodiscard]] future<bool> remove(std::string key);
  /// Names of the own enumerable properties, in JavaScript's order.
  [[nodiscard]] future<std::vector<std::string>> keys();

  // -- what it holds ------------------------------------------------------------------

  /// What the context uses. V8 measures while it collects garbage, so this may take
  /// ten seconds and more unless it is `memory_execution::eager`.
  [[nodiscard]] future<memory_report> measure_memory(memory_options what = {});

  /// Starts anew: a fresh global environment with the same options and initial
  /// globals, in the same isolate, for a fraction of what a new context costs. Runs
  /// that wait for promises of the old one get `context_reset`, its timers are gone;
  /// scripts stay compiled. Takes its turn among the requests.
  ///
  /// Nothing of the old environment can be reached from the new one. But the isolate
  /// is the same, and so is what scripts could do to it: heap, CPU time and limits.
  [[nodiscard]] future<void> reset();

  // -- life -------------------------------------------------------------------------

  /// Answered when nothing is left that would run script by itself: no timer, no
  /// compilation under way. A run that still waits for a promise then waits for
  /// another request.
  [[nodiscard]] future<void> idle();

  /// Ends the context. @returns how it ended.
  future<exit_report> close(close_mode mode = close_mode::drain);

  /// Answered when the context has ended, for whatever reason.
  [[nodiscard]] future<exit_report> exited() const;

  [[nodiscard]] bool alive() const noexcept;

  /// What can be seen of it without asking it: it may be busy.
  [[nodiscard]] context_stats stats() const;

  [[nodiscard]] std::string_view name() const noexcept;
  /// `context_options::origin`.
  [[nodiscard]] std::string_view origin() const noexcept;

private:
  friend struct detail::context_access;

  [[nodiscard]] future<value> send_run(std::shared_ptr<const js::script_source> source,
                                       const run_options& how);

  [[nodiscard]] std::shared_ptr<const detail::context_home> home() const;

  std::shared_ptr<detail::context_seat> seat_;
};

} // namespace troupe
