#pragma once

#include "runtime/buffer_pages.hpp"
#include "runtime/event_loop.hpp"

#include <v8-platform.h>

#include <deque>
#include <memory>
#include <mutex>
#include <queue>
#include <vector>

namespace troupe::js {

/// The foreground tasks of one isolate: V8 posts from any thread, the isolate's
/// loop runs them.
///
/// Threads:  posting from any; `run_due` and `next_due` on the isolate's thread.
/// Lifetime: V8 may keep it longer than the isolate; tasks posted after `close`
///           are dropped.
class foreground_tasks final : public v8::TaskRunner {
public:
  explicit foreground_tasks(std::shared_ptr<loop_waker> waker);

  /// Runs what is due now; non-nestable tasks too, so no script may be on the
  /// stack. @returns whether there was anything.
  bool run_due();

  /// When the first delayed task is due; `never` if there is none.
  [[nodiscard]] std::chrono::steady_clock::time_point next_due() const;

  /// Is anything waiting to run at once? Cheap.
  [[nodiscard]] bool pending() const noexcept {
    return pending_.load(std::memory_order_acquire);
  }

  /// A delayed task is due now.
  void look_again() noexcept {
    pending_.store(true, std::memory_order_release);
  }

  /// Drops all tasks, now and later.
  void close();

  // -- v8::TaskRunner ---------------------------------------------------------

  bool IdleTasksEnabled() override {
    return false;
  }

  bool NonNestableTasksEnabled() const override {
    return true;
  }

  bool NonNestableDelayedTasksEnabled() const override {
    return true;
  }

private:
  struct delayed {
    std::chrono::steady_clock::time_point due;
    std::unique_ptr<v8::Task> task;

    bool operator<(const delayed& other) const noexcept {
      return due > other.due; // std::push_heap keeps the largest first
    }
  };

  void PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override;
  void PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task,
                               const v8::SourceLocation&) override;
  void PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                           const v8::SourceLocation&) override;
  void PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                                      const v8::SourceLocation&) override;

  void post(std::unique_ptr<v8::Task> task);
  void post_delayed(std::unique_ptr<v8::Task> task, double seconds);

  std::shared_ptr<loop_waker> waker_;
  std::atomic<bool> pending_{false};

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::deque<std::unique_ptr<v8::Task>> ready_;
  std::vector<delayed> delayed_; // a heap
  bool closed_ = false;
};

/// V8's platform for the whole process: worker threads, clocks and tracing are
/// those of V8's default platform; each isolate's foreground tasks go to the
/// loop it lives on, and pages for its buffers are counted.
///
/// Threads:  any.
/// Lifetime: made once, never destroyed (V8 cannot be started twice).
class platform final : public v8::Platform {
public:
  explicit platform(int worker_threads);

  /// V8 posts tasks while it initialises an isolate, so this comes before
  /// `Isolate::Initialize`.
  void attach(v8::Isolate* isolate, std::shared_ptr<foreground_tasks> tasks);

  /// After this the isolate's tasks go nowhere. Comes after `Isolate::Dispose`.
  void detach(v8::Isolate* isolate);

  // -- v8::Platform -----------------------------------------------------------

  v8::PageAllocator* GetPageAllocator() override;
  int NumberOfWorkerThreads() override;
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate,
                                                          v8::TaskPriority priority) override;
  double MonotonicallyIncreasingTime() override;
  double CurrentClockTimeMillis() override;
  v8::TracingController* GetTracingController() override;

private:
  std::unique_ptr<v8::JobHandle> CreateJobImpl(v8::TaskPriority priority,
                                               std::unique_ptr<v8::JobTask> task,
                                               const v8::SourceLocation& location) override;
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                  const v8::SourceLocation& location) override;
  void PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority,
                                         std::unique_ptr<v8::Task> task, double seconds,
                                         const v8::SourceLocation& location) override;

  std::unique_ptr<v8::Platform> workers_;
  buffer_pages pages_;
  std::mutex mutex_;
  std::unordered_map<v8::Isolate*, std::shared_ptr<foreground_tasks>> tasks_; // guarded by mutex_
};

} // namespace troupe::js
