// `troupe run` and `troupe eval`, as a shell sees them.

#include "tests/cli/command.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <signal.h>

#include <string>

using namespace troupe::cli::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

// -- values ---------------------------------------------------------------------------

TEST_CASE("eval prints the value of the last statement", "[cli][run]") {
  auto done = troupe_command({"eval", "let x = 40; x + 2"});
  CHECK(done.status == 0);
  CHECK(done.out == "42\n");
  CHECK(done.err.empty());
}

TEST_CASE("eval prints text without quotes", "[cli][run]") {
  CHECK(troupe_command({"eval", "'a\\nb'"}).out == "a\nb\n");
}

TEST_CASE("eval waits for a promise", "[cli][run]") {
  CHECK(troupe_command({"eval", "new Promise(done => setTimeout(done, 1, 'later'))"}).out
        == "later\n");
}

TEST_CASE("run prints no value unless asked", "[cli][run]") {
  CHECK(troupe_command({"run", "-e", "1"}).out.empty());
  CHECK(troupe_command({"run", "-p", "-e", "1"}).out == "1\n");
}

TEST_CASE("run accepts a last statement that cannot leave the context", "[cli][run]") {
  CHECK(troupe_command({"run", "-e", "() => 1"}).status == 0);
}

TEST_CASE("with --json, standard output holds the value alone", "[cli][run]") {
  auto done = troupe_command({"run", "--json", "-e", "console.log('noise'); ({ a: [1, 2n] })"});
  CHECK(done.status == 0);
  CHECK(done.out == "{\"a\":[1,\"2\"]}\n");
  CHECK(done.err == "noise\n");
}

TEST_CASE("a value that JSON cannot hold is an error", "[cli][run]") {
  auto done = troupe_command({"eval", "--json", "const a = {}; a.b = { a }; a"});
  CHECK(done.status == 1);
  CHECK(done.out.empty());
  CHECK_THAT(done.err, ContainsSubstring("value.b.a is value again"));
}

// -- what a script sees -------------------------------------------------------------------

TEST_CASE("everything behind the file belongs to the script", "[cli][run]") {
  temporary_file script{"console.log(process.argv.slice(2).join('|'))"};
  auto done = troupe_command({"run", script.path(), "a b", "--timeout", "-x", "--", ""});
  CHECK(done.status == 0);
  CHECK(done.out == "a b|--timeout|-x|--|\n");
}

TEST_CASE("a script is read from standard input", "[cli][run]") {
  auto done = troupe_command({"run", "-", "x"},
                             "console.log(process.argv.at(-1));\nthrow new Error('no');");
  CHECK(done.status == 1);
  CHECK(done.out == "x\n");
  CHECK_THAT(done.err, StartsWith("[stdin]:2\n"));
}

TEST_CASE("a byte order mark and a hashbang are skipped", "[cli][run]") {
  temporary_file script{"\xEF\xBB\xBF#!/usr/bin/env -S troupe run\nconsole.log('ran')"};
  CHECK(troupe_command({"run", script.path()}).out == "ran\n");
}

TEST_CASE("console.log and console.error keep their order", "[cli][run]") {
  auto done = troupe_command(
    {"run", "-e", "console.log(1); console.error(2); console.log(3); console.error(4)"}, {},
    streams::together);
  CHECK(done.out == "1\n2\n3\n4\n");
}

TEST_CASE("timers run before the command ends", "[cli][run]") {
  auto done = troupe_command({"run", "-e",
                              "let n = 0; const t = setInterval(() => { console.log(++n); "
                              "if (n === 3) clearInterval(t); }, 1)"});
  CHECK(done.status == 0);
  CHECK(done.out == "1\n2\n3\n");
}

TEST_CASE("long output arrives whole", "[cli][run]") {
  auto done = troupe_command({"run", "-e", "console.log('x'.repeat(3_000_000))"});
  CHECK(done.status == 0);
  CHECK(done.out.size() == 3'000'001);
}

// -- errors -------------------------------------------------------------------------------

