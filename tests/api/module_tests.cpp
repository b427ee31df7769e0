// Modules that C++ links step by step: M1 to M8.

#include "tests/api/helpers.hpp"

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("a module is compiled, linked and evaluated", "[api][module][M1][M4][M5][M6]") {
  auto ctx = new_context();
  auto a = value_of(ctx.compile_module("export const one = 1;", {.identifier = "a"}));
  auto b = value_of(ctx.compile_module("import { one } from 'a'; export const two = one + one;"));
  CHECK(value_of(b.status()) == module_status::unlinked);
  value_of(b.link_requests({a}));
  value_of(a.link_requests({}));
  value_of(b.instantiate());
  CHECK(value_of(b.status()) == module_status::linked);
  CHECK(value_of(a.status()) == module_status::linked);
  value_of(b.evaluate());
  CHECK(value_of(b.status()) == module_status::evaluated);
  CHECK(value_of(b.get("two")).as<int>() == 2);
  CHECK(value_of(b.exports())["two"].as<int>() == 2);
}

TEST_CASE("modules without a name are numbered", "[api][module][M1]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.compile_module("")).identifier() == "vm:module(0)");
  CHECK(value_of(ctx.compile_module("")).identifier() == "vm:module(1)");
  CHECK(value_of(ctx.make_module({})).identifier() == "vm:module(2)");
  CHECK(value_of(ctx.compile_module("", {.identifier = "mine"})).identifier() == "mine");
}

TEST_CASE("a module tells its requests", "[api][module][M4][M9]") {
  auto ctx = new_context();
  auto m =
    value_of(ctx.compile_module("import a from 'a'; import b from 'b' with { type: 'json' };"
                                "import source c from 'c'; export * from 'a';",
                                {.identifier = "m"}));
  const auto& requests = m.module_requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0] == module_request{.specifier = "a", .referrer = "m"});
  CHECK(requests[1]
        == module_request{.specifier = "b", .attributes = {{"type", "json"}}, .referrer = "m"});
  CHECK(requests[2]
        == module_request{.specifier = "c", .phase = import_phase::source, .referrer = "m"});
}

TEST_CASE("a module that does not parse is a syntax error with its place", "[api][module][M1]") {
  auto ctx = new_context();
  auto told =
    error_of(ctx.compile_module("let x = ;", {.identifier = "m.mjs", .line_offset = 9}));
  CHECK(told.code == errc::syntax_error);
  REQUIRE(told.position);
  CHECK(told.position->filename == "m.mjs");
  CHECK(told.position->line == 10);
}

TEST_CASE("link takes a loader", "[api][module][M3]") {
  auto ctx = new_context();
  auto loader = std::make_shared<memory_loader>(memory_loader::sources{
    {"a", "import b from 'b'; export default b + 1;"}, {"b", "export default 1;"}});
  auto m = value_of(ctx.compile_module("import a from 'a'; export default a + 1;"));
  value_of(m.link(loader));
  CHECK(value_of(m.status()) == module_status::linked);
  value_of(m.evaluate());
  CHECK(value_of(m.get("default")).as<int>() == 3);
  CHECK(error_of(m.link(loader)).code == errc::module_already_linked);
}

TEST_CASE("link takes a resolver that gives modules", "[api][module][M3]") {
  auto ctx = new_context();
  auto shared =
    value_of(ctx.compile_module("import 'main'; export default {};", {.identifier = "shared"}));
  auto left = value_of(ctx.compile_module("export { default } from 'shared';"));
  auto right = value_of(ctx.compile_module("export { default } from 'shared';"));
  auto main = value_of(ctx.compile_module("import l from 'left'; import r from 'right';"
                                          "export default l === r;"));
  std::vector<std::string> asked;
  value_of(main.link([&](module_request request) {
    asked.push_back(request.specifier);
    promise<vm_module> answer;
    const vm_module& found = request.specifier == "left"    ? left
                             : request.specifier == "right" ? right
                             : request.specifier == "main"  ? static_cast<vm_module&>(main)
                                                            : shared;
    answer.set(found.share());
    return answer.get_future();
  }));
  value_of(main.evaluate());
  CHECK(value_of(main.get("default")).as<bool>());
  std::ranges::sort(asked);
  CHECK(asked == std::vector<std::string>{"left", "main", "right", "shared", "shared"});
}

TEST_CASE("a resolver that fails fails the link, with who has imported", "[api][module][M3]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module("import 'x';", {.identifier = "importer"}));
  auto told = error_of(m.link([](module_request) {
    promise<vm_module> answer;
    answer.set(error{.code = errc::module_not_found, .message = "no x"});
    return answer.get_future();
  }));
  CHECK(told.code == errc::module_not_found);
  CHECK(told.message == "no x\n  imported from importer");
  CHECK(value_of(m.status()) == module_status::unlinked);
}

