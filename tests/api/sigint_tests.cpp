// Runs that SIGINT ends: S11.

#include "tests/api/helpers.hpp"

#include <signal.h>

#include <atomic>

using namespace troupe;
using namespace troupe::testing;

namespace {

std::atomic<int> seen_by_user{0};

extern "C" void count_sigint(int) {
  seen_by_user.fetch_add(1);
}

/// The application's own handler, for the length of a test.
class own_handler {
public:
  own_handler() {
    seen_by_user = 0;
    struct sigaction ours {};
    ours.sa_handler = &count_sigint;
    sigaction(SIGINT, &ours, &before_);
  }

  ~own_handler() {
    sigaction(SIGINT, &before_, nullptr);
  }

  own_handler(const own_handler&) = delete;
  own_handler& operator=(const own_handler&) = delete;

  /// Is it in force?
  [[nodiscard]] static bool installed() {
    struct sigaction current {};
    sigaction(SIGINT, nullptr, &current);
    return current.sa_handler == &count_sigint;
  }

private:
  struct sigaction before_ {};
};

/// Waits until the script has reached the place where it calls
/// `console.log('here')`.
class started_signal {
public:
  [[nodiscard]] runtime_options options() {
    return {.on_console = [this](const console_line&) { ++lines_; }};
  }

