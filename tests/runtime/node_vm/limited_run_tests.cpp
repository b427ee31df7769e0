// timeout, breakOnSigint, microtaskMode.

#include "tests/runtime/node_vm/vm_host.hpp"

using namespace troupe;
using namespace troupe::testing;

namespace {

constexpr const char* timed_out_5 =
  "Error: Script execution timed out after 5ms [ERR_SCRIPT_EXECUTION_TIMEOUT]";

constexpr const char* interrupted =
  "Error: Script execution was interrupted by `SIGINT` [ERR_SCRIPT_EXECUTION_INTERRUPTED]";

/// Lets SIGINT come when a script writes its next line.
void interrupt_at_line(vm_host& host) {
  host->on_line = [&] {
    host->on_line = nullptr;
    host->sigint_fired = true;
    static_cast<void>(host->ledger().interrupt());
  };
}

} // namespace

TEST_CASE("a timeout ends a script, and the context goes on", "[node_vm][S10]") {
  vm_host host;
  for (const auto* run :
       {"vm.runInThisContext('for(;;);', {timeout: 5})",
        "vm.runInNewContext('for(;;);', {}, {timeout: 5})",
        "new vm.Script('for(;;);').runInContext(vm.createContext(), {timeout: 5})",
        "vm.runInNewContext('f()', {f() { for(;;); }}, {timeout: 5})",
        "vm.runInContext('for(;;);', vm.createContext("
        "vm.constants.DONT_CONTEXTIFY), {timeout: 5})"}) {
    INFO(run);
    CHECK(host.json(run) == timed_out_5);
  }
  CHECK(host.json("const o = vm.createContext({n: 0}); try { vm.runInContext('try { for(;;); } "
                  "catch { n = 1 } finally { n = 2 }', o, {timeout: 5}) } catch {} return [o.n, "
                  "vm.runInContext('n + 1', o, {timeout: 10000})]")
        == "[0,1]");
}

TEST_CASE("a timeout reaches whatever the global's object does", "[node_vm][S10][C8]") {
  vm_host host;
  for (const auto* body :
       {"vm.runInNewContext('x', {get x() { for(;;); }}, o)",
        "vm.runInNewContext('x = 1', {set x(v) { for(;;); }}, o)",
        "vm.runInNewContext('x', new Proxy({}, {get() { for(;;); }}), o)",
        "vm.runInNewContext('x = 1', new Proxy({}, {set() { for(;;); }}), o)",
        "vm.runInNewContext('\"use strict\"; x = 1', new Proxy({}, {has() { for(;;); }}), o)",
        "vm.runInNewContext('delete this.x', new Proxy({}, {deleteProperty() { for(;;); }}), o)",
        "vm.runInNewContext('Object.keys(this)', new Proxy({}, {ownKeys() { for(;;); }}), o)",
        "vm.runInNewContext('\"x\" in this', new Proxy({}, {getOwnPropertyDescriptor() { "
        "for(;;); "
        "}}), o)",
        "vm.runInNewContext('Object.defineProperty(this, \"x\", {value: 1})', new Proxy({}, "
        "{defineProperty() { for(;;); }}), o)"}) {
    INFO(body);
    CHECK(host.json(std::string{"const o = {timeout: 5};"} + body) == timed_out_5);
  }
}

TEST_CASE("whoever timed out reports", "[node_vm][S10]") {
  vm_host host;
  const std::string run = "const log = []; const run = (timeout, f) => { try { return "
                          "vm.runInNewContext('f()', {f}, {timeout}) } catch (e) { "
                          "log.push(timeout + ' ' + e.message); return 'caught' } };";
  SECTION("the inner one") {
    CHECK(host.json(run + "log.push(run(10000, () => run(5, () => { for(;;); }))); return log")
          == R"(["5 Script execution timed out after 5ms","caught"])");
  }
  SECTION("the outer one, while the inner one runs") {
    CHECK(host.json(run + "run(5, () => run(10000, () => { for(;;); })); return log")
          == R"(["5 Script execution timed out after 5ms"])");
  }
  SECTION("the one in the middle") {
    CHECK(host.json(run
                    + "run(10000, () => run(5, () => run(20000, () => { for(;;); }))); return "
                      "log")
          == R"(["5 Script execution timed out after 5ms"])");
  }
  SECTION("the same context inside itself") {
    CHECK(
      host.json("const o = vm.createContext(); o.run = (code) => vm.runInContext(code, o, "
                "{timeout: 5}); return vm.runInContext('try { run(\"for(;;);\") } catch (e) { "
                "e.message }', o, {timeout: 10000})")
      == R"("Script execution timed out after 5ms")");
  }
  SECTION("an error of the inner one is an error to the outer one") {
    CHECK(host.json("vm.runInNewContext('f()', {f() { vm.runInNewContext('throw new "
                    "RangeError(\"mine\")', {}, {timeout: 10000}) }}, {timeout: 10000})")
          == "RangeError: mine");
  }
}

