// What a program written for Node sees around its own code: errors, globals, timers, imports.

#include "tests/cli/command.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace troupe::cli::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

finished run_code(const std::string& code) {
  return troupe_command({"run", "-e", code});
}

std::size_t count_of(const std::string& what, const std::string& text) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

} // namespace

// -- errors -----------------------------------------------------------------------------------

TEST_CASE("the stack of a CommonJS file's syntax error begins with its place", "[cli][node]") {
  auto caught = run_code("const m = new (require('module'))('/x/q.js');"
                         "try { m._compile('let a = ;\\n', '/x/q.js') } "
                         "catch (e) { console.log(e.stack.split('\\n').slice(0, 5).join('|')); "
                         "console.log(e.message) }");
  CHECK(caught.err.empty());
  CHECK(caught.out
        == "/x/q.js:1|let a = ;|        ^||SyntaxError: Unexpected token ';'\n"
           "Unexpected token ';'\n");
}

TEST_CASE("a syntax error that is thrown on says once where it is", "[cli][node]") {
  auto done = run_code("const m = new (require('module'))('/x/q.js');"
                       "try { m._compile('let a = ;\\n', '/x/q.js') } catch (e) { throw e }");
  CHECK(done.status == 1);
  CHECK_THAT(done.err, StartsWith("/x/q.js:1\nlet a = ;\n        ^\n\nSyntaxError: "));
  CHECK(count_of("let a = ;", done.err) == 1);
}

TEST_CASE("an error of a listener of 'exit' is told once, as any other", "[cli][node]") {
  auto vm = run_code("process.on('exit', () => { require('vm').runInNewContext("
                     "'throw new Error(\"x\")', {}, 'e.js') })");
  CHECK(vm.status == 1);
  CHECK_THAT(vm.err, StartsWith("e.js:1\nthrow new Error(\"x\")\n^\n\nError: x\n"));
  CHECK(count_of("e.js:1\n", vm.err) == 1);
  auto plain = run_code("process.on('exit', () => { throw 1 }); process.exitCode = 3");
  CHECK(plain.status == 3);
  CHECK_THAT(plain.err, StartsWith("\n[eval]:1\n") && EndsWith("\n1\n"));
}

TEST_CASE("a listener of 'uncaughtException' hears of an error of 'exit'", "[cli][node]") {
  auto done = run_code("process.on('exit', () => { throw new Error('a') });"
                       "process.on('uncaughtException', (e) => console.log('caught', e.message));"
                       "process.exitCode = 4");
  CHECK(done.status == 4);
  CHECK(done.out == "caught a\n");
  CHECK(done.err.empty());
}

TEST_CASE("an uncaught primitive is shown as it is", "[cli][node]") {
  CHECK_THAT(run_code("throw 'a\\nb'").err, EndsWith("^\na\nb\n"));
  CHECK_THAT(run_code("throw 10n").err, EndsWith("^\n10\n"));
  CHECK_THAT(run_code("throw { a: 'b' }").err, EndsWith("^\n\n{ a: 'b' }\n"));
}

TEST_CASE("an uncaught object is shown without its own formatting", "[cli][node]") {
  auto done = run_code("throw { [require('util').inspect.custom]() { return 'custom' }, a: 1 }");
  CHECK_THAT(done.err, ContainsSubstring("a: 1") && ContainsSubstring("inspect.custom"));
}

TEST_CASE("a rejection with no error names its reason briefly", "[cli][node]") {
  auto done = run_code(R"js(
    const reasons = [{ a: 1 }, 's', [1], () => {}, 10n, Symbol('x'), new (class Foo {})(),
      require('vm').runInNewContext('({ a: 1 })'), null, 'a\nb', { message: 'm' }];
    let i = 0;
    process.on('uncaughtException', (e) => {
      console.log(JSON.stringify(/reason "([^]*)"/.exec(e.message)[1]), e.code);
      next();
    });
    function next() { if (i < reasons.length) Promise.reject(reasons[i++]) }
    next();)js");
  CHECK(done.err.empty());
  std::string expected;
  for (const auto* each : {"#<Object>", "s", "[object Array]", "() => {}", "10", "Symbol(x)",
                           "#<Foo>", "[object Object]", "null", "a\\nb", "#<Object>"})
    expected += '"' + std::string{each} + "\" ERR_UNHANDLED_REJECTION\n";
  CHECK(done.out == expected);
}

