// Timers that a script sets and clears within one turn: A8.

#include "tests/stress/process_use.hpp"
#include "tests/support/patience.hpp"
#include "troupe/troupe.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("timers that were cleared take no memory, also before the turn is over", "[stress]") {
  runtime rt;
  auto ctx = rt.spawn({.timers = true}).get().value();
  auto run = [&](const std::string& code) {
    auto answer = ctx.run(code);
    REQUIRE(answer.wait_for(10 * patience));
    REQUIRE(answer.get().has_value());
  };
  run("for (let i = 0; i < 1000; ++i) clearTimeout(setTimeout(() => {}, 1e6)); 0");
  auto before = resident_kib();
  run("for (let i = 0; i < 300000; ++i) clearTimeout(setTimeout(() => {}, 1e6)); 0");
  if (!sanitized)
    CHECK(resident_kib() < before + 24 * 1024);
}
