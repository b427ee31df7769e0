#include "api/io_pool.hpp"

#include "runtime/thread_role.hpp"

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace troupe::detail {

/// Shared with the threads: one of them may be what ends the pool.
struct io_pool::state {
  // Constant after construction.
  const unsigned threads_max;
  const std::size_t pending_max;

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  std::deque<std::unique_ptr<io_task>> waiting;
  std::vector<std::thread> threads;
  std::size_t idle = 0;
  bool ending = false;

  void work() {
    std::unique_lock guard{mutex};
    for (;;) {
      ++idle;
      changed.wait(guard, [this] { return ending || !waiting.empty(); });
      --idle;
      if (ending)
        return;
      auto task = std::move(waiting.front());
      waiting.pop_front();
      guard.unlock();
      task->run();
      task.reset();
      guard.lock();
    }
  }
};

namespace {

/// Signals are for the threads of the program.
class signals_blocked {
public:
  signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

private:
  sigset_t before_{};
};

} // namespace

io_pool::io_pool(unsigned threads_max, std::size_t pending_max)
  : state_(
    std::shared_ptr<state>{new state{.threads_max = threads_max, .pending_max = pending_max}}) {
}

io_pool::~io_pool() {
  std::unique_lock guard{state_->mutex};
  state_->ending = true;
  auto waiting = std::move(state_->waiting);
  auto threads = std::move(state_->threads);
  guard.unlock();
  state_->changed.notify_all();
  for (auto& task : waiting)
    task->abandon();
  // A read may hang for ever, on a disk that is gone: nobody waits for it.
  for (auto& thread : threads)
    thread.detach();
}

std::unique_ptr<io_task> io_pool::post(std::unique_ptr<io_task> task) {
  std::lock_guard guard{state_->mutex};
  if (state_->waiting.size() >= state_->pending_max)
    return task;
  if (state_->idle <= state_->waiting.size() && state_->threads.size() < state_->threads_max) {
    signals_blocked here; // and in the new thread
    try {
      state_->threads.emplace_back([self = state_] {
        pthread_setname_np(pthread_self(), "troupe-files");
        js::current_thread_role() = js::thread_role::callbacks;
        self->work();
      });
    } catch (const std::system_error&) {
      if (state_->threads.empty())
        return task;
    }
  }
  state_->waiting.push_back(std::move(task));
  state_->changed.notify_one();
  return nullptr;
}

} // namespace troupe::detail
