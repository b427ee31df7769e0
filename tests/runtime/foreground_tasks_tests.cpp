// V8's tasks for one isolate, and where the platform sends them.

#include "runtime/engine.hpp"
#include "runtime/platform.hpp"
#include "runtime/tsan.hpp"
#include "tests/support/realm.hpp"
#include "tests/support/seed.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <functional>
#include <thread>

using namespace troupe;
using js::foreground_tasks;

namespace {

class task final : public v8::Task {
public:
  explicit task(std::function<void()> body) : body_(std::move(body)) {
    js::tsan_give(this);
  }

  void Run() override {
    js::tsan_take(this);
    body_();
  }

private:
  std::function<void()> body_;
};

std::unique_ptr<v8::Task> make(std::function<void()> body) {
  return std::make_unique<task>(std::move(body));
}

struct fixture {
  std::shared_ptr<foreground_tasks> tasks =
    std::make_shared<foreground_tasks>(std::make_shared<js::loop_waker>());
};

/// Runs what is due until `done`, without sleeping: time passes by itself.
void run_until(foreground_tasks& tasks, const std::function<bool()>& done) {
  auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!done() && std::chrono::steady_clock::now() < give_up) {
    tasks.run_due();
    std::this_thread::yield();
  }
  REQUIRE(done());
}

} // namespace

TEST_CASE("tasks run in the order they were posted", "[runtime][foreground_tasks]") {
  fixture f;
  std::string order;
  CHECK_FALSE(f.tasks->pending());
  f.tasks->PostTask(make([&] { order += 'a'; }));
  f.tasks->PostNonNestableTask(make([&] { order += 'b'; }));
  f.tasks->PostTask(make([&] { order += 'c'; }));
  CHECK(f.tasks->pending());
  CHECK(f.tasks->run_due());
  CHECK(order == "abc");
  CHECK_FALSE(f.tasks->pending());
  CHECK_FALSE(f.tasks->run_due());
}

TEST_CASE("a task that posts another leaves it for the next time",
          "[runtime][foreground_tasks]") {
  fixture f;
  int ran = 0;
  f.tasks->PostTask(make([&] {
    ++ran;
    f.tasks->PostTask(make([&] { ++ran; }));
  }));
  CHECK(f.tasks->run_due());
  CHECK(ran == 1);
  CHECK(f.tasks->pending());
  CHECK(f.tasks->run_due());
  CHECK(ran == 2);
}

TEST_CASE("a delayed task does not run before its time", "[runtime][foreground_tasks]") {
  fixture f;
  bool ran = false;
  auto before = std::chrono::steady_clock::now();
  f.tasks->PostDelayedTask(make([&] { ran = true; }), 3600);
  CHECK(f.tasks->next_due() >= before + std::chrono::hours{1});
  CHECK_FALSE(f.tasks->run_due());
  CHECK_FALSE(ran);
}

TEST_CASE("delayed tasks run in the order of their times", "[runtime][foreground_tasks]") {
  fixture f;
  std::string order;
  f.tasks->PostDelayedTask(make([&] { order += 'c'; }), 0.03);
  f.tasks->PostDelayedTask(make([&] { order += 'a'; }), 0.001);
  f.tasks->PostNonNestableDelayedTask(make([&] { order += 'b'; }), 0.015);
  run_until(*f.tasks, [&] { return order.size() == 3; });
  CHECK(order == "abc");
  CHECK(f.tasks->next_due() == std::chrono::steady_clock::time_point::max());
}

TEST_CASE("a delayed task asks for a look, so that somebody sets a timer",
          "[runtime][foreground_tasks]") {
  fixture f;
  f.tasks->PostDelayedTask(make([] {}), 3600);
  CHECK(f.tasks->pending());
  CHECK_FALSE(f.tasks->run_due());
  CHECK_FALSE(f.tasks->pending());
  f.tasks->look_again();
  CHECK(f.tasks->pending());
}

