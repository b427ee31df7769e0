// `console` with all methods, and what else of the built-ins meets the context's limits.

#include "tests/support/printing.hpp"
#include "tests/support/script_host.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace troupe;
using namespace troupe::testing;
using stream = console_line::stream;

namespace {

context_options everything() {
  return {.name = "tenant-42", .builtins = builtin_set::web() | builtin_set::node()};
}

/// The lines that a script writes, those of stderr with `! ` before.
std::string written(const std::string& code) {
  script_host host{everything()};
  host.value_of(code + "; 1");
  std::string all;
  for (const auto& line : host.lines)
    all += (line.to == stream::err ? "! " : "") + line.text + "\n";
  return all;
}

} // namespace

TEST_CASE("console methods write to the stream that Node's do", "[runtime][builtins][console]") {
  CHECK(written("for (const m of ['log', 'info', 'debug', 'warn', 'error', 'dirxml']) "
                "console[m](m, {a: [1, {b: {}}]})")
        == "log { a: [ 1, { b: {} } ] }\ninfo { a: [ 1, { b: {} } ] }\n"
           "debug { a: [ 1, { b: {} } ] }\n! warn { a: [ 1, { b: {} } ] }\n"
           "! error { a: [ 1, { b: {} } ] }\ndirxml { a: [ 1, { b: {} } ] }\n");
  CHECK(written("console.log('%s is %d%%', 'x', 5, 'more'); console.log()")
        == "x is 5% more\n\n");
  CHECK(written("console.dir({a: {b: {c: {d: 1}}}}, {depth: 0})") == "{ a: [Object] }\n");
}

TEST_CASE("groups indent all lines", "[runtime][builtins][console]") {
  CHECK(written("console.group('g'); console.log('a\\nb'); console.group(); console.warn('c'); "
                "console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log('d')")
        == "g\n  a\n  b\n!     c\nd\n");
}

TEST_CASE("console counts, asserts and times", "[runtime][builtins][console]") {
  CHECK(written("console.count(); console.count('x'); console.count(); console.countReset(); "
                "console.count(); console.countReset('none')")
        == "default: 1\nx: 1\ndefault: 2\ndefault: 1\n"
           "! (troupe) Warning: Count for 'none' does not exist\n");
  CHECK(
    written("console.assert(true, 'no'); console.assert(false); console.assert(0, 'why %d', 1); "
            "console.assert(0, {a: 1})")
    == "! Assertion failed\n! Assertion failed: why 1\n! Assertion failed: { a: 1 }\n");
  auto timed = written("console.time('t'); console.timeLog('t', 1); console.timeEnd('t'); "
                       "console.timeEnd('t')");
  CHECK(timed.starts_with("t: "));
  CHECK(timed.find("ms 1\nt: ") != std::string::npos);
  CHECK(timed.ends_with("! (troupe) Warning: No such label 't' for console.timeEnd()\n"));
}

TEST_CASE("console.trace shows the script's stack", "[runtime][builtins][console]") {
  auto trace = written("function here() { console.trace('at %s', 'x') } here()");
  CHECK(trace.starts_with("! Trace: at x\n    at here (evalmachine.<anonymous>:1:"));
  CHECK(trace.find("troupe:") == std::string::npos);
}

TEST_CASE("console.table draws rows and columns", "[runtime][builtins][console]") {
  CHECK(written("console.table([{a: 1, b: 'x'}, {a: 22, c: true}, 5])")
        == "┌─────────┬────┬─────┬──────┬────────┐\n"
           "│ (index) │ a  │ b   │ c    │ Values │\n"
           "├─────────┼────┼─────┼──────┼────────┤\n"
           "│ 0       │ 1  │ 'x' │      │        │\n"
           "│ 1       │ 22 │     │ true │        │\n"
           "│ 2       │    │     │      │ 5      │\n"
           "└─────────┴────┴─────┴──────┴────────┘\n");
  CHECK(written("console.table(new Map([['k', 1]])); console.table(7); "
                "console.table([{a: 1, b: 2}], ['b'])")
        == "┌───────────────────┬─────┬────────┐\n"
           "│ (iteration index) │ Key │ Values │\n"
           "├───────────────────┼─────┼────────┤\n"
           "│ 0                 │ 'k' │ 1      │\n"
           "└───────────────────┴─────┴────────┘\n"
           "7\n"
           "┌─────────┬───┐\n"
           "│ (index) │ b │\n"
           "├─────────┼───┤\n"
           "│ 0       │ 2 │\n"
           "└─────────┴───┘\n");
}

TEST_CASE("console.Console writes to streams", "[runtime][builtins][console]") {
  script_host host{everything()};
  CHECK(host.value_of("const out = []; const c = new console.Console({stdout: {write: t => "
                      "out.push(t)}, inspectOptions: {depth: 0}}); c.log({a: {}}); c.group('g'); "
                      "c.error('e'); out.join('') + (c instanceof console.Console)")
        == "{ a: {} }\ng\n  e\ntrue");
  CHECK(host.error_of("new console.Console({})").message
        == "TypeError [ERR_CONSOLE_WRITABLE_STREAM]: Console expects a writable stream instance "
           "for stdout");
}

TEST_CASE("the output limit covers the console", "[runtime][builtins][console]") {
  auto options = everything();
  options.output_limit = 100;
  script_host host{options};
  CHECK(host.error_of("for (;;) console.log('x'.repeat(30))").code
        == errc::output_limit_exceeded);
  CHECK(host.lines.size() == 3);
}

