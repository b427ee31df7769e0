// What programs put in the place of parts of `process`.

#include "tests/cli/command.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace troupe::cli::test;
using Catch::Matchers::ContainsSubstring;

namespace {

finished run_code(const std::string& code) {
  return troupe_command({"run", "-e", code});
}

} // namespace

TEST_CASE("who replaces an output's write sees what the console prints", "[cli][node]") {
  auto done = run_code(
    "const seen = []; const { write } = process.stdout;"
    "process.stdout.write = (text) => { seen.push(text); return true; };"
    "process.stderr.write = (text) => { seen.push('!' + text); return true; };"
    "console.log('a', 1); console.error('b'); process.emitWarning('w');"
    "setImmediate(() => { process.stdout.write = write; console.log(JSON.stringify(seen)); });");
  CHECK_THAT(done.out, ContainsSubstring(R"(["a 1\n","!b\n",)"));
  CHECK_THAT(done.out, ContainsSubstring("Warning: w"));
  CHECK(done.err.empty());
}

TEST_CASE("who replaces process.stdout sees what the console prints", "[cli][node]") {
  auto done =
    run_code("const { PassThrough } = require('stream'); const other = new PassThrough();"
             "Object.defineProperty(process, 'stdout', { value: other });"
             "console.log('to the other');"
             "console.error(String(other.read()).trim())");
  CHECK(done.out.empty());
  CHECK(done.err == "to the other\n");
}

TEST_CASE("who replaces process.reallyExit is given the status", "[cli][node]") {
  auto done = run_code("const exit = process.reallyExit;"
                       "process.reallyExit = (code) => { console.log(code); exit(code); };"
                       "process.exit(3)");
  CHECK(done.out == "3\n");
  CHECK(done.status == 3);
}

TEST_CASE("who replaces process.emitWarning sees the warnings of built-in modules",
          "[cli][node]") {
  CHECK(run_code("process.emitWarning = (text) => console.log('seen:', String(text));"
                 "require('util').deprecate(() => {}, 'old')()")
          .out
        == "seen: old\n");
}
