// Contexts, scripts, functions and modules that scripts make and drop: C10.

#include "tests/api/helpers.hpp"
#include "tests/stress/process_use.hpp"

#include <string>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Runs `round` ten times; the memory after the first must do for the others too.
void check_stays(const std::string& prepare, const std::string& round) {
  runtime rt;
  auto ctx =
    value_of(rt.spawn({.heap_limit_mib = 128, .builtins = {builtin::require, builtin::node_vm}}));
  value_of(ctx.run("const vm = require('vm'); " + prepare, {.take = take_as::nothing}));
  std::size_t first = 0;
  for (int i = 0; i < 10; ++i) {
    auto outcome = ctx.run(round, {.take = take_as::nothing});
    REQUIRE(outcome.wait_for(300s));
    auto answer = outcome.get();
    if (!answer)
      FAIL(answer.error().to_string());
    UNSCOPED_INFO("round " << i << ": " << resident_kib() << " KiB");
    if (i == 0)
      first = resident_kib();
  }
  CHECK(resident_kib() < first + 64 * 1024);
}

} // namespace

TEST_CASE("a hundred thousand contexts of scripts come and go", "[stress][node_vm][C10]") {
  check_stays("const s = new vm.Script('var a = 1; function f() { return a + i } f()')",
              "for (let i = 0; i < 10000; ++i) s.runInNewContext({i})");
}

TEST_CASE("a hundred thousand scripts and functions come and go", "[stress][node_vm][C10]") {
  check_stays("let n = 0",
              "for (let i = 0; i < 10000; ++i, ++n) { new vm.Script('var x' + n + ' = 1', "
              "{importModuleDynamically() {}}); vm.compileFunction('return ' + n)() }");
}

TEST_CASE("twenty thousand modules of scripts come and go", "[stress][node_vm][C10]") {
  check_stays(
    "let n = 0",
    "(async () => { for (let i = 0; i < 2000; ++i, ++n) { const d = new "
    "vm.SourceTextModule('export const x = ' + n); const m = new "
    "vm.SourceTextModule('import {x} from \"d\"; export const y = () => x', "
    "{importModuleDynamically() { return m }}); await m.link(() => d); await m.evaluate() "
    "} })()");
}
