// vm.Script and the functions that run code.

#include "tests/runtime/node_vm/vm_host.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("a script is compiled once and runs in many contexts", "[node_vm][S1][S6]") {
  vm_host host;
  CHECK(host.json("const s = new vm.Script('count += 1; name = \"kitty\"'); const o = {count: 2};"
                  "vm.createContext(o); for (let i = 0; i < 10; ++i) s.runInContext(o); return o")
        == R"({"count":12,"name":"kitty"})");
  CHECK(host.json("const s = new vm.Script('g = \"set\"'); const all = [{}, {}, {}];"
                  "all.forEach(o => s.runInNewContext(o)); return all")
        == R"([{"g":"set"},{"g":"set"},{"g":"set"}])");
  CHECK(host.json("globalThis.n = 0; const s = new vm.Script('n += 1'); for (let i = 0; i < 1000;"
                  "++i) s.runInThisContext(); return n")
        == "1000");
}

TEST_CASE("a script that declares let runs twice in one context without a crash",
          "[node_vm][S1]") {
  vm_host host;
  CHECK(
    host.json("const s = new vm.Script('let x = 1; class K {}; x'); const o = "
              "vm.createContext(); const r = [s.runInContext(o)]; for (let i = 0; i < 3; ++i) "
              "try { s.runInContext(o) } catch (e) { r.push(e.message) } r.push(s."
              "runInNewContext()); return r")
    == R"([1,"Identifier 'x' has already been declared","Identifier 'x' has already been )"
       R"(declared","Identifier 'x' has already been declared",1])");
}

TEST_CASE("code runs without the caller's scope", "[node_vm][S8][S12]") {
  vm_host host;
  CHECK(host.json("let local = 'initial'; return [vm.runInThisContext('typeof local'), "
                  "new vm.Script('typeof local').runInNewContext()]")
        == R"(["undefined","undefined"])");
  CHECK(
    host.json("return [vm.runInThisContext('1 + 1'), vm.runInNewContext('a + 1', {a: 1}), "
              "vm.runInContext('a + 1', vm.createContext({a: 2})), "
              "vm.runInNewContext('globalThis', vm.constants.DONT_CONTEXTIFY) !== globalThis]")
    == "[2,2,3,true]");
}

TEST_CASE("a filename may stand for the options", "[node_vm][S2][S12]") {
  vm_host host;
  for (const auto* run :
       {"vm.runInThisContext(code, 'name.js')", "vm.runInNewContext(code, {}, 'name.js')",
        "vm.runInContext(code, vm.createContext(), 'name.js')",
        "new vm.Script(code, 'name.js').runInNewContext()"}) {
    INFO(run);
    CHECK(host.json("const code = 'new Error().stack.includes(\"name.js:1:1\")'; return "
                    + std::string{run})
          == "true");
  }
  CHECK(
    host.json("return vm.runInNewContext('new Error().stack').includes('evalmachine.<anonymous>"
              ":1:1')")
    == "true");
}

TEST_CASE("errors show file, line and caret above their stack", "[node_vm][S1][S2]") {
  vm_host host;
  auto stack = [&](const std::string& body) {
    return host.json("try {" + body
                     + "} catch (e) { return e.stack.split('\\n').slice(0, 5).join('|') }");
  };
  CHECK(stack("new vm.Script('let x = ;', 'f.js')")
        == R"("f.js:1|let x = ;|        ^||SyntaxError: Unexpected token ';'")");
  CHECK(stack("new vm.Script('a\\n  b c', {filename: 'f.js', lineOffset: 10, columnOffset: 5})")
        == R"("f.js:12|  b c|    ^||SyntaxError: Unexpected identifier 'c'")");
  CHECK(stack("new vm.Script('b c', {filename: 'f.js', lineOffset: 10, columnOffset: 5})")
        == R"("f.js:11|b c|  ^||SyntaxError: Unexpected identifier 'c'")");
  CHECK(
    stack("vm.runInNewContext('\\n\\tnull.x', {}, 'f.js')")
    == R"x("f.js:2|\tnull.x|\t     ^||TypeError: Cannot read properties of null (reading 'x')")x");
  CHECK(stack("vm.runInNewContext('function f() { f() } f()', {}, 'f.js')")
        == R"("f.js:1|function f() { f() } f()|               ^||RangeError: Maximum call stack )"
           R"(size exceeded")");
  CHECK(stack("vm.runInNewContext('null.x', {}, {filename: 'f.js', displayErrors: false})")
          .starts_with(
            R"x("TypeError: Cannot read properties of null (reading 'x')|    at f.js:1:6|)x"));
}

