#pragma once

#include "cli/fleet_manifest.hpp"
#include "cli/fleet_outcome.hpp"
#include "cli/json_value.hpp"

#include <string>

namespace troupe::cli {

/// What a fleet did: a table with a line per kind, then the totals, then whatever
/// was not as expected.
[[nodiscard]] std::string fleet_text(const fleet_manifest& manifest, const fleet_outcome& outcome,
                                     bool colour);

/// The same for programs: durations in microseconds, memory in bytes.
[[nodiscard]] json fleet_json(const fleet_manifest& manifest, const fleet_outcome& outcome);

} // namespace troupe::cli
