// Values as bytes, for other processes: what goes in comes out, and nothing that
// comes in does harm.

#include "runtime/value_codec.hpp"
#include "runtime/value_graph.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/random_value.hpp"
#include "tests/support/realm.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace troupe;
using namespace troupe::testing;
using js::decode;
using js::encode;

namespace {

/// Values that only a script can make: cycles, boxed primitives, views that
/// share a buffer, sparse arrays, errors with everything.
std::vector<value> values_of_scripts() {
  realm realm;
  std::vector<value> made;
  for (const char* code : {
         "(() => { const o = {}; o.self = o; return o })()",
         "(() => { const a = []; a.push(a, [a]); return a })()",
         "(() => { const m = new Map(); m.set(m, m).set('k', new Set([m])); return m })()",
         "(() => { const s = new Set(); s.add(s); return {s} })()",
         "[new Number(1), new String('é€'), new Boolean(false), Object(-5n)]",
         "(() => { const b = new ArrayBuffer(16); return [b, new Uint8Array(b, 3, 5), new "
         "Float64Array(b, 8), new DataView(b, 1, 2)] })()",
         "(() => { const a = []; a[1e9 - 1] = 'far'; a.named = 1; return a })()",
         "(() => { const e = new TypeError('no', {cause: new Error('inner')}); e.code = 'E_X'; "
         "return e })()",
         "(() => { const e = new Error('loop'); e.cause = e; return e })()",
         "new AggregateError([new Error('a'), 2], 'both')",
         "({['__proto__']: 1, '': 2, '0': 3, 'ключ': '\\ud83d'})",
         "[, 1, , undefined]",
         "new Date(NaN)",
         "/(?<y>\\d)[\\p{L}--[a-z]]/v",
         "new Float16Array([1.5, -0])",
       }) {
    auto outcome = realm.out(code);
    if (!outcome)
      FAIL(code << ": " << outcome.error().message);
    made.push_back(*std::move(outcome));
  }
  return made;
}

/// Reads whatever can be read, as code that trusts a decoded value would.
void use(const value& from, int depth = 3) {
  [[maybe_unused]] auto text = from.to_string();
  [[maybe_unused]] bool same = from == from;
  [[maybe_unused]] auto again = encode(from).value();
  [[maybe_unused]] auto size = from.size();
  [[maybe_unused]] auto words = from.bigint_words();
  unsigned sum = 0;
  for (auto byte : from.as_bytes())
    sum += static_cast<unsigned>(byte);
  [[maybe_unused]] volatile unsigned kept = sum;
  [[maybe_unused]] auto last = from[from.size() - 1];
  if (depth == 0)
    return;
  auto elements = from.elements(); // a damaged length makes it millions of holes
  for (std::size_t i = 0; i < std::min<std::size_t>(elements.size(), 50); ++i)
    use(elements[i], depth - 1);
  for (const auto& [key, item] : from.members())
    use(item, depth - 1);
  for (const auto& [key, item] : from.pairs()) {
    use(key, depth - 1);
    use(item, depth - 1);
  }
  use(from.unboxed(), 0);
}

} // namespace

TEST_CASE("every kind survives encoding", "[runtime][value_codec][A8]") {
  for (const auto& each : values_of_scripts()) {
    auto decoded = decode(encode(each).value());
    REQUIRE(decoded);
    CHECK(*decoded == each);
  }
}

TEST_CASE("random values survive encoding", "[runtime][value_codec][A8]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  for (int round = 0; round < 2000; ++round) {
    auto original = random_value(random, 5);
    auto decoded = decode(encode(original).value());
    if (!decoded || *decoded != original)
      FAIL("round " << round << ": " << original.to_string());
  }
}

TEST_CASE("encoding is stable: the decoded value has the same bytes", "[runtime][value_codec]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  for (int round = 0; round < 300; ++round) {
    auto bytes = encode(random_value(random, 4)).value();
    if (encode(decode(bytes).value()).value() != bytes)
      FAIL("round " << round);
  }
}

TEST_CASE("what is shared stays shared", "[runtime][value_codec][A8]") {
  auto part = value::array({1});
  auto decoded = decode(encode(value::array({part, part, value::array({1})})).value()).value();
  CHECK(decoded[0].same_object(decoded[1]));
  CHECK_FALSE(decoded[0].same_object(decoded[2]));
}

TEST_CASE("a cycle stays a cycle", "[runtime][value_codec][A8]") {
  realm realm;
  auto made = realm.out("(() => { const o = {list: []}; o.list.push(o); return o })()");
  REQUIRE(made);
  auto decoded = decode(encode(*made).value()).value();
  CHECK(decoded["list"][0].same_object(decoded));
}

