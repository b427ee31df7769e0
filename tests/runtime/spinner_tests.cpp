#include "runtime/spinner.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace troupe::js;
using namespace std::chrono_literals;

TEST_CASE("a spinner finds what is there at once", "[runtime][spinner]") {
  spinner spin{1h};
  int looks = 0;
  CHECK(spin.look([&] { return ++looks == 1; }));
  CHECK(looks == 1);
}

TEST_CASE("a spinner finds what comes soon, if it looks more than once", "[runtime][spinner]") {
  spinner spin{1h};
  int looks = 0;
  bool found = spin.look([&] { return ++looks == 100; });
  CHECK((found || looks == 1)); // on one core it does not spin
}

TEST_CASE("a spinner gives up after its time", "[runtime][spinner]") {
  spinner spin{100us};
  CHECK_FALSE(spin.look([] { return false; }));
}

TEST_CASE("a spinner that misses again and again stops trying", "[runtime][spinner]") {
  spinner spin{1us};
  for (int i = 0; i < 10; ++i)
    CHECK_FALSE(spin.look([] { return false; }));
  int looks = 0;
  CHECK_FALSE(spin.look([&] {
    ++looks;
    return false;
  }));
  CHECK(looks == 1); // one look, no waiting
}

TEST_CASE("a spinner that gave up tries again now and then", "[runtime][spinner]") {
  if (std::thread::hardware_concurrency() < 2)
    SKIP("on one core it never spins");
  spinner spin{1us};
  int tries = 0;
  for (int i = 0; i < 200'000; ++i) {
    int looks = 0;
    if (spin.look([&] {
          ++looks;
          return false;
        }))
      FAIL("it found what is not there");
    tries += looks > 1 ? 1 : 0;
  }
  CHECK(tries > 2);
  CHECK(tries < 1000); // one in 256, and a few at first
}
