// What a context may use up besides heap and time, what it says when it ends, and
// whose errors are whose: A9, A11.

#include "tests/api/helpers.hpp"

#include <atomic>
#include <mutex>
#include <numeric>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// What a hook was told, from any thread.
template <class T>
class heard {
public:
  void add(T what) {
    std::lock_guard guard{mutex_};
    all_.push_back(std::move(what));
  }

  [[nodiscard]] std::vector<T> all() const {
    std::lock_guard guard{mutex_};
    return all_;
  }

  /// Waits until there are so many.
  [[nodiscard]] std::vector<T> first(std::size_t count) const {
    auto latest = std::chrono::steady_clock::now() + patience;
    for (;;) {
      auto now = all();
      if (now.size() >= count)
        return now;
      if (std::chrono::steady_clock::now() > latest)
        FAIL("the hook was not called");
      std::this_thread::yield();
    }
  }

private:
  mutable std::mutex mutex_;
  std::vector<T> all_;
};

/// A console whose writers wait until they are let go.
class gate {
public:
  [[nodiscard]] std::function<void(const console_line&)> hook() {
    return [this](const console_line&) {
      reached_ = true;
      while (!open_)
        std::this_thread::yield();
    };
  }

  void wait() const {
    while (!reached_)
      std::this_thread::yield();
  }

  void open() {
    open_ = true;
  }

private:
  std::atomic<bool> reached_{false};
  std::atomic<bool> open_{false};
};

/// Some seconds of a built-in that polls for nothing.
const std::string deaf = "Array.prototype.forEach.call({length: 2 ** 26}, Object)";

} // namespace

// -- CPU time -------------------------------------------------------------------------

TEST_CASE("a run that uses up its CPU time is stopped", "[api][cpu][A9]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("for (;;);", {.cpu_time = 30ms}));
  CHECK(failed.code == errc::cpu_time_exceeded);
  CHECK(failed.message == "Script execution used more than 30ms of CPU time");
  check_usable(ctx);
}

TEST_CASE("endless microtasks use up the CPU time of their run", "[api][cpu][A9]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("(async () => { for (;;) await null; })()", {.cpu_time = 30ms}));
  CHECK(failed.code == errc::cpu_time_exceeded);
  check_usable(ctx);
}

TEST_CASE("waiting uses no CPU time", "[api][cpu][A9]") {
  auto ctx = new_context({.timers = true});
  CHECK(value_of(ctx.run("new Promise(done => setTimeout(done, 150, 7))", {.cpu_time = 50ms}))
          .as<int>()
        == 7);
  auto cell = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150)";
  CHECK(value_of(ctx.run(cell, {.cpu_time = 50ms})).as<std::string>() == "timed-out");
}

TEST_CASE("the timers of an evaluation share its CPU time", "[api][cpu][A9]") {
  auto ctx = new_context({.timers = true});
  auto failed = error_of(ctx.run("new Promise(() => setInterval(() => { const end = Date.now() + "
                                 "4; while (Date.now() < end); }, 1))",
                                 {.cpu_time = 30ms}));
  CHECK(failed.code == errc::cpu_time_exceeded);
  check_usable(ctx);
}

TEST_CASE("CPU time that is negative is refused", "[api][cpu][A9]") {
  auto ctx = new_context();
  CHECK(error_of(ctx.run("1", {.cpu_time = -1ms})).code == errc::invalid_argument);
  CHECK(error_of(shared_runtime().spawn({.cpu_budget = -1ms})).code == errc::invalid_argument);
}

TEST_CASE("a context that uses up its CPU budget is closed, and tells", "[api][cpu][A9]") {
  auto ctx = new_context({.name = "spender", .cpu_budget = 50ms});
  CHECK(value_of(ctx.run("1")).as<int>() == 1);
  auto waiting = ctx.run("new Promise(() => {})");
  auto failed = error_of(ctx.run("for (;;);", {}, {.filename = "spin.js"}));
  CHECK(failed.code == errc::cpu_budget_exceeded);
  auto report = value_of(ctx.exited());
  CHECK(report.reason == errc::cpu_budget_exceeded);
  CHECK(report.message == "context 'spender' was closed: it has used up its CPU budget of 50 ms");
  CHECK(report.cpu_time >= 50ms);
  CHECK(report.unanswered == 1);
  CHECK(error_of(std::move(waiting)).code == errc::context_closed);
  CHECK(error_of(ctx.run("1")).code == errc::context_closed);
}

