// Who stops whom, and who lets go of the brake. No V8, no clock: times are given.

#include "runtime/run_ledger.hpp"
#include "tests/support/seed.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

using namespace troupe;
using namespace troupe::testing;
using js::never;
using js::request_id;
using js::run_ledger;
using js::steady_time;
using js::stop_reason;
using std::chrono::milliseconds;

namespace {

using namespace std::chrono_literals;

constexpr steady_time at(int ms) {
  return steady_time{milliseconds{ms}};
}

/// The brake of an isolate, as V8 has it: pulled or not.
struct brake {
  int stops = 0;
  int releases = 0;
  bool pulled = false;

  js::isolate_brake make() {
    return {.stop =
              [this] {
                ++stops;
                pulled = true;
              },
            .release =
              [this] {
                ++releases;
                pulled = false;
              }};
  }
};

/// A hold on SIGINT that has fired, or not.
class fake_hold final : public js::sigint_hold {
public:
  explicit fake_hold(bool fired = true) : fired_(fired) {
  }

  [[nodiscard]] bool fired() const noexcept override {
    return fired_;
  }

  void end() noexcept override {
    ended = true;
  }

  std::atomic<bool> ended{false};

private:
  bool fired_;
};

std::shared_ptr<js::sigint_hold> hold_if(bool wanted) {
  return wanted ? std::make_shared<fake_hold>() : nullptr;
}

struct fixture {
  brake v8;
  run_ledger ledger{v8.make()};

  js::turn_id enter(request_id request, steady_time deadline = never, bool sigint = false) {
    auto begun = ledger.enter(
      {.request = request, .deadline = deadline, .timeout = 5ms, .sigint = hold_if(sigint)});
    REQUIRE_FALSE(begun.refused);
    return begun.id;
  }

  void await(request_id request, steady_time deadline = never, bool sigint = false) {
    [[maybe_unused]] auto arm = ledger.await(
      {.request = request, .deadline = deadline, .timeout = 5ms, .sigint = hold_if(sigint)});
  }

  std::vector<request_id> expire(steady_time now) {
    std::vector<request_id> requests;
    for (const auto& late : ledger.expire(now).answer)
      requests.push_back(late.request);
    return requests;
  }
};

using requests = std::vector<request_id>;

} // namespace

// -- a turn ---------------------------------------------------------------------------

TEST_CASE("a turn that nobody stops leaves the brake alone", "[runtime][run_ledger][A4]") {
  fixture f;
  auto turn = f.enter(1);
  CHECK_FALSE(f.ledger.stopping());
  CHECK_FALSE(f.ledger.leave(turn));
  CHECK(f.v8.stops == 0);
  CHECK(f.v8.releases == 0);
}

TEST_CASE("turns have ids of their own", "[runtime][run_ledger]") {
  fixture f;
  auto a = f.enter(1);
  auto b = f.enter(1);
  CHECK(a != b);
  f.ledger.leave(b);
  f.ledger.leave(a);
  CHECK(f.enter(1) > b);
}

TEST_CASE("leaving what is not the innermost turn does nothing", "[runtime][run_ledger]") {
  fixture f;
  auto outer = f.enter(1, at(5));
  auto inner = f.enter(2);
  CHECK_FALSE(f.ledger.leave(outer));
  CHECK(f.expire(at(5)) == requests{1}); // it is still there
  f.ledger.leave(inner);
  CHECK(f.ledger.leave(outer) == stop_reason::timeout);
}

TEST_CASE("leaving without a turn does nothing", "[runtime][run_ledger]") {
  fixture f;
  CHECK_FALSE(f.ledger.leave(1));
  CHECK_FALSE(f.ledger.leave(0));
}

// -- deadlines ------------------------------------------------------------------------

TEST_CASE("a deadline that comes before the end stops the turn", "[runtime][run_ledger][S10]") {
  fixture f;
  auto turn = f.enter(1, at(10));
  CHECK(f.expire(at(10)) == requests{1});
  CHECK(f.v8.pulled);
  CHECK(f.ledger.stopping());
  CHECK(f.ledger.leave(turn) == stop_reason::timeout);
  CHECK_FALSE(f.ledger.stopping());
  CHECK_FALSE(f.v8.pulled);
  CHECK(f.v8.releases == 1);
}

TEST_CASE("a deadline that comes after the end does nothing", "[runtime][run_ledger][S10][A4]") {
  fixture f;
  auto turn = f.enter(1, at(10));
  CHECK_FALSE(f.ledger.leave(turn));
  CHECK(f.expire(at(10)).empty());
  CHECK(f.v8.stops == 0);
}

