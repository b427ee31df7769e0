// Host functions (A7): C++ that scripts call.

#include "tests/api/helpers.hpp"

#include <atomic>
#include <condition_variable>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

context with(std::vector<value::member> globals, context_options options = {}) {
  options.globals = std::move(globals);
  return new_context(std::move(options));
}

/// What a script catches of a call.
std::string thrown_by(context& ctx, const std::string& call) {
  return value_of(ctx.run("try { " + call
                          + "; 'nothing' } catch (e) { `${e.name}: ${e.message} "
                            "[${e.code}]` }"))
    .as<std::string>();
}

} // namespace

// -- synchronous ------------------------------------------------------------------------

TEST_CASE("a C++ callable is a function of the script", "[api][host][A7]") {
  auto ctx = with({{"add", host_function{[](double a, double b) { return a + b; }}}});
  CHECK(value_of(ctx.run("add(1, 2) + add(0.5, 0.25)")).as<double>() == 3.75);
  CHECK(value_of(ctx.run("typeof add")).as<std::string>() == "function");
  CHECK(value_of(ctx.run("add.length")).as<int>() == 2);
  CHECK(value_of(ctx.run("add.name")).as<std::string>() == "add");
}

TEST_CASE("arguments and results are converted by the signature", "[api][host][A7]") {
  auto ctx = with({
    {"greet", host_function{[](const std::string& name, bool loud) {
       return (loud ? "HELLO " : "hello ") + name;
     }}},
    {"sum", host_function{[](const std::vector<int>& numbers) {
       int sum = 0;
       for (int n : numbers)
         sum += n;
       return sum;
     }}},
    {"keys", host_function{[](const std::map<std::string, value>& object) {
       std::vector<std::string> names;
       for (const auto& [name, item] : object)
         names.push_back(name);
       return names;
     }}},
    {"nothing", host_function{[] {}}},
    {"big", host_function{[](std::int64_t n) { return n; }}},
  });
  CHECK(value_of(ctx.run("greet('Wörld', true)")).as<std::string>() == "HELLO Wörld");
  CHECK(value_of(ctx.run("sum([1, 2, 3])")).as<int>() == 6);
  CHECK(value_of(ctx.run("keys({b: 1, a: 2}).join()")).as<std::string>() == "a,b");
  CHECK(value_of(ctx.run("nothing()")).is_undefined());
  CHECK(value_of(ctx.run("big(2n ** 62n) === 2n ** 62n")).as<bool>());
}

TEST_CASE("an argument of the wrong type is a TypeError in the script", "[api][host][A7]") {
  auto ctx = with({{"half", host_function{[](int n) { return n / 2; }}}});
  CHECK(thrown_by(ctx, "half('4')")
        == "TypeError: argument 1 must be of type integer in range; it is string "
           "[ERR_INVALID_ARG_VALUE]");
  CHECK(thrown_by(ctx, "half(1.5)").starts_with("TypeError: argument 1"));
  CHECK(thrown_by(ctx, "half(2 ** 40)").starts_with("TypeError: argument 1"));
  CHECK(thrown_by(ctx, "half()").starts_with("TypeError: argument 1"));
  CHECK(thrown_by(ctx, "half(Symbol())").find("a symbol cannot be cloned") != std::string::npos);
  CHECK(value_of(ctx.run("half(9)")).as<int>() == 4);
}

TEST_CASE("of several wrong arguments the first is told", "[api][host][A7]") {
  auto ctx = new_context();
  value_of(ctx.set("f", host_function{[](std::string, int, bool, std::vector<int>) {}}));
  CHECK(thrown_by(ctx, "f('a')").starts_with("TypeError: argument 2 must be of type integer"));
  CHECK(thrown_by(ctx, "f()").starts_with("TypeError: argument 1 must be of type string"));
}

TEST_CASE("optional parameters, the rest of the arguments, and who calls", "[api][host][A7]") {
  auto ctx = with(
    {{"round", host_function{[](double x, std::optional<int> digits) {
        return std::to_string(static_cast<int>(x)) + "/" + std::to_string(digits.value_or(-1));
      }}},
     {"count",
      host_function{[](const host_call& call, std::string first, std::span<const value> rest) {
        return std::string{call.context} + ":" + first + ":" + std::to_string(rest.size());
      }}}},
    {.name = "caller"});
  CHECK(value_of(ctx.run("round(2.5)")).as<std::string>() == "2/-1");
  CHECK(value_of(ctx.run("round(2.5, 3)")).as<std::string>() == "2/3");
  CHECK(value_of(ctx.run("count('a')")).as<std::string>() == "caller:a:0");
  CHECK(value_of(ctx.run("count('a', 1, {}, [], null, undefined)")).as<std::string>()
        == "caller:a:5");
  CHECK(value_of(ctx.run("count.length")).as<int>() == 1);
}

