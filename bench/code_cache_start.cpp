// code_cache_start: the first run of a 1 MB script in a context, from its code cache.
//
// Timed, between contexts: `run(script)` in a context that has run nothing yet, when
// another context has made the cache. Floor: the same with a script of its own, which
// is compiled from the source.
// Timed, from disk: `runtime::compile` and that first run, in a runtime whose folder
// has the cache. Floor: the same in a runtime without a folder.
// Not timed: spawning, a first compilation of something else, making the cache.

#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace troupe::bench {

namespace {

/// A script with some thousands of functions that calls each of them once.
std::string program(std::size_t bytes) {
  std::string code;
  for (int i = 0; code.size() < bytes; ++i)
    code += fmt::format(R"(function f{0}(a, b) {{
  const made = {{ x: a, y: b, name: 'f{0}' }};
  for (let i = 0; i < 3; ++i) made.x += i * b;
  return made;
}}
const v{0} = f{0}({0}, 2).x + [1, 2, 3].map(q => q * 2).length;
)",
                        i);
  return code + "42";
}

double first_run(runtime& rt, const script& what) {
  context fresh = rt.spawn().get();
  require(fresh.run("1 + 1").get());
  auto start = clock::now();
  auto answer = require(fresh.run(what).get());
  auto time = microseconds_since(start);
  require(answer.as<int>() == 42, "wrong answer");
  return time;
}

sample measure_between_contexts(const std::string& code) {
  constexpr int warm_up = 1;
  constexpr int timed = 5;
  runtime rt;
  script shared{code};
  {
    context maker = rt.spawn().get();
    require(maker.run(shared).get());
    require(maker.idle().get());
  }
  std::vector<double> from_source;
  std::vector<double> from_cache;
  alternate(
    warm_up, [&] { first_run(rt, script{code}); }, [&] { first_run(rt, shared); });
  alternate(
    timed, [&] { from_source.push_back(first_run(rt, script{code})); },
    [&] { from_cache.push_back(first_run(rt, shared)); });
  return {median(from_source), median(from_cache)};
}

double compile_and_run(const runtime_options& options, const std::string& code) {
  runtime rt{options};
  require(rt.compile("1 + 1").get());
  context fresh = rt.spawn().get();
  require(fresh.run("1 + 1").get());
  auto start = clock::now();
  auto answer = require(fresh.run(require(rt.compile(code).get())).get());
  auto time = microseconds_since(start);
  require(answer.as<int>() == 42, "wrong answer");
  require(fresh.idle().get()); // for the one that makes the cache
  return time;
}

sample measure_from_disk(const std::string& code) {
  constexpr int warm_up = 1; // also fills the folder
  constexpr int timed = 5;
  auto folder = (std::filesystem::temp_directory_path() / "troupe-bench-XXXXXX").string();
  require(::mkdtemp(folder.data()) != nullptr, "no temporary folder");
  runtime_options with_folder{.code_cache_dir = folder};
  std::vector<double> without;
  std::vector<double> with;
  alternate(
    warm_up, [&] { compile_and_run({}, code); }, [&] { compile_and_run(with_folder, code); });
  alternate(
    timed, [&] { without.push_back(compile_and_run({}, code)); },
    [&] { with.push_back(compile_and_run(with_folder, code)); });
  std::filesystem::remove_all(folder);
  return {median(without), median(with)};
}

std::vector<sample> measure() {
  auto code = program(1'000'000);
  return {measure_between_contexts(code), measure_from_disk(code)};
}

} // namespace

item code_cache_start() {
  return {
    .name = "code_cache_start",
    .figures = {{"code_cache_start, 1 MB, between contexts (floor: from source)", "µs"},
                {"code_cache_start, 1 MB, compile and run from disk (floor: from source)", "µs"}},
    .rounds = 5,
    .measure = &measure};
}

} // namespace troupe::bench
