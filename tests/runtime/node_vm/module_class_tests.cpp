// vm.SourceTextModule, vm.SyntheticModule, import() in code of node:vm.

#include "runtime/node_vm/machine.hpp"
#include "tests/runtime/node_vm/vm_host.hpp"

#include <v8-isolate.h>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// What an asynchronous body gives, as JSON; of a rejection, `name: message [code]`.
std::string told(vm_host& host, const std::string& body) {
  return host.json_later("const text = (x) => new vm.SourceTextModule(x); const nothing = () => "
                         "{}; try { return await "
                         "(async () => {"
                         + body
                         + "\n})() } catch (e) { return e !== null && typeof e === 'object' ? "
                           "e.name + ': ' + e.message "
                           "+ (e.code ? ' [' + e.code + ']' : '') : 'threw ' + String(e) }");
}

struct expected {
  const char* what;
  const char* body;
  const char* result;
};

void check_all(std::initializer_list<expected> all) {
  vm_host host;
  for (const auto& [what, body, result] : all) {
    INFO(what);
    CHECK(told(host, body) == result);
  }
}

} // namespace

TEST_CASE("a module goes through its statuses", "[node_vm][M1][M5][M6]") {
  check_all({
    {"from source to namespace",
     "const m = text('export const a = 1; export default 2'); const s = [m.status]; const l = "
     "m.link(nothing); s.push(m.status); await l; s.push(m.status); const r = await "
     "m.evaluate(); "
     "s.push(m.status, r === undefined, Object.keys(m.namespace), m.namespace.default); return s",
     R"(["unlinked","linking","linked","evaluated",true,["a","default"],2])"},
    {"identifiers ascend in each context",
     "const c = vm.createContext(); const id = (context) => new vm.SourceTextModule('', "
     "{context}).identifier; const first = Number(/\\d+/.exec(id())[0]); return [id(c), id(c), "
     "Number(/\\d+/.exec(id())[0]) - first, new vm.SyntheticModule([], nothing, {context: "
     "c}).identifier, new vm.SourceTextModule('', {identifier: 'x'}).identifier]",
     R"x(["vm:module(0)","vm:module(1)",1,"vm:module(2)","x"])x"},
    {"its context",
     "const c = vm.createContext({x: 5}); const m = new vm.SourceTextModule('export "
     "default x', {context: c}); await m.link(nothing); await m.evaluate(); return "
     "[m.context === c, m.namespace.default, text('').context === undefined]",
     "[true,5,true]"},
    {"the namespace comes with the link", "return text('').namespace",
     R"("Error: Module status must not be unlinked or linking [ERR_VM_MODULE_STATUS]")"},
    {"an error comes with a failure", "return text('').error",
     R"("Error: Module status must be errored [ERR_VM_MODULE_STATUS]")"},
    {"bindings are live",
     "const m = text('export let a = 1; export function inc() { a++ }'); "
     "await m.link(nothing); await m.evaluate(); m.namespace.inc(); return "
     "m.namespace.a",
     "2"},
    {"wrong receivers",
     "return [...Object.entries(Object.getOwnPropertyDescriptors("
     "vm.SourceTextModule.prototype))].filter(([k]) => k !== "
     "'constructor').map(([k, d]) => { try { (d.get ?? d.value).call({}) } "
     "catch (e) { return e.code } }).every(c => c === 'ERR_INVALID_THIS')",
     "true"},
    {"not to be constructed", "return new vm.Module()",
     R"("TypeError: Module is not a constructor")"},
  });
}

TEST_CASE("evaluating settles at once without top-level await, and once", "[node_vm][M5]") {
  vm_host host;
  CHECK(told(host, "globalThis.n = 0; const m = text('n++'); await m.link(nothing); const a = "
                   "m.evaluate(), b = m.evaluate(); const now = m.status; await a; await "
                   "m.evaluate(); return [n, a === b, now]")
        == R"([1,true,"evaluated"])");
  CHECK(told(host,
             "const m = text('throw new Error(\"boo\")'); await m.link(nothing); const seen = "
             "[]; for (let i = 0; i < 2; ++i) try { await m.evaluate() } catch (e) { "
             "seen.push(e) } return [seen[0] === seen[1], m.status, m.error === seen[0]]")
        == R"([true,"errored",true])");
  CHECK(told(host, "return text('').evaluate()")
        == R"("Error: Module status must be one of linked, evaluated, or errored )"
           R"([ERR_VM_MODULE_STATUS]")");
  CHECK(told(host,
             "let inner; const m = new vm.SourceTextModule('import.meta.f()', "
             "{initializeImportMeta(meta) { meta.f = () => { inner = m.evaluate(); "
             "inner.catch(nothing) } }}); await m.link(nothing); await m.evaluate(); return "
             "inner")
        == R"("Error: Module status must be one of linked, evaluated, or errored )"
           R"([ERR_VM_MODULE_STATUS]")");
  CHECK(told(host,
             "const c = vm.createContext({}, {microtaskMode: 'afterEvaluate'}); const m = new "
             "vm.SourceTextModule('export const x = 1', {context: c}); await "
             "m.link(nothing); const p = m.evaluate(); await p; return [m.namespace.x, p "
             "instanceof Promise, p === m.evaluate()]")
        == "[1,true,true]");
}

