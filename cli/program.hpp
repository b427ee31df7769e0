#pragma once

#include "cli/node_flags.hpp"
#include "cli/script_job.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::cli {

/// A program as people write them for Node: a main file or a piece of code, with `process`,
/// `require`, `import` and the file system.
struct program {
  /// Limits, flags, arguments. With `source`, that is code, and `filename` its name; without,
  /// `filename` is the file.
  script_job job;
  bool is_code = false;
  /// What is in the file, when it can be read only once.
  std::optional<std::string> text{};
  /// Print the value of the last statement, as `console.log` does.
  bool prints_value = false;
  node_flags flags;
};

/// Runs it until nothing is left that could run script, and ends the process, unless
/// something stopped it: then how it went. With `job.wants_value`, the value of the last
/// statement is printed as JSON.
[[nodiscard]] script_outcome run_program(const program& what);

} // namespace troupe::cli
