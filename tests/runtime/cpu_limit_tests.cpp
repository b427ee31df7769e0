// Limits on CPU time, and how long a stop takes: what run_ledger decides. No V8,
// no clock: times are given.

#include "runtime/run_ledger.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace troupe;
using js::never;
using js::request_id;
using js::run_ledger;
using js::steady_time;
using js::stop_reason;

namespace {

using namespace std::chrono_literals;

constexpr steady_time at(int ms) {
  return steady_time{std::chrono::milliseconds{ms}};
}

struct fixture {
  std::chrono::nanoseconds cpu{1s}; // the thread had used that much before
  int readings = 0;
  int stops = 0;
  int releases = 0;
  int insisted = 0;
  run_ledger ledger{{.stop = [this] { ++stops; },
                     .release = [this] { ++releases; },
                     .insist = [this] { ++insisted; }},
                    {.cpu_used =
                       [this] {
                         ++readings;
                         return cpu;
                       },
                     .unresponsive_after = 100ms}};

  run_ledger::entered enter(request_id request, std::chrono::milliseconds cpu_time,
                            steady_time now) {
    return ledger.enter({.request = request, .cpu_time = cpu_time}, now);
  }
};

} // namespace

// -- of a run -----------------------------------------------------------------------

TEST_CASE("CPU time is looked at when it could be used up, not before",
          "[runtime][run_ledger][A9]") {
  fixture f;
  auto begun = f.enter(1, 50ms, at(0));
  CHECK(begun.arm == at(50));
  f.readings = 0;
  CHECK(f.ledger.expire(at(49)).answer.empty());
  CHECK(f.readings == 0);
}

TEST_CASE("a run that has waited is looked at again when the rest of its CPU time could be used",
          "[runtime][run_ledger][A9]") {
  fixture f;
  f.enter(1, 50ms, at(0));
  f.cpu += 20ms;
  auto due = f.ledger.expire(at(50));
  CHECK(due.answer.empty());
  CHECK(due.next == at(80));
  f.cpu += 30ms;
  due = f.ledger.expire(at(80));
  REQUIRE(due.answer.size() == 1);
  CHECK(due.answer[0].request == 1);
  CHECK(due.answer[0].why == stop_reason::cpu_time);
  CHECK(due.answer[0].timeout == 50ms);
  CHECK(f.stops == 1);
}

TEST_CASE("a look at CPU time that comes after its run does not stop the next",
          "[runtime][run_ledger][A9]") {
  fixture f;
  f.ledger.leave(f.enter(1, 50ms, at(0)).id);
  f.cpu += 200ms;
  auto next = f.enter(2, 50ms, at(49));
  CHECK(f.ledger.expire(at(50)).answer.empty());
  CHECK_FALSE(f.ledger.leave(next.id));
  CHECK(f.stops == 0);
}

TEST_CASE("a run without a limit on CPU time does not ask for the clock",
          "[runtime][run_ledger][A9]") {
  fixture f;
  auto begun = f.enter(1, 0ms, at(0));
  CHECK_FALSE(begun.arm);
  f.ledger.leave(begun.id);
  CHECK(f.readings == 0);
}

TEST_CASE("the turns of an evaluation share its CPU time", "[runtime][run_ledger][A9]") {
  fixture f;
  auto first = f.enter(1, 50ms, at(0));
  (void)f.ledger.await({.request = 1, .cpu_time = 50ms});
  f.cpu += 30ms;
  f.ledger.leave(first.id);
  f.cpu += 500ms; // somebody else's
  f.enter(1, 50ms, at(1000));
  f.cpu += 19ms;
  CHECK(f.ledger.expire(at(1020)).answer.empty());
  f.cpu += 1ms;
  CHECK(f.ledger.expire(at(1021)).answer.size() == 1);
  CHECK_FALSE(f.ledger.settle(1)); // it has been answered
}

TEST_CASE("of CPU time and deadline the one that is over first stops a run, once",
          "[runtime][run_ledger][A9]") {
  fixture f;
  (void)f.ledger.enter({.request = 1, .deadline = at(50), .timeout = 50ms, .cpu_time = 50ms},
                       at(0));
  f.cpu += 60ms;
  auto due = f.ledger.expire(at(60));
  REQUIRE(due.answer.size() == 1);
  CHECK(due.answer[0].why == stop_reason::timeout);
  CHECK(f.ledger.expire(at(61)).answer.empty());
}

TEST_CASE("an inner turn is not charged to the CPU time of nobody, but to that of the outer one",
          "[runtime][run_ledger][A9]") {
  fixture f;
  f.enter(1, 50ms, at(0));
  auto inner = f.enter(2, 500ms, at(0));
  f.cpu += 60ms;
  auto due = f.ledger.expire(at(60));
  REQUIRE(due.answer.size() == 1);
  CHECK(due.answer[0].request == 1);
  CHECK_FALSE(f.ledger.leave(inner.id));
}

// -- of a context -------------------------------------------------------------------

TEST_CASE("a CPU budget that is used up stops everything and closes",
          "[runtime][run_ledger][A9]") {
  fixture f;
  f.ledger.limit_cpu(100ms);
  auto begun = f.enter(1, 0ms, at(0));
  CHECK(begun.arm == at(100));
  f.cpu += 100ms;
  auto due = f.ledger.expire(at(100));
  CHECK(due.spent);
  REQUIRE(due.answer.size() == 1);
  CHECK(due.answer[0].why == stop_reason::cpu_budget);
  CHECK(f.ledger.leave(begun.id) == stop_reason::cpu_budget);
  CHECK(f.enter(2, 0ms, at(101)).refused == stop_reason::close);
  CHECK_FALSE(f.ledger.expire(at(200)).spent); // told once
}