TEST_CASE("many short runs use up a CPU budget", "[api][cpu][A9]") {
  auto ctx = new_context({.cpu_budget = 50ms});
  for (;;) {
    auto outcome = answer_of(
      ctx.run("{ const end = Date.now() + 2; while (Date.now() < end); }", {.timeout = 50s}));
    if (outcome)
      continue;
    CHECK((outcome.error().code == errc::cpu_budget_exceeded
           || outcome.error().code == errc::context_closed));
    break;
  }
  CHECK(value_of(ctx.exited()).reason == errc::cpu_budget_exceeded);
}

TEST_CASE("a script in one long call is answered when the CPU budget is used up",
          "[api][cpu][A9]") {
  runtime rt{{.stop_grace = 50ms}};
  auto ctx = value_of(rt.spawn({.cpu_budget = 20ms}));
  auto failed = error_of(ctx.run("Array.prototype.forEach.call({length: 2 ** 29}, Object)"));
  CHECK(failed.code == errc::cpu_budget_exceeded);
  CHECK(value_of(ctx.exited()).reason == errc::context_lost); // it did not let go
}

// -- pending requests -----------------------------------------------------------------

TEST_CASE("requests beyond those that may wait are refused at once", "[api][pending][A9]") {
  gate hold;
  runtime rt{{.on_console = hold.hook()}};
  auto ctx = value_of(rt.spawn({.name = "busy", .pending_requests_max = 2, .console = true}));
  auto running = ctx.run("console.log(); 1");
  hold.wait(); // it has begun, and waits no more
  auto first = ctx.run("2");
  auto second = ctx.get("x");
  CHECK(ctx.stats().pending_requests == 2);
  auto refused = ctx.run("3");
  REQUIRE(refused.ready());
  auto failed = error_of(std::move(refused));
  CHECK(failed.code == errc::too_many_requests);
  CHECK(failed.message
        == "context 'busy' has 2 requests that it has not begun with; more are refused");
  hold.open();
  CHECK(value_of(std::move(running)).as<int>() == 1);
  CHECK(value_of(std::move(first)).as<int>() == 2);
  value_of(std::move(second));
  check_usable(ctx);
}

TEST_CASE("a run that waits for its promise is not pending", "[api][pending][A9]") {
  auto ctx = new_context({.pending_requests_max = 1});
  std::vector<future<value>> waiting;
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(ctx.run("new Promise(done => globalThis.done = done)"));
    while (ctx.stats().pending_requests != 0)
      std::this_thread::yield();
  }
  for (auto& each : waiting)
    CHECK_FALSE(each.ready());
}

TEST_CASE("requests that were cancelled while they waited make room again",
          "[api][pending][A9]") {
  gate hold;
  runtime rt{{.on_console = hold.hook()}};
  auto ctx = value_of(rt.spawn({.pending_requests_max = 2, .console = true}));
  auto running = ctx.run("console.log(); 1");
  hold.wait();
  auto first = ctx.run("2");
  first.cancel();
  auto second = ctx.run("2");
  hold.open();
  CHECK(error_of(std::move(first)).code == errc::cancelled);
  value_of(std::move(second));
  for (int i = 0; i < 5; ++i)
    check_usable(ctx);
}

// -- output -----------------------------------------------------------------------------

TEST_CASE("a run that writes too much is stopped, and the next has its own share",
          "[api][output][A9]") {
  std::atomic<std::size_t> written{0};
  runtime rt{{.on_console = [&](const console_line& line) { written += line.text.size() + 1; }}};
  auto ctx = value_of(rt.spawn({.output_limit = 1000, .console = true}));
  auto failed =
    error_of(ctx.run("\nfor (;;) console.log('123456789')", {}, {.filename = "a.js"}));
  CHECK(failed.code == errc::output_limit_exceeded);
  CHECK(failed.message == "the run wrote more than 1000 bytes");
  CHECK(written == 1000);
  CHECK(value_of(ctx.run("console.log('x'.repeat(999)); 1")).as<int>() == 1);
  CHECK(written == 2000);
  CHECK(error_of(ctx.run("try { console.log('x'.repeat(1000)) } catch {}; 1")).code
        == errc::output_limit_exceeded);
  check_usable(ctx);
}

