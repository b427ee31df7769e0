#include "bench/item.hpp"

#include "bench/machine.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace troupe::bench {

namespace {

constexpr int attempts_max = 4;
constexpr auto glance = std::chrono::milliseconds{300};

/// Waits until the others leave the machine alone, but no longer than this, all
/// rounds together.
void wait_for_quiet() {
  static int glances_left = 400;
  for (; glances_left > 0; --glances_left) {
    cpu_watch others;
    std::this_thread::sleep_for(glance);
    if (others.foreign_cores() <= foreign_cores_max / 2)
      return;
  }
}

} // namespace

std::vector<item>& items() {
  static std::vector<item> all = [] {
    std::vector<item> made;
    made.push_back(context_create());
    made.push_back(context_create_100());
    made.push_back(eval_roundtrip());
    made.push_back(eval_roundtrip_one_core());
    made.push_back(pipelined_runs());
    made.push_back(timeout_cost());
    made.push_back(stop_lateness());
    made.push_back(idle_memory());
    made.push_back(builtins_cost());
    made.push_back(clone());
    made.push_back(clone_in_isolate());
    made.push_back(host_call());
    made.push_back(code_cache_start());
    made.push_back(context_reset());
    made.push_back(modules());
    made.push_back(modules_shared());
    made.push_back(modules_latency());
    return made;
  }();
  return all;
}

void run_round(item& which) {
  if (!which.timed) {
    which.results.push_back({which.measure()});
    return;
  }
  round_result best;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    wait_for_quiet();
    cpu_watch others;
    round_result seen{which.measure()};
    seen.foreign_cores = others.foreign_cores();
    if (attempt == 0 || seen.foreign_cores < best.foreign_cores)
      best = std::move(seen);
    if (best.foreign_cores <= foreign_cores_max)
      break;
  }
  which.results.push_back(std::move(best));
}

} // namespace troupe::bench