TEST_CASE("a script cannot swallow its own request's deadline", "[node_vm][S10]") {
  vm_host host;
  auto failed = host->error_of("for (;;) { try { vm.runInNewContext('for(;;);', {}, {timeout: "
                               "100000}) } catch {} }",
                               {.timeout = 20ms});
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(failed.message == "Script execution timed out after 20ms");
  auto own = host->error_of("for (;;) { try { vm.runInNewContext('for(;;);', {}, {timeout: 1}) } "
                            "catch {} }",
                            {.timeout = 50ms});
  CHECK(own.message == "Script execution timed out after 50ms");
  CHECK(host.json("return vm.runInNewContext('1', {}, {timeout: 10000})") == "1");
}

TEST_CASE("a late timeout never hits the caller", "[node_vm][S10]") {
  vm_host host;
  CHECK(
    host.json("let other = 0, done = 0; for (let i = 0; i < 50; ++i) { try { "
              "vm.runInThisContext('{ const end = Date.now() + 2; while (Date.now() < end); "
              "}', {timeout: 2}); } catch (e) { if (e.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') "
              "other++ } for (let k = 0; k < 1e5; ++k) done += 1 / 1e5 } return [other, "
              "Math.round(done)]")
    == "[0,50]");
}

TEST_CASE("the heap limit ends the request, not a nested run alone", "[node_vm][A9]") {
  vm_host host{{.heap_limit_mib = 32}};
  auto failed = host->error_of("try { vm.runInNewContext('const a = []; for (;;) a.push(new "
                               "Array(1000).fill(1))', {}, {timeout: 100000}) } catch {} "
                               "'swallowed'");
  CHECK(failed.code == errc::heap_limit_exceeded);
}

TEST_CASE("SIGINT ends what breaks on it", "[node_vm][S11]") {
  vm_host host;
  interrupt_at_line(host);
  CHECK(host.json("vm.runInNewContext('console.log(1); for(;;);', {console}, {breakOnSigint: "
                  "true})")
        == interrupted);
  CHECK(host->sigint_held == 0);
  host->sigint_fired = false;
  CHECK(host.json("return vm.runInNewContext('1', {}, {breakOnSigint: true})") == "1");
  CHECK(host->sigint_held == 0);
  CHECK(host->sigint_held_ever == 2);
}

TEST_CASE("SIGINT while nothing breaks on it is left alone", "[node_vm][S11]") {
  vm_host host;
  CHECK(host.json("return vm.runInNewContext('1', {}, {timeout: 10000})") == "1");
  CHECK(host->sigint_held_ever == 0);
}

TEST_CASE("a signal right at the end of a script still counts", "[node_vm][S11]") {
  vm_host host;
  host->on_line = [&] { host->sigint_fired = true; }; // nobody has told the ledger yet
  CHECK(host.json("vm.runInNewContext('console.log(1)', {console}, {breakOnSigint: true})")
        == interrupted);
}

TEST_CASE("promise callbacks of a plain context escape the timeout, as documented",
          "[node_vm][C6]") {
  vm_host host;
  CHECK(host.json("globalThis.log = []; vm.runInNewContext('Promise.resolve().then(() => "
                  "log.push(\"micro\")); log.push(\"sync\")', {log}, {timeout: 10000}); "
                  "log.push('after'); return log")
        == R"(["sync","after"])");
  CHECK(host.json("return log") == R"(["sync","after","micro"])");
}

