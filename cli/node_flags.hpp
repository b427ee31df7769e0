#pragma once

#include <string>
#include <vector>

namespace troupe::cli {

/// Options of Node's that scripts carry in their first lines and their package.json.
struct node_flags {
  std::vector<std::string> given{};  ///< As they were written: `process.execArgv`.
  std::vector<std::string> others{}; ///< Everything else, in order.

  bool input_is_module = false; ///< `--input-type=module`
  bool has_input_type = false;
  bool no_warnings = false;
  bool trace_warnings = false;
  bool no_deprecation = false;
  bool trace_deprecation = false;
  bool throw_deprecation = false;
  std::vector<std::string> disabled_warnings{};
  std::string unhandled_rejections{"throw"};
  std::size_t heap_limit_mib = 0;      ///< `--max-old-space-size`; 0 = not given.
  std::vector<std::string> v8_flags{}; ///< `--expose-gc`, `--stack-trace-limit` …
  bool disallows_code_from_strings = false;
  std::vector<std::string> required{}; ///< `-r`: modules that run before the program.
  std::vector<std::string> imported{}; ///< `--import`: likewise.

  /// What is wrong; empty when nothing is.
  std::string problem{};
};

/// Takes Node's options out of the arguments, up to the first that is no option. What Troupe
/// has no use for is accepted all the same.
[[nodiscard]] node_flags take_node_flags(const std::vector<std::string>& arguments);

} // namespace troupe::cli
