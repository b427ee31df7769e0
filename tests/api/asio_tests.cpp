// Futures as asynchronous operations of Asio: A6.

#include "tests/api/helpers.hpp"
#include "troupe/asio.hpp"

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/deferred.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <memory>
#include <optional>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("a coroutine of Asio awaits an answer on its own executor", "[api][asio][A6]") {
  auto ctx = new_context();
  asio::io_context io;
  std::optional<result<value>> answer;
  std::thread::id thread;
  asio::co_spawn(
    io,
    [&]() -> asio::awaitable<void> {
      answer = co_await async_get(ctx.run("6 * 7"), asio::use_awaitable);
      thread = std::this_thread::get_id();
    },
    asio::detached);
  io.run(); // the pending answer keeps it running
  REQUIRE(answer);
  CHECK(answer->value().as<int>() == 42);
  CHECK(thread == std::this_thread::get_id());
}

TEST_CASE("an error reaches a coroutine of Asio as a result", "[api][asio][A6]") {
  auto ctx = new_context();
  asio::io_context io;
  std::optional<errc> code;
  asio::co_spawn(
    io,
    [&]() -> asio::awaitable<void> {
      auto answer = co_await async_get(ctx.run("throw 1"), asio::use_awaitable);
      if (!answer)
        code = answer.error().code;
    },
    asio::detached);
  io.run();
  CHECK(code == errc::uncaught_exception);
}

TEST_CASE("a callback runs where it is bound to, also when the answer was there before",
          "[api][asio][A6]") {
  auto ctx = new_context();
  asio::io_context io;
  auto ready = ctx.run("1");
  REQUIRE(ready.wait_for(patience));
  bool called = false;
  async_get(std::move(ready),
            asio::bind_executor(io, [&](result<value> answer) { called = answer.has_value(); }));
  CHECK_FALSE(called); // never inside the call
  io.run();
  CHECK(called);
}

TEST_CASE("a callback may own what cannot be copied", "[api][asio][A6]") {
  auto ctx = new_context();
  asio::io_context io;
  int seen = 0;
  async_get(ctx.run("1"), asio::bind_executor(io, [&seen, owned = std::make_unique<int>(7)](
                                                    result<value>) { seen = *owned; }));
  io.run();
  CHECK(seen == 7);
}

TEST_CASE("use_future and deferred work too", "[api][asio][A6]") {
  auto ctx = new_context();
  auto by_future = async_get(ctx.run("1"), asio::use_future);
  CHECK(by_future.get().value().as<int>() == 1);
  auto later = async_get(ctx.run("2"), asio::deferred);
  CHECK(std::move(later)(asio::use_future).get().value().as<int>() == 2);
}

TEST_CASE("cancelling an operation of Asio cancels the run", "[api][asio][A6]") {
  auto ctx = new_context();
  asio::io_context io;
  asio::cancellation_signal stop;
  std::optional<errc> code;
  async_get(ctx.run("for (;;);"),
            asio::bind_cancellation_slot(
              stop.slot(), asio::bind_executor(io, [&](result<value> answer) {
                code = answer ? std::nullopt : std::optional{answer.error().code};
              })));
  stop.emit(asio::cancellation_type::terminal);
  io.run();
  CHECK(code == errc::cancelled);
  stop.emit(asio::cancellation_type::terminal); // nobody listens any more
  check_usable(ctx);
}

TEST_CASE("a race of Asio cancels the loser", "[api][asio][A6]") {
  using namespace asio::experimental::awaitable_operators;
  runtime rt;
  auto quick = value_of(rt.spawn());
  auto slow = value_of(rt.spawn());
  asio::io_context io;
  std::size_t winner = 9;
  asio::co_spawn(
    io,
    [&]() -> asio::awaitable<void> {
      auto first = co_await (async_get(quick.run("1"), asio::use_awaitable)
                             || async_get(slow.run("for (;;);"), asio::use_awaitable));
      winner = first.index();
    },
    asio::detached);
  io.run();
  CHECK(winner == 0);
  check_usable(slow);
}

TEST_CASE("thousands of operations on a pool are all answered", "[api][asio][A6]") {
  auto ctx = new_context();
  script trivial{"1"};
  std::atomic<int> answered{0};
  asio::thread_pool pool{2};
  for (int i = 0; i < 2000; ++i)
    async_get(ctx.run(trivial), asio::bind_executor(pool, [&](result<value> answer) {
                answered += answer ? 1 : 0;
              }));
  pool.join();
  CHECK(answered == 2000);
}
