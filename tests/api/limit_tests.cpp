// What a context may use up, and what is left when it has: A9, A11.

#include "tests/api/helpers.hpp"

#include <fstream>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Memory of this process that is in use, in MiB.
std::size_t resident_mib() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * 4 / 1024;
}

} // namespace

TEST_CASE("a heap bomb ends with its own error while neighbours keep answering",
          "[api][limits][A9][A11]") {
  auto neighbour = new_context();
  auto bomb = new_context({.heap_limit_mib = 64});
  auto answer = bomb.run("let a = []; for (;;) a.push(new Array(1000))");
  int answered = 0;
  while (!answer.ready()) {
    check_usable(neighbour);
    ++answered;
  }
  CHECK(answered > 0);
  auto failed = error_of(std::move(answer));
  CHECK(failed.code == errc::heap_limit_exceeded);
  CHECK(failed.message.find("64 MiB") != std::string::npos);
  check_usable(neighbour);
}

TEST_CASE("every hungry script is stopped by the heap limit", "[api][limits][A9][A11]") {
  for (const auto& path : scripts_in("hungry")) {
    DYNAMIC_SECTION(path.stem().string()) {
      auto neighbour = new_context();
      auto ctx = new_context({.heap_limit_mib = 32});
      CHECK(error_of(ctx.run(read_file(path))).code == errc::heap_limit_exceeded);
      check_usable(neighbour);
      // Either the garbage could be collected or the context is closed and says so.
      auto after = answer_of(ctx.run("6 * 7"));
      if (after) {
        CHECK(after->as<int>() == 42);
      } else {
        CHECK(after.error().code == errc::context_closed);
        CHECK(value_of(ctx.exited()).reason == errc::heap_limit_exceeded);
      }
    }
  }
}

TEST_CASE("a context survives its heap limit when the garbage can be collected",
          "[api][limits][A9]") {
  auto ctx = new_context({.globals = {{"kept", 7}}, .heap_limit_mib = 32});
  for (int i = 0; i < 3; ++i) {
    auto failed = error_of(ctx.run("{ let local = []; for (;;) local.push(new Array(1000)) }"));
    REQUIRE(failed.code == errc::heap_limit_exceeded);
    REQUIRE(value_of(ctx.run("kept")).as<int>() == 7);
  }
}

TEST_CASE("a context whose heap stays full is closed, and tells", "[api][limits][A9]") {
  auto ctx = new_context({.name = "glutton", .heap_limit_mib = 32});
  auto ended = ctx.exited();
  auto failed = error_of(ctx.run("globalThis.held = []; for (;;) held.push(new Array(1000))"));
  CHECK(failed.code == errc::heap_limit_exceeded);
  auto report = value_of(std::move(ended));
  CHECK(report.name == "glutton");
  CHECK(report.reason == errc::heap_limit_exceeded);
  CHECK(report.message.find("glutton") != std::string::npos);
  CHECK_FALSE(ctx.alive());
  CHECK(error_of(ctx.run("1")).code == errc::context_closed);
}

TEST_CASE("a context that is closed for its heap gives its place back",
          "[api][limits][A9][A10]") {
  runtime rt{{.max_contexts = 1}};
  for (int i = 0; i < 3; ++i) {
    auto ctx = value_of(rt.spawn({.heap_limit_mib = 16}));
    auto unheard = ctx.run("globalThis.held = []; for (;;) held.push(new Array(1000))");
    value_of(ctx.exited());
  }
}

TEST_CASE("requests behind a heap bomb are all answered", "[api][limits][A9]") {
  auto ctx = new_context({.heap_limit_mib = 32});
  auto waiting = ctx.run("new Promise(() => {})");
  auto bomb = ctx.run("globalThis.held = []; for (;;) held.push(new Array(1000))");
  std::vector<future<value>> behind;
  for (int i = 0; i < 10; ++i)
    behind.push_back(ctx.run("1"));
  CHECK(error_of(std::move(bomb)).code == errc::heap_limit_exceeded);
  CHECK(error_of(std::move(waiting)).code == errc::context_closed);
  for (auto& each : behind)
    CHECK(error_of(std::move(each)).code == errc::context_closed);
}

TEST_CASE("a heap bomb in a timer is told", "[api][limits][A9]") {
  promise<uncaught_report> told;
  auto heard = told.get_future();
  runtime rt{{.on_uncaught_error = [&](const std::string&, const error& what) {
    told.set(uncaught_report{what});
  }}};
  auto ctx = value_of(rt.spawn({.heap_limit_mib = 32, .timers = true}));
  value_of(ctx.run("setTimeout(() => { let a = []; for (;;) a.push(new Array(1000)) }); 0"));
  CHECK(value_of(std::move(heard)).what.code == errc::heap_limit_exceeded);
}

TEST_CASE("a heap bomb that catches everything is still stopped", "[api][limits][A9]") {
  auto ctx = new_context({.heap_limit_mib = 32});
  auto failed = error_of(ctx.run(
    "{ let a = []; for (;;) { try { for (;;) a.push(new Array(1000)) } catch {} finally { "
    "a.push(1) } } }"));
  CHECK(failed.code == errc::heap_limit_exceeded);
}

