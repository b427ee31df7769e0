// References to script objects, and functions (A7, F1).

#include "tests/api/helpers.hpp"

using namespace troupe;
using namespace troupe::testing;

namespace {

reference refer(context& ctx, std::string source) {
  return value_of(ctx.run(std::move(source), {.take = take_as::reference})).as<reference>();
}

} // namespace

TEST_CASE("a reference is the script's object, not a copy", "[api][reference][A7]") {
  auto ctx = new_context();
  auto object = refer(ctx, "globalThis.o = { n: 1, deep: { m: 2 } }");
  CHECK(value_of(object.get("n")).as<int>() == 1);
  REQUIRE(object.set("n", 5).get());
  CHECK(value_of(ctx.run("o.n")).as<int>() == 5);
  CHECK(object.has("deep").get().value());
  CHECK(object.keys().get().value() == std::vector<std::string>{"n", "deep"});
  CHECK(object.remove("n").get().value());
  CHECK_FALSE(object.has("n").get().value());
  auto deep = value_of(object.get("deep", take_as::reference)).as<reference>();
  REQUIRE(deep.set("m", 3).get());
  CHECK(value_of(object.copy()) == value::object({{"deep", value::object({{"m", 3}})}}));
  CHECK(object.context() == ctx.name());
}

TEST_CASE("primitives are given as they are, whatever was asked", "[api][reference][A7]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("1 + 1", {.take = take_as::reference})).as<int>() == 2);
  CHECK_FALSE(value_of(ctx.run("'x'", {.take = take_as::reference})).try_as<reference>());
}

TEST_CASE("a promise by reference is copied as what it settles to", "[api][reference][A7]") {
  auto ctx = new_context();
  auto pending = refer(ctx, "new Promise(done => globalThis.done = done)");
  auto settled = pending.copy();
  REQUIRE(ctx.run("done({ a: 1 })", {.take = take_as::nothing}).get());
  CHECK(value_of(std::move(settled))["a"].as<int>() == 1);
  auto rejected = refer(ctx, "const r = Promise.reject(new Error('no')); r.catch(() => {}); r");
  CHECK(error_of(rejected.copy()).message == "Error: no");
}

TEST_CASE("a reference goes back to its own context as that object", "[api][reference][A7]") {
  auto ctx = new_context();
  auto object = refer(ctx, "globalThis.o = {}");
  REQUIRE(ctx.set("p", object).get());
  CHECK(value_of(ctx.run("o === p")).as<bool>());
  REQUIRE(ctx.set("list", value::array({object, 1, object})).get());
  CHECK(value_of(ctx.run("list[0] === o && list[2] === o")).as<bool>());
}

TEST_CASE("a reference is refused by another context", "[api][reference][A7]") {
  auto home = new_context();
  auto other = new_context();
  auto object = refer(home, "({})");
  auto refused = error_of(other.set("x", object));
  CHECK(refused.message.find("another context") != std::string::npos);
  auto function =
    value_of(home.run("() => 1", {.take = take_as::reference})).as<troupe::function>();
  CHECK(error_of(other.set("f", function)).message.find("another context") != std::string::npos);
}

TEST_CASE("a reference of a context that has ended answers with an error",
          "[api][reference][A7]") {
  auto ctx = new_context();
  auto object = refer(ctx, "({})");
  auto function = ctx.compile_function("return 1").get().value();
  value_of(ctx.close());
  CHECK(error_of(object.get("x")).code == errc::context_closed);
  CHECK(error_of(function()).code == errc::context_closed);
}

TEST_CASE("an empty reference answers with an error", "[api][reference][A7]") {
  CHECK(error_of(reference{}.copy()).code == errc::no_such_context);
  CHECK(error_of(function{}()).code == errc::no_such_context);
  CHECK_FALSE(reference{}.valid());
  CHECK(reference{}.context().empty());
}

TEST_CASE("a dropped reference lets its object go", "[api][reference][A7][C10]") {
  auto ctx = new_context({.heap_limit_mib = 32});
  for (int i = 0; i < 100; ++i) // a gigabyte, one at a time
    auto big = refer(ctx, "new Array(1 << 20).fill(0.5)");
  CHECK(value_of(ctx.run("1")).as<int>() == 1);
}

