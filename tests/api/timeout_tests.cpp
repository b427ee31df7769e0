// Runs that are stopped by their timeout: S10, A4.

#include "tests/api/helpers.hpp"

#include <sched.h>

#include <atomic>
#include <set>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Thread ids of all watchdogs in this process.
std::set<pid_t> watchdogs() {
  std::set<pid_t> found;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::string name;
    std::getline(std::ifstream{task.path() / "comm"} >> std::ws, name);
    if (name == "troupe-watchdog")
      found.insert(static_cast<pid_t>(std::stol(task.path().filename())));
  }
  return found;
}

/// A runtime on one processor whose watchdog is overtaken by whomever it wakes.
/// Lives on the thread that makes it, whose affinity it changes.
class runtime_with_slow_watchdog {
public:
  runtime_with_slow_watchdog() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof one, &one); // inherited by the threads it starts
    auto others = watchdogs();
    made_ = std::make_unique<runtime>();
    sched_param none{};
    for (auto id : watchdogs())
      if (!others.contains(id))
        slow_ = sched_setscheduler(id, SCHED_IDLE, &none) == 0;
  }

  [[nodiscard]] bool slow() const noexcept {
    return slow_;
  }

  [[nodiscard]] runtime& operator*() const noexcept {
    return *made_;
  }

private:
  std::unique_ptr<runtime> made_;
  bool slow_ = false;
};

} // namespace

TEST_CASE("a timeout is reported as node:vm does", "[api][timeout][S10]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("while (true) {}", {.timeout = 50ms}));
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(code_name(failed.code) == "ERR_SCRIPT_EXECUTION_TIMEOUT");
  CHECK(failed.message == "Script execution timed out after 50ms");
}

TEST_CASE("after a timeout the context keeps its globals", "[api][timeout][S10]") {
  auto ctx = new_context({.globals = {{"given", "kept"}}});
  value_of(ctx.run("var before = 1; let lexical = 2; globalThis.half = 0; 0"));
  CHECK(error_of(ctx.run("half = 1; for (;;);", {.timeout = 30ms})).code
        == errc::deadline_exceeded);
  CHECK(value_of(ctx.run("[given, before, lexical, half].join()")).as<std::string>()
        == "kept,1,2,1");
}

TEST_CASE("a run within its timeout is not touched by it", "[api][timeout][S10]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("let sum = 0; for (let i = 0; i < 1000; ++i) sum += i; sum",
                         {.timeout = std::chrono::hours{24 * 365}}))
          .as<int>()
        == 499500);
}

TEST_CASE("a timeout beyond the range of the clock is no limit", "[api][timeout][S10]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("42", {.timeout = std::chrono::milliseconds::max()})).as<int>() == 42);
  CHECK(value_of(ctx.run("42", {.timeout = std::chrono::milliseconds::max() / 2})).as<int>()
        == 42);
}

TEST_CASE("every runaway script is stopped at its deadline, and its context lives on",
          "[api][timeout][S10][A11]") {
  for (const auto& path : scripts_in("runaway")) {
    DYNAMIC_SECTION(path.stem().string()) {
      auto ctx = new_context({.heap_limit_mib = 512, .timers = true});
      auto failed = error_of(ctx.run(read_file(path), {.timeout = 100ms}));
      CHECK(failed.code == errc::deadline_exceeded);
      CHECK(failed.message == "Script execution timed out after 100ms");
      check_usable(ctx); // waits until the thread has noticed, too
    }
  }
}

TEST_CASE("a hundred optimised allocating loops at once are all stopped",
          "[api][timeout][S10][A11]") {
  constexpr std::size_t many = sanitized ? 20 : 100;
  runtime rt;
  auto source = read_file(std::filesystem::path{TROUPE_TEST_SCRIPTS}
                          / "runaway/optimised_allocating_loop.js");
  std::vector<future<context>> spawned;
  for (std::size_t i = 0; i < many; ++i)
    spawned.push_back(rt.spawn());
  std::vector<context> contexts;
  for (auto& each : spawned)
    contexts.push_back(value_of(std::move(each)));
  std::vector<future<value>> answers;
  for (auto& ctx : contexts)
    answers.push_back(ctx.run(source, {.timeout = 200ms}));
  for (auto& answer : answers)
    CHECK(error_of(std::move(answer)).code == errc::deadline_exceeded);
  for (auto& ctx : contexts)
    check_usable(ctx);
}