TEST_CASE("an exception of the host is an Error of the script", "[api][host][A7]") {
  auto ctx = with({
    {"fail", host_function{[] { throw std::runtime_error("no such file"); }}},
    {"odd", host_function{[] { throw 7; }}},
    {"refuse", host_function{[]() -> result<int> {
       return error{.code = errc::capacity_exceeded, .message = "full"};
     }}},
    {"caused", host_function{[]() -> result<int> {
       return error{.code = errc::host_exception, .message = "outer", .thrown = value{42}};
     }}},
    {"raise", host_function{[]() -> result<int> {
       return error{.code = errc::uncaught_exception,
                    .thrown = value::make_error("not this one", "RangeError")};
     }}},
  });
  CHECK(thrown_by(ctx, "fail()") == "Error: no such file [ERR_TROUPE_HOST_EXCEPTION]");
  CHECK(thrown_by(ctx, "odd()")
        == "Error: an exception of unknown type [ERR_TROUPE_HOST_EXCEPTION]");
  CHECK(thrown_by(ctx, "refuse()") == "Error: full [ERR_TROUPE_CAPACITY]");
  CHECK(thrown_by(ctx, "raise()") == "RangeError: not this one [undefined]");
  CHECK(value_of(ctx.run("try { caused() } catch (e) { e.cause }")).as<int>() == 42);
  auto uncaught = error_of(ctx.run("fail()"));
  CHECK(uncaught.code == errc::uncaught_exception);
  CHECK(uncaught.message == "Error: no such file");
  CHECK(uncaught.thrown["code"].as<std::string>() == "ERR_TROUPE_HOST_EXCEPTION");
}

TEST_CASE("a host function is a value: a property, an argument, a result", "[api][host][A7]") {
  host_function twice{"twice", [](int n) { return 2 * n; }};
  auto ctx = with({{"api", value::object({{"math", value::object({{"twice", twice}})}})},
                   {"maker", host_function{[twice] { return twice; }}}});
  CHECK(value_of(ctx.run("api.math.twice(4)")).as<int>() == 8);
  CHECK(value_of(ctx.run("maker()(5)")).as<int>() == 10);
  CHECK(value_of(ctx.run("maker().name")).as<std::string>() == "twice");
  REQUIRE(ctx.set("later", twice).get());
  CHECK(value_of(ctx.run("later(6)")).as<int>() == 12);
}

TEST_CASE("a host function has no prototype and cannot be constructed", "[api][host][A7]") {
  auto ctx = with({{"f", host_function{[] { return 1; }}}});
  CHECK(thrown_by(ctx, "new f()").starts_with("TypeError"));
  CHECK(value_of(ctx.run("'prototype' in f")).as<bool>() == false);
}

TEST_CASE("one host function serves many contexts at once", "[api][host][A7]") {
  std::atomic<int> calls{0};
  host_function count{[&] { return ++calls; }};
  std::vector<context> contexts;
  for (int i = 0; i < 4; ++i)
    contexts.push_back(with({{"count", count}}));
  std::vector<future<value>> answers;
  for (auto& ctx : contexts)
    answers.push_back(ctx.run("for (let i = 0; i < 1000; ++i) count()"));
  for (auto& answer : answers)
    REQUIRE(answer.get());
  CHECK(calls == 4000);
}

TEST_CASE("the callable dies with the script functions and values that have it",
          "[api][host][A7][C10]") {
  auto alive = std::make_shared<int>(1);
  std::weak_ptr<int> watch = alive;
  {
    auto ctx = with({{"f", host_function{[alive = std::move(alive)] { return *alive; }}}});
    CHECK(value_of(ctx.run("f()")).as<int>() == 1);
    CHECK_FALSE(watch.expired());
    value_of(ctx.close());
  }
  CHECK(watch.expired());
}

