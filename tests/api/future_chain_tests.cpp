// Futures in chains of any length, coroutines that are destroyed or cancelled, executors
// that lose their work: A6.

#include "tests/api/helpers.hpp"

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <limits>
#include <mutex>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

constexpr int long_chain = 200'000;

future<int> chained_to(promise<int>& beginning) {
  auto end = beginning.get_future();
  for (int i = 0; i < long_chain; ++i)
    end = end.then([](result<int> number) -> result<int> {
      if (!number)
        return number;
      return *number + 1;
    });
  return end;
}

/// A coroutine whose owner may destroy it.
struct owned_task {
  struct promise_type {
    owned_task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() noexcept {
      return {};
    }
    std::suspend_always final_suspend() noexcept {
      return {};
    }
    void return_void() {
    }
    void unhandled_exception() {
      std::terminate();
    }
  };

  std::coroutine_handle<promise_type> handle;
};

owned_task wait_for_it(future<int> what, bool& went_on) {
  [[maybe_unused]] auto answer = co_await what;
  went_on = true;
}

future<int> first_of_two(future<int> first, future<int> second) {
  [[maybe_unused]] auto one = co_await first;
  auto two = co_await second;
  co_return two;
}

future<int> await_on(future<int> what, executor where) {
  auto answer = co_await std::move(what).on(std::move(where));
  co_return answer;
}

void lose(const std::function<void()>&) {
}

void refuse(const std::function<void()>&) {
  throw std::runtime_error{"no work, please"};
}

/// Gives `not found`, later and from nobody's thread.
class late_loader final : public module_loader {
public:
  explicit late_loader(promise<int>& open) : opened_(open.get_future()) {
  }

  future<module_source> load(module_request) override {
    return std::move(opened_).then([](result<int>) -> result<module_source> {
      return error{.code = errc::module_not_found, .message = "not here"};
    });
  }

private:
  future<int> opened_;
};

} // namespace

TEST_CASE("a chain of futures that belong to no runtime may be of any length",
          "[api][future][A6]") {
  promise<int> beginning;
  auto end = chained_to(beginning);
  beginning.set(0);
  CHECK(value_of(std::move(end)) == long_chain);
}

TEST_CASE("cancelling reaches the beginning of a chain of any length", "[api][future][A6]") {
  promise<int> beginning;
  auto end = chained_to(beginning);
  end.cancel();
  CHECK(error_of(std::move(end)).code == errc::cancelled);
  CHECK_FALSE(beginning.set(1));
}

TEST_CASE("a dropped promise breaks a chain of any length", "[api][future][A6]") {
  future<int> end;
  {
    promise<int> beginning;
    end = chained_to(beginning);
  }
  CHECK(error_of(std::move(end)).code == errc::broken_promise);
}

TEST_CASE("continuations run in the order of their answers deep in a chain too",
          "[api][future][A6]") {
  // The last of a chain settles two others, at a depth where work is put off.
  std::vector<promise<int>> two(2);
  std::vector<int> order;
  std::vector<future<void>> noted;
  for (int i = 0; i < 2; ++i)
    noted.push_back(two[static_cast<std::size_t>(i)].get_future().then(
      [&order, i](result<int>) { order.push_back(i); }));
  promise<int> beginning;
  auto end = beginning.get_future();
  for (int i = 0; i < 100; ++i)
    end = end.then([](result<int> number) { return number; });
  auto last = end.then([&](result<int>) {
    two[0].set(0);
    two[1].set(1);
  });
  beginning.set(0);
  value_of(std::move(last));
  CHECK(order == std::vector{0, 1});
}

TEST_CASE("deep in a chain an answer given there may be waited for there", "[api][future][A6]") {
  promise<int> beginning;
  auto end = beginning.get_future();
  for (int i = 0; i < 100; ++i)
    end = end.then([](result<int> number) { return number; });
  auto last = end.then([](result<int>) {
    promise<int> inner;
    auto follows = inner.get_future().then([](result<int> number) { return *number + 1; });
    inner.set(41);
    return follows.get();
  });
  beginning.set(0);
  CHECK(value_of(std::move(last)) == 42);
}

TEST_CASE("a chain of loaders that answer later may be of any length", "[api][loader][M2]") {
  constexpr std::size_t count = 20'000;
  std::vector<promise<int>> opened(count);
  std::vector<std::shared_ptr<module_loader>> links;
  for (auto& each : opened)
    links.push_back(std::make_shared<late_loader>(each));
  loader_chain all{links};
  auto answer = all.load({.specifier = "nowhere"});
  for (auto& each : opened)
    each.set(1);
  CHECK(error_of(std::move(answer)).code == errc::module_not_found);
}

// -- coroutines -----------------------------------------------------------------------

TEST_CASE("a coroutine that is destroyed while it waits is not resumed", "[api][future][A6]") {
  promise<int> open;
  bool went_on = false;
  auto task = wait_for_it(open.get_future(), went_on);
  task.handle.destroy();
  CHECK(open.set(1));
  CHECK_FALSE(went_on);
}

TEST_CASE("a coroutine that is destroyed while a run is under way is not resumed",
          "[api][future][A6]") {
  promise<void> begun;
  auto started = begun.get_future();
  auto ctx = new_context({.globals = {{"begun", host_function{[&] { begun.set({}); }}}}});
  struct holder {
    static owned_task wait(context& from) {
      [[maybe_unused]] auto answer =
        co_await from.run("begun(); for (const end = Date.now() + 50; Date.now() < end;); 1");
      FAIL("it is gone");
    }
  };
  auto task = holder::wait(ctx);
  value_of(std::move(started));
  task.handle.destroy();
  check_usable(ctx);
}

