#pragma once

#include "cli/exit_status.hpp"

#include <span>
#include <string>

namespace troupe::cli {

/// `troupe graph [options] FILE`: shows what a module imports.
[[nodiscard]] exit_status graph_command(std::span<const std::string> arguments);

} // namespace troupe::cli