TEST_CASE("a late deadline never hits the next turn", "[runtime][run_ledger][A4]") {
  fixture f;
  f.ledger.leave(f.enter(1, at(10)));
  f.enter(2, at(100));
  CHECK(f.expire(at(10)).empty());
  CHECK_FALSE(f.ledger.stopping());
  CHECK(f.v8.stops == 0);
}

TEST_CASE("a turn is not stopped before its deadline", "[runtime][run_ledger][S10]") {
  fixture f;
  f.enter(1, at(10));
  auto due = f.ledger.expire(at(9));
  CHECK(due.answer.empty());
  CHECK(due.next == at(10));
  CHECK(f.v8.stops == 0);
}

TEST_CASE("a turn without a deadline never expires", "[runtime][run_ledger][S10]") {
  fixture f;
  f.enter(1);
  auto due = f.ledger.expire(at(1'000'000));
  CHECK(due.answer.empty());
  CHECK(due.next == never);
}

TEST_CASE("a request is answered once however often its deadline is looked at",
          "[runtime][run_ledger]") {
  fixture f;
  f.enter(1, at(10));
  CHECK(f.expire(at(10)) == requests{1});
  CHECK(f.expire(at(11)).empty());
  CHECK(f.v8.stops == 1);
}

TEST_CASE("the answer to an overdue request knows its timeout", "[runtime][run_ledger][S10]") {
  fixture f;
  f.enter(1, at(10));
  auto expired = f.ledger.expire(at(10));
  REQUIRE(expired.answer.size() == 1);
  CHECK(expired.answer[0].timeout == 5ms);
}

TEST_CASE("a turn that is nobody's is stopped and nobody answered", "[runtime][run_ledger]") {
  fixture f;
  auto turn = f.enter(0, at(10));
  CHECK(f.expire(at(10)).empty());
  CHECK(f.v8.pulled);
  CHECK(f.ledger.leave(turn) == stop_reason::timeout);
}

TEST_CASE("of two reasons the first one counts", "[runtime][run_ledger]") {
  fixture f;
  auto turn = f.enter(1, at(10), true);
  CHECK(f.ledger.interrupt() == requests{1});
  CHECK(f.expire(at(10)).empty());
  f.ledger.cancel(1);
  CHECK(f.ledger.leave(turn) == stop_reason::interrupt);
}

// -- arming ---------------------------------------------------------------------------

TEST_CASE("only a deadline earlier than all others is to be armed", "[runtime][run_ledger][A4]") {
  fixture f;
  auto first = f.ledger.enter({.request = 1, .deadline = at(100)});
  CHECK(first.arm == at(100));
  CHECK_FALSE(f.ledger.enter({.request = 2, .deadline = at(100)}).arm);
  CHECK_FALSE(f.ledger.enter({.request = 3, .deadline = at(200)}).arm);
  CHECK_FALSE(f.ledger.enter({.request = 4}).arm);
  CHECK(f.ledger.enter({.request = 5, .deadline = at(50)}).arm == at(50));
}

TEST_CASE("runs with the same timeout after each other arm once", "[runtime][run_ledger][A4]") {
  fixture f;
  int armed = 0;
  for (int i = 0; i < 100; ++i) {
    auto begun = f.ledger.enter({.request = 1, .deadline = at(1000 + i)});
    armed += begun.arm ? 1 : 0;
    f.ledger.leave(begun.id);
  }
  CHECK(armed == 1);
}

TEST_CASE("after an early look the next one is asked for", "[runtime][run_ledger][A4]") {
  fixture f;
  f.ledger.leave(f.enter(1, at(10)));
  f.enter(2, at(30));
  auto due = f.ledger.expire(at(10));
  CHECK(due.answer.empty());
  CHECK(due.next == at(30));
  CHECK(f.expire(at(30)) == requests{2});
}

TEST_CASE("after a look at nothing the next deadline is armed again",
          "[runtime][run_ledger][A4]") {
  fixture f;
  f.ledger.leave(f.enter(1, at(10)));
  CHECK(f.ledger.expire(at(10)).next == never);
  CHECK(f.ledger.enter({.request = 2, .deadline = at(30)}).arm == at(30));
}

TEST_CASE("a stopped turn is not waited for again", "[runtime][run_ledger]") {
  fixture f;
  f.enter(1, at(10));
  CHECK(f.ledger.expire(at(10)).next == never);
}

// -- nested turns ---------------------------------------------------------------------

TEST_CASE("an inner turn that is stopped lets the outer one go on",
          "[runtime][run_ledger][S10]") {
  fixture f;
  auto outer = f.enter(1);
  auto inner = f.enter(2, at(10));
  CHECK(f.expire(at(10)) == requests{2});
  CHECK(f.ledger.leave(inner) == stop_reason::timeout);
  CHECK_FALSE(f.v8.pulled);
  CHECK_FALSE(f.ledger.stopping());
  CHECK_FALSE(f.ledger.leave(outer));
  CHECK(f.v8.releases == 1);
}

