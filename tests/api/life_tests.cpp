// How contexts and runtimes begin and end: A1, A2.

#include "tests/api/helpers.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <system_error>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

// -- threads ----------------------------------------------------------------------

TEST_CASE("a context runs where and as its runtime does, whoever spawns it", "[api][life][A1]") {
  runtime rt;
  int nice_here = getpriority(PRIO_PROCESS, 0);
  cpu_set_t cores_here;
  REQUIRE(sched_getaffinity(0, sizeof cores_here, &cores_here) == 0);
  std::atomic<int> nice_there{-100};
  std::atomic<int> cores_there{0};
  std::thread pinned{[&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    bool set = sched_setaffinity(0, sizeof one, &one) == 0
               && setpriority(PRIO_PROCESS, 0, nice_here + 1) == 0;
    host_function look{[&] {
      cpu_set_t cores;
      sched_getaffinity(0, sizeof cores, &cores);
      cores_there = CPU_COUNT(&cores);
      nice_there = getpriority(PRIO_PROCESS, 0);
    }};
    if (!set)
      return;
    if (auto ctx = answer_of(rt.spawn({.globals = {{"look", std::move(look)}}})))
      static_cast<void>(answer_of(ctx->run("look()")));
  }};
  pinned.join();
  CHECK(nice_there == nice_here);
  CHECK(cores_there == CPU_COUNT(&cores_here));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they end the process
TEST_CASE("a runtime that the system refuses threads is an exception", "[api][life][A1]") {
  runtime first;
  std::size_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
  rlimit little{pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + (16u << 20),
                before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_AS, &little) == 0);
  bool refused = false;
  try {
    runtime second;
  } catch (const std::system_error&) {
    refused = true;
  }
  REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);
  CHECK(refused);
  runtime third;
  auto ctx = value_of(third.spawn());
  check_usable(ctx);
}
#endif

// -- capacity ---------------------------------------------------------------------

TEST_CASE("a runtime refuses more contexts than it may have", "[api][life][A2][A10]") {
  runtime rt{{.max_contexts = 3}};
  CHECK(rt.capacity() == 3);
  std::vector<context> contexts;
  for (int i = 0; i < 3; ++i)
    contexts.push_back(value_of(rt.spawn()));
  auto refused = error_of(rt.spawn());
  CHECK(refused.code == errc::capacity_exceeded);
  for (auto& ctx : contexts)
    check_usable(ctx);
}

TEST_CASE("a context that has told its end has given its place back", "[api][life][A2][A10]") {
  runtime rt{{.max_contexts = 1}};
  for (int i = 0; i < 200; ++i) {
    auto ctx = answer_of(rt.spawn());
    if (!ctx)
      FAIL("round " << i << ": " << ctx.error().to_string());
    value_of(ctx->close(i % 2 != 0 ? close_mode::drain : close_mode::now));
  }
}

TEST_CASE("a context that could not start has given its place back", "[api][life][A2][A10]") {
  runtime rt{{.max_contexts = 1}};
  for (int i = 0; i < 20; ++i) {
    CHECK(
      error_of(rt.spawn({.globals = {{"x", std::string(30 << 20, 'x')}}, .heap_limit_mib = 8}))
        .code
      == errc::heap_limit_exceeded);
    auto ctx = value_of(rt.spawn());
    value_of(ctx.close());
  }
}

TEST_CASE("run_in_new_context has given its place back when it answers",
          "[api][life][S4][A2][A10]") {
  runtime rt{{.max_contexts = 1}};
  script sum{"1 + 1"};
  for (int i = 0; i < 50; ++i)
    CHECK(value_of(rt.run_in_new_context(sum)).as<int>() == 2);
}

TEST_CASE("a close does not wait for finalisers", "[api][life][A2]") {
  runtime rt;
  auto ctx = value_of(rt.spawn());
  value_of(ctx.run("globalThis.r = new FinalizationRegistry(() => { while (true); });"
                   "for (let i = 0; i < 100000; i++) r.register({}, 1);",
                   {.timeout = 1s}));
  auto ended = ctx.close();
  CHECK(value_of(std::move(ended)).reason == errc::context_closed);
}

TEST_CASE("a refused spawn takes no place", "[api][life][A2][A10]") {
  runtime rt{{.max_contexts = 1}};
  for (int i = 0; i < 5; ++i)
    CHECK(error_of(rt.spawn({.heap_limit_mib = 1})).code == errc::invalid_argument);
  auto ctx = value_of(rt.spawn());
  check_usable(ctx);
}

