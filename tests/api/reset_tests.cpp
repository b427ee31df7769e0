// context::reset: C10.

#include "tests/api/helpers.hpp"
#include "tests/support/generated_source.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

#include <mutex>

using namespace troupe;
using namespace troupe::testing;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("after a reset nothing of before is there", "[api][context][reset][C10]") {
  auto ctx = new_context({.globals = {{"given", 1}}});
  value_of(ctx.run("var left = 1; let lexical = 2; given = 7; Array.prototype.x = 1;"
                   "Object.freeze(globalThis); delete globalThis.Map; 1"));
  value_of(ctx.reset());
  CHECK(value_of(ctx.run("[typeof left, typeof lexical, given, typeof [].x, typeof Map,"
                         "Object.isFrozen(globalThis)].join()"))
          .as<std::string>()
        == "undefined,undefined,1,undefined,function,false");
  CHECK(value_of(ctx.run("let lexical = 3; lexical")).as<int>() == 3);
}

TEST_CASE("a reset context has the options that it was made with", "[api][context][reset]") {
  std::mutex mutex;
  std::vector<std::string> lines;
  runtime rt{{.on_console = [&](const console_line& line) {
    std::lock_guard guard{mutex};
    lines.push_back(line.context + ":" + line.text);
  }}};
  auto ctx = value_of(rt.spawn({.name = "kept",
                                .console = true,
                                .timers = true,
                                .code_generation = {.strings = false, .wasm = false},
                                .microtasks = microtask_mode::after_evaluate}));
  for (int i = 0; i < 3; ++i) {
    value_of(ctx.reset());
    value_of(ctx.run("console.log('here')"));
    CHECK(value_of(ctx.run("new Promise(done => setTimeout(done, 1, 5))")).as<int>() == 5);
    CHECK(error_of(ctx.run("eval('1')")).message.starts_with("EvalError"));
    CHECK(error_of(ctx.run("Promise.resolve().then(() => { for (;;); })", {.timeout = 20ms})).code
          == errc::deadline_exceeded);
  }
  std::lock_guard guard{mutex};
  CHECK(lines == std::vector<std::string>(3, "kept:here"));
}

TEST_CASE("a reset takes its turn among the requests", "[api][context][reset]") {
  auto ctx = new_context();
  std::vector<future<value>> before;
  std::vector<future<value>> after;
  for (int i = 0; i < 20; ++i)
    before.push_back(ctx.run("globalThis.n = (globalThis.n ?? 0) + 1"));
  auto reset = ctx.reset();
  for (int i = 0; i < 20; ++i)
    after.push_back(ctx.run("globalThis.n = (globalThis.n ?? 0) + 1"));
  for (int i = 0; i < 20; ++i) {
    CHECK(value_of(std::move(before[static_cast<std::size_t>(i)])).as<int>() == i + 1);
    CHECK(value_of(std::move(after[static_cast<std::size_t>(i)])).as<int>() == i + 1);
  }
  value_of(std::move(reset));
}

TEST_CASE("what waits for a promise of the old realm is told so", "[api][context][reset]") {
  auto ctx = new_context({.timers = true});
  auto never = ctx.run("new Promise(() => {})");
  auto covered = ctx.run("new Promise(() => {})",
                         {.timeout = 1min, .timeout_covers = timeout_scope::evaluation});
  auto timed = ctx.run("new Promise(done => setTimeout(done, 3600000))");
  value_of(ctx.reset());
  for (auto* waiting : {&never, &covered, &timed}) {
    auto told = error_of(std::move(*waiting));
    CHECK(told.code == errc::context_reset);
    CHECK(code_name(told.code) == "ERR_TROUPE_CONTEXT_RESET");
  }
  value_of(ctx.idle()); // no timer is left
  check_usable(ctx);
}

TEST_CASE("timers of the old realm do not fire", "[api][context][reset]") {
  std::mutex mutex;
  std::vector<std::string> lines;
  runtime rt{{.on_console = [&](const console_line& line) {
    std::lock_guard guard{mutex};
    lines.push_back(line.text);
  }}};
  auto ctx = value_of(rt.spawn({.console = true, .timers = true}));
  value_of(ctx.run("setInterval(() => console.log('old'), 1);"
                   "setTimeout(() => console.log('old'), 5); 1"));
  value_of(ctx.reset());
  {
    std::lock_guard guard{mutex};
    lines.clear();
  }
  value_of(ctx.run("new Promise(done => setTimeout(done, 50))"));
  std::lock_guard guard{mutex};
  CHECK(lines.empty());
}

