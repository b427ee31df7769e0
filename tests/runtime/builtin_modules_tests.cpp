#include "runtime/builtin_compiler.hpp"
#include "runtime/builtin_modules.hpp"
#include "runtime/builtin_sources.hpp"
#include "runtime/code_cache.hpp"
#include "runtime/structured_clone.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/script_host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <v8-exception.h>

#include <string>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Calls `body` with an environment's isolate and current realm.
template <class Body>
void inside(script_host& host, Body body) {
  js::isolate_scope here{host.environment().owner()};
  auto context = host.environment().builtins()->context(here);
  v8::Context::Scope entered{context};
  body(here, context);
}

/// What the script `function` does with an internal module: `(exports) => text`.
std::string of_internal(script_host& host, const char* id, const std::string& function) {
  std::string answer;
  inside(host, [&](js::isolate_scope& here, v8::Local<v8::Context> context) {
    v8::TryCatch caught{here.v8()};
    v8::Local<v8::Value> exports;
    v8::Local<v8::String> code;
    v8::Local<v8::Script> script;
    v8::Local<v8::Value> called;
    if (js::to_v8_string(here.v8(), function).ToLocal(&code)
        && v8::Script::Compile(context, code).ToLocal(&script)
        && host.environment().builtins()->load(here, id).ToLocal(&exports)
        && script->Run(context).ToLocal(&called)
        && called.As<v8::Function>()
             ->Call(context, v8::Undefined(here.v8()), 1, &exports)
             .ToLocal(&called)) {
      answer = js::to_utf8(here.v8(), called->ToString(context).ToLocalChecked());
      return;
    }
    v8::String::Utf8Value what{here.v8(), caught.Exception()};
    answer = std::string{"threw "} + *what;
  });
  return answer;
}

script_host& with_require() {
  static script_host host{{.builtins = {builtin::require, builtin::node_util}}};
  return host;
}

std::string message_of(const std::string& call) {
  return of_internal(with_require(), "internal/errors",
                     "({codes}) => { const e = " + call + "; return e.message; }");
}

} // namespace

TEST_CASE("V8 accepts the code cache that was made of every built-in", "[runtime][builtins]") {
  auto& host = with_require();
  auto sources = js::builtin_sources();
  REQUIRE(js::built_code_caches().caches.size() == sources.size());
  inside(host, [&](js::isolate_scope&, v8::Local<v8::Context> context) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      bool accepted = false;
      CHECK(!js::compile_builtin(context, i, &accepted).IsEmpty());
      INFO(sources[i].id);
      CHECK(accepted);
    }
  });
}

TEST_CASE("every built-in can be loaded first", "[runtime][builtins]") {
  for (const auto& source : js::builtin_sources()) {
    script_host host{{.builtins = builtin_set::all()}};
    inside(host, [&](js::isolate_scope& here, v8::Local<v8::Context>) {
      v8::TryCatch caught{here.v8()};
      bool loaded = !host.environment().builtins()->load(here, source.id).IsEmpty();
      std::string why;
      if (caught.HasCaught()) {
        v8::String::Utf8Value what{here.v8(), caught.Exception()};
        why = *what;
      }
      INFO(source.id << ": " << why);
      CHECK(loaded);
    });
  }
}

TEST_CASE("every intrinsic that a built-in captures is there", "[runtime][builtins]") {
  script_host host{{.builtins = builtin_set::all()}};
  for (const auto& source : js::builtin_sources()) {
    // const { A, B: c } = primordials;
    constexpr std::string_view end_of_pattern = "} = primordials;";
    auto end = source.code.find(end_of_pattern);
    if (end == std::string_view::npos)
      continue;
    auto start = source.code.rfind('{', end);
    auto pattern = std::string{source.code.substr(start, end - start)};
    INFO(source.id);
    CHECK(of_internal(host, "internal/primordials",
                      "({primordials}) => `" + pattern
                        + "`.replaceAll(/\\/\\/.*|[\\s{]/g, '').split(',').map(n => "
                          "n.split(':')[0]).filter(n => n && primordials[n] === undefined)"
                          ".join()")
          == "");
  }
}

TEST_CASE("a context without built-ins has none", "[runtime][builtins]") {
  script_host bare;
  CHECK(bare.environment().builtins() == nullptr);
  CHECK(bare.value_of("typeof require") == "undefined");
}

TEST_CASE("a context gets the modules that it was given, with and without node:",
          "[runtime][builtins]") {
  auto& host = with_require();
  CHECK(host.value_of("require('node:util/types') === require('util/types')") == true);
  CHECK(host.value_of("require('node:util/types').isMap(new Map)") == true);
  script_host without{{.builtins = {builtin::require}}};
  auto refused = without.error_of("require('node:util/types')");
  CHECK(refused.message == "Error: No such built-in module: node:util/types");
  CHECK(refused.thrown["code"] == "ERR_UNKNOWN_BUILTIN_MODULE");
}