TEST_CASE("an error is decorated once, and only when it has a stack", "[node_vm][S1]") {
  vm_host host;
  CHECK(
    host.json("const e = new Error('same'); const o = vm.createContext({e}); const s = new "
              "vm.Script('throw e', 'f.js'); const seen = []; for (let i = 0; i < 2; ++i) try { "
              "s.runInContext(o) } catch (x) { seen.push(x.stack) } return [seen[0] === "
              "seen[1], seen[0].startsWith('f.js:1\\nthrow e\\n^\\n\\nError: same')]")
    == "[true,true]");
  CHECK(host.json("try { vm.runInNewContext('f()', {f() { vm.runInNewContext('throw new "
                  "Error(1)', {}, 'in.js') }}, 'out.js') } catch (e) { return e.stack.split("
                  "'\\n').slice(0, 4) }")
        == R"x(["in.js:1","throw new Error(1)","^",""])x");
  CHECK(host.json("const r = []; for (const code of ['throw \"s\"', 'throw null', 'throw "
                  "undefined', 'throw {a: 1}', 'throw Object.freeze({stack: \"mine\"})', 'throw "
                  "{get stack() { throw 1 }}']) try { vm.runInNewContext(code) } catch (e) { "
                  "r.push(e === null ? 'null' : typeof e) } return r")
        == R"(["string","null","undefined","object","object","object"])");
}

TEST_CASE("syntax errors are of the context that the code is for", "[node_vm][C9]") {
  vm_host host;
  CHECK(host.json("const o = vm.createContext(); const r = []; for (const f of [() => new "
                  "vm.Script('let let'), () => vm.runInThisContext('let let'), () => "
                  "vm.runInContext('let let', o)]) try { f() } catch (e) { r.push(e instanceof "
                  "SyntaxError) } return r")
        == "[true,true,false]");
}

TEST_CASE("the source map's URL and the source's are told", "[node_vm][S9]") {
  vm_host host;
  CHECK(host.json("const s = new vm.Script('function f() {}\\n//# "
                  "sourceMappingURL=sourcemap.json\\n'); const t = new vm.Script('1'); return "
                  "[s.sourceMapURL, 'sourceMapURL' in t, t.sourceMapURL === undefined, new "
                  "vm.Script('1//# sourceURL=x.js').sourceURL]")
        == R"(["sourcemap.json",true,true,"x.js"])");
}

TEST_CASE("the module has Node's shape", "[node_vm][O2][O4]") {
  vm_host host;
  CHECK(
    host.json("return Object.entries(vm).map(([k, f]) => k + (typeof f === 'function' ? ' ' + "
              "f.name + ' ' + f.length : ''))")
    == R"(["Script Script 1","createContext createContext 0","createScript createScript 2",)"
       R"("runInContext runInContext 3","runInNewContext runInNewContext 3",)"
       R"("runInThisContext runInThisContext 2","isContext isContext 1",)"
       R"("compileFunction compileFunction 2","measureMemory measureMemory 0","constants",)"
       R"("Module Module 1","SourceTextModule SourceTextModule 1",)"
       R"("SyntheticModule SyntheticModule 2"])");
  CHECK(host.json("return [Object.isFrozen(vm.constants), Object.getPrototypeOf(vm.constants), "
                  "Object.keys(vm.constants), typeof vm.constants.DONT_CONTEXTIFY, "
                  "require('vm') === vm]")
        == R"([true,null,["USE_MAIN_CONTEXT_DEFAULT_LOADER","DONT_CONTEXTIFY"],"symbol",true])");
  CHECK(host.json("const p = vm.Script.prototype; return [Object.getOwnPropertyNames(p).map(k => "
                  "k + ' ' + p[k].length), Object.getOwnPropertyNames(Object.getPrototypeOf(p))]")
        == R"([["constructor 1","runInThisContext 1","runInContext 2","runInNewContext 2"],)"
           R"(["createCachedData","runInContext","constructor"]])");
  CHECK(host.json("vm.Script('1')")
        == "TypeError: Class constructor Script cannot be invoked without 'new'");
  CHECK(host.json("vm.Script.prototype.runInThisContext.call({})")
        == "TypeError: Illegal invocation");
  CHECK(host.json("vm.Script.prototype.createCachedData.call(Object.create(new vm.Script('1')))")
        == "TypeError: Illegal invocation");
}

