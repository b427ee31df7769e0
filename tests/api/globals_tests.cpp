// The global object from outside, and names: C1, C4.

#include "tests/api/helpers.hpp"

#include <set>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("initial globals are there before the first script", "[api][globals][C1]") {
  auto ctx =
    new_context({.globals = {{"x", 2},
                             {"words", std::vector<std::string>{"a", "b"}},
                             {"nested", value::object({{"deep", value::array({1, nullptr})}})},
                             {"", "empty key"},
                             {"with space", true},
                             {"schlüssel😀", 1.5}}});
  CHECK(value_of(ctx.run("x + words.length + nested.deep[0]")).as<int>() == 5);
  CHECK(value_of(ctx.get("")).as<std::string>() == "empty key");
  CHECK(value_of(ctx.get("with space")).as<bool>());
  CHECK(value_of(ctx.run("globalThis['schlüssel😀']")).as<double>() == 1.5);
}

TEST_CASE("of two initial globals with one name the later counts", "[api][globals][C1]") {
  auto ctx = new_context({.globals = {{"x", 1}, {"x", 2}}});
  CHECK(value_of(ctx.get("x")).as<int>() == 2);
}

TEST_CASE("an initial global may replace a built-in", "[api][globals][C1]") {
  auto ctx = new_context({.globals = {{"Math", "gone"}}});
  CHECK(value_of(ctx.run("Math")).as<std::string>() == "gone");
}

TEST_CASE("an initial global that cannot be set is an error of the spawn", "[api][globals][C1]") {
  auto outcome = answer_of(shared_runtime().spawn({.globals = {{"undefined", 1}}}));
  CHECK_FALSE(outcome.has_value());
}

TEST_CASE("an initial global called __proto__ is a property like any", "[api][globals][C1]") {
  auto ctx = new_context({.globals = {{"fine", 1}}});
  value_of(ctx.set("obj", value::object({{"__proto__", value::object({{"polluted", true}})}})));
  CHECK(value_of(ctx.run("Object.hasOwn(obj, '__proto__') && obj.polluted === undefined && "
                         "({}).polluted === undefined"))
          .as<bool>());
}

TEST_CASE("var and function show on the global object, let, const and class do not",
          "[api][globals][C1]") {
  auto ctx = new_context();
  value_of(ctx.run("var a = 1; function b() {} let c = 3; const d = 4; class E {} 0"));
  CHECK(value_of(ctx.has("a")));
  CHECK(value_of(ctx.has("b")));
  CHECK_FALSE(value_of(ctx.has("c")));
  CHECK_FALSE(value_of(ctx.has("d")));
  CHECK_FALSE(value_of(ctx.has("E")));
  CHECK(value_of(ctx.get("c")).is_undefined());
  CHECK(value_of(ctx.run("c + d + typeof E")).as<std::string>() == "7function");
}

TEST_CASE("what the host sets, scripts see, and the other way round", "[api][globals][C1]") {
  auto ctx = new_context();
  value_of(ctx.set("x", 20));
  value_of(ctx.run("x += 22; globalThis.y = x; 0"));
  CHECK(value_of(ctx.get("x")).as<int>() == 42);
  CHECK(value_of(ctx.get("y")).as<int>() == 42);
}

TEST_CASE("a global that is not there is undefined, and has tells the difference",
          "[api][globals][C1]") {
  auto ctx = new_context();
  value_of(ctx.set("there", value{}));
  CHECK(value_of(ctx.get("there")).is_undefined());
  CHECK(value_of(ctx.has("there")));
  CHECK(value_of(ctx.get("absent")).is_undefined());
  CHECK_FALSE(value_of(ctx.has("absent")));
  CHECK(value_of(ctx.has("toString"))); // inherited, as with `in`
}