TEST_CASE("a script reaches no internal module", "[runtime][builtins]") {
  auto& host = with_require();
  for (auto id : {"internal/errors", "node:internal/errors", "troupe:internal/errors",
                  "internal/primordials", "util/../internal/errors"})
    CHECK(host.error_of("require('" + std::string{id} + "')").thrown["code"]
          == "ERR_UNKNOWN_BUILTIN_MODULE");
  CHECK(host.error_of("require(1)").message
        == "TypeError [ERR_INVALID_ARG_TYPE]: The \"id\" argument must be of type string. "
           "Received type number (1)");
  CHECK(host.value_of("typeof internalBinding + typeof primordials + typeof module")
        == "undefinedundefinedundefined");
}

TEST_CASE("a reset makes the built-ins anew", "[runtime][builtins]") {
  context_options options{.builtins = {builtin::require, builtin::node_util}};
  script_host host{options};
  host.value_of("require('util/types').mine = 1; Array.prototype.join = null; 1");
  REQUIRE(host.ask([&](js::environment& env, js::request_id id) { env.reset(id, options); })
            .has_value());
  CHECK(host.value_of("typeof require('util/types').mine") == "undefined");
}

TEST_CASE("a built-in whose loading was stopped is loaded when it is wanted next",
          "[runtime][builtins]") {
  script_host host{{.builtins = {builtin::require, builtin::node_util}}};
  // Some of the depths leave too little stack for the module.
  CHECK(host.value_of("function deep() { try { deep() } catch { require('util/types') } }"
                      "try { deep() } catch {}"
                      "require('util/types').isDate(new Date)")
        == true);
}

TEST_CASE("built-ins do not look at what a script has changed", "[runtime][builtins]") {
  script_host host{{.builtins = {builtin::require, builtin::node_util}}};
  CHECK(host.value_of(R"(
    const objects = [Array.prototype, String.prototype, Function.prototype, Map.prototype,
                     RegExp.prototype, Object, Reflect, JSON, Error.prototype];
    const places = [];
    for (const o of objects)
      for (const k of Reflect.ownKeys(o))
        if (k !== 'constructor') places.push([o, k]);
    for (let i = 0; i < places.length; ++i)
      try { places[i][0][places[i][1]] = () => { throw 'changed' } } catch {}
    delete Error.captureStackTrace;
    let text = '';
    try { require(['no text']) } catch (e) { text = e.message }
    text)")
        == "The \"id\" argument must be of type string. Received an instance of Array");
}

// -- errors -----------------------------------------------------------------------------

TEST_CASE("streams and parsers do not look at what a script has changed",
          "[runtime][builtins][stream]") {
  script_host host{{.builtins = builtin_set::web() | builtin_set::node()}};
  auto text = host.run(R"js(
    const { Readable, Transform, Writable, pipeline } = require('stream');
    const { parse, stringify } = require('querystring');
    const { StringDecoder } = require('string_decoder');
    const { win32 } = require('path');
    const { parseArgs } = require('util');
    const bytes = new Uint8Array([0x61]);
    const changed = [];
    for (const object of [Array.prototype, String.prototype, Function.prototype, Map.prototype,
                          RegExp.prototype, WeakMap.prototype, Object, Reflect, JSON, Math,
                          Number, Buffer.prototype, Object.getPrototypeOf(Uint8Array.prototype),
                          Object.getPrototypeOf([][Symbol.iterator]())])
      for (const key of Reflect.ownKeys(object))
        if (key !== 'constructor')
          changed.push([object, key]);
    for (let i = 0; i < changed.length; ++i)
      try { changed[i][0][changed[i][1]] = () => { throw new Error('changed'); } } catch {}
    let text = '';
    const upper = new Transform({
      __proto__: null,
      transform(chunk, encoding, done) { text += chunk.length; done(null, chunk); },
    });
    const to = new Writable({ __proto__: null, write(c, e, done) { text += `w${c[0]}`; done(); } });
    const values = [parse('a=b&c=%20').c, stringify({ a: 'b c' }), win32.join('a', '..', 'b'),
                    new StringDecoder('utf8').write(bytes),
                    parseArgs({ args: ['--x=1'], strict: false }).values.x];
    new Promise((resolve, reject) => {
      pipeline(Readable.from('xyz', { __proto__: null, objectMode: false }), upper, to,
               (error) => (error ? reject(error) : resolve(
                 `${text} ${values[0]}|${values[1]}|${values[2]}|${values[3]}|${values[4]}`)));
    }))js");
  REQUIRE(text.has_value());
  CHECK(text->as<std::string>() == "3w120  |a=b%20c|b|a|1");
}

