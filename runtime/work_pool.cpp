#include "runtime/work_pool.hpp"

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <thread>
#include <utility>

namespace troupe::js {

namespace {

constexpr std::size_t threads_max = 4;

} // namespace

work_pool& work_pool::instance() {
  // Never destroyed: a thread may be inside a call that does not return.
  static auto* one = new work_pool;
  return *one;
}

void work_pool::run(std::function<void()> work) {
  std::lock_guard guard{mutex_};
  waiting_.push_back(std::move(work));
  if (idle_ < waiting_.size() && threads_ < threads_max) {
    // Signals belong to the threads of the process that expect them.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      std::thread{[this] { serve(); }}.detach();
      ++threads_;
    } catch (const std::system_error&) {
      // Those that are there do it, or nobody yet.
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  changed_.notify_one();
}

void work_pool::serve() {
  std::unique_lock guard{mutex_};
  for (;;) {
    ++idle_;
    changed_.wait(guard, [this] { return !waiting_.empty(); });
    --idle_;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    guard.unlock();
    work();
    work = nullptr;
    guard.lock();
  }
}

} // namespace troupe::js