TEST_CASE("many short turns use up a CPU budget together", "[runtime][run_ledger][A9]") {
  fixture f;
  f.ledger.limit_cpu(100ms);
  auto first = f.enter(1, 0ms, at(0));
  f.cpu += 99ms;
  f.ledger.leave(first.id);
  CHECK_FALSE(f.ledger.expire(at(100)).spent);
  auto second = f.enter(2, 0ms, at(200));
  CHECK(second.arm == at(201)); // a millisecond is left
  f.cpu += 1ms;
  f.ledger.leave(second.id);
  CHECK(f.ledger.expire(at(201)).spent); // though nothing runs
}

TEST_CASE("an idle isolate with a CPU budget is not looked at", "[runtime][run_ledger][A9]") {
  fixture f;
  f.ledger.limit_cpu(100ms);
  f.ledger.leave(f.enter(1, 0ms, at(0)).id);
  f.cpu += 50ms;
  CHECK(f.ledger.expire(at(100)).next == never);
}

// -- how long a stop takes --------------------------------------------------------------

TEST_CASE("the time from the order to stop until the turn has left is kept",
          "[runtime][run_ledger][A9]") {
  fixture f;
  auto turn = f.ledger.enter({.request = 1, .deadline = at(10)});
  (void)f.ledger.expire(at(10));
  CHECK_FALSE(f.ledger.leave(turn.id, at(13)).responsive_after);
  CHECK(f.ledger.stops().read().stops == 1);
  CHECK(f.ledger.stops().read().last == 3ms);
  CHECK(f.ledger.stops().read().longest == 3ms);
  turn = f.ledger.enter({.request = 2});
  f.ledger.cancel(2, at(20));
  f.ledger.leave(turn.id, at(21));
  CHECK(f.ledger.stops().read().last == 1ms);
  CHECK(f.ledger.stops().read().longest == 3ms);
}

TEST_CASE("a turn that was not stopped counts as no stop", "[runtime][run_ledger][A9]") {
  fixture f;
  f.ledger.leave(f.ledger.enter({.request = 1}).id, at(5));
  CHECK(f.ledger.stops().read().stops == 0);
}

TEST_CASE("an isolate that does not stop becomes unresponsive, once, until it does",
          "[runtime][run_ledger][A9]") {
  fixture f;
  auto turn = f.ledger.enter({.request = 1, .deadline = at(10)});
  CHECK(f.ledger.expire(at(10)).next == at(110));
  auto due = f.ledger.expire(at(109));
  CHECK_FALSE(due.unresponsive);
  CHECK_FALSE(f.ledger.stops().read().unresponsive);
  due = f.ledger.expire(at(110));
  CHECK(due.unresponsive == 100ms);
  CHECK(due.next == at(10) + run_ledger::insist_after);
  CHECK(f.ledger.stops().read().unresponsive);
  CHECK_FALSE(f.ledger.expire(at(150)).unresponsive);
  CHECK(f.ledger.leave(turn.id, at(510)).responsive_after == 500ms);
  CHECK_FALSE(f.ledger.stops().read().unresponsive);
}

TEST_CASE("a stop that has no effect is insisted on, once", "[runtime][run_ledger][A9]") {
  fixture f;
  auto turn = f.ledger.enter({.request = 1});
  CHECK(f.ledger.cancel(1, at(10)) == at(110)); // unresponsive then
  CHECK(f.ledger.expire(at(110)).next == at(10) + run_ledger::insist_after);
  CHECK(f.insisted == 0);
  (void)f.ledger.expire(at(1010));
  (void)f.ledger.expire(at(1040));
  CHECK(f.insisted == 1);
  f.ledger.leave(turn.id, at(1050));
  turn = f.ledger.enter({.request = 2});
  f.ledger.cancel(2, at(1060));
  (void)f.ledger.expire(at(2060));
  CHECK(f.insisted == 2);
  f.ledger.leave(turn.id, at(2080));
}

TEST_CASE("a stop that is over is not insisted on", "[runtime][run_ledger][A9]") {
  fixture f;
  auto turn = f.ledger.enter({.request = 1});
  f.ledger.cancel(1, at(10));
  f.ledger.leave(turn.id, at(11));
  auto due = f.ledger.expire(at(2000));
  CHECK(f.insisted == 0);
  CHECK(due.next == never);
}

TEST_CASE("a run that its own isolate has stopped is answered when it does not leave soon",
          "[runtime][run_ledger][A9]") {
  fixture f;
  auto turn = f.ledger.enter({.request = 1});
  CHECK(f.ledger.stop_all(stop_reason::heap_limit, at(10)) == at(20));
  auto due = f.ledger.expire(at(20));
  REQUIRE(due.answer.size() == 1);
  CHECK(due.answer[0].request == 1);
  CHECK(due.answer[0].why == stop_reason::heap_limit);
  CHECK(f.ledger.expire(at(30)).answer.empty());
  CHECK(f.ledger.leave(turn.id) == stop_reason::heap_limit);
}

TEST_CASE("a run that is cancelled is answered by whoever does that",
          "[runtime][run_ledger][A9]") {
  fixture f;
  auto turn = f.ledger.enter({.request = 1});
  f.ledger.cancel(1, at(10));
  CHECK(f.ledger.expire(at(20)).answer.empty());
  f.ledger.leave(turn.id);
}