TEST_CASE("afterEvaluate runs promise callbacks right after the script, in its timeout",
          "[node_vm][C6]") {
  vm_host host;
  CHECK(host.json("const log = []; vm.runInNewContext('Promise.resolve().then(() => "
                  "log.push(\"micro\")); log.push(\"sync\")', {log}, {microtaskMode: "
                  "'afterEvaluate'}); log.push('after'); return log")
        == R"(["sync","micro","after"])");
  CHECK(
    host.json("vm.runInNewContext('Promise.resolve().then(() => { for(;;); })', {}, {timeout: "
              "5, microtaskMode: 'afterEvaluate'})")
    == timed_out_5);
  CHECK(host.json("vm.runInNewContext('(function f() { Promise.resolve().then(f) })()', {}, "
                  "{timeout: 5, microtaskMode: 'afterEvaluate'})")
        == timed_out_5);
}

TEST_CASE("afterEvaluate: evaluating a module that has been evaluated empties the queue again",
          "[node_vm][C6][M6]") {
  vm_host host;
  CHECK(
    host.json_later(
      "const log = []; const o = vm.createContext({log}, {microtaskMode: 'afterEvaluate'}); "
      "const later = vm.compileFunction('Promise.resolve().then(() => log.push(\"tick\"))', "
      "[], {parsingContext: o}); const bad = new vm.SourceTextModule('throw 1', {context: o}); "
      "await bad.link(() => {}); bad.evaluate().catch(() => {}); later(); const before = "
      "log.length; bad.evaluate().catch(() => {}); const errored = log.length; const good = "
      "new vm.SourceTextModule('', {context: o}); await good.link(() => {}); "
      "good.evaluate(); later(); good.evaluate({timeout: 10000}); return [before, errored, "
      "log.length]")
    == "[0,1,2]");
}

TEST_CASE("afterEvaluate: a queue of its own is drained by its own scripts only",
          "[node_vm][C6]") {
  vm_host host;
  CHECK(host.json("const log = []; const o = vm.createContext({log}, {microtaskMode: "
                  "'afterEvaluate'}); const f = vm.runInContext('() => { "
                  "Promise.resolve().then(() => log.push(\"later\")) }', o); f(); const before = "
                  "log.length; vm.runInContext('0', o); return [before, log]")
        == R"([0,["later"]])");
  CHECK(host.json("const log = []; const o = vm.createContext({log}, {microtaskMode: "
                  "'afterEvaluate'}); try { vm.runInContext('Promise.resolve().then(() => "
                  "log.push(\"micro\")); throw 1', o) } catch { log.push('caught') } "
                  "vm.runInContext('0', o); return log")
        == R"(["caught","micro"])");
  CHECK(
    host.json("const log = []; const o = vm.createContext({log}, {microtaskMode: "
              "'afterEvaluate'}); o.run = (x) => vm.runInContext(x, o); "
              "vm.runInContext('Promise.resolve().then(() => { log.push(1); "
              "run(\"Promise.resolve().then(() => log.push(3))\"); log.push(2) })', o); return "
              "log")
    == "[1,2,3]");
}

TEST_CASE("a promise of an inner context settles for its maker", "[node_vm][C6]") {
  vm_host host;
  CHECK(host.json_later("return await vm.runInNewContext('Promise.resolve(7)')") == "7");
}

TEST_CASE("a promise of a context with its own queue calls back, and can be awaited once that "
          "context runs again",
          "[node_vm][C6]") {
  vm_host host;
  host->value_of("globalThis.log = []; globalThis.o = vm.createContext({}, {microtaskMode: "
                 "'afterEvaluate'}); globalThis.p = vm.runInContext('Promise.resolve(7)', o); "
                 "p.then((x) => log.push('then ' + x)); (async () => log.push('await ' + await "
                 "p))(); 0");
  CHECK(host.json("return log") == R"(["then 7"])");
  CHECK(host.json("vm.runInContext('0', o); return 0") == "0");
  CHECK(host.json("return log") == R"(["then 7","await 7"])");
}
