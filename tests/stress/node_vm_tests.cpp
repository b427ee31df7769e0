// What scripts make with node:vm and drop: C10, S1, M1.

#include "tests/stress/process_use.hpp"
#include "tests/support/patience.hpp"
#include "troupe/troupe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

using namespace troupe;
using namespace troupe::testing;

namespace {

constexpr std::size_t growth_max_kib = std::size_t{64} * 1024;

/// A run must end well; a round takes its time.
void run(context& ctx, const std::string& code) {
  auto outcome = ctx.run(code, {.timeout = 10 * patience,
                                .timeout_covers = timeout_scope::evaluation,
                                .take = take_as::nothing});
  REQUIRE(outcome.wait_for(20 * patience));
  auto answer = outcome.get();
  if (!answer)
    FAIL(answer.error().to_string());
}

/// Runs `round` ten times (twice when a sanitizer watches), in a heap that could not hold
/// everything; and outside of the heap, the memory after half of them must do for all.
void check_stays(const std::string& prepare, const std::string& round) {
  runtime rt;
  auto spawned =
    rt.spawn({.heap_limit_mib = 64, .builtins = {builtin::require, builtin::node_vm}}).get();
  REQUIRE(spawned.has_value());
  run(*spawned, "const vm = require('vm'); " + prepare);
  std::size_t half = 0;
  const int rounds = sanitized ? 2 : 10;
  for (int i = 0; i < rounds; ++i) {
    run(*spawned, round);
    if (i == rounds / 2 - 1)
      half = resident_kib();
  }
  CHECK(resident_kib() < half + growth_max_kib);
}

} // namespace

TEST_CASE("a hundred thousand contexts of scripts come and go", "[stress][node_vm][C10]") {
  check_stays("const s = new vm.Script('var a = 1; function f() { return a + i } f()')",
              "for (let i = 0; i < 10000; ++i) s.runInNewContext({i})");
}

TEST_CASE("a hundred thousand scripts and functions come and go", "[stress][node_vm][S1][C10]") {
  check_stays("let n = 0",
              "for (let i = 0; i < 10000; ++i, ++n) { new vm.Script('var x' + n + ' = 1', "
              "{importModuleDynamically() {}}); vm.compileFunction('return ' + n)() }");
}

// All of them together do not fit the heap, and V8 caches what it has compiled.
TEST_CASE("a hundred thousand modules come and go", "[stress][node_vm][M1][C10]") {
  check_stays("let n = 0",
              "(async () => { for (let i = 0; i < 5000; ++i, ++n) { const d = new "
              "vm.SourceTextModule('export const x = ' + n); const m = new "
              "vm.SourceTextModule('import {x} from \"d\"; export const y = () => x', "
              "{importModuleDynamically() { return m }}); await m.link(() => d); await "
              "m.evaluate() } })()");
}
