// pipelined_runs: how many runs of a compiled trivial script per second go
// through one and through two contexts when the caller, one thread, keeps 1,000
// of them open.
//
// Timed: a burst of runs from the first request to the last answer. The caller
// takes the answers in order, each from a future of its own; with two contexts it
// asks them in turn. Floor: bare V8 behind a mutex and a condition variable
// (taken out in batches), answering by `std::promise`.
// Not timed: compilation, one burst to warm up.

#include "bench/floor.hpp"
#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

#include <array>

namespace troupe::bench {

namespace {

constexpr std::size_t window = 1000;
constexpr std::size_t burst = 50'000;
constexpr int bursts = 4;
constexpr auto source = "1 + 1";

/// Thousands of runs per second. `ask(i)` sends the i-th request, `take` waits for
/// an answer.
template <class Future, class Ask, class Take>
double throughput(Ask&& ask, Take&& take) {
  std::vector<Future> open(window);
  double sum = 0;
  auto start = clock::now();
  for (std::size_t i = 0; i < burst + window; ++i) {
    auto& slot = open[i % window];
    if (i >= window)
      sum += take(slot);
    if (i < burst)
      slot = ask(i);
  }
  auto time = microseconds_since(start);
  require(sum == 2.0 * burst, "wrong answers");
  return burst / time * 1e3;
}

template <std::size_t contexts>
sample measure(runtime& rt) {
  std::array<context, contexts> ours;
  for (auto& each : ours)
    each = rt.spawn().get();
  std::array<std::unique_ptr<floor::condvar_context>, contexts> bare;
  for (auto& each : bare)
    each = std::make_unique<floor::condvar_context>(source);
  script compiled{source};
  auto run_bare = [&] {
    return throughput<std::future<double>>(
      [&](std::size_t i) { return bare[i % contexts]->run(); },
      [](auto& answer) { return answer.get(); });
  };
  auto run_ours = [&] {
    return throughput<future<value>>(
      [&](std::size_t i) { return ours[i % contexts].run(compiled); },
      [](auto& answer) { return answer.get()->template as<double>(); });
  };
  run_bare();
  run_ours();
  std::vector<double> bare_rates;
  std::vector<double> our_rates;
  alternate(
    bursts, [&] { bare_rates.push_back(run_bare()); }, [&] { our_rates.push_back(run_ours()); });
  return {median(bare_rates), median(our_rates)};
}

std::vector<sample> measure_both() {
  runtime rt;
  return {measure<1>(rt), measure<2>(rt)};
}

} // namespace

item pipelined_runs() {
  return {.name = "pipelined_runs",
          .figures = {{"pipelined_runs, 1 context, window 1,000", "thousand/s",
                       goal::ratio_at_least, 1.0},
                      {"pipelined_runs, 2 contexts, window 1,000", "thousand/s",
                       goal::ratio_at_least, 1.0}},
          .measure = &measure_both};
}

} // namespace troupe::bench
