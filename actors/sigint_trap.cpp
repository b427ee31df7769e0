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

// Holds that last, and signals so far: in one word, so that it is decided which
// holds a signal meets. Signals are counted modulo 2^32, in the upper half.
std::atomic<std::uint64_t> state{0};
constexpr std::uint64_t one_hold = 1;
constexpr std::uint64_t one_signal = std::uint64_t{1} << 32;
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

constexpr std::uint32_t holds_in(std::uint64_t word) {
  return static_cast<std::uint32_t>(word);
}

constexpr std::uint32_t signals_in(std::uint64_t word) {
  return static_cast<std::uint32_t>(word >> 32);
}

// Read by the signal handler, so: lock-free and never freed.
std::array<std::atomic<int>, 64> subscribers; // descriptor + 1; 0 = free
std::atomic<int> handlers_running{0};
static_assert(std::atomic<int>::is_always_lock_free);

std::mutex mutex;
// Guarded by mutex.
struct sigaction previous;

void on_sigint(int) {
  int saved = errno;
  handlers_running.fetch_add(1);
  if (holds_in(state.fetch_add(one_signal)) == 0) {
    // The last hold has ended since the kernel chose this handler; the previous
    // one is installed already.
    ::raise(SIGINT); // handled when this handler has returned
  } else {
    for (auto& subscriber : subscribers) {
      int descriptor = subscriber.load() - 1;
      const std::uint64_t one = 1;
      if (descriptor >= 0) [[maybe_unused]]
        auto written = ::write(descriptor, &one, sizeof one);
    }
  }
  handlers_running.fetch_sub(1);
  errno = saved;
}

class process_hold final : public js::sigint_hold {
public:
  process_hold() {
    std::lock_guard guard{mutex};
    // In this order: our handler never finds that nobody holds while it is to.
    auto before = state.fetch_add(one_hold);
    begun_ = signals_in(before);
    if (holds_in(before) != 0)
      return;
    struct sigaction ours {};
    ours.sa_handler = &on_sigint;
    ours.sa_flags = SA_RESTART;
    sigemptyset(&ours.sa_mask);
    struct sigaction found {};
    sigaction(SIGINT, &ours, &found);
    if (found.sa_handler != &on_sigint)
      previous = found;
  }

  ~process_hold() override {
    process_hold::end();
  }

  [[nodiscard]] bool fired() const noexcept override {
    auto ended = ended_.load();
    return (ended != lasts ? static_cast<std::uint32_t>(ended) : signals_in(state.load()))
           != begun_;
  }

  void end() noexcept override {
    std::lock_guard guard{mutex};
    if (ended_.load() != lasts)
      return;
    // Only those who have the mutex change the number of holds.
    if (holds_in(state.load()) == 1)
      put_previous_back();
    ended_.store(signals_in(state.fetch_sub(one_hold)));
  }

private:
  static void put_previous_back() {
    // Unless somebody has installed a handler of his own meanwhile.
    struct sigaction current {};
    sigaction(SIGINT, nullptr, &current);
    if (current.sa_handler == &on_sigint)
      sigaction(SIGINT, &previous, nullptr);
  }

  static constexpr std::uint64_t lasts = UINT64_MAX;

  std::uint32_t begun_ = 0;
  std::atomic<std::uint64_t> ended_{lasts}; ///< Signals at the end.
};

} // namespace

std::shared_ptr<js::sigint_hold> sigint_trap::hold() {
  return std::make_shared<process_hold>();
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