TEST_CASE("a reference may outlive its runtime", "[api][reference][A7]") {
  std::optional<reference> kept;
  {
    runtime own;
    context ctx = own.spawn().get();
    kept = refer(ctx, "({})");
  }
  CHECK(error_of(kept->get("x")).code != errc{});
}

// -- functions --------------------------------------------------------------------------------

TEST_CASE("a compiled function is called with arguments", "[api][function][F1]") {
  auto ctx = new_context();
  function sum = ctx.compile_function("return a + b", {.parameters = {"a", "b"}}).get();
  CHECK(value_of(sum(1, 2)).as<int>() == 3);
  CHECK(value_of(sum("x", "y")).as<std::string>() == "xy");
  CHECK(value_of(sum.call({1, 2}, {.timeout = 50ms})).as<int>() == 3);
  CHECK(sum.context() == ctx.name());
}

TEST_CASE("a compiled function sees globals and has no other scope", "[api][function][F1]") {
  auto ctx = new_context();
  REQUIRE(ctx.run("var g = 10; let hidden = 20").get());
  function f = ctx.compile_function("g += 1; return g").get();
  CHECK(value_of(f()).as<int>() == 11);
  CHECK(value_of(ctx.run("g")).as<int>() == 11);
}

TEST_CASE("context extensions are variables of a compiled function", "[api][function][F1]") {
  auto ctx = new_context();
  auto live = refer(ctx, "globalThis.live = { n: 1 }");
  function f = ctx
                 .compile_function("n += step; return n",
                                   {.context_extensions = {value::object({{"step", 5}}), live}})
                 .get();
  CHECK(value_of(f()).as<int>() == 6);
  CHECK(value_of(ctx.run("live.n")).as<int>() == 6);
  CHECK(error_of(ctx.compile_function("", {.context_extensions = {1}})).code
        == errc::invalid_argument);
}

TEST_CASE("a syntax error in a compiled function has its place", "[api][function][F1]") {
  auto ctx = new_context();
  auto failed = error_of(ctx.compile_function(
    "return (", {.script = {.filename = "f.js", .line_offset = 10, .column_offset = 4}}));
  CHECK(failed.code == errc::syntax_error);
  REQUIRE(failed.position);
  CHECK(failed.position->filename == "f.js");
  CHECK(failed.position->line == 11);
}

TEST_CASE("parameters that are no identifiers are refused", "[api][function][F1][O4]") {
  auto ctx = new_context();
  for (auto* bad :
       {"a b", "", "1", "a,b", "...rest", "{a}", "a = 1", "){ evil() }; function x("}) {
    INFO(bad);
    auto failed = error_of(ctx.compile_function("return 1", {.parameters = {bad}}));
    CHECK(failed.code == errc::invalid_argument);
    CHECK(failed.message.find("parameters") != std::string::npos);
  }
}

TEST_CASE("an exception in a called function is told with its stack", "[api][function][F1]") {
  auto ctx = new_context();
  function f =
    ctx.compile_function("throw new TypeError('no')", {.script = {.filename = "f.js"}}).get();
  auto failed = error_of(f());
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "TypeError: no");
  CHECK(failed.stack.find("f.js:1") != std::string::npos);
}

TEST_CASE("a call has its deadline and its promise is waited for", "[api][function][F1][A5]") {
  auto ctx = new_context();
  function spin = ctx.compile_function("for (;;);").get();
  CHECK(error_of(spin.call({}, {.timeout = 50ms})).code == errc::deadline_exceeded);
  function later =
    ctx.compile_function("return new Promise(done => globalThis.done = done)").get();
  auto answer = later();
  REQUIRE(ctx.run("done(7)").get());
  CHECK(value_of(std::move(answer)).as<int>() == 7);
  CHECK(error_of(later.call({}, {.timeout = -1ms})).code == errc::invalid_argument);
}

TEST_CASE("a call can be cancelled", "[api][function][A6]") {
  auto ctx = new_context();
  function spin = ctx.compile_function("for (;;);").get();
  auto answer = spin();
  answer.cancel();
  CHECK(error_of(std::move(answer)).code == errc::cancelled);
  CHECK(value_of(ctx.run("1")).as<int>() == 1);
}