TEST_CASE("an outer turn that is stopped keeps the brake until it leaves",
          "[runtime][run_ledger][S10]") {
  fixture f;
  auto outer = f.enter(1, at(10));
  auto inner = f.enter(2, at(100));
  CHECK(f.expire(at(10)) == requests{1}); // whoever timed out reports
  CHECK_FALSE(f.ledger.leave(inner));
  CHECK(f.v8.pulled);
  CHECK(f.ledger.stopping());
  CHECK(f.ledger.leave(outer) == stop_reason::timeout);
  CHECK_FALSE(f.v8.pulled);
  CHECK(f.v8.releases == 1);
}

TEST_CASE("the brake that stopped both is released once", "[runtime][run_ledger][S10]") {
  fixture f;
  auto outer = f.enter(1, at(10));
  auto inner = f.enter(2, at(5));
  CHECK(f.expire(at(10)) == requests{1, 2});
  CHECK(f.ledger.leave(inner) == stop_reason::timeout);
  CHECK(f.v8.releases == 0);
  CHECK(f.ledger.leave(outer) == stop_reason::timeout);
  CHECK(f.v8.releases == 1);
}

TEST_CASE("a middle turn that is stopped lets go when it leaves", "[runtime][run_ledger][S10]") {
  fixture f;
  auto outer = f.enter(1);
  auto middle = f.enter(2, at(10));
  auto inner = f.enter(3);
  CHECK(f.expire(at(10)) == requests{2});
  CHECK_FALSE(f.ledger.leave(inner));
  CHECK(f.v8.pulled);
  CHECK(f.ledger.leave(middle) == stop_reason::timeout);
  CHECK_FALSE(f.v8.pulled);
  CHECK_FALSE(f.ledger.leave(outer));
}

TEST_CASE("a turn entered while the outer one is to stop does not let go of the brake",
          "[runtime][run_ledger]") {
  fixture f;
  auto outer = f.enter(1);
  f.ledger.cancel(1);
  auto inner = f.enter(2);
  CHECK_FALSE(f.ledger.leave(inner));
  CHECK(f.v8.pulled);
  CHECK(f.ledger.leave(outer) == stop_reason::cancel);
  CHECK_FALSE(f.v8.pulled);
}

TEST_CASE("everything on the stack can be stopped at once", "[runtime][run_ledger][A9]") {
  fixture f;
  auto outer = f.enter(1);
  auto inner = f.enter(0);
  f.ledger.stop_all(stop_reason::heap_limit);
  CHECK(f.ledger.leave(inner) == stop_reason::heap_limit);
  CHECK(f.ledger.leave(outer) == stop_reason::heap_limit);
  CHECK(f.v8.releases == 1);
  f.enter(2); // and others may begin
}

TEST_CASE("stopping everything without a turn does nothing", "[runtime][run_ledger][A9]") {
  fixture f;
  f.ledger.stop_all(stop_reason::heap_limit);
  CHECK(f.v8.stops == 0);
  f.enter(1);
  CHECK_FALSE(f.ledger.stopping());
}

// -- evaluations ----------------------------------------------------------------------

TEST_CASE("a promise that settles in time is waited for", "[runtime][run_ledger][A5]") {
  fixture f;
  f.await(1, at(10));
  CHECK(f.ledger.settle(1));
  CHECK(f.expire(at(10)).empty());
}

TEST_CASE("a promise that settles too late is not waited for any more",
          "[runtime][run_ledger][A5][A9]") {
  fixture f;
  f.await(1, at(10));
  CHECK(f.expire(at(10)) == requests{1});
  CHECK_FALSE(f.ledger.settle(1));
  CHECK(f.v8.stops == 0); // nothing was running
}

TEST_CASE("a promise settles once", "[runtime][run_ledger][A5]") {
  fixture f;
  f.await(1);
  CHECK(f.ledger.settle(1));
  CHECK_FALSE(f.ledger.settle(1));
  CHECK_FALSE(f.ledger.settle(2));
}

TEST_CASE("an evaluation arms its deadline like a turn", "[runtime][run_ledger][A9]") {
  fixture f;
  CHECK(f.ledger.await({.request = 1, .deadline = at(50)}) == at(50));
  CHECK_FALSE(f.ledger.await({.request = 2, .deadline = at(60)}));
  CHECK_FALSE(f.ledger.await({.request = 3}));
  CHECK(f.ledger.await({.request = 4, .deadline = at(40)}) == at(40));
  CHECK(f.ledger.expire(at(45)).next == at(50));
}

