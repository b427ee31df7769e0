// SIGINT of the whole process, so each test puts back what it found.

#include "actors/sigint_trap.hpp"
#include "tests/support/patience.hpp"

#include <catch2/catch_test_macros.hpp>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

using troupe::actors::sigint_trap;
using troupe::testing::patience;

namespace {

std::atomic<int> calls_of_ours{0};

void ours(int) {
  ++calls_of_ours;
}

/// A handler of the process's own, for the time of one test.
class own_handler {
public:
  explicit own_handler(void (*handler)(int) = &ours) {
    calls_of_ours = 0;
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaction(SIGINT, &action, &before_);
  }

  ~own_handler() {
    sigaction(SIGINT, &before_, nullptr);
  }

private:
  struct sigaction before_ {};
};

struct sigaction current() {
  struct sigaction action {};
  sigaction(SIGINT, nullptr, &action);
  return action;
}

/// A subscribed eventfd.
class listener {
public:
  listener() : subscribed_(sigint_trap::subscribe(descriptor_)) {
  }

  ~listener() {
    sigint_trap::unsubscribe(descriptor_);
    ::close(descriptor_);
  }

  [[nodiscard]] bool subscribed() const {
    return subscribed_;
  }

  [[nodiscard]] int descriptor() const {
    return descriptor_;
  }

  /// How many signals it has heard since the last call.
  [[nodiscard]] std::uint64_t heard() const {
    eventfd_t count = 0;
    return ::eventfd_read(descriptor_, &count) == 0 ? count : 0;
  }

private:
  int descriptor_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  bool subscribed_;
};

} // namespace

TEST_CASE("without a hold the process's own handler stands", "[actors][sigint_trap][S11]") {
  own_handler own;
  listener ear;
  raise(SIGINT);
  CHECK(calls_of_ours == 1);
  CHECK(ear.heard() == 0);
}

TEST_CASE("during a hold the previous handler is off", "[actors][sigint_trap][S11]") {
  own_handler own;
  listener ear;
  {
    auto token = sigint_trap::hold();
    raise(SIGINT);
    CHECK(calls_of_ours == 0);
    CHECK(ear.heard() == 1);
  }
  raise(SIGINT);
  CHECK(calls_of_ours == 1);
  CHECK(ear.heard() == 0);
}

TEST_CASE("after a hold the previous action is back with flags and mask",
          "[actors][sigint_trap][S11]") {
  own_handler own;
  sigint_trap::hold().reset();
  auto after = current();
  CHECK(after.sa_handler == &ours);
  CHECK((after.sa_flags & SA_NODEFER) != 0);
  CHECK(sigismember(&after.sa_mask, SIGUSR1) == 1);
}

TEST_CASE("an ignored SIGINT is ignored again after a hold", "[actors][sigint_trap][S11]") {
  own_handler ignoring{SIG_IGN};
  listener ear;
  {
    auto token = sigint_trap::hold();
    raise(SIGINT);
    CHECK(ear.heard() == 1);
  }
  CHECK(current().sa_handler == SIG_IGN);
  raise(SIGINT);
}

TEST_CASE("nested holds end with the last one", "[actors][sigint_trap][S11]") {
  own_handler own;
  listener ear;
  auto outer = sigint_trap::hold();
  auto inner = sigint_trap::hold();
  outer.reset(); // in any order
  raise(SIGINT);
  CHECK(calls_of_ours == 0);
  CHECK(ear.heard() == 1);
  inner.reset();
  raise(SIGINT);
  CHECK(calls_of_ours == 1);
}

TEST_CASE("a copied token holds until the last copy goes", "[actors][sigint_trap][S11]") {
  own_handler own;
  auto token = sigint_trap::hold();
  auto copy = token;
  token.reset();
  raise(SIGINT);
  CHECK(calls_of_ours == 0);
  copy.reset();
  raise(SIGINT);
  CHECK(calls_of_ours == 1);
}

TEST_CASE("a handler that is installed during a hold stays", "[actors][sigint_trap][S11]") {
  own_handler restored; // puts back what was before the test
  auto token = sigint_trap::hold();
  struct sigaction theirs {};
  theirs.sa_handler = SIG_IGN;
  sigaction(SIGINT, &theirs, nullptr);
  token.reset();
  CHECK(current().sa_handler == SIG_IGN);
}

