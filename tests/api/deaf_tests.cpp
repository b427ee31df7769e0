// Scripts inside one call of V8 that never looks up: nothing stops them, and
// nobody waits for them longer than `stop_grace`.

#include "tests/api/helpers.hpp"
#include "troupe/function_loader.hpp"
#include "troupe/memory_loader.hpp"

#include <signal.h>

#include <atomic>
#include <stdexcept>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Some ten seconds of a built-in function that polls for nothing. (Finite, so
/// that its thread does not take the core from the tests that follow.)
const std::string deaf = "Array.prototype.forEach.call({length: 2 ** 30}, Object)";

/// A context that is inside such a call; its caller has been answered.
context deaf_context(runtime& rt) {
  auto ctx = value_of(rt.spawn({.name = "deaf"}));
  auto failed = error_of(ctx.run(deaf, {.timeout = 300ms}));
  CHECK(failed.code == errc::deadline_exceeded);
  return ctx;
}

} // namespace

TEST_CASE("a context that does not let go is reported as lost", "[api][deaf][A2][A9]") {
  runtime rt{{.stop_grace = 50ms}};
  auto neighbour = value_of(rt.spawn());
  auto ctx = deaf_context(rt);
  auto queued = ctx.run("1");
  auto report = value_of(ctx.close(close_mode::now));
  CHECK(report.reason == errc::context_lost);
  CHECK(report.message
        == "context 'deaf' was told to end and did not: it is inside one long call of V8 or of "
           "the host");
  CHECK(report.unanswered == 1);
  CHECK(error_of(std::move(queued)).code == errc::context_lost);
  CHECK(error_of(ctx.run("1")).code == errc::context_lost);
  CHECK_FALSE(ctx.alive());
  check_usable(neighbour);
}

TEST_CASE("a context that does not let go keeps its place", "[api][deaf][A2][A10]") {
  runtime rt{{.max_contexts = 1, .stop_grace = 50ms}};
  {
    auto ctx = deaf_context(rt);
    value_of(ctx.close(close_mode::now));
  }
  CHECK(error_of(rt.spawn()).code == errc::capacity_exceeded);
}

TEST_CASE("a runtime does not wait for ever for a context that does not let go",
          "[api][deaf][A2][A9]") {
  future<exit_report> ended;
  context kept;
  {
    runtime rt{{.stop_grace = 50ms}};
    kept = deaf_context(rt);
    ended = kept.exited();
  }
  CHECK(value_of(std::move(ended)).reason == errc::context_lost);
  CHECK(error_of(kept.run("1")).code == errc::context_lost);
}

TEST_CASE("a runtime ends when a context with a loader does not let go", "[api][deaf][A2][A3]") {
  auto known = std::make_shared<memory_loader>(memory_loader::sources{{"deaf.mjs", deaf}});
  auto loader = std::make_shared<function_loader>(
    [known](const module_request& request) { return known->load(request); });
  runtime rt{{.stop_grace = 50ms}};
  auto ctx = value_of(rt.spawn({.loader = loader}));
  CHECK(error_of(ctx.import("deaf.mjs", {.timeout = 300ms})).code == errc::deadline_exceeded);
}

TEST_CASE("a global that is read in a context that does not let go is answered",
          "[api][deaf][A2][A9]") {
  runtime rt{{.stop_grace = 50ms}};
  auto ctx = value_of(rt.spawn({.turn_timeout = 300ms}));
  value_of(
    ctx.run("Object.defineProperty(globalThis, 'slow', {get() { return " + deaf + "; }}); 0"));
  CHECK(error_of(ctx.get("slow")).code == errc::deadline_exceeded);
  CHECK(value_of(ctx.close(close_mode::now)).reason == errc::context_lost);
}

TEST_CASE("a context that does not let go keeps no hold on SIGINT", "[api][deaf][S11]") {
  struct sigaction before {};
  sigaction(SIGINT, nullptr, &before);
  runtime rt{{.stop_grace = 50ms}};
  auto ctx = value_of(rt.spawn());
  auto waiting = ctx.run("new Promise(() => {})", {.break_on_sigint = true});
  CHECK(error_of(ctx.run(deaf, {.timeout = 300ms, .break_on_sigint = true})).code
        == errc::deadline_exceeded);
  CHECK(value_of(ctx.close(close_mode::now)).reason == errc::context_lost);
  CHECK(error_of(std::move(waiting)).code == errc::context_lost);
  struct sigaction after {};
  sigaction(SIGINT, nullptr, &after);
  CHECK(after.sa_handler == before.sa_handler);
}

TEST_CASE("a function of the host that throws does no harm", "[api][deaf][A9]") {
  std::atomic<int> told{0};
  runtime rt{{.on_console = [](const console_line&) { throw std::runtime_error{"full"}; },
              .on_uncaught_error =
                [&](const std::string&, const error& what) {
                  told += what.code == errc::host_exception && what.message == "full" ? 1 : 0;
                }}};
  auto ctx = value_of(rt.spawn({.console = true}));
  CHECK(value_of(ctx.run("console.log('x'); 1")).as<int>() == 1);
  CHECK(told == 1);
  auto dropped = ctx.run("new Promise(done => Promise.resolve().then(() => done(2)))")
                   .on([](auto) { throw std::runtime_error{"no"}; })
                   .then([](result<value>) { return 1; });
  CHECK(error_of(std::move(dropped)).code == errc::broken_promise);
  check_usable(ctx);
}

TEST_CASE("a function of the host that takes its time is waited for", "[api][deaf][A2]") {
  std::atomic<bool> inside{false};
  std::atomic<bool> leave{false};
  std::atomic<bool> left{false};
  {
    runtime rt{{.stop_grace = 10ms, .on_console = [&](const console_line&) {
                  inside = true;
                  while (!leave)
                    std::this_thread::sleep_for(1ms);
                  left = true;
                }}};
    auto ctx = value_of(rt.spawn({.console = true}));
    auto running = ctx.run("console.log('slow')");
    while (!inside)
      std::this_thread::yield();
    auto closing = ctx.close(close_mode::now);
    CHECK_FALSE(closing.wait_for(100ms)); // far beyond the grace
    leave = true;
    CHECK(value_of(std::move(closing)).reason == errc::context_closed);
    CHECK(error_of(std::move(running)).code == errc::context_closed);
  }
  CHECK(left);
}

TEST_CASE("a built-in that calls the console for ever is stopped", "[api][deaf][A9]") {
  runtime rt{{.on_console = [](const console_line&) {}}};
  auto ctx = value_of(rt.spawn({.console = true, .timers = true}));
  for (const auto* code : {"Array.from({length: 2 ** 30}, console.log)",
                           "new Uint8Array(2 ** 26).forEach(console.log)"}) {
    CAPTURE(code);
    CHECK(error_of(ctx.run(code, {.timeout = 20ms})).code == errc::deadline_exceeded);
    check_usable(ctx);
  }
}
