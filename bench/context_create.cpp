// context_create: from nothing to a context's first result, 1 + 1.
//
// Timed, one at a time: `spawn().get()`, then `run("1 + 1").get()`, on a runtime
// that is up. Floor: a thread with loop, isolate and context that compiles and
// runs the same script and answers by future.
// Timed, 100 in flight: the time until all of 100 contexts that were asked for at
// once have answered, divided by 100; all of them live meanwhile.
// Not timed: the start of V8 and of the runtime, the first contexts (page faults
// of V8's snapshot), the end of the contexts.

#include "bench/floor.hpp"
#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

#include <memory>

namespace troupe::bench {

namespace {

constexpr auto source = "1 + 1";

double create_floor() {
  auto start = clock::now();
  floor::uv_context made{source};
  auto answer = made.first().get();
  auto time = microseconds_since(start);
  require(answer == 2, "wrong answer");
  return time;
}

double create_troupe(runtime& rt) {
  auto start = clock::now();
  context made = rt.spawn().get();
  auto answer = require(made.run(source).get());
  auto time = microseconds_since(start);
  require(answer.as<int>() == 2, "wrong answer");
  require(made.close(close_mode::now).get());
  return time;
}

std::vector<sample> measure_one_at_a_time() {
  constexpr int warm_up = 5;
  constexpr int timed = 60;
  runtime rt;
  std::vector<double> bare;
  std::vector<double> ours;
  alternate(
    warm_up, [] { create_floor(); }, [&] { create_troupe(rt); });
  alternate(
    timed, [&] { bare.push_back(create_floor()); }, [&] { ours.push_back(create_troupe(rt)); });
  return {{median(bare), median(ours)}};
}

constexpr std::size_t fleet = 100;

double create_fleet_floor() {
  std::vector<std::unique_ptr<floor::uv_context>> all;
  auto start = clock::now();
  for (std::size_t i = 0; i < fleet; ++i)
    all.push_back(std::make_unique<floor::uv_context>(source));
  for (auto& each : all)
    each->first().wait();
  return microseconds_since(start) / static_cast<double>(fleet);
}

double create_fleet_troupe(runtime& rt) {
  std::vector<future<context>> spawning;
  std::vector<context> all;
  std::vector<future<value>> answers;
  auto start = clock::now();
  for (std::size_t i = 0; i < fleet; ++i)
    spawning.push_back(rt.spawn());
  for (auto& each : spawning) {
    all.push_back(each.get());
    answers.push_back(all.back().run(source));
  }
  for (auto& each : answers)
    require(each.get());
  auto time = microseconds_since(start) / static_cast<double>(fleet);
  std::vector<future<exit_report>> ends;
  for (auto& each : all)
    ends.push_back(each.close(close_mode::now));
  for (auto& each : ends)
    require(each.get());
  return time;
}

std::vector<sample> measure_in_flight() {
  constexpr int timed = 4;
  runtime rt;
  std::vector<double> bare;
  std::vector<double> ours;
  create_floor();
  create_troupe(rt);
  alternate(
    timed, [&] { bare.push_back(create_fleet_floor()); },
    [&] { ours.push_back(create_fleet_troupe(rt)); });
  return {{median(bare), median(ours)}};
}

} // namespace

item context_create() {
  return {.name = "context_create",
          .figures = {{"context_create, one at a time", "µs", goal::ratio_at_most, 1.10}},
          .measure = &measure_one_at_a_time};
}

item context_create_100() {
  return {
    .name = "context_create_100",
    .figures = {{"context_create, 100 in flight, per context", "µs", goal::ratio_at_most, 1.10}},
    .measure = &measure_in_flight};
}

} // namespace troupe::bench
