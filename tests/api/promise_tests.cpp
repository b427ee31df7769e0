// Results that are promises: A5.

#include "tests/api/helpers.hpp"

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("a promise that is settled at once gives its value", "[api][promise][A5]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("Promise.resolve(42)")).as<int>() == 42);
  CHECK(value_of(ctx.run("(async () => { await null; return 'async' })()")).as<std::string>()
        == "async");
}

TEST_CASE("a promise that settles later does not block other requests", "[api][promise][A5]") {
  auto ctx = new_context();
  auto later = ctx.run("new Promise(done => globalThis.settle = done)");
  for (int i = 0; i < 100; ++i)
    check_usable(ctx);
  CHECK_FALSE(later.ready());
  value_of(ctx.run("settle('at last'); 0"));
  CHECK(value_of(std::move(later)).as<std::string>() == "at last");
}

TEST_CASE("promises settle in the order in which they are settled, not made",
          "[api][promise][A5]") {
  auto ctx = new_context();
  value_of(ctx.run("var done = []; 0"));
  std::vector<future<value>> waiting;
  for (int i = 0; i < 10; ++i)
    waiting.push_back(ctx.run("new Promise(d => done.push(d))"));
  for (int i = 9; i >= 0; --i) {
    value_of(ctx.run("done[" + std::to_string(i) + "](" + std::to_string(i) + "); 0"));
    CHECK(value_of(std::move(waiting[static_cast<std::size_t>(i)])).as<int>() == i);
  }
}

TEST_CASE("a rejection is an uncaught exception with stack and thrown value",
          "[api][promise][A5]") {
  auto ctx = new_context();
  for (const char* source :
       {"Promise.reject(Object.assign(new RangeError('no'), {code: 'E_NO'}))",
        "(async () => { await null; throw Object.assign(new RangeError('no'), "
        "{code: 'E_NO'}) })()"}) {
    auto failed = error_of(ctx.run(source, {}, {.filename = "reject.js"}));
    CHECK(failed.code == errc::uncaught_exception);
    CHECK(failed.message == "RangeError: no");
    CHECK(failed.thrown["code"].as<std::string>() == "E_NO");
    CHECK(failed.stack.find("reject.js:1:") != std::string::npos);
  }
}

TEST_CASE("a rejection that comes later is no unhandled rejection", "[api][promise][A5]") {
  std::atomic<int> uncaught{0};
  runtime rt{{.on_uncaught_error = [&](const std::string&, const error&) { ++uncaught; }}};
  auto ctx = value_of(rt.spawn({.timers = true}));
  CHECK(error_of(ctx.run("Promise.reject(1)")).thrown == value{1});
  CHECK(error_of(ctx.run("new Promise((_, no) => setTimeout(no, 5, 2))")).thrown == value{2});
  value_of(ctx.idle());
  check_usable(ctx);
  CHECK(uncaught == 0);
}

TEST_CASE("a promise of a promise gives the inner value", "[api][promise][A5]") {
  auto ctx = new_context({.timers = true});
  CHECK(value_of(ctx.run("Promise.resolve(Promise.resolve(Promise.resolve(1)))")).as<int>() == 1);
  CHECK(
    value_of(ctx.run("new Promise(d => setTimeout(d, 1, new Promise(e => setTimeout(e, 1, 2))))"))
      .as<int>()
    == 2);
}

TEST_CASE("a promise resolved with a thenable follows it", "[api][promise][A5]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("Promise.resolve({then(done) { done('followed') }})")).as<std::string>()
        == "followed");
}

TEST_CASE("a thenable that is no promise is a value like any", "[api][promise][A5]") {
  auto ctx = new_context();
  // As in node:vm, which gives the object; a function cannot be cloned.
  CHECK(error_of(ctx.run("({then(done) { done(1) }})")).code == errc::clone_failed);
  CHECK(value_of(ctx.run("({then: 1})"))["then"].as<int>() == 1);
}

