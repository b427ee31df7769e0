// Transfers and shared memory, as a user has them [A8].

#include "tests/api/helpers.hpp"

#include <atomic>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("memory goes into a context and comes back without a copy", "[api][transfer][A8]") {
  auto ctx = new_context();
  std::vector<std::byte> bytes(1 << 20);
  const auto* where = bytes.data();
  value_of(ctx.set("frame", value::transfer(buffer{std::move(bytes)})));
  auto out =
    value_of(ctx.run("new Uint8Array(frame)[1] = 7; frame", {.take = take_as::transfer}));
  CHECK(value_of(ctx.run("frame.detached")).as<bool>());
  auto back = out.take_buffer();
  REQUIRE(back);
  CHECK(back->bytes().data() == where);
  CHECK(back->bytes()[1] == std::byte{7});
}

TEST_CASE("the memory of a promise's value moves out too", "[api][transfer][A8]") {
  auto ctx = new_context();
  auto waiting = ctx.run("var go; var b = new ArrayBuffer(8); new Promise(r => { go = r })"
                         ".then(() => b)",
                         {.take = take_as::transfer});
  value_of(ctx.run("go(); 1"));
  CHECK(value_of(std::move(waiting)).take_buffer().has_value());
  CHECK(value_of(ctx.run("b.detached")).as<bool>());
}

TEST_CASE("memory that was taken before is clone_failed, with its path", "[api][transfer][A8]") {
  auto first = new_context();
  auto second = new_context();
  auto item = value::object({{"b", value::transfer(buffer{std::vector<std::byte>(8)})}});
  value_of(first.set("x", item));
  auto failed = error_of(second.set("x", item));
  CHECK(failed.code == errc::clone_failed);
  CHECK(failed.message == "an ArrayBuffer whose memory was taken before cannot be cloned: $.b");
  check_usable(second);
}

TEST_CASE("a transfer beyond the context's limit is refused", "[api][transfer][A8][A9]") {
  auto ctx = value_of(shared_runtime().spawn({.array_buffer_limit_mib = 1}));
  auto item = value::transfer(buffer{std::vector<std::byte>(2 << 20)});
  auto failed = error_of(ctx.set("x", item));
  CHECK(failed.code == errc::clone_failed);
  CHECK(failed.message.find("beyond the limit of 1 MiB") != std::string::npos);
  CHECK(item.take_buffer().has_value());
  check_usable(ctx);
}

TEST_CASE("memory outlives context and runtime", "[api][transfer][A8]") {
  std::optional<buffer> kept;
  {
    runtime rt;
    auto ctx = value_of(rt.spawn());
    kept = value_of(ctx.run("new Uint8Array(1000).fill(3).buffer", {.take = take_as::transfer}))
             .take_buffer();
  }
  REQUIRE(kept);
  CHECK(kept->bytes()[999] == std::byte{3});
}

TEST_CASE("two contexts and C++ share memory", "[api][shared][A8]") {
  shared_buffer memory{64};
  auto first = new_context();
  auto second = new_context();
  value_of(first.set("m", memory));
  value_of(second.set("m", memory));
  value_of(first.run("Atomics.add(new Int32Array(m), 0, 20)"));
  value_of(second.run("Atomics.add(new Int32Array(m), 0, 22)"));
  auto* number = reinterpret_cast<std::int32_t*>(memory.bytes().data());
  CHECK(std::atomic_ref{*number}.load() == 42);
}

TEST_CASE("a regexp that does not parse is told with its path", "[api][clone][A8]") {
  auto ctx = new_context();
  auto failed =
    error_of(ctx.set("x", value::array({1, value::object({{"r", value::regexp("(")}})})));
  CHECK(failed.code == errc::clone_failed);
  CHECK(failed.message.starts_with("SyntaxError: "));
  CHECK(failed.message.ends_with(": $[1].r"));
  check_usable(ctx);
}