TEST_CASE("the heap limit is the context's own", "[api][limits][A9]") {
  auto roomy = new_context({.heap_limit_mib = 256});
  // Some 80 MiB.
  CHECK(value_of(roomy.run("let a = []; for (let i = 0; i < 10000; ++i) a.push(new "
                           "Array(1000).fill(i)); a.length"))
          .as<int>()
        == 10000);
}

// -- array buffers ---------------------------------------------------------------------

TEST_CASE("beyond the array-buffer limit scripts see a RangeError", "[api][limits][A9]") {
  auto ctx = new_context({.array_buffer_limit_mib = 8});
  CHECK(value_of(ctx.run("try { new ArrayBuffer(9 << 20); 'made' } catch (e) { e.name }"))
          .as<std::string>()
        == "RangeError");
  CHECK(value_of(ctx.run("try { new Float64Array(2 << 20); 'made' } catch (e) { e.name }"))
          .as<std::string>()
        == "RangeError");
  CHECK(value_of(ctx.run("new ArrayBuffer(7 << 20).byteLength")).as<int>() == 7 << 20);
  check_usable(ctx);
}

TEST_CASE("array buffers count together", "[api][limits][A9]") {
  auto ctx = new_context({.array_buffer_limit_mib = 8});
  auto made =
    value_of(ctx.run("var held = []; try { for (;;) held.push(new ArrayBuffer(1 << 20)) } "
                     "catch (e) { if (!(e instanceof RangeError)) throw e } held.length"));
  CHECK(made.as<int>() >= 7);
  CHECK(made.as<int>() <= 8);
  check_usable(ctx);
}

TEST_CASE("array buffers that are garbage do not count", "[api][limits][A9]") {
  auto ctx = new_context({.array_buffer_limit_mib = 8});
  CHECK(value_of(ctx.run("let n = 0; for (; n < 200; ++n) new ArrayBuffer(1 << 20); n")).as<int>()
        == 200);
}

TEST_CASE("many small typed arrays do not get around the limit for ever", "[api][limits][A9]") {
  auto ctx = new_context({.heap_limit_mib = 64, .array_buffer_limit_mib = 1});
  auto outcome = answer_of(ctx.run(
    "{ const held = []; for (;;) { const a = new Uint8Array(64); a.buffer; held.push(a) } }",
    {.timeout = 30s}));
  REQUIRE_FALSE(outcome.has_value());
  CHECK((outcome.error().code == errc::uncaught_exception
         || outcome.error().code == errc::heap_limit_exceeded));
}

TEST_CASE("a value from the host that is too large for the array-buffer limit is refused",
          "[api][limits][A9][A8]") {
  auto ctx = new_context({.array_buffer_limit_mib = 1});
  auto outcome = answer_of(ctx.set("x", value::bytes(std::vector<std::byte>(2 << 20))));
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().message.find("RangeError") != std::string::npos);
  check_usable(ctx);
}

// -- stack -------------------------------------------------------------------------------

TEST_CASE("endless recursion is a RangeError in the script", "[api][limits][A9]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("(function f() { f() })()"));
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "RangeError: Maximum call stack size exceeded");
  CHECK(
    value_of(ctx.run("try { (function f() { f() })() } catch (e) { e instanceof RangeError }"))
      .as<bool>());
  check_usable(ctx);
}

TEST_CASE("a larger stack lets scripts recurse deeper", "[api][limits][A9]") {
  auto shallow = new_context({.stack_kib = 128});
  auto deep = new_context({.stack_kib = 8192});
  script measure{
    "let n = 0; (function f() { ++n; f() }) && (() => { try { (function f() { ++n; f() "
    "})() } catch {} })(); n"};
  auto few = value_of(shallow.run(measure)).as<int>();
  auto many = value_of(deep.run(measure)).as<int>();
  CHECK(few > 100);
  CHECK(many > 10 * few);
}

TEST_CASE("native recursion of many kinds is a RangeError or works, never the end",
          "[api][limits][A9][A11]") {
  for (std::size_t stack : {std::size_t{64}, std::size_t{984}}) {
    for (const char* source : {
           "JSON.parse('['.repeat(200000) + ']'.repeat(200000)); 0",
           "let a = []; for (let i = 0; i < 200000; ++i) a = [a]; JSON.stringify(a); 0",
           "let a = []; for (let i = 0; i < 200000; ++i) a = [a]; a.flat(Infinity); 0",
           "let a = []; for (let i = 0; i < 200000; ++i) a = [a]; String(a); 0",
           "eval('('.repeat(200000) + '1' + ')'.repeat(200000)); 0",
           "new RegExp('('.repeat(100000) + ')'.repeat(100000)).test(''); 0",
           "new RegExp('(?:a|b)*'.repeat(5000)).test('ab'.repeat(100)); 0",
           "let p = {}; for (let i = 0; i < 100000; ++i) p = Object.create(p); p.x; 0",
           "let p = {}; for (let i = 0; i < 50000; ++i) p = new Proxy(p, {}); p.x; 0",
           "let f = () => 0; for (let i = 0; i < 50000; ++i) f = f.bind(); f(); 0",
           "let s = ''; for (let i = 0; i < 200000; ++i) s = s + 'x' + s.slice(0, 1); s.length; "
           "0",
           "let e = new Error('0'); for (let i = 0; i < 50000; ++i) e = new Error('x', {cause: "
           "e}); throw e",
           "let a = []; for (let i = 0; i < 50000; ++i) a = [a]; throw a",
           "class A { constructor() { new A } } new A",
           "const o = {get x() { return this.x }}; o.x",
           "const o = {toString() { return `${this}` }}; `${o}`",
           "Math.max(...new Array(1000000)); 0",
           "String.fromCharCode.apply(null, new Array(1000000)); 0",
         }) {
      DYNAMIC_SECTION(stack << " KiB: " << source) {
        auto ctx = new_context({.heap_limit_mib = 512, .stack_kib = stack});
        auto outcome = answer_of(ctx.run(source, {.timeout = 20s}));
        if (!outcome)
          CHECK(outcome.error().code != errc::context_lost);
        check_usable(ctx);
      }
    }
  }
}

