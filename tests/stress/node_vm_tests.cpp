// Contexts that scripts make and drop: C10.

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
  auto outcome = ctx.run(code, {.take = take_as::nothing});
  REQUIRE(outcome.wait_for(10 * patience));
  auto answer = outcome.get();
  if (!answer)
    FAIL(answer.error().to_string());
}

/// Runs `round` ten times; the memory after the first must do for the others too.
void check_stays(const std::string& prepare, const std::string& round) {
  runtime rt;
  auto spawned =
    rt.spawn({.heap_limit_mib = 128, .builtins = {builtin::require, builtin::node_vm}}).get();
  REQUIRE(spawned.has_value());
  run(*spawned, "const vm = require('vm'); " + prepare);
  std::size_t first = 0;
  for (int i = 0; i < 10; ++i) {
    run(*spawned, round);
    if (i == 0)
      first = resident_kib();
  }
  CHECK(resident_kib() < first + growth_max_kib);
}

} // namespace

TEST_CASE("a hundred thousand contexts of scripts come and go", "[stress][node_vm][C10]") {
  check_stays("const s = new vm.Script('var a = 1; function f() { return a + i } f()')",
              "for (let i = 0; i < 10000; ++i) s.runInNewContext({i})");
}