TEST_CASE("an uncaught error shows place, line, caret and stack", "[cli][run]") {
  temporary_file script{"function f() {\n  throw new TypeError('no');\n}\nf();\n"};
  auto done = troupe_command({"run", script.path()});
  CHECK(done.status == 1);
  CHECK(done.out.empty());
  CHECK_THAT(done.err, StartsWith(script.path()
                                  + ":2\n"
                                    "  throw new TypeError('no');\n"
                                    "  ^\n"
                                    "\n"
                                    "TypeError: no\n"
                                    "    at f ("
                                  + script.path()
                                  + ":2:9)\n"
                                    "    at Object.<anonymous> ("
                                  + script.path() + ":4:1)\n"));
}

TEST_CASE("a syntax error shows place, line and caret", "[cli][run]") {
  auto done = troupe_command({"run", "-e", "let a = ;"});
  CHECK(done.status == 1);
  CHECK_THAT(done.err, StartsWith("[eval]:1\nlet a = ;\n        ^\n\nSyntaxError: "));
}

TEST_CASE("errors that no run answers for end the command", "[cli][run]") {
  for (const auto* code :
       {"setTimeout(() => { throw new Error('no') }, 1); setInterval(() => {}, 1)",
        "Promise.reject(new Error('no')); setInterval(() => {}, 1)",
        "Promise.reject(new Error('no'))",
        "(async () => { await 0; throw new Error('no') })()"}) {
    CAPTURE(code);
    auto done = troupe_command({"run", "-e", code});
    CHECK(done.status == 1);
    CHECK_THAT(done.err, ContainsSubstring("Error: no\n"));
  }
}

TEST_CASE("a promise that nothing will settle ends the command", "[cli][run]") {
  auto done = troupe_command({"eval", "setTimeout(() => {}, 5); new Promise(() => {})"});
  CHECK(done.status == 13);
  CHECK(done.out.empty());
  CHECK_THAT(done.err, ContainsSubstring("promise that nothing will settle"));
}

// -- limits ---------------------------------------------------------------------------------

TEST_CASE("the timeout covers script, promise and timers", "[cli][run]") {
  for (const auto* code :
       {"for (;;);", "new Promise(() => setInterval(() => {}, 1))", "setInterval(() => {}, 1)",
        "setTimeout(() => { for (;;); }, 1)", "(function f() { Promise.resolve().then(f) })()"}) {
    CAPTURE(code);
    auto done = troupe_command({"run", "--timeout", "100", "-e", code});
    CHECK(done.status == 124);
    CHECK(done.err == "ERR_SCRIPT_EXECUTION_TIMEOUT: Script execution timed out after 100ms\n");
  }
}

TEST_CASE("a script that never looks up is left behind", "[cli][run]") {
  auto done = troupe_command(
    {"run", "--timeout", "50", "-e", "Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)"});
  CHECK(done.status == 124);
  CHECK(done.err == "ERR_SCRIPT_EXECUTION_TIMEOUT: Script execution timed out after 50ms\n");
}

TEST_CASE("a second SIGINT ends the command although the script never looks up", "[cli][run]") {
  command running{
    {"run", "-e",
     "console.log('ready'); Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)"}};
  REQUIRE(running.wait_for("ready"));
  running.signal(SIGINT);
  running.signal(SIGINT);
  CHECK(running.wait().status == 130);
}

TEST_CASE("a script within its timeout is not disturbed", "[cli][run]") {
  CHECK(troupe_command({"eval", "--timeout", "60000", "6 * 7"}).out == "42\n");
}

TEST_CASE("the heap limit ends the command", "[cli][run]") {
  const std::string bomb = "let a = []; for (;;) a.push(new Array(1000))";
  for (const auto& code : {bomb, "setTimeout(() => {" + bomb + "}, 1)"}) {
    CAPTURE(code);
    auto done = troupe_command({"run", "--heap-limit", "16", "--name", "hungry", "-e", code});
    CHECK(done.status == 137);
    CHECK_THAT(done.err, ContainsSubstring("context 'hungry' reached its heap limit of 16 MiB"));
  }
}

TEST_CASE("the limit on array buffers is an error inside the script", "[cli][run]") {
  auto done = troupe_command({"run", "--array-buffer-limit", "1", "-e", "new ArrayBuffer(2e6)"});
  CHECK(done.status == 1);
  CHECK_THAT(done.err, ContainsSubstring("RangeError"));
}