TEST_CASE("an evaluation that waits again has only its new deadline", "[runtime][run_ledger]") {
  fixture f;
  f.await(1, at(10));
  f.await(1, at(20));
  CHECK(f.expire(at(15)).empty());
  CHECK(f.expire(at(20)) == requests{1});
}

TEST_CASE("an expired evaluation stops the turn that continues it", "[runtime][run_ledger][A9]") {
  fixture f;
  f.await(1, at(10));
  auto timer = f.enter(1); // a callback of the same request
  CHECK(f.expire(at(10)) == requests{1});
  CHECK(f.ledger.leave(timer) == stop_reason::timeout);
}

TEST_CASE("an expired evaluation stops a turn that runs the microtasks of others",
          "[runtime][run_ledger][A9]") {
  fixture f;
  f.await(1, at(10));
  auto other = f.enter(2);
  f.ledger.draining(true); // its continuation may be among them, and run for ever
  auto first = f.ledger.expire(at(10));
  REQUIRE(first.answer.size() == 1);
  CHECK(first.answer[0].request == 1);
  CHECK(first.answer[0].why == stop_reason::timeout);
  CHECK(first.next == at(10) + run_ledger::neighbour_grace);
  CHECK_FALSE(f.ledger.stopping());
  auto second = f.ledger.expire(first.next);
  REQUIRE(second.answer.size() == 1);
  CHECK(second.answer[0].request == 2);
  CHECK(second.answer[0].why == stop_reason::neighbour); // it has no time limit
  CHECK(f.ledger.leave(other) == stop_reason::neighbour);
}

TEST_CASE("an expired evaluation spares a turn whose microtasks come to an end",
          "[runtime][run_ledger][A9]") {
  fixture f;
  f.await(1, at(10));
  auto other = f.enter(2);
  f.ledger.draining(true);
  CHECK(f.expire(at(10)) == requests{1});
  f.ledger.draining(false);
  CHECK(f.expire(at(10) + run_ledger::neighbour_grace).empty());
  CHECK(f.ledger.expire(at(10) + run_ledger::neighbour_grace).next == never);
  CHECK(f.v8.stops == 0);
  CHECK_FALSE(f.ledger.leave(other));
}

TEST_CASE("an expired evaluation stops a turn that is nobody's", "[runtime][run_ledger][A9]") {
  fixture f;
  f.await(1, at(10));
  auto tasks = f.enter(0);
  CHECK(f.expire(at(10)) == requests{1});
  CHECK_FALSE(f.ledger.stopping());
  CHECK(f.expire(at(10) + run_ledger::neighbour_grace).empty());
  CHECK(f.ledger.leave(tasks) == stop_reason::neighbour);
}

TEST_CASE("an expired evaluation spares a turn that runs a script of its own",
          "[runtime][run_ledger][A9]") {
  fixture f;
  f.await(1, at(10));
  auto other = f.enter(2);
  f.ledger.draining(true);
  f.ledger.draining(false);
  CHECK(f.expire(at(10)) == requests{1});
  CHECK_FALSE(f.ledger.stopping());
  CHECK_FALSE(f.ledger.leave(other));
}

TEST_CASE("an expired evaluation spares a turn that has a deadline of its own",
          "[runtime][run_ledger][A9]") {
  fixture f;
  f.await(1, at(10));
  auto other = f.enter(2, at(100));
  f.ledger.draining(true);
  CHECK(f.expire(at(10)) == requests{1});
  CHECK_FALSE(f.ledger.stopping());
  CHECK(f.v8.stops == 0);
  CHECK_FALSE(f.ledger.leave(other));
}

TEST_CASE("several evaluations expire in the order of their deadlines", "[runtime][run_ledger]") {
  fixture f;
  f.await(1, at(30));
  f.await(2, at(10));
  f.await(3, at(20));
  f.await(4);
  CHECK(f.expire(at(25)) == requests{2, 3});
  CHECK(f.expire(at(1000)) == requests{1});
}

TEST_CASE("a request that waits and runs is answered once", "[runtime][run_ledger]") {
  fixture f;
  f.await(1, at(10));
  f.enter(1, at(10));
  CHECK(f.expire(at(10)) == requests{1});
  CHECK_FALSE(f.ledger.settle(1));
}

// -- SIGINT ---------------------------------------------------------------------------