TEST_CASE("a callback that writes too much is stopped", "[api][output][A9]") {
  heard<error> told;
  runtime rt{{.on_console = [](const console_line&) {},
              .on_uncaught_error = [&](const std::string&,
                                       const uncaught_error& what) { told.add(what); }}};
  auto ctx = value_of(rt.spawn({.output_limit = 100, .console = true, .timers = true}));
  value_of(ctx.run("setTimeout(() => { for (;;) console.log('flood') }); 0"));
  CHECK(told.first(1).front().code == errc::output_limit_exceeded);
  check_usable(ctx);
}

// -- buffers that can grow ----------------------------------------------------------------

TEST_CASE("WebAssembly memory counts as array buffers do", "[api][limits][A9]") {
  auto ctx = new_context({.array_buffer_limit_mib = 4});
  for (const auto* source :
       {"new WebAssembly.Memory({initial: 65})", "new WebAssembly.Memory({initial: 1}).grow(64)",
        "const held = []; for (;;) held.push(new WebAssembly.Memory({initial: 0}))",
        "const b = new ArrayBuffer(0, {maxByteLength: 1 << 30}); b.resize(5 << 20)",
        "const s = new SharedArrayBuffer(0, {maxByteLength: 1 << 30}); s.grow(5 << 20)"}) {
    CAPTURE(source);
    auto failed = error_of(ctx.run("{" + std::string{source} + "}"));
    CHECK(failed.code == errc::uncaught_exception);
    CHECK(failed.message.find("RangeError") == 0);
  }
  CHECK(value_of(ctx.run("new WebAssembly.Memory({initial: 32}).buffer.byteLength")).as<int>()
        == 2 << 20);
  check_usable(ctx);
}

TEST_CASE("WebAssembly memory that is garbage does not count", "[api][limits][A9]") {
  auto ctx = new_context({.array_buffer_limit_mib = 4});
  CHECK(value_of(ctx.run("let n = 0; for (; n < 100; ++n) new WebAssembly.Memory({initial: 16}); "
                         "for (let i = 0; i < 100; ++i) new ArrayBuffer(1 << 20, {maxByteLength: "
                         "1 << 30}); n"))
          .as<int>()
        == 100);
}

TEST_CASE("memory of buffers is given back with their context", "[api][limits][A9]") {
  for (int i = 0; i < 5; ++i) {
    auto ctx = new_context({.array_buffer_limit_mib = 64});
    value_of(ctx.run("globalThis.kept = []; for (let i = 0; i < 50; ++i) kept.push(new "
                     "WebAssembly.Memory({initial: 1})); 0"));
    auto report = value_of(ctx.close());
    CHECK(report.array_buffer_bytes >= 50 << 16);
  }
}

// -- unresponsive -------------------------------------------------------------------------

TEST_CASE("a context that does not stop is reported until it does", "[api][unresponsive][A9]") {
  heard<stop_report> told;
  runtime rt{{.unresponsive_after = 20ms,
              .on_unresponsive = [&](const stop_report& what) { told.add(what); }}};
  auto ctx = value_of(rt.spawn({.name = "deaf"}));
  CHECK_FALSE(ctx.stats().unresponsive);
  // What follows a stopped run has as long, and must not be stopped on a busy machine.
  CHECK(error_of(ctx.run(deaf, {.timeout = 200ms})).code == errc::deadline_exceeded);
  auto first = told.first(1).front();
  CHECK(first.context == "deaf");
  CHECK_FALSE(first.stopped);
  CHECK(first.waited >= 20ms);
  check_usable(ctx); // in the end
  auto last = told.first(2).back();
  CHECK(last.stopped);
  CHECK(last.waited > first.waited);
  auto seen = ctx.stats();
  CHECK_FALSE(seen.unresponsive);
  CHECK(seen.stops == 1);
  CHECK(seen.stop_latency_last == seen.stop_latency_max);
  CHECK(seen.stop_latency_max >= first.waited);
  auto report = value_of(ctx.close());
  CHECK(report.stops == 1);
  CHECK(report.stop_latency_max == seen.stop_latency_max);
}

TEST_CASE("while a context is unresponsive its stats say so", "[api][unresponsive][A9]") {
  heard<stop_report> told;
  runtime rt{{.stop_grace = 50ms,
              .unresponsive_after = 10ms,
              .on_unresponsive = [&](const stop_report& what) { told.add(what); }}};
  auto ctx = value_of(rt.spawn());
  CHECK(error_of(
          ctx.run("Array.prototype.forEach.call({length: 2 ** 29}, Object)", {.timeout = 10ms}))
          .code
        == errc::deadline_exceeded);
  CHECK_FALSE(told.first(1).front().stopped);
  CHECK(ctx.stats().unresponsive);
  CHECK(value_of(ctx.close(close_mode::now)).reason == errc::context_lost);
  CHECK_FALSE(ctx.stats().unresponsive); // it is no more
}