TEST_CASE("what vm.Script is made of cannot be called into a crash", "[node_vm][O4]") {
  vm_host host;
  CHECK(
    host.json("const S = Object.getPrototypeOf(vm.Script); const r = []; for (const a of [[], "
              "[1], ['1'], ['1', 2], ['1', 'f', 0.5, 0, 0, 0], ['1', 'f', 0, 0, {}, {}, {}, "
              "{}]]) try { new S(...a); r.push('made') } catch (e) { r.push(e.message) } "
              "const s = new vm.Script('1'); for (const a of [[], [{}], [null], [null, 'x'], "
              "[{}, -1]]) try { S.prototype.runInContext.apply(s, a); r.push('ran') } catch (e)"
              "{ r.push(e.message) } try { S('1') } catch (e) { r.push(e.message) } return "
              "[...new Set(r)]")
    == R"(["Illegal invocation","made"])");
}

// -- arguments ------------------------------------------------------------------------

TEST_CASE("wrong arguments are told as Node tells them", "[node_vm][O4]") {
  struct wrong {
    const char* body;
    const char* told;
  };
  vm_host host;
  for (
    const auto& [body, told] : {
      wrong{"new vm.Script('1', null)",
            "TypeError: The \"options\" argument must be of type object. Received null "
            "[ERR_INVALID_ARG_TYPE]"},
      {"new vm.Script('1', {filename: 1})",
       "TypeError: The \"options.filename\" property must be of type string. Received type "
       "number (1) [ERR_INVALID_ARG_TYPE]"},
      {"new vm.Script('1', {lineOffset: 1.5})",
       "RangeError: The value of \"options.lineOffset\" is out of range. It must be an integer. "
       "Received 1.5 [ERR_OUT_OF_RANGE]"},
      {"new vm.Script('1', {columnOffset: 2 ** 31})",
       "RangeError: The value of \"options.columnOffset\" is out of range. It must be >= "
       "-2147483648 && <= 2147483647. Received 2147483648 [ERR_OUT_OF_RANGE]"},
      {"new vm.Script('1', {cachedData: 'x'})",
       "TypeError: The \"options.cachedData\" property must be an instance of Buffer, "
       "TypedArray, or DataView. Received type string ('x') [ERR_INVALID_ARG_TYPE]"},
      {"new vm.Script('1', {produceCachedData: 1})",
       "TypeError: The \"options.produceCachedData\" property must be of type boolean. Received "
       "type number (1) [ERR_INVALID_ARG_TYPE]"},
      {"new vm.Script('1', {importModuleDynamically: 1})",
       "TypeError: The \"options.importModuleDynamically\" property must be of type function. "
       "Received type number (1) [ERR_INVALID_ARG_TYPE]"},
      {"new vm.Script(Symbol())", "TypeError: Cannot convert a Symbol value to a string"},
      {"vm.runInThisContext('1', {timeout: 0})",
       "RangeError: The value of \"options.timeout\" is out of range. It must be >= 1 && <= "
       "4294967295. Received 0 [ERR_OUT_OF_RANGE]"},
      {"vm.runInThisContext('1', {timeout: '5'})",
       "TypeError: The \"options.timeout\" property must be of type number. Received type "
       "string ('5') [ERR_INVALID_ARG_TYPE]"},
      {"vm.runInThisContext('1', {displayErrors: 0})",
       "TypeError: The \"options.displayErrors\" property must be of type boolean. Received "
       "type number (0) [ERR_INVALID_ARG_TYPE]"},
      {"vm.runInThisContext('1', {breakOnSigint: null})",
       "TypeError: The \"options.breakOnSigint\" property must be of type boolean. Received "
       "null [ERR_INVALID_ARG_TYPE]"},
      {"vm.runInContext('1', {})",
       "TypeError: The \"contextifiedObject\" argument must be an vm.Context. Received an "
       "instance of Object [ERR_INVALID_ARG_TYPE]"},
      {"vm.runInContext('1')",
       "TypeError: The \"object\" argument must be of type object. Received undefined "
       "[ERR_INVALID_ARG_TYPE]"},
      {"new vm.Script('1').runInContext(() => {})",
       "TypeError: The \"object\" argument must be of type object. Received function  "
       "[ERR_INVALID_ARG_TYPE]"},
      {"vm.createContext(5)",
       "TypeError: The \"object\" argument must be of type object. Received type number (5) "
       "[ERR_INVALID_ARG_TYPE]"},
      {"vm.createContext({}, {name: 1})",
       "TypeError: The \"options.name\" property must be of type string. Received type number "
       "(1) [ERR_INVALID_ARG_TYPE]"},
      {"vm.createContext({}, {origin: 1})",
       "TypeError: The \"options.origin\" property must be of type string. Received type number "
       "(1) [ERR_INVALID_ARG_TYPE]"},
      {"vm.createContext({}, {codeGeneration: 1})",
       "TypeError: The \"options.codeGeneration\" property must be of type object. Received "
       "type number (1) [ERR_INVALID_ARG_TYPE]"},
      {"vm.createContext({}, {codeGeneration: {wasm: 1}})",
       "TypeError: The \"options.codeGeneration.wasm\" property must be of type boolean. "
       "Received type number (1) [ERR_INVALID_ARG_TYPE]"},
      {"vm.createContext({}, {microtaskMode: 'x'})",
       "TypeError: The property 'options.microtaskMode' must be one of: 'afterEvaluate', "
       "undefined. Received 'x' [ERR_INVALID_ARG_VALUE]"},
      {"vm.runInNewContext('1', {}, {contextName: 1})",
       "TypeError: The \"options.contextName\" property must be of type string. Received type "
       "number (1) [ERR_INVALID_ARG_TYPE]"},
      {"vm.runInNewContext('1', {}, {contextCodeGeneration: {strings: 1}})",
       "TypeError: The \"options.contextCodeGeneration.strings\" property must be of type "
       "boolean. Received type number (1) [ERR_INVALID_ARG_TYPE]"},
      {"vm.isContext(null)",
       "TypeError: The \"object\" argument must be of type object. Received null "
       "[ERR_INVALID_ARG_TYPE]"},
      {"vm.compileFunction(1)",
       "TypeError: The \"code\" argument must be of type string. Received type number (1) "
       "[ERR_INVALID_ARG_TYPE]"},
      {"vm.compileFunction('', 'a')",
       "TypeError: The \"params\" argument must be an instance of Array. Received type string "
       "('a') [ERR_INVALID_ARG_TYPE]"},
      {"vm.compileFunction('', [1])",
       "TypeError: The \"params[0]\" argument must be of type string. Received type number (1) "
       "[ERR_INVALID_ARG_TYPE]"},
      {"vm.compileFunction('', [], {parsingContext: {}})",
       "TypeError: The \"options.parsingContext\" property must be an instance of Context. "
       "Received an instance of Object [ERR_INVALID_ARG_TYPE]"},
      {"vm.compileFunction('', [], {contextExtensions: {}})",
       "TypeError: The \"options.contextExtensions\" property must be an instance of Array. "
       "Received an instance of Object [ERR_INVALID_ARG_TYPE]"},
      {"vm.compileFunction('', [], {contextExtensions: [1]})",
       "TypeError: The \"options.contextExtensions[0]\" property must be of type object. "
       "Received type number (1) [ERR_INVALID_ARG_TYPE]"},
      {"vm.measureMemory(null)",
       "TypeError: The \"options\" argument must be of type object. Received null "
       "[ERR_INVALID_ARG_TYPE]"},
      {"vm.measureMemory({mode: 'x'})",
       "TypeError: The property 'options.mode' must be one of: 'summary', 'detailed'. Received "
       "'x' [ERR_INVALID_ARG_VALUE]"},
      {"vm.measureMemory({execution: 'x'})",
       "TypeError: The property 'options.execution' must be one of: 'default', 'eager'. "
       "Received 'x' [ERR_INVALID_ARG_VALUE]"},
    }) {
    INFO(body);
    CHECK(host.json(body) == told);
  }
}

