// Arguments that are none, objects that were moved from, limits at their ends: A1, A3, A9.

#include "tests/api/helpers.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <cstddef>
#include <stdexcept>

using namespace troupe;
using namespace troupe::testing;
using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;

namespace {

template <class Enum>
Enum no_such() {
  return static_cast<Enum>(200);
}

} // namespace

// -- moved from -----------------------------------------------------------------------

TEST_CASE("a script that was moved from is still that script", "[api][script][A3]") {
  script first{"6 * 7"};
  auto second = std::move(first);
  auto ctx = new_context();
  CHECK(first.source() == "6 * 7"); // NOLINT: what this is about
  CHECK(value_of(ctx.run(first)).as<int>() == 42);
  CHECK_FALSE(value_of(ctx.create_cached_data(first)).empty());
  CHECK(value_of(shared_runtime().run_in_new_context(first)).as<int>() == 42);
}

TEST_CASE("a module source that was moved from is still that source", "[api][loader][A3]") {
  auto loader = make_loader([](module_request) -> result<module_source> {
    module_source first{"a", "export const n = 42"};
    auto second = std::move(first);
    return first; // NOLINT: what this is about
  });
  auto ctx = new_context({.loader = loader});
  CHECK(value_of(ctx.import("a"))["n"].as<int>() == 42);
}

TEST_CASE("a host function that was moved from is still that function", "[api][host][A3]") {
  host_function first{[] { return 42; }};
  auto second = std::move(first);
  auto ctx = new_context({.globals = {{"f", first}}}); // NOLINT: what this is about
  CHECK(value_of(ctx.run("f()")).as<int>() == 42);
}

TEST_CASE("shared memory that was moved from is none", "[api][buffer][A3]") {
  shared_buffer first{8};
  auto second = std::move(first);
  CHECK(first.size() == 0); // NOLINT: what this is about
  CHECK(second.size() == 8);
  auto ctx = new_context({.globals = {{"b", first}}});
  CHECK(value_of(ctx.run("b.byteLength")).as<int>() == 0);
}

TEST_CASE("a buffer that was moved from is an empty one", "[api][buffer][A3]") {
  buffer first{std::vector<std::byte>(8)};
  auto second = std::move(first);
  auto ctx = new_context();
  value_of(ctx.set("b", value::transfer(std::move(first)))); // NOLINT: what this is about
  CHECK(value_of(ctx.run("b.byteLength")).as<int>() == 0);
}

// -- enumerators that are none ------------------------------------------------------------

TEST_CASE("a typed array of no element type is refused", "[api][value][A3]") {
  std::array<std::byte, 8> bytes{};
  CHECK_THROWS_AS(value::typed_array(no_such<element_type>(), bytes), std::invalid_argument);
}

TEST_CASE("the name of no kind reads no memory", "[api][value][A3]") {
  CHECK(to_string(no_such<value_kind>()) == "unknown kind");
}

TEST_CASE("what is no take_as is refused wherever a value is taken", "[api][context][A3]") {
  auto ctx = new_context();
  auto how = no_such<take_as>();
  CHECK(error_of(ctx.get("x", how)).code == errc::invalid_argument);
  CHECK(error_of(ctx.run("1", {.take = how})).code == errc::invalid_argument);
  auto object = value_of(ctx.run("({})", {.take = take_as::reference})).as<reference>();
  CHECK(error_of(object.get("x", how)).code == errc::invalid_argument);
  auto module = value_of(ctx.compile_module("export let a = 1"));
  CHECK(error_of(module.exports(how)).code == errc::invalid_argument);
  CHECK(error_of(module.get("a", how)).code == errc::invalid_argument);
}

TEST_CASE("what is no close_mode closes nothing", "[api][context][A3]") {
  auto ctx = new_context();
  CHECK(error_of(ctx.close(no_such<close_mode>())).code == errc::invalid_argument);
  CHECK(ctx.alive());
  check_usable(ctx);
}

