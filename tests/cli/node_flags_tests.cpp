// What stands in front of a program: flags of Node's and V8's, modules that run first; or
// nothing.

#include "tests/cli/command.hpp"
#include "tests/support/folder_tree.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace troupe::cli::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("flags of Node and V8 that tests carry are taken", "[cli][node]") {
  for (const auto* flag :
       {"--expose-internals", "--expose_internals", "--js-source-phase-imports",
        "--max-heap-size=200", "--no-opt", "--random_seed=1", "--no-compilation-cache",
        "--max-semi-space-size=4", "--abort_on_uncaught_exception", "--title=x", "--no-maglev"}) {
    CAPTURE(flag);
    auto done = troupe_command({flag, "-p", "process.execArgv[0]"});
    CHECK(done.out == flag + std::string{"\n"});
    CHECK(done.err.empty());
  }
  CHECK(troupe_command({"--allow-natives-syntax", "-p", "typeof %GetUndetectable()"}).out
        == "undefined\n");
  CHECK_THAT(troupe_command({"--disallow-code-generation-from-strings", "-p", "eval('1')"}).err,
             ContainsSubstring("EvalError"));
}

TEST_CASE("modules of -r and --import run before the program", "[cli][node]") {
  troupe::testing::folder_tree folder;
  folder.write("a.js", "console.log('a'); globalThis.a = 1;");
  folder.write("b.mjs", "console.log('b'); await null; globalThis.b = 2;");
  folder.write("main.js", "console.log('main', a, b);");
  auto at = [&](const char* name) { return folder.path(name).string(); };
  auto done = troupe_command(
    {"-r", at("a.js"), "--import", at("b.mjs"), "--import=file://" + at("b.mjs"), at("main.js")});
  CHECK(done.out == "a\nb\nmain 1 2\n");
  CHECK(done.err.empty());
  auto failed = troupe_command({"--require=./nowhere.js", at("main.js")});
  CHECK(failed.status == 1);
  CHECK_THAT(failed.err, ContainsSubstring("Cannot find module './nowhere.js'"));
  failed = troupe_command({"--import", at("nowhere.mjs"), at("main.js")});
  CHECK(failed.status == 1);
  CHECK(failed.out.empty());
}

TEST_CASE("a program that is fed needs no name", "[cli][node]") {
  CHECK(troupe_command({}, "console.log(6 * 7)").out == "42\n");
  CHECK(troupe_command({"--no-warnings"}, "console.log(6 * 7)").out == "42\n");
  CHECK(troupe_command({"--input-type=module"}, "console.log(await 42)").out == "42\n");
  CHECK(troupe_command({"-p"}, "6 * 7").out == "42\n");
}
