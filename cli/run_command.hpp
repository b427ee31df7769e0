#pragma once

#include "cli/exit_status.hpp"

#include <span>
#include <string>

namespace troupe::cli {

/// `troupe run [options] FILE [args]`
[[nodiscard]] exit_status run_command(std::span<const std::string> arguments);

/// `troupe eval [options] CODE [args]`: prints the value.
[[nodiscard]] exit_status eval_command(std::span<const std::string> arguments);

} // namespace troupe::cli