TEST_CASE("SIGINT stops only those who asked for it", "[runtime][run_ledger][S11]") {
  fixture f;
  auto outer = f.enter(1);
  auto inner = f.enter(2, never, true);
  f.await(3, never, true);
  f.await(4);
  CHECK(f.ledger.interrupt() == requests{2, 3});
  CHECK(f.ledger.leave(inner) == stop_reason::interrupt);
  CHECK_FALSE(f.ledger.leave(outer));
  CHECK_FALSE(f.ledger.settle(3));
  CHECK(f.ledger.settle(4));
}

TEST_CASE("SIGINT without anybody who asked does nothing", "[runtime][run_ledger][S11]") {
  fixture f;
  f.enter(1);
  f.await(2);
  CHECK(f.ledger.interrupt().empty());
  CHECK(f.v8.stops == 0);
}

TEST_CASE("a second SIGINT finds nobody", "[runtime][run_ledger][S11]") {
  fixture f;
  f.enter(1, never, true);
  f.await(2, never, true);
  CHECK(f.ledger.interrupt().size() == 2);
  CHECK(f.ledger.interrupt().empty());
}

TEST_CASE("SIGINT stops the turn that continues an evaluation that asked for it",
          "[runtime][run_ledger][S11]") {
  fixture f;
  f.await(1, never, true);
  auto timer = f.enter(1); // a timer that the evaluation waits for, running for ever
  CHECK(f.ledger.interrupt() == requests{1});
  CHECK(f.ledger.leave(timer) == stop_reason::interrupt);
}

// -- cancellation ---------------------------------------------------------------------

TEST_CASE("cancelling a running request stops it", "[runtime][run_ledger][A6]") {
  fixture f;
  auto turn = f.enter(1);
  f.ledger.cancel(1);
  CHECK(f.v8.pulled);
  CHECK(f.ledger.leave(turn) == stop_reason::cancel);
}

TEST_CASE("cancelling a waiting request ends the wait", "[runtime][run_ledger][A6]") {
  fixture f;
  f.await(1, at(10));
  f.ledger.cancel(1);
  CHECK_FALSE(f.ledger.settle(1));
  CHECK(f.expire(at(10)).empty());
  f.enter(1); // its timers may still come, and are not refused
}

TEST_CASE("cancelling a request that has not begun refuses it", "[runtime][run_ledger][A6]") {
  fixture f;
  f.ledger.cancel(1);
  CHECK(f.v8.stops == 0);
  CHECK(f.ledger.enter({.request = 1}).refused == stop_reason::cancel);
}

TEST_CASE("a cancellation refuses one request once", "[runtime][run_ledger][A6]") {
  fixture f;
  f.ledger.cancel(1);
  CHECK_FALSE(f.ledger.enter({.request = 2}).refused);
  CHECK(f.ledger.enter({.request = 1}).refused);
  CHECK_FALSE(f.ledger.enter({.request = 1}).refused);
}

TEST_CASE("a cancellation that is withdrawn refuses nothing", "[runtime][run_ledger][A6]") {
  fixture f;
  f.ledger.cancel(1); // it had finished before
  f.ledger.withdraw(1);
  CHECK_FALSE(f.ledger.enter({.request = 1}).refused);
}

TEST_CASE("withdrawing what was not cancelled does nothing", "[runtime][run_ledger][A6]") {
  fixture f;
  f.enter(1);
  f.ledger.withdraw(1);
  CHECK_FALSE(f.ledger.stopping());
}

TEST_CASE("cancelling one request spares the others", "[runtime][run_ledger][A6]") {
  fixture f;
  f.enter(1);
  f.await(2);
  f.ledger.cancel(3);
  CHECK_FALSE(f.ledger.stopping());
  CHECK(f.ledger.settle(2));
  CHECK(f.v8.stops == 0);
}

TEST_CASE("cancelling a request whose timer runs stops the timer", "[runtime][run_ledger][A6]") {
  fixture f;
  f.await(1);
  auto timer = f.enter(1);
  f.ledger.cancel(1);
  CHECK(f.ledger.leave(timer) == stop_reason::cancel);
  CHECK_FALSE(f.ledger.settle(1));
}

// -- the end --------------------------------------------------------------------------

TEST_CASE("closing stops all turns and refuses new ones", "[runtime][run_ledger][A2]") {
  fixture f;
  auto outer = f.enter(1);
  auto inner = f.enter(2);
  f.ledger.close();
  CHECK(f.ledger.leave(inner) == stop_reason::close);
  CHECK(f.ledger.leave(outer) == stop_reason::close);
  CHECK(f.v8.releases == 1);
  CHECK(f.ledger.enter({.request = 3}).refused == stop_reason::close);
  CHECK(f.ledger.enter({}).refused == stop_reason::close);
}

TEST_CASE("a cancelled request is told so even when the ledger is closed",
          "[runtime][run_ledger][A6]") {
  fixture f;
  f.ledger.cancel(1);
  f.ledger.close();
  CHECK(f.ledger.enter({.request = 1}).refused == stop_reason::cancel);
}

