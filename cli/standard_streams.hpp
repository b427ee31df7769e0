#pragma once

#include <chrono>
#include <string_view>

namespace troupe::cli {

enum class stream { out, err };

/// Writes `text` at once, without a buffer: what a script prints on both streams
/// arrives in the order in which it was printed.
///
/// Threads: any; pieces up to PIPE_BUF bytes are not torn apart.
/// Errors:  when standard output cannot be written any more, the process ends:
///          silently with `output_closed` when its reader is gone, else with a
///          message and `failed`. Failures of standard error are ignored.
void write(stream to, std::string_view text);

/// `write` with a newline behind it.
void write_line(stream to, std::string_view line);

/// For last words, when nothing may hold the process up: gives up when a stream takes
/// nothing for so long.
void write_line_within(stream to, std::string_view line, std::chrono::milliseconds patience);

/// Prints `troupe: <message>` on standard error.
void complain(std::string_view message);

/// A reader that goes away shall be an error of `write`, not a signal.
void ignore_broken_pipes();

/// Is the descriptor fed by a pipe, a socket or a file, rather than by a person?
[[nodiscard]] bool is_fed(int descriptor);

/// Those of the three that are closed become `/dev/null`: no file shall take their place.
void open_closed_streams();

} // namespace troupe::cli
