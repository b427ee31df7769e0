#include "tests/stress/process_use.hpp"

#include "tests/support/patience.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace troupe::testing {

namespace {

std::size_t entries_in(const char* folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
}

// Opening /proc/self/fd takes a descriptor of its own, each time.
process_use measure() {
  return {entries_in("/proc/self/task"), entries_in("/proc/self/fd")};
}

} // namespace

process_use process_use::at_rest() {
  auto least = measure();
  for (int i = 0; i < 50; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    auto seen = measure();
    least = {std::min(least.threads, seen.threads),
             std::min(least.descriptors, seen.descriptors)};
  }
  return least;
}

process_use process_use::settled(const process_use& expected) {
  auto until = std::chrono::steady_clock::now() + patience;
  auto seen = measure();
  while (seen != expected && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    seen = measure();
  }
  return seen;
}

std::size_t resident_kib() {
  malloc_trim(0);
  std::ifstream file{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

} // namespace troupe::testing