TEST_CASE("a method is called with its object", "[api][function][A7]") {
  auto ctx = new_context();
  auto counter = refer(ctx, "({ n: 1, up(by) { return this.n += by } })");
  auto up = value_of(counter.get("up", take_as::reference)).as<function>();
  CHECK(value_of(up.call({4}, {}, counter)).as<int>() == 5);
  CHECK(value_of(counter.get("n")).as<int>() == 5);
}

TEST_CASE("a result by reference of a call stays in its context", "[api][function][A7]") {
  auto ctx = new_context();
  function make = ctx.compile_function("return () => 42").get();
  auto inner = value_of(make.call({}, {.take = take_as::reference})).as<function>();
  CHECK(value_of(inner()).as<int>() == 42);
  CHECK(error_of(make()).code == errc::clone_failed);
}

TEST_CASE("a compiled function gives a code cache and takes it", "[api][function][F1][S4]") {
  auto ctx = new_context();
  const std::string body = "const inner = x => x * factor; return inner(a) + b";
  function_options how{.parameters = {"a", "b"},
                       .context_extensions = {value::object({{"factor", 10}})}};
  auto first = value_of(ctx.compile_function(body, how));
  CHECK_FALSE(first.cached_data_rejected());
  auto before = value_of(first.create_cached_data());
  CHECK(value_of(first(2, 1)).as<int>() == 21);
  auto after = value_of(first.create_cached_data());
  CHECK(after.size() > before.size());

  auto other = new_context();
  how.script.cached_data = after;
  auto second = value_of(other.compile_function(body, how));
  CHECK(second.cached_data_rejected() == false);
  CHECK(value_of(second(3, 1)).as<int>() == 31);
}

TEST_CASE("a cache of another function or a damaged one is rejected, and the function works",
          "[api][function][F1][S3]") {
  auto ctx = new_context();
  auto data = value_of(
    value_of(ctx.compile_function("return a + 1", {.parameters = {"a"}})).create_cached_data());
  auto check = [&](const std::string& body, std::vector<std::string> parameters,
                   std::vector<std::byte> bytes, double expected) {
    auto made = value_of(ctx.compile_function(
      body, {.parameters = std::move(parameters), .script = {.cached_data = bytes}}));
    CHECK(made.cached_data_rejected() == true);
    CHECK(value_of(made(5, 7)).as<double>() == expected);
  };
  check("return a + 2", {"a"}, data, 7);      // another body of that length
  check("return a + 1", {"b", "a"}, data, 8); // other parameters
  auto flipped = data;
  flipped[flipped.size() / 2] ^= std::byte{1};
  check("return a + 1", {"a"}, flipped, 6);
  check("return a + 1", {"a"}, {std::byte{1}, std::byte{2}}, 6);
}

TEST_CASE("only compiled functions have a code cache", "[api][function][F1][O4]") {
  auto ctx = new_context();
  auto script_function =
    value_of(ctx.run("() => 1", {.take = take_as::reference})).as<troupe::function>();
  CHECK(error_of(script_function.create_cached_data()).code == errc::invalid_argument);
  CHECK(error_of(function{}.create_cached_data()).code == errc::no_such_context);
}

TEST_CASE("too many parameters or context extensions are refused, not a crash",
          "[api][function][F1][A11]") {
  auto ctx = new_context();
  std::vector<std::string> parameters;
  for (int i = 0; i < 65'535; ++i)
    parameters.push_back("p" + std::to_string(i));
  CHECK(error_of(ctx.compile_function("return 1", {.parameters = parameters})).code
        == errc::invalid_argument);
  parameters.pop_back();
  CHECK(
    value_of(value_of(ctx.compile_function("return 1", {.parameters = parameters}))()).as<int>()
    == 1);
  std::vector<value> extensions(257, value::object({{"x", 1}}));
  CHECK(error_of(ctx.compile_function("return x", {.context_extensions = extensions})).code
        == errc::invalid_argument);
  extensions.pop_back();
  CHECK(value_of(value_of(ctx.compile_function("return x", {.context_extensions = extensions}))())
          .as<int>()
        == 1);
  auto proxy = value_of(ctx.run("new Proxy({}, {})", {.take = take_as::reference}));
  CHECK(
    error_of(ctx.compile_function("", {.context_extensions = {proxy}})).message.find("objects")
    != std::string::npos);
}