TEST_CASE("a module of another context cannot be linked with", "[api][module][M3]") {
  auto ctx = new_context();
  auto other = new_context();
  auto foreign = value_of(other.compile_module(""));
  auto m = value_of(ctx.compile_module("import 'x';"));
  CHECK(error_of(m.link_requests({foreign})).code == errc::module_different_context);
  CHECK(error_of(m.link([&](module_request) {
          promise<vm_module> answer;
          answer.set(foreign.share());
          return answer.get_future();
        }))
          .code
        == errc::module_different_context);
}

TEST_CASE("an empty handle is no module", "[api][module][M3]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module("import 'x';"));
  vm_module none;
  CHECK(error_of(m.link_requests({none})).code == errc::not_a_module);
  CHECK(error_of(none.status()).code == errc::no_such_context);
  CHECK(error_of(m.link(std::shared_ptr<module_loader>{})).code == errc::invalid_argument);
}

TEST_CASE("an errored module cannot be linked with", "[api][module][M3]") {
  auto ctx = new_context();
  auto bad = value_of(ctx.compile_module("throw 1;"));
  value_of(bad.instantiate());
  CHECK(error_of(bad.evaluate()).code == errc::uncaught_exception);
  auto m = value_of(ctx.compile_module("import 'bad';"));
  CHECK(error_of(m.link([&](module_request) {
          promise<vm_module> answer;
          answer.set(bad.share());
          return answer.get_future();
        }))
          .code
        == errc::module_link_failed);
}

TEST_CASE("as many modules are given as requested, and one for each", "[api][module][M4]") {
  auto ctx = new_context();
  auto a = value_of(ctx.compile_module(""));
  auto m = value_of(ctx.compile_module("import 'a'; import 'b';"));
  CHECK(error_of(m.link_requests({a})).code == errc::module_link_mismatch);
  CHECK(error_of(m.link_requests({a, a, a})).code == errc::module_link_mismatch);
  value_of(m.link_requests({a, a}));
}

TEST_CASE("a module whose requests lead nowhere cannot be instantiated", "[api][module][M4]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module("import 'a';", {.identifier = "m"}));
  auto told = error_of(m.instantiate());
  CHECK(told.code == errc::module_link_failed);
  CHECK(told.message.find("'a'") != std::string::npos);
}

TEST_CASE("a module is evaluated only once it is linked", "[api][module][M5]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module("export default 1;"));
  CHECK(error_of(m.evaluate()).code == errc::module_status);
  CHECK(error_of(m.exports()).code == errc::module_status);
  CHECK(error_of(m.has_async_graph()).code == errc::module_status);
}

TEST_CASE("a second evaluation gives the outcome of the first", "[api][module][M5]") {
  auto ctx = new_context();
  auto good = value_of(ctx.compile_module("globalThis.n = (globalThis.n ?? 0) + 1;"));
  value_of(good.instantiate());
  value_of(good.evaluate());
  value_of(good.evaluate());
  CHECK(value_of(ctx.get("n")).as<int>() == 1);
  auto bad = value_of(ctx.compile_module("throw new TypeError('no');"));
  value_of(bad.instantiate());
  auto first = error_of(bad.evaluate());
  CHECK(first.message == "TypeError: no");
  CHECK(error_of(bad.evaluate()).message == first.message);
  CHECK(value_of(bad.status()) == module_status::errored);
  CHECK(value_of(bad.error())["message"].as<std::string>() == "no");
}

TEST_CASE("a module waits at its top", "[api][module][M5][M7]") {
  auto ctx = new_context();
  auto late = value_of(ctx.compile_module("export default await new Promise(r => go = r);"
                                          "var go;",
                                          {.identifier = "late"}));
  auto m = value_of(ctx.compile_module("export { default } from 'late';"));
  value_of(ctx.run("var go; 0"));
  CHECK(late.has_top_level_await());
  CHECK_FALSE(m.has_top_level_await());
  value_of(m.link_requests({late}));
  value_of(m.instantiate());
  CHECK(value_of(m.has_async_graph()));
}

TEST_CASE("while a module waits the context answers", "[api][module][M5]") {
  auto ctx = new_context();
  auto m = value_of(
    ctx.compile_module("export default await new Promise(r => { globalThis.go = r; });"));
  value_of(m.instantiate());
  auto evaluated = m.evaluate();
  CHECK(value_of(m.status()) == module_status::evaluated); // as V8 has it: not errored yet
  CHECK_FALSE(evaluated.ready());
  value_of(ctx.run("go(5)", {.take = take_as::nothing}));
  value_of(std::move(evaluated));
  CHECK(value_of(m.get("default")).as<int>() == 5);
}

