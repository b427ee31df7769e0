// Runs, their results, promises and globals in one environment.

#include "runtime/object_requests.hpp"
#include "runtime/script_requests.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/script_host.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <semaphore>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Runs a script that never ends by itself: as soon as it has written a line to
/// the console, all deadlines pass.
result<value> run_overdue(script_host& host, const std::string& code, run_options options = {}) {
  std::binary_semaphore running{0};
  host.on_line = [&] { running.release(); };
  std::thread watchdog{[&] {
    running.acquire();
    [[maybe_unused]] auto expired = host.ledger().expire(js::never - 1ns);
  }};
  options.timeout = 1h;
  auto request = host.begin(code, options);
  watchdog.join();
  host.on_line = nullptr;
  return host.answer_to(request);
}

error error_of_overdue(script_host& host, const std::string& code, run_options options = {}) {
  auto outcome = run_overdue(host, code, options);
  if (outcome)
    FAIL("an error was expected, not " << outcome->to_string());
  return std::move(outcome).error();
}

void check_usable(script_host& host) {
  CHECK(host.value_of("[1, 2, 3].map(x => x * 14).at(-1)") == value{42});
}

} // namespace

// -- results --------------------------------------------------------------------------

TEST_CASE("a run answers with the value of the last statement", "[runtime][environment][S6]") {
  script_host host;
  CHECK(host.value_of("1; 2; 'three'") == value{"three"});
  CHECK(host.value_of("var x = 1").is_undefined());
  CHECK(host.value_of("").is_undefined());
  CHECK(host.value_of("if (true) 5") == value{5});
}

TEST_CASE("a request is answered at once and once", "[runtime][environment][A6]") {
  script_host host;
  auto request = host.begin("1");
  CHECK(host.answers(request) == 1);
  host.turn_until_idle();
  CHECK(host.answers(request) == 1);
}

TEST_CASE("runs share globals, and each sees what the one before left",
          "[runtime][environment][S6]") {
  script_host host;
  CHECK(host.value_of("var count = 1; let hidden = 10; count") == value{1});
  CHECK(host.value_of("count += hidden") == value{11});
  CHECK(host.error_of("let hidden = 1").message
        == "SyntaxError: Identifier 'hidden' has already been declared");
}

TEST_CASE("a run without a wish for its result may end in anything", "[runtime][environment]") {
  script_host host;
  CHECK(host.value_of("(() => 1)", {.take = take_as::nothing}).is_undefined());
  CHECK(host.value_of("42", {.take = take_as::nothing}).is_undefined());
  CHECK(host.value_of("Promise.resolve(() => 1)", {.take = take_as::nothing}).is_undefined());
}

TEST_CASE("a result that cannot be cloned says where", "[runtime][environment][A8]") {
  script_host host;
  auto failed = host.error_of("({a: [0, () => 1]})");
  CHECK(failed.code == errc::clone_failed);
  CHECK(failed.message == "a function cannot be cloned: $.a[1]");
}

TEST_CASE("a getter that throws while the result is read is the script's exception",
          "[runtime][environment][A8]") {
  script_host host;
  auto failed = host.error_of("({get a() { throw new TypeError('in getter') }})");
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "TypeError: in getter");
  CHECK(failed.thrown["name"] == value{"TypeError"});
}

TEST_CASE("runs are counted", "[runtime][environment]") {
  script_host host;
  CHECK(host.environment().runs() == 0);
  host.value_of("1");
  host.error_of("throw 1");
  CHECK(host.environment().runs() == 2);
}

TEST_CASE("a script with an id is compiled once and found again", "[runtime][environment][S1]") {
  script_host host;
  for (int round = 0; round < 2; ++round) // more than are kept
    for (std::uint64_t id = 1; id <= 600; ++id)
      REQUIRE(host
                .ask([&](js::environment& env, js::request_id request) {
                  env.scripts().run(request, {id, std::to_string(id) + " * 2", {}}, {});
                })
                .value()
              == value{id * 2});
}

TEST_CASE("compiling finds errors and runs nothing", "[runtime][environment][S1]") {
  script_host host;
  auto compile = [&](const std::string& code) {
    return host.ask([&](js::environment& env, js::request_id request) {
      env.scripts().compile(request, {0, code, {.filename = "c.js"}});
    });
  };
  CHECK(compile("globalThis.ran = true"));
  CHECK(host.value_of("typeof ran") == value{"undefined"});
  auto failed = compile("let = ;");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::syntax_error);
  CHECK(failed.error().position->filename == "c.js");
}

// -- errors ---------------------------------------------------------------------------

TEST_CASE("a syntax error has its position", "[runtime][environment][S1]") {
  script_host host;
  auto failed = host.error_of("let fine = 1;\nlet let2 = ;\n", {}, {.filename = "config.js"});
  CHECK(failed.code == errc::syntax_error);
  CHECK(failed.message == "SyntaxError: Unexpected token ';'");
  REQUIRE(failed.position);
  CHECK(failed.position->filename == "config.js");
  CHECK(failed.position->line == 2);
  CHECK(failed.position->column == 12);
  CHECK(failed.position->width == 1);
  CHECK(failed.position->source_line == "let let2 = ;");
}