TEST_CASE("options are read once, in the documented order", "[node_vm][O4]") {
  vm_host host;
  auto read = [&](const std::string& use) {
    return host.json("const log = []; const o = new Proxy({}, {get(_, k) { if (typeof k === "
                     "'string') log.push(k) }, ownKeys() { log.push('*'); return [] }}); const s "
                     "= new vm.Script('1'); "
                     + use + "; return log.join(' ')");
  };
  CHECK(read("new vm.Script('1', o)")
        == R"("filename lineOffset columnOffset cachedData produceCachedData )"
           R"(importModuleDynamically")");
  CHECK(read("s.runInThisContext(o)") == R"("timeout displayErrors breakOnSigint")");
  CHECK(read("s.runInContext(vm.createContext(), o)")
        == R"("timeout displayErrors breakOnSigint")");
  CHECK(read("s.runInNewContext({}, o)")
        == R"("contextName contextOrigin microtaskMode contextCodeGeneration timeout )"
           R"(displayErrors breakOnSigint")");
  CHECK(read("vm.createContext({}, o)")
        == R"("name origin codeGeneration microtaskMode importModuleDynamically")");
  CHECK(read("vm.runInContext('1', vm.createContext(), o)") == R"("*")");
  CHECK(read("vm.runInNewContext('1', {}, o)")
        == R"("contextName contextOrigin microtaskMode contextCodeGeneration *")");
  CHECK(read("vm.compileFunction('', [], o)")
        == R"("filename columnOffset lineOffset cachedData produceCachedData parsingContext )"
           R"(contextExtensions importModuleDynamically")");
  CHECK(read("vm.measureMemory(o)") == R"("mode execution")");
}