TEST_CASE("a handler of ours that somebody puts back does not become the previous one",
          "[actors][sigint_trap][S11]") {
  own_handler own;
  struct sigaction found {};
  {
    auto token = sigint_trap::hold();
    struct sigaction theirs {};
    theirs.sa_handler = SIG_IGN;
    sigaction(SIGINT, &theirs, &found); // as somebody does who wants SIGINT for a while
  }
  sigaction(SIGINT, &found, nullptr); // and is done with it
  sigint_trap::hold().reset();
  CHECK(current().sa_handler == &ours);
}

TEST_CASE("every subscriber hears every signal", "[actors][sigint_trap][S11]") {
  own_handler own;
  listener a;
  listener b;
  auto token = sigint_trap::hold();
  for (int i = 0; i < 3; ++i)
    raise(SIGINT);
  CHECK(a.heard() == 3);
  CHECK(b.heard() == 3);
}

TEST_CASE("who has unsubscribed hears nothing", "[actors][sigint_trap][S11]") {
  own_handler own;
  listener ear;
  auto token = sigint_trap::hold();
  sigint_trap::unsubscribe(ear.descriptor());
  raise(SIGINT);
  CHECK(ear.heard() == 0);
}

TEST_CASE("a signal without subscribers is swallowed", "[actors][sigint_trap][S11]") {
  own_handler own;
  auto token = sigint_trap::hold();
  raise(SIGINT);
  CHECK(calls_of_ours == 0);
}

TEST_CASE("there is room for 64 subscribers", "[actors][sigint_trap][S11]") {
  std::vector<std::unique_ptr<listener>> many;
  for (int i = 0; i < 64; ++i) {
    many.push_back(std::make_unique<listener>());
    REQUIRE(many.back()->subscribed());
  }
  listener late;
  CHECK_FALSE(late.subscribed());
  many.pop_back();
  CHECK(sigint_trap::subscribe(late.descriptor()));
}

TEST_CASE("a signal leaves errno alone", "[actors][sigint_trap][S11]") {
  own_handler own;
  listener full;
  ::eventfd_write(full.descriptor(), std::numeric_limits<std::uint64_t>::max() - 1);
  auto token = sigint_trap::hold();
  errno = 77;
  raise(SIGINT); // its write fails
  CHECK(errno == 77);
}

TEST_CASE("a hold has fired when a signal came while it lasted", "[actors][sigint_trap][S11]") {
  own_handler own;
  auto outer = sigint_trap::hold();
  auto early = sigint_trap::hold();
  CHECK_FALSE(early->fired());
  early->end();
  raise(SIGINT);
  auto late = sigint_trap::hold();
  CHECK(outer->fired());
  CHECK_FALSE(early->fired());
  CHECK_FALSE(late->fired());
  outer->end();
  CHECK(outer->fired()); // also when it is over
}

TEST_CASE("a hold that was ended early gives the signal back", "[actors][sigint_trap][S11]") {
  own_handler own;
  auto token = sigint_trap::hold();
  token->end();
  token->end(); // once is enough
  raise(SIGINT);
  CHECK(calls_of_ours == 1);
  CHECK_FALSE(token->fired());
  auto again = sigint_trap::hold();
  token.reset();
  raise(SIGINT);
  CHECK(calls_of_ours == 1);
  CHECK(again->fired());
}

TEST_CASE("every signal goes to a hold or to the process's own handler",
          "[actors][sigint_trap][S11]") {
  own_handler own;
  constexpr int signals = 2000;
  std::atomic<bool> done{false};
  std::atomic<int> met_by_holds{0};
  std::thread holder{[&] {
    while (!done) {
      auto token = sigint_trap::hold();
      token->end();
      if (token->fired())
        ++met_by_holds;
    }
  }};
  auto until = std::chrono::steady_clock::now() + patience;
  for (int sent = 1; sent <= signals; ++sent) {
    ::raise(SIGINT);
    while (calls_of_ours + met_by_holds < sent && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
  }
  done = true;
  holder.join();
  CHECK(calls_of_ours + met_by_holds == signals);
}

TEST_CASE("threads that hold, listen and signal at once end where they began",
          "[actors][sigint_trap][S11]") {
  own_handler own;
  {
    auto always = sigint_trap::hold(); // so that no signal meets the process's own handler
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([i] {
        for (int round = 0; round < 300; ++round) {
          auto token = sigint_trap::hold();
          if (i == 0) {
            ::raise(SIGINT);
          } else {
            listener ear;
            ::raise(SIGINT);
          }
        }
      });
    for (auto& thread : threads)
      thread.join();
  }
  CHECK(calls_of_ours == 0);
  CHECK(current().sa_handler == &ours);
}