TEST_CASE("a hundred thousand functions made by the host do not stay", "[api][host][A7][C10]") {
  std::atomic<int> alive{0};
  struct counted {
    std::atomic<int>* alive;
    explicit counted(std::atomic<int>* counter) : alive(counter) {
      ++*alive;
    }
    counted(const counted& other) : alive(other.alive) {
      ++*alive;
    }
    ~counted() {
      --*alive;
    }
  };
  auto ctx = with({{"make", host_function{[&alive] {
                      return host_function{[kept = counted{&alive}] { return 1; }};
                    }}}},
                  {.heap_limit_mib = 16});
  REQUIRE(ctx.run("let n = 0; for (let i = 0; i < 100000; ++i) n += make()(); n").get());
  CHECK(alive < 100000); // collected while the script ran
  value_of(ctx.close());
  CHECK(alive == 0);
}

TEST_CASE("a wait for its own context inside a host function is refused", "[api][host][A7]") {
  context* self = nullptr;
  auto ctx = with(
    {{"again", host_function{[&self]() -> result<value> { return self->run("1 + 1").get(); }}}});
  self = &ctx;
  CHECK(thrown_by(ctx, "again()").find("ERR_TROUPE_WOULD_DEADLOCK") != std::string::npos);
}

TEST_CASE("what a host function asks of its own context comes after the script",
          "[api][host][A7]") {
  context* self = nullptr;
  promise<int> seen;
  auto ctx = with({{"x", 0}, {"ask", host_function{[&] {
                                auto later = self->run("x").then(
                                  [&](result<value> x) { seen.set(x->as<int>()); });
                              }}}});
  self = &ctx;
  REQUIRE(ctx.run("ask(); x = 5; x").get());
  CHECK(seen.get_future().get().value() == 5);
}

TEST_CASE("a loop of host calls is stopped by its timeout", "[api][host][A7][S10]") {
  std::atomic<int> calls{0};
  auto ctx = with({{"f", host_function{[&] { ++calls; }}}});
  CHECK(error_of(ctx.run("for (;;) f()", {.timeout = 50ms})).code == errc::deadline_exceeded);
  // The call is the only thing in this loop that looks up.
  CHECK(
    error_of(ctx.run("Array.prototype.find.call({length: 2 ** 53 - 1}, f)", {.timeout = 50ms}))
      .code
    == errc::deadline_exceeded);
  CHECK(calls > 0);
  CHECK(value_of(ctx.run("1")).as<int>() == 1);
}

TEST_CASE("what a stopped run is given is not made to its end", "[api][host][A7][A9]") {
  auto last = std::make_shared<int>(0);
  std::weak_ptr<int> made = last;
  future<value>* run = nullptr;
  std::mutex mutex;
  std::condition_variable begun;
  auto ctx = with({{"give", host_function{[&, last] {
                      std::unique_lock guard{mutex};
                      begun.wait(guard, [&] { return run != nullptr; });
                      std::vector<value> items(1'000'000, value{1.5});
                      // If it were made, it would live until garbage is collected.
                      items.emplace_back(host_function{[last] {}});
                      run->cancel();
                      return value::array(std::move(items));
                    }}}});
  last.reset();
  auto running = ctx.run("give()");
  {
    std::lock_guard guard{mutex};
    run = &running;
  }
  begun.notify_all();
  REQUIRE(running.wait_for(patience));
  CHECK(error_of(std::move(running)).code == errc::cancelled);
  REQUIRE(ctx.idle().get().has_value());
  CHECK(made.use_count() == 1); // of `give` itself
}

// -- asynchronous -----------------------------------------------------------------------

TEST_CASE("a function that returns a future gives the script a promise", "[api][host][A7]") {
  promise<int> given;
  auto ctx = with({{"later", host_function{[&] { return given.get_future(); }}}});
  auto answer = ctx.run("const p = later(); p.then(n => [n + 1, p instanceof Promise])");
  CHECK_FALSE(answer.ready());
  std::thread{[&] { given.set(41); }}.join();
  auto pair = answer.get().value();
  CHECK(pair[0].as<int>() == 42);
  CHECK(pair[1].as<bool>());
}