TEST_CASE("a script that stops at once makes nobody unresponsive", "[api][unresponsive][A9]") {
  std::atomic<int> told{0};
  runtime rt{{.unresponsive_after = 5s, .on_unresponsive = [&](const stop_report&) { ++told; }}};
  auto ctx = value_of(rt.spawn());
  for (int i = 0; i < 5; ++i)
    CHECK(error_of(ctx.run("for (;;);", {.timeout = 200ms})).code == errc::deadline_exceeded);
  check_usable(ctx);
  CHECK(ctx.stats().stops == 5);
  CHECK(told == 0);
}

// -- the end --------------------------------------------------------------------------------

TEST_CASE("a context that was closed tells what it did", "[api][exit][A9]") {
  auto ctx = new_context({.name = "brief", .heap_limit_mib = 64});
  value_of(ctx.run("1"));
  value_of(ctx.run("2"));
  auto report = value_of(ctx.close());
  CHECK(report.name == "brief");
  CHECK(report.reason == errc::context_closed);
  CHECK(report.runs == 2);
  CHECK(report.unanswered == 0);
  CHECK(report.uncaught == 0);
  CHECK(report.stops == 0);
  CHECK_FALSE(report.last_position);
  CHECK(report.heap_used_bytes > 1 << 16);
  CHECK(report.heap_used_bytes < 64u << 20);
  CHECK(report.heap_limit_bytes == 64u << 20);
}

TEST_CASE("the position where a script was stopped is told at the end", "[api][exit][A9]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("function spin() {\n  for (;;);\n}\nspin();", {.timeout = 20ms},
                                 {.filename = "spin.js"}));
  CHECK(failed.code == errc::deadline_exceeded);
  auto report = value_of(ctx.close());
  REQUIRE(report.last_position);
  CHECK(report.last_position->filename == "spin.js");
  CHECK(report.last_position->line == 2);
  CHECK(report.stops == 1);
}

TEST_CASE("a context that ran out of heap tells where, and how full it was", "[api][exit][A9]") {
  auto ctx = new_context({.heap_limit_mib = 32});
  auto waiting = ctx.run("new Promise(() => {})");
  auto failed = error_of(ctx.run("globalThis.held = [];\nfor (;;)\n  held.push(new Array(1000))",
                                 {}, {.filename = "hungry.js"}));
  CHECK(failed.code == errc::heap_limit_exceeded);
  auto report = value_of(ctx.exited());
  CHECK(report.reason == errc::heap_limit_exceeded);
  REQUIRE(report.last_position);
  CHECK(report.last_position->filename == "hungry.js");
  CHECK(report.last_position->line >= 2);
  CHECK(report.heap_used_bytes > 16u << 20);
  CHECK(report.heap_limit_bytes == 32u << 20);
  CHECK(report.unanswered == 1);
  CHECK(error_of(std::move(waiting)).code == errc::context_closed);
}

TEST_CASE("what V8 ends a process for ends one context, which tells what ran",
          "[api][exit][A9][A11]") {
  runtime rt;
  auto neighbour = value_of(rt.spawn());
  auto ctx = value_of(rt.spawn({.name = "splitter", .heap_limit_mib = 1024}));
  auto queued = ctx.run("'a'.repeat(2 ** 28).split('')", {}, {.filename = "split.js"});
  auto behind = ctx.run("1");
  CHECK(error_of(std::move(queued)).code == errc::context_lost);
  CHECK(error_of(std::move(behind)).code == errc::context_lost);
  auto report = value_of(ctx.exited());
  CHECK(report.reason == errc::context_lost);
  REQUIRE(report.last_position);
  CHECK(report.last_position->filename == "split.js");
  CHECK(report.last_position->line == 0); // V8 cannot be asked any more
  CHECK(report.unanswered == 2);
  CHECK(report.runs == 1);
  check_usable(neighbour);
}

