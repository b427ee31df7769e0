// idle_memory: what a context that has run `1 + 1` and waits for more keeps in
// memory, with 100 and 1,000 of them alive.
//
// Compared: private memory (smaps_rollup) per context, from one context to all of
// them, in a process that does nothing else: this program starts itself anew for
// each figure. Floor: a thread with loop, isolate and context.

#include "bench/idle_memory.hpp"

#include "bench/floor.hpp"
#include "bench/item.hpp"
#include "bench/require.hpp"
#include "troupe/runtime.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace troupe::bench {

namespace {

constexpr auto source = "1 + 1";

double private_kib() {
  ::malloc_trim(0);
  std::ifstream rollup{"/proc/self/smaps_rollup"};
  double sum = 0;
  for (std::string word; rollup >> word;)
    if (word == "Private_Clean:" || word == "Private_Dirty:") {
      double kib = 0;
      rollup >> kib;
      sum += kib;
    }
  return sum;
}

/// KiB per context, the first one not counted.
template <class Make>
double grow(std::size_t count, Make&& make) {
  make();
  auto before = private_kib();
  for (std::size_t i = 1; i < count; ++i)
    make();
  return (private_kib() - before) / static_cast<double>(count - 1);
}

double grow_floor(std::size_t count) {
  std::vector<std::unique_ptr<floor::uv_context>> all;
  return grow(count, [&] {
    all.push_back(std::make_unique<floor::uv_context>(source));
    all.back()->first().wait();
  });
}

double grow_troupe(std::size_t count, builtin_set builtins) {
  runtime rt;
  std::vector<context> all;
  return grow(count, [&] {
    all.push_back(rt.spawn({.builtins = builtins}).get());
    require(all.back().run(source).get());
  });
}

std::vector<sample> measure() {
  std::vector<sample> samples;
  for (std::size_t count : {100u, 1000u})
    samples.push_back({idle_memory_of("floor", count), idle_memory_of("troupe", count)});
  return samples;
}

} // namespace

double idle_memory_of(const char* whose, std::size_t count) {
  auto command = fmt::format("/proc/{}/exe {}{}:{}", ::getpid(), memory_option, whose, count);
  auto* child = ::popen(command.c_str(), "r");
  require(child != nullptr, "no process to measure in");
  double kib = 0;
  bool answered = std::fscanf(child, "%lf", &kib) == 1;
  require(::pclose(child) == 0 && answered, "the process that measures memory failed");
  return kib;
}

int print_idle_memory(std::string_view what) {
  auto colon = what.find(':');
  std::size_t count = std::stoul(std::string{what.substr(colon + 1)});
  fmt::print("{}\n", what.starts_with("floor") ? grow_floor(count)
                     : what.starts_with("everything")
                       ? grow_troupe(count, builtin_set::web() | builtin_set::node())
                       : grow_troupe(count, {}));
  return 0;
}

item idle_memory() {
  return {
    .name = "idle_memory",
    .figures = {{"idle_memory, per context, 100 alive", "KiB", goal::ratio_at_most, 1.15},
                {"idle_memory, per context, 1,000 alive", "KiB", goal::ratio_at_most, 1.15}},
    .rounds = 3,
    .timed = false,
    .measure = &measure};
}

} // namespace troupe::bench
