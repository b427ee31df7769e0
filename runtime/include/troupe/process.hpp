#pragma once

#include "troupe/options.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// An input or output of `process`, as a script sees it.
struct process_stream {
  bool is_terminal = false; ///< `isTTY`
  int columns = 0;          ///< Of the terminal.
  int rows = 0;
};

/// What a script's `process` is (`builtin::node_process`). A context never touches the real
/// process but through the functions below; what is not given here, it does not have.
///
/// Threads:  the functions are called on the threads of all contexts that have this. They
///           must not block for long, and must not throw.
/// Lifetime: shared by those contexts.
struct process_options {
  // -- facts, as they were when the context began ---------------------------------
  std::vector<std::string> argv{};      ///< `process.argv`, the program first.
  std::vector<std::string> exec_argv{}; ///< `process.execArgv`
  std::string exec_path{};
  /// `process.env`. Scripts change a copy.
  std::vector<std::pair<std::string, std::string>> env{};
  std::string cwd{"/"}; ///< What relative paths start from.
  std::string title{"troupe"};
  int pid = 0;
  int ppid = 0;
  process_stream out{};
  process_stream err{};
  process_stream in{};
  /// A descriptor that `process.stdin` and, with `allow_files`, `fs.readFileSync(0)` read. It
  /// stays the host's and must stay open; contexts that share it share what comes. -1: there
  /// is no input, and `process.stdin` has ended.
  int in_descriptor = -1;

  // -- what the host does for it -----------------------------------------------------
  /// `process.stdout.write`, `process.stderr.write`, and what the end of the program
  /// prints. Null: lines of `runtime_options::on_console`.
  std::function<void(console_line::stream, std::string_view)> write{};
  /// `process.exit`, and the end by an error that nobody handles; may not return. When it
  /// returns, the context is closed. Null: `process.exit` only closes the context, and
  /// unhandled errors go to `runtime_options::on_uncaught_error`.
  std::function<void(int status)> exit{};
  /// Somebody listens to a signal: `deliver` may be called from any thread, until this is
  /// called with an empty one. @returns whether the host can. Null: it never can.
  std::function<bool(int signal, std::function<void()> deliver)> watch_signal{};
  /// `process.kill`. @returns 0 or an errno. Null: EPERM.
  std::function<int(int pid, int signal)> kill{};
};

} // namespace troupe