TEST_CASE("modules are linked by a function", "[node_vm][M3]") {
  check_all({
    {"recursion and a cycle",
     "const seen = []; const m = text('import {a} from \"a\"; export const r = a'); const mods = "
     "{a: text('import {b} from \"b\"; export const a = b + 1'), b: text('import * as z from "
     "\"a\"; export const b = 1')}; await m.link(async (s, from) => { seen.push(s + (from === "
     "m)); "
     "return mods[s] }); await m.evaluate(); return [seen, m.namespace.r, mods.a.status, "
     "mods.b.status]",
     R"([["atrue","bfalse","afalse"],2,"evaluated","evaluated"])"},
    {"what it is given",
     "const got = []; const m = text('import \"x\"; import j from \"y\" with "
     "{type: \"json\"}'); await m.link((s, from, extra, ...more) => { "
     "got.push([s, from === m, extra, more.length]); return new "
     "vm.SyntheticModule(['default'], nothing) }); return got",
     R"([["x",true,{"attributes":{},"assert":{}},0],["y",true,{"attributes":{"type":"json"},)"
     R"("assert":{"type":"json"}},0]])"},
    {"twice", "const m = text(''); await m.link(nothing); return m.link(nothing)",
     R"("Error: Module has already been linked [ERR_VM_MODULE_ALREADY_LINKED]")"},
    {"while linking",
     "const m = text('import \"a\"'); m.link(() => text('')); return "
     "m.link(nothing)",
     R"("Error: Module status must be unlinked [ERR_VM_MODULE_STATUS]")"},
    {"no function", "return text('').link(1)",
     R"("TypeError: The \"linker\" argument must be of type function. Received type number (1) )"
     R"([ERR_INVALID_ARG_TYPE]")"},
    {"no module",
     "const m = text('import \"a\"'); try { await m.link(() => 5) } catch (e) { return "
     "[e.code, m.status, m.error === e] }",
     R"(["ERR_VM_MODULE_NOT_MODULE","errored",true])"},
    {"of another context",
     "return text('import \"a\"').link(() => new vm.SourceTextModule('', "
     "{context: vm.createContext()}))",
     R"("Error: Linked modules must use the same context [ERR_VM_MODULE_DIFFERENT_CONTEXT]")"},
    {"an errored one",
     "const bad = text('throw new Error(\"bad\")'); await bad.link(nothing); await "
     "bad.evaluate().catch(nothing); try { await text('import \"a\"').link(() => "
     "bad) } catch (e) { return [e.message, e.code, e.cause.message] }",
     R"(["request for 'a' resolved to an errored module","ERR_VM_MODULE_LINK_FAILURE","bad"])"},
    {"an export that is not there",
     "const m = text('import {q} from \"a\"'); try { await "
     "m.link(() => text('')) } catch (e) { return [e.name, "
     "e.message, m.status] }",
     R"(["SyntaxError","The requested module 'a' does not provide an export named 'q'","unlinked"])"},
    {"a linker that throws",
     "return text('import \"a\"').link(() => { throw new RangeError('l') })",
     R"("RangeError: l")"},
  });
}

