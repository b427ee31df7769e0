#pragma once

#include "cli/fleet_manifest.hpp"
#include "cli/latency.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::cli {

/// What the contexts of one kind did.
struct kind_outcome {
  std::size_t contexts = 0; ///< That came up.
  latency took;             ///< From the request to the answer, of all runs.
  /// Runs that ended without a result, by reason.
  std::map<errc, std::uint64_t> ended_by;
  /// Runs that did not end as they have to.
  std::uint64_t wrong = 0;
  /// What the process grew by, per context, until each had its first answer.
  std::optional<std::int64_t> bytes_each;

  [[nodiscard]] std::uint64_t runs() const noexcept {
    return took.count();
  }
};

struct fleet_outcome {
  std::vector<kind_outcome> kinds; ///< In the order of the manifest.
  std::size_t contexts_at_once = 0;
  std::uint64_t runs = 0;
  std::chrono::microseconds spawning{0}; ///< Time spent on making contexts.
  std::chrono::microseconds working{0};  ///< Time spent on runs.
  std::chrono::microseconds wall{0};
  std::int64_t peak_resident_bytes = 0;
  /// The first of what was not as it has to be, one line each.
  std::vector<std::string> problems;
  std::uint64_t problem_count = 0;
  bool interrupted = false; ///< By SIGINT; the rest is what was done until then.
  bool stuck = false;       ///< Answers stayed away.

  [[nodiscard]] bool as_expected() const noexcept {
    return problem_count == 0 && !interrupted && !stuck;
  }
};

} // namespace troupe::cli
