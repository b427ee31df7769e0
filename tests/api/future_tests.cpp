// Futures: A6.

#include "tests/api/helpers.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Runs what it is given on a thread of its own, as an application's event loop
/// would.
class own_loop {
public:
  own_loop() : thread_{[this] { main(); }} {
  }

  ~own_loop() {
    {
      std::lock_guard guard{mutex_};
      stopping_ = true;
    }
    filled_.notify_one();
  }

  own_loop(const own_loop&) = delete;
  own_loop& operator=(const own_loop&) = delete;

  [[nodiscard]] executor get_executor() {
    return [this](std::function<void()> work) {
      {
        std::lock_guard guard{mutex_};
        queue_.push_back(std::move(work));
      }
      filled_.notify_one();
    };
  }

  [[nodiscard]] std::thread::id id() const {
    return thread_.get_id();
  }

private:
  void main() {
    std::unique_lock guard{mutex_};
    for (;;) {
      filled_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty())
        return;
      auto work = std::move(queue_.front());
      queue_.pop_front();
      guard.unlock();
      work();
      guard.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::jthread thread_; // last: uses the others
};

const executor on_the_spot = [](auto work) { work(); };

} // namespace

// -- waiting ------------------------------------------------------------------------

TEST_CASE("get takes the answer, once", "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = ctx.run("42");
  CHECK(answer.valid());
  CHECK(answer.get()->as<int>() == 42);
  CHECK_FALSE(answer.valid());
  CHECK(answer.get().error().code == errc::broken_promise);
}

TEST_CASE("wait_for tells whether the answer is there and leaves it there", "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = ctx.run("new Promise(done => globalThis.settle = done)");
  CHECK_FALSE(answer.wait_for(1ms));
  CHECK_FALSE(answer.wait_for(0ms));
  CHECK_FALSE(answer.wait_for(-1s));
  CHECK_FALSE(answer.wait_until(std::chrono::steady_clock::now() - 1s));
  value_of(ctx.run("settle(1); 0"));
  REQUIRE(answer.wait_for(patience));
  CHECK(answer.ready());
  CHECK(answer.wait_for(0ms));
  CHECK(answer.get()->as<int>() == 1);
}

TEST_CASE("an empty future is never ready and gives broken_promise", "[api][future][A6]") {
  future<int> none;
  CHECK_FALSE(none.valid());
  CHECK_FALSE(none.ready());
  CHECK_FALSE(none.wait_for(1ms));
  none.cancel();
  CHECK(none.get().error().code == errc::broken_promise);
  CHECK(error_of(none.then([](result<int> missing) { return missing; })).code
        == errc::broken_promise);
}

TEST_CASE("waiting for a very long time is no overflow", "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = ctx.run("1");
  CHECK(answer.wait_for(std::chrono::hours{24 * 365 * 10}));
}

TEST_CASE("a future may be dropped before its answer", "[api][future][A6]") {
  auto ctx = new_context({.globals = {{"n", 0}}});
  for (int i = 0; i < 100; ++i)
    auto unheard = ctx.run("++n");
  CHECK(value_of(ctx.run("n")).as<int>() == 100);
}

// -- chaining -----------------------------------------------------------------------