TEST_CASE("a future that fails rejects the promise", "[api][host][A7]") {
  auto ctx = with(
    {{"later", host_function{[]() -> future<int> {
        promise<int> given;
        auto outcome = given.get_future();
        given.set(error{.code = errc::capacity_exceeded, .message = "full"});
        return outcome;
      }}},
     {"broken", host_function{[]() -> future<int> { return promise<int>{}.get_future(); }}},
     {"throws", host_function{[]() -> future<int> { throw std::runtime_error("at once"); }}}});
  CHECK(value_of(ctx.run("later().catch(e => `${e.message} ${e.code}`)")).as<std::string>()
        == "full ERR_TROUPE_CAPACITY");
  CHECK(value_of(ctx.run("broken().catch(e => e.code)")).as<std::string>()
        == "ERR_TROUPE_BROKEN_PROMISE");
  CHECK(thrown_by(ctx, "throws()") == "Error: at once [ERR_TROUPE_HOST_EXCEPTION]");
}

TEST_CASE("a future without a state is an Error of the script", "[api][host][A7]") {
  auto ctx = new_context();
  value_of(ctx.set("f", host_function{[] { return future<int>{}; }}));
  CHECK(thrown_by(ctx, "f()")
        == "Error: the function gave a future without a state [ERR_TROUPE_BROKEN_PROMISE]");
}

TEST_CASE("a coroutine is a host function", "[api][host][A7]") {
  auto helper = new_context();
  auto ctx = with({{"ask", host_function{[&](std::string source) -> future<int> {
                      auto outcome = co_await helper.run(source);
                      if (!outcome)
                        co_return std::move(outcome).error();
                      co_return outcome->as<int>();
                    }}}});
  CHECK(value_of(ctx.run("ask('6 * 7').then(n => n + 1)")).as<int>() == 43);
  auto failed = value_of(ctx.run("ask('throw new RangeError(\"no\")').catch(e => "
                                 "[e.name, e.message])"));
  CHECK(failed[0].as<std::string>() == "RangeError");
  CHECK(failed[1].as<std::string>() == "no");
}

TEST_CASE("the context answers others while a host function works", "[api][host][A7][A5]") {
  promise<int> given;
  auto ctx = with({{"later", host_function{[&] { return given.get_future(); }}}});
  auto answer = ctx.run("later()");
  CHECK(value_of(ctx.run("2 + 3")).as<int>() == 5);
  CHECK_FALSE(answer.ready());
  given.set(1);
  CHECK(value_of(std::move(answer)).as<int>() == 1);
}

TEST_CASE("too many unanswered host calls are refused in the script", "[api][host][A7][A9]") {
  std::vector<promise<int>> given(4);
  std::atomic<std::size_t> next{0};
  auto ctx = with({{"later", host_function{[&] { return given[next++].get_future(); }}}},
                  {.pending_host_calls_max = 3});
  auto answer = ctx.run("const calls = [later(), later(), later()]; "
                        "later().catch(e => e.code)");
  CHECK(value_of(std::move(answer)).as<std::string>() == "ERR_TROUPE_TOO_MANY_HOST_CALLS");
  CHECK(next == 3);
  given[0].set(1);
  CHECK(value_of(ctx.run("calls[0].then(() => { later(); return 'again' })")).as<std::string>()
        == "again");
  CHECK(next == 4);
}

TEST_CASE("a stopped run cancels the host calls it waits for", "[api][host][A7][S10]") {
  std::promise<void> cancelled;
  auto other = new_context();
  auto ctx = with({{"spin", host_function{[&] {
                      return other.run("for (;;);").then([&](result<value> outcome) {
                        if (outcome.error().code == errc::cancelled)
                          cancelled.set_value();
                      });
                    }}}});
  auto answer = ctx.run("spin()", {.timeout = 50ms, .timeout_covers = timeout_scope::evaluation});
  CHECK(error_of(std::move(answer)).code == errc::deadline_exceeded);
  CHECK(cancelled.get_future().wait_for(patience) == std::future_status::ready);
  CHECK(value_of(other.run("1")).as<int>() == 1);
}

TEST_CASE("the end of the context cancels its host calls", "[api][host][A7]") {
  auto other = new_context();
  auto ctx = with({{"spin", host_function{[&] { return other.run("for (;;);"); }}}});
  auto answer = ctx.run("spin()");
  REQUIRE(ctx.run("1").get());
  value_of(ctx.close(close_mode::now));
  CHECK(error_of(std::move(answer)).code == errc::context_closed);
  CHECK(value_of(other.run("1")).as<int>() == 1); // its loop was cancelled
}

TEST_CASE("an answer for a context that is gone is dropped", "[api][host][A7]") {
  promise<int> given;
  auto future = given.get_future();
  {
    auto ctx = with({{"later", host_function{[&] { return std::move(future); }}}});
    REQUIRE(ctx.run("later()", {.take = take_as::reference}).get());
    value_of(ctx.close(close_mode::now));
  }
  given.set(1);
}