TEST_CASE("modules are linked by lists", "[node_vm][M4]") {
  check_all({
    {"requests",
     "const m = text('import a from \"a\"; import b from \"a\"; import \"./b.js\"; "
     "import w from \"c\" with {kind: \"v\"}; import source S from \"w\"'); const r = "
     "m.moduleRequests; return [r, Object.isFrozen(r), Object.isFrozen(r[0]), "
     "Object.isFrozen(r[0].attributes), Object.getPrototypeOf(r[0]), "
     "Object.getPrototypeOf(r[0].attributes), m.dependencySpecifiers]",
     R"([[{"specifier":"a","attributes":{},"phase":"evaluation"},{"specifier":"./b.js",)"
     R"("attributes":{},"phase":"evaluation"},{"specifier":"c","attributes":{"kind":"v"},)"
     R"("phase":"evaluation"},{"specifier":"w","attributes":{},"phase":"source"}],true,true,true,)"
     R"(null,null,["a","./b.js","c","w"]])"},
    {"linked and instantiated",
     "const d = text('export default 5'), m = text('import d from \"d\"; "
     "export const r = d'); d.linkRequests([]); m.linkRequests([d]); "
     "const s = [m.status]; m.instantiate(); s.push(m.status, "
     "d.status); await m.evaluate(); return [s, m.namespace.r]",
     R"([["unlinked","linked","linked"],5])"},
    {"too few", "text('import \"a\"').linkRequests([])",
     R"("TypeError: Expected 1 modules, got 0 [ERR_MODULE_LINK_MISMATCH]")"},
    {"two for one",
     "text('import \"a\"; import \"b\"; import source x from "
     "\"a\"').linkRequests([text(''), text(''), text('')])",
     R"x("TypeError: Module request 'ModuleCacheKey(\"a\")' at index 0 must be linked to the same )x"
     R"x(module requested at index 2 [ERR_MODULE_LINK_MISMATCH]")x"},
    {"no module", "text('import \"a\"').linkRequests([1])",
     R"("Error: Provided module is not an instance of Module [ERR_VM_MODULE_NOT_MODULE]")"},
    {"not linked", "text('import \"a\"').instantiate()",
     R"("Error: module is not linked [ERR_VM_MODULE_LINK_FAILURE]")"},
    {"a dependency that is not linked",
     "const d = new vm.SourceTextModule('import \"q\"', {identifier: 'dep'}); const m = "
     "text('import \"a\"'); m.linkRequests([d]); m.instantiate()",
     R"("Error: request for 'q' can not be resolved on module 'dep' that is not linked )"
     R"([ERR_VM_MODULE_LINK_FAILURE]")"},
    {"instantiated twice",
     "const m = text(''); m.linkRequests([]); m.instantiate(); m.instantiate()",
     R"("Error: Module status must be unlinked [ERR_VM_MODULE_STATUS]")"},
    {"a source phase that is not there",
     "const d = new vm.SourceTextModule('', {identifier: 'dep'}); await text('import source w "
     "from "
     "\"w\"').link(() => d)",
     R"("SyntaxError: Source phase import object is not defined for module 'dep' )"
     R"([ERR_SOURCE_PHASE_NOT_DEFINED]")"},
  });
}

TEST_CASE("synthetic modules export what they set", "[node_vm][M2]") {
  check_all({
    {"when evaluated",
     "const m = new vm.SyntheticModule(['x', 'y'], function() { "
     "this.setExport('x', 1) }); const s = m.status; await m.evaluate(); return "
     "[s, m.status, m.namespace.x, m.namespace.y === undefined]",
     R"(["linked","evaluated",1,true])"},
    {"imported",
     "const s = new vm.SyntheticModule(['default'], () => s.setExport('default', "
     "{a: 1})); const m = text('import d from \"d\"; export const a = d.a'); await "
     "m.link(() => s); await m.evaluate(); return m.namespace.a",
     "1"},
    {"a name that is none", "new vm.SyntheticModule(['x'], nothing).setExport('y', 1)",
     R"("ReferenceError: Export 'y' is not defined in module")"},
    {"names twice", "new vm.SyntheticModule(['a', 'a'], nothing)",
     R"("TypeError: The property 'exportNames.a' is duplicated. Received 'a' )"
     R"([ERR_INVALID_ARG_VALUE]")"},
    {"no names", "new vm.SyntheticModule(1, nothing)",
     R"("TypeError: The \"exportNames\" argument must be an Array of unique strings. Received type )"
     R"x(number (1) [ERR_INVALID_ARG_TYPE]")x"},
    {"no callback", "new vm.SyntheticModule([])",
     R"("TypeError: The \"evaluateCallback\" argument must be of type function. Received )"
     R"(undefined [ERR_INVALID_ARG_TYPE]")"},
    {"a callback that throws",
     "const m = new vm.SyntheticModule(['x'], () => { throw new "
     "Error('syn') }); try { await m.evaluate() } catch (e) { return "
     "[e.message, m.status, m.error === e] }",
     R"(["syn","errored",true])"},
  });
}

