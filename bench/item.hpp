#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace troupe::bench {

/// How a figure is held against its target.
enum class goal {
  ratio_at_most,      ///< Troupe ÷ floor
  ratio_at_least,     ///< Troupe ÷ floor
  difference_at_most, ///< Troupe − floor
  value_at_most,      ///< Troupe alone
  none,               ///< Shown for comparison.
};

inline constexpr double no_floor = std::numeric_limits<double>::quiet_NaN();

/// One line of the table.
struct figure {
  std::string name;
  std::string unit;
  goal aim = goal::none;
  double target = 0;
};

/// What one round saw of one figure.
struct sample {
  double floor = no_floor;
  double troupe = 0;

  [[nodiscard]] bool has_floor() const noexcept {
    return !std::isnan(floor);
  }
};

/// One round of an item, with how much of the machine others used meanwhile.
struct round_result {
  std::vector<sample> samples; ///< In the order of `item::figures`.
  double foreign_cores = 0;
};

/// An operation, measured in rounds; in each, floor and Troupe take turns.
struct item {
  std::string name;
  std::vector<figure> figures;
  std::size_t rounds = 9;
  /// Do others on the machine disturb it?
  bool timed = true;
  std::function<std::vector<sample>()> measure;
  std::vector<round_result> results{};
};

/// All items, in the order of the table.
[[nodiscard]] std::vector<item>& items();

/// Runs one round and keeps its result. Waits for others to leave the machine
/// alone, and repeats the round when they did not, but not for ever.
void run_round(item& which);

// Each in a file of its own, which starts with what is timed.
[[nodiscard]] item builtins_cost();
[[nodiscard]] item context_create();
[[nodiscard]] item context_create_100();
[[nodiscard]] item eval_roundtrip();
[[nodiscard]] item eval_roundtrip_one_core();
[[nodiscard]] item pipelined_runs();
[[nodiscard]] item timeout_cost();
[[nodiscard]] item stop_lateness();
[[nodiscard]] item idle_memory();
[[nodiscard]] item clone();
[[nodiscard]] item clone_in_isolate();
[[nodiscard]] item host_call();
[[nodiscard]] item code_cache_start();
[[nodiscard]] item context_reset();
[[nodiscard]] item modules();
[[nodiscard]] item modules_shared();
[[nodiscard]] item modules_latency();

} // namespace troupe::bench
