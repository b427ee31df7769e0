#include "api/callback_queue.hpp"

#include "runtime/thread_role.hpp"
#include "troupe/future.hpp"

#include <pthread.h>

#include <system_error>

namespace troupe::detail {

void callback_queue::post(std::function<void()> work) {
  std::unique_lock guard{mutex_};
  if (stopping_) {
    guard.unlock();
    run_here(std::move(work));
    return;
  }
  queue_.push_back(std::move(work));
  if (!thread_.joinable())
    start();
  else if (waiting_) // a thread that is awake looks by itself
    filled_.notify_one();
}

void callback_queue::stop() {
  std::unique_lock guard{mutex_};
  stopping_ = true;
  filled_.notify_one();
  auto thread = std::move(thread_);
  bool is_own = thread.get_id() == std::this_thread::get_id(); // from a continuation
  if (thread.joinable() && !is_own) {
    guard.unlock();
    thread.join();
    return;
  }
  if (is_own)
    thread.detach();
  std::vector<std::function<void()>> rest;
  rest.swap(queue_);
  guard.unlock();
  for (auto& work : rest)
    work();
}

/// What there is no thread for waits for the next that is posted, or the end.
void callback_queue::start() {
  try {
    thread_ = std::thread{[self = shared_from_this()] { self->main(); }};
  } catch (const std::system_error&) {
    // The system has none at the moment.
  }
}

void callback_queue::main() {
  pthread_setname_np(pthread_self(), "troupe-callback");
  js::current_thread_role() = js::thread_role::callbacks;
  std::vector<std::function<void()>> batch;
  std::unique_lock guard{mutex_};
  for (;;) {
    waiting_ = true;
    filled_.wait(guard, [this] { return !queue_.empty() || stopping_; });
    waiting_ = false;
    if (queue_.empty())
      return;
    batch.swap(queue_);
    guard.unlock();
    for (auto& work : batch)
      work();
    batch.clear();
    guard.lock();
  }
}

} // namespace troupe::detail