TEST_CASE("a context that waits for a host function is not idle", "[api][host][A7]") {
  promise<int> given;
  auto ctx = with({{"later", host_function{[&] { return given.get_future(); }}}});
  REQUIRE(ctx.run("later(); 1").get());
  auto idle = ctx.idle();
  REQUIRE(ctx.run("1").get());
  CHECK_FALSE(idle.ready());
  given.set(1);
  CHECK(idle.get());
}

TEST_CASE("code after an answer has the time limit of the run that called",
          "[api][host][A7][S10]") {
  promise<int> given;
  auto ctx = with({{"later", host_function{[&] { return given.get_future(); }}}});
  auto answer = ctx.run("later().then(() => { for (;;); })", {.timeout = 50ms});
  REQUIRE(ctx.run("1").get());
  given.set(1);
  CHECK(error_of(std::move(answer)).code == errc::deadline_exceeded);
  CHECK(value_of(ctx.run("1")).as<int>() == 1);
}

// -- script functions in C++ ----------------------------------------------------------------

TEST_CASE("a host function takes a script's function and calls it later", "[api][host][A7]") {
  std::optional<function> kept;
  auto ctx = with({{"on", host_function{[&](function handler) { kept = std::move(handler); }}}});
  REQUIRE(ctx.run("let seen = 0; on(n => seen += n)").get());
  REQUIRE(kept);
  CHECK(value_of((*kept)(4)).as<int>() == 4);
  CHECK(value_of((*kept)(5)).as<int>() == 9);
  CHECK(
    thrown_by(ctx, "on(5)")
    == "TypeError: argument 1 must be of type function; it is number [ERR_INVALID_ARG_VALUE]");
  CHECK(thrown_by(ctx, "on({})").starts_with("TypeError: argument 1 must be of type function"));
}

TEST_CASE("an object given by reference is the same object when it comes back",
          "[api][host][A7]") {
  auto ctx = with({{"same", host_function{[](reference object) { return object; }}}});
  CHECK(value_of(ctx.run("const o = {}; same(o) === o && same(same) === same")).as<bool>());
}

TEST_CASE("a callback may be missing", "[api][host][A7]") {
  auto ctx = new_context({.globals = {{"on", host_function{[](std::optional<function> handler) {
                                         return handler.has_value();
                                       }}}}});
  CHECK(value_of(ctx.run("[on(), on(null), on(() => 1)].join()")).as<std::string>()
        == "false,false,true");
}

TEST_CASE("what cannot be an argument is a TypeError", "[api][host][A7]") {
  auto ctx = new_context({.globals = {{"f", host_function{[](double x) { return x; }}}}});
  CHECK(thrown_by(ctx, "f(() => 1)").starts_with("TypeError: argument 1: a function"));
  CHECK(thrown_by(ctx, "f(new Proxy({}, {}))").starts_with("TypeError: argument 1: a proxy"));
}

TEST_CASE("an error may be thrown, whatever its code", "[api][host][A7]") {
  auto ctx =
    new_context({.globals = {{"f", host_function{[]() -> int {
                                throw error{.code = errc::capacity_exceeded, .message = "full"};
                              }}},
                             {"g", host_function{[]() -> int {
                                throw error{.code = static_cast<errc>(200), .message = "odd"};
                              }}}}});
  CHECK(thrown_by(ctx, "f()") == "Error: full [ERR_TROUPE_CAPACITY]");
  CHECK(thrown_by(ctx, "g()") == "Error: odd [ERR_TROUPE_UNKNOWN]");
}

TEST_CASE("the copies of all arguments of a call share a bound", "[api][host][A7][A9]") {
  auto ctx = new_context({.globals = {{"f", host_function{[](std::span<const value> all) {
                                         return static_cast<double>(all.size());
                                       }}}},
                          .heap_limit_mib = 32});
  CHECK(value_of(ctx.run("f.apply(null, Array(10).fill('x'.repeat(1 << 20)))")).as<int>() == 10);
  CHECK(value_of(ctx.run("try { f.apply(null, Array(100).fill('x'.repeat(1 << 20))) } "
                         "catch (e) { e.code }"))
          .as<std::string>()
        == "ERR_TROUPE_CLONE_FAILED");
}