TEST_CASE("a spawn that failed on its globals gives its place back", "[api][life][A2][A10]") {
  runtime rt{{.max_contexts = 1}};
  // More bytes than the context may have.
  auto large = value::bytes(std::vector<std::byte>(4 << 20));
  for (int i = 0; i < 5; ++i) {
    auto outcome =
      answer_of(rt.spawn({.globals = {{"big", large}}, .array_buffer_limit_mib = 1}));
    REQUIRE_FALSE(outcome.has_value());
    REQUIRE((outcome.error().code == errc::spawn_failed
             || outcome.error().code == errc::capacity_exceeded));
  }
}

TEST_CASE("the capacity without a wish is more than a few", "[api][life][A10]") {
  CHECK(shared_runtime().capacity() >= 100);
}

// -- isolation -----------------------------------------------------------------------

TEST_CASE("contexts do not see each other", "[api][life][A1]") {
  auto one = new_context();
  auto two = new_context();
  value_of(one.run("var secret = 1; Array.prototype.marked = true; 0"));
  CHECK(value_of(two.run("typeof secret + [].marked")).as<std::string>() == "undefinedundefined");
}

TEST_CASE("a runaway context does not hold up another", "[api][life][A1]") {
  auto bad = new_context();
  auto good = new_context();
  auto runaway = bad.run("for (;;);");
  for (int i = 0; i < 100; ++i)
    check_usable(good);
  CHECK_FALSE(runaway.ready());
  runaway.cancel();
}

TEST_CASE("many threads may use one context at once", "[api][life][A1]") {
  constexpr int threads = 8;
  constexpr int rounds = 200;
  auto ctx = new_context({.globals = {{"total", 0}}});
  std::atomic<int> failures{0};
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t)
      workers.emplace_back([&] {
        for (int i = 0; i < rounds; ++i)
          if (!ctx.run("++total").get())
            ++failures;
      });
  }
  CHECK(failures == 0);
  CHECK(value_of(ctx.get("total")).as<int>() == threads * rounds);
}

// -- closing ---------------------------------------------------------------------------

TEST_CASE("closing by drain finishes what was asked before", "[api][life][A2]") {
  auto ctx = new_context();
  std::vector<future<value>> answers;
  for (int i = 0; i < 20; ++i)
    answers.push_back(ctx.run("let t" + std::to_string(i)
                              + " = Date.now() + 2; while (Date.now() < t" + std::to_string(i)
                              + "); " + std::to_string(i)));
  auto ended = ctx.close(close_mode::drain);
  for (int i = 0; i < 20; ++i)
    CHECK(value_of(std::move(answers[static_cast<std::size_t>(i)])).as<int>() == i);
  auto report = value_of(std::move(ended));
  CHECK(report.reason == errc::context_closed);
  CHECK(report.unanswered == 0);
  CHECK(report.runs == 20);
}

TEST_CASE("closing by drain waits for promises", "[api][life][A2][A5]") {
  auto ctx = new_context({.timers = true});
  auto answer = ctx.run("new Promise(done => setTimeout(done, 20, 'in the end'))");
  auto ended = ctx.close(close_mode::drain);
  CHECK(value_of(std::move(answer)).as<std::string>() == "in the end");
  CHECK(value_of(std::move(ended)).unanswered == 0);
}

TEST_CASE("closing at once stops the run and answers everything", "[api][life][A2]") {
  auto ctx = new_context();
  auto running = ctx.run("for (;;);");
  auto queued = ctx.run("1");
  auto reading = ctx.get("x");
  auto ended = ctx.close(close_mode::now);
  CHECK(error_of(std::move(running)).code == errc::context_closed);
  CHECK(error_of(std::move(queued)).code == errc::context_closed);
  CHECK(error_of(std::move(reading)).code == errc::context_closed);
  auto report = value_of(std::move(ended));
  CHECK(report.reason == errc::context_closed);
  CHECK(report.unanswered == 3);
}

TEST_CASE("closing at once answers promises that never settle", "[api][life][A2][A5]") {
  auto ctx = new_context();
  auto waiting = ctx.run("new Promise(() => {})");
  check_usable(ctx);
  auto report = value_of(ctx.close(close_mode::now));
  CHECK(error_of(std::move(waiting)).code == errc::context_closed);
  CHECK(report.unanswered == 1);
  CHECK(report.runs == 2);
}