TEST_CASE("the answer to a dropped future is not kept", "[api][future][A6]") {
  struct counted {
    explicit counted(std::atomic<int>& alive) : alive_(&alive) {
      ++*alive_;
    }
    counted(const counted& other) : alive_(other.alive_) {
      ++*alive_;
    }
    counted& operator=(const counted&) = default;
    ~counted() {
      --*alive_;
    }
    std::atomic<int>* alive_;
  };
  std::atomic<int> alive{0};
  promise<counted> late;
  { auto dropped = late.get_future(); }
  late.set(counted{alive});
  CHECK(alive == 0);
  promise<counted> early;
  {
    auto dropped = early.get_future();
    early.set(counted{alive});
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
}

TEST_CASE("a second future of a promise finds the answer taken", "[api][future][A6]") {
  promise<int> from;
  auto first = from.get_future();
  auto second = from.get_future();
  from.set(1);
  CHECK(first.get().value() == 1);
  CHECK(error_of(std::move(second)).code == errc::broken_promise);
}

TEST_CASE("of several threads that answer at once one is heard", "[api][future][A6]") {
  for (int round = 0; round < 1000; ++round) {
    auto state = std::make_shared<detail::future_state<int>>();
    std::atomic<int> heard{0};
    std::vector<std::thread> answering;
    for (int answer : {1, 2})
      answering.emplace_back([&, answer] {
        if (state->settle(answer))
          heard = answer;
      });
    answering.emplace_back([&] {
      if (round % 2 == 0)
        state->cancel();
    });
    REQUIRE(state->wait_until(std::chrono::steady_clock::now() + patience));
    for (auto& each : answering)
      each.join();
    auto outcome = state->take();
    if (outcome)
      REQUIRE(*outcome == heard);
    else
      REQUIRE(outcome.error().code == errc::cancelled);
  }
}

TEST_CASE("then gives what its continuation returns", "[api][future][A6]") {
  auto ctx = new_context();
  auto next = ctx.run("20").then([](result<value> x) { return x->as<int>() + 1; });
  auto last = next.then([](result<int> x) { return std::to_string(*x * 2); });
  CHECK(value_of(std::move(last)) == "42");
}

TEST_CASE("then after the answer works like then before", "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = ctx.run("1");
  REQUIRE(answer.wait_for(patience));
  CHECK(value_of(answer.then([](result<value> x) { return x->as<int>(); })) == 1);
}

TEST_CASE("then with a void continuation gives a future of void", "[api][future][A6]") {
  auto ctx = new_context();
  std::atomic<int> seen{0};
  value_of(ctx.run("7").then([&](result<value> x) { seen = x->as<int>(); }));
  CHECK(seen == 7);
}

TEST_CASE("then passes errors to its continuation", "[api][future][A6]") {
  auto ctx = new_context();
  auto code = ctx.run("throw 1").then([](result<value> x) { return x.error().code; });
  CHECK(value_of(std::move(code)) == errc::uncaught_exception);
}

TEST_CASE("a continuation may return an error or a result", "[api][future][A6]") {
  auto ctx = new_context();
  auto failed = ctx.run("1").then(
    [](result<value>) -> error { return {.code = errc::invalid_argument, .message = "mine"}; });
  CHECK(error_of(std::move(failed)).message == "mine");
  auto passed = ctx.run("1").then([](result<value> x) -> result<int> {
    if (!x)
      return std::move(x).error();
    return x->as<int>();
  });
  CHECK(value_of(std::move(passed)) == 1);
}

TEST_CASE("a continuation that returns a future is followed", "[api][future][A6]") {
  auto ctx = new_context();
  auto other = new_context();
  auto last = ctx.run("21")
                .then([&](result<value> x) { return other.set("x", *x); })
                .then([&](result<void>) { return other.run("x * 2"); });
  CHECK(value_of(std::move(last)).as<int>() == 42);
}

TEST_CASE("a continuation that returns an empty future breaks the promise", "[api][future][A6]") {
  auto ctx = new_context();
  auto next = ctx.run("1").then([](result<value>) { return future<int>{}; });
  CHECK(error_of(std::move(next)).code == errc::broken_promise);
}

TEST_CASE("an exception in a continuation becomes host_exception", "[api][future][A6]") {
  auto ctx = new_context();
  auto next = ctx.run("1").then([](result<value>) -> int { throw std::runtime_error{"oops"}; });
  auto failed = error_of(std::move(next));
  CHECK(failed.code == errc::host_exception);
  CHECK(failed.message == "oops");
  auto odd = ctx.run("1").then([](result<value>) -> int { throw 42; });
  CHECK(error_of(std::move(odd)).code == errc::host_exception);
}

TEST_CASE("value() of an error in a continuation passes the error on", "[api][future][A6]") {
  auto ctx = new_context();
  auto next = ctx.run("throw new Error('kept')").then([](result<value> x) {
    return std::move(x).value().as<int>();
  });
  auto failed = error_of(std::move(next));
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "Error: kept");
}

TEST_CASE("a continuation may own what cannot be copied", "[api][future][A6]") {
  auto ctx = new_context();
  auto owned = std::make_unique<int>(41);
  auto next = ctx.run("1").then(
    [owned = std::move(owned)](result<value> x) { return *owned + x->as<int>(); });
  CHECK(value_of(std::move(next)) == 42);
}

TEST_CASE("a continuation may give what cannot be copied", "[api][future][A6]") {
  auto ctx = new_context();
  auto next =
    ctx.run("1").then([](result<value> x) { return std::make_unique<int>(x->as<int>()); });
  CHECK(*value_of(std::move(next)) == 1);
}

