#include "runtime/platform.hpp"

#include "runtime/tsan.hpp"

#include <libplatform/libplatform.h>

#include <algorithm>

namespace troupe::js {

// -- foreground_tasks --------------------------------------------------------------

foreground_tasks::foreground_tasks(std::shared_ptr<loop_waker> waker) : waker_(std::move(waker)) {
  tsan_give(this); // V8's workers get it from V8
}

bool foreground_tasks::run_due() {
  std::deque<std::unique_ptr<v8::Task>> due;
  {
    std::lock_guard guard{mutex_};
    due.swap(ready_);
    pending_.store(false, std::memory_order_release);
    auto now = std::chrono::steady_clock::now();
    while (!delayed_.empty() && delayed_.front().due <= now) {
      std::ranges::pop_heap(delayed_, std::less{});
      due.push_back(std::move(delayed_.back().task));
      delayed_.pop_back();
    }
  }
  for (auto& task : due)
    task->Run();
  return !due.empty();
}

std::chrono::steady_clock::time_point foreground_tasks::next_due() const {
  std::lock_guard guard{mutex_};
  return delayed_.empty() ? std::chrono::steady_clock::time_point::max() : delayed_.front().due;
}

void foreground_tasks::close() {
  std::deque<std::unique_ptr<v8::Task>> ready;
  std::vector<delayed> later;
  std::lock_guard guard{mutex_};
  closed_ = true;
  ready.swap(ready_);
  later.swap(delayed_);
}

void foreground_tasks::post(std::unique_ptr<v8::Task> task) {
  tsan_take(this);
  {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    ready_.push_back(std::move(task));
    pending_.store(true, std::memory_order_release);
  }
  waker_->wake();
}

void foreground_tasks::post_delayed(std::unique_ptr<v8::Task> task, double seconds) {
  tsan_take(this);
  {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    auto delay = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(seconds));
    delayed_.push_back({std::chrono::steady_clock::now() + delay, std::move(task)});
    std::ranges::push_heap(delayed_, std::less{});
    // The loop looks when it is due next, and arms its timer.
    pending_.store(true, std::memory_order_release);
  }
  waker_->wake();
}

void foreground_tasks::PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) {
  post(std::move(task));
}

void foreground_tasks::PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task,
                                               const v8::SourceLocation&) {
  post(std::move(task));
}

void foreground_tasks::PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                                           const v8::SourceLocation&) {
  post_delayed(std::move(task), seconds);
}

void foreground_tasks::PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task,
                                                      double seconds, const v8::SourceLocation&) {
  post_delayed(std::move(task), seconds);
}

// -- platform ----------------------------------------------------------------------

platform::platform(int worker_threads)
  : workers_(v8::platform::NewDefaultPlatform(worker_threads)),
    pages_(*workers_->GetPageAllocator()) {
}

void platform::attach(v8::Isolate* isolate, std::shared_ptr<foreground_tasks> tasks) {
  std::lock_guard guard{mutex_};
  tasks_.insert_or_assign(isolate, std::move(tasks));
}

void platform::detach(v8::Isolate* isolate) {
  std::shared_ptr<foreground_tasks> tasks;
  std::lock_guard guard{mutex_};
  if (auto found = tasks_.find(isolate); found != tasks_.end()) {
    tasks = std::move(found->second);
    tasks_.erase(found);
  }
}

v8::PageAllocator* platform::GetPageAllocator() {
  return &pages_;
}

int platform::NumberOfWorkerThreads() {
  return workers_->NumberOfWorkerThreads();
}

std::shared_ptr<v8::TaskRunner> platform::GetForegroundTaskRunner(v8::Isolate* isolate,
                                                                  v8::TaskPriority) {
  std::lock_guard guard{mutex_};
  auto found = tasks_.find(isolate);
  return found == tasks_.end() ? nullptr : found->second;
}

double platform::MonotonicallyIncreasingTime() {
  return workers_->MonotonicallyIncreasingTime();
}

double platform::CurrentClockTimeMillis() {
  return workers_->CurrentClockTimeMillis();
}

v8::TracingController* platform::GetTracingController() {
  return workers_->GetTracingController();
}

std::unique_ptr<v8::JobHandle> platform::CreateJobImpl(v8::TaskPriority priority,
                                                       std::unique_ptr<v8::JobTask> task,
                                                       const v8::SourceLocation& location) {
  return workers_->CreateJob(priority, std::move(task), location);
}

void platform::PostTaskOnWorkerThreadImpl(v8::TaskPriority priority,
                                          std::unique_ptr<v8::Task> task,
                                          const v8::SourceLocation& location) {
  workers_->PostTaskOnWorkerThread(priority, std::move(task), location);
}

void platform::PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority,
                                                 std::unique_ptr<v8::Task> task, double seconds,
                                                 const v8::SourceLocation& location) {
  workers_->PostDelayedTaskOnWorkerThread(priority, std::move(task), seconds, location);
}

} // namespace troupe::js