TEST_CASE("after the isolate has gone nothing touches its brake", "[runtime][run_ledger][A2]") {
  fixture f;
  auto turn = f.enter(1, at(10));
  f.ledger.retire();
  CHECK(f.expire(at(10)) == requests{1});
  f.ledger.cancel(1);
  f.ledger.close();
  CHECK(f.ledger.leave(turn) == stop_reason::timeout);
  CHECK(f.v8.stops == 0);
  CHECK(f.v8.releases == 0);
}

TEST_CASE("a ledger without a brake works", "[runtime][run_ledger]") {
  run_ledger ledger{{}};
  auto begun = ledger.enter({.request = 1});
  ledger.cancel(1);
  CHECK(ledger.leave(begun.id) == stop_reason::cancel);
}

// -- all of it ------------------------------------------------------------------------

namespace {

/// What the ledger promises, in the plainest terms: linear searches, no cleverness.
class model {
public:
  struct frame {
    js::turn_id id = 0;
    run_ledger::turn run;
    std::optional<stop_reason> stopped{};
    bool in_grace = false;
  };

  std::vector<frame> frames;
  std::map<request_id, run_ledger::turn> waiting;
  std::set<request_id> cancelled;
  bool closed = false;
  bool draining = false;

  /// At all times: pulled exactly while a turn that is to stop is on the stack.
  [[nodiscard]] bool brake() const {
    return std::ranges::any_of(frames, [](auto& f) { return f.stopped.has_value(); });
  }

  [[nodiscard]] steady_time next() const {
    auto first = never;
    for (const auto& f : frames)
      if (!f.stopped)
        first = std::min(first, f.run.deadline);
    for (const auto& [request, run] : waiting)
      first = std::min(first, run.deadline);
    return first;
  }

  bool stop(frame& which, stop_reason why) {
    if (which.stopped)
      return false;
    which.stopped = why;
    waiting.erase(which.run.request);
    return which.run.request != 0;
  }

  std::multiset<request_id> expire(steady_time now) {
    std::multiset<request_id> answer;
    auto may_run_others = [&](frame& f) { return draining || f.run.request == 0; };
    for (auto& f : frames) {
      if (f.run.deadline > now)
        continue;
      if (f.in_grace && !may_run_others(f)) {
        f.run.deadline = never;
        f.in_grace = false;
      } else if (stop(f, f.in_grace ? stop_reason::neighbour : stop_reason::timeout)) {
        answer.insert(f.run.request);
      }
    }
    for (;;) {
      auto due =
        std::ranges::min_element(waiting, {}, [](auto& entry) { return entry.second.deadline; });
      if (due == waiting.end() || due->second.deadline > now)
        return answer;
      auto request = due->first;
      answer.insert(request);
      waiting.erase(due);
      if (frames.empty())
        continue;
      auto& outermost = frames.front();
      if (outermost.run.request == request)
        stop(outermost, stop_reason::timeout);
      else if (outermost.run.deadline == never && may_run_others(outermost)) {
        outermost.run.deadline = now + run_ledger::neighbour_grace;
        outermost.in_grace = true;
      }
    }
  }

  std::multiset<request_id> interrupt() {
    std::multiset<request_id> answer;
    for (auto& f : frames)
      if (f.run.sigint && stop(f, stop_reason::interrupt))
        answer.insert(f.run.request);
    std::vector<request_id> asked;
    for (auto& [request, run] : waiting)
      if (run.sigint)
        asked.push_back(request);
    for (auto request : asked) {
      answer.insert(request);
      waiting.erase(request);
      for (auto& f : frames)
        if (f.run.request == request)
          stop(f, stop_reason::interrupt);
    }
    return answer;
  }

  void cancel(request_id request) {
    bool waited = waiting.erase(request) != 0;
    auto found = std::ranges::find(frames, request, [](auto& f) { return f.run.request; });
    if (found != frames.end())
      stop(*found, stop_reason::cancel);
    else if (!waited)
      cancelled.insert(request);
  }
};

template <class Late>
std::multiset<request_id> requests_of(const std::vector<Late>& answer) {
  std::multiset<request_id> result;
  for (const auto& each : answer) {
    if constexpr (std::is_same_v<Late, request_id>)
      result.insert(each);
    else
      result.insert(each.request);
  }
  return result;
}

} // namespace

// -- giving up ------------------------------------------------------------------------