TEST_CASE("a long chain of continuations does not use up the stack", "[api][future][A6]") {
  auto ctx = new_context();
  auto last = ctx.run("0").then([](result<value> x) { return x->as<int>(); });
  for (int i = 0; i < 20000; ++i)
    last = last.then([](result<int> x) { return *x + 1; });
  CHECK(value_of(std::move(last)) == 20000);
}

TEST_CASE("a dropped continuation still runs", "[api][future][A6]") {
  auto ctx = new_context();
  promise<int> given;
  auto taken = given.get_future();
  {
    auto unheard = ctx.run("5").then([&](result<value> x) { given.set(x->as<int>()); });
  }
  CHECK(value_of(std::move(taken)) == 5);
}

TEST_CASE("a continuation may ask the context that it comes from", "[api][future][A6]") {
  auto ctx = new_context();
  auto next = ctx.run("1").then([&](result<value>) { return ctx.run("2"); });
  CHECK(value_of(std::move(next)).as<int>() == 2);
}

TEST_CASE("a continuation may drop the context that it comes from", "[api][future][A6]") {
  auto ctx = std::make_shared<context>(new_context());
  auto ended = ctx->exited();
  auto answer = ctx->run("1");
  auto next = answer.then([ctx = std::move(ctx)](result<value> x) mutable {
    ctx.reset();
    return x->as<int>();
  });
  CHECK(value_of(std::move(next)) == 1);
  CHECK(value_of(std::move(ended)).reason == errc::context_closed);
}

// -- where continuations run ------------------------------------------------------------

TEST_CASE("a continuation runs on a thread of the runtime, not inside then",
          "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = ctx.run("1");
  REQUIRE(answer.wait_for(patience));
  auto where = answer.then([](result<value>) { return std::this_thread::get_id(); });
  CHECK(value_of(std::move(where)) != std::this_thread::get_id());
}

TEST_CASE("on sends the continuation elsewhere", "[api][future][A6]") {
  own_loop loop;
  auto ctx = new_context();
  auto where = ctx.run("1").on(loop.get_executor()).then([](result<value>) {
    return std::this_thread::get_id();
  });
  CHECK(value_of(std::move(where)) == loop.id());
}

TEST_CASE("on sends a coroutine elsewhere", "[api][future][A6]") {
  own_loop loop;
  auto ctx = new_context();
  auto coroutine = [](context& here, executor where) -> future<std::thread::id> {
    auto outcome = co_await here.run("new Promise(d => Promise.resolve().then(d))").on(where);
    co_return std::this_thread::get_id();
  };
  auto where = value_of(coroutine(ctx, loop.get_executor()));
  CHECK((where == loop.id() || where == std::this_thread::get_id())); // the answer may be faster
}

TEST_CASE("waiting in a continuation is refused rather than a deadlock", "[api][future][A6]") {
  auto ctx = new_context();
  auto next = ctx.run("1").then([&](result<value>) {
    auto inner = ctx.run("new Promise(() => {})");
    CHECK_FALSE(inner.wait_for(60s));
    return inner.get().error().code;
  });
  CHECK(value_of(std::move(next)) == errc::would_deadlock);
}

TEST_CASE("an answer that is there may be taken in a continuation", "[api][future][A6]") {
  auto ctx = new_context();
  auto first = ctx.run("1");
  auto second = ctx.run("2"); // answered after the first
  REQUIRE(second.wait_for(patience));
  auto sum = second.then([&](result<value> x) { return x->as<int>() + first.get()->as<int>(); });
  CHECK(value_of(std::move(sum)) == 3);
}

TEST_CASE("waiting is refused on each thread that answers come from", "[api][future][A6]") {
  runtime rt;
  auto ctx = value_of(rt.spawn());
  auto other = value_of(rt.spawn());
  // An answer that is there before its continuation is attached is continued here,
  // where waiting is allowed: then ask again.
  auto waiting_in = [&](auto ask) {
    const auto here = std::this_thread::get_id();
    for (;;) {
      bool elsewhere = false;
      auto code = value_of(ask().on(on_the_spot).then([&](auto) {
        elsewhere = std::this_thread::get_id() != here;
        auto outcome =
          other.run("{ const u = Date.now() + 20; while (Date.now() < u); } 1").get();
        return outcome ? errc{} : outcome.error().code;
      }));
      if (elsewhere)
        return code;
    }
  };
  SECTION("the context's") {
    CHECK(waiting_in([&] { return ctx.run("new Promise(d => Promise.resolve().then(d))"); })
          == errc::would_deadlock);
  }
  SECTION("the watchdog's") {
    CHECK(waiting_in([&] { return ctx.run("for (;;);", {.timeout = 50ms}); })
          == errc::would_deadlock);
  }
  SECTION("the supervisor's") {
    CHECK(waiting_in([&] { return value_of(rt.spawn()).close(); }) == errc::would_deadlock);
  }
}