TEST_CASE("a syntax error is shown as Node shows it", "[runtime][environment][S1]") {
  script_host host;
  CHECK(host.error_of("let fine = 1;\nlet let2 = ;\n", {}, {.filename = "config.js"}).stack
        == "config.js:2\nlet let2 = ;\n           ^\n\nSyntaxError: Unexpected token ';'");
  CHECK(host.error_of("abcde fghi jkl", {}, {.filename = "c.js"}).stack
        == "c.js:1\nabcde fghi jkl\n      ^^^^\n\nSyntaxError: Unexpected identifier 'fghi'");
}

TEST_CASE("an exception is shown as Node shows it", "[runtime][environment][S1]") {
  script_host host;
  CHECK(host.error_of("\n\n  null.foo", {}, {.filename = "c.js"}).stack
        == "c.js:3\n  null.foo\n       ^\n\nTypeError: Cannot read properties of null (reading "
           "'foo')\n    at c.js:3:8");
}

TEST_CASE("without display_errors only the stack is shown", "[runtime][environment][S1]") {
  script_host host;
  auto thrown =
    host.error_of("throw new TypeError('x')", {}, {.filename = "c.js", .display_errors = false});
  CHECK(thrown.stack == "TypeError: x\n    at c.js:1:7");
  CHECK(thrown.position);
  CHECK(host.error_of("let = ;", {}, {.filename = "c.js", .display_errors = false}).stack
        == "SyntaxError: Unexpected token ';'");
}

TEST_CASE("the line offset counts in every line, the column offset in the first",
          "[runtime][environment][S2]") {
  script_host host;
  script_options offsets{.filename = "c.js", .line_offset = 10, .column_offset = 5};
  auto first = host.error_of("let x = ;", {}, offsets);
  CHECK(first.position->line == 11);
  CHECK(first.position->column == 14);
  CHECK(first.stack == "c.js:11\nlet x = ;\n        ^\n\nSyntaxError: Unexpected token ';'");
  auto second = host.error_of("1;\nlet x = ;", {}, offsets);
  CHECK(second.position->line == 12);
  CHECK(second.position->column == 9);
  CHECK(second.stack.starts_with("c.js:12\nlet x = ;\n        ^\n"));
  CHECK(host.error_of("throw new TypeError('x')", {}, offsets).stack
        == "c.js:11\nthrow new TypeError('x')\n^\n\nTypeError: x\n    at c.js:11:12");
}

TEST_CASE("negative offsets count too", "[runtime][environment][S2]") {
  script_host host;
  auto failed =
    host.error_of("1;\n2;\nthrow new Error('x')", {}, {.filename = "c.js", .line_offset = -1});
  CHECK(failed.position->line == 2);
  CHECK(failed.stack.find("at c.js:2:7") != std::string::npos);
}

TEST_CASE("a line too long to help is not shown", "[runtime][environment][S1]") {
  script_host host;
  auto failed = host.error_of("/*" + std::string(2000, 'x') + "*/ throw new Error('no')", {},
                              {.filename = "min.js"});
  CHECK(failed.position->source_line.empty());
  CHECK(failed.stack.starts_with("Error: no\n    at min.js:1:"));
}

TEST_CASE("what is thrown comes along as far as it can be cloned", "[runtime][environment][S1]") {
  script_host host;
  CHECK(host.error_of("throw 3").thrown == value{3});
  CHECK(host.error_of("throw 3").message == "3");
  CHECK(host.error_of("throw undefined").message == "undefined");
  CHECK(host.error_of("throw {code: 7}").thrown["code"] == value{7});
  CHECK(host.error_of("throw () => 1").thrown.is_undefined());
  CHECK(host.error_of("throw Symbol('s')").message == "Symbol(s)");
  CHECK(host.error_of("throw Object.create(null)").code == errc::uncaught_exception);
}

TEST_CASE("an exception that resists being shown does no harm", "[runtime][environment][A11]") {
  script_host host;
  for (
    const char* code : {
      "const a = new Error('x'); a.toString = () => { throw 1 }; throw a",
      "const b = new Error('x'); Object.defineProperty(b, 'stack', {get() { throw 2 }}); throw b",
      "const c = new Error('x'); Object.defineProperty(c, 'name', {get() { throw 3 }}); throw c",
      "throw {toString() { throw 4 }, get x() { throw 5 }}",
      "throw new Proxy({}, {get() { throw 6 }, ownKeys() { throw 7 }})",
      "Error.prepareStackTrace = () => { throw 8 }; throw new Error('x')",
      "Error.stackTraceLimit = 0; throw new Error('x')",
      "Object.defineProperty(Error.prototype, 'message', {get() { throw 9 }}); throw new Error()",
    }) {
    CAPTURE(code);
    auto failed = host.error_of(code);
    CHECK(failed.code == errc::uncaught_exception);
    CHECK_FALSE(failed.message.empty());
    CHECK_FALSE(failed.to_string().empty());
  }
  check_usable(host);
}

TEST_CASE("endless recursion is an error in the script", "[runtime][environment][A11]") {
  script_host host;
  auto failed = host.error_of("(function f() { f() })()");
  CHECK(failed.message == "RangeError: Maximum call stack size exceeded");
  check_usable(host);
}