TEST_CASE("a removed global is gone", "[api][globals][C1]") {
  auto ctx = new_context({.globals = {{"x", 1}}});
  CHECK(value_of(ctx.remove("x")));
  CHECK_FALSE(value_of(ctx.has("x")));
  CHECK(value_of(ctx.remove("x"))); // as with `delete`
  CHECK(value_of(ctx.run("typeof x")).as<std::string>() == "undefined");
}

TEST_CASE("a global made by var cannot be removed", "[api][globals][C1]") {
  auto ctx = new_context();
  value_of(ctx.run("var stays = 1; 0"));
  CHECK_FALSE(value_of(ctx.remove("stays")));
  CHECK(value_of(ctx.get("stays")).as<int>() == 1);
}

TEST_CASE("keys are the own enumerable names in JavaScript's order", "[api][globals][C1]") {
  auto ctx = new_context({.globals = {{"b", 1}, {"a", 2}, {"10", 3}, {"2", 4}}});
  value_of(ctx.run("var made = 1; let hidden = 2; globalThis[Symbol('s')] = 3; "
                   "Object.defineProperty(globalThis, 'quiet', {value: 1}); 0"));
  CHECK(value_of(ctx.keys()) == std::vector<std::string>{"2", "10", "b", "a", "made"});
}

TEST_CASE("a fresh global object has no enumerable names", "[api][globals][C1]") {
  auto ctx = new_context({.console = true, .timers = true});
  CHECK(value_of(ctx.keys()).empty());
}

TEST_CASE("setting a read-only global fails", "[api][globals][C1]") {
  auto ctx = new_context();
  value_of(ctx.run("Object.defineProperty(globalThis, 'fixed', {value: 1}); 0"));
  CHECK_FALSE(answer_of(ctx.set("fixed", 2)).has_value());
  CHECK(value_of(ctx.get("fixed")).as<int>() == 1);
  CHECK_FALSE(answer_of(ctx.set("undefined", 2)).has_value());
  CHECK_FALSE(answer_of(ctx.set("NaN", 2)).has_value());
}

TEST_CASE("setting a global that has only a getter fails", "[api][globals][C1]") {
  auto ctx = new_context();
  value_of(ctx.run("Object.defineProperty(globalThis, 'computed', {get() { return 1 }}); 0"));
  CHECK_FALSE(answer_of(ctx.set("computed", 2)).has_value());
  CHECK(value_of(ctx.get("computed")).as<int>() == 1);
}

TEST_CASE("adding a global to a global object that takes no more fails", "[api][globals][C1]") {
  auto ctx = new_context({.globals = {{"old", 1}}});
  value_of(ctx.run("Object.preventExtensions(globalThis); 0"));
  CHECK_FALSE(answer_of(ctx.set("fresh", 2)).has_value());
  CHECK_FALSE(value_of(ctx.has("fresh")));
  CHECK(answer_of(ctx.set("old", 2)).has_value());
  CHECK(value_of(ctx.get("old")).as<int>() == 2);
}

