// setTimeout and its kin.

#include "tests/support/printing.hpp"
#include "tests/support/script_host.hpp"

#include <catch2/catch_test_macros.hpp>

#include <semaphore>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("timers are there only when wished", "[runtime][timers]") {
  script_host without;
  CHECK(without.value_of("typeof setTimeout + typeof clearInterval")
        == value{"undefinedundefined"});
  script_host with{{.timers = true}};
  CHECK(with.value_of("[setTimeout, setInterval, clearTimeout, clearInterval].map(f => f.name + "
                      "f.length).join()")
        == value{"setTimeout2,setInterval2,clearTimeout1,clearInterval1"});
  CHECK(with.value_of("Object.keys(globalThis).length") == value{0});
}

TEST_CASE("a timer runs once, after the run that set it", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(host.value_of("var calls = 0; setTimeout(() => ++calls, 0); calls") == value{0});
  host.turn_until_idle();
  CHECK(host.value_of("calls") == value{1});
}

TEST_CASE("timers run in the order of their times, equal ones as they were set",
          "[runtime][timers]") {
  script_host host{{.timers = true}};
  host.value_of("var log = []; const t = (n, ms) => setTimeout(() => log.push(n), ms);"
                "t('c', 40); t('a', 20); t('b', 20); t('first', 1); 1");
  host.turn_until_idle();
  CHECK(host.value_of("log.join()") == value{"first,a,b,c"});
}

TEST_CASE("a timer passes its further arguments", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(host.value_of("new Promise(done => setTimeout((...all) => done(all), 0, 1, 'two', [3]))")
        == value::array({1, "two", value::array({3})}));
  CHECK(host.value_of("new Promise(done => setTimeout(function () { done(arguments.length) }))")
        == value{0});
}

TEST_CASE("microtasks run between two timers that are due", "[runtime][timers][C6]") {
  script_host host{{.timers = true}};
  host.value_of("var log = []; setTimeout(() => { log.push(1); Promise.resolve().then(() => "
                "log.push('m')) }, 1); setTimeout(() => log.push(2), 1); 1");
  host.turn_until_idle();
  CHECK(host.value_of("log.join()") == value{"1,m,2"});
}

TEST_CASE("a cleared timer does not run", "[runtime][timers]") {
  script_host host{{.timers = true}};
  host.value_of("var calls = 0; clearTimeout(setTimeout(() => ++calls, 1)); 1");
  CHECK(host.environment().idle());
  host.value_of("var a = setTimeout(() => { ++calls; clearTimeout(b) }, 1), b = setTimeout(() => "
                "calls += 100, 1); 1");
  host.turn_until_idle();
  CHECK(host.value_of("calls") == value{1});
}

TEST_CASE("clearing takes any id without complaint", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(host.value_of(
          "clearTimeout(); clearTimeout(undefined); clearTimeout(null); clearTimeout(-1);"
          "clearTimeout(1e300); clearTimeout(NaN); clearTimeout('x'); clearInterval({}); 1")
        == value{1});
}

TEST_CASE("clearing passes on what the id throws", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(host.error_of("clearTimeout({valueOf() { throw new Error('id') }})").message
        == "Error: id");
}

TEST_CASE("either clear ends either kind", "[runtime][timers]") {
  script_host host{{.timers = true}};
  host.value_of(
    "clearInterval(setTimeout(() => {}, 1)); clearTimeout(setInterval(() => {}, 1)); 1");
  CHECK(host.environment().idle());
}

TEST_CASE("an interval runs until it is cleared", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(
    host.value_of("new Promise(done => { let n = 0; const id = setInterval(x => { if (++n === 3) "
                  "{ clearInterval(id); done(n + x) } }, 1, 'x') })")
    == value{"3x"});
  CHECK(host.environment().idle());
}

TEST_CASE("a timer that has run may be cleared", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(host.value_of("new Promise(done => { const id = setTimeout(() => { clearTimeout(id); "
                      "clearTimeout(id); done(1) }) })")
        == value{1});
}

TEST_CASE("timers may set timers", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(
    host.value_of("new Promise(done => { let n = 0; (function again() { ++n === 10 ? done(n) : "
                  "setTimeout(again) })() })")
    == value{10});
}

