#include "runtime/isolate_thread.hpp"
#include "runtime/thread_role.hpp"

#include <catch2/catch_test_macros.hpp>
#include <signal.h>

#include <array>
#include <future>
#include <memory>

using namespace troupe;
using js::isolate_thread;
using js::thread_role;

TEST_CASE("an isolate thread runs its body, by its name", "[runtime][isolate_thread][A1]") {
  std::array<char, 16> name{};
  auto role = thread_role::user;
  auto thread = isolate_thread::start("a name longer than fifteen", 1 << 20, [&] {
    pthread_getname_np(pthread_self(), name.data(), name.size());
    role = js::current_thread_role();
  });
  REQUIRE(thread);
  thread->join();
  CHECK(std::string{name.data()} == "a name longer t");
  CHECK(role == thread_role::isolate);
  CHECK(js::current_thread_role() == thread_role::user);
}

TEST_CASE("an isolate thread has the stack that was asked for, and more",
          "[runtime][isolate_thread][A9]") {
  std::size_t size = 0;
  auto thread = isolate_thread::start("stack", std::size_t{4} << 20, [&] {
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstacksize(&attributes, &size);
    pthread_attr_destroy(&attributes);
  });
  REQUIRE(thread);
  thread->join();
  CHECK(size > std::size_t{4} << 20);
}

TEST_CASE("an isolate thread leaves signals to the others", "[runtime][isolate_thread][S11]") {
  sigset_t blocked;
  sigemptyset(&blocked);
  auto thread = isolate_thread::start("signals", 1 << 20,
                                      [&] { pthread_sigmask(SIG_SETMASK, nullptr, &blocked); });
  REQUIRE(thread);
  thread->join();
  CHECK(sigismember(&blocked, SIGINT) == 1);
  CHECK(sigismember(&blocked, SIGTERM) == 1);
  CHECK(sigismember(&blocked, SIGSEGV) == 0);
  sigset_t here;
  pthread_sigmask(SIG_SETMASK, nullptr, &here);
  CHECK(sigismember(&here, SIGINT) == 0); // the starter's own mask is as before
}

TEST_CASE("a stack that the system cannot give is refused", "[runtime][isolate_thread][A10]") {
  auto thread = isolate_thread::start("giant", std::size_t{1} << 50, [] {});
  REQUIRE_FALSE(thread);
  CHECK(thread.error().code == errc::spawn_failed);
  CHECK(thread.error().message.find("'giant'") != std::string::npos);
}

TEST_CASE("joining twice does nothing the second time", "[runtime][isolate_thread]") {
  auto thread = isolate_thread::start("twice", 1 << 20, [] {});
  REQUIRE(thread);
  thread->join();
  thread->join();
  isolate_thread never_started;
  never_started.join();
  never_started.give_up();
  SUCCEED();
}

TEST_CASE("a moved thread is joined where it went", "[runtime][isolate_thread]") {
  std::promise<void> go;
  bool ran = false;
  auto thread = isolate_thread::start("moved", 1 << 20, [&] {
    go.get_future().wait();
    ran = true;
  });
  REQUIRE(thread);
  isolate_thread moved = *std::move(thread);
  go.set_value();
  moved.join();
  CHECK(ran);
}

TEST_CASE("a thread that was given up ends by itself", "[runtime][isolate_thread]") {
  auto done = std::make_shared<std::promise<void>>(); // both threads use it until they end
  auto told = done->get_future();
  auto thread =
    isolate_thread::start("gone", 1 << 20, [done] { done->set_value_at_thread_exit(); });
  REQUIRE(thread);
  thread->give_up();
  CHECK(told.wait_for(std::chrono::seconds{60}) == std::future_status::ready);
}
