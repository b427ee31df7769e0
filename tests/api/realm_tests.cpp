// What a context's global environment is like: C2, C4, C5, C6, C9.

#include "tests/api/helpers.hpp"

using namespace troupe;
using namespace troupe::testing;

// -- the global object ------------------------------------------------------------------

TEST_CASE("a context has an ordinary global object, which can be frozen", "[api][context][C2]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("Object.freeze(globalThis); Object.isFrozen(globalThis)")).as<bool>());
  CHECK(error_of(ctx.run("'use strict'; undeclared = 1")).message
        == "ReferenceError: undeclared is not defined");
  CHECK(error_of(ctx.set("later", 1)).code == errc::invalid_argument);
}

TEST_CASE("var and function are properties of the global, let, const and class are not",
          "[api][context][C2]") {
  auto ctx = new_context();
  value_of(ctx.run("var a = 1; function b() {} let c = 3; const d = 4; class e {}",
                   {.take = take_as::nothing}));
  CHECK(value_of(ctx.keys()) == std::vector<std::string>{"a", "b"});
  CHECK(value_of(ctx.run("[a, typeof b, c, d, typeof e].join()")).as<std::string>()
        == "1,function,3,4,function");
}

// -- name and origin -----------------------------------------------------------------------

TEST_CASE("a context knows its origin", "[api][context][C4]") {
  auto ctx = new_context({.origin = "https://tenant.example:8443"});
  CHECK(ctx.origin() == "https://tenant.example:8443");
  CHECK(new_context().origin().empty());
  CHECK(context{}.origin().empty());
}

// -- code generation -------------------------------------------------------------------------

TEST_CASE("without code from strings, eval and Function throw the realm's own EvalError",
          "[api][context][C5]") {
  auto ctx = new_context({.code_generation = {.strings = false}});
  for (const char* attempt :
       {"eval('1')", "(0, eval)('1')", "new Function('return 1')()", "Function('1')",
        "(function () {}).constructor('1')", "(async () => {}).constructor('1')",
        "(function* () {}).constructor('1')", "(async function* () {}).constructor('1')",
        "Reflect.construct(Function, ['1'])", "globalThis['ev' + 'al']('1')"}) {
    CAPTURE(attempt);
    CHECK(
      value_of(ctx.run("try { " + std::string{attempt}
                       + "; 'ran' } catch (e) { e instanceof EvalError ? e.name : String(e) }"))
        .as<std::string>()
      == "EvalError");
  }
  auto thrown = error_of(ctx.run("eval('1')"));
  CHECK(thrown.code == errc::uncaught_exception);
  CHECK(thrown.thrown["name"].as<std::string>() == "EvalError");
  // eval of something else than a string makes no code.
  CHECK(value_of(ctx.run("eval(42)")).as<int>() == 42);
  check_usable(ctx);
}

namespace {

/// An empty module.
constexpr const char* wasm_bytes = "new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])";

} // namespace

TEST_CASE("without WebAssembly, compiling it throws the realm's own CompileError",
          "[api][context][C5]") {
  auto ctx = new_context({.code_generation = {.wasm = false}});
  std::string bytes = wasm_bytes;
  CHECK(value_of(ctx.run("try { new WebAssembly.Module(" + bytes
                         + "); 'ran' } catch (e) { e instanceof WebAssembly.CompileError }"))
          .as<bool>());
  for (const char* way : {"compile", "instantiate"}) {
    CAPTURE(way);
    CHECK(value_of(ctx.run("WebAssembly." + std::string{way} + "(" + bytes
                           + ").then(() => 'ran', e => e instanceof WebAssembly.CompileError)"))
            .as<bool>());
  }
  CHECK(value_of(ctx.run("eval('6 * 7')")).as<int>() == 42); // the other policy is untouched
}

TEST_CASE("by default code is made of strings and of WebAssembly", "[api][context][C5]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("eval('6 * 7') + new Function('return 1')()")).as<int>() == 43);
  CHECK(value_of(ctx.run("new WebAssembly.Module(" + std::string{wasm_bytes}
                         + ") instanceof WebAssembly.Module"))
          .as<bool>());
  CHECK(value_of(ctx.run("WebAssembly.instantiate(" + std::string{wasm_bytes}
                         + ").then(made => made.instance instanceof WebAssembly.Instance)"))
          .as<bool>());
}