TEST_CASE("errors with codes look like Node's", "[runtime][builtins][errors]") {
  auto& host = with_require();
  CHECK(host.value_of("try { require(1) } catch (e) { [e instanceof TypeError, e.name, "
                      "String(e).slice(0, 31), Object.keys(e).join(), "
                      "e.stack.split('\\n')[0].slice(0, 42), e.stack.includes('internal/')] }")
        == value::array({true, "TypeError", "TypeError [ERR_INVALID_ARG_TYPE", "code",
                         "TypeError [ERR_INVALID_ARG_TYPE]: The \"id\"", false}));
}

TEST_CASE("messages name what was expected and what was received",
          "[runtime][builtins][errors]") {
  const std::string invalid = "codes.ERR_INVALID_ARG_TYPE(";
  CHECK(message_of(invalid + "'a', 'string', null)")
        == "The \"a\" argument must be of type string. Received null");
  CHECK(message_of(invalid + "'o.a', ['string', 'Buffer', 'URL'], function f() {})")
        == "The \"o.a\" property must be of type string or an instance of Buffer or URL. "
           "Received function f");
  CHECK(message_of(invalid + "'first argument', ['string', 'boolean', 'number'], 1n)")
        == "The first argument must be one of type string, boolean, or number. "
           "Received type bigint (1n)");
  CHECK(message_of(invalid + "'a', ['Object', 'Map'], 'x'.repeat(40))")
        == "The \"a\" argument must be an instance of Map or Object. "
           "Received type string ('xxxxxxxxxxxxxxxxxxxxxxxxx...')");
  CHECK(message_of(invalid + "'a', 'Function', new (class K {}))")
        == "The \"a\" argument must be of type function. Received an instance of K");
  CHECK(message_of(invalid + "'a', 'string', Object.create(null))")
        == "The \"a\" argument must be of type string. Received [Object: null prototype] {}");
  CHECK(message_of("codes.ERR_OUT_OF_RANGE('n', '>= 0', -4294967297)")
        == "The value of \"n\" is out of range. It must be >= 0. Received -4_294_967_297");
  CHECK(message_of("codes.ERR_OUT_OF_RANGE('n', 'an integer', 1.5)")
        == "The value of \"n\" is out of range. It must be an integer. Received 1.5");
  CHECK(message_of("codes.ERR_INVALID_ARG_VALUE('o.x', {a: 1})")
        == "The property 'o.x' is invalid. Received { a: 1 }");
  CHECK(message_of("codes.ERR_MISSING_ARGS('a', 'b', ['c', 'd'])")
        == "The \"a\", \"b\", and \"c\" or \"d\" arguments must be specified");
}

TEST_CASE("validators check in Node's order", "[runtime][builtins][errors]") {
  auto& host = with_require();
  auto thrown = [&](const std::string& call) {
    return of_internal(host, "internal/validators",
                       "(v) => { try { v." + call
                         + "; return 'fine' } catch (e) { return e.code + ' ' + e.message } }");
  };
  CHECK(thrown("validateInteger(2 ** 53, 'n')")
        == "ERR_OUT_OF_RANGE The value of \"n\" is out of range. It must be >= -9007199254740991 "
           "&& <= 9007199254740991. Received 9_007_199_254_740_992");
  CHECK(thrown("validateUint32(0, 'o.timeout', true)")
        == "ERR_OUT_OF_RANGE The value of \"o.timeout\" is out of range. It must be >= 1 && <= "
           "4294967295. Received 0");
  CHECK(thrown("validateInt32('1', 'o.n')")
        == "ERR_INVALID_ARG_TYPE The \"o.n\" property must be of type number. Received type "
           "string ('1')");
  CHECK(thrown("validateNumber(NaN, 'n', 0)")
        == "ERR_OUT_OF_RANGE The value of \"n\" is out of range. It must be >= 0. Received NaN");
  CHECK(thrown("validateObject([], 'o')")
        == "ERR_INVALID_ARG_TYPE The \"o\" argument must be of type object. Received an instance "
           "of Array");
  CHECK(thrown("validateObject(null, 'o', v.kValidateObjectAllowNullable)") == "fine");
  CHECK(thrown("validateOneOf('c', 'o', ['a', 1])")
        == "ERR_INVALID_ARG_VALUE The argument 'o' must be one of: 'a', 1. Received 'c'");
  CHECK(thrown("validateStringArray(['a', 2], 'list')")
        == "ERR_INVALID_ARG_TYPE The \"list[1]\" argument must be of type string. Received type "
           "number (2)");
  CHECK(thrown("validateBuffer('x', 'o.cachedData')")
        == "ERR_INVALID_ARG_TYPE The \"o.cachedData\" property must be an instance of Buffer, "
           "TypedArray, or DataView. Received type string ('x')");
}
