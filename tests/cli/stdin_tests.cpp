// `process.stdin` of `troupe run`.

#include "tests/cli/command.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace troupe::cli::test;

namespace {

finished run_code(const std::string& code, std::string_view input = {}) {
  return troupe_command({"run", "-e", code}, input);
}

} // namespace

TEST_CASE("process.stdin gives what is piped in", "[cli][node][stdin]") {
  CHECK(run_code("process.stdin.setEncoding('utf8').on('data', (d) => console.log(typeof d, d))"
                 ".on('end', () => console.log('end')).on('close', () => console.log('close'))",
                 "text")
          .out
        == "string text\nend\nclose\n");
  CHECK(run_code("(async () => { let n = 0; for await (const c of process.stdin) n += c.length;"
                 "console.log(n) })()",
                 std::string(300'000, 'x'))
          .out
        == "300000\n");
  CHECK(run_code("process.stdin.pipe(process.stdout)", "through").out == "through");
  CHECK(run_code("require('stream').pipeline(process.stdin, process.stdout,"
                 " (e) => console.log(' done', e))",
                 "through")
          .out
        == "through done undefined\n");
  CHECK(run_code("console.log(process.stdin.fd, process.stdin.isTTY)").out == "0 undefined\n");
}

TEST_CASE("process.stdin gives what comes when it comes", "[cli][node][stdin]") {
  command program{
    {"run", "-e",
     "console.log('begun'); process.stdin.setEncoding('utf8')"
     ".on('data', (d) => console.log(`<${d}>`)).on('end', () => console.log('end'))"},
    piped_input{}};
  REQUIRE(program.wait_for("begun\n"));
  program.write_input("one");
  REQUIRE(program.wait_for("<one>\n"));
  program.write_input("two");
  REQUIRE(program.wait_for("<two>\n"));
  program.close_input();
  auto done = program.wait();
  CHECK(done.out == "begun\n<one>\n<two>\nend\n");
  CHECK(done.status == 0);
}

TEST_CASE("process.stdin keeps a program alive only while it is read", "[cli][node][stdin]") {
  // Nothing is written, and the pipe stays open until the program ends.
  for (const auto* code :
       {"process.stdin", "process.stdin.on('end', () => console.log('never'))",
        "process.stdin.on('data', () => {}).unref()",
        "process.stdin.on('data', () => {}).pause()",
        "process.stdin.on('data', () => {}); setTimeout(() => process.stdin.destroy(), 5)"}) {
    CAPTURE(code);
    command program{
      {"run", "-e", std::string{code} + "; process.on('exit', () => console.log('exit'))"},
      piped_input{}};
    CHECK(program.wait().out == "exit\n");
  }
}

TEST_CASE("fs.readFileSync reads standard input", "[cli][node][stdin]") {
  CHECK(run_code("console.log(require('fs').readFileSync(0, 'utf8'),"
                 " require('fs').readFileSync(0).length)",
                 "text")
          .out
        == "text 0\n");
  CHECK(run_code("console.log(String(require('fs').readFileSync('/dev/stdin')))", "text").out
        == "text\n");
}

TEST_CASE("a program comes from standard input too", "[cli][node][stdin]") {
  auto done = troupe_command({"run", "-", "a"}, "console.log(process.argv.slice(1).join())");
  CHECK(done.out == "-,a\n");
  CHECK(run_code("console.log(require('util').parseArgs({ strict: false }).positionals)").out
        == "[]\n");
  CHECK(troupe_command(
          {"run", "-p", "require('util').parseArgs({ strict: false }).values", "--", "--a"})
          .out
        == "[Object: null prototype] { a: true }\n");
}