TEST_CASE("top-level await is known and waited for", "[node_vm][M5][M7]") {
  vm_host host;
  CHECK(told(host,
             "const d = text('await 0; export const x = 1'), m = text('import {x} from \"d\"; "
             "export const y = x'); const own = [m.hasTopLevelAwait(), "
             "d.hasTopLevelAwait()]; let early; try { m.hasAsyncGraph() } catch (e) { early "
             "= e.code } await m.link(() => d); const graph = [m.hasAsyncGraph(), "
             "d.hasAsyncGraph()]; await m.evaluate(); return [own, early, graph, "
             "m.namespace.y, text('').hasTopLevelAwait()]")
        == R"([[false,true],"ERR_VM_MODULE_STATUS",[true,true],1,false])");
}

TEST_CASE("modules stop at their timeout", "[node_vm][M5]") {
  vm_host host;
  CHECK(
    told(host, "const m = text('for(;;);'); await m.link(nothing); try { await "
               "m.evaluate({timeout: 5}) } catch (e) { return [e.message, e.code, m.status] }")
    == R"(["Script execution timed out after 5ms","ERR_SCRIPT_EXECUTION_TIMEOUT","errored"])");
  CHECK(told(host,
             "const m = new vm.SourceTextModule('Promise.resolve().then(() => { for(;;); })', "
             "{context: vm.createContext({}, {microtaskMode: 'afterEvaluate'})}); await "
             "m.link(nothing); await m.evaluate({timeout: 5})")
        == R"("Error: Script execution timed out after 5ms [ERR_SCRIPT_EXECUTION_TIMEOUT]")");
  CHECK(
    told(host, "const m = text(''); await m.link(nothing); await m.evaluate({timeout: 0})")
    == R"("RangeError: The value of \"options.timeout\" is out of range. It must be >= 1 && <= )"
       R"(4294967295. Received 0 [ERR_OUT_OF_RANGE]")");
}

TEST_CASE("a module that was stopped stays so", "[node_vm][M5]") {
  vm_host host;
  CHECK(told(host,
             "const m = text('for(;;);'); await m.link(nothing); const seen = []; for (let i = "
             "0; i < 2; ++i) await m.evaluate({timeout: 5}).catch(e => seen.push(e)); return "
             "[seen.length, seen[0] === seen[1]]")
        == "[2,true]");
}

TEST_CASE("an error of another context's module is told once", "[node_vm][M5]") {
  vm_host host;
  CHECK(told(host, "const m = new vm.SourceTextModule('throw new RangeError(\"x\")', {context: "
                   "vm.createContext()}); await m.link(nothing); return m.evaluate().catch(e => "
                   "e.message)")
        == R"("x")");
  host->turn_until_idle();
  CHECK(host->uncaught.empty());
}

TEST_CASE("import.meta is filled by the module's callback", "[node_vm][M9]") {
  vm_host host;
  CHECK(told(host, "const got = []; const m = new vm.SourceTextModule('export const k = "
                   "Object.keys(import.meta), p = import.meta.prop, o = "
                   "Object.getPrototypeOf(import.meta)', {initializeImportMeta(meta, of) { "
                   "got.push(of === m); meta.prop = 5 }}); await m.link(nothing); await "
                   "m.evaluate(); return [got, m.namespace.k, m.namespace.p, m.namespace.o]")
        == R"([[true],["prop"],5,null])");
}

TEST_CASE("modules have code caches", "[node_vm][M8]") {
  check_all({
    {"of the same source",
     "const d = text('export const a = 1').createCachedData(); return new "
     "vm.SourceTextModule('export const a = 1', {cachedData: d}).status",
     R"("unlinked")"},
    {"of another",
     "return new vm.SourceTextModule('2', {cachedData: text('1').createCachedData()})",
     R"("Error: cachedData buffer was rejected [ERR_VM_MODULE_CACHED_DATA_REJECTED]")"},
    {"too late",
     "const m = text('1'); await m.link(nothing); await m.evaluate(); "
     "m.createCachedData()",
     R"("Error: Cached data cannot be created for a module which has been evaluated )"
     R"([ERR_VM_MODULE_CANNOT_CREATE_CACHED_DATA]")"},
  });
}

