// node:vm in contexts of a runtime: its timeouts and SIGINT are those of the watchdog.

#include "tests/api/helpers.hpp"
#include "troupe/memory_loader.hpp"

#include <signal.h>

#include <atomic>

using namespace troupe;
using namespace troupe::testing;

namespace {

context spawn_with_vm(runtime& rt, context_options options = {}) {
  options.console = true;
  options.builtins = {builtin::require, builtin::node_vm};
  return value_of(rt.spawn(std::move(options)));
}

std::atomic<int> seen_by_user{0};

} // namespace

TEST_CASE("a context has node:vm when it is given", "[api][node_vm][S12]") {
  auto& rt = shared_runtime();
  auto with = spawn_with_vm(rt);
  CHECK(value_of(with.run("require('node:vm').runInNewContext('a + 1', {a: 1})")) == value{2});
  auto without = value_of(rt.spawn());
  CHECK(value_of(without.run("typeof require")) == value{"undefined"});
}

TEST_CASE("the watchdog stops nested runs", "[api][node_vm][S10]") {
  auto& rt = shared_runtime();
  auto ctx = spawn_with_vm(rt);
  CHECK(
    value_of(ctx.run("const vm = require('vm'); const log = []; const run = (timeout, f) => { "
                     "try { vm.runInNewContext('f()', {f}, {timeout}) } catch (e) { "
                     "log.push(timeout + e.code) } }; run(5, () => { for(;;); }); run(100000, "
                     "() => run(5, () => { for(;;); })); run(5, () => run(100000, () => { "
                     "for(;;); })); log"))
    == value::array({"5ERR_SCRIPT_EXECUTION_TIMEOUT", "5ERR_SCRIPT_EXECUTION_TIMEOUT",
                     "5ERR_SCRIPT_EXECUTION_TIMEOUT"}));
  auto late =
    error_of(ctx.run("for (;;) { try { vm.runInNewContext('for(;;);', {}, {timeout: 1}) } "
                     "catch {} }",
                     {.timeout = 50ms}));
  CHECK(late.code == errc::deadline_exceeded);
  CHECK(value_of(ctx.run("vm.runInNewContext('1')")) == value{1});
}

TEST_CASE("a context that is closed leaves its nested runs", "[api][node_vm]") {
  auto& rt = shared_runtime();
  auto ctx = spawn_with_vm(rt);
  auto endless =
    ctx.run("for (;;) { try { require('vm').runInNewContext('for(;;);', {}, {timeout: "
            "100000, breakOnSigint: true}) } catch {} }");
  value_of(ctx.close(close_mode::now));
  CHECK_FALSE(answer_of(std::move(endless)).has_value());
}

TEST_CASE("SIGINT's listeners are out of the way of what breaks on it", "[api][node_vm][S11]") {
  runtime rt;
  auto ctx = value_of(rt.spawn({.builtins = builtin_set::all()}));
  CHECK(value_of(ctx.run(
          "const names = []; process.on('SIGINT', () => names.push('on'));"
          "process.once('SIGINT', () => names.push('once'));"
          "const inside = require('vm').runInThisContext(\"[process.listenerCount('SIGINT'), "
          "process.emit('SIGINT')]\", { breakOnSigint: true });"
          "process.emit('SIGINT'); process.emit('SIGINT'); [inside, names]"))
        == value::array({value::array({0, false}), value::array({"on", "once", "on"})}));
}

TEST_CASE("SIGINT ends a nested run, and then is the application's again",
          "[api][node_vm][S11]") {
  seen_by_user = 0;
  struct sigaction ours {};
  struct sigaction before {};
  ours.sa_handler = [](int) { seen_by_user.fetch_add(1); };
  sigaction(SIGINT, &ours, &before);
  std::atomic<bool> running{false};
  {
    runtime rt{{.on_console = [&](const console_line&) { running = true; }}};
    auto ctx = spawn_with_vm(rt);
    auto run =
      ctx.run("try { require('vm').runInNewContext('console.log(1); for(;;);', {console}, "
              "{breakOnSigint: true}) } catch (e) { e.code + ': ' + e.message }");
    auto until = std::chrono::steady_clock::now() + patience;
    while (!running && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    REQUIRE(running);
    raise(SIGINT);
    CHECK(value_of(std::move(run))
          == value{"ERR_SCRIPT_EXECUTION_INTERRUPTED: Script execution was interrupted by "
                   "`SIGINT`"});
    CHECK(seen_by_user == 0);
    raise(SIGINT);
    CHECK(seen_by_user == 1);
  }
  sigaction(SIGINT, &before, nullptr);
}

TEST_CASE("the default-loader constant gives the namespace of the main import()",
          "[api][node_vm][O2][S5]") {
  runtime rt;
  context_options options;
  memory_loader::sources sources;
  sources.emplace("mem:/a.js", "export default {}");
  options.loader = std::make_shared<memory_loader>(std::move(sources));
  auto ctx = spawn_with_vm(rt, std::move(options));
  CHECK(value_of(ctx.run("const vm = require('vm'); const options = {importModuleDynamically: "
                         "vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER}; Promise.all(["
                         "import('mem:/a.js'), vm.runInThisContext('import(\"mem:/a.js\")', "
                         "options), vm.runInNewContext('import(\"mem:/a.js\")', {}, options), "
                         "vm.compileFunction('return import(\"mem:/a.js\")', [], options)()])"
                         ".then(all => all.every(ns => ns === all[0] && typeof ns.default === "
                         "'object'))",
                         {.timeout = 10s, .timeout_covers = timeout_scope::evaluation}))
        == value{true});
  CHECK(error_of(ctx.run("vm.runInNewContext('import(\"mem:/a.js\")')"))
          .message.find("A dynamic import callback was not specified")
        != std::string::npos);
}

TEST_CASE("contexts that are being collected when their maker ends do no harm",
          "[api][node_vm][C10]") {
  for (int i = 0; i < 8; ++i) {
    runtime rt;
    auto ctx = spawn_with_vm(rt);
    CHECK(error_of(ctx.run("const vm = require('vm'); for (;;) { vm.runInNewContext('1'); new "
                           "vm.SourceTextModule('0') }",
                           {.timeout = std::chrono::milliseconds{100 + 20 * i}}))
            .code
          == errc::deadline_exceeded);
  }
}