TEST_CASE("a source too long for V8 is refused", "[runtime][environment][A11]") {
  script_host host;
  auto failed = host.error_of(std::string((std::size_t{1} << 29) + 16, ' '));
  CHECK(failed.code == errc::syntax_error);
  check_usable(host);
}

// -- microtasks and promises ----------------------------------------------------------

TEST_CASE("microtasks run before the answer", "[runtime][environment][C6]") {
  script_host host;
  CHECK(host.value_of("const log = []; Promise.resolve().then(() => log.push(1)).then(() => "
                      "log.push(2)); log")
        == value::array({1, 2}));
}

TEST_CASE("a promise that is resolved answers with its value", "[runtime][environment][A5]") {
  script_host host;
  CHECK(host.value_of("Promise.resolve(42)") == value{42});
  CHECK(host.value_of("(async () => { await null; await null; return 'done' })()")
        == value{"done"});
  CHECK(host.value_of("Promise.resolve(Promise.resolve(1)).then(x => x + 1)") == value{2});
  CHECK(host.value_of("class P extends Promise {}; P.resolve(5)") == value{5});
}

TEST_CASE("a promise that settles later answers then", "[runtime][environment][A5]") {
  script_host host{{.timers = true}};
  auto request = host.begin("new Promise(done => setTimeout(done, 1, 'later'))");
  CHECK(host.answers(request) == 0);
  CHECK(host.environment().has_waiting());
  CHECK(host.answer_to(request).value() == value{"later"});
  CHECK_FALSE(host.environment().has_waiting());
}

TEST_CASE("a promise may be settled by another run", "[runtime][environment][A5]") {
  script_host host;
  auto request = host.begin("new Promise(done => globalThis.done = done)");
  CHECK(host.answers(request) == 0);
  host.value_of("done({from: 'another'}); 1");
  CHECK(host.answer_to(request).value()["from"] == value{"another"});
}

TEST_CASE("requests that wait for one promise are all answered", "[runtime][environment][A5]") {
  script_host host;
  auto a = host.begin("globalThis.p = new Promise(done => globalThis.done = done)");
  auto b = host.begin("p");
  auto c = host.begin("p.then(x => x + 1)");
  host.value_of("done(1)");
  CHECK(host.answer_to(a).value() == value{1});
  CHECK(host.answer_to(b).value() == value{1});
  CHECK(host.answer_to(c).value() == value{2});
}

TEST_CASE("a rejected promise is the script's exception", "[runtime][environment][A5]") {
  script_host host{{.timers = true}};
  auto now = host.error_of("Promise.reject(new RangeError('now'))");
  CHECK(now.code == errc::uncaught_exception);
  CHECK(now.message == "RangeError: now");
  auto later =
    host.error_of("new Promise((_, fail) => setTimeout(() => fail(new Error('later')), 1))");
  CHECK(later.message == "Error: later");
  CHECK(later.thrown["message"] == value{"later"});
  CHECK(host.error_of("Promise.reject(7)").thrown == value{7});
  CHECK(host.uncaught.empty()); // they were answers
}

TEST_CASE("a thenable that is no promise is not awaited", "[runtime][environment][A5]") {
  script_host host;
  CHECK(host.value_of("class T { then(done) { globalThis.called = true; done(1) } } new T()")
          .is(value_kind::object));
  CHECK(host.value_of("typeof called") == value{"undefined"});
}

TEST_CASE("the value of a promise that cannot be cloned is refused",
          "[runtime][environment][A5]") {
  script_host host;
  CHECK(host.error_of("Promise.resolve(() => 1)").code == errc::clone_failed);
  auto request = host.begin("new Promise(done => globalThis.done = done)");
  host.value_of("done([Symbol()]); 1");
  auto outcome = host.answer_to(request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message == "a symbol cannot be cloned: $[0]");
}

TEST_CASE("a script cannot get between a promise and its answer by replacing then",
          "[runtime][environment][A5][A11]") {
  script_host host{{.timers = true}};
  CHECK(host.value_of("Promise.prototype.then = () => { throw 1 }; new Promise(done => "
                      "setTimeout(done, 1, 'all the same'))")
        == value{"all the same"});
}

TEST_CASE("a promise whose constructor throws is answered all the same",
          "[runtime][environment][A5][A11]") {
  script_host host;
  auto request = host.begin("const p = new Promise(done => globalThis.done = done);"
                            "Object.defineProperty(p, 'constructor', {get() { throw new Error("
                            "'species') }}); p");
  host.begin("done(1)");
  REQUIRE(host.answers(request) == 1); // with the value or the error, but not never
}

TEST_CASE("a pending promise is dropped when the request was answered elsewhere",
          "[runtime][environment][A6]") {
  script_host host;
  auto request = host.begin("new Promise(done => globalThis.done = done)");
  host.environment().abandon(request);
  CHECK_FALSE(host.environment().has_waiting());
  host.value_of("done(1)");
  CHECK(host.answers(request) == 0);
}

TEST_CASE("abandoning an unknown request does nothing", "[runtime][environment][A6]") {
  script_host host;
  host.environment().abandon(12345);
  check_usable(host);
}

