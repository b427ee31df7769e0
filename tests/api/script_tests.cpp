// Compiling and running scripts: S1, S2, S6, S7, S8, S12.

#include "tests/api/helpers.hpp"

using namespace troupe;
using namespace troupe::testing;

// -- compiling --------------------------------------------------------------------

TEST_CASE("a script that parses compiles without running", "[api][script][S1]") {
  auto ctx = new_context();
  auto compiled = value_of(ctx.compile("globalThis.ran = true"));
  CHECK_FALSE(value_of(ctx.has("ran")));
  CHECK(value_of(ctx.run(compiled)).as<bool>());
  CHECK(value_of(ctx.has("ran")));
}

TEST_CASE("a syntax error carries file, line, column and the offending line",
          "[api][script][S1]") {
  auto failed = error_of(
    shared_runtime().compile("let fine = 1;\nlet let2 = ;\n", {.filename = "config.js"}));
  CHECK(failed.code == errc::syntax_error);
  CHECK(failed.message == "SyntaxError: Unexpected token ';'");
  REQUIRE(failed.position);
  CHECK(failed.position->filename == "config.js");
  CHECK(failed.position->line == 2);
  CHECK(failed.position->column == 12);
  CHECK(failed.position->source_line == "let let2 = ;");
}

TEST_CASE("a syntax error shows a caret under the offending token", "[api][script][S1]") {
  auto failed = error_of(
    shared_runtime().compile("let fine = 1;\nlet let2 = ;\n", {.filename = "config.js"}));
  CHECK(failed.to_string().starts_with("config.js:2\nlet let2 = ;\n           ^\n"));
  CHECK(failed.to_string().find("SyntaxError: Unexpected token ';'") != std::string::npos);
}

TEST_CASE("without display_errors a syntax error has no source line above its stack",
          "[api][script][S1]") {
  auto failed = error_of(shared_runtime().compile("let = = 1", {.display_errors = false}));
  CHECK(failed.code == errc::syntax_error);
  CHECK(failed.stack.find('^') == std::string::npos);
  CHECK(failed.position); // known all the same
}

TEST_CASE("a syntax error is found by run as well as by compile", "[api][script][S1]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("1 +", {}, {.filename = "half.js"}));
  CHECK(failed.code == errc::syntax_error);
  REQUIRE(failed.position);
  CHECK(failed.position->filename == "half.js");
  check_usable(ctx);
}

TEST_CASE("the thrown value of a syntax error is the script's own SyntaxError",
          "[api][script][S1]") {
  auto failed = error_of(shared_runtime().compile("}"));
  REQUIRE(failed.thrown.is(value_kind::error));
  CHECK(failed.thrown["name"].as<std::string>() == "SyntaxError");
  CHECK(failed.thrown["message"].as<std::string>() == "Unexpected token '}'");
}

TEST_CASE("a syntax error points behind characters of several bytes", "[api][script][S1]") {
  auto failed =
    error_of(shared_runtime().compile("const ä = 'ö€😀' ]", {.filename = "umlaut.js"}));
  REQUIRE(failed.position);
  CHECK(failed.position->line == 1);
  CHECK(failed.position->column == 18); // UTF-16 units, as in every editor's protocol
  CHECK(failed.position->source_line == "const ä = 'ö€😀' ]");
}

TEST_CASE("a thousand compilations at once each get their own answer", "[api][script][S1]") {
  std::vector<future<script>> answers;
  for (int i = 0; i < 1000; ++i)
    answers.push_back(shared_runtime().compile(i % 2 != 0 ? "1 +" : "1 + " + std::to_string(i)));
  for (int i = 0; i < 1000; ++i) {
    auto outcome = answer_of(std::move(answers[static_cast<std::size_t>(i)]));
    REQUIRE(outcome.has_value() == (i % 2 == 0));
    if (outcome)
      REQUIRE(outcome->source() == "1 + " + std::to_string(i));
  }
}

TEST_CASE("who hears of a compiled script on the spot may ask for another", "[api][script][S1]") {
  for (int round = 0; round < 20; ++round) {
    runtime rt;
    std::vector<future<script>> second;
    std::mutex mutex;
    std::vector<future<void>> first;
    for (int i = 0; i < 20; ++i)
      first.push_back(
        rt.compile("1 + 1").on([](auto work) { work(); }).then([&](const result<script>& made) {
          std::lock_guard guard{mutex};
          if (made)
            second.push_back(rt.compile("2 + 2"));
        }));
    for (auto& each : first)
      value_of(std::move(each));
    REQUIRE(second.size() == 20);
    for (auto& each : second)
      value_of(std::move(each));
  }
}

