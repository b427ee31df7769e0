#include "runtime/event_loop.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/seed.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace troupe;
using js::event_loop;

namespace {

using namespace std::chrono_literals;

/// Turns `loop` until `done`; the test fails when that takes for ever.
void turn_until(event_loop& loop, const std::function<bool()>& done) {
  bool late = false;
  auto guard = loop.start_timer(60s, {}, [&] { late = true; });
  loop.run([&] {
    if (done() || late)
      loop.stop();
    return false;
  });
  loop.cancel_timer(guard);
  REQUIRE_FALSE(late);
}

/// An eventfd that closes itself.
struct event {
  int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

  ~event() {
    ::close(descriptor);
  }
};

} // namespace

TEST_CASE("a loop calls its work until it is stopped", "[runtime][event_loop]") {
  event_loop loop;
  REQUIRE(loop.usable());
  int calls = 0;
  loop.run([&] {
    if (++calls == 10)
      loop.stop();
    return true;
  });
  CHECK(calls == 10);
}

TEST_CASE("a loop may be stopped by work that had nothing to do", "[runtime][event_loop]") {
  event_loop loop;
  loop.run([&] {
    loop.stop();
    return false;
  });
  SUCCEED("it returned");
}

TEST_CASE("a loop may run again after it was stopped", "[runtime][event_loop]") {
  event_loop loop;
  for (int round = 0; round < 3; ++round) {
    int calls = 0;
    loop.run([&] {
      ++calls;
      loop.stop();
      return true;
    });
    CHECK(calls == 1);
  }
}

TEST_CASE("another thread wakes a sleeping loop", "[runtime][event_loop]") {
  event_loop loop;
  std::atomic<bool> flag{false};
  std::thread other{[&, waker = loop.waker()] {
    flag = true;
    waker->wake();
  }};
  turn_until(loop, [&] { return flag.load(); });
  other.join();
}

TEST_CASE("no wake-up is lost, however it falls", "[runtime][event_loop]") {
  event_loop loop;
  constexpr int rounds = testing::sanitized ? 2000 : 20'000;
  std::atomic<int> asked{0};
  std::atomic<int> answered{0};
  std::thread other{[&, waker = loop.waker()] {
    for (int i = 1; i <= rounds; ++i) {
      asked = i;
      waker->wake();
      while (answered.load() < i)
        std::this_thread::yield();
    }
  }};
  turn_until(loop, [&] {
    answered = asked.load();
    return answered == rounds;
  });
  other.join();
  CHECK(answered == rounds);
}

TEST_CASE("many threads may wake one loop at once", "[runtime][event_loop]") {
  event_loop loop;
  std::atomic<int> count{0};
  std::vector<std::thread> others;
  for (int i = 0; i < 8; ++i)
    others.emplace_back([&, waker = loop.waker()] {
      for (int k = 0; k < 500; ++k) {
        ++count;
        waker->wake();
      }
    });
  turn_until(loop, [&] { return count == 4000; });
  for (auto& other : others)
    other.join();
}

TEST_CASE("waking a loop that is gone does nothing", "[runtime][event_loop]") {
  std::shared_ptr<js::loop_waker> waker;
  {
    event_loop loop;
    waker = loop.waker();
  }
  waker->wake();
  waker->wake();
  SUCCEED();
}

TEST_CASE("a loop may go while others wake it", "[runtime][event_loop]") {
  for (int round = 0; round < 50; ++round) {
    auto loop = std::make_unique<event_loop>();
    std::atomic<bool> go{false};
    std::thread other{[&, waker = loop->waker()] {
      go = true;
      for (int i = 0; i < 200; ++i)
        waker->wake();
    }};
    while (!go)
      std::this_thread::yield();
    loop.reset();
    other.join();
  }
  SUCCEED();
}

// -- timers ---------------------------------------------------------------------------