TEST_CASE("at the end all that wait are answered", "[runtime][environment][A2]") {
  script_host host;
  auto a = host.begin("new Promise(() => {})");
  auto b = host.begin("new Promise(() => {})");
  host.environment().fail_waiting({.code = errc::context_closed, .message = "over"});
  CHECK(host.answer_to(a).error().code == errc::context_closed);
  CHECK(host.answer_to(b).error().message == "over");
  host.destroy();
  CHECK(host.answers(a) == 1);
}

TEST_CASE("an environment may end while a promise is pending and a timer set",
          "[runtime][environment][A2]") {
  script_host host{{.timers = true}};
  auto request = host.begin("new Promise(done => setTimeout(done, 1))");
  host.destroy();
  CHECK(host.loop.timer_count() == 0);
  CHECK(host.answers(request) <= 1);
}

// -- deadlines ------------------------------------------------------------------------

TEST_CASE("a run with a timeout arms its deadline", "[runtime][environment][S10]") {
  script_host host;
  host.value_of("1");
  CHECK(host.armed.empty());
  auto before = std::chrono::steady_clock::now();
  host.value_of("1", {.timeout = 1h});
  REQUIRE(host.armed.size() == 1);
  CHECK(host.armed[0] >= before + 1h);
  CHECK(host.armed[0] <= std::chrono::steady_clock::now() + 1h);
}

TEST_CASE("a timeout beyond the clock's range is none", "[runtime][environment][S10]") {
  script_host host;
  CHECK(host.value_of("1", {.timeout = std::chrono::milliseconds::max()}) == value{1});
  CHECK(host.armed.empty());
}

TEST_CASE("a negative timeout is none", "[runtime][environment][S10]") {
  script_host host;
  CHECK(host.value_of("1", {.timeout = -5ms}) == value{1});
  CHECK(host.armed.empty());
}

TEST_CASE("a runaway script is stopped at its deadline and the next one runs",
          "[runtime][environment][S10]") {
  script_host host{{.console = true}};
  auto failed = error_of_overdue(host, "globalThis.x = 1; console.log('running'); for (;;);");
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(failed.message == "Script execution timed out after 3600000ms");
  CHECK(host.value_of("x") == value{1});
}

TEST_CASE("a script cannot catch its end", "[runtime][environment][S10][A11]") {
  script_host host{{.console = true}};
  auto failed =
    error_of_overdue(host, "try { console.log('running'); for (;;); } catch { "
                           "globalThis.caught = 1 } finally { globalThis.finished = 1 }");
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(host.value_of("typeof caught + typeof finished") == value{"undefinedundefined"});
}

TEST_CASE("the deadline covers microtasks", "[runtime][environment][S10][C6]") {
  script_host host{{.console = true}};
  CHECK(
    error_of_overdue(host, "Promise.resolve().then(() => { console.log('running'); for (;;); })")
      .code
    == errc::deadline_exceeded);
  CHECK(
    error_of_overdue(host, "(async () => { console.log('running'); for (;;) await null })()").code
    == errc::deadline_exceeded);
  check_usable(host);
}

TEST_CASE("the deadline covers the reading of the result", "[runtime][environment][S10][A8]") {
  script_host host{{.console = true}};
  CHECK(error_of_overdue(host, "({get a() { console.log('running'); for (;;); }})").code
        == errc::deadline_exceeded);
  CHECK(error_of_overdue(host, "throw {get a() { console.log('running'); for (;;); }}").code
        == errc::deadline_exceeded);
  CHECK(error_of_overdue(host, "const e = new Error('x'); e.toString = () => { "
                               "console.log('running'); for (;;); }; throw e")
          .code
        == errc::deadline_exceeded);
  check_usable(host);
}

TEST_CASE("microtasks left by a stopped script still run", "[runtime][environment][S10][C6]") {
  script_host host{{.console = true}};
  error_of_overdue(host, "Promise.resolve().then(() => globalThis.ran = true);"
                         "console.log('running'); for (;;);");
  host.value_of("1");
  CHECK(host.value_of("ran") == value{true});
}

TEST_CASE("a run stopped in its microtasks fails the others that wait for theirs",
          "[runtime][environment][S10]") {
  script_host host{{.console = true}};
  auto waits = host.begin("new Promise(done => globalThis.done = done)");
  error_of_overdue(host, "Promise.resolve().then(() => { console.log('running'); for (;;); })");
  auto outcome = host.answer_to(waits);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::evaluation_lost);
  host.value_of("done(1)");
  CHECK(host.answers(waits) == 1);
}

TEST_CASE("a run stopped in its script leaves the others waiting",
          "[runtime][environment][S10]") {
  script_host host{{.console = true}};
  auto waits = host.begin("new Promise(done => globalThis.done = done)");
  error_of_overdue(host, "console.log('running'); for (;;);");
  CHECK(host.answers(waits) == 0);
  host.value_of("done('still here')");
  CHECK(host.answer_to(waits).value() == value{"still here"});
}

TEST_CASE("a deadline for the whole evaluation is armed while it waits",
          "[runtime][environment][A9]") {
  script_host host;
  auto request = host.begin("new Promise(() => {})",
                            {.timeout = 1h, .timeout_covers = timeout_scope::evaluation});
  REQUIRE(host.armed.size() == 1);
  auto expired = host.ledger().expire(host.armed[0]);
  REQUIRE(expired.answer.size() == 1);
  CHECK(expired.answer[0].request == request);
  CHECK(expired.answer[0].timeout == 1h);
}

