// Small things that people read.

#include "cli/command_line.hpp"
#include "cli/number_format.hpp"
#include "cli/value_difference.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace troupe;
using namespace troupe::cli;
using namespace std::chrono_literals;

TEST_CASE("durations have three digits and a unit", "[cli][text]") {
  CHECK(duration_text(0us) == "0 µs");
  CHECK(duration_text(999us) == "999 µs");
  CHECK(duration_text(1000us) == "1.00 ms");
  CHECK(duration_text(9'996us) == "10.0 ms");
  CHECK(duration_text(84'240us) == "84.2 ms");
  CHECK(duration_text(301'400us) == "301 ms");
  CHECK(duration_text(999'600us) == "1.00 s");
  CHECK(duration_text(12'340'000us) == "12.3 s");
  CHECK(duration_text(125s) == "2 min 5 s");
}

TEST_CASE("bytes and counts are easy to read", "[cli][text]") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(3'565'158) == "3.4 MiB");
  CHECK(bytes_text(12 << 20) == "12 MiB");
  CHECK(bytes_text(1'048'575) == "1.0 MiB");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1'234'567) == "1,234,567");
  CHECK(count_text(1, "run") == "1 run");
  CHECK(count_text(0, "run") == "0 runs");
}

TEST_CASE("a suggestion is close to what was typed, or there is none", "[cli][text]") {
  const std::vector<std::string> known{"--timeout", "--heap-limit", "--json"};
  CHECK(suggest("--tiemout", known) == " (did you mean --timeout?)");
  CHECK(suggest("--heap", known) == " (did you mean --heap-limit?)");
  CHECK(suggest("--colour", known).empty());
}

TEST_CASE("the first difference of two values is named with its place", "[cli][text]") {
  auto object = [](int x) { return value::object({{"a", value::array({1, x})}, {"b", "t"}}); };
  CHECK(difference(object(2), object(2)).empty());
  CHECK(difference(object(2), object(3)) == ".a[1] is 2, not 3");
  CHECK(difference(1, "x") == "the result is 1, not 'x'");
  CHECK(difference(value::object({{"a", 1}}), value::object({}))
        == ".a is 1, but should not be there");
  CHECK(difference(value::object({}), value::object({{"a", 1}})) == ".a is undefined, not 1");
}
