#include "bench/machine.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

namespace troupe::bench {

namespace {

/// Seconds that all cores of the machine were not idle, time stolen by the
/// hypervisor included (proc(5), /proc/stat).
double busy_seconds_of_machine() {
  std::ifstream stat{"/proc/stat"};
  std::string cpu;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, soft_irq = 0, stolen = 0;
  stat >> cpu >> user >> nice >> system >> idle >> waiting >> irq >> soft_irq >> stolen;
  return (user + nice + system + irq + soft_irq + stolen)
         / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double busy_seconds_of_process() {
  double total = 0;
  for (auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    total += seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  return total;
}

} // namespace

cpu_watch::cpu_watch()
  : began_(std::chrono::steady_clock::now()), machine_(busy_seconds_of_machine()),
    own_(busy_seconds_of_process()) {
}

double cpu_watch::foreign_cores() const {
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
  double foreign = (busy_seconds_of_machine() - machine_) - (busy_seconds_of_process() - own_);
  return std::max(0.0, foreign / elapsed.count());
}

one_core::one_core() {
  ::sched_getaffinity(0, sizeof before_, &before_);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(::sched_getcpu()), &one);
  ::sched_setaffinity(0, sizeof one, &one);
}

one_core::~one_core() {
  ::sched_setaffinity(0, sizeof before_, &before_);
}

std::string cpu_description() {
  std::ifstream info{"/proc/cpuinfo"};
  std::string line;
  std::string model = "unknown CPU";
  while (std::getline(info, line))
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  return fmt::format("{}, {} cores", model, std::thread::hardware_concurrency());
}

std::string kernel_description() {
  utsname name{};
  ::uname(&name);
  return fmt::format("{} {}", name.sysname, name.release);
}

} // namespace troupe::bench