namespace {

/// What a realm tells of finalisers, waits and compilations that end after its script:
/// in the realm itself, or after a reset.
std::vector<std::string> told_late(microtask_mode mode, bool reset) {
  std::mutex mutex;
  std::vector<std::string> told;
  runtime rt{{.on_console =
                [&](const console_line& line) {
                  std::lock_guard guard{mutex};
                  told.push_back(line.text);
                },
              .on_uncaught_error =
                [&](const std::string&, const error& what) {
                  std::lock_guard guard{mutex};
                  told.push_back(what.message);
                }}};
  auto ctx = value_of(rt.spawn({.console = true, .timers = true, .microtasks = mode}));
  value_of(ctx.run("var registry = new FinalizationRegistry(what => console.log(what));"
                   "(function () { registry.register({}, 'finaliser') })();"
                   "const cell = new Int32Array(new SharedArrayBuffer(4));"
                   "Atomics.waitAsync(cell, 0, 0, 50).value.then(() => console.log('wait'));"
                   "WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))"
                   "  .then(() => console.log('compilation'));"
                   "1",
                   {.take = take_as::nothing}));
  if (reset) {
    value_of(ctx.reset());
    std::lock_guard guard{mutex};
    told.clear(); // the compilation may have been faster
  }
  for (int i = 0; i < 3; ++i) {
    value_of(ctx.run("new Promise(done => setTimeout(done, 30))"));
    value_of(ctx.measure_memory({.execution = memory_execution::eager})); // collects
  }
  check_usable(ctx);
  std::lock_guard guard{mutex};
  std::ranges::sort(told);
  return told;
}

} // namespace

TEST_CASE("nothing of the old realm runs any more: finalisers, waits, compilations",
          "[api][context][reset]") {
  for (auto mode : {microtask_mode::shared, microtask_mode::after_evaluate}) {
    CHECK(told_late(mode, false) == std::vector<std::string>{"compilation", "finaliser", "wait"});
    CHECK(told_late(mode, true).empty());
  }
}

