#include "cli/number_format.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace troupe::cli {

namespace {

std::string three_digits(double number) {
  return fmt::format("{:.{}f}", number, number < 9.995 ? 2 : number < 99.95 ? 1 : 0);
}

} // namespace

std::string duration_text(std::chrono::microseconds length) {
  auto us = length.count();
  if (us < 1000)
    return fmt::format("{} µs", us);
  if (us < 999'500)
    return three_digits(static_cast<double>(us) / 1e3) + " ms";
  if (us < 99'950'000)
    return three_digits(static_cast<double>(us) / 1e6) + " s";
  auto seconds = (us + 500'000) / 1'000'000;
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto number = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (std::abs(number) >= 1000 && unit + 1 < units.size()) {
    number /= 1024;
    ++unit;
  }
  if (unit == 0)
    return fmt::format("{} B", bytes);
  return fmt::format("{:.{}f} {}", number, std::abs(number) < 9.95 ? 1 : 0, units[unit]);
}

std::string count_text(std::uint64_t count) {
  auto digits = std::to_string(count);
  for (auto at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string count_text(std::uint64_t count, const char* noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

} // namespace troupe::cli
