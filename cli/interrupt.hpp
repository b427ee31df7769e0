#pragma once

namespace troupe::cli {

/// What SIGINT does to the command, outside runs that take it themselves
/// (`run_options::break_on_sigint`). A SIGINT that the parent process has
/// switched off stays off.

/// Ends the process with `exit_status::interrupted`.
void exit_on_sigint();

/// The first one is only noted, for work that wants to report what it has done;
/// the next ends the process.
void note_sigint();

/// Has `note_sigint` noted one?
[[nodiscard]] bool sigint_noted() noexcept;

} // namespace troupe::cli