TEST_CASE("a module source of no module_kind is refused", "[api][loader][A3]") {
  SECTION("at once") {
    auto loader = make_loader([](module_request) -> result<module_source> {
      return module_source{"a", "1", no_such<module_kind>()};
    });
    auto ctx = new_context({.loader = loader});
    CHECK(error_of(ctx.import("a")).code == errc::invalid_argument);
  }
  SECTION("later") {
    auto loader = make_loader([](module_request) -> future<module_source> {
      promise<module_source> answer;
      answer.set(module_source{"a", "1", no_such<module_kind>()});
      return answer.get_future();
    });
    auto ctx = new_context({.loader = loader});
    CHECK(error_of(ctx.import("a")).code == errc::invalid_argument);
  }
}

TEST_CASE("an import in no phase is refused", "[api][loader][A3]") {
  auto ctx = new_context();
  CHECK(error_of(ctx.import({.specifier = "a", .phase = no_such<import_phase>()})).code
        == errc::invalid_argument);
}

// -- bytes ----------------------------------------------------------------------------

TEST_CASE("a host function gets the bytes of memory that is shared", "[api][host][A3]") {
  auto sum = [](std::vector<std::byte> bytes) {
    int total = 0;
    for (auto each : bytes)
      total += std::to_integer<int>(each);
    return total;
  };
  auto ctx = new_context({.globals = {{"sum", host_function{sum}}}});
  CHECK(value_of(ctx.run("const memory = new SharedArrayBuffer(8);"
                         "new Uint8Array(memory).set([1, 2, 3, 4]);"
                         "[sum(new Uint8Array(memory)), sum(new Uint8Array(memory, 1, 2)),"
                         " sum(memory), sum(new Uint8Array([1, 2, 3]))]"))
          .as<std::vector<int>>()
        == std::vector{10, 5, 10, 6});
}

TEST_CASE("the bytes of transferred memory can be had until it is taken", "[api][value][A3]") {
  auto ctx = new_context();
  auto view = value_of(ctx.run("new Uint8Array(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)",
                               {.take = take_as::transfer}));
  CHECK(view.as<std::vector<std::byte>>() == std::vector{std::byte{2}, std::byte{3}});
  CHECK(view.take_buffer().has_value());
  CHECK_THROWS_AS(view.as<std::vector<std::byte>>(), wrong_kind);
}

TEST_CASE("elements that cannot be seen are not taken for undefined", "[api][value][A3]") {
  auto ctx = new_context();
  auto view = value_of(ctx.run("new Uint8Array(new SharedArrayBuffer(4))"));
  CHECK_THROWS_AS(view.as<std::vector<value>>(), wrong_kind);
}

// -- options ----------------------------------------------------------------------------

TEST_CASE("limits of time may be as long as can be said", "[api][options][A9]") {
  auto most = milliseconds::max();
  auto ctx = new_context(
    {.turn_timeout = most, .cpu_budget = most, .timers = true, .modules = {.load_time = most}});
  CHECK(value_of(ctx.run("6 * 7")).as<int>() == 42);
  CHECK(
    value_of(
      ctx.run("new Promise(done => setTimeout(done, 5, 42))",
              {.timeout = most, .timeout_covers = timeout_scope::evaluation, .cpu_time = most}))
      .as<int>()
    == 42);
  runtime patient{{.stop_grace = most, .unresponsive_after = most}};
  auto other = value_of(patient.spawn());
  check_usable(other);
  value_of(other.close(close_mode::now));
}

TEST_CASE("limits of modules that are out of range are refused", "[api][options][A9]") {
  auto refused = [](module_limits limits) {
    return error_of(shared_runtime().spawn({.modules = limits}));
  };
  auto negative = refused({.load_time = -1ms});
  CHECK(negative.code == errc::invalid_argument);
  CHECK_THAT(negative.message, ContainsSubstring("load_time"));
  auto none = refused({.concurrency_max = 0});
  CHECK(none.code == errc::invalid_argument);
  CHECK_THAT(none.message, ContainsSubstring("concurrency_max"));
}

// -- errors ----------------------------------------------------------------------------

TEST_CASE("the stack of an error that C++ made begins with its message", "[api][value][A3]") {
  auto ctx = new_context();
  auto stack_of = [&](const char* name) {
    value_of(ctx.set("e", value::make_error("msg", name)));
    return value_of(ctx.run("e.stack")).as<std::string>();
  };
  for (std::string name : {"Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError",
                           "TypeError", "URIError", "CustomError"})
    CHECK(stack_of(name.c_str()) == name + ": msg");
}
