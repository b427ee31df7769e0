// context_reset: a context without a past, for one run.
//
// Timed: `reset()` and `run("1 + 1")`, both asked for at once. Floor: `spawn().get()`
// and the same run in the new context.
// Not timed: the end of the contexts.

#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

namespace troupe::bench {

namespace {

std::vector<sample> measure() {
  constexpr int warm_up = 5;
  constexpr int timed = 60;
  runtime rt;
  context kept = rt.spawn().get();
  auto spawn = [&] {
    auto start = clock::now();
    context made = rt.spawn().get();
    require(made.run("1 + 1").get());
    auto time = microseconds_since(start);
    require(made.close(close_mode::now).get());
    return time;
  };
  auto reset = [&] {
    auto start = clock::now();
    auto done = kept.reset();
    require(kept.run("1 + 1").get());
    auto time = microseconds_since(start);
    require(done.get());
    return time;
  };
  std::vector<double> spawned;
  std::vector<double> resets;
  alternate(
    warm_up, [&] { spawn(); }, [&] { reset(); });
  alternate(
    timed, [&] { spawned.push_back(spawn()); }, [&] { resets.push_back(reset()); });
  return {{median(spawned), median(resets)}};
}

} // namespace

item context_reset() {
  return {.name = "context_reset",
          .figures = {{"context_reset (floor: a new context)", "µs"}},
          .rounds = 5,
          .measure = &measure};
}

} // namespace troupe::bench