TEST_CASE("closing drops what waits and what comes after", "[runtime][foreground_tasks]") {
  fixture f;
  auto token = std::make_shared<int>(0);
  bool ran = false;
  auto body = [token, &ran] { ran = true; };
  f.tasks->PostTask(make(body));
  f.tasks->PostDelayedTask(make(body), 0);
  f.tasks->close();
  CHECK(token.use_count() == 2); // ours and body's
  f.tasks->PostTask(make(body));
  f.tasks->PostDelayedTask(make(body), 0);
  CHECK(token.use_count() == 2);
  f.tasks->run_due();
  CHECK_FALSE(ran);
}

TEST_CASE("a task that posts when it is dropped does not deadlock",
          "[runtime][foreground_tasks]") {
  struct poster {
    std::shared_ptr<foreground_tasks> to;

    ~poster() {
      if (to)
        to->PostTask(make([] {}));
    }
  };

  fixture f;
  auto last = std::make_shared<poster>(poster{f.tasks});
  f.tasks->PostTask(make([last] {}));
  last.reset();
  f.tasks->close();
  SUCCEED();
}

TEST_CASE("tasks may be posted from many threads", "[runtime][foreground_tasks]") {
  fixture f;
  std::atomic<int> ran{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        if (k % 3 == 0)
          f.tasks->PostDelayedTask(make([&] { ++ran; }), 0);
        else
          f.tasks->PostTask(make([&] { ++ran; }));
      }
    });
  run_until(*f.tasks, [&] { return ran == 4000; });
  for (auto& thread : threads)
    thread.join();
  CHECK(ran == 4000);
}

TEST_CASE("posting wakes the loop", "[runtime][foreground_tasks]") {
  js::event_loop loop;
  foreground_tasks tasks{loop.waker()};
  bool ran = false;
  std::thread other{
    [&] { static_cast<v8::TaskRunner&>(tasks).PostTask(make([&] { ran = true; })); }};
  auto guard = loop.start_timer(std::chrono::seconds{60}, {}, [&] { loop.stop(); });
  loop.run([&] {
    bool worked = tasks.pending() && tasks.run_due();
    if (ran)
      loop.stop();
    return worked;
  });
  loop.cancel_timer(guard);
  other.join();
  CHECK(ran);
}

// -- the platform ---------------------------------------------------------------------

TEST_CASE("the platform gives each isolate its own tasks", "[runtime][platform]") {
  auto& platform = js::engine::start().platform();
  testing::realm a;
  testing::realm b;
  auto runner = [&](testing::realm& of) {
    return static_cast<v8::Platform&>(platform).GetForegroundTaskRunner(of.owner().v8());
  };
  CHECK(runner(a).get() == &a.owner().tasks());
  CHECK(runner(b).get() == &b.owner().tasks());
}

TEST_CASE("the platform has workers and clocks", "[runtime][platform]") {
  auto& platform = js::engine::start().platform();
  CHECK(platform.NumberOfWorkerThreads() >= 1);
  CHECK(platform.GetPageAllocator() != nullptr);
  auto before = platform.MonotonicallyIncreasingTime();
  CHECK(platform.MonotonicallyIncreasingTime() >= before);
  CHECK(platform.CurrentClockTimeMillis() > 1.7e12);
}

TEST_CASE("workers run what is posted to them", "[runtime][platform]") {
  v8::Platform& platform = js::engine::start().platform();
  std::atomic<int> ran{0};
  platform.CallOnWorkerThread(make([&] { ++ran; }));
  platform.CallDelayedOnWorkerThread(make([&] { ++ran; }), 0.001);
  auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (ran != 2 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  CHECK(ran == 2);
}

TEST_CASE("the engine starts once", "[runtime][engine]") {
  CHECK(&js::engine::start() == &js::engine::start({"--no-such-flag"}));
  CHECK(js::engine::start().rejected_flags().empty());
  CHECK(js::engine::version().starts_with("13."));
}
