#pragma once

#include "runtime/engine.hpp"
#include "runtime/platform.hpp"

#include <pthread.h>
#include <uv.h>
#include <v8-context.h>
#include <v8-isolate.h>
#include <v8-script.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// The least that a context on its own thread can cost: V8, libuv and pthreads
/// by hand, without actors, limits on runs, termination, errors or values. Of
/// Troupe it takes V8's start-up and platform only, so that both have the same
/// flags and worker threads. Heap limit, stack and microtask policy are Troupe's
/// defaults.
namespace troupe::bench::floor {

/// An isolate with one context and one compiled script, for the thread that
/// makes it. The script must give a number.
class bare_isolate {
public:
  explicit bare_isolate(const std::string& source);
  ~bare_isolate();

  bare_isolate(const bare_isolate&) = delete;
  bare_isolate& operator=(const bare_isolate&) = delete;

  /// `Script::Run` of the compiled script and a microtask checkpoint, as a host
  /// that runs promises must.
  [[nodiscard]] double run();

  /// A global function that adds two numbers.
  void define_add();

  /// The script's global `data` in V8's serialisation format; for `free`.
  [[nodiscard]] std::pair<std::uint8_t*, std::size_t> write_data();

  /// Makes `data` of what `write_data` has given.
  void read_data(std::pair<std::uint8_t*, std::size_t> bytes);

  [[nodiscard]] v8::Isolate* v8() noexcept {
    return isolate_;
  }

  [[nodiscard]] v8::Local<v8::Context> context() const {
    return context_.Get(isolate_);
  }

  /// Tasks that V8 has posted for this thread.
  void run_tasks() {
    if (tasks_->pending())
      tasks_->run_due();
  }

private:
  js::platform& platform_;
  std::shared_ptr<js::foreground_tasks> tasks_;
  std::unique_ptr<v8::ArrayBuffer::Allocator> allocator_;
  v8::Isolate* isolate_;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Script> script_;
};

/// Two isolates that share the thread that makes them.
class isolate_pair {
public:
  /// `source` makes the global `data` in one of them.
  explicit isolate_pair(const std::string& source);

  /// Copies `data` into the other one.
  void clone();

private:
  bare_isolate from_;
  bare_isolate to_;
};

/// A pthread with Troupe's stack size, joined by its destructor.
class thread {
public:
  explicit thread(std::function<void()> body);
  ~thread();

  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

private:
  std::function<void()> body_;
  pthread_t handle_{};
};

/// A context that sleeps in a libuv loop and is woken by `uv_async_send`; answers
/// by `std::promise`.
class uv_context {
public:
  /// Starts thread, loop, isolate and context, and runs `source` once.
  explicit uv_context(std::string source);
  ~uv_context();

  /// The value of that first run.
  [[nodiscard]] std::future<double>& first() noexcept {
    return first_;
  }

  /// Runs the compiled script once more. Requires that `first` was answered.
  [[nodiscard]] std::future<double> run();

private:
  void main();
  void serve();

  std::string source_;
  std::promise<double> first_answer_;
  std::future<double> first_ = first_answer_.get_future();
  bare_isolate* isolate_ = nullptr;
  uv_loop_t loop_{};
  uv_async_t async_{};
  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::promise<double>> queue_;
  bool stopping_ = false;
  std::vector<std::promise<double>> batch_;
  thread thread_; // last: it uses the others
};

/// A context that sleeps on a condition variable; answers by `std::promise`.
class condvar_context {
public:
  explicit condvar_context(std::string source);
  ~condvar_context();

  [[nodiscard]] std::future<double> run();

private:
  void main();

  std::string source_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::condition_variable filled_;
  std::vector<std::promise<double>> queue_;
  bool waiting_ = false;
  bool stopping_ = false;
  thread thread_;
};

/// A context that reads an eventfd, runs, and answers through another: one
/// request at a time, the answer in a plain variable.
class eventfd_context {
public:
  explicit eventfd_context(std::string source);
  ~eventfd_context();

  [[nodiscard]] double run();

private:
  void main();

  std::string source_;
  int asked_;
  int answered_;
  bool stopping_ = false; // handed over by the descriptors, like the answer
  double answer_ = 0;
  thread thread_;
};

} // namespace troupe::bench::floor