TEST_CASE("a deadline for the turn does not reach the time that a promise waits",
          "[runtime][environment][S10]") {
  script_host host;
  host.begin("new Promise(() => {})", {.timeout = 1h});
  CHECK(host.ledger().expire(js::never - 1ns).answer.empty());
}

TEST_CASE("the turn timeout of the context limits runs without a timeout",
          "[runtime][environment][A9]") {
  script_host host{{.turn_timeout = 1h, .console = true}};
  std::binary_semaphore running{0};
  host.on_line = [&] { running.release(); };
  std::thread watchdog{[&] {
    running.acquire();
    [[maybe_unused]] auto expired = host.ledger().expire(js::never - 1ns);
  }};
  auto request = host.begin("console.log('running'); for (;;);");
  watchdog.join();
  auto outcome = host.answer_to(request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::deadline_exceeded);
  CHECK(outcome.error().message == "Script execution timed out after 3600000ms");
}

TEST_CASE("a cancelled run stops", "[runtime][environment][A6]") {
  script_host host{{.console = true}};
  std::binary_semaphore running{0};
  host.on_line = [&] { running.release(); };
  js::request_id request = 1; // the first
  std::thread caller{[&] {
    running.acquire();
    host.ledger().cancel(request);
  }};
  CHECK(host.begin("console.log('running'); for (;;);") == request);
  caller.join();
  CHECK(host.answer_to(request).error().code == errc::cancelled);
  check_usable(host);
}

TEST_CASE("a run that is cancelled before it begins does not begin",
          "[runtime][environment][A6]") {
  script_host host;
  host.ledger().cancel(1);
  CHECK(host.error_of("globalThis.began = true").code == errc::cancelled);
  CHECK(host.value_of("typeof began") == value{"undefined"});
}

TEST_CASE("a closed ledger refuses runs", "[runtime][environment][A2]") {
  script_host host;
  host.ledger().close();
  CHECK(host.error_of("1").code == errc::context_closed);
}

// -- SIGINT ---------------------------------------------------------------------------

TEST_CASE("a run that asks for SIGINT holds it until it is answered",
          "[runtime][environment][S11]") {
  script_host host{{.console = true}};
  host.value_of("1");
  CHECK(host.sigint_held_ever == 0);
  int during = 0;
  host.on_line = [&] { during = host.sigint_held; };
  host.value_of("console.log('running'); 1", {.break_on_sigint = true});
  CHECK(during == 1);
  CHECK(host.sigint_held == 0);
  host.error_of("throw 1", {.break_on_sigint = true});
  CHECK(host.sigint_held == 0);
}

TEST_CASE("SIGINT is held while a promise waits", "[runtime][environment][S11]") {
  script_host host;
  auto request =
    host.begin("new Promise(done => globalThis.done = done)", {.break_on_sigint = true});
  CHECK(host.sigint_held == 1);
  host.value_of("done(1)");
  CHECK(host.answer_to(request));
  CHECK(host.sigint_held == 0);
}

TEST_CASE("SIGINT is let go when a waiting run is abandoned", "[runtime][environment][S11]") {
  script_host host;
  auto request = host.begin("new Promise(() => {})", {.break_on_sigint = true});
  host.environment().abandon(request);
  CHECK(host.sigint_held == 0);
}

TEST_CASE("a run that SIGINT hits with its last breath is interrupted",
          "[runtime][environment][S11]") {
  script_host host{{.console = true}};
  host.on_line = [&] { host.sigint_fired = true; };
  // Nobody is quick enough to stop it.
  CHECK(host.error_of("console.log('last'); 1", {.break_on_sigint = true}).code
        == errc::interrupted);
  CHECK(host.sigint_held == 0);
  host.sigint_fired = false;
  auto waiting =
    host.begin("new Promise(done => globalThis.done = done)", {.break_on_sigint = true});
  host.value_of("console.log('last'); done(1)");
  auto outcome = host.answer_to(waiting);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::interrupted);
  CHECK(host.sigint_held == 0);
}

TEST_CASE("SIGINT ends a run that asked for it", "[runtime][environment][S11]") {
  script_host host{{.console = true}};
  std::binary_semaphore running{0};
  host.on_line = [&] { running.release(); };
  std::vector<js::request_id> interrupted;
  std::thread signal{[&] {
    running.acquire();
    host.sigint_fired = true;
    interrupted = host.ledger().interrupt();
  }};
  auto request = host.begin("console.log('running'); for (;;);", {.break_on_sigint = true});
  signal.join();
  CHECK(interrupted == std::vector{request});
  auto outcome = host.answer_to(request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::interrupted);
  CHECK(outcome.error().message == "Script execution was interrupted by `SIGINT`");
  CHECK(host.sigint_held == 0);
  check_usable(host);
}

// -- unhandled rejections -------------------------------------------------------------