TEST_CASE("closing at once is what all are told who wait, also amid microtasks",
          "[api][life][A2][A5]") {
  promise<void> begun;
  auto running = begun.get_future();
  runtime rt{{.on_console = [&](const console_line&) { begun.set({}); }}};
  auto ctx = value_of(rt.spawn({.console = true}));
  auto waiting = ctx.run("new Promise(() => {})");
  auto endless = ctx.run("(async () => { await 0; console.log('here'); for (;;) await 0 })()");
  value_of(std::move(running));
  CHECK(value_of(ctx.close(close_mode::now)).unanswered == 2);
  CHECK(error_of(std::move(waiting)).code == errc::context_closed);
  CHECK(error_of(std::move(endless)).code == errc::context_closed);
}

TEST_CASE("closing at once is not held up by a close that drains", "[api][life][A2]") {
  auto ctx = new_context();
  auto waiting = ctx.run("new Promise(() => {})");
  auto patient = ctx.close(close_mode::drain);
  auto at_once = ctx.close(close_mode::now);
  CHECK(value_of(std::move(at_once)).reason == errc::context_closed);
  CHECK(answer_of(std::move(patient)).has_value());
  CHECK(error_of(std::move(waiting)).code == errc::context_closed);
}

TEST_CASE("requests after close are refused at once", "[api][life][A2]") {
  auto ctx = new_context({.name = "gone"});
  value_of(ctx.close());
  CHECK_FALSE(ctx.alive());
  auto refused = error_of(ctx.run("1"));
  CHECK(refused.code == errc::context_closed);
  CHECK(refused.message.find("gone") != std::string::npos);
  CHECK(error_of(ctx.get("x")).code == errc::context_closed);
  CHECK(error_of(ctx.set("x", 1)).code == errc::context_closed);
  CHECK(error_of(ctx.has("x")).code == errc::context_closed);
  CHECK(error_of(ctx.remove("x")).code == errc::context_closed);
  CHECK(error_of(ctx.keys()).code == errc::context_closed);
  CHECK(error_of(ctx.idle()).code == errc::context_closed);
  CHECK(error_of(ctx.compile("1")).code == errc::context_closed);
  CHECK(ctx.name() == "gone");
}

TEST_CASE("requests that come while a context drains are refused", "[api][life][A2]") {
  auto ctx = new_context();
  auto waiting = ctx.run("new Promise(done => globalThis.settle = done)");
  auto ended = ctx.close(close_mode::drain);
  CHECK(error_of(ctx.run("1")).code == errc::context_closed);
  auto last = ctx.close(close_mode::now);
  CHECK(answer_of(std::move(last)).has_value());
}

TEST_CASE("closing twice gives the same report twice", "[api][life][A2]") {
  auto ctx = new_context({.name = "twice"});
  value_of(ctx.run("1"));
  auto first = value_of(ctx.close());
  auto second = value_of(ctx.close());
  CHECK(first.name == second.name);
  CHECK(first.reason == second.reason);
  CHECK(first.runs == second.runs);
}

TEST_CASE("dropping the handle stops a run that is under way", "[api][life][A2]") {
  auto answer = [] {
    auto ctx = new_context();
    return ctx.run("for (;;);");
  }();
  CHECK(error_of(std::move(answer)).code == errc::context_closed);
}

TEST_CASE("the end of a dropped context is still told", "[api][life][A2]") {
  auto ended = [] {
    auto ctx = new_context({.name = "dropped"});
    return ctx.exited();
  }();
  auto report = value_of(std::move(ended));
  CHECK(report.name == "dropped");
  CHECK(report.reason == errc::context_closed);
}

TEST_CASE("a handle that another is moved into lets go of its own context", "[api][life][A2]") {
  auto first = new_context();
  auto ended = first.exited();
  auto second = new_context({.globals = {{"x", 2}}});
  first = std::move(second);
  CHECK(value_of(first.get("x")).as<int>() == 2);
  second = context{}; // whatever it holds goes
  CHECK(value_of(std::move(ended)).reason == errc::context_closed);
}

TEST_CASE("an empty handle answers everything with no_such_context", "[api][life][A2]") {
  context none;
  CHECK_FALSE(none.alive());
  CHECK(none.name().empty());
  CHECK(error_of(none.run("1")).code == errc::no_such_context);
  CHECK(error_of(none.run(script{"1"})).code == errc::no_such_context);
  CHECK(error_of(none.compile("1")).code == errc::no_such_context);
  CHECK(error_of(none.get("x")).code == errc::no_such_context);
  CHECK(error_of(none.set("x", 1)).code == errc::no_such_context);
  CHECK(error_of(none.has("x")).code == errc::no_such_context);
  CHECK(error_of(none.remove("x")).code == errc::no_such_context);
  CHECK(error_of(none.keys()).code == errc::no_such_context);
  CHECK(error_of(none.idle()).code == errc::no_such_context);
  CHECK(error_of(none.exited()).code == errc::no_such_context);
  CHECK(error_of(none.close()).code == errc::no_such_context);
}

