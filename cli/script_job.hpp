#pragma once

#include "cli/exit_status.hpp"
#include "cli/script_progress.hpp"

#include <troupe/context.hpp>
#include <troupe/runtime.hpp>
#include <troupe/value.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::cli {

/// One script in one context, from start to the last timer.
struct script_job {
  std::string source;
  std::string filename;
  std::vector<std::string> arguments;
  /// Wall clock for everything once the source is read: script, promise, timers; 0 = no limit.
  std::chrono::milliseconds timeout{0};
  context_options context;
  std::vector<std::string> v8_flags;
  /// Is the value of the last statement asked for? One that is not need not be
  /// something that can leave the context.
  bool wants_value = false;
  /// Print `console.log` on standard error, as standard output is for the result.
  bool console_to_stderr = false;
};

struct script_outcome {
  exit_status status = exit_status::ok;
  value result;
};

/// How long a context that is closed may go on before it is given up.
inline constexpr std::chrono::seconds stop_grace{1};

/// How long a script may take to notice that it was stopped, e.g. inside one long call of a
/// built-in function, before the process ends without it.
inline constexpr std::chrono::seconds stop_takes_at_most{5};

/// Prints why it went wrong.
script_outcome fail(const error& what);

/// The context may have ended without a word to the run.
[[nodiscard]] error reason_of(error what, const context& ctx);

/// When the job's time is over; none without a timeout.
[[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline_of(
  const script_job& job);

/// How its script is run.
[[nodiscard]] run_options run_options_of(const script_job& job);

/// Waits until the run has been answered and the context has nothing left to do, or for the
/// first error, or the deadline. @returns how it failed, which is printed; nothing when it did
/// not, and then `progress` has the result unless nothing will ever give one.
[[nodiscard]] std::optional<script_outcome> follow(
  future<value> run, context& ctx, const std::shared_ptr<progress_of_script>& progress,
  const script_job& job, std::optional<std::chrono::steady_clock::time_point> deadline);

/// Runs the script, waits for its promise if its value is one, then until
/// neither timers nor anything else is left that could run script. Errors are
/// printed on standard error; the first one ends it.
[[nodiscard]] script_outcome run_script(const script_job& job);

} // namespace troupe::cli
