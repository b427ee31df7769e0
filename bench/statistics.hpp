#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace troupe::bench {

using clock = std::chrono::steady_clock;

[[nodiscard]] inline double microseconds_since(clock::time_point start) {
  return std::chrono::duration<double, std::micro>(clock::now() - start).count();
}

/// The smallest value that at least `share` of the values do not exceed.
[[nodiscard]] inline double percentile(std::vector<double> values, double share) {
  auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  auto nth = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::ranges::nth_element(values, nth);
  return *nth;
}

[[nodiscard]] inline double median(std::vector<double> values) {
  return percentile(std::move(values), 0.5);
}

/// Calls both `times` times each, taking turns at going first, so that neither
/// gains by the other's position and both see the same moods of the machine.
template <class Floor, class Troupe>
void alternate(int times, Floor&& floor, Troupe&& troupe) {
  for (int i = 0; i < times; ++i)
    if (i % 2 == 0) {
      floor();
      troupe();
    } else {
      troupe();
      floor();
    }
}

} // namespace troupe::bench
