#include "troupe/future.hpp"

#include "api/callback_queue.hpp"
#include "runtime/spinner.hpp"
#include "runtime/thread_role.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <exception>

namespace troupe::detail {

namespace {

// Longer than it takes to wake a context's thread on an idle core, 70 µs on a
// virtual machine: once both sides are awake they find each other looking.
constexpr auto spin_time = std::chrono::microseconds{100};

} // namespace

// -- work that runs where it comes up ---------------------------------------------

namespace {

// Enough for what people nest; a frame takes a few hundred bytes.
constexpr unsigned nested_max = 32;

thread_local unsigned nested = 0;
thread_local std::deque<std::function<void()>>* put_off = nullptr; // of the deepest frame

/// Throws what the first of them threw, once all have run.
void run_all(std::deque<std::function<void()>>& queue, std::exception_ptr& thrown) {
  while (!queue.empty()) {
    auto next = std::move(queue.front());
    queue.pop_front();
    try {
      next();
    } catch (...) { // a coroutine of the user's, of another kind than ours
      if (!thrown)
        thrown = std::current_exception();
    }
  }
}

} // namespace

void run_here(std::function<void()> work) {
  if (put_off != nullptr) {
    put_off->push_back(std::move(work));
    return;
  }
  struct depth {
    depth() {
      ++nested;
    }
    ~depth() {
      --nested;
    }
  } deeper;
  if (nested < nested_max) {
    work();
    return;
  }
  std::deque<std::function<void()>> queue;
  queue.push_back(std::move(work));
  put_off = &queue;
  std::exception_ptr thrown;
  run_all(queue, thrown);
  put_off = nullptr;
  if (thrown)
    std::rethrow_exception(thrown);
}

void run_put_off() {
  if (put_off == nullptr)
    return;
  std::exception_ptr thrown;
  run_all(*put_off, thrown);
  if (thrown)
    std::rethrow_exception(thrown);
}

void resume_slot::resume_as_lost(const std::shared_ptr<resume_slot>& slot) noexcept {
  run_here([slot] {
    auto* waiting = slot->waiting_.exchange(nullptr);
    if (waiting == nullptr)
      return;
    slot->lost_ = true;
    try {
      std::coroutine_handle<>::from_address(waiting).resume();
    } catch (...) {
      // Of a coroutine of the user's; this is inside a destructor.
    }
  });
}

void cancellable::cancel() {
  std::vector<std::shared_ptr<cancellable>> open;
  cancel_step(open);
  while (!open.empty()) {
    auto last = std::move(open.back());
    open.pop_back();
    last->cancel_step(open);
  }
}

// -- where continuations run --------------------------------------------------------

void post(const std::shared_ptr<callback_queue>& queue, std::function<void()> work) {
  if (queue)
    queue->post(std::move(work));
  else
    run_here(std::move(work));
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
