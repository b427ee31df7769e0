#pragma once

#include "tests/hostile/hostile_script.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace troupe::testing {

/// What a hostile script did.
struct trial_result {
  std::string outcome;             ///< As in the scripts' first lines, or an error's name.
  std::string after;               ///< What has become of its context.
  std::vector<std::string> faults; ///< What must not be.
  std::chrono::milliseconds took{0};
  std::chrono::microseconds stop_latency{0};
  std::size_t peak_mib = 0; ///< Memory of the process, at most.
};

/// Runs a script in a context with small limits beside two healthy neighbours,
/// which are asked all the while; then the context is asked for a sum, and must
/// either give it or have ended and say why.
[[nodiscard]] trial_result try_script(const hostile_script& script);

/// Round trips of a neighbour, in microseconds.
struct neighbour_figures {
  double idle_p50 = 0;
  double idle_p99 = 0;
  double beside_p50 = 0;
  double beside_p99 = 0;
};

/// How much longer a neighbour waits while the scripts run one after the other.
[[nodiscard]] neighbour_figures measure_neighbour(const std::vector<hostile_script>& scripts);

} // namespace troupe::testing
