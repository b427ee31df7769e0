#pragma once

#include <cstddef>
#include <string_view>

namespace troupe::bench {

/// The option with which this program calls itself, e.g.
/// `--memory-of=floor:100`, for a process that does nothing else.
inline constexpr std::string_view memory_option{"--memory-of="};

/// KiB per idle context of `floor`, `troupe` or `everything` (Troupe with all built-ins),
/// with so many alive, in a process of its own.
[[nodiscard]] double idle_memory_of(const char* whose, std::size_t count);

/// Prints KiB per idle context. @returns the exit status.
int print_idle_memory(std::string_view what);

} // namespace troupe::bench