TEST_CASE("microtasks that a stopped run left behind do not eat the time of the next",
          "[api][timeout][S10]") {
  auto ctx = new_context();
  CHECK(
    error_of(ctx.run("Promise.resolve().then(() => { for (;;); }); for (;;);", {.timeout = 50ms}))
      .code
    == errc::deadline_exceeded);
  auto next = answer_of(ctx.run("1 + 1", {.timeout = 1500ms}));
  REQUIRE(next.has_value());
  CHECK(next->as<int>() == 2);
}

TEST_CASE("microtasks that reading a result leaves behind belong to its run",
          "[api][timeout][S10]") {
  auto ctx = new_context();
  auto first =
    answer_of(ctx.run("({get x() { Promise.resolve().then(() => { for (;;); }); return 1; }})",
                      {.timeout = 100ms}));
  if (!first)
    CHECK(first.error().code == errc::deadline_exceeded);
  auto next = answer_of(ctx.run("1 + 1", {.timeout = 1500ms}));
  REQUIRE(next.has_value());
  CHECK(next->as<int>() == 2);
}

TEST_CASE("a context can be stopped again and again", "[api][timeout][S10]") {
  auto ctx = new_context();
  for (int i = 0; i < 20; ++i)
    REQUIRE(error_of(ctx.run("for (;;);", {.timeout = 5ms})).code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("a stopped run does not touch those that wait behind it", "[api][timeout][S10]") {
  auto ctx = new_context();
  auto runaway = ctx.run("for (;;);", {.timeout = 50ms});
  std::vector<future<value>> behind;
  for (int i = 0; i < 50; ++i)
    behind.push_back(ctx.run(std::to_string(i), {.timeout = 30s}));
  CHECK(error_of(std::move(runaway)).code == errc::deadline_exceeded);
  for (int i = 0; i < 50; ++i)
    CHECK(value_of(std::move(behind[static_cast<std::size_t>(i)])).as<int>() == i);
}

// -- the event loop -----------------------------------------------------------------

TEST_CASE("a timer's callback inherits the limit of the run that set it", "[api][timeout][S10]") {
  std::atomic<int> uncaught{0};
  promise<uncaught_report> told;
  auto heard = told.get_future();
  runtime rt{{.on_uncaught_error = [&](const std::string&, const error& what) {
    if (uncaught++ == 0)
      told.set(uncaught_report{what});
  }}};
  auto ctx = value_of(rt.spawn({.timers = true}));
  CHECK(value_of(ctx.run("setTimeout(() => { for (;;); }, 1); 'set'", {.timeout = 80ms}))
          .as<std::string>()
        == "set");
  auto late = value_of(std::move(heard)).what;
  CHECK(late.code == errc::deadline_exceeded);
  CHECK(late.message == "Script execution timed out after 80ms");
  check_usable(ctx);
}

TEST_CASE("timers set by timers inherit the limit too", "[api][timeout][S10]") {
  promise<uncaught_report> told;
  auto heard = told.get_future();
  runtime rt{{.on_uncaught_error = [&](const std::string&, const error& what) {
    told.set(uncaught_report{what});
  }}};
  auto ctx = value_of(rt.spawn({.timers = true}));
  value_of(ctx.run("setTimeout(() => setTimeout(() => setTimeout(() => { for (;;); }))); 0",
                   {.timeout = 80ms}));
  CHECK(value_of(std::move(heard)).what.code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("a timer of a run without a timeout has the context's turn timeout",
          "[api][timeout][S10]") {
  promise<uncaught_report> told;
  auto heard = told.get_future();
  runtime rt{{.on_uncaught_error = [&](const std::string&, const error& what) {
    told.set(uncaught_report{what});
  }}};
  auto ctx = value_of(rt.spawn({.turn_timeout = 80ms, .timers = true}));
  value_of(ctx.run("setTimeout(() => { for (;;); }); 0"));
  CHECK(value_of(std::move(heard)).what.code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("the turn timeout limits what the global object's accessors do", "[api][timeout][C1]") {
  auto ctx = new_context({.turn_timeout = 80ms});
  value_of(ctx.run("Object.defineProperty(globalThis, 'slow', {get() { for (;;); }, set(v) { for "
                   "(;;); }}); 0"));
  CHECK(error_of(ctx.get("slow")).code == errc::deadline_exceeded);
  CHECK(error_of(ctx.set("slow", 1)).code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("an endless interval callback is stopped once, not for ever", "[api][timeout][S10]") {
  std::atomic<int> uncaught{0};
  promise<void> told;
  auto heard = told.get_future();
  runtime rt{{.on_uncaught_error = [&](const std::string&, const error&) {
    if (uncaught++ == 0)
      told.set({});
  }}};
  auto ctx = value_of(rt.spawn({.timers = true}));
  value_of(ctx.run("setInterval(() => { for (;;); }, 1); 0", {.timeout = 50ms}));
  value_of(std::move(heard));
  value_of(ctx.idle()); // no timer is left
  CHECK(uncaught == 1);
}

// -- the whole evaluation --------------------------------------------------------------

TEST_CASE("an evaluation's timeout covers a promise that never settles", "[api][timeout][A9]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("new Promise(() => {})",
                                 {.timeout = 50ms, .timeout_covers = timeout_scope::evaluation}));
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(failed.message == "Script execution timed out after 50ms");
  check_usable(ctx);
}

TEST_CASE("an evaluation's timeout covers work that goes from timer to timer",
          "[api][timeout][A9]") {
  auto ctx = new_context({.timers = true});
  auto failed =
    error_of(ctx.run("globalThis.ticks = 0; new Promise(() => setInterval(() => ++ticks, 1))",
                     {.timeout = 100ms, .timeout_covers = timeout_scope::evaluation}));
  CHECK(failed.code == errc::deadline_exceeded);
  value_of(ctx.idle()); // its interval went with it
  check_usable(ctx);
}

TEST_CASE("an evaluation that settles in time gives its value", "[api][timeout][A9]") {
  auto ctx = new_context({.timers = true});
  auto answer = ctx.run("new Promise(done => setTimeout(done, 5, 42))",
                        {.timeout = 30s, .timeout_covers = timeout_scope::evaluation});
  CHECK(value_of(std::move(answer)).as<int>() == 42);
}

TEST_CASE("an evaluation's timeout covers its synchronous part", "[api][timeout][A9]") {
  auto ctx = new_context();
  auto failed = error_of(
    ctx.run("for (;;);", {.timeout = 50ms, .timeout_covers = timeout_scope::evaluation}));
  CHECK(failed.code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("an evaluation's timeout stops a loop in its continuation", "[api][timeout][A9]") {
  auto ctx = new_context({.timers = true});
  auto failed =
    error_of(ctx.run("new Promise(done => setTimeout(done, 5)).then(() => { for (;;); })",
                     {.timeout = 150ms, .timeout_covers = timeout_scope::evaluation}));
  CHECK(failed.code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("a turn's timeout does not count while a promise is waited for",
          "[api][timeout][S10]") {
  auto ctx = new_context({.timers = true});
  auto answer =
    ctx.run("new Promise(done => setTimeout(done, 120, 'patient'))", {.timeout = 40ms});
  CHECK(value_of(std::move(answer)).as<std::string>() == "patient");
}

TEST_CASE("an evaluation whose time is over does not stop a run that has no timeout",
          "[api][timeout][A9]") {
  auto ctx = new_context();
  auto waiting = ctx.run("new Promise(() => {})",
                         {.timeout = 50ms, .timeout_covers = timeout_scope::evaluation});
  // Busy until well after that, and none of its business.
  auto busy = ctx.run("const until = Date.now() + 400; while (Date.now() < until); 'done'");
  CHECK(error_of(std::move(waiting)).code == errc::deadline_exceeded);
  auto outcome = answer_of(std::move(busy));
  REQUIRE(outcome.has_value());
  CHECK(outcome->as<std::string>() == "done");
}

TEST_CASE("an evaluation whose time is over does not stop a run with another timeout",
          "[api][timeout][A9]") {
  auto ctx = new_context();
  auto waiting = ctx.run("new Promise(() => {})",
                         {.timeout = 50ms, .timeout_covers = timeout_scope::evaluation});
  auto busy = ctx.run("const until = Date.now() + 400; while (Date.now() < until); 'done'",
                      {.timeout = 50s});
  CHECK(error_of(std::move(waiting)).code == errc::deadline_exceeded);
  CHECK(value_of(std::move(busy)).as<std::string>() == "done");
}

// -- late deadlines ---------------------------------------------------------------------

TEST_CASE("a deadline that fires late never hits the next run", "[api][timeout][A4]") {
  constexpr int rounds = sanitized ? 400 : 2000;
  auto ctx = new_context();
  // Durations around the timeout, so that either may win.
  value_of(ctx.run("var n = 0; function spin(ms) { const until = Date.now() + ms; while "
                   "(Date.now() < until) for (let i = 0; i < 50; ++i) n += i % 3; return 'in "
                   "time'; } 0"));
  int stopped = 0;
  for (int i = 0; i < rounds; ++i) {
    auto limit = std::chrono::milliseconds{1 + i % 2};
    auto racing = ctx.run("spin(" + std::to_string(1 + i % 3) + ")", {.timeout = limit});
    auto next = ctx.run("'untouched'"); // sent before the first is over
    auto outcome = answer_of(std::move(racing));
    if (outcome) {
      REQUIRE(outcome->as<std::string>() == "in time");
    } else {
      REQUIRE(outcome.error().code == errc::deadline_exceeded);
      ++stopped;
    }
    REQUIRE(value_of(std::move(next)).as<std::string>() == "untouched");
  }
  CHECK(stopped > 0);
}

TEST_CASE("trivial runs with a timeout leave no deadline behind", "[api][timeout][A4]") {
  auto ctx = new_context();
  script trivial{"1"};
  std::vector<future<value>> answers;
  for (int i = 0; i < 5000; ++i)
    answers.push_back(ctx.run(trivial, {.timeout = 1ms}));
  for (auto& answer : answers) {
    auto outcome = answer_of(std::move(answer));
    if (!outcome) // the machine may have been busy elsewhere for a millisecond
      REQUIRE(outcome.error().code == errc::deadline_exceeded);
  }
  // Longer than any of those deadlines.
  CHECK(
    value_of(ctx.run("{ const until = Date.now() + 50; while (Date.now() < until); } 'whole'"))
      .as<std::string>()
    == "whole");
}

TEST_CASE("a deadline that passes while its context drains is no other error",
          "[api][timeout][A2][A4]") {
  bool slow = false;
  std::vector<result<value>> answers;
  std::vector<result<exit_report>> reports;
  std::thread{[&] {
    runtime_with_slow_watchdog rt;
    slow = rt.slow();
    for (int i = 0; i < 10; ++i) {
      auto ctx = (*rt).spawn().get();
      if (!ctx)
        return;
      auto waiting = ctx->run("new Promise(() => {})",
                              {.timeout = 5ms, .timeout_covers = timeout_scope::evaluation});
      reports.push_back(ctx->close(close_mode::drain).get());
      answers.push_back(waiting.get());
    }
  }}.join();
  REQUIRE(slow);
  CHECK(answers.size() == 10);
  for (auto& each : answers)
    CHECK((each ? errc{} : each.error().code) == errc::deadline_exceeded);
  for (auto& each : reports)
    CHECK(each.value().unanswered == 0);
}

TEST_CASE("what V8 finishes later has the longest timeout of the runs before",
          "[api][timeout][S7]") {
  auto ctx = new_context();
  value_of(
    ctx.run("WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => "
            "{ for (;;); }); 0",
            {.timeout = 100ms}));
  CHECK(value_of(ctx.run("6 * 7")) == value{42});
  value_of(ctx.idle());
  CHECK(value_of(ctx.run("6 * 7")) == value{42});
}