TEST_CASE("one context's policy is not its neighbour's", "[api][context][C5]") {
  auto strict = new_context({.code_generation = {.strings = false, .wasm = false}});
  auto lax = new_context();
  CHECK(error_of(strict.run("eval('1')")).code == errc::uncaught_exception);
  CHECK(value_of(lax.run("eval('1')")).as<int>() == 1);
}

TEST_CASE("timers take no code in strings", "[api][context][C5]") {
  auto ctx = new_context({.timers = true});
  CHECK(error_of(ctx.run("setTimeout('1')")).message.starts_with("TypeError"));
}

// -- microtasks --------------------------------------------------------------------------------

namespace {

constexpr microtask_mode both_modes[]{microtask_mode::shared, microtask_mode::after_evaluate};

} // namespace

TEST_CASE("promise callbacks have run when a run is answered, in either mode",
          "[api][context][C6]") {
  for (auto mode : both_modes) {
    auto ctx = new_context({.microtasks = mode});
    value_of(ctx.run("var log = []; Promise.resolve().then(() => log.push('callback'));"
                     "log.push('script')"));
    CHECK(value_of(ctx.run("log.join()")).as<std::string>() == "script,callback");
    CHECK(value_of(ctx.run("(async () => { await null; await null; return 42 })()")).as<int>()
          == 42);
  }
}

TEST_CASE("promise callbacks do not escape the timeout, in either mode", "[api][context][C6]") {
  for (auto mode : both_modes) {
    auto ctx = new_context({.microtasks = mode});
    for (const char* escape : {"Promise.resolve().then(() => { for (;;); })",
                               "(async () => { await null; for (;;); })(); 1",
                               "(function again() { Promise.resolve().then(again) })(); 1"}) {
      CAPTURE(escape);
      CHECK(error_of(ctx.run(escape, {.timeout = 50ms})).code == errc::deadline_exceeded);
      check_usable(ctx);
    }
  }
}

TEST_CASE("a callback belongs to the turn that settles its promise, in either mode",
          "[api][context][C6]") {
  for (auto mode : both_modes) {
    auto ctx = new_context({.microtasks = mode});
    value_of(
      ctx.run("var settle; new Promise(done => settle = done).then(() => { for (;;); }); 1",
              {.timeout = 10s}));
    CHECK(error_of(ctx.run("settle()", {.timeout = 50ms})).code == errc::deadline_exceeded);
    check_usable(ctx);
  }
}

TEST_CASE("timers and global access drain the microtasks too, in either mode",
          "[api][context][C6]") {
  for (auto mode : both_modes) {
    auto ctx = new_context({.timers = true, .microtasks = mode});
    CHECK(value_of(ctx.run("new Promise(done => setTimeout(done, 1, 'late')).then(x => x + 'r')"))
            .as<std::string>()
          == "later");
    value_of(ctx.run("var seen = 0; Object.defineProperty(globalThis, 'g', {get() {"
                     "Promise.resolve().then(() => ++seen); return 1 }}); 1"));
    value_of(ctx.get("g"));
    CHECK(value_of(ctx.get("seen")).as<int>() == 1);
  }
}

TEST_CASE("unhandled rejections are told in either mode", "[api][context][C6]") {
  for (auto mode : both_modes) {
    std::mutex mutex;
    std::vector<std::string> told;
    runtime rt{{.on_uncaught_error = [&](const std::string&, const error& what) {
      std::lock_guard guard{mutex};
      told.push_back(what.message);
    }}};
    auto ctx = value_of(rt.spawn({.microtasks = mode}));
    value_of(ctx.run("Promise.reject(new Error('nobody')); 1"));
    value_of(ctx.run("1"));
    std::lock_guard guard{mutex};
    CHECK(told == std::vector<std::string>{"Error: nobody"});
  }
}

