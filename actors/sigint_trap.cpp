#include "actors/sigint_trap.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <thread>

namespace troupe::actors {

namespace {

// Read by the signal handler, so: lock-free and never freed.
std::array<std::atomic<int>, 64> subscribers; // descriptor + 1; 0 = free
std::atomic<int> handlers_running{0};
static_assert(std::atomic<int>::is_always_lock_free);

std::mutex mutex;
// Guarded by mutex.
std::size_t holds = 0;
struct sigaction previous;

void on_sigint(int) {
  int saved = errno;
  handlers_running.fetch_add(1);
  for (auto& subscriber : subscribers) {
    int descriptor = subscriber.load() - 1;
    const std::uint64_t one = 1;
    if (descriptor >= 0) [[maybe_unused]]
      auto written = ::write(descriptor, &one, sizeof one);
  }
  handlers_running.fetch_sub(1);
  errno = saved;
}

void release() {
  std::lock_guard guard{mutex};
  if (--holds != 0)
    return;
  // Unless somebody has installed a handler of his own meanwhile.
  struct sigaction current {};
  sigaction(SIGINT, nullptr, &current);
  if (current.sa_handler == &on_sigint)
    sigaction(SIGINT, &previous, nullptr);
}

} // namespace

std::shared_ptr<void> sigint_trap::hold() {
  std::lock_guard guard{mutex};
  if (holds++ == 0) {
    struct sigaction ours {};
    ours.sa_handler = &on_sigint;
    ours.sa_flags = SA_RESTART;
    sigemptyset(&ours.sa_mask);
    sigaction(SIGINT, &ours, &previous);
  }
  static int token;
  return {&token, [](void*) { release(); }};
}

bool sigint_trap::subscribe(int eventfd) {
  for (auto& subscriber : subscribers) {
    int free = 0;
    if (subscriber.compare_exchange_strong(free, eventfd + 1))
      return true;
  }
  return false;
}

void sigint_trap::unsubscribe(int eventfd) {
  for (auto& subscriber : subscribers) {
    int ours = eventfd + 1;
    subscriber.compare_exchange_strong(ours, 0);
  }
  while (handlers_running.load() != 0)
    std::this_thread::yield();
}

} // namespace troupe::actors
