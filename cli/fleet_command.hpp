#pragma once

#include "cli/exit_status.hpp"

#include <span>
#include <string>

namespace troupe::cli {

/// `troupe fleet [options]`: the work of a manifest in many contexts.
[[nodiscard]] exit_status fleet_command(std::span<const std::string> arguments);

} // namespace troupe::cli
