#pragma once

#include <sched.h>

#include <chrono>
#include <string>

namespace troupe::bench {

/// Beyond this use of the machine by others, a round counts as disturbed.
inline constexpr double foreign_cores_max = 0.25;

/// How much of the machine processes other than this one, and the hypervisor,
/// use from its construction on. Good to a few per cent over 100 ms or more: the
/// kernel counts in ticks of 10 ms.
class cpu_watch {
public:
  cpu_watch();

  [[nodiscard]] double foreign_cores() const;

private:
  std::chrono::steady_clock::time_point began_;
  double machine_;
  double own_;
};

/// Keeps the calling thread, and those it starts meanwhile, on one core.
class one_core {
public:
  one_core();
  ~one_core();

  one_core(const one_core&) = delete;
  one_core& operator=(const one_core&) = delete;

private:
  cpu_set_t before_;
};

/// Model and number of cores.
[[nodiscard]] std::string cpu_description();

/// Name and release of the kernel, e.g. `Linux 6.1.0`.
[[nodiscard]] std::string kernel_description();

} // namespace troupe::bench
