#include "runtime/run_names.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using troupe::js::run_names;

TEST_CASE("runs are numbered and keep their file", "[runtime][run_names][A9]") {
  run_names names;
  CHECK(names.begin("a.js") == 1);
  CHECK(names.begin("a.js") == 2);
  CHECK(names.begin("b.js") == 3);
  CHECK(names.find(1) == "a.js");
  CHECK(names.find(2) == "a.js");
  CHECK(names.find(3) == "b.js");
  CHECK(names.find(0).empty());
  CHECK(names.find(4).empty());
  CHECK(names.last() == 3);
}

TEST_CASE("runs of long ago are forgotten", "[runtime][run_names][A9]") {
  run_names names;
  for (int i = 0; i < 1000; ++i)
    names.begin(std::to_string(i));
  CHECK(names.find(1).empty());
  CHECK(names.find(1000) == "999");
  CHECK(names.find(900) == "899");
}

TEST_CASE("before the first run there is none", "[runtime][run_names][A9]") {
  CHECK(run_names{}.find(1).empty());
}
