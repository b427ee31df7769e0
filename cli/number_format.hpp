#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace troupe::cli {

/// For people: three digits and a unit, `870 µs`, `8.42 ms`, `1.25 s`, `2 min 5 s`.
[[nodiscard]] std::string duration_text(std::chrono::microseconds length);

/// `3.4 MiB`
[[nodiscard]] std::string bytes_text(std::int64_t bytes);

/// `12,345`
[[nodiscard]] std::string count_text(std::uint64_t count);

/// `1 run`, `12,345 runs`
[[nodiscard]] std::string count_text(std::uint64_t count, const char* noun);

} // namespace troupe::cli
