#pragma once

#include <troupe/error.hpp>

namespace troupe::cli {

/// How the command ends. Beyond 2, the numbers that others use: Node's for a
/// promise that nothing will settle, those of timeout(1), and 128 + the signal
/// that would have ended another program in the same place.
enum class exit_status : int {
  ok = 0,
  failed = 1,         ///< Uncaught error, unexpected result, or the host's refusal.
  usage = 2,          ///< Also a file that cannot be read.
  node_usage = 9,     ///< Wrong value of an option of Node's.
  unsettled = 13,     ///< The script's promise can no longer settle.
  deadline = 124,     ///< The timeout passed.
  interrupted = 130,  ///< SIGINT.
  context_lost = 134, ///< V8 gave up (SIGABRT).
  heap_limit = 137,   ///< The heap limit was reached (SIGKILL, as the kernel would).
  output_closed = 141 ///< Nobody reads standard output any more (SIGPIPE).
};

/// What a failed request means for the command.
[[nodiscard]] constexpr exit_status exit_status_of(errc code) noexcept {
  switch (code) {
    case errc::deadline_exceeded:
      return exit_status::deadline;
    case errc::interrupted:
      return exit_status::interrupted;
    case errc::heap_limit_exceeded:
      return exit_status::heap_limit;
    case errc::context_lost:
      return exit_status::context_lost;
    case errc::invalid_argument:
      return exit_status::usage;
    default:
      return exit_status::failed;
  }
}

} // namespace troupe::cli
