#include "actors/capacity.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <latch>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace troupe::actors {

namespace {

// One context, measured (docs/limits.md): an epoll and an eventfd descriptor, 12
// memory maps, 1.1 MB and what a script needs at least, one thread.
constexpr std::size_t descriptors_each = 2;
constexpr std::size_t memory_maps_each = 14;
constexpr std::size_t memory_mib_each = 2;

// V8 13.6 ends the process at 4,065 isolates, and earlier when their scripts
// define many functions (one table for all of them).
constexpr std::size_t isolates_max = 3500;

// Left for the rest of the process.
constexpr std::size_t descriptors_kept = 128;
constexpr std::size_t memory_maps_kept = 4096;
constexpr std::size_t memory_mib_kept = 512;

std::size_t read_number(const char* path, std::size_t fallback) {
  std::ifstream file{path};
  std::size_t number = 0;
  return file >> number ? number : fallback;
}

std::size_t count_lines(const char* path) {
  std::ifstream file{path};
  return static_cast<std::size_t>(
    std::count(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}, '\n'));
}

std::size_t count_entries(const char* path) {
  std::error_code failed;
  std::filesystem::directory_iterator entries{path, failed};
  return failed ? 0
                : static_cast<std::size_t>(
                  std::distance(entries, std::filesystem::directory_iterator{}));
}

std::size_t available_memory_mib() {
  std::ifstream file{"/proc/meminfo"};
  std::string key;
  std::size_t kib = 0;
  std::string unit;
  while (file >> key >> kib && std::getline(file, unit))
    if (key == "MemAvailable:")
      return kib / 1024;
  return 4096;
}

std::size_t raise_limit(int which) {
  rlimit limit{};
  if (getrlimit(which, &limit) != 0)
    return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    auto raised = limit;
    raised.rlim_cur = raised.rlim_max;
    if (setrlimit(which, &raised) == 0)
      limit = raised;
  }
  return limit.rlim_cur == RLIM_INFINITY ? std::size_t{1} << 30
                                         : static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t minus(std::size_t a, std::size_t b) {
  return a > b ? a - b : 0;
}

} // namespace

void require_resources_of_a_runtime() {
  constexpr std::size_t descriptors = 16;
  auto most = raise_limit(RLIMIT_NOFILE);
  if (minus(most, count_entries("/proc/self/fd")) < descriptors)
    throw std::system_error{
      EMFILE, std::generic_category(),
      fmt::format("a runtime needs {} descriptors (ulimit -n)", descriptors)};
  // CAF's, V8's, the watchdog's and that of the callbacks.
  auto threads = std::size_t{8} + std::thread::hardware_concurrency();
  std::latch over{1};
  std::vector<std::jthread> tried;
  try {
    for (std::size_t i = 0; i < threads; ++i)
      tried.emplace_back([&over] { over.wait(); });
  } catch (const std::system_error& refused) {
    over.count_down();
    throw std::system_error{refused.code(),
                            fmt::format("a runtime needs {} threads (ulimit -u)", threads)};
  }
  over.count_down();
}

process_resources measure_resources() {
  auto descriptors = raise_limit(RLIMIT_NOFILE);
  auto maps = read_number("/proc/sys/vm/max_map_count", 65530);
  auto threads = std::min(read_number("/proc/sys/kernel/threads-max", 16384),
                          read_number("/sys/fs/cgroup/pids.max", 1 << 22));
  rlimit processes{};
  if (getrlimit(RLIMIT_NPROC, &processes) == 0 && processes.rlim_cur != RLIM_INFINITY)
    threads = std::min(threads, static_cast<std::size_t>(processes.rlim_cur));
  return {
    .descriptors_free = minus(descriptors, count_entries("/proc/self/fd") + descriptors_kept),
    .memory_maps_free = minus(maps, count_lines("/proc/self/maps") + memory_maps_kept),
    .memory_free_mib = minus(available_memory_mib(), memory_mib_kept),
    .threads_free = minus(threads, 256),
  };
}

capacity::capacity(std::size_t wished, const process_resources& resources) {
  struct bound {
    std::size_t contexts;
    std::string_view what;
  };
  std::array bounds{
    bound{isolates_max, "V8's table of isolates"},
    bound{resources.descriptors_free / descriptors_each, "open descriptors (ulimit -n)"},
    bound{resources.memory_maps_free / memory_maps_each, "memory maps (vm.max_map_count)"},
    bound{resources.memory_free_mib / memory_mib_each, "available memory"},
    bound{resources.threads_free, "threads"},
    bound{wished == 0 ? isolates_max : wished, "runtime_options::max_contexts"},
  };
  auto tightest = std::ranges::min_element(bounds, {}, &bound::contexts);
  most_ = tightest->contexts;
  bound_by_ = tightest->what;
}

result<void> capacity::take() {
  if (used_ >= most_)
    return error{.code = errc::capacity_exceeded,
                 .message = fmt::format("{} contexts are alive, and no more are allowed by {}",
                                        used_, bound_by_)};
  ++used_;
  return {};
}

} // namespace troupe::actors
