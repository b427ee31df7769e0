#pragma once

#include "bench/item.hpp"

#include <string>

namespace troupe::bench {

/// Where and with what the figures were measured, in one line.
[[nodiscard]] std::string conditions();

/// The results of all items that have any, as Markdown.
[[nodiscard]] std::string markdown_table();

} // namespace troupe::bench
