#pragma once

#include <cstddef>
#include <memory>

namespace troupe::detail {

/// Work for a thread that may block. Exactly one of the two is called, on some thread.
class io_task {
public:
  io_task() = default;
  virtual ~io_task() = default;

  io_task(const io_task&) = delete;
  io_task& operator=(const io_task&) = delete;

  virtual void run() noexcept = 0;

  /// The pool ends, or has no room.
  virtual void abandon() noexcept = 0;
};

/// A few threads that do what may block, in the order it comes. They start when they
/// are needed first.
///
/// Threads:  any.
/// Lifetime: the destructor abandons what has not begun, and waits for nothing: what has
///           begun goes on, so a task holds all that it needs.
class io_pool {
public:
  io_pool(unsigned threads_max, std::size_t pending_max);
  ~io_pool();

  io_pool(const io_pool&) = delete;
  io_pool& operator=(const io_pool&) = delete;

  /// @returns the task when as many wait as may, or no thread can be had.
  [[nodiscard]] std::unique_ptr<io_task> post(std::unique_ptr<io_task> task);

private:
  struct state;
  const std::shared_ptr<state> state_;
};

} // namespace troupe::detail