TEST_CASE("an executor that drops its work breaks the promise", "[api][future][A6]") {
  auto ctx = new_context();
  auto next = ctx.run("1").on([](std::function<void()>) {}).then([](result<value>) { return 1; });
  if (!next.wait_for(3s))
    FAIL("no answer");
  CHECK(next.get().error().code == errc::broken_promise);
}

// -- coroutines ------------------------------------------------------------------------

namespace {

future<int> sum_of(context& ctx) {
  auto a = co_await ctx.run("20");
  if (!a)
    co_return std::move(a).error();
  auto b = co_await ctx.run("new Promise(d => Promise.resolve().then(() => d(22)))");
  co_return a->as<int>() + b->as<int>();
}

future<void> set_twice(context& ctx) {
  (co_await ctx.set("x", 1)).value();
  (co_await ctx.set("x", 2)).value();
}

future<void> throwing(context& ctx) {
  auto unused = (co_await ctx.run("throw new Error('inside')")).value();
}

future<int> failing_later(context& ctx) {
  auto ignored = co_await ctx.run("1");
  throw std::runtime_error{"mine"};
}

future<int> empty_awaiting() {
  future<int> none;
  auto outcome = co_await std::move(none);
  co_return outcome ? 1 : static_cast<int>(outcome.error().code);
}

} // namespace

TEST_CASE("a coroutine awaits answers", "[api][future][A6]") {
  auto ctx = new_context();
  CHECK(value_of(sum_of(ctx)) == 42);
}

TEST_CASE("a coroutine may give nothing", "[api][future][A6]") {
  auto ctx = new_context();
  value_of(set_twice(ctx));
  CHECK(value_of(ctx.get("x")).as<int>() == 2);
}

TEST_CASE("a failed value() leaves a coroutine as its error", "[api][future][A6]") {
  auto ctx = new_context();
  auto failed = error_of(throwing(ctx));
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "Error: inside");
}

TEST_CASE("an exception leaves a coroutine as host_exception", "[api][future][A6]") {
  auto ctx = new_context();
  auto failed = error_of(failing_later(ctx));
  CHECK(failed.code == errc::host_exception);
  CHECK(failed.message == "mine");
}

TEST_CASE("a coroutine that awaits an empty future goes on", "[api][future][A6]") {
  CHECK(value_of(empty_awaiting()) == static_cast<int>(errc::broken_promise));
}

TEST_CASE("coroutines await coroutines", "[api][future][A6]") {
  auto ctx = new_context();
  auto outer = [](context& here) -> future<int> {
    auto inner = co_await sum_of(here);
    auto again = co_await sum_of(here);
    co_return *inner + *again;
  };
  CHECK(value_of(outer(ctx)) == 84);
}

TEST_CASE("a coroutine's answer comes although the runtime is destroyed", "[api][future][A6]") {
  future<int> answer;
  {
    runtime rt;
    auto ctx = value_of(rt.spawn());
    auto coroutine = [](future<value> forever) -> future<int> {
      auto outcome = co_await std::move(forever);
      co_return outcome ? 0 : static_cast<int>(outcome.error().code);
    };
    answer = coroutine(ctx.run("new Promise(() => {})"));
    CHECK_FALSE(answer.ready());
  }
  CHECK(tells_of_the_end(static_cast<errc>(value_of(std::move(answer)))));
}

TEST_CASE("a coroutine that awaits in a loop does not use up the stack", "[api][future][A6]") {
  auto ctx = new_context();
  auto loop = [](context& here) -> future<int> {
    script one{"1"};
    int sum = 0;
    for (int i = 0; i < 5000; ++i)
      sum += (co_await here.run(one)).value().as<int>();
    co_return sum;
  };
  CHECK(value_of(loop(ctx)) == 5000);
}

// -- cancellation ---------------------------------------------------------------------

TEST_CASE("cancelling stops a run that is under way", "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = ctx.run("for (;;);");
  answer.cancel();
  CHECK(error_of(std::move(answer)).code == errc::cancelled);
  check_usable(ctx);
}

