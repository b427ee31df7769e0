// vm.createContext, vm.isContext: options and lives of contexts.

#include "runtime/node_vm/machine.hpp"
#include "tests/runtime/node_vm/vm_host.hpp"

#include <v8-isolate.h>
#include <v8-statistics.h>

using namespace troupe;
using namespace troupe::testing;

namespace {

std::size_t contexts_of(vm_host& host) {
  return host->environment().vm_machine()->contexts().size();
}

/// Collects garbage until at most so many contexts live, or for good.
void collect(vm_host& host, std::size_t wanted) {
  for (int i = 0; i < 10 && contexts_of(host) > wanted; ++i) {
    host->value_of("0"); // WeakRefs hold their targets until the turn ends
    host->environment().owner().v8()->LowMemoryNotification();
  }
}

} // namespace

TEST_CASE("createContext gives back its object, or a new one", "[node_vm][C1][C2][C3]") {
  vm_host host;
  CHECK(host.json("const o = {}; return [vm.createContext(o) === o, vm.createContext(o) === o, "
                  "vm.isContext(o), vm.isContext({}), vm.isContext(vm.createContext()), "
                  "vm.isContext(new Proxy(o, {})), vm.isContext(Object.create(o)), "
                  "vm.isContext(vm.runInContext('globalThis', o))]")
        == "[true,true,true,false,true,false,false,false]");
}

TEST_CASE("code generation is refused with the context's own errors", "[node_vm][C5]") {
  vm_host host;
  CHECK(
    host.json("const o = vm.createContext({}, {codeGeneration: {strings: false}}); return "
              "vm.runInContext('[() => eval(\"1\"), () => new Function(\"1\")].map(f => { try { "
              "f() } catch (e) { return [e instanceof EvalError, e.message] } })', o)")
    == R"([[true,"Code generation from strings disallowed for this context"],)"
       R"([true,"Code generation from strings disallowed for this context"]])");
  CHECK(
    host.json("return vm.runInNewContext('try { new WebAssembly.Module(new Uint8Array([0, 97, "
              "115, 109, 1, 0, 0, 0])) } catch (e) { [e instanceof WebAssembly.CompileError, "
              "e.message] }', {}, {contextCodeGeneration: {wasm: false}})")
    == R"([true,"WebAssembly.Module(): Wasm code generation disallowed by embedder"])");
  CHECK(host.json("return vm.runInNewContext('[eval(\"1 + 1\"), new WebAssembly.Module(new "
                  "Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) instanceof WebAssembly.Module]')")
        == "[2,true]");
}

TEST_CASE("a context that nothing reaches is collected", "[node_vm][C10]") {
  vm_host host;
  host->value_of("for (let i = 0; i < 20; ++i) { const o = vm.createContext({i}); "
                 "vm.runInContext('var big = new Array(100).fill(globalThis); function f() { "
                 "return big }', o); vm.runInNewContext('1', vm.constants.DONT_CONTEXTIFY) } 0");
  collect(host, 0);
  CHECK(contexts_of(host) == 0);
}

TEST_CASE("a context lives as long as its object, or a function of it", "[node_vm][C10]") {
  vm_host host;
  host->value_of("globalThis.byObject = vm.createContext({a: 1}); 0");
  host->value_of("globalThis.byFunction = vm.runInNewContext('(x) => b += x', {b: 1}); 0");
  host->value_of("globalThis.byGlobal = vm.runInNewContext('globalThis', {c: 1}); 0");
  host->value_of("globalThis.ordinary = vm.createContext(vm.constants.DONT_CONTEXTIFY); 0");
  for (int i = 0; i < 3; ++i)
    host->environment().owner().v8()->LowMemoryNotification();
  CHECK(contexts_of(host) == 4);
  CHECK(host.json("return [vm.runInContext('a', byObject), byFunction(2), byFunction(2), "
                  "byGlobal.c, vm.isContext(ordinary)]")
        == "[1,3,5,1,true]");
  host->value_of("byObject = byFunction = byGlobal = ordinary = null; 0");
  collect(host, 0);
  CHECK(contexts_of(host) == 0);
}

