// eval_roundtrip: a compiled trivial script is run and its value is there, one
// at a time, from a thread that does nothing else.
//
// Timed: each `ctx.run(script).get()` and `as<int>()`. Floor: an eventfd wakes the
// context's thread, which does `Script::Run` and answers through another eventfd.
// For comparison also a libuv loop that answers by `std::promise`, as a host
// would write it.
// Once more with all threads on one core, as it goes on a machine whose other
// cores are busy: waking is cheap there, and looking instead of sleeping in vain.
// Not timed: compilation, and the first runs after each change between floor and
// Troupe, so that neither pays for the other's threads and caches.

#include "bench/floor.hpp"
#include "bench/item.hpp"
#include "bench/machine.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

namespace troupe::bench {

namespace {

constexpr int blocks = 100;
constexpr int warm_up = 100;
constexpr int timed = 400;
constexpr auto source = "1 + 1";

template <class F>
void block(std::vector<double>& times, F&& once) {
  for (int i = 0; i < warm_up; ++i)
    once();
  for (int i = 0; i < timed; ++i) {
    auto start = clock::now();
    once();
    times.push_back(microseconds_since(start));
  }
}

std::vector<sample> measure() {
  runtime rt;
  context ctx = rt.spawn().get();
  script compiled{source};
  floor::eventfd_context by_eventfd{source};
  floor::uv_context by_future{source};
  by_future.first().wait();
  std::vector<double> bare;
  std::vector<double> bare_future;
  std::vector<double> ours;
  double sum = 0;
  alternate(
    blocks,
    [&] {
      block(bare, [&] { sum += by_eventfd.run(); });
      block(bare_future, [&] { sum += by_future.run().get(); });
    },
    [&] { block(ours, [&] { sum += ctx.run(compiled).get()->as<int>(); }); });
  require(sum == 2.0 * 3 * blocks * (warm_up + timed), "wrong answers");
  auto ours_p50 = percentile(ours, 0.50);
  auto ours_p99 = percentile(ours, 0.99);
  return {{percentile(bare, 0.50), ours_p50},
          {percentile(bare, 0.99), ours_p99},
          {percentile(bare_future, 0.50), ours_p50},
          {percentile(bare_future, 0.99), ours_p99}};
}

std::vector<sample> measure_on_one_core() {
  one_core pinned;
  auto all = measure();
  all.resize(2);
  return all;
}

} // namespace

item eval_roundtrip() {
  return {.name = "eval_roundtrip",
          .figures = {{"eval_roundtrip p50 (floor: eventfd)", "µs", goal::ratio_at_most, 1.5},
                      {"eval_roundtrip p99 (floor: eventfd)", "µs", goal::ratio_at_most, 1.5},
                      {"eval_roundtrip p50 (floor: libuv and std::future)", "µs"},
                      {"eval_roundtrip p99 (floor: libuv and std::future)", "µs"}},
          .measure = &measure};
}

item eval_roundtrip_one_core() {
  return {.name = "eval_roundtrip_one_core",
          .figures = {{"eval_roundtrip p50, on one core (floor: eventfd)", "µs"},
                      {"eval_roundtrip p99, on one core (floor: eventfd)", "µs"}},
          .measure = &measure_on_one_core};
}

} // namespace troupe::bench