TEST_CASE("compiling takes no place from the contexts", "[api][script][A10]") {
  runtime rt{{.max_contexts = 1}};
  auto only = value_of(rt.spawn());
  CHECK(answer_of(rt.compile("1 + 1")).has_value());
  check_usable(only);
}

// -- running many times -----------------------------------------------------------

TEST_CASE("one script runs many times in one context", "[api][script][S1]") {
  auto ctx = new_context({.globals = {{"count", 0}}});
  script counting{"count += 1"};
  for (int i = 1; i <= 100; ++i)
    REQUIRE(value_of(ctx.run(counting)).as<int>() == i);
}

TEST_CASE("one script runs in many contexts, each with its own globals",
          "[api][script][S1][S6]") {
  auto doubled = value_of(shared_runtime().compile("x = x * 2", {.filename = "double.js"}));
  std::vector<context> contexts;
  for (int i = 0; i < 20; ++i)
    contexts.push_back(new_context({.globals = {{"x", i}}}));
  for (int round = 1; round <= 3; ++round)
    for (std::size_t i = 0; i < contexts.size(); ++i)
      REQUIRE(value_of(contexts[i].run(doubled)).as<int>() == static_cast<int>(i) << round);
}

TEST_CASE("a script that has been copied and dropped still runs", "[api][script][S1]") {
  auto ctx = new_context();
  auto answer = [&] {
    script made{"'still here'"};
    auto copy = made;
    return ctx.run(copy);
  }();
  CHECK(value_of(std::move(answer)).as<std::string>() == "still here");
}

TEST_CASE("more scripts than a context keeps compiled still run again", "[api][script][S1]") {
  auto ctx = new_context();
  std::vector<script> scripts;
  for (int i = 0; i < 600; ++i)
    scripts.emplace_back(std::to_string(i) + " + 1");
  for (int round = 0; round < 2; ++round)
    for (std::size_t i = 0; i < scripts.size(); ++i)
      REQUIRE(value_of(ctx.run(scripts[i])).as<int>() == static_cast<int>(i) + 1);
}

TEST_CASE("a script object tells its source and options", "[api][script][S1]") {
  script made{"1", {.filename = "one.js", .line_offset = 3}};
  CHECK(made.source() == "1");
  CHECK(made.options().filename == "one.js");
  CHECK(made.options().line_offset == 3);
}

TEST_CASE("a source may contain NUL and characters beyond the basic plane", "[api][script][S1]") {
  auto ctx = new_context();
  auto answer = value_of(ctx.run(std::string{"'a\0b😀'", 9}));
  CHECK(answer.as<std::string>() == std::string{"a\0b😀", 7});
}

TEST_CASE("an empty script gives undefined", "[api][script][S1]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("")).is_undefined());
  CHECK(value_of(ctx.run("// nothing but a comment")).is_undefined());
}

TEST_CASE("a hashbang line is no syntax error", "[api][script][S1]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("#!/usr/bin/env troupe\n42")).as<int>() == 42);
}

TEST_CASE("the value is that of the last statement", "[api][script][S8]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("var a = 1; a + 1; if (a) { 'yes' } else { 'no' }")).as<std::string>()
        == "yes");
}

TEST_CASE("a script sees the global object and no local scope", "[api][script][S8]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("this === globalThis && typeof require === 'undefined' && typeof module "
                         "=== 'undefined' && typeof arguments === 'undefined'"))
          .as<bool>());
}

TEST_CASE("a script that declares let, const or class runs once in a realm, and says so",
          "[api][script][S1]") {
  // V8 itself ends the process when such a script, bound once, runs twice.
  for (const char* declaration : {"let name = 42; name", "const name = 42; name",
                                  "class name {}; 42", "let a = 40, b = 2, name; a + b"}) {
    CAPTURE(declaration);
    auto ctx = new_context();
    script once{declaration};
    CHECK(value_of(ctx.run(once)).as<int>() == 42);
    for (int i = 0; i < 5; ++i)
      CHECK(error_of(ctx.run(once)).message.find("has already been declared")
            != std::string::npos);
    value_of(ctx.reset());
    CHECK(value_of(ctx.run(once)).as<int>() == 42);
    CHECK(error_of(ctx.run(once)).code == errc::uncaught_exception);
  }
}

