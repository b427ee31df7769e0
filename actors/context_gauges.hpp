#pragma once

#include "runtime/cpu_clock.hpp"
#include "runtime/run_ledger.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace troupe::actors {

/// What can be seen of a context from outside without asking it, since it may
/// be busy.
///
/// Threads:  any; written by the context's own.
/// Lifetime: shared by the context and the handles to it.
struct context_gauges {
  std::shared_ptr<js::run_ledger> ledger;
  js::cpu_clock cpu; ///< Of the thread that makes this.
  std::chrono::nanoseconds cpu_at_start{0};
  /// Requests taken from the mailbox so far.
  alignas(64) std::atomic<std::uint64_t> begun{0};

  [[nodiscard]] std::chrono::nanoseconds cpu_time() const {
    return cpu.read().value_or(cpu_at_start) - cpu_at_start;
  }

  /// The context's thread only.
  void begin() noexcept {
    begun.store(begun.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

} // namespace troupe::actors
