#include "troupe/future.hpp"

#include "api/callback_queue.hpp"
#include "runtime/spinner.hpp"
#include "runtime/thread_role.hpp"

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

bool may_wait() noexcept {
  return js::current_thread_role() == js::thread_role::user;
}

bool spin_until(const std::atomic<bool>& ready) noexcept {
  static js::spinner shared{spin_time};
  return shared.look([&] { return ready.load(std::memory_order_acquire); });
}

error error_from_exception() noexcept {
  try {
    throw;
  } catch (const failure& thrown) {
    return thrown.error();
  } catch (const std::exception& thrown) {
    return {.code = errc::host_exception, .message = thrown.what()};
  } catch (...) {
    return {.code = errc::host_exception, .message = "an exception of unknown type"};
  }
}

} // namespace troupe::detail