  void wait(int lines = 1) const {
    auto until = std::chrono::steady_clock::now() + patience;
    while (lines_ < lines && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    REQUIRE(lines_ >= lines);
  }

private:
  std::atomic<int> lines_{0};
};

} // namespace

TEST_CASE("SIGINT ends a run that asked for it", "[api][sigint][S11]") {
  own_handler guard;
  started_signal started;
  runtime rt{started.options()};
  auto ctx = value_of(rt.spawn({.console = true}));
  auto answer = ctx.run("console.log('here'); for (;;);", {.break_on_sigint = true});
  started.wait();
  raise(SIGINT);
  auto failed = error_of(std::move(answer));
  CHECK(failed.code == errc::interrupted);
  CHECK(code_name(failed.code) == "ERR_SCRIPT_EXECUTION_INTERRUPTED");
  CHECK(failed.message == "Script execution was interrupted by `SIGINT`");
  check_usable(ctx);
}

TEST_CASE("while a run listens to SIGINT the user's handler is off, and back afterwards",
          "[api][sigint][S11]") {
  own_handler guard;
  started_signal started;
  runtime rt{started.options()};
  auto ctx = value_of(rt.spawn({.console = true}));
  CHECK(own_handler::installed());
  auto answer = ctx.run("console.log('here'); for (;;);", {.break_on_sigint = true});
  started.wait();
  CHECK_FALSE(own_handler::installed());
  raise(SIGINT);
  CHECK(error_of(std::move(answer)).code == errc::interrupted);
  CHECK(seen_by_user == 0);
  check_usable(ctx); // the run's thread has noticed by now
  CHECK(own_handler::installed());
  raise(SIGINT);
  CHECK(seen_by_user == 1);
}

TEST_CASE("when a run that listens to SIGINT is answered, the user's handler is back already",
          "[api][sigint][S11]") {
  own_handler guard;
  auto ctx = new_context();
  script trivial{"1"};
  for (int i = 0; i < 2000; ++i) {
    REQUIRE(value_of(ctx.run(trivial, {.break_on_sigint = true})).as<int>() == 1);
    REQUIRE(own_handler::installed());
  }
}

TEST_CASE("a SIGINT ends the run that has it, or reaches the user's handler: never neither",
          "[api][sigint][S11]") {
  own_handler guard;
  auto ctx = new_context();
  script brief{"for (let i = 0; i < 2000; ++i); 1"};
  int interrupted = 0;
  int whole = 0;
  for (int i = 0; i < 1000; ++i) {
    seen_by_user = 0;
    auto running = ctx.run(brief, {.break_on_sigint = true});
    for (int spin = 0; spin < i * 20; ++spin)
      std::atomic_signal_fence(std::memory_order_seq_cst);
    raise(SIGINT);
    auto outcome = answer_of(std::move(running));
    if (outcome) {
      ++whole;
      auto until = std::chrono::steady_clock::now() + patience;
      while (seen_by_user == 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::yield(); // another thread may have it
    } else {
      REQUIRE(outcome.error().code == errc::interrupted);
      ++interrupted;
    }
    REQUIRE(seen_by_user == (outcome ? 1 : 0));
  }
  CAPTURE(interrupted, whole);
  CHECK(whole > 0);
  check_usable(ctx);
}

TEST_CASE("a second SIGINT reaches the user's handler, though the first run has not let go",
          "[api][sigint][S11]") {
  own_handler guard;
  started_signal started;
  runtime rt{started.options()};
  auto ctx = value_of(rt.spawn({.console = true}));
  // A built-in that takes long to notice.
  auto deaf = ctx.run("console.log('here'); Array(1e7).fill(1).sort(() => 0); for (;;);",
                      {.break_on_sigint = true});
  started.wait();
  raise(SIGINT);
  CHECK(error_of(std::move(deaf)).code == errc::interrupted);
  raise(SIGINT);
  CHECK(seen_by_user == 1);
  check_usable(ctx);
}

TEST_CASE("a run that failed or was stopped gives SIGINT back too", "[api][sigint][S11]") {
  own_handler guard;
  auto ctx = new_context();
  CHECK(error_of(ctx.run("throw 1", {.break_on_sigint = true})).code == errc::uncaught_exception);
  check_usable(ctx);
  CHECK(own_handler::installed());
  CHECK(error_of(ctx.run("for (;;);", {.timeout = 20ms, .break_on_sigint = true})).code
        == errc::deadline_exceeded);
  check_usable(ctx);
  CHECK(own_handler::installed());
  auto cancelled = ctx.run("for (;;);", {.break_on_sigint = true});
  cancelled.cancel();
  CHECK(error_of(std::move(cancelled)).code == errc::cancelled);
  check_usable(ctx);
  CHECK(own_handler::installed());
}

TEST_CASE("SIGINT ends exactly the runs that asked for it", "[api][sigint][S11]") {
  own_handler guard;
  started_signal started;
  runtime rt{started.options()};
  std::vector<context> contexts;
  for (int i = 0; i < 4; ++i)
    contexts.push_back(value_of(rt.spawn({.console = true})));
  std::vector<future<value>> answers;
  for (std::size_t i = 0; i < contexts.size(); ++i)
    answers.push_back(
      contexts[i].run("var go = true; console.log('here'); const until = Date.now() "
                      "+ 60000; while (go && Date.now() < until); 'whole'",
                      {.break_on_sigint = i % 2 == 0}));
  started.wait(4);
  raise(SIGINT);
  CHECK(error_of(std::move(answers[0])).code == errc::interrupted);
  CHECK(error_of(std::move(answers[2])).code == errc::interrupted);
  CHECK_FALSE(answers[1].ready());
  CHECK_FALSE(answers[3].ready());
  answers[1].cancel();
  answers[3].cancel();
  for (auto& ctx : contexts)
    check_usable(ctx);
}

TEST_CASE("SIGINT ends an evaluation that waits for its promise", "[api][sigint][S11]") {
  own_handler guard;
  auto ctx = new_context();
  auto answer = ctx.run("new Promise(() => {})", {.break_on_sigint = true});
  check_usable(ctx); // it waits by now
  CHECK_FALSE(own_handler::installed());
  raise(SIGINT);
  CHECK(error_of(std::move(answer)).code == errc::interrupted);
  check_usable(ctx);
  CHECK(own_handler::installed());
}

TEST_CASE("an evaluation that settles gives SIGINT back", "[api][sigint][S11]") {
  own_handler guard;
  auto ctx = new_context();
  auto answer =
    ctx.run("new Promise(done => globalThis.settle = done)", {.break_on_sigint = true});
  check_usable(ctx);
  CHECK_FALSE(own_handler::installed());
  value_of(ctx.run("settle(7); 0"));
  CHECK(value_of(std::move(answer)).as<int>() == 7);
  check_usable(ctx);
  CHECK(own_handler::installed());
}

TEST_CASE("SIGINT ends an endless microtask chain of a run that asked for it",
          "[api][sigint][S11]") {
  own_handler guard;
  started_signal started;
  runtime rt{started.options()};
  auto ctx = value_of(rt.spawn({.console = true}));
  auto answer = ctx.run("function again() { Promise.resolve().then(again) } "
                        "Promise.resolve().then(() => console.log('here')); again(); 0",
                        {.break_on_sigint = true});
  started.wait();
  raise(SIGINT);
  CHECK(error_of(std::move(answer)).code == errc::interrupted);
  check_usable(ctx);
}

TEST_CASE("a run that did not ask leaves SIGINT to the user's handler", "[api][sigint][S11]") {
  own_handler guard;
  auto ctx = new_context();
  auto answer = ctx.run("{ const until = Date.now() + 50; while (Date.now() < until); } 'whole'");
  raise(SIGINT);
  CHECK(seen_by_user == 1);
  CHECK(value_of(std::move(answer)).as<std::string>() == "whole");
}

TEST_CASE("SIGINT reaches runs in several runtimes", "[api][sigint][S11]") {
  own_handler guard;
  started_signal started;
  runtime first{started.options()};
  runtime second{started.options()};
  auto a = value_of(first.spawn({.console = true}));
  auto b = value_of(second.spawn({.console = true}));
  auto in_a = a.run("console.log('here'); for (;;);", {.break_on_sigint = true});
  auto in_b = b.run("console.log('here'); for (;;);", {.break_on_sigint = true});
  started.wait(2);
  raise(SIGINT);
  CHECK(error_of(std::move(in_a)).code == errc::interrupted);
  CHECK(error_of(std::move(in_b)).code == errc::interrupted);
}

TEST_CASE("a context that is closed while it listens gives SIGINT back", "[api][sigint][S11]") {
  own_handler guard;
  auto ctx = new_context();
  auto waiting = ctx.run("new Promise(() => {})", {.break_on_sigint = true});
  check_usable(ctx);
  value_of(ctx.close(close_mode::now));
  CHECK(tells_of_the_end(error_of(std::move(waiting)).code));
  CHECK(own_handler::installed());
}