TEST_CASE("a timer runs once, not before its time", "[runtime][event_loop]") {
  event_loop loop;
  int calls = 0;
  auto begun = std::chrono::steady_clock::now();
  loop.start_timer(20ms, {}, [&] { ++calls; });
  CHECK(loop.timer_count() == 1);
  turn_until(loop, [&] { return calls != 0; });
  // libuv's clock counts whole milliseconds.
  CHECK(std::chrono::steady_clock::now() - begun >= 18ms);
  CHECK(calls == 1);
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("timers run in the order of their times", "[runtime][event_loop]") {
  event_loop loop;
  std::vector<int> order;
  loop.start_timer(30ms, {}, [&] { order.push_back(3); });
  loop.start_timer(1ms, {}, [&] { order.push_back(1); });
  loop.start_timer(15ms, {}, [&] { order.push_back(2); });
  turn_until(loop, [&] { return order.size() == 3; });
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE("a timer with an interval runs again until it is cancelled", "[runtime][event_loop]") {
  event_loop loop;
  int calls = 0;
  event_loop::timer_id id = 0;
  id = loop.start_timer(1ms, 1ms, [&] {
    if (++calls == 3)
      loop.cancel_timer(id); // itself, while it runs
  });
  turn_until(loop, [&] { return calls == 3; });
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("a cancelled timer does not run", "[runtime][event_loop]") {
  event_loop loop;
  bool wrong = false;
  bool right = false;
  auto id = loop.start_timer(1ms, {}, [&] { wrong = true; });
  loop.cancel_timer(id);
  loop.cancel_timer(id);
  loop.cancel_timer(12345);
  loop.start_timer(5ms, {}, [&] { right = true; });
  turn_until(loop, [&] { return right; });
  CHECK_FALSE(wrong);
}

TEST_CASE("a timer may cancel another that is due at the same time", "[runtime][event_loop]") {
  event_loop loop;
  int calls = 0;
  event_loop::timer_id a = 0;
  event_loop::timer_id b = 0;
  a = loop.start_timer(1ms, {}, [&] {
    ++calls;
    loop.cancel_timer(b);
  });
  b = loop.start_timer(1ms, {}, [&] {
    ++calls;
    loop.cancel_timer(a);
  });
  bool later = false;
  loop.start_timer(10ms, {}, [&] { later = true; });
  turn_until(loop, [&] { return later; });
  CHECK(calls == 1);
}

TEST_CASE("a timer may forget all timers", "[runtime][event_loop]") {
  event_loop loop;
  bool done = false;
  loop.start_timer(1ms, 1ms, [&] {
    loop.clear_timers();
    done = true;
    loop.stop();
  });
  loop.start_timer(1h, {}, [] {});
  loop.run([] { return false; });
  CHECK(done);
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("immediates run in their order, after the timers that are due",
          "[runtime][event_loop]") {
  event_loop loop;
  std::vector<int> order;
  loop.start_immediate([&] {
    order.push_back(2);
    loop.start_immediate([&] { order.push_back(4); });
  });
  auto gone = loop.start_immediate([&] { order.push_back(0); });
  loop.start_immediate([&] { order.push_back(3); });
  loop.start_timer(1ms, {}, [&] { order.push_back(1); });
  CHECK(loop.timer_count() == 4);
  loop.cancel_timer(gone);
  auto due = std::chrono::steady_clock::now() + 10ms;
  bool waited = false;
  turn_until(loop, [&] {
    while (!waited && std::chrono::steady_clock::now() < due) {
    }
    waited = true;
    return order.size() == 4;
  });
  CHECK(order == std::vector{1, 2, 3, 4});
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("an immediate may cancel others and forget them all", "[runtime][event_loop]") {
  event_loop loop;
  int calls = 0;
  event_loop::timer_id next = 0;
  loop.start_immediate([&] {
    ++calls;
    loop.cancel_timer(next);
  });
  next = loop.start_immediate([&] { calls += 100; });
  loop.start_immediate([&] {
    ++calls;
    loop.clear_timers();
    loop.stop();
  });
  loop.start_immediate([&] { calls += 100; });
  loop.run([] { return false; });
  CHECK(calls == 2);
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("immediates that set others let timers run", "[runtime][event_loop]") {
  event_loop loop;
  bool fired = false;
  std::function<void()> again = [&] {
    if (!fired)
      loop.start_immediate(again);
  };
  loop.start_immediate(again);
  loop.start_timer(1ms, {}, [&] { fired = true; });
  turn_until(loop, [&] { return fired; });
  CHECK(fired);
}

TEST_CASE("timers run although there is always work", "[runtime][event_loop]") {
  event_loop loop;
  bool fired = false;
  loop.start_timer(1ms, {}, [&] { fired = true; });
  auto give_up = std::chrono::steady_clock::now() + 60s;
  loop.run([&] {
    if (fired || std::chrono::steady_clock::now() > give_up)
      loop.stop();
    return true;
  });
  CHECK(fired);
}

TEST_CASE("timers that are still set end with the loop", "[runtime][event_loop]") {
  auto token = std::make_shared<int>(0);
  {
    event_loop loop;
    loop.start_timer(1h, {}, [token] {});
    loop.start_timer(1h, 1h, [token] {});
    CHECK(token.use_count() == 3);
  }
  CHECK(token.use_count() == 1);
}

// -- descriptors ----------------------------------------------------------------------

TEST_CASE("a descriptor that can be read calls its action", "[runtime][event_loop]") {
  event ready;
  event_loop loop;
  int calls = 0;
  REQUIRE(loop.watch_readable(ready.descriptor, [&] {
    eventfd_t count = 0;
    ::eventfd_read(ready.descriptor, &count);
    ++calls;
  }));
  std::thread other{[&] { ::eventfd_write(ready.descriptor, 1); }};
  turn_until(loop, [&] { return calls != 0; });
  other.join();
  CHECK(calls == 1);
}

TEST_CASE("a descriptor is heard although there is always work", "[runtime][event_loop][S11]") {
  // A watchdog under load must not be deaf to SIGINT.
  event ready;
  event_loop loop;
  bool heard = false;
  REQUIRE(loop.watch_readable(ready.descriptor, [&] {
    eventfd_t count = 0;
    ::eventfd_read(ready.descriptor, &count);
    heard = true;
  }));
  ::eventfd_write(ready.descriptor, 1);
  auto give_up = std::chrono::steady_clock::now() + 2s;
  loop.run([&] {
    if (heard || std::chrono::steady_clock::now() > give_up)
      loop.stop();
    return true;
  });
  CHECK(heard);
}

TEST_CASE("a descriptor that cannot be watched is refused", "[runtime][event_loop]") {
  event_loop loop;
  CHECK_FALSE(loop.watch_readable(-1, [] {}));
}