// -- what does not listen -------------------------------------------------------------------

TEST_CASE("a built-in that V8 does not interrupt holds up its own context only",
          "[api][limits][S10][A11]") {
  for (const auto& path : scripts_in("deaf")) {
    DYNAMIC_SECTION(path.stem().string()) {
      auto neighbour = new_context();
      auto ctx = new_context();
      auto failed = error_of(ctx.run(read_file(path), {.timeout = 50ms}));
      CHECK(failed.code == errc::deadline_exceeded); // the caller does not wait for the thread
      check_usable(neighbour);
      check_usable(ctx); // in the end
    }
  }
}

// -- the host's memory -------------------------------------------------------------------

TEST_CASE("a string that occurs many times in a result does not multiply the host's memory",
          "[api][limits][A9][A11]") {
  auto ctx = new_context({.heap_limit_mib = 64});
  auto before = resident_mib();
  // 16 MiB in the context; 1 GiB if every reference were copied.
  auto outcome = answer_of(
    ctx.run("const s = 'x'.repeat(1 << 24); s.at(-1); Array(64).fill(s)", {.timeout = 50s}));
  if (outcome)
    CHECK(outcome->size() == 64);
  auto grown = static_cast<std::int64_t>(resident_mib()) - static_cast<std::int64_t>(before);
  CHECK(grown < 256);
}

TEST_CASE("a flood of rejections does not multiply the host's memory", "[api][limits][A9]") {
  std::atomic<int> told{0};
  runtime rt{{.on_uncaught_error = [&](const std::string&, const error&) { ++told; }}};
  auto ctx = value_of(rt.spawn());
  value_of(ctx.run("for (let i = 0; i < 100000; ++i) Promise.reject(new Error('x')); 0"));
  check_usable(ctx);
  CHECK(told > 0);
  CHECK(told <= 1000);
}

TEST_CASE("a flood of timers is refused before it hurts", "[api][limits][A9]") {
  auto ctx = new_context({.timers = true});
  auto failed = error_of(ctx.run("for (;;) setTimeout(() => {}, 1e6)", {.timeout = 60s}));
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "RangeError: Too many timers");
  check_usable(ctx);
}

// -- what V8 itself cannot survive ---------------------------------------------------------

TEST_CASE("a gigantic allocation costs no more than its context", "[api][limits][A9][A11]") {
  runtime rt;
  auto neighbour = value_of(rt.spawn());
  auto ctx = value_of(rt.spawn({.name = "giant", .heap_limit_mib = 64}));
  auto ended = ctx.exited();
  auto outcome = answer_of(ctx.run("new Array(2 ** 27).fill(0); 0", {.timeout = 50s}));
  REQUIRE_FALSE(outcome.has_value());
  INFO(outcome.error().to_string());
  CHECK((outcome.error().code == errc::heap_limit_exceeded
         || outcome.error().code == errc::context_lost
         || outcome.error().code == errc::uncaught_exception));
  if (outcome.error().code == errc::context_lost) {
    CHECK(value_of(std::move(ended)).reason == errc::context_lost);
    CHECK(error_of(ctx.run("1")).code == errc::context_lost);
  }
  check_usable(neighbour);
  auto next = value_of(rt.spawn());
  check_usable(next);
}

TEST_CASE("several gigantic allocations at once cost no more than their contexts",
          "[api][limits][A9][A11]") {
  runtime rt;
  auto neighbour = value_of(rt.spawn());
  std::vector<context> contexts;
  std::vector<future<value>> answers;
  for (const char* source :
       {"new Array(2 ** 27).fill(0); 0", "[...new Array(1e8).keys()]; 0",
        "Array.from({length: 1e8}, () => 1.5); 0", "let a = [1.5]; for (;;) a = a.concat(a)"}) {
    contexts.push_back(value_of(rt.spawn({.heap_limit_mib = 64})));
    answers.push_back(contexts.back().run(source, {.timeout = 50s}));
  }
  for (auto& answer : answers)
    CHECK_FALSE(answer_of(std::move(answer)).has_value());
  check_usable(neighbour);
}