TEST_CASE("cancelling the future of a coroutine cancels what it awaits", "[api][future][A6]") {
  auto ctx = new_context();
  struct asking {
    static future<int> ask(context& from) {
      auto answer = co_await from.run("new Promise(() => {})");
      co_return answer ? result<int>{1} : result<int>{answer.error()};
    }
  };
  auto answer = asking::ask(ctx);
  answer.cancel();
  CHECK(error_of(std::move(answer)).code == errc::cancelled);
  check_usable(ctx);
}

TEST_CASE("a cancelled coroutine finds whatever it awaits from then on cancelled",
          "[api][future][A6]") {
  promise<int> first;
  promise<int> second;
  auto answer = first_of_two(first.get_future(), second.get_future());
  answer.cancel();
  CHECK(error_of(std::move(answer)).code == errc::cancelled);
  CHECK_FALSE(first.set(1));
  CHECK_FALSE(second.set(2));
}

TEST_CASE("cancelling when_all cancels all that it waits for", "[api][future][A6]") {
  auto ctx = new_context();
  std::vector<future<value>> asked;
  asked.push_back(ctx.run("for (;;);"));
  asked.push_back(ctx.run("new Promise(() => {})"));
  auto all = when_all(std::move(asked));
  all.cancel();
  for (const auto& each : value_of(std::move(all)))
    CHECK(each.error().code == errc::cancelled);
  check_usable(ctx);
}

TEST_CASE("a coroutine that serves a script is cancelled with the script's run",
          "[api][host][A6]") {
  promise<int> never;
  auto told = std::make_shared<promise<errc>>();
  auto seen = told->get_future();
  auto serve = [&never, told]() -> future<int> {
    auto answer = co_await never.get_future();
    told->set(answer ? errc{} : answer.error().code);
    co_return answer;
  };
  auto ctx = new_context({.globals = {{"serve", host_function{serve}}}});
  auto answer =
    ctx.run("serve()", {.timeout = 50ms, .timeout_covers = timeout_scope::evaluation});
  CHECK(error_of(std::move(answer)).code == errc::deadline_exceeded);
  CHECK(value_of(std::move(seen)) == errc::cancelled);
}

// -- executors that lose their work -------------------------------------------------------

TEST_CASE("a coroutine whose executor drops its work goes on with broken_promise",
          "[api][future][A6]") {
  promise<int> open;
  auto answer = await_on(open.get_future(), &lose);
  open.set(1);
  CHECK(error_of(std::move(answer)).code == errc::broken_promise);
}

TEST_CASE("a coroutine whose executor throws goes on with broken_promise", "[api][future][A6]") {
  promise<int> open;
  auto answer = await_on(open.get_future(), &refuse);
  open.set(1);
  CHECK(error_of(std::move(answer)).code == errc::broken_promise);
}

TEST_CASE("a load whose executor drops its work has failed", "[api][loader][A6]") {
  std::mutex mutex;
  std::vector<promise<module_source>> open;
  auto loader = make_loader([&](module_request) -> future<module_source> {
    promise<module_source> later;
    auto answer = later.get_future();
    later.set(module_source{"a", "1"});
    std::lock_guard guard{mutex};
    open.push_back(std::move(later));
    return std::move(answer).on(&lose);
  });
  auto ctx = new_context({.loader = loader});
  CHECK(error_of(ctx.import("a")).code == errc::broken_promise);
  check_usable(ctx);
}

TEST_CASE("when_all counts what an executor has dropped as an error among the others",
          "[api][future][A6]") {
  std::vector<promise<int>> open(2);
  std::vector<future<int>> futures;
  futures.push_back(open[0].get_future().on(&lose));
  futures.push_back(open[1].get_future());
  auto all = when_all(std::move(futures));
  open[0].set(1);
  open[1].set(2);
  auto outcomes = value_of(std::move(all));
  CHECK(outcomes[0].error().code == errc::broken_promise);
  CHECK(*outcomes[1] == 2);
}

TEST_CASE("to_std_future gives broken_promise when an executor drops its work",
          "[api][future][A6]") {
  promise<int> open;
  auto given = to_std_future(open.get_future().on(&lose));
  open.set(1);
  REQUIRE(given.wait_for(patience) == std::future_status::ready);
  CHECK(given.get().error().code == errc::broken_promise);
}

// -- waiting, and promises that were moved from ------------------------------------------------

TEST_CASE("a wait may be as long as its clock can count, and longer", "[api][future][A6]") {
  promise<int> open;
  auto answer = open.get_future();
  auto is_there = [&](auto duration) {
    std::thread later{[&open] { open.set(1); }};
    auto ready = answer.wait_for(duration);
    later.join();
    return ready;
  };
  SECTION("milliseconds") {
    CHECK(is_there(std::chrono::milliseconds::max()));
  }
  SECTION("hours") {
    CHECK(is_there(std::chrono::hours::max()));
  }
  SECTION("nanoseconds") {
    CHECK(is_there(std::chrono::nanoseconds::max()));
  }
  SECTION("infinite") {
    CHECK(is_there(std::chrono::duration<double>{std::numeric_limits<double>::infinity()}));
  }
}

TEST_CASE("a wait of less than no time is over at once", "[api][future][A6]") {
  promise<int> open;
  auto answer = open.get_future();
  CHECK_FALSE(answer.wait_for(std::chrono::milliseconds::min()));
  CHECK_FALSE(answer.wait_for(std::chrono::hours::min()));
}

TEST_CASE("a promise that was moved from takes no answer and gives futures without a state",
          "[api][future][A6]") {
  promise<int> first;
  auto second = std::move(first);
  CHECK_FALSE(first.set(1)); // NOLINT: what this is about
  CHECK_FALSE(first.get_future().valid());
  CHECK(second.set(1));
}