TEST_CASE("a rejection that nobody handles is reported once", "[runtime][environment]") {
  script_host host;
  host.value_of("Promise.reject(new TypeError('forgotten')); 1");
  REQUIRE(host.uncaught.size() == 1);
  CHECK(host.uncaught[0].code == errc::uncaught_exception);
  CHECK(host.uncaught[0].message == "TypeError: forgotten");
  host.value_of("1");
  CHECK(host.uncaught.size() == 1);
}

TEST_CASE("a rejection that is handled later in the same turn is not reported",
          "[runtime][environment]") {
  script_host host;
  host.value_of("const p = Promise.reject(1); p.catch(() => {}); 1");
  host.value_of(
    "const q = Promise.reject(2); Promise.resolve().then(() => q.catch(() => {})); 1");
  host.value_of("(async () => { try { await Promise.reject(3) } catch {} })(); 1");
  host.value_of("(async () => { throw 4 })().catch(() => {}); 1");
  CHECK(host.uncaught.empty());
}

TEST_CASE("a rejection that is handled after it was reported is not reported again",
          "[runtime][environment]") {
  script_host host;
  host.value_of("globalThis.p = Promise.reject(1); 1");
  CHECK(host.uncaught.size() == 1);
  host.value_of("p.catch(() => {}); 1");
  CHECK(host.uncaught.size() == 1);
}

TEST_CASE("what follows from a rejection is reported where it ends", "[runtime][environment]") {
  script_host host;
  host.value_of("Promise.reject(new Error('first')).then(() => 1).finally(() => {}); 1");
  REQUIRE(host.uncaught.size() == 1);
  CHECK(host.uncaught[0].message == "Error: first");
}

TEST_CASE("thousands of unhandled rejections are reported by the first ones and a count",
          "[runtime][environment][A11]") {
  script_host host;
  host.value_of("for (let i = 0; i < 1000; ++i) Promise.reject(i); 1");
  REQUIRE(host.uncaught.size() == 65);
  CHECK(host.uncaught[0].thrown == value{0});
  CHECK(host.uncaught[64].message == "936 more promises were rejected and not handled");
}

TEST_CASE("thousands of rejections that are all handled are not reported",
          "[runtime][environment]") {
  script_host host;
  host.value_of("const ps = []; for (let i = 0; i < 1000; ++i) ps.push(Promise.reject(i));"
                "for (const p of ps) p.catch(() => {}); 1");
  CHECK(host.uncaught.empty());
}

TEST_CASE("a rejection whose reason resists being shown does no harm",
          "[runtime][environment][A11]") {
  script_host host;
  host.value_of(
    "const e = new Error('x'); Object.defineProperty(e, 'stack', {get() { throw 1 }});"
    "Promise.reject(e); 1");
  CHECK(host.uncaught.size() == 1);
  check_usable(host);
}

// -- globals --------------------------------------------------------------------------

namespace {

result<value> get(script_host& host, const std::string& key) {
  return host.ask([&](js::environment& env, js::request_id id) {
    env.objects().get_property(id, {}, key, take_as::copy);
  });
}

result<value> set(script_host& host, const std::string& key, const value& item) {
  return host.ask([&](js::environment& env, js::request_id id) {
    env.objects().set_property(id, {}, key, item);
  });
}

result<value> has(script_host& host, const std::string& key) {
  return host.ask(
    [&](js::environment& env, js::request_id id) { env.objects().has_property(id, {}, key); });
}

result<value> remove(script_host& host, const std::string& key) {
  return host.ask(
    [&](js::environment& env, js::request_id id) { env.objects().delete_property(id, {}, key); });
}

std::vector<std::string> keys(script_host& host) {
  return host
    .ask([](js::environment& env, js::request_id id) { env.objects().property_keys(id, {}); })
    .value()
    .as<std::vector<std::string>>();
}

} // namespace

TEST_CASE("initial globals are there before the first run", "[runtime][environment][C1]") {
  script_host host{
    {.globals = {{"x", 2}, {"name with space", "y"}, {"data", value::array({1, 2})}}}};
  REQUIRE(host.prepared);
  CHECK(host.value_of("x += 40; var y = 17; x") == value{42});
  CHECK(host.value_of("globalThis['name with space'] + data.length") == value{"y2"});
}

TEST_CASE("initial globals that do not fit refuse the context", "[runtime][environment][A9]") {
  script_host host{
    {.globals = {{"large", std::vector<std::byte>(2 << 20)}}, .array_buffer_limit_mib = 1}};
  REQUIRE_FALSE(host.prepared);
  CHECK(host.prepared.error().code == errc::spawn_failed);
  CHECK(host.prepared.error().message.find("'large'") != std::string::npos);
}

TEST_CASE("globals are set, read, found and removed", "[runtime][environment][C1]") {
  script_host host;
  CHECK(has(host, "x").value() == value{false});
  CHECK(get(host, "x").value().is_undefined());
  CHECK(set(host, "x", value::object({{"a", 1}})));
  CHECK(has(host, "x").value() == value{true});
  CHECK(host.value_of("x.a") == value{1});
  host.value_of("x.a = 2");
  CHECK(get(host, "x").value() == value::object({{"a", 2}}));
  CHECK(remove(host, "x").value() == value{true});
  CHECK(has(host, "x").value() == value{false});
}

