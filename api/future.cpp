#include "troupe/future.hpp"

#include "api/callback_queue.hpp"
#include "runtime/spinner.hpp"
#include "runtime/thread_role.hpp"

#include <array>
#include <cstdint>

namespace troupe::detail {

namespace {

// Longer than it takes to wake a context's thread on an idle core, 70 µs on a
// virtual machine: once both sides are awake they find each other looking.
constexpr auto spin_time = std::chrono::microseconds{100};

} // namespace

void post(const std::shared_ptr<callback_queue>& queue, std::function<void()> work) {
  if (queue)
    queue->post(std::move(work));
  else
    work();
}

void hand_over(const executor& where, std::function<void()> work) noexcept {
  try {
    where(std::move(work));
  } catch (...) {
    // The continuation is gone, and with it the promise of what it would give.
  }
}

bool may_wait() noexcept {
  return js::current_thread_role() == js::thread_role::user;
}

bool spin_until(const std::atomic<unsigned>& flags, unsigned wanted) noexcept {
  static js::spinner shared{spin_time};
  return shared.look([&] { return (flags.load(std::memory_order_acquire) & wanted) != 0; });
}

parking_lot& parking_lot::of(const void* what) noexcept {
  // Never destroyed: futures may outlive the end of main.
  static auto& lots = *new std::array<parking_lot, 64>;
  // States are at least a cache line apart.
  return lots[(reinterpret_cast<std::uintptr_t>(what) >> 6) % lots.size()];
}

} // namespace troupe::detail
