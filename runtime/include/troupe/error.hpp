#pragma once

#include "troupe/value.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe {

/// Why a request failed. Decide on these, never on message texts.
enum class errc : std::uint8_t {
  // -- the script -------------------------------------------------------------
  syntax_error = 1,   ///< The source does not parse.
  uncaught_exception, ///< The script threw, or its promise was rejected.
  // -- a run that was stopped -------------------------------------------------
  deadline_exceeded,   ///< Its timeout passed (ERR_SCRIPT_EXECUTION_TIMEOUT).
  interrupted,         ///< SIGINT came and the run had asked for it.
  cancelled,           ///< Its future was cancelled.
  heap_limit_exceeded, ///< Its context's heap limit was reached.
  evaluation_lost,     ///< Its promise can no longer settle: the microtasks that
                       ///< would have done so were discarded by a termination.
  // -- the context ------------------------------------------------------------
  context_closed,  ///< The context was closed before it answered.
  context_lost,    ///< V8 gave up on the context's isolate (out of memory).
  no_such_context, ///< The handle is empty or names no context.
  // -- the host ---------------------------------------------------------------
  capacity_exceeded, ///< The runtime's limit on live contexts is reached.
  spawn_failed,      ///< The system refused a thread, descriptor or memory.
  clone_failed,      ///< A value cannot cross: the message names the path.
  invalid_argument,  ///< An option or argument is out of its range.
  runtime_closed,    ///< The runtime is shutting down or gone.
  would_deadlock,    ///< Waiting here would wait for the waiting thread.
  broken_promise,    ///< Whoever owed the answer disappeared.
  host_exception,    ///< A C++ exception left a continuation, coroutine or host function.
  // -- objects of a context ------------------------------------------------------
  stale_reference, ///< The realm of a referenced object is gone.
  context_reset,   ///< Its context was reset before its promise settled.
  // -- limits ------------------------------------------------------------------
  cpu_time_exceeded,     ///< The run used up its `run_options::cpu_time`.
  cpu_budget_exceeded,   ///< The context used up its `context_options::cpu_budget`.
  output_limit_exceeded, ///< The run wrote more than its context may.
  too_many_requests,     ///< As many requests wait for the context as may.
  too_many_host_calls,   ///< More host functions have not answered than allowed.
  // -- modules: finding them -----------------------------------------------------
  module_not_found,              ///< The loader knows no such module.
  module_refused,                ///< The module lies outside of what the loader may give.
  invalid_module_specifier,      ///< The specifier can name no module.
  invalid_package_config,        ///< A package.json does not parse or makes no sense.
  invalid_package_target,        ///< Its `exports` or `imports` lead nowhere allowed.
  package_path_not_exported,     ///< The package's `exports` do not have the path.
  package_import_not_defined,    ///< The package's `imports` do not have the specifier.
  directory_import,              ///< The specifier names a directory.
  unknown_module_format,         ///< The file's extension tells no kind of module.
  import_attribute_missing,      ///< The kind of module wants a `type` attribute.
  import_attribute_unsupported,  ///< Nobody knows the attribute.
  import_attribute_incompatible, ///< The `type` is not that of the module.
  module_limit_exceeded,         ///< The graph is larger or deeper than allowed.
  // -- modules: linking them -----------------------------------------------------
  module_status,              ///< The module is not in the right state for that.
  module_already_linked,      ///< The module was linked before.
  module_different_context,   ///< The module is another context's.
  module_link_failed,         ///< The module depends on one that has failed.
  not_a_module,               ///< The resolver gave something else.
  module_link_mismatch,       ///< Not as many modules as requests, or not one for each.
  module_not_cacheable,       ///< Code caches are made of modules not yet evaluated.
  dynamic_import_unavailable, ///< `import()` where nobody can load modules.
  // -- modules: reading them -----------------------------------------------------
  module_too_large,  ///< The module's source is larger than its loader may give.
  module_unreadable, ///< The system does not let the module's file be read.
};

namespace detail {
inline constexpr errc last_errc = errc::module_unreadable;
}

/// The code's name as scripts and logs show it, e.g.
/// `ERR_SCRIPT_EXECUTION_TIMEOUT`; Node's own name where it has one.
[[nodiscard]] std::string_view code_name(errc code) noexcept;

/// One sentence per code, saying when it occurs.
[[nodiscard]] std::string_view describe(errc code) noexcept;

/// A place in a script. Lines and columns count from 1, offsets included.
struct source_position {
  std::string filename{};
  int line = 0;
  int column = 0;
  /// How many columns the error spans; at least 1.
  int width = 1;
  /// Text of the line; empty when unknown or too long to be useful.
  std::string source_line{};
};

/// A failed request. Immutable in use; may cross threads.
struct error {
  errc code = errc::broken_promise;
  /// What happened: for a script's exception its own text (`Error: no`).
  std::string message{};
  /// The script's stack, decorated with position and caret when `display_errors`
  /// was on; empty when no script code was involved.
  std::string stack{};
  /// Where in the script, if known.
  std::optional<source_position> position{};
  /// What the script threw, as far as it can be cloned; else `undefined`.
  value thrown{};

  /// Several lines for a terminal or log: the stack if there is one, else code
  /// and message.
  [[nodiscard]] std::string to_string() const;

  /// Equal codes and messages.
  [[nodiscard]] friend bool operator==(const error& a, const error& b) {
    return a.code == b.code && a.message == b.message;
  }
};

/// The exception that carries an `error` to callers who asked for a bare value
/// (`result<T>::value()`).
class failure : public std::runtime_error {
public:
  explicit failure(troupe::error what);

  [[nodiscard]] const troupe::error& error() const noexcept {
    return error_;
  }

private:
  troupe::error error_;
};

namespace detail {

/// The error that stands for the exception being handled.
[[nodiscard]] error error_from_exception() noexcept;

} // namespace detail

} // namespace troupe