TEST_CASE("keys are the own enumerable names", "[runtime][environment][C1]") {
  script_host host;
  CHECK(keys(host).empty());
  host.value_of("var a = 1; globalThis.b = 2; let c = 3; this[7] = 4; globalThis[Symbol()] = 5;"
                "Object.defineProperty(globalThis, 'hidden', {value: 6}); function f() {} 1");
  auto found = keys(host);
  CHECK(found.front() == "7"); // JavaScript's order: indices first
  std::ranges::sort(found);
  CHECK(found == std::vector<std::string>{"7", "a", "b", "f"});
}

TEST_CASE("let and const are no properties of the global", "[runtime][environment][C1]") {
  script_host host;
  host.value_of("let l = 1; const c = 2; class K {}");
  CHECK(has(host, "l").value() == value{false});
  CHECK(get(host, "c").value().is_undefined());
}

TEST_CASE("looking for a global finds inherited names too", "[runtime][environment][C1]") {
  script_host host;
  CHECK(has(host, "toString").value() == value{true});
  CHECK(has(host, "Array").value() == value{true});
}

TEST_CASE("accessors among the globals are called", "[runtime][environment][C1]") {
  script_host host;
  host.value_of("Object.defineProperty(globalThis, 'a', {get() { return 7 }, set(v) { "
                "globalThis.got = v }, configurable: true})");
  CHECK(get(host, "a").value() == value{7});
  CHECK(set(host, "a", 5));
  CHECK(host.value_of("got") == value{5});
}

TEST_CASE("accessors that throw answer with their exception", "[runtime][environment][C1]") {
  script_host host;
  host.value_of(
    "Object.defineProperty(globalThis, 'a', {get() { throw new Error('g') }, set(v) { "
    "throw new Error('s') }})");
  CHECK(get(host, "a").error().message == "Error: g");
  CHECK(set(host, "a", 5).error().message == "Error: s");
  CHECK(set(host, "a", 5).error().code == errc::uncaught_exception);
}

TEST_CASE("setting a read-only global is refused", "[runtime][environment][C1]") {
  script_host host;
  host.value_of("Object.defineProperty(globalThis, 'fixed', {value: 1})");
  auto outcome = set(host, "fixed", 2);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_argument);
  CHECK(outcome.error().message.find("'fixed'") != std::string::npos);
  CHECK(host.value_of("fixed") == value{1});
  CHECK_FALSE(set(host, "undefined", 1));
  CHECK_FALSE(set(host, "NaN", 1));
}

TEST_CASE("setting a global that has only a getter is refused", "[runtime][environment][C1]") {
  script_host host;
  host.value_of("Object.defineProperty(globalThis, 'got', {get() { return 1 }})");
  auto outcome = set(host, "got", 2); // strict mode throws a TypeError here
  REQUIRE_FALSE(outcome);
}

TEST_CASE("setting a new global on a global that cannot grow is refused",
          "[runtime][environment][C1]") {
  script_host host;
  host.value_of("Object.preventExtensions(globalThis); 1");
  auto outcome = set(host, "fresh", 2);
  REQUIRE_FALSE(outcome);
  CHECK(has(host, "fresh").value() == value{false});
}

TEST_CASE("a global that cannot be removed stays", "[runtime][environment][C1]") {
  script_host host;
  host.value_of("var kept = 1");
  CHECK(remove(host, "kept").value() == value{false});
  CHECK(get(host, "kept").value() == value{1});
  CHECK(remove(host, "never was").value() == value{true});
}

TEST_CASE("a global that cannot be cloned is refused", "[runtime][environment][C1]") {
  script_host host;
  CHECK(get(host, "Array").error().code == errc::clone_failed);
  CHECK(host.value_of("1") == value{1});
}

TEST_CASE("names of globals may be anything", "[runtime][environment][C1]") {
  script_host host;
  for (std::string key : {"", "a b", "ключ", "__proto__2", "0"}) {
    CAPTURE(key);
    CHECK(set(host, key, 1));
    CHECK(get(host, key).value() == value{1});
    CHECK(remove(host, key).value() == value{true});
  }
  std::string with_nul{"a\0b", 3};
  CHECK(set(host, with_nul, 1));
  CHECK(host.value_of("globalThis['a\\0b']") == value{1});
}

// -- limits ---------------------------------------------------------------------------

TEST_CASE("a heap bomb is stopped and the environment recovers",
          "[runtime][heap_limit][A9][A11]") {
  script_host host{{.heap_limit_mib = 32}};
  auto failed = host.error_of("(() => { let a = []; for (;;) a.push(new Array(1000)) })()");
  CHECK(failed.code == errc::heap_limit_exceeded);
  CHECK(failed.message.find("32 MiB") != std::string::npos);
  CHECK_FALSE(host.environment().broken());
  check_usable(host);
}

TEST_CASE("strings that grow without end are stopped", "[runtime][heap_limit][A9][A11]") {
  script_host host{{.heap_limit_mib = 32}};
  host.error_of(
    "(() => { let s = 'x'; for (;;) s += s + Math.random() })()"); // which limit comes first is
                                                                   // V8's affair
  host.error_of(
    "(() => { let all = []; for (;;) all.push('x'.repeat(1 << 20) + all.length) })()");
  check_usable(host);
}