// -- signals ----------------------------------------------------------------------------------

TEST_CASE("SIGINT ends the command, whatever the script does", "[cli][run]") {
  for (const auto* code : {"for (;;);", "new Promise(() => setInterval(() => {}, 10))",
                           "setInterval(() => {}, 10)", "setTimeout(() => { for (;;); }, 1)"}) {
    CAPTURE(code);
    command running{{"run", "-e", std::string{"console.log('ready');"} + code}};
    REQUIRE(running.wait_for("ready"));
    running.signal(SIGINT);
    auto done = running.wait();
    CHECK(done.status == 130);
    CHECK(done.out == "ready\n");
  }
}

TEST_CASE("a reader that goes away ends the command", "[cli][run]") {
  command running{{"run", "-e", "for (;;) console.log('more')"}};
  REQUIRE(running.wait_for("more"));
  running.close_output();
  auto done = running.wait();
  CHECK(done.status == 141);
  CHECK(done.err.empty());
}

// -- usage --------------------------------------------------------------------------------------

TEST_CASE("wrong usage is told from a script's failure", "[cli][usage]") {
  struct example {
    std::vector<std::string> arguments;
    std::string says;
  };
  const std::vector<example> examples{
    {{}, "which file?"},
    {{"rnu"}, "unknown command rnu (did you mean run?)"},
    {{"--versoin"}, "unknown option --versoin (did you mean --version?)"},
    {{"run"}, "which file?"},
    {{"eval"}, "what code?"},
    {{"run", "--tiemout", "5", "x.js"}, "unknown option --tiemout (did you mean --timeout?)"},
    {{"run", "--zzz", "x.js"}, "unknown option --zzz\n"},
    {{"run", "--timeout"}, "--timeout"},
    {{"run", "--timeout", "0", "x.js"}, "'0' is no positive number"},
    {{"run", "--timeout", "soon", "x.js"}, "'soon' is no positive number"},
    {{"run", "--heap-limit", "1", "-e", "1"}, "must be from 8 to 65536"},
    {{"run", "--v8-flag=--no-such-flag", "-e", "1"}, "V8 has no flag --no-such-flag"},
    {{"run", "/nowhere/x.js"}, "cannot read '/nowhere/x.js': No such file or directory"},
    {{"run", "/tmp"}, "cannot read '/tmp': Is a directory"},
    {{"eval", "-1"}, "unknown option -1"},
  };
  for (const auto& [arguments, says] : examples) {
    CAPTURE(arguments);
    auto done = troupe_command(arguments);
    CHECK(done.status == 2);
    CHECK(done.out.empty());
    CHECK_THAT(done.err, ContainsSubstring(says));
  }
}

TEST_CASE("code that looks like an option stands behind --", "[cli][usage]") {
  CHECK(troupe_command({"eval", "--", "-1"}).out == "-1\n");
}

TEST_CASE("help is on standard output, with examples", "[cli][usage]") {
  for (const auto* name : {"run", "eval", "fleet"}) {
    CAPTURE(name);
    auto done = troupe_command({name, "--help"});
    CHECK(done.status == 0);
    CHECK_THAT(done.out, StartsWith(std::string{"Usage: troupe "} + name));
    CHECK_THAT(done.out, ContainsSubstring("Examples:\n  "));
    CHECK(done.err.empty());
  }
  CHECK_THAT(troupe_command({"--help"}).out, StartsWith("Usage: troupe COMMAND"));
}

TEST_CASE("the version names that of V8 too", "[cli][usage]") {
  auto done = troupe_command({"--version"});
  CHECK(done.status == 0);
  CHECK_THAT(done.out, StartsWith("troupe ") && ContainsSubstring("(V8 "));
}

TEST_CASE("a deadline holds while nobody reads the output", "[cli][run][S10]") {
  for (const auto* code : {"for (;;) console.log('x'.repeat(1000))",
                           "for (;;) process.stdout.write('x'.repeat(1000))"}) {
    CAPTURE(code);
    command unread{{"run", "--timeout", "300", "-e", code}};
    auto done = unread.wait_unread();
    CHECK(done.status == 124);
    CHECK(done.err.find("timed out after 300ms") != std::string::npos);
  }
}
