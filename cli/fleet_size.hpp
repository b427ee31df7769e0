#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::cli {

/// What decides how many contexts a fleet has by default.
struct machine {
  std::size_t cores = 1;
  std::size_t available_memory_mib = 0;
  std::size_t capacity = 0; ///< `runtime::capacity()`
};

/// As many as keep the cores busy for about half a minute and leave half of the
/// memory free; at least `least`.
[[nodiscard]] std::size_t sensible_contexts(const machine& here, std::size_t least) noexcept;

/// Divides `contexts` by weight, at least one for each (so `contexts` must not be
/// less than there are weights).
[[nodiscard]] std::vector<std::size_t> apportion(std::size_t contexts,
                                                 std::span<const std::size_t> weights);

/// An order in which each kind comes as evenly as its number allows:
/// {4, 2} gives 0 1 0 0 1 0.
[[nodiscard]] std::vector<std::size_t> spread(std::span<const std::size_t> counts);

} // namespace troupe::cli