TEST_CASE("cancelling keeps a queued run from ever starting", "[api][future][A6]") {
  auto ctx = new_context({.globals = {{"started", false}}});
  auto first = ctx.run("{ const until = Date.now() + 50; while (Date.now() < until); } 1");
  auto queued = ctx.run("started = true");
  queued.cancel();
  CHECK(queued.ready());
  CHECK(error_of(std::move(queued)).code == errc::cancelled);
  CHECK(value_of(std::move(first)).as<int>() == 1);
  CHECK_FALSE(value_of(ctx.get("started")).as<bool>());
}

TEST_CASE("cancelling ends the wait for a promise and the timers behind it",
          "[api][future][A6]") {
  auto ctx = new_context({.timers = true});
  auto waiting = ctx.run("var ticks = 0; new Promise(() => setInterval(() => ++ticks, 1))");
  check_usable(ctx);
  waiting.cancel();
  CHECK(error_of(std::move(waiting)).code == errc::cancelled);
  value_of(ctx.idle());
}

TEST_CASE("cancelling what has an answer changes nothing", "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = ctx.run("1");
  REQUIRE(answer.wait_for(patience));
  answer.cancel();
  CHECK(value_of(std::move(answer)).as<int>() == 1);
  check_usable(ctx);
}

TEST_CASE("cancelling twice is cancelling once", "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = ctx.run("for (;;);");
  answer.cancel();
  answer.cancel();
  CHECK(error_of(std::move(answer)).code == errc::cancelled);
  check_usable(ctx);
}

TEST_CASE("cancelling the end of a chain cancels its beginning", "[api][future][A6]") {
  auto ctx = new_context();
  auto last =
    ctx.run("for (;;);").then([](result<value> x) { return x; }).then([](result<value> x) {
      return x;
    });
  last.cancel();
  CHECK(error_of(std::move(last)).code == errc::cancelled);
  check_usable(ctx);
}

TEST_CASE("cancelling a chain cancels the future that a continuation returned",
          "[api][future][A6]") {
  auto ctx = new_context();
  promise<void> begun;
  auto waits = begun.get_future();
  auto last = ctx.run("1").then([&](result<value>) {
    auto inner = ctx.run("new Promise(() => {})");
    begun.set({});
    return inner;
  });
  value_of(std::move(waits));
  check_usable(ctx);
  last.cancel();
  CHECK(error_of(std::move(last)).code == errc::cancelled);
}

TEST_CASE("a chain that is cancelled before a continuation has returned its future stays so",
          "[api][future][A6]") {
  auto ctx = new_context();
  promise<void> begun;
  promise<void> cancelled;
  auto waits = begun.get_future();
  auto go = cancelled.get_future();
  auto last = ctx.run("1")
                .on([](auto work) { std::thread{std::move(work)}.detach(); })
                .then([&](result<value>) {
                  begun.set({});
                  value_of(std::move(go));
                  return ctx.run("new Promise(() => {})");
                });
  value_of(std::move(waits));
  last.cancel(); // there is nothing yet that it could reach
  cancelled.set({});
  CHECK(error_of(std::move(last)).code == errc::cancelled);
}

TEST_CASE("a cancelled request after which the context is used is answered in order",
          "[api][future][A6]") {
  auto ctx = new_context();
  for (int i = 0; i < 300; ++i) {
    auto first = ctx.run("1");
    auto second = ctx.run("2");
    first.cancel();
    auto outcome = answer_of(std::move(first));
    if (!outcome)
      REQUIRE(outcome.error().code == errc::cancelled);
    REQUIRE(value_of(std::move(second)).as<int>() == 2);
  }
}

TEST_CASE("cancelling from another thread while the run ends hits no other run",
          "[api][future][A6]") {
  constexpr int rounds = sanitized ? 300 : 2000;
  auto ctx = new_context();
  script shortish{"for (let i = 0; i < 2000; ++i); 'whole'"};
  for (int i = 0; i < rounds; ++i) {
    auto racing = ctx.run(shortish);
    auto next = ctx.run("'next'");
    for (int spin = 0; spin < (i * 37) % 4000; ++spin)
      std::atomic_signal_fence(std::memory_order_seq_cst);
    racing.cancel();
    auto outcome = answer_of(std::move(racing));
    if (!outcome)
      REQUIRE(outcome.error().code == errc::cancelled);
    REQUIRE(value_of(std::move(next)).as<std::string>() == "next");
  }
}

