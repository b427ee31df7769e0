// builtins_cost: what a context with all built-ins of the web and Node costs, against a bare
// one (the floor).
//
// Timed, one at a time: `spawn().get()`, then `run("1 + 1").get()`.
// Compared: private memory per idle context, 100 alive, as in idle_memory.
// Shown: the first use of what is loaded then: `console.log` and `URL`.

#include "bench/idle_memory.hpp"
#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

namespace troupe::bench {

namespace {

constexpr auto everything = builtin_set::web() | builtin_set::node();

double create(runtime& rt, builtin_set builtins, const char* source) {
  auto start = clock::now();
  context made = rt.spawn({.builtins = builtins}).get();
  require(made.run(source).get());
  auto time = microseconds_since(start);
  require(made.close(close_mode::now).get());
  return time;
}

std::vector<sample> measure() {
  constexpr int warm_up = 5;
  constexpr int timed = 60;
  constexpr auto nothing = "1 + 1";
  constexpr auto use = "console.log('%s', new URL('http://a.b/'), [1]); 1 + 1";
  runtime rt{{.on_console = [](const console_line&) {}}};
  std::vector<double> bare;
  std::vector<double> full;
  std::vector<double> used;
  auto floor = [&] { bare.push_back(create(rt, {}, nothing)); };
  alternate(
    warm_up, [&] { create(rt, {}, nothing); }, [&] { create(rt, everything, use); });
  alternate(timed, floor, [&] { full.push_back(create(rt, everything, nothing)); });
  alternate(timed, floor, [&] { used.push_back(create(rt, everything, use)); });
  return {{median(bare), median(full)},
          {median(bare), median(used)},
          {idle_memory_of("troupe", 100), idle_memory_of("everything", 100)}};
}

} // namespace

item builtins_cost() {
  return {.name = "builtins_cost",
          .figures = {{"builtins_cost, spawn with everything (floor: bare)", "µs",
                       goal::ratio_at_most, 1.3},
                      {"builtins_cost, and use of console and URL (floor: bare)", "µs"},
                      {"builtins_cost, per context, 100 alive (floor: bare)", "KiB",
                       goal::ratio_at_most, 1.3}},
          .rounds = 5,
          .measure = &measure};
}

} // namespace troupe::bench
