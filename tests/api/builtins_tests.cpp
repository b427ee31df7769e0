// What contexts may be given besides ECMAScript.

#include "tests/api/helpers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace troupe;
using namespace troupe::testing;

namespace {

constexpr auto everything = builtin_set::web() | builtin_set::node();

errc ended_with(const std::string& code) {
  auto ctx = new_context({.builtins = everything});
  auto ended = error_of(ctx.run(code, {.timeout = 100ms})).code;
  // And it goes on.
  CHECK(value_of(ctx.run("new URL('http://a.b/').host")) == "a.b");
  return ended;
}

} // namespace

TEST_CASE("a context has the built-ins that it was given", "[api][builtins]") {
  auto ctx = new_context({.builtins = {builtin::web_url, builtin::timers}});
  CHECK(
    value_of(ctx.run("[typeof URL, typeof setImmediate, typeof console, typeof require].join()"))
    == "function,function,undefined,undefined");
  auto bare = new_context();
  CHECK(value_of(bare.run("Object.getOwnPropertyNames(globalThis).filter(n => /URL|Timeout|Event/"
                          ".test(n)).length"))
        == 0);
}

TEST_CASE("what is no builtin is refused", "[api][builtins]") {
  auto refused = error_of(
    shared_runtime().spawn({.builtins = builtin_set::from_bits(std::uint64_t{1} << 60)}));
  CHECK(refused.code == errc::invalid_argument);
  CHECK(refused.message.find("context_options::builtins") != std::string::npos);
}

TEST_CASE("a deadline ends what a script makes built-ins do", "[api][builtins]") {
  for (const auto* code : {
         "const o = {[Symbol.for('nodejs.util.inspect.custom')]() { for (;;); }};"
         "require('util').inspect(o)",
         "const u = require('util'); const a = Array(1e5).fill({a: {b: {}}});"
         "for (;;) u.inspect(a, {maxArrayLength: null})",
         "const a = new Set(), b = new Set(); for (let i = 0; i < 1e5; ++i) { a.add({i}); "
         "b.add({i: 99999 - i}) } require('util').isDeepStrictEqual(a, b)",
         "const e = new (require('events'))(); e.on('x', () => e.emit('y')); "
         "for (;;) e.emit('x')",
         "const t = new EventTarget(); t.addEventListener('x', () => { for (;;); }); "
         "t.dispatchEvent(new Event('x'))",
         "for (;;) Buffer.from('x'.repeat(1e6)).toString('hex')",
         "for (;;) structuredClone([1, {}])",
         "new (require('stream').Readable)({ read() { this.push('x') } }).resume()",
         "const { PassThrough } = require('stream'); const s = new PassThrough(); "
         "s.pipe(s).write('x')",
         "for (;;) require('querystring').parse('a=1&'.repeat(1e4))",
         "queueMicrotask(function f() { queueMicrotask(f) })",
         "for (;;) new URLSearchParams('a=1&'.repeat(1e4))",
       }) {
    INFO(code);
    CHECK(ended_with(code) == errc::deadline_exceeded);
  }
}

TEST_CASE("a timer without ref leaves its context idle", "[api][builtins]") {
  auto ctx = new_context({.builtins = everything});
  value_of(ctx.run("setTimeout(() => {}, 1e9).unref(); 1"));
  value_of(ctx.idle());
}