TEST_CASE("scripts run after a reset without being compiled again by hand",
          "[api][context][reset]") {
  auto ctx = new_context();
  script large{generated_source(20'000)};
  for (int i = 0; i < 5; ++i) {
    CHECK(value_of(ctx.run(large)).as<int>() == 42); // its lets and consts are new each time
    value_of(ctx.reset());
  }
}

TEST_CASE("a reset cannot be asked of an empty or closed handle", "[api][context][reset]") {
  context none;
  CHECK(error_of(none.reset()).code == errc::no_such_context);
  auto ctx = new_context();
  value_of(ctx.close());
  CHECK(error_of(ctx.reset()).code == errc::context_closed);
}

TEST_CASE("a context can be reset after its runs were stopped", "[api][context][reset]") {
  auto ctx = new_context({.heap_limit_mib = 64});
  CHECK(error_of(ctx.run("for (;;);", {.timeout = 20ms})).code == errc::deadline_exceeded);
  value_of(ctx.reset());
  check_usable(ctx);
  CHECK(error_of(ctx.run("var hoard = []; for (;;) hoard.push(new Array(1000).fill(1.5))")).code
        == errc::heap_limit_exceeded);
  if (ctx.alive() && answer_of(ctx.reset()))
    check_usable(ctx);
}

TEST_CASE("a context that is closed while it is reset was closed", "[api][context][reset]") {
  std::vector<value> large(20'000, value::object({{"a", 1}, {"b", "two"}}));
  for (int i = 0; i < 20; ++i) {
    auto ctx = new_context({.globals = {{"given", value::array(large)}}});
    std::vector<future<void>> resets;
    for (int n = 0; n < 5; ++n)
      resets.push_back(ctx.reset());
    if (i % 2 != 0) [[maybe_unused]]
      auto first = answer_of(std::move(resets.front()));
    CHECK(value_of(ctx.close(close_mode::now)).reason == errc::context_closed);
    for (std::size_t n = 1; n < resets.size(); ++n) {
      auto outcome = answer_of(std::move(resets[n]));
      CHECK((outcome || outcome.error().code == errc::context_closed));
    }
  }
}

TEST_CASE("a context that a reset leaves without a realm ends, and says why",
          "[api][reset][A6]") {
  // The memory is given away when the first realm is made.
  auto ctx =
    new_context({.globals = {{"once", value::transfer(buffer{std::vector<std::byte>(16)})}}});
  CHECK(value_of(ctx.run("once.byteLength")).as<int>() == 16);
  auto failed = error_of(ctx.reset());
  CHECK(failed.code == errc::spawn_failed);
  auto report = value_of(ctx.exited());
  CHECK(report.reason == errc::spawn_failed);
  CHECK_THAT(report.message,
             ContainsSubstring("it has no realm after a reset") && ContainsSubstring("'once'"));
  CHECK(error_of(ctx.run("1")).code == errc::context_closed);
}

TEST_CASE("what the old realm held is garbage: buffers count no more", "[api][context][reset]") {
  auto ctx = new_context({.array_buffer_limit_mib = 32});
  for (int i = 0; i < 10; ++i) {
    value_of(ctx.run("var held = new Uint8Array(20 * 1024 * 1024).fill(1); 1"));
    value_of(ctx.reset());
  }
}

TEST_CASE("old realms are collected", "[api][context][reset][C10]") {
  auto ctx = new_context();
  for (int i = 0; i < 50; ++i) {
    value_of(ctx.run("var held = new Array(10000).fill({}); 1"));
    value_of(ctx.reset());
  }
  // Twice: what the first collection finds dead may hold what the second finds.
  value_of(ctx.measure_memory({.execution = memory_execution::eager}));
  auto report = value_of(ctx.measure_memory({.execution = memory_execution::eager}));
  CHECK(report.native_contexts <= 2);
}

TEST_CASE("ten thousand resets leave the memory as it was", "[api][context][reset][C10]") {
  auto ctx = new_context({.console = true, .timers = true});
  script work{generated_source(2000)};
  auto used_after = [&](int resets) {
    std::vector<future<void>> done;
    for (int i = 0; i < resets; ++i) {
      done.push_back(ctx.run(work).then([](auto) {}));
      done.push_back(ctx.reset());
    }
    for (auto& each : done)
      value_of(std::move(each));
    value_of(ctx.measure_memory({.execution = memory_execution::eager}));
    return value_of(ctx.measure_memory({.execution = memory_execution::eager}));
  };
  auto before = used_after(500);
  auto after = used_after(10'000);
  CHECK(after.heap_used < before.heap_used + (std::uint64_t{4} << 20));
  CHECK(after.malloced < before.malloced + (std::uint64_t{4} << 20));
  CHECK(after.native_contexts <= before.native_contexts + 2);
}

TEST_CASE("references to objects of the old realm are stale after a reset", "[api][reset][A7]") {
  auto ctx = new_context();
  auto old = value_of(ctx.run("({ n: 1 })", {.take = take_as::reference})).as<reference>();
  auto call = value_of(ctx.compile_function("return 1"));
  value_of(ctx.reset());
  CHECK(error_of(old.get("n")).code == errc::stale_reference);
  CHECK(error_of(call()).code == errc::stale_reference);
  CHECK(error_of(ctx.set("x", old)).message.find("a realm that is gone") != std::string::npos);
}

TEST_CASE("a reset cancels host calls and keeps host functions", "[api][reset][A7]") {
  promise<int> given;
  auto outcome = given.get_future();
  auto ctx =
    new_context({.globals = {{"now", host_function{[] { return 1; }}},
                             {"later", host_function{[&] { return std::move(outcome); }}}}});
  auto waiting = ctx.run("later()");
  value_of(ctx.reset());
  CHECK(error_of(std::move(waiting)).code == errc::context_reset);
  CHECK(value_of(ctx.run("now()")).as<int>() == 1);
  given.set(1);
  check_usable(ctx);
}