TEST_CASE("a promise whose value cannot be cloned fails with its path",
          "[api][promise][A5][A8]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("Promise.resolve({f: [() => 1]})"));
  CHECK(failed.code == errc::clone_failed);
  CHECK(failed.message.find("$.f[0]") != std::string::npos);
  auto later = ctx.run("new Promise(done => globalThis.settle = done)");
  value_of(ctx.run("settle(Symbol('s')); 0"));
  CHECK(error_of(std::move(later)).code == errc::clone_failed);
}

TEST_CASE("a discarded result is still waited for", "[api][promise][A5][A8]") {
  auto ctx = new_context();
  auto later =
    ctx.run("new Promise(done => globalThis.settle = done)", {.take = take_as::nothing});
  check_usable(ctx);
  CHECK_FALSE(later.ready());
  value_of(ctx.run("settle(() => 1); 0"));
  CHECK(value_of(std::move(later)).is_undefined());
}

TEST_CASE("a script cannot get in between by patching promises", "[api][promise][A5]") {
  auto ctx = new_context();
  value_of(ctx.run("Promise.prototype.then = () => { throw new Error('patched') }; 0"));
  CHECK(value_of(ctx.run("Promise.resolve(1)")).as<int>() == 1);
  auto later = ctx.run("new Promise(done => globalThis.settle = done)");
  value_of(ctx.run("settle(2); 0"));
  CHECK(value_of(std::move(later)).as<int>() == 2);
}

TEST_CASE("a promise with a hostile constructor is still answered", "[api][promise][A5]") {
  auto ctx = new_context();
  auto answer = ctx.run(R"(
    const p = new Promise(done => globalThis.settle = done);
    Object.defineProperty(p, 'constructor', {get() { throw new Error('no constructor') }});
    p)");
  auto second = ctx.run(R"(
    const q = new Promise(done => globalThis.settle2 = done);
    q.constructor = {get [Symbol.species]() { throw new Error('no species') }};
    q)");
  value_of(ctx.run("settle(1); settle2(2); 0"));
  if (!answer.wait_for(10s) || !second.wait_for(10s))
    FAIL("no answer");
  // Either way is an answer.
  auto outcome = answer.get();
  if (outcome)
    CHECK(outcome->as<int>() == 1);
  else
    CHECK(outcome.error().code == errc::uncaught_exception);
  check_usable(ctx);
}

TEST_CASE("a subclass of Promise is a promise", "[api][promise][A5]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("class Mine extends Promise {} Mine.resolve(7)")).as<int>() == 7);
  auto later = ctx.run("new Mine(done => globalThis.settle = done)");
  value_of(ctx.run("settle(8); 0"));
  CHECK(value_of(std::move(later)).as<int>() == 8);
}

TEST_CASE("one promise given by two runs answers both", "[api][promise][A5]") {
  auto ctx = new_context();
  auto one = ctx.run("var shared = new Promise(done => globalThis.settle = done); shared");
  auto two = ctx.run("shared");
  value_of(ctx.run("settle('both'); 0"));
  CHECK(value_of(std::move(one)).as<std::string>() == "both");
  CHECK(value_of(std::move(two)).as<std::string>() == "both");
  CHECK(value_of(ctx.run("shared")).as<std::string>() == "both");
}

TEST_CASE("WebAssembly compiles asynchronously", "[api][promise][A5]") {
  auto ctx = new_context();
  auto answer =
    ctx.run("WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(m => m "
            "instanceof WebAssembly.Module)");
  CHECK(value_of(std::move(answer)).as<bool>());
}

TEST_CASE("Atomics.waitAsync settles by its own time", "[api][promise][A5]") {
  auto ctx = new_context();
  auto answer =
    ctx.run("Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5).value");
  CHECK(value_of(std::move(answer)).as<std::string>() == "timed-out");
}

