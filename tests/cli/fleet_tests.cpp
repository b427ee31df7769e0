// `troupe fleet`, as a shell sees it.

#include "cli/json_value.hpp"
#include "tests/cli/command.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <signal.h>

#include <string>

using namespace troupe::cli::test;
using Catch::Matchers::ContainsSubstring;
using troupe::cli::json;

namespace {

/// A manifest with one kind that runs `script`; `rest` are its further members.
temporary_file manifest_of(const temporary_file& script, const std::string& rest) {
  return temporary_file{R"({ "kinds": [{ "name": "only", "script": ")" + script.path() + "\", "
                          + rest + " }] }",
                        ".json"};
}

finished small_fleet(const temporary_file& manifest) {
  return troupe_command(
    {"fleet", "--no-progress", "-n", "2", "--rounds", "1", "--manifest", manifest.path()});
}

} // namespace

TEST_CASE("a small fleet ends as it has to, runaways included", "[cli][fleet]") {
  auto done = troupe_command({"fleet", "-n", "20", "--rounds", "1", "--json", "--no-progress"});
  CAPTURE(done.out);
  CHECK(done.status == 0);
  CHECK(done.err.empty());
  auto outcome = json::parse(done.out);
  CHECK(outcome["as_expected"] == true);
  CHECK(outcome["problems"].empty());
  CHECK(outcome["contexts_at_once"] == 20);
  CHECK(outcome["kinds"].size() == 14);
  std::size_t contexts = 0;
  for (const auto& kind : outcome["kinds"]) {
    CAPTURE(kind["name"]);
    contexts += kind["contexts"].get<std::size_t>();
    CHECK(kind["wrong"] == 0);
    CHECK(kind["runs"] >= 1);
    CHECK(kind["p99_us"] >= kind["median_us"]);
  }
  CHECK(contexts == 20);
}

TEST_CASE("kinds can be chosen", "[cli][fleet]") {
  auto done = troupe_command({"fleet", "--kind", "spreadsheet", "--kind", "throws", "-n", "3",
                              "--rounds", "2", "--no-progress"});
  CHECK(done.status == 0);
  CHECK_THAT(done.out, ContainsSubstring("spreadsheet") && ContainsSubstring("throws")
                         && !ContainsSubstring("validate"));
  CHECK_THAT(done.out, ContainsSubstring("Every run ended as it has to."));
}

TEST_CASE("without a terminal there are no control characters", "[cli][fleet]") {
  auto done = troupe_command({"fleet", "--kind", "throws", "-n", "1"});
  CHECK(done.status == 0);
  CHECK(done.out.find('\x1b') == std::string::npos);
  CHECK(done.out.find('\r') == std::string::npos);
  CHECK(done.err.find('\x1b') == std::string::npos);
}

TEST_CASE("a wrong result is named, with the place where it differs", "[cli][fleet]") {
  temporary_file script{"({ total: { sum: 3 } })"};
  auto manifest = manifest_of(
    script,
    R"("expect": "result", "expected": [{ "total": { "sum": 3 } }, { "total": { "sum": 4 } }])");
  auto done = small_fleet(manifest);
  CHECK(done.status == 1);
  CHECK_THAT(done.out, ContainsSubstring("Not as expected, 2 times:")
                         && ContainsSubstring("only (seed 1): .total.sum is 3, not 4")
                         && !ContainsSubstring("seed 0"));
}

TEST_CASE("another end than the expected one is named", "[cli][fleet]") {
  temporary_file throws{"throw new Error('oops')"};
  auto should_give = manifest_of(throws, R"("expect": "result", "expected": [1])");
  auto done = small_fleet(should_give);
  CHECK(done.status == 1);
  CHECK_THAT(done.out, ContainsSubstring("should have ended in a result, but did in "
                                         "ERR_TROUPE_UNCAUGHT_EXCEPTION: Error: oops"));

  temporary_file gives{"42"};
  auto should_run_away = manifest_of(gives, R"("expect": "timeout")");
  done = small_fleet(should_run_away);
  CHECK(done.status == 1);
  CHECK_THAT(done.out, ContainsSubstring("should have ended in its timeout, but did in the "
                                         "result 42"));
}

TEST_CASE("the timeout of a fleet's script covers the promise that it gives", "[cli][fleet]") {
  temporary_file never{"new Promise(() => {})"};
  auto done = small_fleet(manifest_of(never, R"("expect": "timeout")"));
  CHECK(done.status == 0);
}

TEST_CASE("a fleet does not wait for a context that answers no more", "[cli][fleet]") {
  // Inside a built-in function that polls for nothing, and for long.
  temporary_file deaf{"Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)"};
  auto done = small_fleet(manifest_of(deaf, R"("expect": "timeout")"));
  CHECK(done.status == 1);
  CHECK_THAT(done.out, ContainsSubstring("does not answer any more"));
}

TEST_CASE("scripts see their input, their seed and the number of contexts", "[cli][fleet]") {
  temporary_file input{"the input", ".txt"};
  temporary_file script{"[input, seed, count]"};
  auto manifest = manifest_of(script, R"("expect": "result", "input": ")" + input.path() + R"(",
    "expected": [["the input", 0, 2], ["the input", 1, 2]])");
  CHECK(small_fleet(manifest).status == 0);
}

TEST_CASE("lines of a script carry the name of its context", "[cli][fleet]") {
  temporary_file script{"console.log('hello'); 1"};
  auto manifest = manifest_of(script, R"("expect": "result", "expected": [1])");
  CHECK_THAT(small_fleet(manifest).err, ContainsSubstring("[only (seed 1)] hello\n"));
}

TEST_CASE("SIGINT ends a fleet with what was done until then", "[cli][fleet]") {
  temporary_file script{"console.log('ready'); for (;;);"};
  auto manifest = manifest_of(script, R"("expect": "timeout", "timeout_ms": 90000)");
  command running{
    {"fleet", "--no-progress", "-n", "1", "--manifest", manifest.path()}, {}, streams::together};
  REQUIRE(running.wait_for("ready"));
  running.signal(SIGINT);
  auto done = running.wait();
  CHECK(done.status == 130);
  CHECK_THAT(done.out, ContainsSubstring("Interrupted"));
}

TEST_CASE("a manifest that cannot be used is a usage error", "[cli][fleet]") {
  temporary_file script{"1"};
  struct example {
    std::string rest;
    std::string says;
  };
  for (const auto& [rest, says] : {
         example{R"("expect": "glory")", "\"expect\" is \"glory\", which is none of"},
         example{R"("expect": "result")", "kind \"only\" has no \"expected\""},
         example{R"("expect": "timeout", "timeout_ms": 0)", "\"timeout_ms\" is no positive"},
         example{R"("expect": "timeout", "input": "none.txt")", "none.txt': No such file"},
         example{R"("expect": )", "it is no JSON"},
       }) {
    CAPTURE(rest);
    auto done = small_fleet(manifest_of(script, rest));
    CHECK(done.status == 2);
    CHECK_THAT(done.err, ContainsSubstring(says));
  }
}

TEST_CASE("a size that is not possible is a usage error", "[cli][fleet]") {
  auto few = troupe_command({"fleet", "-n", "3"});
  CHECK(few.status == 2);
  CHECK_THAT(few.err, ContainsSubstring("14 kinds need a context each"));
  auto many = troupe_command({"fleet", "-n", "1000000"});
  CHECK(many.status == 2);
  CHECK_THAT(many.err, ContainsSubstring("this process can hold"));
  auto unknown = troupe_command({"fleet", "--kind", "validte"});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.err, ContainsSubstring("did you mean validate?"));
}