TEST_CASE("a run that reaches the heap limit in one long call is answered before that returns",
          "[api][limits][A9]") {
  heard<stop_report> told;
  runtime rt{{.unresponsive_after = 10ms,
              .on_unresponsive = [&](const stop_report& what) { told.add(what); }}};
  auto ctx = value_of(rt.spawn({.name = "slow", .heap_limit_mib = 32}));
  auto failed = error_of(ctx.run("new Array(2 ** 25).fill(0).length"));
  CHECK(failed.code == errc::heap_limit_exceeded);
  CHECK(failed.message == "context 'slow' reached its heap limit of 32 MiB");
  check_usable(ctx);
  CHECK(ctx.stats().stop_latency_max >= 10ms); // the call went on
}

// -- uncaught errors --------------------------------------------------------------------------

TEST_CASE("an uncaught error says which run it belongs to", "[api][uncaught][A9]") {
  heard<uncaught_error> told;
  runtime rt{{.on_uncaught_error = [&](const std::string&, const uncaught_error& what) {
    told.add(what);
  }}};
  auto ctx = value_of(rt.spawn({.timers = true}));
  value_of(
    ctx.run("setTimeout(() => { throw new Error('late') }, 20); 0", {}, {.filename = "a.js"}));
  value_of(ctx.run("Promise.reject(new Error('at once')); 0", {}, {.filename = "b.js"}));
  value_of(ctx.idle());
  auto all = told.first(2);
  CHECK(all[0].message == "Error: at once");
  CHECK(all[0].run == 2);
  CHECK(all[0].script == "b.js");
  CHECK(all[0].count == 1);
  CHECK(all[1].message == "Error: late");
  CHECK(all[1].run == 1);
  CHECK(all[1].script == "a.js");
  CHECK(value_of(ctx.close()).uncaught == 2);
}

TEST_CASE("a rejection belongs to the run whose async function it was, whoever woke that",
          "[api][uncaught][A9]") {
  heard<uncaught_error> told;
  runtime rt{{.on_uncaught_error = [&](const std::string&, const uncaught_error& what) {
    told.add(what);
  }}};
  auto ctx = value_of(rt.spawn());
  value_of(ctx.run("var wake; (async () => { await new Promise(done => wake = done); throw new "
                   "Error('mine') })(); 0",
                   {}, {.filename = "mine.js"}));
  value_of(ctx.run("0", {}, {.filename = "other.js"}));
  value_of(ctx.run("wake(); 0", {}, {.filename = "waker.js"}));
  auto first = told.first(1).front();
  CHECK(first.message == "Error: mine");
  CHECK(first.run == 1);
  CHECK(first.script == "mine.js");
}

TEST_CASE("timers that timers set belong to the run that set the first", "[api][uncaught][A9]") {
  heard<uncaught_error> told;
  runtime rt{{.on_uncaught_error = [&](const std::string&, const uncaught_error& what) {
    told.add(what);
  }}};
  auto ctx = value_of(rt.spawn({.timers = true}));
  value_of(ctx.run("0"));
  value_of(ctx.run("setTimeout(() => Promise.resolve().then(() => setTimeout(() => { throw 1 })))"
                   "; 0",
                   {}, {.filename = "chain.js"}));
  CHECK(told.first(1).front().run == 2);
  CHECK(told.first(1).front().script == "chain.js");
}

TEST_CASE("of a flood of rejections none is lost", "[api][uncaught][A9]") {
  heard<uncaught_error> told;
  runtime rt{{.on_uncaught_error = [&](const std::string&, const uncaught_error& what) {
    told.add(what);
  }}};
  auto ctx = value_of(rt.spawn());
  value_of(ctx.run("for (let i = 0; i < 100000; ++i) Promise.reject(i); 0", {},
                   {.filename = "flood.js"}));
  check_usable(ctx);
  auto all = told.all();
  CHECK(all.size() <= 100);
  auto total = std::accumulate(all.begin(), all.end(), std::uint64_t{0},
                               [](auto sum, const auto& each) { return sum + each.count; });
  CHECK(total == 100000);
  CHECK(all.back().script == "flood.js");
}

TEST_CASE("a reset does not renew the CPU budget", "[api][cpu][A9]") {
  auto ctx = new_context({.cpu_budget = 60ms});
  for (;;) {
    auto outcome = answer_of(
      ctx.run("{ const end = Date.now() + 5; while (Date.now() < end); }", {.timeout = 50s}));
    if (!outcome)
      break;
    (void)answer_of(ctx.reset()); // refused once the context is closed
  }
  CHECK(value_of(ctx.exited()).reason == errc::cpu_budget_exceeded);
}
