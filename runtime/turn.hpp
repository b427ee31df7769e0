#pragma once

#include "runtime/run_ledger.hpp"
#include "runtime/sigint_hold.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace troupe::js {

/// What an entry into script code is for, and with what limits. What a turn leaves behind
/// (timers, host calls, imports) runs later in turns with the same limits.
struct turn_spec {
  request_id request = 0;
  std::chrono::milliseconds timeout{0};
  std::shared_ptr<sigint_hold> sigint{};
  std::chrono::milliseconds cpu_time{0};
  std::uint64_t run = 0; ///< Whose errors are its; 0 for nobody's.
};

} // namespace troupe::js
