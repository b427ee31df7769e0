// troupe_bench: the benchmarks, as a Google Benchmark program.
//
//   troupe_bench                 Google Benchmark's own report
//   troupe_bench --table         one Markdown table, held against the targets
//   troupe_bench --rounds=3      fewer or more rounds than each item's own number
//
// Google Benchmark's options work with both, e.g. --benchmark_filter=eval. One
// of its repetitions is one round, in which floor and Troupe take turns; its
// time is that of the first figure, its counters are all figures.

#include "bench/idle_memory.hpp"
#include "bench/item.hpp"
#include "bench/table.hpp"
#include "runtime/engine.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace {

using troupe::bench::item;

struct arguments {
  bool table = false;
  std::optional<std::size_t> rounds;
};

/// Takes our own options out of the command line.
arguments take_arguments(int& count, char** values) {
  arguments taken;
  int kept = 1;
  for (int i = 1; i < count; ++i) {
    std::string_view option{values[i]};
    constexpr std::string_view rounds{"--rounds="};
    if (option == "--table") {
      taken.table = true;
    } else if (option.starts_with(rounds)) {
      std::size_t number = 0;
      std::from_chars(option.data() + rounds.size(), option.data() + option.size(), number);
      taken.rounds = std::max<std::size_t>(number, 1);
    } else {
      values[kept++] = values[i];
    }
  }
  count = kept;
  return taken;
}

void run(benchmark::State& state, item& which) {
  for ([[maybe_unused]] auto _ : state) {
    troupe::bench::run_round(which);
    const auto& seen = which.results.back();
    state.SetIterationTime(seen.samples.front().troupe * 1e-6);
    for (std::size_t i = 0; i < which.figures.size(); ++i) {
      state.counters[which.figures[i].name] = seen.samples[i].troupe;
      if (seen.samples[i].has_floor())
        state.counters[which.figures[i].name + " (floor)"] = seen.samples[i].floor;
    }
    state.counters["foreign cores"] = seen.foreign_cores;
  }
  fmt::print(stderr, "{}: round {} of {}\n", which.name, which.results.size(), which.rounds);
}

void add(item& which) {
  benchmark::RegisterBenchmark(which.name.c_str(),
                               [&which](benchmark::State& state) { run(state, which); })
    ->Iterations(1)
    ->Repetitions(static_cast<int>(which.rounds))
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond)
    ->DisplayAggregatesOnly()
    ->ComputeStatistics("min", [](const auto& all) { return *std::ranges::min_element(all); })
    ->ComputeStatistics("max", [](const auto& all) { return *std::ranges::max_element(all); });
}

/// Leaves the reporting to the table.
class silent_reporter final : public benchmark::BenchmarkReporter {
public:
  bool ReportContext(const Context&) override {
    return true;
  }

  void ReportRuns(const std::vector<Run>&) override {
  }
};

} // namespace

int main(int argc, char** argv) {
  using troupe::bench::memory_option;
  if (argc == 2 && std::string_view{argv[1]}.starts_with(memory_option))
    return troupe::bench::print_idle_memory(
      std::string_view{argv[1]}.substr(memory_option.size()));
  auto mine = take_arguments(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  troupe::js::engine::start();
  for (auto& which : troupe::bench::items()) {
    which.rounds = mine.rounds.value_or(which.rounds);
    add(which);
  }
  if (mine.table) {
    silent_reporter silent;
    benchmark::RunSpecifiedBenchmarks(&silent);
    std::fputs(troupe::bench::markdown_table().c_str(), stdout);
  } else {
    benchmark::AddCustomContext("conditions", troupe::bench::conditions());
    benchmark::RunSpecifiedBenchmarks();
  }
  return 0;
}