TEST_CASE("a part is encoded without the whole it came from", "[runtime][value_codec]") {
  auto whole = value::array({value{"small"}, value{std::string(100'000, 'x')}});
  CHECK(encode(whole[0]).value().size() < 200);
}

TEST_CASE("deep nesting is encoded and decoded without recursion", "[runtime][value_codec]") {
  value v;
  for (int i = 0; i < 200'000; ++i)
    v = value::array({std::move(v)});
  auto decoded = decode(encode(v).value());
  REQUIRE(decoded);
  CHECK((*decoded == v));
}

TEST_CASE("nothing decodes to nothing", "[runtime][value_codec]") {
  CHECK_FALSE(decode({}));
}

TEST_CASE("every truncated encoding is refused", "[runtime][value_codec]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  auto originals = values_of_scripts();
  for (int i = 0; i < 20; ++i)
    originals.push_back(random_value(random, 3));
  for (const auto& original : originals) {
    auto bytes = encode(original).value();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      // Of its own size, so that the sanitizer sees a read beyond its end.
      std::vector<std::byte> shorter(bytes.begin(),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(length));
      if (decode(shorter))
        FAIL(length << " of " << bytes.size() << " bytes were taken for "
                    << original.to_string());
    }
  }
}

TEST_CASE("bytes after the end are refused", "[runtime][value_codec]") {
  for (const auto& each : values_of_scripts()) {
    auto bytes = encode(each).value();
    bytes.push_back(std::byte{0});
    CHECK_FALSE(decode(bytes));
  }
}

TEST_CASE("another version is refused", "[runtime][value_codec]") {
  auto bytes = encode(value{1}).value();
  auto magic = bytes;
  magic[0] ^= std::byte{1};
  CHECK_FALSE(decode(magic));
  auto version = bytes;
  version[1] = std::byte{99};
  CHECK_FALSE(decode(version));
}

TEST_CASE("a count that the bytes cannot hold takes no memory", "[runtime][value_codec]") {
  auto bytes = encode(value::array({1, 2, 3})).value();
  for (std::size_t at = 2; at + 8 <= bytes.size(); ++at) {
    auto changed = bytes;
    for (std::size_t i = 0; i < 8; ++i)
      changed[at + i] = std::byte{0xFF}; // any length or count becomes enormous
    if (auto decoded = decode(changed))
      use(*decoded);
  }
  SUCCEED("nothing was allocated for it");
}

TEST_CASE("mutated bytes are refused or give a value that can be used",
          "[runtime][value_codec]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  auto originals = values_of_scripts();
  for (int i = 0; i < 30; ++i)
    originals.push_back(random_value(random, 3));
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = encode(random.pick(originals)).value();
    for (auto changes = 1 + random.below(4); changes > 0; --changes) {
      auto at = random.below(bytes.size());
      switch (random.below(4)) {
        case 0:
          bytes[at] ^= static_cast<std::byte>(1u << random.below(8));
          break;
        case 1:
          bytes[at] = static_cast<std::byte>(random.below(256));
          break;
        case 2:
          bytes[at] = static_cast<std::byte>(random.below(18)); // a kind, an element type
          break;
        default: // a piece moved
          bytes[at] = bytes[random.below(bytes.size())];
      }
    }
    if (auto decoded = decode(bytes)) {
      ++accepted;
      use(*decoded);
    }
  }
  CHECK(accepted > 0); // else the test would not reach far
}

TEST_CASE("what was decoded from mutated bytes can be given to a script",
          "[runtime][value_codec][structured_clone]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  auto originals = values_of_scripts();
  realm realm;
  int given = 0;
  for (int round = 0; round < 4000; ++round) {
    auto bytes = encode(random.pick(originals)).value();
    bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    auto decoded = decode(bytes);
    if (!decoded)
      continue;
    auto outcome = realm.round_trip(*decoded);
    given += outcome ? 1 : 0;
    CHECK((outcome || !outcome.error().message.empty()));
  }
  CHECK(given > 0);
}

TEST_CASE("random bytes with a right beginning do no harm", "[runtime][value_codec]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  auto beginning = encode(value::array({1})).value();
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::byte> bytes(random.below(400));
    for (auto& byte : bytes)
      byte = static_cast<std::byte>(random.one_in(2) ? random.below(4) : random.below(256));
    for (std::size_t i = 0; i < std::min<std::size_t>({bytes.size(), beginning.size(), 7}); ++i)
      bytes[i] = beginning[i];
    if (auto decoded = decode(bytes))
      use(*decoded);
  }
  SUCCEED();
}

TEST_CASE("what contexts share is not encoded, however deep it is",
          "[runtime][value_codec][A8][A12]") {
  auto graph = std::make_shared<detail::value_graph>();
  auto* node = graph->make_node();
  node->resource = graph->keep(std::make_shared<int>(1));
  auto shared =
    detail::value_access::make(graph, detail::node_slot(value_kind::shared_array_buffer, node));
  auto refused = encode(value::array({1, value::object({{"deep", shared}})}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::clone_failed);
  CHECK(refused.error().message == "a shared array buffer cannot be sent to another process");
}

TEST_CASE("bytes that claim to be a shared thing are refused", "[runtime][value_codec][A8]") {
  auto bytes = encode(value::date(0)).value();
  auto kind_at = std::ranges::find(bytes, static_cast<std::byte>(value_kind::date));
  for (auto kind : {value_kind::shared_array_buffer, value_kind::wasm_module}) {
    auto forged = bytes;
    std::ranges::replace(forged, static_cast<std::byte>(value_kind::date),
                         static_cast<std::byte>(kind));
    REQUIRE(kind_at != bytes.end());
    CHECK_FALSE(decode(forged));
  }
}

TEST_CASE("a graph keeps its resources, and equality is identity of the resource",
          "[runtime][value][A8]") {
  auto make = [](std::shared_ptr<void> what) {
    auto graph = std::make_shared<detail::value_graph>();
    auto* node = graph->make_node();
    node->resource = graph->keep(std::move(what));
    return detail::value_access::make(graph, detail::node_slot(value_kind::wasm_module, node));
  };
  auto first = std::make_shared<int>(1);
  std::weak_ptr<int> watch = first;
  auto one = make(first);
  auto same = make(first);
  auto other = make(std::make_shared<int>(1));
  first.reset();
  CHECK(one == same);
  CHECK(one != other);
  one = same = value{};
  CHECK(watch.expired());
}
