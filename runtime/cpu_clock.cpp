#include "runtime/cpu_clock.hpp"

#include <pthread.h>

namespace troupe::js {

cpu_clock::cpu_clock() {
  clockid_t id{};
  if (pthread_getcpuclockid(pthread_self(), &id) == 0)
    clock_ = id;
}

std::optional<std::chrono::nanoseconds> cpu_clock::read() const {
  timespec used{};
  if (!clock_ || clock_gettime(*clock_, &used) != 0)
    return std::nullopt;
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

} // namespace troupe::js