TEST_CASE("a script that declares let can be stopped or fail before, amid and after it does",
          "[api][script][S1]") {
  auto ctx = new_context();
  script amid{"if (mode === 'throw') throw new Error('amid');"
              "if (mode === 'loop') for (;;);"
              "let lexical = 1; lexical"};
  script clashing{"let clash = 1; clash"};
  for (int round = 0; round < 20; ++round) {
    value_of(ctx.set("mode", "throw"));
    CHECK(error_of(ctx.run(amid)).message == "Error: amid");
    CHECK(error_of(ctx.run(amid)).code == errc::uncaught_exception);
    value_of(ctx.reset());
    value_of(ctx.set("mode", "loop"));
    CHECK(error_of(ctx.run(amid, {.timeout = 5ms})).code == errc::deadline_exceeded);
    CHECK(error_of(ctx.run(amid, {.timeout = patience})).code == errc::uncaught_exception);
    value_of(ctx.reset());
    value_of(ctx.set("mode", ""));
    CHECK(value_of(ctx.run(amid)).as<int>() == 1);
    CHECK(error_of(ctx.run(amid)).code == errc::uncaught_exception);
    // Its name is taken by a property first, which is then deleted.
    value_of(ctx.run("Object.defineProperty(globalThis, 'clash', {configurable: false}); 1"));
    CHECK(error_of(ctx.run(clashing)).code == errc::uncaught_exception);
    value_of(ctx.reset());
    CHECK(value_of(ctx.run(clashing)).as<int>() == 1);
    CHECK(error_of(ctx.run(clashing)).code == errc::uncaught_exception);
    CHECK(error_of(ctx.run(clashing)).code == errc::uncaught_exception);
    value_of(ctx.reset());
  }
}

// -- names and offsets --------------------------------------------------------------

TEST_CASE("the default file name is that of node:vm", "[api][script][S2]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("throw new Error('no')"));
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "Error: no");
  REQUIRE(failed.position);
  CHECK(failed.position->filename == "evalmachine.<anonymous>");
  CHECK(failed.stack.find("at evalmachine.<anonymous>:1:7") != std::string::npos);
}

TEST_CASE("the file name is shown in stacks and positions", "[api][script][S2]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("function f() {\n  throw new TypeError('no');\n}\nf();", {},
                                 {.filename = "rules/a b.js"}));
  REQUIRE(failed.position);
  CHECK(failed.position->filename == "rules/a b.js");
  CHECK(failed.position->line == 2);
  CHECK(failed.position->column == 3);
  CHECK(failed.position->source_line == "  throw new TypeError('no');");
  CHECK(failed.stack.starts_with("rules/a b.js:2\n  throw new TypeError('no');\n  ^\n"));
  CHECK(failed.stack.find("at f (rules/a b.js:2:9)") != std::string::npos);
  CHECK(failed.stack.find("at rules/a b.js:4:1") != std::string::npos);
}

TEST_CASE("the line offset counts in every line", "[api][script][S2]") {
  auto ctx = new_context();
  auto failed = error_of(
    ctx.run("\n\n  throw new Error('no')", {}, {.filename = "part.js", .line_offset = 100}));
  REQUIRE(failed.position);
  CHECK(failed.position->line == 103);
  CHECK(failed.stack.find("part.js:103:9") != std::string::npos);
}

TEST_CASE("the column offset counts in the first line", "[api][script][S2]") {
  auto ctx = new_context();
  auto failed =
    error_of(ctx.run("throw new Error('no')", {}, {.filename = "part.js", .column_offset = 40}));
  REQUIRE(failed.position);
  CHECK(failed.position->line == 1);
  CHECK(failed.position->column == 41);
  CHECK(failed.stack.find("part.js:1:47") != std::string::npos);
  // The shown line does not start at column 41.
  CHECK(failed.stack.starts_with("part.js:1\nthrow new Error('no')\n^\n"));
}

TEST_CASE("the column offset does not count in the second line", "[api][script][S2]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("1;\n  throw new Error('no')", {},
                                 {.filename = "part.js", .line_offset = 7, .column_offset = 40}));
  REQUIRE(failed.position);
  CHECK(failed.position->line == 9);
  CHECK(failed.position->column == 3);
  CHECK(failed.stack.find("part.js:9:9") != std::string::npos);
}

TEST_CASE("offsets may be negative", "[api][script][S2]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("(function (exports) {\n throw new Error('no') })()", {},
                                 {.filename = "wrapped.js", .line_offset = -1}));
  REQUIRE(failed.position);
  CHECK(failed.position->line == 1);
}

TEST_CASE("offsets count in syntax errors too", "[api][script][S2]") {
  auto failed = error_of(shared_runtime().compile(
    "let x = ;", {.filename = "part.js", .line_offset = 9, .column_offset = 4}));
  REQUIRE(failed.position);
  CHECK(failed.position->line == 10);
  CHECK(failed.position->column == 13);
}

TEST_CASE("two scripts with the same source and other names keep their own names",
          "[api][script][S2]") {
  auto ctx = new_context();
  for (const std::string name : {"first.js", "second.js"}) {
    auto failed = error_of(ctx.run("throw new Error('no')", {}, {.filename = name}));
    REQUIRE(failed.position);
    CHECK(failed.position->filename == name);
    CHECK(failed.stack.find("at " + name) != std::string::npos);
  }
}

