#include "cli/fleet_size.hpp"

#include <algorithm>
#include <numeric>

namespace troupe::cli {

namespace {

constexpr std::size_t contexts_per_core = 150;
// More prove nothing new, and a table of isolates that all contexts of a process
// share has its limits.
constexpr std::size_t contexts_max = 1000;
// An honest context of the fleet holds 10 to 25 MiB after its runs.
constexpr std::size_t memory_mib_each = 24;

} // namespace

std::size_t sensible_contexts(const machine& here, std::size_t least) noexcept {
  auto wanted = std::min({std::max<std::size_t>(here.cores, 1) * contexts_per_core, contexts_max,
                          here.available_memory_mib / 2 / memory_mib_each, here.capacity});
  return std::max(wanted, least);
}

// Largest remainder, after each has got its one.
std::vector<std::size_t> apportion(std::size_t contexts, std::span<const std::size_t> weights) {
  auto total =
    std::max<std::size_t>(std::accumulate(weights.begin(), weights.end(), std::size_t{0}), 1);
  std::vector<std::size_t> counts;
  for (auto weight : weights)
    counts.push_back(std::max<std::size_t>(contexts * weight / total, 1));
  auto given = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  // How far `i` is above what it should have, times `total`.
  auto surplus = [&](std::size_t i) {
    return static_cast<double>(counts[i] * total) - static_cast<double>(contexts * weights[i]);
  };
  for (; given < contexts; ++given) {
    std::size_t poorest = 0;
    for (std::size_t i = 1; i < counts.size(); ++i)
      if (surplus(i) < surplus(poorest))
        poorest = i;
    ++counts[poorest];
  }
  for (; given > contexts; --given) {
    std::size_t richest = 0;
    for (std::size_t i = 1; i < counts.size(); ++i)
      if (counts[i] > 1 && (counts[richest] == 1 || surplus(i) > surplus(richest)))
        richest = i;
    if (counts[richest] == 1)
      break;
    --counts[richest];
  }
  return counts;
}

std::vector<std::size_t> spread(std::span<const std::size_t> counts) {
  struct place {
    double at;
    std::size_t kind;
  };
  std::vector<place> places;
  for (std::size_t kind = 0; kind < counts.size(); ++kind)
    for (std::size_t i = 0; i < counts[kind]; ++i)
      places.push_back(
        {(static_cast<double>(i) + 0.5) / static_cast<double>(counts[kind]), kind});
  std::ranges::stable_sort(places, {}, &place::at);
  std::vector<std::size_t> order;
  order.reserve(places.size());
  for (const auto& each : places)
    order.push_back(each.kind);
  return order;
}

} // namespace troupe::cli