TEST_CASE("odd delays count as one millisecond", "[runtime][timers]") {
  script_host host{{.timers = true}};
  host.value_of(
    "var calls = 0; for (const ms of [0, -5, NaN, Infinity, 1e300, 'x', null, undefined, "
    "2 ** 31]) setTimeout(() => ++calls, ms); 1");
  host.turn_until_idle();
  CHECK(host.value_of("calls") == value{9});
}

TEST_CASE("a delay that throws sets no timer", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(host.error_of("setTimeout(() => {}, {valueOf() { throw new Error('ms') }})").message
        == "Error: ms");
  CHECK(host.environment().idle());
}

TEST_CASE("what is no function is refused", "[runtime][timers]") {
  script_host host{{.timers = true}};
  for (const char* code : {"setTimeout()", "setTimeout('code')", "setInterval({})"})
    CHECK(host.error_of(code).thrown["name"] == value{"TypeError"});
}

TEST_CASE("ids are positive and never used twice", "[runtime][timers]") {
  script_host host{{.timers = true}};
  CHECK(host.value_of(
          "const ids = []; for (let i = 0; i < 100; ++i) { const id = setTimeout(() => {});"
          "ids.push(id); clearTimeout(id) } new Set(ids).size === 100 && ids.every(i => i > 0)")
        == value{true});
}

TEST_CASE("a script cannot set timers without end", "[runtime][timers][A11]") {
  script_host host{{.timers = true}};
  auto failed = host.error_of("for (;;) setTimeout(() => {}, 1e6)");
  CHECK(failed.message == "RangeError: Too many timers");
  CHECK(host.value_of("1") == value{1});
}

// -- errors ---------------------------------------------------------------------------

TEST_CASE("an exception in a timer is reported and the others go on", "[runtime][timers]") {
  script_host host{{.timers = true}};
  host.value_of("var after = 0; setTimeout(() => { throw new RangeError('in timer') }, 1);"
                "setTimeout(() => ++after, 1); 1");
  host.turn_until_idle();
  REQUIRE(host.uncaught.size() == 1);
  CHECK(host.uncaught[0].code == errc::uncaught_exception);
  CHECK(host.uncaught[0].message == "RangeError: in timer");
  CHECK(host.uncaught[0].stack.find("RangeError: in timer\n    at ") != std::string::npos);
  CHECK(host.value_of("after") == value{1});
}

TEST_CASE("an interval goes on after an exception", "[runtime][timers]") {
  script_host host{{.timers = true}};
  host.value_of(
    "let n = 0; const id = setInterval(() => { if (++n === 3) clearInterval(id); throw n "
    "}, 1); 1");
  host.turn_until_idle();
  CHECK(host.uncaught.size() == 3);
}

TEST_CASE("a rejection in a timer is reported", "[runtime][timers]") {
  script_host host{{.timers = true}};
  host.value_of("setTimeout(async () => { throw new Error('async') }, 1); 1");
  host.turn_until_idle();
  REQUIRE(host.uncaught.size() == 1);
  CHECK(host.uncaught[0].message == "Error: async");
}

// -- whose timer it is ----------------------------------------------------------------

TEST_CASE("an abandoned request takes its timers along, and only these",
          "[runtime][timers][A6]") {
  script_host host{{.timers = true}};
  auto dropped =
    host.begin("var log = []; new Promise(() => setTimeout(() => log.push('dropped'), 1))");
  host.begin("setTimeout(() => log.push('kept'), 2); 1");
  host.environment().abandon(dropped); // before the loop has turned
  host.turn_until_idle();
  CHECK(host.value_of("log.join()") == value{"kept"});
}

TEST_CASE("a timer that a timer sets belongs to the same request", "[runtime][timers][A6]") {
  script_host host{{.console = true, .timers = true}};
  auto request = host.begin("new Promise(() => setTimeout(() => { setTimeout(() => {}, 1e6); "
                            "console.log('set') }, 1))");
  host.turn_until([&] { return !host.lines.empty(); });
  CHECK_FALSE(host.environment().idle());
  host.environment().abandon(request);
  CHECK(host.environment().idle());
}

TEST_CASE("a timer is held to the timeout of the run that set it", "[runtime][timers][S10]") {
  script_host host{{.timers = true}};
  host.begin("setTimeout(() => {}, 1); 1", {.timeout = 1h});
  REQUIRE(host.armed.size() == 1);
  // The first look finds nothing, so that the next turn must arm again.
  CHECK(host.ledger().expire(host.armed[0]).answer.empty());
  host.turn_until_idle();
  CHECK(host.armed.size() == 2);
}

