// clone: a value goes from one context to another: 1 KB, 100 KB and 10 MB of
// JSON text, as records with numbers, texts and lists.
//
// Timed: `from.run(name)`, which gives the value to C++, and `to.set`, which
// takes it into the other context, both answered. Floor: `v8::ValueSerializer` in
// one isolate and `v8::ValueDeserializer` in another, by one thread, without a
// hand-over.
// Not timed: making the records.

#include "bench/floor.hpp"
#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

#include <fmt/format.h>

namespace troupe::bench {

namespace {

/// Script that makes records worth about `bytes` of JSON, and gives their number.
std::string records(std::size_t bytes) {
  constexpr std::size_t bytes_per_record = 125;
  return fmt::format(R"(var data = [];
for (let i = 0; i < {}; ++i)
  data.push({{ id: i, name: 'record number ' + i, price: i * 1.25, active: i % 3 === 0,
    tags: ['red', 'green', 'blue'], position: {{ x: i / 7, y: -i, z: 0 }} }});
data.length)",
                     std::max<std::size_t>(bytes / bytes_per_record, 1));
}

sample measure_size(runtime& rt, std::size_t bytes, int times) {
  auto make = records(bytes);
  floor::isolate_pair bare{make};
  context from = rt.spawn().get();
  context to = rt.spawn().get();
  require(from.run(make, {.take = take_as::nothing}).get());
  script give{"data"};
  auto clone = [&] {
    auto taken = from.run(give).get();
    require(taken);
    require(to.set("data", *std::move(taken)).get());
  };
  bare.clone();
  clone();
  std::vector<double> floor_times;
  std::vector<double> our_times;
  auto time = [](std::vector<double>& into, auto&& once) {
    auto start = clock::now();
    once();
    into.push_back(microseconds_since(start));
  };
  alternate(
    times, [&] { time(floor_times, [&] { bare.clone(); }); }, [&] { time(our_times, clone); });
  require(require(to.run("data.length").get()).as<double>()
            == require(from.run("data.length").get()).as<double>(),
          "records were lost");
  return {median(floor_times), median(our_times)};
}

std::vector<sample> measure() {
  runtime rt;
  return {measure_size(rt, 1'000, 2000), measure_size(rt, 100'000, 200),
          measure_size(rt, 10'000'000, 8)};
}

} // namespace

item clone() {
  return {.name = "clone",
          .figures = {{"clone, 1 KB, from context to context", "µs"},
                      {"clone, 100 KB, from context to context", "µs"},
                      {"clone, 10 MB, from context to context", "µs"}},
          .rounds = 5,
          .measure = &measure};
}

} // namespace troupe::bench