TEST_CASE("what has a stack of its own is told as an error when rejected", "[cli][node]") {
  auto done = run_code("const reason = { message: 'm', stack: 's' };"
                       "process.on('uncaughtException', (e) => console.log(e === reason));"
                       "Promise.reject(reason)");
  CHECK(done.out == "true\n");
}

// -- globals and timers -----------------------------------------------------------------------

TEST_CASE("a program has the globals of Node's and no others of the command", "[cli][node]") {
  CHECK(run_code("console.log(typeof args, Object.keys(globalThis).includes('global'), "
                 "global === globalThis)")
          .out
        == "undefined true true\n");
}

TEST_CASE("timers that are due come before immediates", "[cli][node]") {
  auto done = run_code("setTimeout(() => console.log('to'), 1); setImmediate(() => console.log("
                       "'im')); for (const t = Date.now(); Date.now() - t < 15;);");
  CHECK(done.out == "to\nim\n");
}

TEST_CASE("an immediate of an immediate comes a round later", "[cli][node]") {
  auto done = run_code("setImmediate(() => { console.log(1); setImmediate(() => console.log(3)); "
                       "Promise.resolve().then(() => console.log('micro')) });"
                       "setImmediate(() => console.log(2)); "
                       "const gone = setImmediate(() => console.log('never')); "
                       "clearImmediate(gone)");
  CHECK(done.out == "1\nmicro\n2\n3\n");
}

TEST_CASE("immediates without end let timers run", "[cli][node]") {
  auto done = run_code("let on = true; function again() { if (on) setImmediate(again) } again();"
                       "setTimeout(() => { on = false; console.log('over') }, 5)");
  CHECK(done.status == 0);
  CHECK(done.out == "over\n");
}

TEST_CASE("frames of timers name their callbacks", "[cli][node]") {
  auto done =
    run_code("const first = () => new Error().stack.split('\\n')[2].trim().split(' (')[0];"
             "setTimeout(() => console.log(first()), 1);"
             "setImmediate(() => console.log(first()));"
             "setTimeout(function named() { console.log(first()) }, 50)");
  CHECK_THAT(done.out, ContainsSubstring("at Timeout._onTimeout\n")
                         && ContainsSubstring("at Immediate._onImmediate\n")
                         && ContainsSubstring("at Timeout.named [as _onTimeout]\n"));
}

// -- imports ----------------------------------------------------------------------------------

TEST_CASE("an import's type has to be that of the module", "[cli][node][esm]") {
  auto done = troupe_command({"run", "--input-type=module", "-e", R"(
    const t = (of, type) => import(of, type === undefined ? {} : { with: { type } })
      .then(() => 'loaded', (e) => `${e.code} ${e.message}`).then((text) => console.log(text));
    const js = 'data:text/javascript,1';
    await t(js);
    await t(js, 'json');
    await t('path', 'json');
    await t('data:application/json,1');
    await t('data:application/json,1', 'json');
    await t('data:application/json,1', 'css');
    await t('');
    await t('data:text/plain,1');)"});
  CHECK(done.err.empty());
  CHECK_THAT(
    done.out,
    StartsWith(
      "loaded\n"
      "ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE Module \"data:text/javascript,1\" is not of "
      "type \"json\"\n"
      "ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE Module \"node:path\" is not of type "
      "\"json\"\n"
      "ERR_IMPORT_ATTRIBUTE_MISSING Module \"data:application/json,1\" needs an import "
      "attribute of \"type: json\"\n"
      "loaded\n"
      "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED Import attribute \"type\" with value \"css\" is "
      "not supported in data:application/json,1\n"
      "ERR_MODULE_NOT_FOUND Cannot find package '' imported from ")
      && EndsWith("ERR_UNKNOWN_MODULE_FORMAT Unknown module format: text/plain for URL "
                  "data:text/plain,1\n"));
}

// -- node:util --------------------------------------------------------------------------------

TEST_CASE("util.debuglog writes the sections that NODE_DEBUG names", "[cli][node]") {
  auto done = run_code("process.env.NODE_DEBUG = 'foo,b*r';"
                       "const { debuglog } = require('util'); const log = debuglog('foo');"
                       "log('hello %d', 1); debuglog('bar', (f) => console.log(typeof f))('x');"
                       "debuglog('baz')('y'); debuglog('foobar')('z'); console.log(log.enabled)");
  CHECK(done.out == "function\ntrue\n");
  CHECK_THAT(done.err,
             StartsWith("FOO ") && ContainsSubstring(": hello 1\nBAR ") && EndsWith(": x\n"));
}