TEST_CASE("accessors run, and their exceptions arrive", "[api][globals][C1]") {
  auto ctx = new_context();
  value_of(ctx.run(R"(
    let stored = 1;
    Object.defineProperty(globalThis, 'checked', {
      configurable: true,
      get() { if (stored < 0) throw new RangeError('negative'); return stored; },
      set(v) { if (typeof v !== 'number') throw new TypeError('a number, please'); stored = v; },
    });
    0)"));
  CHECK(value_of(ctx.get("checked")).as<int>() == 1);
  auto refused = error_of(ctx.set("checked", "text"));
  CHECK(refused.code == errc::uncaught_exception);
  CHECK(refused.message == "TypeError: a number, please");
  value_of(ctx.set("checked", -1));
  CHECK(error_of(ctx.get("checked")).message == "RangeError: negative");
}

TEST_CASE("a global that cannot be cloned tells so by its name", "[api][globals][C1][A8]") {
  auto ctx = new_context();
  value_of(ctx.run("globalThis.f = () => 1; globalThis.o = {deep: [1, f]}; 0"));
  CHECK(error_of(ctx.get("f")).code == errc::clone_failed);
  auto failed = error_of(ctx.get("o"));
  CHECK(failed.code == errc::clone_failed);
  CHECK(failed.message.find("$.deep[1]") != std::string::npos);
}

TEST_CASE("requests of one thread are carried out in order", "[api][globals][C1][A1]") {
  auto ctx = new_context();
  std::vector<future<value>> answers;
  for (int i = 0; i < 200; ++i) {
    auto unheard = ctx.set("x", i);
    answers.push_back(ctx.run("x"));
    auto also = ctx.run("x = -1");
  }
  for (int i = 0; i < 200; ++i)
    REQUIRE(value_of(std::move(answers[static_cast<std::size_t>(i)])).as<int>() == i);
}

// -- names -----------------------------------------------------------------------------

TEST_CASE("a context has the name it was given", "[api][context][C4]") {
  auto ctx = new_context({.name = "tenant-42 😀 with a long name"});
  CHECK(ctx.name() == "tenant-42 😀 with a long name");
  auto report = value_of(ctx.close());
  CHECK(report.name == "tenant-42 😀 with a long name");
}

TEST_CASE("contexts without a name are numbered, ascending", "[api][context][C4]") {
  runtime rt;
  auto number_of = [](const context& ctx) {
    REQUIRE(ctx.name().starts_with("VM Context "));
    return std::stoi(std::string{ctx.name().substr(11)});
  };
  auto first = value_of(rt.spawn());
  auto second = value_of(rt.spawn());
  auto third = value_of(rt.spawn());
  CHECK(number_of(first) == 1);
  CHECK(number_of(second) > number_of(first));
  CHECK(number_of(third) > number_of(second));
}

TEST_CASE("several contexts may have one name", "[api][context][C4]") {
  auto one = new_context({.name = "twin", .globals = {{"x", 1}}});
  auto two = new_context({.name = "twin", .globals = {{"x", 2}}});
  CHECK(value_of(one.get("x")).as<int>() == 1);
  CHECK(value_of(two.get("x")).as<int>() == 2);
}

TEST_CASE("an error of the event loop tells the name of its context", "[api][context][C4]") {
  promise<std::string> told;
  auto heard = told.get_future();
  runtime rt{
    {.on_uncaught_error = [&](const std::string& name, const error&) { told.set(name); }}};
  auto ctx = value_of(rt.spawn({.name = "the culprit", .timers = true}));
  value_of(ctx.run("setTimeout(() => { throw new Error('late') }); 0"));
  CHECK(value_of(std::move(heard)) == "the culprit");
}

TEST_CASE("a rejection that nobody handles is told with the name of its context",
          "[api][context][C4][A5]") {
  promise<std::string> told;
  auto heard = told.get_future();
  runtime rt{{.on_uncaught_error = [&](const std::string& name, const error& what) {
    told.set(name + ": " + what.message);
  }}};
  auto ctx = value_of(rt.spawn({.name = "the culprit"}));
  CHECK(value_of(ctx.run("Promise.reject(new Error('nobody cares')); 1")).as<int>() == 1);
  CHECK(value_of(std::move(heard)) == "the culprit: Error: nobody cares");
}

TEST_CASE("console lines arrive with the name of their context", "[api][context][C4]") {
  promise<console_line> told;
  auto heard = told.get_future();
  runtime rt{{.on_console = [&](const console_line& line) { told.set(line); }}};
  auto ctx = value_of(rt.spawn({.name = "speaker", .console = true}));
  value_of(ctx.run("console.error('number', 42, {a: [1]}); 0"));
  auto line = value_of(std::move(heard));
  CHECK(line.context == "speaker");
  CHECK(line.to == console_line::stream::err);
  CHECK(line.text == "number 42 { a: [ 1 ] }");
}
