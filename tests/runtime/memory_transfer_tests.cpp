// Memory that moves between C++ and isolates without a copy, and what it counts
// against [A8].

#include "runtime/array_buffer_allocator.hpp"
#include "runtime/value_codec.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/realm.hpp"

#include <catch2/catch_test_macros.hpp>
#include <v8-isolate.h>

#include <atomic>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

std::vector<std::byte> numbered(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

js::isolate_limits small_limits() {
  return {.heap_bytes = 64 * mib, .array_buffer_bytes = 4 * mib, .stack_bytes = 984 * 1024};
}

value moved_out(realm& from, const std::string& code) {
  auto outcome = from.out(code, js::clone_mode::transfer);
  if (!outcome)
    FAIL(code << ": " << outcome.error().message);
  return *std::move(outcome);
}

void collect_garbage(realm& in) {
  in.owner().v8()->LowMemoryNotification();
}

} // namespace

TEST_CASE("a vector becomes an ArrayBuffer without a copy", "[runtime][transfer][A8]") {
  realm realm;
  auto bytes = numbered(1000);
  const auto* where = bytes.data();
  auto item = value::transfer(buffer{std::move(bytes)});
  CHECK(item.is(value_kind::array_buffer));
  CHECK(item.size() == 1000);
  CHECK(item.as_bytes().empty());
  CHECK(
    realm.with(item, "const u = new Uint8Array(v); u[1] = 77; u.length * 1000 + u[255]").value()
    == value{1'000'255});
  auto back = moved_out(realm, "v").take_buffer();
  REQUIRE(back);
  CHECK(back->bytes().data() == where);
  CHECK(back->bytes()[1] == std::byte{77});
}

TEST_CASE("memory of any kind goes in and is released once", "[runtime][transfer][A8]") {
  std::vector<std::byte> mine = numbered(64 * 1024);
  std::atomic<int> released = 0;
  {
    realm realm;
    auto item = value::transfer(buffer{mine, [&] { ++released; }});
    CHECK(realm.with(item, "new Uint8Array(v)[3]").value() == value{3});
    CHECK(released == 0);
  }
  CHECK(released == 1);
  {
    buffer unused{mine, [&] { ++released; }};
  }
  CHECK(released == 2);
  {
    auto unused = value::transfer(buffer{mine, [&] { ++released; }});
  }
  CHECK(released == 3);
}

TEST_CASE("memory goes to the first who takes it", "[runtime][transfer][A8]") {
  realm first;
  realm second;
  auto item = value::object({{"deep", value::array({1, value::transfer(buffer{numbered(8)})})}});
  CHECK(first.with(item, "v.deep[1].byteLength").value() == value{8});
  CHECK_FALSE(second.with(item, "1"));
  CHECK(second.thrown()
        == "RangeError: an ArrayBuffer whose memory was taken before cannot be cloned: "
           "$.deep[1]");
  CHECK_FALSE(item["deep"][1].take_buffer());
}

TEST_CASE("memory that entered nowhere can be had back", "[runtime][transfer][A8]") {
  auto item = value::transfer(buffer{numbered(8)});
  auto copy = item;
  auto back = copy.take_buffer();
  REQUIRE(back);
  CHECK(back->size() == 8);
  CHECK_FALSE(item.take_buffer());
  CHECK(item.size() == 8); // what it was
}

TEST_CASE("of many threads one gets the memory", "[runtime][transfer][A8]") {
  auto item = value::transfer(buffer{numbered(8)});
  std::atomic<int> got = 0;
  std::vector<std::thread> takers;
  for (int i = 0; i < 8; ++i)
    takers.emplace_back([&] { got += item.take_buffer() ? 1 : 0; });
  for (auto& each : takers)
    each.join();
  CHECK(got == 1);
}

TEST_CASE("what is put in twice in one value is one ArrayBuffer", "[runtime][transfer][A8]") {
  realm realm;
  auto item = value::transfer(buffer{numbered(8)});
  CHECK(realm.with(value::array({item, item}), "v[0] === v[1] && v[0].byteLength === 8").value()
        == value{true});
}

TEST_CASE("the memory of a result moves out and the script's buffer is detached",
          "[runtime][transfer][A8]") {
  realm realm;
  auto out = moved_out(realm, "var b = new ArrayBuffer(16); new Uint8Array(b).fill(7); "
                              "({b, again: b, part: new Uint16Array(b, 2, 3)})");
  CHECK(out["b"].same_object(out["again"]));
  CHECK(out["b"].size() == 16);
  CHECK(out["part"].size() == 3);
  CHECK(out["part"].byte_offset() == 2);
  CHECK(out["part"].as_bytes().empty());
  CHECK(out["part"][0].is_undefined());
  CHECK(realm.out("b.detached && b.byteLength === 0").value() == value{true});
  auto memory = out["part"].take_buffer();
  REQUIRE(memory);
  CHECK(memory->size() == 16);
  CHECK(memory->bytes()[15] == std::byte{7});
  CHECK_FALSE(out["b"].take_buffer());
}

