// timeout_cost: what `.timeout = 5s`, which never strikes, adds to the run of a
// compiled trivial script.
//
// Timed, one at a time: as eval_roundtrip, the median with and without (the
// "floor" here). Timed, pipelined: as pipelined_runs through one context, the
// time per run.
// Not timed: compilation, the first runs after each change.

#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

namespace troupe::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto source = "1 + 1";
constexpr run_options with_timeout{.timeout = 5s};
constexpr run_options without{};

sample measure_one_at_a_time(context& ctx, const script& compiled) {
  constexpr int blocks = 16;
  constexpr int warm_up = 100;
  constexpr int timed = 400;
  std::vector<double> plain;
  std::vector<double> limited;
  auto block = [&](std::vector<double>& times, const run_options& how) {
    for (int i = 0; i < warm_up + timed; ++i) {
      auto start = clock::now();
      require(ctx.run(compiled, how).get());
      if (i >= warm_up)
        times.push_back(microseconds_since(start));
    }
  };
  alternate(
    blocks, [&] { block(plain, without); }, [&] { block(limited, with_timeout); });
  return {median(plain), median(limited)};
}

sample measure_pipelined(context& ctx, const script& compiled) {
  constexpr std::size_t window = 1000;
  constexpr std::size_t burst = 20'000;
  constexpr int bursts = 10;
  auto run = [&](const run_options& how) {
    std::vector<future<value>> open(window);
    auto start = clock::now();
    for (std::size_t i = 0; i < burst + window; ++i) {
      auto& slot = open[i % window];
      if (i >= window)
        require(slot.get());
      if (i < burst)
        slot = ctx.run(compiled, how);
    }
    return microseconds_since(start) / burst;
  };
  run(without);
  run(with_timeout);
  std::vector<double> plain;
  std::vector<double> limited;
  alternate(
    bursts, [&] { plain.push_back(run(without)); },
    [&] { limited.push_back(run(with_timeout)); });
  return {median(plain), median(limited)};
}

std::vector<sample> measure() {
  runtime rt;
  context ctx = rt.spawn().get();
  script compiled{source};
  return {measure_one_at_a_time(ctx, compiled), measure_pipelined(ctx, compiled)};
}

} // namespace

item timeout_cost() {
  return {.name = "timeout_cost",
          .figures = {{"timeout_cost, one at a time (floor: without)", "µs",
                       goal::difference_at_most, 2},
                      {"timeout_cost, pipelined, per run (floor: without)", "µs",
                       goal::difference_at_most, 2}},
          .measure = &measure};
}

} // namespace troupe::bench