TEST_CASE("timers fire in order of their time", "[api][promise][A5]") {
  auto ctx = new_context({.timers = true});
  auto answer = ctx.run(R"(
    new Promise(done => {
      const seen = [];
      setTimeout(() => seen.push('c'), 30);
      setTimeout(() => { seen.push('d'); done(seen.join('')); }, 60);
      setTimeout(() => seen.push('b'), 2);
      setTimeout(() => seen.push('never'), 10)
      Promise.resolve().then(() => seen.push('a'));
      clearTimeout(4);
    }))");
  CHECK(value_of(std::move(answer)).as<std::string>() == "abcd");
}

TEST_CASE("ten thousand promises wait at once", "[api][promise][A5]") {
  constexpr int many = sanitized ? 1000 : 10000;
  auto ctx = new_context();
  value_of(ctx.run("var done = []; 0"));
  script waiting{"new Promise(d => done.push(d))"};
  std::vector<future<value>> answers;
  for (int i = 0; i < many; ++i)
    answers.push_back(ctx.run(waiting));
  value_of(ctx.run("done.forEach((d, i) => d(i)); 0"));
  for (int i = 0; i < many; ++i)
    REQUIRE(value_of(std::move(answers[static_cast<std::size_t>(i)])).as<int>() == i);
}

TEST_CASE("a runaway run that is stopped between its microtasks leaves waiting timers alone",
          "[api][promise][A5][A9]") {
  auto ctx = new_context({.timers = true});
  auto waiting = ctx.run("new Promise(done => setTimeout(done, 200, 'mine'))");
  // Stopped in its own code, not in a microtask.
  CHECK(error_of(ctx.run("for (;;);", {.timeout = 20ms})).code == errc::deadline_exceeded);
  CHECK(value_of(std::move(waiting)).as<std::string>() == "mine");
}

TEST_CASE("a run without a timeout does not fail for a timeout", "[api][promise][A5]") {
  auto ctx = new_context();
  auto waiting = ctx.run("new Promise(() => {})",
                         {.timeout = 200ms, .timeout_covers = timeout_scope::evaluation});
  // Whose microtasks these are cannot be told: they end with the other's time.
  auto endless = error_of(ctx.run("(async () => { for (;;) await 0 })()"));
  CHECK(endless.code == errc::evaluation_lost);
  CHECK(endless.message.find("0ms") == std::string::npos);
  CHECK(error_of(std::move(waiting)).code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("short runs do not fail because the time of a promise is over", "[api][promise][A5]") {
  // Enough for some to be in their microtasks at that moment.
  constexpr int many = sanitized ? 2000 : 20'000;
  auto ctx = new_context();
  std::vector<future<value>> waiting;
  std::vector<future<value>> short_runs;
  for (int i = 0; i < many; ++i) {
    if (i % 20 == 0)
      waiting.push_back(ctx.run("new Promise(() => {})",
                                {.timeout = 1ms, .timeout_covers = timeout_scope::evaluation}));
    short_runs.push_back(ctx.run("Promise.resolve(1).then(() => 2)"));
  }
  int failed = 0;
  for (auto& each : short_runs)
    failed += answer_of(std::move(each)).has_value() ? 0 : 1;
  CHECK(failed == 0);
  // Or lost, where one of them did not even reach its end within the timeout.
  for (auto& each : waiting) {
    auto code = error_of(std::move(each)).code;
    CHECK((code == errc::deadline_exceeded || code == errc::evaluation_lost));
  }
}

TEST_CASE("evaluations whose microtasks were discarded are told so", "[api][promise][A5]") {
  auto ctx = new_context();
  auto waiting = ctx.run("new Promise(done => globalThis.settle = done)");
  check_usable(ctx);
  auto runaway =
    ctx.run("function again() { Promise.resolve().then(again) } again(); 0", {.timeout = 50ms});
  CHECK(error_of(std::move(runaway)).code == errc::deadline_exceeded);
  // It may have lost its way or not, but is not left in the dark.
  value_of(ctx.run("settle(1); 0"));
  auto outcome = answer_of(std::move(waiting));
  if (!outcome)
    CHECK(outcome.error().code == errc::evaluation_lost);
}
