#pragma once

#include "runtime/byte_budget.hpp"
#include "runtime/child_process/child.hpp"
#include "runtime/function_ref.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::js::child_process {

/// A child that is waited for (`spawnSync`).
struct sync_run {
  /// With the other ends of its pipes: -1 where there is none.
  struct pipe {
    int descriptor = -1;
    std::span<const std::uint8_t> input{}; ///< Written to the child; must stay.
  };

  child_plan plan{};
  std::vector<pipe> pipes{};            ///< As many as the plan's descriptors; closed by `run`.
  std::chrono::milliseconds timeout{0}; ///< 0: none.
  std::size_t bytes_max = SIZE_MAX;     ///< Of each output.
  int kill_signal = 15;                 ///< When one of those is exceeded.

  int failed = 0;                     ///< A negative errno.
  pid_t pid = 0;                      ///< 0: it has not begun.
  child_end end{};                    ///< When it has.
  bool stopped = false;               ///< `stopping` said so: it was killed.
  std::vector<std::string> outputs{}; ///< Of each descriptor.

  /// Blocks until the child has ended and its pipes are closed, or its end is to be made: asks
  /// `stopping` now and then. Outputs count against `budget` while this runs; where it is
  /// exceeded, `collect` may make room, once.
  void run(std::shared_ptr<byte_budget> budget, function_ref<bool()> stopping,
           function_ref<void()> collect);
};

} // namespace troupe::js::child_process