TEST_CASE("the heap limit holds a second time", "[runtime][heap_limit][A9]") {
  script_host host{{.heap_limit_mib = 32}};
  for (int round = 0; round < 3; ++round) {
    CHECK(host.error_of("(() => { let a = []; for (;;) a.push({i: a.length}) })()").code
          == errc::heap_limit_exceeded);
    check_usable(host);
  }
}

TEST_CASE("a heap that stays full ends the environment's health", "[runtime][heap_limit][A9]") {
  script_host host{{.heap_limit_mib = 32}};
  host.value_of("globalThis.kept = []; 1");
  // The first time there may be room enough to go on.
  for (int round = 0; round < 5 && !host.environment().broken(); ++round)
    CHECK(host.error_of("for (;;) kept.push(new Array(1000).fill(1))").code
          == errc::heap_limit_exceeded);
  CHECK(host.environment().broken());
}

TEST_CASE("a heap bomb in microtasks is stopped", "[runtime][heap_limit][A9][A11]") {
  script_host host{{.heap_limit_mib = 32}};
  CHECK(
    host.error_of("(async () => { let a = []; for (;;) { a.push(new Array(1000)); await 0 } })()")
      .code
    == errc::heap_limit_exceeded);
  check_usable(host);
}

TEST_CASE("a heap bomb hidden in a result is stopped", "[runtime][heap_limit][A9][A11]") {
  script_host host{{.heap_limit_mib = 32}};
  CHECK(host.error_of("({get a() { let a = []; for (;;) a.push(new Array(1000)) }})").code
        == errc::heap_limit_exceeded);
  check_usable(host);
}

TEST_CASE("a result that is far larger outside of the heap than in it is refused",
          "[runtime][heap_limit][A9][A11]") {
  script_host host{{.heap_limit_mib = 64}};
  // Each slice is a few bytes in the script's heap: a gigabyte in all.
  auto failed =
    host.error_of("const s = 'x'.repeat(1 << 20); Array.from({length: 1024}, (_, i) => "
                  "s.slice(i))");
  CHECK(failed.code == errc::clone_failed);
  CHECK(failed.message.starts_with("a value with more than "));
  check_usable(host);
}

TEST_CASE("array buffers beyond the budget are a RangeError", "[runtime][array_buffers][A9]") {
  script_host host{{.array_buffer_limit_mib = 8}};
  auto failed = host.error_of("new ArrayBuffer(16 << 20)");
  CHECK(failed.message == "RangeError: Array buffer allocation failed");
  failed = host.error_of("const all = []; for (;;) all.push(new Uint8Array(1 << 20))");
  CHECK(failed.thrown["name"] == value{"RangeError"});
  check_usable(host);
}

TEST_CASE("array buffers that are let go make room for others", "[runtime][array_buffers][A9]") {
  script_host host{{.array_buffer_limit_mib = 8}};
  CHECK(host.value_of("let sum = 0; for (let i = 0; i < 100; ++i) sum += new ArrayBuffer(4 << "
                      "20).byteLength; sum")
        == value{400.0 * (1 << 20)});
}

// V8 takes the memory of resizable buffers and of WebAssembly from the system, not
// from the allocator: `buffer_pages` counts it.
TEST_CASE("resizable array buffers and WebAssembly memories count as others do",
          "[runtime][array_buffers][A9]") {
  script_host host{{.array_buffer_limit_mib = 8}};
  CHECK_FALSE(host.run("new ArrayBuffer(0, {maxByteLength: 64 << 20}).resize(9 << 20)"));
  CHECK_FALSE(host.run("new WebAssembly.Memory({initial: 129}).buffer.byteLength"));
  CHECK(host.run("new WebAssembly.Memory({initial: 64}).buffer.byteLength"));
}

// -- the loop -------------------------------------------------------------------------

TEST_CASE("an environment without timers and tasks is idle", "[runtime][environment]") {
  script_host host;
  host.value_of("1");
  host.turn_until_idle();
  CHECK(host.environment().idle());
  CHECK_FALSE(host.environment().poll());
}

TEST_CASE("WebAssembly compiles asynchronously", "[runtime][environment][A5]") {
  script_host host;
  CHECK(
    host.value_of("WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(m => "
                  "m instanceof WebAssembly.Module)")
    == value{true});
}

TEST_CASE("Atomics.waitAsync is settled by its own timeout", "[runtime][environment][A5]") {
  script_host host;
  CHECK(
    host.value_of("const shared = new Int32Array(new SharedArrayBuffer(4)); Atomics.waitAsync("
                  "shared, 0, 0, 5).value")
    == value{"timed-out"});
}

TEST_CASE("a finalisation callback is run and its error reported", "[runtime][environment]") {
  script_host host;
  host.value_of(
    "globalThis.registry = new FinalizationRegistry(x => { globalThis.got = x; throw new "
    "Error('in finaliser') }); (() => { registry.register({}, 'held') })(); 1");
  host.environment().owner().v8()->LowMemoryNotification();
  host.turn_until([&] { return !host.uncaught.empty(); });
  CHECK(host.uncaught[0].message == "Error: in finaliser");
  CHECK(host.value_of("got") == value{"held"});
}