TEST_CASE("modules show themselves to inspect", "[node_vm][M6]") {
  vm_host host;
  CHECK(
    told(host,
         "const {inspect} = require('util'); class Mine extends vm.SyntheticModule {}; "
         "const m = new vm.SourceTextModule('', {identifier: 'i'}); return "
         "[inspect(m, {breakLength: Infinity}), inspect(m, {depth: -1}), inspect({a: {b: {c: "
         "m}}}), inspect(new Mine([], () => {}, {identifier: 'j'}), {breakLength: Infinity})]")
    == R"(["SourceTextModule { status: 'unlinked', identifier: 'i', context: undefined }",)"
       R"("[SourceTextModule]","{ a: { b: { c: [SourceTextModule] } } }",)"
       R"("Mine { status: 'linked', identifier: 'j', context: undefined }"])");
}

TEST_CASE("import() asks the code's own callback", "[node_vm][S5][C7][M9]") {
  check_all({
    {"of a script",
     "const got = []; const s = new vm.Script('import(\"x\", {with: {type: "
     "\"json\"}})', {importModuleDynamically(...a) { got.push(a[0], a[1] === s, "
     "a[2], a[3], a.length); const m = new vm.SyntheticModule(['d'], function() { "
     "this.setExport('d', 7) }); return m.evaluate().then(() => m) }}); const ns = "
     "await s.runInThisContext(); return [got, ns.d]",
     R"([["x",true,{"type":"json"},"evaluation",4],7])"},
    {"of a function",
     "const f = vm.compileFunction('return import(\"z\")', [], "
     "{importModuleDynamically(s, r) { return Object.assign(new "
     "vm.SyntheticModule([], nothing), {same: r === f}) }}); return typeof await "
     "f()",
     R"("object")"},
    {"of a module",
     "let same; const m = new vm.SourceTextModule('export const r = await "
     "import(\"w\")', {async importModuleDynamically(s, r) { same = r === m; const "
     "n = text('export const k = 4'); await n.link(nothing); await n.evaluate(); "
     "return n }}); await m.link(nothing); await m.evaluate(); return [same, "
     "m.namespace.r.k]",
     "[true,4]"},
    {"of evaluated code in a script",
     "let same; const s = new vm.Script('eval(\"import(\\'e\\')\")', {importModuleDynamically(n, "
     "r) "
     "{ same = r === s; return new vm.SyntheticModule([], nothing) }}); await "
     "s.runInThisContext(); return same",
     "true"},
    {"of a context, without a referrer",
     "let same; const c = vm.createContext({}, {importModuleDynamically(s, r) { same = r === c; "
     "return new vm.SyntheticModule([], nothing, {context: c}) }}); await "
     "vm.runInContext('Promise.resolve(\"import(1)\").then(eval)', c); return same",
     "true"},
    {"a namespace",
     "const m = text('export default 9'); await m.link(nothing); await m.evaluate(); "
     "const s = new vm.Script('import(\"x\")', {importModuleDynamically: () => "
     "m.namespace}); return (await s.runInThisContext()) === m.namespace",
     "true"},
    {"anything else",
     "return vm.runInThisContext('import(\"x\")', {importModuleDynamically: () => "
     "({})})",
     R"("Error: Provided module is not an instance of Module [ERR_VM_MODULE_NOT_MODULE]")"},
    {"one that throws",
     "return vm.runInThisContext('import(\"x\")', {importModuleDynamically() { "
     "throw new RangeError('i') }})",
     R"("RangeError: i")"},
    {"an errored module",
     "const m = text('throw new RangeError(\"e\")'); await m.link(nothing); "
     "await m.evaluate().catch(nothing); return "
     "vm.runInThisContext('import(\"x\")', {importModuleDynamically: () => m})",
     R"("RangeError: e")"},
    {"the promise is of the calling context",
     "const c = vm.createContext(); const p = vm.runInContext('import(\"x\")', c, "
     "{importModuleDynamically: () => new vm.SyntheticModule([], nothing)}); return [p "
     "instanceof "
     "Promise, p instanceof vm.runInContext('Promise', c)]",
     "[false,true]"},
  });
}

