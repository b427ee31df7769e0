#pragma once

#include "troupe/result.hpp"

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <string>

namespace troupe::js {

/// One operating-system thread with a stack of its own size.
///
/// Threads:  `join` and `give_up` from one other thread, once.
/// Lifetime: must be joined or given up before it is destroyed.
/// Errors:   `start` says what the system refused.
class isolate_thread {
public:
  isolate_thread() = default;
  ~isolate_thread();

  isolate_thread(isolate_thread&& other) noexcept;
  isolate_thread& operator=(isolate_thread&& other) noexcept;

  /// Runs `body` on a new thread that has `script_stack_bytes` for scripts and
  /// enough beyond that for native code. `name` is cut to what the system shows.
  [[nodiscard]] static result<isolate_thread> start(const std::string& name,
                                                    std::size_t script_stack_bytes,
                                                    std::function<void()> body);

  /// Waits for the end of the body.
  void join();

  /// Gives the thread up: it is inside V8, perhaps for ever. From now on it only
  /// runs when nobody else wants a core.
  void give_up();

private:
  pthread_t thread_{};
  bool running_ = false;
};

/// Where a thread goes that must touch nothing any more.
[[noreturn]] void park_for_ever() noexcept;

} // namespace troupe::js