TEST_CASE("a context with a queue of its own is collected too", "[node_vm][C6][C10]") {
  vm_host host;
  host->value_of("for (let i = 0; i < 20; ++i) vm.runInNewContext('Promise.resolve().then(() => "
                 "{})', {}, {microtaskMode: 'afterEvaluate'}); 0");
  collect(host, 0);
  CHECK(contexts_of(host) == 0);
}

TEST_CASE("scripts and functions are collected", "[node_vm][C10]") {
  vm_host host;
  host->value_of(
    "globalThis.refs = []; for (let i = 0; i < 20; ++i) { const s = new vm.Script('(x) "
    "=> x + ' + i, {importModuleDynamically() { return s }}); s.runInThisContext(); "
    "refs.push(new WeakRef(s)); const f = vm.compileFunction('return ' + i, [], "
    "{importModuleDynamically() { return f }}); f(); refs.push(new WeakRef(f)); } 0");
  for (int i = 0; i < 5; ++i) {
    host->value_of("0");
    host->environment().owner().v8()->LowMemoryNotification();
  }
  CHECK(host.json("return refs.filter(r => r.deref()).length") == "0");
}

TEST_CASE("making and dropping contexts does not grow memory", "[node_vm][C10]") {
  vm_host host{{.heap_limit_mib = 64}};
  CHECK(
    host.json("const s = new vm.Script('var x = 1; x'); let n = 0; for (let i = 0; i < 1000; "
              "++i) { n += s.runInNewContext({}); new vm.Script('function f' + i + '() {}'); } "
              "return n")
    == "1000");
  CHECK(contexts_of(host) < 500);
}

TEST_CASE("after a reset the old contexts run nothing", "[node_vm][reset]") {
  vm_host host;
  host->value_of(
    "globalThis.ran = 0; globalThis.o = vm.createContext({}); vm.runInContext('1', o); "
    "0");
  auto answer = host->ask([](js::environment& environment, js::request_id request) {
    environment.reset(
      request,
      {.console = true, .builtins = {builtin::require, builtin::node_util, builtin::node_vm}});
  });
  CHECK(answer.has_value());
  CHECK(host->value_of("const vm = require('vm'); vm.runInNewContext('a + 1', {a: 1})")
        == value{2});
  collect(host, 1);
  CHECK(contexts_of(host) <= 1);
}

TEST_CASE("an environment ends while its scripts' contexts live", "[node_vm][reset]") {
  vm_host host;
  host->value_of(
    "globalThis.keep = [vm.createContext({}), vm.createContext({}, {microtaskMode: "
    "'afterEvaluate'})]; vm.runInContext('Promise.resolve().then(() => {})', keep[1]); "
    "0");
  SUCCEED();
}

TEST_CASE("without the builtin there is no node:vm", "[node_vm]") {
  script_host host{{.builtins = {builtin::require, builtin::node_util}}};
  CHECK(host.error_of("require('node:vm')").message.find("No such built-in module: node:vm")
        != std::string::npos);
}

TEST_CASE("contexts made at the end of the stack do not crash", "[node_vm][hostile]") {
  vm_host host;
  CHECK(
    host.json("let made = 0, failed = 0; function f() { try { f() } catch { try { "
              "vm.createContext({}); made++ } catch { failed++ } if (made + failed > 30) throw "
              "new Error('enough') } } try { f() } catch {} return made + failed > 0")
    == "true");
  CHECK(
    host.json("function g(n) { try { return g(n + 1) } catch (e) { try { return "
              "vm.runInNewContext('null.x') } catch (x) { return typeof x } } } return typeof "
              "g(0)")
    == R"("string")");
  CHECK(host.json("return vm.runInNewContext('1 + 1')") == "2");
}