namespace {

/// Lets all deadlines pass as soon as the script has written a line.
class deadline_on_line {
public:
  explicit deadline_on_line(script_host& host) : host_(host) {
    host.on_line = [this] { running_.release(); };
    thread_ = std::thread{[this] {
      running_.acquire();
      [[maybe_unused]] auto expired = host_.ledger().expire(js::never - 1ns);
    }};
  }

  ~deadline_on_line() {
    thread_.join();
    host_.on_line = nullptr;
  }

private:
  script_host& host_;
  std::binary_semaphore running_{0};
  std::thread thread_;
};

} // namespace

TEST_CASE("a runaway timer of a waiting run answers it", "[runtime][timers][S10]") {
  script_host host{{.console = true, .timers = true}};
  deadline_on_line watchdog{host};
  auto failed =
    host.error_of("new Promise(() => setTimeout(() => { console.log('running'); for (;;); "
                  "}, 1))",
                  {.timeout = 1h});
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(host.uncaught.empty());
  CHECK(host.value_of("1") == value{1});
}

TEST_CASE("a runaway timer of a run that is over is reported", "[runtime][timers][S10]") {
  script_host host{{.console = true, .timers = true}};
  deadline_on_line watchdog{host};
  host.value_of("setTimeout(() => { console.log('running'); for (;;); }, 1); 1", {.timeout = 1h});
  host.turn_until([&] { return !host.uncaught.empty(); });
  CHECK(host.uncaught[0].code == errc::deadline_exceeded);
  CHECK(host.value_of("1") == value{1});
}

TEST_CASE("a runaway interval is stopped once", "[runtime][timers][S10]") {
  script_host host{{.console = true, .timers = true}};
  {
    deadline_on_line watchdog{host};
    host.value_of("setInterval(() => { console.log('running'); for (;;); }, 1); 1",
                  {.timeout = 1h});
    host.turn_until([&] { return !host.uncaught.empty(); });
  }
  host.turn_until_idle();
  CHECK(host.uncaught.size() == 1);
}

TEST_CASE("the turn timeout of the context limits timers of runs without one",
          "[runtime][timers][A9]") {
  script_host host{{.turn_timeout = 1h, .console = true, .timers = true}};
  deadline_on_line watchdog{host};
  host.value_of("setTimeout(() => { console.log('running'); for (;;); }, 1); 1");
  host.turn_until([&] { return !host.uncaught.empty(); });
  CHECK(host.uncaught[0].message == "Script execution timed out after 3600000ms");
}

TEST_CASE("a timer of a context that is closing does not run and is no error",
          "[runtime][timers][A2]") {
  script_host host{{.timers = true}};
  host.begin("setTimeout(() => {}, 1); 1");
  host.ledger().close();
  host.turn_until([&] { return host.environment().idle() || !host.uncaught.empty(); });
  CHECK(host.uncaught.empty());
}

TEST_CASE("a timer of a cancelled request does not run and is no error",
          "[runtime][timers][A6]") {
  script_host host{{.timers = true}};
  auto request = host.begin("var n = 0; setTimeout(() => ++n, 1); 1");
  host.ledger().cancel(request); // its answer was on the way
  host.turn_until([&] { return host.environment().idle() || !host.uncaught.empty(); });
  CHECK(host.uncaught.empty());
  CHECK(host.value_of("n") == value{0});
}

TEST_CASE("a heap bomb in a timer is reported and stopped", "[runtime][timers][A9]") {
  script_host host{{.heap_limit_mib = 32, .timers = true}};
  host.value_of("setTimeout(() => { let a = []; for (;;) a.push(new Array(1000)) }, 1); 1");
  host.turn_until([&] { return !host.uncaught.empty(); });
  CHECK(host.uncaught[0].code == errc::heap_limit_exceeded);
  CHECK(host.value_of("1") == value{1});
}

TEST_CASE("an interval that is stopped leaves nothing in the loop", "[runtime][timers][A9]") {
  script_host host{{.output_limit = 10, .console = true, .timers = true}};
  host.value_of(
    "for (let i = 0; i < 100; ++i) setInterval(() => { for (;;) console.log('much too "
    "long a line') }, 1); 1");
  host.turn_until_idle();
  CHECK(host.uncaught.size() == 100);
  CHECK(host.loop.timer_count() < 10); // V8 may have some of its own
}
