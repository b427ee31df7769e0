#include "runtime/thread_scheduling.hpp"

#include <sys/resource.h>

namespace troupe::js {

thread_scheduling thread_scheduling::here() {
  thread_scheduling read;
  // More cores than the set holds: they are not compared.
  if (::sched_getaffinity(0, sizeof read.cores_, &read.cores_) != 0)
    CPU_ZERO(&read.cores_);
  read.policy_ = ::sched_getscheduler(0);
  sched_param parameters{};
  if (::sched_getparam(0, &parameters) == 0)
    read.priority_ = parameters.sched_priority;
  read.nice_ = ::getpriority(PRIO_PROCESS, 0); // of the thread, on Linux
  return read;
}

bool operator==(const thread_scheduling& one, const thread_scheduling& other) {
  return CPU_EQUAL(&one.cores_, &other.cores_) && one.policy_ == other.policy_
         && one.priority_ == other.priority_ && one.nice_ == other.nice_;
}

} // namespace troupe::js