TEST_CASE("a tab before the caret stays a tab", "[api][script][S1]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run("\tthrow 1", {}, {.filename = "tab.js"}));
  CHECK(failed.stack.starts_with("tab.js:1\n\tthrow 1\n\t^"));
}

// -- exceptions -----------------------------------------------------------------------

TEST_CASE("anything may be thrown, and arrives", "[api][script][S6]") {
  auto ctx = new_context();
  CHECK(error_of(ctx.run("throw 42")).thrown == value{42});
  CHECK(error_of(ctx.run("throw 'text'")).thrown == value{"text"});
  CHECK(error_of(ctx.run("throw undefined")).thrown.is_undefined());
  CHECK(error_of(ctx.run("throw null")).thrown.is_null());
  CHECK(error_of(ctx.run("throw {code: 7}")).thrown["code"] == value{7});
  CHECK(error_of(ctx.run("throw Symbol('s')")).message.find("Symbol(s)") != std::string::npos);
  CHECK(error_of(ctx.run("throw () => 1")).code == errc::uncaught_exception);
  check_usable(ctx);
}

TEST_CASE("an exception whose own text throws is still reported", "[api][script][S6]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run(
    "throw {get message() { throw 1 }, get stack() { throw 2 }, toString() { throw 3 }}"));
  CHECK(failed.code == errc::uncaught_exception);
  CHECK_FALSE(failed.message.empty());
  check_usable(ctx);
}

TEST_CASE("an error object that lies about its parts is still reported", "[api][script][S6]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.run(R"(
    const e = new Error('plain');
    Object.defineProperty(e, 'stack', {get() { throw new Error('no stack') }});
    Object.defineProperty(e, 'name', {get() { throw new Error('no name') }});
    throw e)"));
  CHECK(failed.code == errc::uncaught_exception);
  check_usable(ctx);
}

TEST_CASE("a stack formatter that throws does not hide the error", "[api][script][S6]") {
  auto ctx = new_context();
  auto failed =
    error_of(ctx.run("Error.prepareStackTrace = () => { throw new Error('inner') }; null.x"));
  CHECK(failed.code == errc::uncaught_exception);
  check_usable(ctx);
}

// -- a context for one script -----------------------------------------------------------

TEST_CASE("a script runs in a context made for it alone", "[api][script][S7]") {
  script counting{"globalThis.n = (globalThis.n ?? 0) + 1"};
  for (int i = 0; i < 3; ++i)
    CHECK(value_of(shared_runtime().run_in_new_context(counting)).as<int>() == 1);
}

TEST_CASE("the context made for one script takes options", "[api][script][S7]") {
  auto answer = shared_runtime().run_in_new_context(
    script{"base * 2"}, {}, {.name = "only once", .globals = {{"base", 21}}});
  CHECK(value_of(std::move(answer)).as<int>() == 42);
}

TEST_CASE("the context made for one script keeps its timeout", "[api][script][S7][S10]") {
  auto failed =
    error_of(shared_runtime().run_in_new_context(script{"for (;;);"}, {.timeout = 50ms}));
  CHECK(failed.code == errc::deadline_exceeded);
}

TEST_CASE("the context made for one script waits for its promise", "[api][script][S7][A5]") {
  auto answer = shared_runtime().run_in_new_context(
    script{"new Promise(done => setTimeout(done, 5, 'later'))"}, {}, {.timers = true});
  CHECK(value_of(std::move(answer)).as<std::string>() == "later");
}

TEST_CASE("the context made for one script ends with it", "[api][script][S7][A2]") {
  runtime rt{{.max_contexts = 2}};
  script one{"1"};
  for (int i = 0; i < 50; ++i) {
    // The answer comes before the context has ended.
    auto outcome = answer_of(rt.run_in_new_context(one));
    if (!outcome)
      REQUIRE(outcome.error().code == errc::capacity_exceeded);
  }
  value_of(rt.drain()); // all have ended
}

TEST_CASE("a script for a new context that does not parse fails like any", "[api][script][S7]") {
  auto failed = error_of(shared_runtime().run_in_new_context(script{"1 +"}));
  CHECK(failed.code == errc::syntax_error);
}

TEST_CASE("bad options of a new context are told instead of a result", "[api][script][S7]") {
  auto failed =
    error_of(shared_runtime().run_in_new_context(script{"1"}, {}, {.heap_limit_mib = 0}));
  CHECK(failed.code == errc::invalid_argument);
}

TEST_CASE("cancelling stops a script in a context made for it", "[api][script][S7][A6]") {
  auto answer = shared_runtime().run_in_new_context(script{"for (;;);"});
  answer.cancel();
  CHECK(error_of(std::move(answer)).code == errc::cancelled);
}