TEST_CASE("without transfer nothing is detached", "[runtime][transfer][A8]") {
  realm realm;
  auto out = realm.out("var b = new ArrayBuffer(16); b").value();
  CHECK(out.as_bytes().size() == 16);
  CHECK_FALSE(out.take_buffer());
  CHECK(realm.out("b.byteLength").value() == value{16});
}

TEST_CASE("memory goes from isolate to isolate and outlives both", "[runtime][transfer][A8]") {
  std::optional<buffer> last;
  const std::byte* where = nullptr;
  {
    auto between = std::make_unique<realm>();
    auto from = std::make_unique<realm>();
    auto item = moved_out(*from, "new Uint8Array(100000).fill(5).buffer");
    auto memory = item.take_buffer().value();
    where = memory.bytes().data();
    for (int i = 0; i < 100; ++i) {
      REQUIRE(between->with(value::transfer(std::move(memory)), "v.byteLength").value()
              == value{100'000});
      memory = moved_out(*between, "v").take_buffer().value();
      CHECK(memory.bytes().data() == where);
    }
    from.reset();
    between.reset();
    realm to;
    CHECK(to.with(value::transfer(std::move(memory)), "new Uint8Array(v)[99999]").value()
          == value{5});
    last = moved_out(to, "v").take_buffer();
  }
  REQUIRE(last);
  CHECK(last->bytes().data() == where);
  CHECK(last->bytes()[0] == std::byte{5});
}

TEST_CASE("memory counts where it is used, and nowhere else", "[runtime][transfer][A8][A9]") {
  realm first{small_limits()};
  realm second{small_limits()};
  CHECK(first.owner().array_buffer_bytes() == 0);
  auto out = moved_out(first, "new ArrayBuffer(3 * 1024 * 1024)");
  CHECK(first.owner().array_buffer_bytes() == 0);
  REQUIRE(second.with(out, "1"));
  CHECK(first.owner().array_buffer_bytes() == 0);
  CHECK(second.owner().array_buffer_bytes() == 3 * mib);
  CHECK(
    second.out("try { new ArrayBuffer(2 * 1024 * 1024); 'made' } catch (e) { e.name }").value()
    == value{"RangeError"});
  auto back = moved_out(second, "v").take_buffer();
  CHECK(second.owner().array_buffer_bytes() == 0);
  CHECK(second.out("new ArrayBuffer(2 * 1024 * 1024).byteLength").value() == value{2 * mib});
  back.reset();
  CHECK(first.owner().array_buffer_bytes() == 0);
}

TEST_CASE("memory beyond the limit is refused and stays with C++",
          "[runtime][transfer][A8][A9]") {
  realm realm{small_limits()};
  auto item = value::object({{"big", value::transfer(buffer{numbered(5 * mib)})}});
  CHECK_FALSE(realm.with(item, "1"));
  CHECK(realm.thrown()
        == "RangeError: an ArrayBuffer of 5242880 bytes, beyond the limit of 4 MiB, cannot be "
           "cloned: $.big");
  CHECK(realm.owner().array_buffer_bytes() == 0);
  auto back = item["big"].take_buffer();
  REQUIRE(back);
  CHECK(back->size() == 5 * mib);
}

TEST_CASE("garbage of earlier transfers makes room for later ones",
          "[runtime][transfer][A8][A9]") {
  realm realm{small_limits()};
  for (int i = 0; i < 50; ++i)
    REQUIRE(realm.with(value::transfer(buffer{numbered(3 * mib)}), "v = null; 1"));
}

TEST_CASE("memory that a script drops is released and counts no more",
          "[runtime][transfer][A8][A9]") {
  realm realm;
  std::vector<std::byte> mine = numbered(mib);
  std::atomic<int> released = 0;
  REQUIRE(realm.with(value::transfer(buffer{mine, [&] { ++released; }}), "v = null; 1"));
  for (int i = 0; i < 100 && released == 0; ++i)
    collect_garbage(realm);
  CHECK(released == 1);
  CHECK(realm.owner().array_buffer_bytes() == 0);
}

TEST_CASE("what cannot be detached is refused with its path, and nothing is detached",
          "[runtime][transfer][A8]") {
  realm realm;
  struct sample {
    const char* code;
    const char* message;
  };
  for (const auto& [code, message] : std::initializer_list<sample>{
         {"({good, x: [new WebAssembly.Memory({initial: 1}).buffer]})",
          "an ArrayBuffer that cannot be detached, to be transferred, cannot be cloned: $.x[0]"},
         {"({good, 'a b': new ArrayBuffer(8, {maxByteLength: 16})})",
          "a resizable ArrayBuffer, to be transferred, cannot be cloned: $[\"a b\"]"},
         {"const gone = new ArrayBuffer(8); gone.transfer(); ({good, gone})",
          "a detached ArrayBuffer cannot be cloned: $.gone"},
         {"({good, f() {}})", "a function cannot be cloned: $.f"},
         {"const later = new ArrayBuffer(8); "
          "({good, a: {later}, get b() { later.transfer(); return 1 }})",
          "a detached ArrayBuffer cannot be cloned: $.a.later"},
       }) {
    DYNAMIC_SECTION(code) {
      auto outcome =
        realm.out("var good = new ArrayBuffer(8);" + std::string{code}, js::clone_mode::transfer);
      REQUIRE_FALSE(outcome);
      CHECK(outcome.error().code == errc::clone_failed);
      CHECK(outcome.error().message == message);
      CHECK(realm.out("good.detached").value() == value{false});
    }
  }
}

TEST_CASE("an empty buffer crosses both ways", "[runtime][transfer][A8]") {
  realm realm;
  CHECK(realm.with(value::transfer(buffer{}), "v.byteLength").value() == value{0});
  auto back = moved_out(realm, "v").take_buffer();
  REQUIRE(back);
  CHECK(back->size() == 0);
}

TEST_CASE("memory on its way is encoded as a copy and stays", "[runtime][transfer][A8][A12]") {
  auto item = value::transfer(buffer{numbered(8)});
  auto decoded = js::decode(js::encode(item).value());
  REQUIRE(decoded);
  CHECK(*decoded == value::array_buffer(numbered(8)));
  REQUIRE(item.take_buffer());
  auto refused = js::encode(item);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::clone_failed);
}

// -- shared ------------------------------------------------------------------------------

TEST_CASE("C++ and scripts write to the same shared memory", "[runtime][shared][A8]") {
  shared_buffer memory{16};
  realm realm;
  value item{memory};
  CHECK(item.is(value_kind::shared_array_buffer));
  CHECK(item.size() == 16);
  memory.bytes()[3] = std::byte{9};
  CHECK(realm
          .with(item, "const u = new Uint8Array(v); u[4] = 8; v instanceof SharedArrayBuffer "
                      "&& u[3]")
          .value()
        == value{9});
  CHECK(memory.bytes()[4] == std::byte{8});
}

TEST_CASE("the shared memory of a script goes to C++ and to another isolate",
          "[runtime][shared][A8]") {
  realm second;
  std::optional<shared_buffer> memory;
  {
    realm first;
    auto out = first.out("var s = new SharedArrayBuffer(8); ({s, u: new Uint8Array(s, 2, 4)})");
    REQUIRE(out);
    memory = (*out)["s"].as<shared_buffer>();
    CHECK((*out)["u"].as<shared_buffer>() == *memory);
    CHECK((*out)["u"].as_bytes().empty());
    REQUIRE(second.with(*out, "v.u[0] = 42; v.u.buffer === v.s").value() == value{true});
    CHECK(first.out("new Uint8Array(s)[2]").value() == value{42});
    CHECK(memory->bytes()[2] == std::byte{42});
  }
  memory->bytes()[2] = std::byte{43};
  CHECK(second.out("v.u[0]").value() == value{43});
}

TEST_CASE("a waiter in one isolate is woken from another one", "[runtime][shared][A8]") {
  shared_buffer memory{8};
  realm here;
  std::string woken_by;
  std::thread other{[&] {
    realm there;
    auto outcome = there.with(memory, "Atomics.wait(new Int32Array(v), 0, 0, 60000)");
    woken_by = outcome ? outcome->to_string() : outcome.error().message;
  }};
  CHECK(
    here
      .with(memory,
            "const a = new Int32Array(v); let n = 0; while (n === 0) n = Atomics.notify(a, 0); n")
      .value()
    == value{1});
  other.join();
  CHECK(woken_by == "'ok'");
}

TEST_CASE("a growable SharedArrayBuffer is refused", "[runtime][shared][A8]") {
  realm realm;
  auto outcome = realm.out("({s: new SharedArrayBuffer(8, {maxByteLength: 16})})");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message == "a growable SharedArrayBuffer cannot be cloned: $.s");
}

TEST_CASE("shared memory is neither copied nor encoded", "[runtime][shared][A8][A12]") {
  value item{shared_buffer{8}};
  CHECK(item == item);
  CHECK(item != value{shared_buffer{8}});
  CHECK(item.as_bytes().empty());
  CHECK_FALSE(js::encode(value::array({item})));
  CHECK(item.to_string() == "SharedArrayBuffer { byteLength: 8 }");
  CHECK_FALSE(value{1}.try_as<shared_buffer>());
}

TEST_CASE("a compiled module is shared between isolates", "[runtime][shared][A8]") {
  realm second;
  value module;
  {
    realm first;
    // (module (func (export "f") (result i32) i32.const 42))
    module =
      first
        .out("new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, "
             "96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 6, 1, 4, 0, 65, 42, "
             "11]))")
        .value();
  }
  CHECK(module.is(value_kind::wasm_module));
  CHECK(module.to_string() == "Module [WebAssembly] {}");
  CHECK(second
          .with(module, "v instanceof WebAssembly.Module && new "
                        "WebAssembly.Instance(v).exports.f()")
          .value()
        == value{42});
  CHECK_FALSE(js::encode(module));
}