TEST_CASE("an isolate that does not let go after its close is given up, once",
          "[runtime][run_ledger][A9]") {
  fixture f;
  auto turn = f.enter(1);
  f.ledger.close(at(10));
  auto early = f.ledger.expire(at(9));
  CHECK_FALSE(early.give_up);
  CHECK(early.next == at(10));
  CHECK_FALSE(f.ledger.given_up());
  auto due = f.ledger.expire(at(10));
  CHECK(due.give_up);
  CHECK(due.next == never);
  CHECK(f.ledger.given_up());
  CHECK_FALSE(f.ledger.expire(at(11)).give_up);
  f.ledger.leave(turn);
  CHECK_FALSE(f.ledger.enter_host());
}

TEST_CASE("an isolate that has let go is not given up", "[runtime][run_ledger][A9]") {
  fixture f;
  auto turn = f.enter(1);
  f.ledger.close(at(10));
  f.ledger.leave(turn);
  auto due = f.ledger.expire(at(10));
  CHECK_FALSE(due.give_up);
  CHECK(due.next == never);
}

TEST_CASE("an isolate that was not closed is never given up", "[runtime][run_ledger][A9]") {
  fixture f;
  f.enter(1, at(5));
  CHECK_FALSE(f.ledger.expire(at(1000)).give_up);
}

TEST_CASE("the earliest of several closes counts", "[runtime][run_ledger][A9]") {
  fixture f;
  f.enter(1);
  f.ledger.close(at(20));
  f.ledger.close(at(10));
  f.ledger.close();
  CHECK(f.ledger.expire(at(10)).give_up);
}

TEST_CASE("an isolate is not given up while the host holds it", "[runtime][run_ledger][A9]") {
  fixture f;
  f.enter(1);
  REQUIRE(f.ledger.enter_host());
  f.ledger.close(at(10));
  auto due = f.ledger.expire(at(10));
  CHECK_FALSE(due.give_up);
  CHECK(due.next > at(10));
  CHECK(due.next < at(1000));
  f.ledger.leave_host();
  CHECK(f.ledger.expire(due.next).give_up);
}

TEST_CASE("a signal of before a hold does not end its run", "[runtime][run_ledger][S11]") {
  fixture f;
  auto quiet = std::make_shared<fake_hold>(false);
  auto turn = f.ledger.enter({.request = 1, .sigint = quiet});
  [[maybe_unused]] auto arm = f.ledger.await({.request = 2, .sigint = quiet});
  CHECK(f.ledger.interrupt().empty());
  CHECK_FALSE(f.ledger.leave(turn.id));
}

TEST_CASE("whoever stops a run gives SIGINT back", "[runtime][run_ledger][S11]") {
  fixture f;
  for (int how = 0; how < 4; ++how) {
    CAPTURE(how);
    auto running = std::make_shared<fake_hold>();
    auto waiting = std::make_shared<fake_hold>();
    auto turn = f.ledger.enter({.request = 1, .deadline = at(5), .sigint = running});
    [[maybe_unused]] auto arm =
      f.ledger.await({.request = 2, .deadline = at(5), .sigint = waiting});
    CHECK_FALSE(running->ended);
    CHECK_FALSE(waiting->ended);
    if (how == 0) {
      [[maybe_unused]] auto late = f.ledger.expire(at(5));
    } else if (how == 1) {
      [[maybe_unused]] auto hit = f.ledger.interrupt();
    } else if (how == 2) {
      f.ledger.cancel(1);
      f.ledger.cancel(2);
    } else {
      f.ledger.stop_all(stop_reason::heap_limit);
      f.ledger.settle(2);
    }
    CHECK(running->ended);
    CHECK(waiting->ended);
    f.ledger.leave(turn.id);
  }
}