TEST_CASE("a module that loops is stopped", "[api][module][M5][S10]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module("for (;;);"));
  value_of(m.instantiate());
  CHECK(error_of(m.evaluate({.timeout = 20ms})).code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("import.meta is what the options say", "[api][module][M1][M9]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module(
    "export const own = Object.keys(import.meta).join(); export const n = import.meta.twice(4);",
    {.import_meta = {{"twice", host_function([](int n) { return 2 * n; })}, {"x", 1}}}));
  value_of(m.instantiate());
  value_of(m.evaluate());
  CHECK(value_of(m.get("own")).as<std::string>() == "twice,x");
  CHECK(value_of(m.get("n")).as<int>() == 8);
}

// -- synthetic modules ---------------------------------------------------------------------

TEST_CASE("a synthetic module exports values", "[api][module][M2]") {
  auto ctx = new_context();
  auto made = value_of(ctx.make_module({{"default", 1}, {"list", value::array({1, 2})}}));
  auto m =
    value_of(ctx.compile_module("import one, { list } from 'x'; export default one + list[1];"
                                "export const late = () => one; "));
  CHECK(error_of(made.set_export("default", 9)).code == errc::module_status);
  value_of(m.link_requests({made}));
  value_of(m.instantiate());
  value_of(m.evaluate());
  CHECK(value_of(m.get("default")).as<int>() == 3);
  value_of(made.set_export("default", 9));
  auto late = value_of(m.get("late")).as<function>();
  CHECK(value_of(late()).as<int>() == 9);
  CHECK(error_of(made.set_export("nope", 1)).code == errc::invalid_argument);
}

TEST_CASE("an export that was set before evaluation stays", "[api][module][M2]") {
  auto ctx = new_context();
  auto made = value_of(ctx.make_module({{"n", 1}}));
  value_of(made.link());
  value_of(made.set_export("n", 2));
  value_of(made.evaluate());
  CHECK(value_of(made.get("n")).as<int>() == 2);
}

// -- code caches ---------------------------------------------------------------------------

TEST_CASE("a module is compiled from a cache of the same source", "[api][module][M8]") {
  std::string code = "export function f() { return 1; }";
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module(code));
  CHECK_FALSE(m.cached_data_rejected().has_value());
  auto cache = value_of(m.create_cached_data());
  auto other = new_context();
  CHECK(value_of(other.compile_module(code, {.cached_data = cache})).cached_data_rejected()
        == false);
  CHECK(value_of(other.compile_module(code + " ", {.cached_data = cache})).cached_data_rejected()
        == true);
  cache[cache.size() / 2] ^= std::byte{1};
  CHECK(value_of(other.compile_module(code, {.cached_data = cache})).cached_data_rejected()
        == true);
  value_of(m.instantiate());
  value_of(m.evaluate());
  CHECK(error_of(m.create_cached_data()).code == errc::module_not_cacheable);
}

// -- life ------------------------------------------------------------------------------------

TEST_CASE("a module is gone after a reset", "[api][module][C10]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module(""));
  value_of(ctx.reset());
  CHECK(error_of(m.status()).code == errc::stale_reference);
}

TEST_CASE("modules that nobody holds are collected", "[api][module][C10]") {
  auto ctx = new_context({.heap_limit_mib = 32});
  std::string code = "import 'x'; export default new Array(20000).fill(1.5);";
  for (int i = 0; i < 400; ++i) {
    auto a = value_of(ctx.compile_module(code));
    auto b = value_of(ctx.compile_module(code));
    value_of(a.link_requests({b}));
    value_of(b.link_requests({a}));
    value_of(a.instantiate());
    value_of(a.evaluate());
  }
  check_usable(ctx);
}

TEST_CASE("an export that is not initialised is told from one that is not there",
          "[api][module][M5]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module("export let v = 1;"));
  value_of(m.instantiate());
  CHECK(error_of(m.get("v")).message == "ReferenceError: v is not defined");
  CHECK(error_of(m.get("nope")).message.find("has no export 'nope'") != std::string::npos);
}

TEST_CASE("a module whose evaluation was stopped says so when it is evaluated again",
          "[api][module][M6]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module("while (true);"));
  value_of(m.instantiate());
  CHECK(error_of(m.evaluate({.timeout = 20ms})).code == errc::deadline_exceeded);
  CHECK(error_of(m.evaluate()).code == errc::evaluation_lost);
}