TEST_CASE("a handle that was moved from is empty", "[api][life][A2]") {
  auto ctx = new_context();
  auto moved = std::move(ctx);
  CHECK(error_of(ctx.run("1")).code == errc::no_such_context); // NOLINT(bugprone-use-after-move)
  check_usable(moved);
}

TEST_CASE("a dropped spawn leaves no context behind", "[api][life][A2]") {
  runtime rt{{.max_contexts = 1}};
  { auto unheard = rt.spawn(); }
  value_of(rt.drain());
  CHECK(error_of(rt.spawn()).code == errc::runtime_closed);
}

TEST_CASE("a cancelled spawn leaves no context behind", "[api][life][A2][A6]") {
  runtime rt;
  auto spawning = rt.spawn();
  spawning.cancel();
  auto outcome = answer_of(std::move(spawning));
  if (!outcome)
    CHECK(outcome.error().code == errc::cancelled);
}

TEST_CASE("idle is answered when no timer is left", "[api][life][A1]") {
  auto ctx = new_context({.timers = true});
  value_of(ctx.run("var fired = 0; setTimeout(() => setTimeout(() => ++fired, 5), 5); 0"));
  value_of(ctx.idle());
  CHECK(value_of(ctx.get("fired")).as<int>() == 1);
}

// -- the runtime ------------------------------------------------------------------------

TEST_CASE("draining a runtime finishes everything and refuses new contexts", "[api][life][A2]") {
  runtime rt;
  std::vector<context> contexts;
  std::vector<future<value>> answers;
  for (int i = 0; i < 8; ++i) {
    contexts.push_back(value_of(rt.spawn({.globals = {{"i", i}}, .timers = true})));
    answers.push_back(contexts.back().run("new Promise(done => setTimeout(done, 10, i * 2))"));
  }
  auto drained = rt.drain();
  for (int i = 0; i < 8; ++i)
    CHECK(value_of(std::move(answers[static_cast<std::size_t>(i)])).as<int>() == i * 2);
  value_of(std::move(drained));
  CHECK(error_of(rt.spawn()).code == errc::runtime_closed);
  for (auto& ctx : contexts)
    CHECK_FALSE(ctx.alive());
}

TEST_CASE("draining twice, and an empty runtime, is fine", "[api][life][A2]") {
  runtime rt;
  auto first = rt.drain();
  auto second = rt.drain();
  value_of(std::move(first));
  value_of(std::move(second));
  value_of(rt.drain());
}

TEST_CASE("a runtime that is destroyed while it drains ends at once", "[api][life][A2]") {
  future<void> drained;
  future<value> waiting;
  {
    runtime rt;
    auto ctx = value_of(rt.spawn());
    waiting = ctx.run("new Promise(() => {})");
    drained = rt.drain();
  }
  CHECK(answer_of(std::move(drained)).has_value());
  CHECK(tells_of_the_end(error_of(std::move(waiting)).code));
}

TEST_CASE("destroying a runtime answers what runs, waits and is queued", "[api][life][A2]") {
  std::vector<future<value>> answers;
  std::vector<context> contexts;
  std::vector<future<exit_report>> exits;
  {
    runtime rt;
    for (int i = 0; i < 4; ++i) {
      contexts.push_back(value_of(rt.spawn()));
      auto& ctx = contexts.back();
      exits.push_back(ctx.exited());
      answers.push_back(ctx.run("new Promise(() => {})"));
      answers.push_back(ctx.run("for (;;);"));
      answers.push_back(ctx.run("1"));
      answers.push_back(ctx.get("x"));
    }
  }
  for (auto& answer : answers) {
    REQUIRE(answer.ready());
    CHECK(tells_of_the_end(error_of(std::move(answer)).code));
  }
  for (auto& exit : exits) {
    REQUIRE(exit.ready());
    CHECK(tells_of_the_end(value_of(std::move(exit)).reason));
  }
  for (auto& ctx : contexts) {
    CHECK_FALSE(ctx.alive());
    CHECK(tells_of_the_end(error_of(ctx.run("1")).code));
    CHECK(tells_of_the_end(error_of(ctx.get("x")).code));
    CHECK(answer_of(ctx.exited()).has_value());
    CHECK(answer_of(ctx.close()).has_value());
  }
}

