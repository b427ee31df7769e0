#include "runtime/event_loop.hpp"

#include <thread>

namespace troupe::js {

namespace {

/// How long a loop that ran out of work looks for more before it sleeps. Only as
/// many loops do so at once as there are cores to spare.
constexpr auto spin_time = std::chrono::microseconds{10};
std::atomic<int> spinning{0};

int spinning_max() {
  static const int cores = static_cast<int>(std::thread::hardware_concurrency());
  return cores / 2;
}

} // namespace

// -- loop_waker ------------------------------------------------------------------

void loop_waker::wake() {
  // Pairs with prepare_sleep: whatever the caller has queued before is seen by
  // the loop's last look, or the loop is seen asleep here.
  if (!asleep_.exchange(false))
    return;
  std::lock_guard guard{mutex_};
  if (async_ != nullptr)
    uv_async_send(async_);
}

void loop_waker::prepare_sleep() {
  asleep_.store(true);
}

void loop_waker::woken() {
  asleep_.store(false);
}

// -- event_loop ------------------------------------------------------------------

struct event_loop::timer {
  uv_timer_t handle{};
  event_loop* owner = nullptr;
  timer_id id = 0;
  bool repeats = false;
  std::function<void()> action;
};

event_loop::event_loop() : spinner_(spin_time) {
  if (uv_loop_init(&loop_) != 0)
    return;
  if (uv_async_init(&loop_, &async_, [](uv_async_t*) {}) != 0) {
    uv_loop_close(&loop_);
    return;
  }
  usable_ = true;
  std::lock_guard guard{waker_->mutex_};
  waker_->async_ = &async_;
}

event_loop::~event_loop() {
  if (!usable_)
    return;
  {
    std::lock_guard guard{waker_->mutex_};
    waker_->async_ = nullptr;
  }
  clear_timers();
  if (on_readable_)
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&async_), nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

void event_loop::run(const std::function<bool()>& work) {
  stopped_ = false;
  while (!stopped_) {
    if (work() || !immediates_.empty() || spin(work)) {
      if (!timers_.empty() || on_readable_ || open_ != 0)
        uv_run(&loop_, UV_RUN_NOWAIT);
      run_immediates();
      continue;
    }
    waker_->prepare_sleep();
    // The last look, see loop_waker::wake.
    if (!stopped_ && !work() && immediates_.empty() && !stopped_)
      uv_run(&loop_, UV_RUN_ONCE);
    waker_->woken();
  }
}

bool event_loop::spin(const std::function<bool()>& work) {
  bool worked = false;
  if (spinning.fetch_add(1) < spinning_max())
    worked = spinner_.look([&] { return stopped_ || work(); });
  spinning.fetch_sub(1);
  return worked;
}

event_loop::timer_id event_loop::start_timer(std::chrono::milliseconds delay,
                                             std::chrono::milliseconds interval,
                                             std::function<void()> action) {
  timer* made = nullptr;
  if (spare_timers_.empty()) {
    made = new timer{.owner = this};
    uv_timer_init(&loop_, &made->handle);
    made->handle.data = made;
  } else {
    made = spare_timers_.back();
    spare_timers_.pop_back();
  }
  made->id = ++last_timer_;
  made->repeats = interval.count() > 0;
  made->action = std::move(action);
  timers_.emplace(made->id, made);
  uv_update_time(&loop_);
  auto fire = [](uv_timer_t* handle) {
    auto* self = static_cast<timer*>(handle->data);
    // The action may cancel the timer, and with it itself.
    auto run = self->action;
    if (!self->repeats)
      self->owner->cancel_timer(self->id);
    run();
  };
  uv_timer_start(&made->handle, fire, static_cast<std::uint64_t>(delay.count()),
                 static_cast<std::uint64_t>(interval.count()));
  return made->id;
}

event_loop::timer_id event_loop::start_immediate(std::function<void()> action) {
  immediates_.emplace(++last_timer_, std::move(action));
  return last_timer_;
}

void event_loop::run_immediates() {
  auto last = last_timer_;
  while (!stopped_ && !immediates_.empty() && immediates_.begin()->first <= last)
    immediates_.extract(immediates_.begin()).mapped()();
}

void event_loop::cancel_timer(timer_id id) {
  if (immediates_.erase(id) != 0)
    return;
  if (auto found = timers_.find(id); found != timers_.end()) {
    auto* which = found->second;
    timers_.erase(found);
    uv_timer_stop(&which->handle);
    which->action = nullptr;
    spare_timers_.push_back(which);
  }
}

void event_loop::clear_timers() {
  for (auto& [id, which] : timers_)
    close_timer(which);
  timers_.clear();
  immediates_.clear();
  for (auto* which : spare_timers_)
    close_timer(which);
  spare_timers_.clear();
}

bool event_loop::watch_readable(int descriptor, std::function<void()> action) {
  if (uv_poll_init(&loop_, &poll_, descriptor) != 0)
    return false;
  on_readable_ = std::move(action);
  poll_.data = this;
  uv_poll_start(&poll_, UV_READABLE, [](uv_poll_t* handle, int, int) {
    static_cast<event_loop*>(handle->data)->on_readable_();
  });
  return true;
}

void event_loop::close_timer(timer* which) {
  uv_timer_stop(&which->handle);
  which->action = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&which->handle),
           [](uv_handle_t* handle) { delete static_cast<timer*>(handle->data); });
}

} // namespace troupe::js
