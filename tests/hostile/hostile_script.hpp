#pragma once

#include "troupe/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace troupe::testing {

/// A script of tests/scripts/hostile. Its first line says how it must end and
/// what it does:
///
///     // heap_limit_exceeded|context_lost: fills an array of a gigabyte
struct hostile_script {
  std::string name;                          ///< The file's, without `.js`.
  std::string expected;                      ///< As written.
  std::vector<std::optional<errc>> outcomes; ///< Nothing: a value.
  std::string purpose;
  std::string source;

  /// Does the script only end because its time is over?
  [[nodiscard]] bool endless() const {
    return outcomes.front() == errc::deadline_exceeded;
  }
};

/// Throws std::runtime_error when the file is not as it should be.
[[nodiscard]] hostile_script read_hostile_script(const std::filesystem::path& path);

/// All scripts of a folder, by name.
[[nodiscard]] std::vector<std::filesystem::path> hostile_scripts_in(
  const std::filesystem::path& folder);

} // namespace troupe::testing