TEST_CASE("a runtime may be destroyed while contexts are being spawned", "[api][life][A2]") {
  for (int round = 0; round < 10; ++round) {
    std::vector<future<context>> spawning;
    {
      runtime rt;
      for (int i = 0; i < 6; ++i)
        spawning.push_back(rt.spawn());
    }
    for (auto& each : spawning) {
      auto outcome = answer_of(std::move(each));
      if (outcome)
        CHECK(tells_of_the_end(error_of(outcome->run("1")).code));
      else
        CHECK(tells_of_the_end(outcome.error().code));
    }
  }
}

TEST_CASE("a runtime may be destroyed with compilations and single runs under way",
          "[api][life][A2]") {
  for (int round = 0; round < 5; ++round) {
    std::vector<future<script>> compiling;
    std::vector<future<value>> running;
    {
      runtime rt;
      for (int i = 0; i < 5; ++i) {
        compiling.push_back(rt.compile("1 + 1"));
        running.push_back(rt.run_in_new_context(script{"for (;;);"}));
      }
    }
    for (auto& each : compiling)
      if (auto outcome = answer_of(std::move(each)); !outcome)
        CHECK(tells_of_the_end(outcome.error().code));
    for (auto& each : running)
      CHECK(tells_of_the_end(error_of(std::move(each)).code));
  }
}

TEST_CASE("continuations are called although the runtime is destroyed", "[api][life][A2][A6]") {
  std::atomic<int> called{0};
  std::vector<future<void>> done;
  {
    runtime rt;
    auto ctx = value_of(rt.spawn());
    for (int i = 0; i < 20; ++i)
      done.push_back(ctx.run("for (;;);").then([&](result<value>) { ++called; }));
  }
  for (auto& each : done)
    value_of(std::move(each));
  CHECK(called == 20);
}

TEST_CASE("a continuation may be attached after the runtime is gone", "[api][life][A2][A6]") {
  future<value> answer;
  {
    runtime rt;
    auto ctx = value_of(rt.spawn());
    answer = ctx.run("40 + 2");
    REQUIRE(answer.wait_for(patience));
  }
  auto next = answer.then([](result<value> outcome) { return outcome->as<int>(); });
  CHECK(value_of(std::move(next)) == 42);
}

TEST_CASE("a handle may be dropped after the runtime is gone", "[api][life][A2]") {
  context ctx;
  {
    runtime rt;
    ctx = value_of(rt.spawn());
  }
  CHECK_FALSE(ctx.alive());
}

TEST_CASE("the last handle to a runtime may go in a continuation", "[api][life][A2][A6]") {
  for (int round = 0; round < 20; ++round) {
    auto rt = std::make_shared<runtime>();
    auto ctx = std::make_shared<context>(value_of(rt->spawn()));
    auto answer = ctx->run("1");
    auto done = answer.then([rt = std::move(rt), ctx](result<value> outcome) mutable {
      rt.reset();
      return outcome.has_value();
    });
    ctx.reset();
    CHECK(value_of(std::move(done)));
  }
}

TEST_CASE("two runtimes live side by side", "[api][life][A2]") {
  runtime first;
  runtime second;
  auto a = value_of(first.spawn({.globals = {{"x", 1}}}));
  auto b = value_of(second.spawn({.globals = {{"x", 2}}}));
  CHECK(value_of(a.get("x")).as<int>() == 1);
  CHECK(value_of(b.get("x")).as<int>() == 2);
  {
    runtime third;
    auto c = value_of(third.spawn());
    check_usable(c);
  }
  check_usable(a);
  check_usable(b);
}

TEST_CASE("runtimes may be made and destroyed one after another", "[api][life][A2]") {
  for (int i = 0; i < 20; ++i) {
    runtime rt;
    auto ctx = value_of(rt.spawn());
    REQUIRE(value_of(ctx.run("1 + 1")).as<int>() == 2);
  }
}

TEST_CASE("a V8 flag that V8 does not know is told", "[api][life][A2]") {
  // Flags count only before V8 starts, which other tests may have made it do.
  CHECK(shared_runtime().rejected_v8_flags().empty());
  CHECK_FALSE(runtime::v8_version().empty());
  CHECK_FALSE(runtime::version().empty());
}
