// Options that are out of their range.

#include "tests/api/helpers.hpp"

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("a negative timeout is refused", "[api][options][S10]") {
  auto ctx = new_context();
  auto refused = error_of(ctx.run("1", {.timeout = -1ms}));
  CHECK(refused.code == errc::invalid_argument);
  CHECK(code_name(refused.code) == "ERR_INVALID_ARG_VALUE");
  CHECK(refused.message.find("timeout") != std::string::npos);
  CHECK(refused.message.find("-1") != std::string::npos);
  CHECK(error_of(ctx.run("1", {.timeout = std::chrono::milliseconds::min()})).code
        == errc::invalid_argument);
}

TEST_CASE("a timeout of zero is no limit", "[api][options][S10]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("1", {.timeout = 0ms})).as<int>() == 1);
}

TEST_CASE("covering the whole evaluation needs a timeout", "[api][options][A9]") {
  auto ctx = new_context();
  auto refused = error_of(ctx.run("1", {.timeout_covers = timeout_scope::evaluation}));
  CHECK(refused.code == errc::invalid_argument);
}

TEST_CASE("bad run options are told by a single run in a new context too", "[api][options][S7]") {
  CHECK(error_of(shared_runtime().run_in_new_context(script{"1"}, {.timeout = -1ms})).code
        == errc::invalid_argument);
}

TEST_CASE("a heap limit that V8 cannot work with is refused", "[api][options][A9]") {
  for (std::size_t bad : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 40,
                          std::numeric_limits<std::size_t>::max()}) {
    auto refused = error_of(shared_runtime().spawn({.heap_limit_mib = bad}));
    CHECK(refused.code == errc::invalid_argument);
    CHECK(refused.message.find("heap_limit_mib") != std::string::npos);
  }
}

TEST_CASE("the smallest heap limit is enough to run something", "[api][options][A9]") {
  auto ctx = new_context({.heap_limit_mib = 8});
  check_usable(ctx);
}

TEST_CASE("the largest heap limit is accepted", "[api][options][A9]") {
  auto ctx = new_context({.heap_limit_mib = 65536});
  check_usable(ctx);
}

TEST_CASE("an array-buffer limit out of range is refused", "[api][options][A9]") {
  CHECK(error_of(shared_runtime().spawn(
                   {.array_buffer_limit_mib = std::numeric_limits<std::size_t>::max()}))
          .code
        == errc::invalid_argument);
}

TEST_CASE("an array-buffer limit of zero leaves scripts without large buffers",
          "[api][options][A9]") {
  auto ctx = new_context({.array_buffer_limit_mib = 0});
  CHECK(value_of(ctx.run("try { new ArrayBuffer(4096); 'made' } catch (e) { e.name }"))
          .as<std::string>()
        == "RangeError");
  check_usable(ctx);
}

TEST_CASE("a stack out of range is refused", "[api][options][A9]") {
  for (std::size_t bad :
       {std::size_t{0}, std::size_t{1}, std::numeric_limits<std::size_t>::max()})
    CHECK(error_of(shared_runtime().spawn({.stack_kib = bad})).code == errc::invalid_argument);
}

TEST_CASE("the smallest and largest stack run something", "[api][options][A9]") {
  for (std::size_t kib : {std::size_t{64}, std::size_t{65536}}) {
    auto ctx = new_context({.stack_kib = kib});
    check_usable(ctx);
  }
}

TEST_CASE("a negative turn timeout is refused", "[api][options][S10]") {
  CHECK(error_of(shared_runtime().spawn({.turn_timeout = -1ms})).code == errc::invalid_argument);
}

TEST_CASE("every error code has a name and a sentence of its own", "[api][options]") {
  std::vector<std::string_view> names;
  for (int i = 1; i <= static_cast<int>(detail::last_errc); ++i) {
    auto code = static_cast<errc>(i);
    CHECK(code_name(code).starts_with("ERR_"));
    CHECK_FALSE(describe(code).empty());
    CHECK(std::ranges::find(names, code_name(code)) == names.end());
    names.push_back(code_name(code));
  }
}
