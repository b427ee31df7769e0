#include "cli/memory_use.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::cli {

namespace {

std::optional<std::int64_t> read_number(const char* path) {
  std::ifstream file{path};
  std::int64_t number = 0;
  if (file >> number)
    return number;
  return std::nullopt;
}

} // namespace

std::int64_t used_bytes() {
  std::ifstream file{"/proc/self/smaps_rollup"};
  std::string line;
  std::int64_t anonymous = 0;
  std::int64_t discarded = 0;
  while (std::getline(file, line)) {
    auto kib = [&](std::string_view key) -> std::int64_t {
      return line.starts_with(key) ? std::atoll(line.c_str() + key.size()) * 1024 : 0;
    };
    anonymous += kib("Anonymous:");
    discarded += kib("LazyFree:");
  }
  return anonymous - discarded;
}

std::int64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

std::int64_t available_bytes() {
  std::int64_t available = std::numeric_limits<std::int64_t>::max();
  std::ifstream file{"/proc/meminfo"};
  std::string key;
  std::int64_t kib = 0;
  std::string unit;
  while (file >> key >> kib && std::getline(file, unit))
    if (key == "MemAvailable:")
      available = kib * 1024;
  // What a container may use ("max" outside of one, which is no number).
  if (auto limit = read_number("/sys/fs/cgroup/memory.max"))
    available =
      std::min(available, *limit - read_number("/sys/fs/cgroup/memory.current").value_or(0));
  return std::max<std::int64_t>(available, 0);
}

void release_unused_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

} // namespace troupe::cli