TEST_CASE("import() without a callback never reaches the host", "[node_vm][S5]") {
  constexpr const char* missing = R"("TypeError: A dynamic import callback was not specified. )"
                                  R"([ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING]")";
  vm_host host;
  for (const auto* body :
       {"return vm.runInThisContext('import(\"x\")')",
        "return vm.runInNewContext('import(\"x\")')",
        "return vm.runInNewContext('Promise.resolve(\"import(1)\").then(eval)')",
        "return vm.runInNewContext('new Function(\"return import(1)\")()')",
        "return vm.compileFunction('return import(\"x\")')()",
        "const m = text('await import(\"x\")'); await m.link(nothing); return m.evaluate()",
        "return vm.runInContext('import(\"x\")', "
        "vm.createContext(vm.constants.DONT_CONTEXTIFY))"}) {
    INFO(body);
    CHECK(told(host, body) == missing);
  }
}

TEST_CASE("what a module has inside cannot be forged", "[node_vm][hostile]") {
  vm_host host;
  CHECK(told(host,
             "class Y extends vm.Module { constructor() { super({make: () => ({getStatus: () "
             "=> 0})}) } } return new Y()")
        == R"("TypeError: Module is not a constructor")");
  CHECK(told(host,
             "const stolen = []; Object.defineProperty(Array.prototype, 0, {set(v) { "
             "stolen.push(v) }, get() { return {} }, configurable: true}); const m = "
             "text('import \"d\"'); try { await m.link(() => text('')) } catch {} try { "
             "m.linkRequests([text('')]) } catch {} try { m.instantiate() } catch {} delete "
             "Array.prototype[0]; for (const w of stolen) { if (typeof w?.getStatus !== "
             "'function') continue; const W = w.constructor; for (const f of [() => "
             "w.setLinked([{}]), () => w.setLinked([new vm.Script('1')]), () => "
             "w.evaluate(1), () => w.instantiate(), () => w.setExport('a', 1), () => "
             "w.getNamespace(), () => new W(), () => new W('u', undefined, [1], () => {}), () "
             "=> W.prototype.getStatus.call({})]) try { f() } catch {} } return m.status")
          .starts_with("\""));
  CHECK(told(host,
             "const m = text('export default 1'); await m.link(nothing); await m.evaluate(); "
             "return m.namespace.default")
        == "1");
}

TEST_CASE("top-level await goes well with a Promise that a script has changed",
          "[node_vm][hostile]") {
  vm_host host;
  // V8 would end the process.
  auto evaluate = [&](const std::string& how) {
    return host
      ->value_of("(() => { const ctx = vm.createContext({}); vm.runInContext('Object."
                 "defineProperty(Promise.prototype, \"constructor\", { get() { throw 1 }, "
                 "configurable: "
                 + how
                 + " })', ctx); const m = new vm.SourceTextModule('await 0', {context: ctx});"
                   "m.linkRequests([]); m.instantiate();"
                   "m.evaluate().catch(() => {}); return m.status })()")
      .as<std::string>();
  };
  CHECK(evaluate("true") == "evaluated");
  CHECK(evaluate("false") == "linked"); // and the promise is rejected
}

TEST_CASE("modules are collected", "[node_vm][C10][M1]") {
  vm_host host;
  host->value_of(
    "(async () => { for (let i = 0; i < 20; ++i) { const d = new "
    "vm.SourceTextModule('export const x = ' + i, {initializeImportMeta() {}}); const m "
    "= new vm.SourceTextModule('import {x} from \"d\"; import.meta; export const y = () "
    "=> x', {importModuleDynamically() { return m }}); await m.link(() => d); await "
    "m.evaluate(); m.namespace.y(); const s = new vm.SyntheticModule(['a'], () => {}); "
    "await s.evaluate() } })()");
  auto& modules = host->environment().vm_machine()->modules();
  for (int i = 0; i < 10 && modules.size() != 0; ++i) {
    host->value_of("0");
    host->environment().owner().v8()->LowMemoryNotification();
  }
  CHECK(modules.size() == 0);
}

TEST_CASE("a module's code keeps what its import() needs", "[node_vm][M9]") {
  vm_host host;
  host->value_of(
    "(async () => { const m = new vm.SourceTextModule('export const f = () => "
    "import(\"later\"); export const g = () => import.meta.here', "
    "{initializeImportMeta(meta) { meta.here = 3 }, importModuleDynamically: (s, r) => "
    "new vm.SyntheticModule([], () => {})}); await m.link(() => {}); await "
    "m.evaluate(); globalThis.f = m.namespace.f; globalThis.g = m.namespace.g })()");
  for (int i = 0; i < 3; ++i)
    host->environment().owner().v8()->LowMemoryNotification();
  CHECK(told(host, "return [typeof await f(), g()]") == R"(["object",3])");
}