TEST_CASE("reading a global may be cancelled", "[api][future][A6]") {
  auto ctx = new_context();
  value_of(ctx.run("Object.defineProperty(globalThis, 'slow', {get() { for (;;); }}); 0"));
  auto reading = ctx.get("slow");
  reading.cancel();
  CHECK(error_of(std::move(reading)).code == errc::cancelled);
  check_usable(ctx);
}

// -- promises and combinations ----------------------------------------------------------

TEST_CASE("a promise that is dropped is a broken promise", "[api][future][A6]") {
  future<int> answer;
  {
    promise<int> given;
    answer = given.get_future();
    CHECK_FALSE(answer.ready());
  }
  CHECK(error_of(std::move(answer)).code == errc::broken_promise);
}

TEST_CASE("a promise that is assigned to breaks what it held", "[api][future][A6]") {
  promise<int> given;
  auto answer = given.get_future();
  {
    promise<int> other;
    given = std::move(other);
  }
  CHECK(error_of(std::move(answer)).code == errc::broken_promise);
}

TEST_CASE("the first answer to a promise counts", "[api][future][A6]") {
  promise<int> given;
  auto answer = given.get_future();
  CHECK(given.set(1));
  CHECK_FALSE(given.set(2));
  CHECK(value_of(std::move(answer)) == 1);
}

TEST_CASE("a promise may be kept from another thread", "[api][future][A6]") {
  promise<std::string> given;
  auto answer = given.get_future();
  std::jthread worker{[given = std::move(given)]() mutable { given.set(std::string{"there"}); }};
  CHECK(value_of(std::move(answer)) == "there");
}

TEST_CASE("a future whose promise is cancelled is answered so", "[api][future][A6]") {
  promise<int> given;
  auto answer = given.get_future();
  answer.cancel();
  CHECK(error_of(std::move(answer)).code == errc::cancelled);
  CHECK_FALSE(given.set(1));
}

TEST_CASE("when_all gives all answers in order, errors included", "[api][future][A6]") {
  auto ctx = new_context();
  std::vector<future<value>> futures;
  futures.push_back(ctx.run("new Promise(d => globalThis.settle = d)"));
  futures.push_back(ctx.run("throw new Error('second')"));
  futures.push_back(ctx.run("settle('first'); 'third'"));
  auto all = value_of(when_all(std::move(futures)));
  REQUIRE(all.size() == 3);
  CHECK(all[0]->as<std::string>() == "first");
  CHECK(all[1].error().message == "Error: second");
  CHECK(all[2]->as<std::string>() == "third");
}

TEST_CASE("when_all of nothing is there at once", "[api][future][A6]") {
  CHECK(value_of(when_all(std::vector<future<int>>{})).empty());
}

TEST_CASE("when_all counts an empty future as an error among the others", "[api][future][A6]") {
  auto ctx = new_context();
  std::vector<future<value>> futures;
  futures.push_back(ctx.run("1"));
  futures.emplace_back();
  auto all = value_of(when_all(std::move(futures)));
  REQUIRE(all.size() == 2);
  CHECK(all[0]->as<int>() == 1);
  CHECK(all[1].error().code == errc::broken_promise);
}

TEST_CASE("when_all of futures of void", "[api][future][A6]") {
  auto ctx = new_context();
  std::vector<future<void>> futures;
  for (int i = 0; i < 10; ++i)
    futures.push_back(ctx.set("x" + std::to_string(i), i));
  for (auto& each : value_of(when_all(std::move(futures))))
    CHECK(each.has_value());
}

TEST_CASE("to_std_future gives the answer to std::future", "[api][future][A6]") {
  auto ctx = new_context();
  auto answer = to_std_future(ctx.run("42"));
  REQUIRE(answer.wait_for(patience) == std::future_status::ready);
  CHECK(answer.get()->as<int>() == 42);
  auto failed = to_std_future(ctx.run("throw 1"));
  REQUIRE(failed.wait_for(patience) == std::future_status::ready);
  CHECK(failed.get().error().code == errc::uncaught_exception);
}

TEST_CASE("to_std_future of an empty future gives broken_promise", "[api][future][A6]") {
  auto answer = to_std_future(future<int>{});
  REQUIRE(answer.wait_for(patience) == std::future_status::ready);
  CHECK(answer.get().error().code == errc::broken_promise);
}