TEST_CASE("a microtask mode that is none is refused", "[api][options][O4]") {
  auto refused = error_of(shared_runtime().spawn({.microtasks = static_cast<microtask_mode>(7)}));
  CHECK(refused.code == errc::invalid_argument);
  CHECK(refused.message.find("context_options::microtasks") != std::string::npos);
}

// -- built-ins, and errors that cross
// --------------------------------------------------------------

TEST_CASE("what one context does to its built-ins is nothing to another", "[api][context][C9]") {
  auto polluted = new_context();
  auto clean = new_context();
  value_of(polluted.run("Array.prototype.map = () => 'polluted'; Object.prototype.x = 1;"
                        "JSON.parse = null; Promise = null; 1"));
  CHECK(value_of(clean.run("[1].map(x => x + 1)[0] === 2 && ({}).x === undefined && "
                           "typeof JSON.parse === 'function' && typeof Promise === 'function'"))
          .as<bool>());
}

TEST_CASE("a value that crosses has the built-ins of its new context", "[api][context][C9]") {
  auto from = new_context();
  auto to = new_context();
  for (auto [made, check] : {std::pair{"[1, 2]", "v instanceof Array && Array.isArray(v)"},
                             std::pair{"new Map([[1, 2]])", "v instanceof Map"},
                             std::pair{"new Date(0)", "v instanceof Date"},
                             std::pair{"new TypeError('x')", "v instanceof TypeError"},
                             std::pair{"({})", "Object.getPrototypeOf(v) === Object.prototype"},
                             std::pair{"new Uint8Array(2)", "v instanceof Uint8Array"}}) {
    value_of(to.set("v", value_of(from.run(made))));
    CAPTURE(made);
    CHECK(value_of(to.run(check)).as<bool>());
  }
}

TEST_CASE("an uncaught error crosses with its class, cause and own properties",
          "[api][context][C9]") {
  auto ctx = new_context();
  auto failed = error_of(
    ctx.run("throw Object.assign(new RangeError('too far', {cause: new TypeError('why', {cause: "
            "'root'})}), {code: 'E_FAR', at: {x: 1}})"));
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "RangeError: too far");
  auto& thrown = failed.thrown;
  REQUIRE(thrown.is(value_kind::error));
  CHECK(thrown["name"].as<std::string>() == "RangeError");
  CHECK(thrown["code"].as<std::string>() == "E_FAR");
  CHECK(thrown["at"]["x"].as<int>() == 1);
  CHECK(thrown["cause"]["name"].as<std::string>() == "TypeError");
  CHECK(thrown["cause"]["cause"].as<std::string>() == "root");
}

TEST_CASE("what is thrown need not be an error", "[api][context][C9]") {
  auto ctx = new_context();
  CHECK(error_of(ctx.run("throw 'a string'")).thrown.as<std::string>() == "a string");
  CHECK(error_of(ctx.run("throw null")).thrown.is(value_kind::null));
  CHECK(error_of(ctx.run("throw undefined")).thrown.is_undefined());
  CHECK(error_of(ctx.run("throw {code: 7}")).thrown["code"].as<int>() == 7);
  CHECK(error_of(ctx.run("throw Symbol('s')")).code == errc::uncaught_exception);
  CHECK(error_of(ctx.run("throw () => {}")).code == errc::uncaught_exception);
  check_usable(ctx);
}

TEST_CASE("an uncaught error of a class of its own crosses with that name",
          "[api][context][C9]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("class Denied extends Error { get name() { return 'Denied' }"
                                 "constructor(who) { super('denied'); this.who = who } }\n"
                                 "throw new Denied('mallory')"));
  CHECK(failed.message == "Denied: denied");
  CHECK(failed.thrown["who"].as<std::string>() == "mallory");
}

TEST_CASE("an error thrown anew in another context is the same error", "[api][context][C9]") {
  auto first = new_context();
  auto second = new_context();
  auto failed = error_of(first.run("throw new AggregateError([new Error('a'), 2], 'both')"));
  value_of(second.set("e", failed.thrown));
  auto again = error_of(second.run("throw e"));
  CHECK(again.message == failed.message);
  CHECK(again.thrown["message"].as<std::string>() == "both");
}