TEST_CASE("thousands of random steps agree with a plain model", "[runtime][run_ledger][A4]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  for (int round = 0; round < 300; ++round) {
    fixture f;
    model plain;
    auto now = at(0);
    auto alarm = never; // what a watchdog that heeds `arm` and `next` would have
    std::string story;
    auto agree = [&](bool same, const char* what) {
      if (!same)
        FAIL("round " << round << ": " << what << " after" << story);
    };
    auto random_turn = [&](bool nobody) {
      run_ledger::turn run;
      run.request = nobody && random.one_in(4) ? 0 : 1 + random.below(6);
      run.deadline = random.one_in(3) ? never : now + milliseconds{random.below(20)};
      run.sigint = hold_if(random.one_in(3));
      return run;
    };
    for (int step = 0; step < 80; ++step) {
      auto which = random.below(13);
      auto request = 1 + random.below(6);
      story += " " + std::to_string(which) + ":" + std::to_string(request);
      switch (which) {
        case 0:
        case 1:
        case 2: {
          if (plain.frames.size() == 5)
            break;
          auto run = random_turn(true);
          auto begun = f.ledger.enter(run);
          if (run.request != 0 && plain.cancelled.erase(run.request) != 0) {
            agree(begun.refused == stop_reason::cancel, "a cancelled request was let in");
            break;
          }
          agree(begun.refused
                  == (plain.closed ? std::optional{stop_reason::close} : std::nullopt),
                "enter and close differ");
          if (begun.refused)
            break;
          plain.frames.push_back({begun.id, run});
          if (begun.arm)
            alarm = std::min(alarm, *begun.arm);
          break;
        }
        case 3:
        case 4: {
          if (plain.frames.empty())
            break;
          auto innermost = plain.frames.back();
          plain.frames.pop_back();
          auto releases = f.v8.releases;
          agree(f.ledger.leave(innermost.id) == innermost.stopped, "leave differs");
          agree(f.v8.releases - releases == (innermost.stopped && !plain.brake() ? 1 : 0),
                "the brake was not released exactly once");
          break;
        }
        case 5: {
          auto run = random_turn(false);
          if (auto arm = f.ledger.await(run))
            alarm = std::min(alarm, *arm);
          plain.waiting[run.request] = run;
          break;
        }
        case 6:
          agree(f.ledger.settle(request) == (plain.waiting.erase(request) != 0),
                "settle differs");
          break;
        case 7:
          now += milliseconds{random.below(8)};
          [[fallthrough]];
        case 8: {
          // As the watchdog does: when the alarm is due; sometimes for no reason.
          if (alarm > now && !random.one_in(4))
            break;
          auto expired = f.ledger.expire(now);
          agree(requests_of(expired.answer) == plain.expire(now), "expire differs");
          agree(expired.next == plain.next(), "the next deadline differs");
          alarm = expired.next;
          break;
        }
        case 9:
          agree(requests_of(f.ledger.interrupt()) == plain.interrupt(), "interrupt differs");
          break;
        case 10:
          f.ledger.cancel(request);
          plain.cancel(request);
          break;
        case 11:
          plain.draining = random.one_in(2);
          f.ledger.draining(plain.draining);
          break;
        default:
          if (random.one_in(2)) {
            f.ledger.withdraw(request);
            plain.cancelled.erase(request);
          } else if (random.one_in(4)) {
            // A heap limit is answered later: see cpu_limit_tests.cpp.
            f.ledger.stop_all(stop_reason::interrupt);
            for (auto& frame : plain.frames)
              plain.stop(frame, stop_reason::interrupt);
          } else if (random.one_in(20)) {
            f.ledger.close();
            plain.closed = true;
            for (auto& frame : plain.frames)
              plain.stop(frame, stop_reason::close);
          }
      }
      agree(f.v8.pulled == plain.brake(), "the brake differs");
      agree(f.ledger.stopping() == plain.brake(), "whether anything is to stop differs");
      agree(alarm <= plain.next(), "a deadline was not armed");
    }
  }
}

TEST_CASE("threads that race over one ledger leave every brake released",
          "[runtime][run_ledger][A4]") {
  // The isolate's own state: what matters is whether the brake is off between turns.
  std::atomic<int> pulled{0};
  run_ledger ledger{{.stop = [&] { pulled = 1; }, .release = [&] { pulled = 0; }}};
  std::atomic<bool> done{false};
  std::atomic<request_id> current{0};
  std::atomic<std::uint64_t> answered{0};
  std::vector<std::thread> others;
  others.emplace_back([&] {
    while (!done)
      answered += ledger.expire(at(10)).answer.size();
  });
  others.emplace_back([&] {
    while (!done)
      answered += ledger.interrupt().size();
  });
  others.emplace_back([&] {
    while (!done) {
      auto request = current.load();
      ledger.cancel(request);
      ledger.withdraw(request);
    }
  });
  int left_pulled = 0;
  std::uint64_t stopped = 0;
  std::uint64_t timed_out_or_interrupted = 0;
  for (request_id request = 1; request <= 20'000; ++request) {
    current = request;
    auto begun = ledger.enter({.request = request,
                               .deadline = request % 2 == 0 ? at(5) : never,
                               .sigint = hold_if(request % 3 == 0)});
    if (begun.refused)
      continue;
    auto why = ledger.leave(begun.id);
    stopped += why ? 1u : 0u;
    if (why == stop_reason::timeout || why == stop_reason::interrupt)
      ++timed_out_or_interrupted;
    left_pulled += pulled.load();
  }
  done = true;
  for (auto& each : others)
    each.join();
  CHECK(left_pulled == 0);
  CHECK(answered == timed_out_or_interrupted); // who stops a request answers it
  CHECK(stopped >= timed_out_or_interrupted);
}