TEST_CASE("deadlines hold inside built-ins", "[runtime][builtins]") {
  // A script_host has no watchdog; the limit on output stops a run in the same way.
  auto options = everything();
  options.output_limit = 10;
  script_host limited{options};
  CHECK(limited
          .error_of("const o = {}; o[require('util').inspect.custom] = () => "
                    "{ console.log('x'.repeat(20)); for (;;); }; require('util').inspect(o)")
          .code
        == errc::output_limit_exceeded);
}

TEST_CASE("a timer without ref does not keep its context busy", "[runtime][builtins][timers]") {
  script_host host{everything()};
  host.value_of("globalThis.t = setTimeout(() => {}, 1e6).unref(); 1");
  CHECK(host.environment().idle());
  host.value_of("t.ref(); 1");
  CHECK_FALSE(host.environment().idle());
  host.value_of("t.unref(); clearTimeout(t); 1");
  CHECK(host.environment().idle());
  // V8 may have a timer or two of its own.
  host.value_of("for (let i = 0; i < 100; ++i) clearTimeout(setTimeout(() => {}, 1e6)); 1");
  CHECK(host.loop.timer_count() < 10);
}

TEST_CASE("refresh begins a timer's time anew, also when it has run",
          "[runtime][builtins][timers]") {
  script_host host{everything()};
  CHECK(
    host.value_of("new Promise(done => { let n = 0; const t = setTimeout(() => { if (++n === 2) "
                  "done(n); else t.refresh() }, 1) })")
    == 2);
}

TEST_CASE("what a script has changed does not reach into built-ins", "[runtime][builtins]") {
  script_host host{everything()};
  // Loaded after the change, and used.
  CHECK(
    host.value_of(R"(
    const data = {a: [1, new Map([[1, new Set([2])]]), /x/, new Date(0)], b: 'q'};
    const maps = [{a: new Map([[{}, 1]])}, {a: new Map([[{}, 1]])}];
    const objects = [Array.prototype, String.prototype, Function.prototype, Map.prototype,
                     Set.prototype, RegExp.prototype, Object.prototype, Symbol.prototype,
                     Date.prototype, Promise.prototype, Uint8Array.prototype,
                     Object.getPrototypeOf(Uint8Array.prototype), Number.prototype,
                     Object.getPrototypeOf([][Symbol.iterator]()), Error.prototype,
                     WeakMap.prototype, DataView.prototype];
    const keys = Reflect.ownKeys, define = Reflect.defineProperty;
    const places = [];
    for (const o of objects)
      for (const k of keys(o))
        if (k !== 'constructor' && k !== '__proto__' && k !== 'length') places.push([o, k]);
    const namespaces = [Object, Reflect, JSON, Math, Number, Array, String, Promise, Symbol, Error];
    for (const o of namespaces)
      for (const k of keys(o))
        if (k !== 'prototype' && k !== 'name' && k !== 'iterator' && k !== 'stackTraceLimit') places.push([o, k]);
    for (let i = 0; i < places.length; ++i)
      define(places[i][0], places[i][1], {value() { throw 'changed' }});
    let seen = '';
    const util = require('util');
    seen += util.inspect(data);
    seen += util.format(' %s %d', 'a', 1);
    seen += ' ' + new URL('http://a.b/c?d=e').searchParams.get('d');
    seen += ' ' + Buffer.from('abc').toString('hex');
    seen += ' ' + btoa('x') + ' ' + new TextDecoder().decode(new TextEncoder().encode('y'));
    seen += ' ' + structuredClone({z: 1}).z;
    seen += ' ' + util.isDeepStrictEqual(maps[0], maps[1]);
    const E = require('events'); const e = new E(); e.on('x', (v) => seen += ' ' + v); e.emit('x', 5);
    const t = new EventTarget(); t.addEventListener('q', () => seen += ' event');
    t.dispatchEvent(new Event('q'));
    try { require('assert').strictEqual(1, 2) } catch (e) { seen += ' ' + e.code }
    seen)")
    == "{\n  a: [ 1, Map(1) { 1 => [Set] }, /x/, 1970-01-01T00:00:00.000Z ],\n  b: 'q'\n} a 1 e "
       "616263 eA== y 1 true 5 event ERR_ASSERTION");
}

TEST_CASE("a global that was not read yet can be replaced and deleted", "[runtime][builtins]") {
  script_host host{everything()};
  CHECK(
    host.value_of("URL = 5; delete globalThis.atob; Object.defineProperty(globalThis, 'btoa', "
                  "{value: 6}); [URL, typeof atob, btoa, 'Event' in globalThis]")
    == value::array({5, "undefined", 6, true}));
  CHECK(host.value_of("const d = Object.getOwnPropertyDescriptor(globalThis, 'Event'); "
                      "[typeof d.value, d.writable, d.enumerable, d.configurable]")
        == value::array({"function", true, false, true}));
}

TEST_CASE("globals are given one by one", "[runtime][builtins]") {
  script_host host{{.builtins = {builtin::web_url, builtin::web_base64}}};
  CHECK(host.value_of("[typeof URL, typeof URLSearchParams, typeof atob, typeof console, typeof "
                      "setTimeout, typeof Buffer, typeof require, typeof TextEncoder]")
        == value::array({"function", "function", "function", "undefined", "undefined",
                         "undefined", "undefined", "undefined"}));
}
